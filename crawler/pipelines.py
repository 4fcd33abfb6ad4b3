"""From a fetched page to the archive."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from typing import Any, Self

from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider, DropItem
from sqlmodel import Session

from crawler.continuing import Continuing, Stopped
from crawler.evidence.keeping import Exposing, packed
from crawler.faults import REFUSALS
from crawler.house import House
from crawler.items import Fetched, Missed, Read
from crawler.ledger import Ledger, Outcome
from crawler.tally import Tally
from news.addresses import canonical
from news.values import Article, NotArticle, Page, Refusal, Source
from storage import articles, leads, looks
from storage.articles import Arrival, Saved
from storage.claimed import under_its_own
from storage.keys import row_key
from storage.leads import Validators, Wanted

log = logging.getLogger(__name__)

#: Pages that were read, and are no articles: what a list says of them does not change that.
_TOLD = (Refusal.LIST_PAGE, Refusal.SEARCH_PAGE)
#: What says something of the site or of this machine at that moment, and nothing of the article: it is asked for again.
_PASSING = (Refusal.CHALLENGE, Refusal.MAINTENANCE, Refusal.UNREAD)
#: Failures after which a list's text does not stand in: our own guard, and an article taken back.
_NO_STAND_IN = ("private-address", "http-410")
_OUTCOMES = {
    Saved.NEW: Outcome.NEW, Saved.UPDATED: Outcome.UPDATED, Saved.DUPLICATE: Outcome.DUPLICATE,
    Saved.KNOWN: Outcome.UNCHANGED,
}


class ReadPage:
    """Has each page read by the pool of readers, and the list's own text where the page cannot be had."""

    def __init__(self, house: House, source: Source, continuing: Continuing) -> None:
        self._house, self._source, self._continuing = house, source, continuing
        self._lists = {row_key(address) for address in (source.home, *source.roads) if address}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """As Scrapy builds it."""
        spider_class: Any = crawler.spidercls
        source = spider_class.source
        return cls(House.of(crawler), source, Continuing(crawler, source))

    async def process_item(self, item: Any) -> Any:
        """Fetched → Read, Missed → Read where its list gives the whole text; anything else passes."""
        if isinstance(item, Fetched):
            return await self._read(item)
        if isinstance(item, Missed) and item.cause not in _NO_STAND_IN:
            return await self._listed(item.wanted, item.cause) or item
        return item

    async def _read(self, item: Fetched) -> Read:
        facilities = self._house.facilities
        found = await facilities.readers.read(item.page, self._source, item.wanted.lead, facilities.clock())
        if isinstance(found.outcome, NotArticle):
            outcome = _behind_wall(found.outcome, item.page)
            self._house.tally.not_article[outcome.refusal.value] += 1
            refused = Read(outcome=outcome, wanted=item.wanted, validators=item.validators)
            if outcome.refusal in _TOLD:
                return refused
            return await self._listed(item.wanted, outcome.refusal.value) or refused
        self._house.tally.read += 1
        try:
            whole = await self._continuing.whole(found.outcome, found.following, item.wanted, found.prepared)
        except (Stopped, CloseSpider) as error:
            raise DropItem(f"the crawl ended before the article: {item.wanted.lead.address}") from error
        fetched = canonical(item.page.final_address)
        if whole.missing:
            self._house.tally.continuations_failed[whole.missing] += 1
        return Read(
            outcome=self._not_a_list(whole.article, fetched), wanted=item.wanted, fetched=fetched, validators=None if whole.missing else item.validators,
            missing=whole.missing and f"continuation-{whole.missing}", again=not whole.is_final,
            exposures=(item.exposure, *whole.exposures) if item.exposure else (),
            titled=found.titled, prepared=whole.prepared,
        )

    def _not_a_list(self, article: Article, fetched: str) -> Article:
        """The article under the address at which it was found, where it claims that of its source's home or lists."""
        claimed = row_key(article.url)
        is_list = claimed in self._lists and claimed != row_key(fetched)
        return replace(article, url=fetched) if is_list else article

    async def _listed(self, wanted: Wanted, cause: str) -> Read | None:
        """What the list gives as the whole text, in place of a page that could not be had."""
        if not wanted.lead.body or not wanted.lead.title:
            return None
        facilities = self._house.facilities
        found = await facilities.readers.read_listed(wanted.lead, self._source, facilities.clock())
        if isinstance(found.outcome, NotArticle):
            return None
        return Read(
            outcome=found.outcome, wanted=wanted, validators=None, from_list=True, missing=cause, again=True,
            prepared=found.prepared,
        )


def _behind_wall(outcome: NotArticle, page: Page) -> NotArticle:
    """A page that is none under 202, "accepted", is what walls answer while they make up their mind."""
    return replace(outcome, refusal=Refusal.CHALLENGE) if page.status == 202 else outcome


