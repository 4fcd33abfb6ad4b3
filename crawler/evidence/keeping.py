"""Pages written to a WARC file in the transaction that keeps their article."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session

from crawler.evidence.captures import Exposure
from crawler.evidence.files import NotWritten
from crawler.evidence.records import Packed, pack
from crawler.house import House
from news.values import Article
from storage import evidence
from storage.articles import Saved
from storage.evidence import Pointer


def packed(exposures: Sequence[Exposure]) -> tuple[Packed, ...]:
    """The records of pages; packs in C, which a thread may do beside the loop."""
    return tuple(map(pack, exposures))


class Exposing:
    """The pages of one article: written at most once, before the transaction that points to them commits.

    A crash in between leaves a record without an article, never a pointer without its record.
    """

    def __init__(self, house: House, pages: Sequence[Packed]) -> None:
        self._house, self._pages = house, pages
        self._written: tuple[Pointer, ...] | None = None
        self._missed = False

    def keep(self, session: Session, article_id: int, article: Article, saved: Saved) -> None:
        """Write and point, where the archive has no page for what was read; an article is kept without, too."""
        if not self._pages:
            return
        if saved is Saved.KNOWN and not evidence.lacks(session, article_id, article):
            return
        try:
            evidence.attach(session, article_id, article, self._append())
        except NotWritten as missed:
            if not self._missed:  # a transaction that is undone is tried again
                self._house.tally.pages_missed[missed.cause] += len(self._pages)
            self._missed = True

    def _append(self) -> tuple[Pointer, ...]:
        if self._written is None:
            self._written = self._house.facilities.evidence.append(self._pages)
            self._house.tally.pages += len(self._written)
        return self._written
