"""Pages of which we know what a reader should make of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from news.values import Page

#: When every page of the gates was fetched.
NOW: Final = datetime(2026, 11, 15, 12, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Specimen:
    """One page with its truth."""

    #: the layout or site it belongs to
    group: str
    name: str
    language: str
    address: str
    html: bytes
    title: str
    #: paragraphs separated by one newline, without the title
    body: str
    #: the day of publication in the page's zone; None where the page does not tell it
    day: date | None
    zone: str

    @property
    def page(self) -> Page:
        """The page as if it had just been fetched."""
        return Page(
            address=self.address,
            final_address=self.address,
            status=200,
            headers=(("content-type", "text/html; charset=utf-8"),),
            body=self.html,
            fetched_at=NOW,
        )
