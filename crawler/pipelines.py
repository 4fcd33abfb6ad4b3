"""From a fetched page to the archive."""

from __future__ import annotations

import logging
from typing import Any, Self

from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider, DropItem
from sqlmodel import Session

from crawler.house import House
from crawler.items import Fetched, Read
from crawler.tally import Tally
from news.values import NotArticle, Source
from storage import articles, leads
from storage.articles import Arrival, Saved
from storage.leads import Wanted

log = logging.getLogger(__name__)


class ReadPage:
    """Has each page read by the pool of readers."""

    def __init__(self, house: House, source: Source) -> None:
        self._house, self._source = house, source

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """As Scrapy builds it."""
        spider_class: Any = crawler.spidercls
        return cls(House.of(crawler), spider_class.source)

    async def process_item(self, item: Any) -> Any:
        """Fetched → Read; anything else passes."""
        if not isinstance(item, Fetched):
            return item
        facilities = self._house.facilities
        outcome = await facilities.readers.read(item.page, self._source, item.wanted.lead, facilities.clock())
        return Read(outcome=outcome, wanted=item.wanted, validators=item.validators)


class KeepArticle:
    """Keeps articles, with the lead's end and the page's validators, in one transaction."""

    def __init__(self, house: House) -> None:
        self._house = house

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """As Scrapy builds it."""
        return cls(House.of(crawler))

    async def process_item(self, item: Any) -> Any:
        """Read → stored and counted; anything else passes."""
        if isinstance(item, Read):
            try:
                outcome = await self._house.write(lambda session: self._keep(session, item))
            except CloseSpider as error:
                raise DropItem(f"not kept, the database cannot serve: {item.wanted.lead.address}") from error
            _count(self._house.tally, outcome)
            _log(item, outcome)
        return item

    def _keep(self, session: Session, item: Read) -> Saved | NotArticle:
        source, key = item.wanted.lead.source, item.wanted.key
        leads.remember(session, item.validators, self._house.facilities.clock())
        if isinstance(item.outcome, NotArticle):
            leads.settle(session, source, key, "refused", item.outcome.refusal.value)
            return item.outcome
        saved, _ = articles.save(session, item.outcome, self._arrival(item.wanted))
        leads.settle(session, source, key, "kept")
        return saved

    def _arrival(self, wanted: Wanted) -> Arrival:
        run = self._house.run
        if run is None:
            raise RuntimeError("an item came before its run began")
        return Arrival(
            now=self._house.facilities.clock(), last_good_at=run.last_good_at, overlapped=wanted.overlapped,
            max_age=self._house.facilities.settings.alert_max_age,
        )


def _count(tally: Tally, outcome: Saved | NotArticle) -> None:
    if isinstance(outcome, NotArticle):
        tally.not_article[outcome.refusal.value] += 1
    elif outcome is Saved.NEW:
        tally.new += 1
    elif outcome is Saved.UPDATED:
        tally.updated += 1
    elif outcome is Saved.DUPLICATE:
        tally.duplicates += 1


def _log(item: Read, outcome: Saved | NotArticle) -> None:
    lead = item.wanted.lead
    if isinstance(outcome, NotArticle):
        cause = f"{outcome.refusal.value} {outcome.detail}".rstrip()
        log.info("refused source=%s address=%s cause=%s", lead.source, lead.address, cause)
    else:
        log.info("kept source=%s as=%s address=%s", lead.source, outcome.value, lead.address)