class KeepArticle:
    """Keeps articles, with the lead's end and the page's validators, in one transaction."""

    def __init__(self, house: House) -> None:
        self._house = house

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """As Scrapy builds it."""
        return cls(House.of(crawler))

    async def process_item(self, item: Any) -> Any:
        """Read → stored and counted, Missed → its lead tried again; anything else passes."""
        if isinstance(item, Missed):
            await self._write(lambda session: _settle_missed(session, item), item.wanted)
            self._house.became("failed", item.cause)
            _end(self._house.tally.ledger, item.wanted, item.cause)
            _note_missing(self._house.tally, item.wanted, item.cause)
        if isinstance(item, Read):
            exposing = Exposing(self._house, await asyncio.to_thread(packed, item.exposures))
            outcome = await self._write(lambda session: self._keep(session, item, exposing), item.wanted)
            _count(self._house.tally, item, outcome)
            _log(item, outcome)
        return item

    async def _write(self, action: Any, wanted: Wanted) -> Any:
        try:
            return await self._house.write(action, patient=True)
        except CloseSpider as error:
            raise DropItem(f"not kept, the database cannot serve: {wanted.lead.address}") from error

    def _keep(self, session: Session, item: Read, exposing: Exposing) -> Saved | NotArticle:
        source, key, address = item.wanted.lead.source, item.wanted.key, item.wanted.lead.address
        passing = isinstance(item.outcome, NotArticle) and item.outcome.refusal in _PASSING
        validators = None if passing else item.validators
        leads.remember(session, validators or Validators(address=address), self._house.facilities.clock())
        if isinstance(item.outcome, NotArticle):
            self._house.became("not-article", item.outcome.refusal.value)
            state = "failed" if passing else "refused"
            leads.settle(session, source, key, state, item.outcome.refusal.value)
            return item.outcome
        article = under_its_own(session, item.outcome, fetched=item.fetched, lead=address)
        saved, number = articles.save(session, article, self._arrival(session, item), item.prepared)
        if saved is Saved.FORGOTTEN:
            leads.settle(session, source, key, "refused", saved.value)
            return saved
        exposing.keep(session, number, article, saved)
        self._house.became(saved.value, item.missing, number)
        if not item.from_list:
            now, plan = self._house.facilities.clock(), self._house.facilities.settings.revisit_after
            looks.expect(session, number, item.wanted.lead, now, plan, titled=item.titled)
        leads.settle(session, source, key, _end_of(item), item.missing)
        return saved

    def _arrival(self, session: Session, item: Read) -> Arrival:
        run, lead = self._house.run, item.wanted.lead
        if run is None:
            raise RuntimeError("an item came before its run began")
        listed = leads.is_listed(session, lead.source, item.wanted.key)
        return Arrival(
            now=self._house.facilities.clock(), last_good_at=run.last_good_at,
            overlapped=item.wanted.overlapped, max_age=self._house.facilities.settings.alert_max_age,
            whole=item.missing is None, listed_at=lead.address if listed else "",
        )


def _end_of(item: Read) -> str:
    """How a kept article leaves its lead."""
    if item.from_list:
        return "listed"
    return "failed" if item.again else "kept"


def _settle_missed(session: Session, item: Missed) -> None:
    lead, key = item.wanted.lead, item.wanted.key
    leads.settle(session, lead.source, key, "failed", item.cause, is_asked=not item.unasked)


def _end(ledger: Ledger, wanted: Wanted, cause: str) -> None:
    ledger.end(wanted.key, Outcome.REFUSED if cause in REFUSALS else Outcome.FAILED, cause)


def _note_missing(tally: Tally, wanted: Wanted, cause: str) -> None:
    """An old lead that fails once more says nothing of this crawl."""
    if not wanted.is_old:
        tally.missed[cause] += 1


def _count(tally: Tally, item: Read, outcome: Saved | NotArticle) -> None:
    if isinstance(outcome, NotArticle):
        _note_missing(tally, item.wanted, outcome.refusal.value)
        if outcome.refusal in _PASSING:
            _end(tally.ledger, item.wanted, outcome.refusal.value)
        else:
            tally.ledger.end(item.wanted.key, Outcome.NOT_ARTICLE, outcome.refusal.value)
        return
    if outcome is Saved.FORGOTTEN:
        tally.ledger.end(item.wanted.key, Outcome.REFUSED, outcome.value)
        return
    tally.ledger.end(item.wanted.key, _OUTCOMES[outcome])
    tally.kept += 1
    tally.from_list += item.from_list
    if isinstance(item.outcome, Article):
        tally.refused_dates += len(item.outcome.refused_dates)
    if outcome is Saved.NEW:
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
        origin = "list" if item.from_list else "page"
        log.info("kept source=%s as=%s from=%s address=%s", lead.source, outcome.value, origin, lead.address)
