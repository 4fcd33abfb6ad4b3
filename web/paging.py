"""Pages of a long list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Paging:
    """Where in the list the visitor is, and the addresses beside it."""

    page: int
    pages: int
    first: str
    previous: str | None
    next: str | None


def paging(page: int, total: int, size: int, address: Callable[[int], str]) -> Paging:
    """The paging of `total` things, `size` on a page; a page beyond the last one leads back to it."""
    pages = max(1, -(-total // size))
    return Paging(
        page=page,
        pages=pages,
        first=address(1),
        previous=address(min(page - 1, pages)) if page > 1 else None,
        next=address(page + 1) if page < pages else None,
    )
