"""The base spider: walks a source's roads, fetches what is new, and hands each page on."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar

from scrapy import Request, Spider
from scrapy.exceptions import CloseSpider
from scrapy.http import HtmlResponse, Response
from scrapy.settings import BaseSettings

from crawler.answers import STOPPED, RobotsUnreachable, cause_of, conditional, page_of, validators_of
from crawler.evidence.captures import exposure_of
from crawler.house import House
from crawler.items import Fetched, Missed
from crawler.roads.feeds import feed_leads
from crawler.roads.lists import list_leads, next_page
from crawler.roads.sitemaps import sitemap_entries
from crawler.roads.wordpress import PAGE_SIZE, post_leads, posts_address
from news.settings import load_settings
from news.values import Lead, ListRoad, Source
from storage import leads
from storage.leads import Noted, Validators, Wanted

#: Posts edited so long before the last good crawl are asked for again: clocks differ.
_REST_MARGIN = timedelta(hours=1)
#: An index of indexes is as deep as the format allows; sites do not name more parts than this.
_SITEMAP_DEPTH, _SITEMAPS = 2, 500
#: Pages of a REST collection read in one crawl.
_REST_PAGES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """What the pages of one list showed so far, newest first; noted together, so that they overlap together."""

    leads: tuple[Lead, ...] = ()
    #: of the first page
    validators: Validators | None = None

    def with_page(self, shown: Iterable[Lead], validators: Validators | None) -> Gathered:
        """The same with one more, older page."""
        return Gathered(leads=(*self.leads, *shown), validators=self.validators or validators)


_NOTHING = Gathered()


class SourceSpider(Spider):
    """Crawls one source. A subclass for an odd site changes how its lists are read, rarely more."""

    source: ClassVar[Source]

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """Say who asks, and verify certificates unless the source's file says that the site's is broken."""
        super().update_settings(settings)
        settings.set("USER_AGENT", load_settings().user_agent, priority="spider")
        settings.set("DOWNLOAD_VERIFY_CERTIFICATES", cls.source.tls, priority="spider")

    async def start(self) -> AsyncIterator[Any]:
        """Begin the run, fetch what an earlier crawl left over, then ask every list."""
        try:
            run = await self.house.begin()
        except CloseSpider:
            return  # counted already; without a start request the crawl ends here
        self.now, self.last_good_at = run.started_at, run.last_good_at
        left_over = await self.house.write(lambda s: leads.pending(s, self.source.key, self.last_good_at))
        for wanted in left_over:
            yield self.article_request(wanted)
        for address in self.source.feeds:
            yield await self.list_request(address, self.parse_feed)
        for address in self.source.sitemaps:
            yield await self.list_request(address, self.parse_sitemap)
        if self.source.wordpress:
            since = run.last_good_at - _REST_MARGIN if run.last_good_at else None
            address = posts_address(self.source.wordpress, modified_after=since)
            yield await self.list_request(address, self.parse_posts, page=1)
        for road in self.source.lists:
            yield await self.list_request(road.url, self.parse_list, road=road, page=1)

    @property
    def house(self) -> House:
        """What this crawl shares with the others."""
        return House.of(self.crawler)

    async def list_request(self, address: str, callback: Callable[..., Any], **values: Any) -> Request:
        """A request for a list, asked only for what changed since its leads were noted."""
        known = await self.known_validators(address)
        request = Request(
            address, callback=callback, errback=self.list_failed, cb_kwargs={"asked": address, **values},
            dont_filter=True,
        )
        return conditional(request, known)

    def article_request(self, wanted: Wanted) -> Request:
        """A request for a lead."""
        return Request(
            wanted.lead.address, callback=self.parse_article, errback=self.article_failed,
            cb_kwargs={"wanted": wanted}, dont_filter=True,
        )

    async def parse_feed(self, response: Response, asked: str) -> AsyncIterator[Any]:
        """RSS or Atom."""
        if self.is_unchanged(response):
            return
        found = self.readable(feed_leads, response)
        if found is not None:
            noted = await self.note(found, validators_of(response, asked))
            for request in self.article_requests(noted):
                yield request

    async def parse_sitemap(self, response: Response, asked: str, depth: int = 0) -> AsyncIterator[Any]:
        """A sitemap, or an index of some; an index is never remembered as unchanged: its parts may change alone."""
        if self.is_unchanged(response):
            return
        entries = self.readable(sitemap_entries, response)
        if entries is None:
            return
        further, found = entries
        for address in further[:_SITEMAPS] if depth < _SITEMAP_DEPTH else ():
            yield await self.list_request(address, self.parse_sitemap, depth=depth + 1)
        if not further:
            noted = await self.note(found, validators_of(response, asked))
            for request in self.article_requests(noted):
                yield request

    async def parse_posts(
        self, response: Response, asked: str, page: int, gathered: Gathered = _NOTHING
    ) -> AsyncIterator[Any]:
        """WordPress posts; pages on as long as pages are full and do not reach what the last good crawl knew."""
        posts = None if self.is_unchanged(response) else self.readable(post_leads, response)
        if posts is None:
            return
        gathered = gathered.with_page(posts, None)
        if len(posts) == PAGE_SIZE and page < _REST_PAGES and not await self.reaches_back(posts):
            address = asked.replace(f"&page={page}&", f"&page={page + 1}&")
            yield await self.list_request(address, self.parse_posts, page=page + 1, gathered=gathered)
            return
        for request in self.article_requests(await self.note(gathered.leads, None)):
            yield request

    async def parse_list(
        self, response: Response, asked: str, road: ListRoad, page: int, gathered: Gathered = _NOTHING
    ) -> AsyncIterator[Any]:
        """A list page of HTML; goes on to older ones until it shows what the last good crawl knew."""
        if self.is_unchanged(response):
            return
        if not isinstance(response, HtmlResponse):
            self.house.tally.lists_failed["not-html"] += 1
            return
        found = tuple(self.leads_of(response, road))
        gathered = gathered.with_page(found, validators_of(response, asked))
        older = next_page(response, road)
        if older and page < road.pages and not await self.reaches_back(found):
            yield await self.list_request(older, self.parse_list, road=road, page=page + 1, gathered=gathered)
            return
        for request in self.article_requests(await self.note(gathered.leads, gathered.validators)):
            yield request

    def leads_of(self, response: HtmlResponse, road: ListRoad) -> Iterable[Lead]:
        """The articles of a list page: what a spider for an odd site replaces."""
        return list_leads(response, road, self.source)

    async def parse_article(self, response: Response, wanted: Wanted) -> AsyncIterator[Any]:
        """A page to read."""
        self.house.tally.fetched += 1
        address = wanted.lead.address
        page = page_of(response, address, self.house.facilities.clock())
        yield Fetched(
            page=page, wanted=wanted, validators=validators_of(response, address),
            exposure=exposure_of(response, page, wanted),
        )

    async def list_failed(self, failure: Any) -> None:
        """Count a list that could not be had; what its newer pages showed is kept for the next crawl."""
        cause = cause_of(failure)
        if cause == STOPPED:
            return
        self.house.tally.lists_failed[cause] += 1
        gathered: Gathered = failure.request.cb_kwargs.get("gathered", _NOTHING)
        await self.note(gathered.leads, None)
        self.logger.warning("list failed source=%s cause=%s: %s", self.name, cause, failure.getErrorMessage())

    async def article_failed(self, failure: Any) -> AsyncIterator[Any]:
        """Count a page that could not be had; its lead is tried again with the next crawl."""
        cause = cause_of(failure)
        if cause == STOPPED:
            return
        self.house.tally.failed[cause] += 1
        unasked = isinstance(failure.value, RobotsUnreachable)
        yield Missed(wanted=failure.request.cb_kwargs["wanted"], cause=cause, unasked=unasked)

    def is_unchanged(self, response: Response) -> bool:
        """Whether the server says that a list has not changed."""
        if response.status == 304:
            self.house.tally.not_modified += 1
        return response.status == 304

    def readable(self, road: Callable[[bytes, str, Source], Any], response: Response) -> Any:
        """What a road reads in a response; None, counted, where it is something else."""
        try:
            found = road(response.body, response.url, self.source)
            return tuple(found) if not isinstance(found, tuple) else found
        except ValueError as error:
            self.house.tally.lists_failed["unreadable"] += 1
            self.logger.warning("list unreadable source=%s address=%s: %s", self.name, response.url, error)
            return None

    async def note(self, found: Iterable[Lead], validators: Validators | None) -> Noted:
        """Store what a list shows together with its validators."""
        shown = tuple(found)
        noted = await self.house.write(
            lambda s: leads.record_list(s, self.source.key, shown, validators, self.now, self.last_good_at)
        )
        self.house.tally.leads += len(shown)
        self.house.tally.known += len(shown) - len(noted.wanted)
        return noted

    async def reaches_back(self, shown: tuple[Lead, ...]) -> bool:
        """Whether a page of a list shows what the last good crawl knew: older pages hold nothing new."""
        return await self.house.write(
            lambda s: leads.overlaps(s, self.source.key, shown, self.last_good_at)
        )

    def article_requests(self, noted: Noted) -> list[Request]:
        """Requests for what is new in a list, or has changed."""
        return [self.article_request(wanted) for wanted in noted.wanted]

    async def known_validators(self, address: str) -> Validators | None:
        """What the server gave for a list in a crawl that ended well, or before one."""
        moment = self.last_good_at
        if moment is None:
            return None
        return await self.house.write(lambda s: leads.recall(s, address, moment))
