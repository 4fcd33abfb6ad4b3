"""Kept pages under today's reader: what it reads otherwise becomes a version, and nobody is told."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from sqlmodel import Session

from crawler.evidence.opening import Recorded, recorded_at
from crawler.house import Facilities
from crawler.whole import in_order, read_whole
from news.errors import NotFound
from news.values import Article, NotArticle, Source
from storage import articles, evidence
from storage.articles import Arrival
from storage.evidence import Evidence

#: Outcomes of an article, each counted under its name.
CHANGED, SAME, NO_PAGE, LOST, NO_ARTICLE = "changed", "same", "without_page", "page_lost", "no_article_now"
_AHEAD = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class _Again:
    """An article as its pages read today; without one, why."""

    article: Article | None = None
    kept: Evidence | None = None
    why: str = ""


class Rereading:
    """Reads batches of articles again from their records, and counts."""

    def __init__(self, facilities: Facilities, sources: Mapping[str, Source]) -> None:
        self._facilities, self._sources = facilities, sources
        self.counts: Counter[str] = Counter()
        #: records that could not be opened, in words
        self.lost: list[str] = []

    async def read(self, ids: Iterable[int]) -> None:
        """Read these articles again."""
        at_once = _AHEAD * self._facilities.settings.readers
        numbers: Iterator[int] = iter(tuple(ids))
        async for number, again in in_order(numbers, self._again, at_once=at_once):
            self.counts[again.why or await self._settle(number, again)] += 1

    async def _again(self, number: int) -> _Again:
        with self._facilities.store.reading() as session:
            kept = articles.load(session, number)
            pages = evidence.of_present(session, number)
        if kept is None or pages is None:
            return _Again(why=NO_PAGE)
        try:
            recorded = await asyncio.to_thread(self._opened, pages)
        except NotFound as error:
            self.lost.append(f"article {number}: {error}")
            return _Again(why=LOST)
        source = self._sources.get(kept.source)
        outcome = await read_whole(
            self._facilities.readers,
            [each.page for each in recorded],
            source,
            recorded[0].lead,
            self._facilities.clock(),
        )
        if isinstance(outcome, NotArticle):
            return _Again(why=NO_ARTICLE)
        return _Again(article=outcome, kept=pages)

    def _opened(self, pages: Evidence) -> list[Recorded]:
        folder = self._facilities.settings.evidence_folder
        return [recorded_at(folder, pointer) for pointer in pages.pages]

    async def _settle(self, number: int, again: _Again) -> str:
        article, kept = again.article, again.kept
        assert article is not None
        assert kept is not None
        # no last crawl: whatever it says now, it is no news
        arrival = Arrival(now=self._facilities.clock())

        def keep(session: Session) -> bool:
            changed = articles.reread(session, number, article, arrival)
            if changed and evidence.of_present(session, number) is None:
                present = articles.load(session, number)
                assert present is not None
                evidence.attach(session, number, present, kept.pages)
            return changed

        return CHANGED if await self._facilities.write(keep) else SAME
