"""A page becomes an article: pure functions, without network or database."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reading.dates import parse_date
    from reading.language import detect
    from reading.pages import read_page, read_text

__all__ = ["detect", "parse_date", "read_page", "read_text"]

_ROOMS = {
    "parse_date": "reading.dates", "detect": "reading.language", "read_page": "reading.pages", "read_text": "reading.pages",
}  # fmt: skip


def __getattr__(name: str) -> Any:
    """Each with its first use: who wants a date or the markup of a list needs no reader with all its models."""
    if name not in _ROOMS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = globals()[name] = getattr(import_module(_ROOMS[name]), name)
    return found
