"""The base spider: walks a source's roads, fetches what is new, and hands each page on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Self

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider, DontCloseSpider
from scrapy.http import HtmlResponse, Response
from scrapy.settings import BaseSettings
from sqlmodel import Session

from crawler.answers import STOPPED, RobotsUnreachable, cause_of, conditional, page_of, validators_of
from crawler.backlog import Backlog
from crawler.browser import needs as browser_needs
from crawler.evidence.captures import exposure_of
from crawler.house import FACILITIES, House
from crawler.items import Fetched, Looked, Missed
from crawler.ledger import Listed
from crawler.middlewares import ASIDE
from crawler.revisiting import MOST, Revisits, wanted_of
from crawler.roads.feeds import feed_leads, older_feed
from crawler.roads.lists import list_leads, next_page
from crawler.roads.sitemaps import sitemap_entries
from crawler.roads.wordpress import PAGE_SIZE, pages_in_all, post_leads, posts_address
from crawler.walking import BACKFILL_PAGES, GAP_PAGES, Gathered, ends_before, since
from crawler.walls import WALL, is_wall, why_unreadable
from news.addresses import canonical
from news.settings import load_settings
from news.values import Lead, ListRoad, Road, Source, Tls
from storage import leads, looks, stories
from storage.keys import row_key
from storage.leads import Noted, Validators, Wanted
from storage.looks import Look

#: Posts edited so long before the last good crawl are asked for again: clocks differ.
_REST_MARGIN = timedelta(hours=1)
#: An index of indexes is as deep as the format allows; sites do not name more parts than this.
_SITEMAP_DEPTH, _SITEMAPS = 2, 500
#: Entries of sitemaps that one crawl takes in; what is beyond is left, and so are the parts of an index.
_SITEMAP_LEADS = 100_000
#: Pages of a REST collection read in one crawl.
_REST_PAGES = 10
#: Bytes of a page that lists articles: a person reads it, and it is read in the crawl's own process.
_LONGEST_LIST = 4 * 1024 * 1024
#: How a list says that it has no older page.
_NO_OLDER = (400, 404, 410)
#: Redirects that are for good.
_FOR_GOOD = (301, 308)
#: Answers that are no page, whatever they hold.
_NO_PAGE = frozenset({206})


_NOTHING = Gathered()
#: Why a list shows nothing: by whether lists of its kind have shown something.
_BLANK = {False: "empty-list", True: "layout-changed"}


class SourceSpider(Spider):
    """Crawls one source. A subclass for an odd site changes how its lists are read, rarely more."""

    source: ClassVar[Source]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        #: sitemaps of this crawl, the entries that they showed, and what keeps them from being read side by side
        self.sitemaps: set[str] = set()
        self.listed, self.one_sitemap = 0, asyncio.Lock()
        self.backlog, self.refilling = Backlog(), False
        #: back to which its roads are walked, where a back-fill was asked for (`-a since=2024-01-31`)
        self.since = _moment(kwargs.get("since"))
        #: the one page that the crawl is for
        self.address: str | None = kwargs.get("address")
        self.revisits: Revisits | None = None
        self._recalled: dict[str, Validators | None] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """As Scrapy builds it; known articles are looked at when all else is done."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider.go_on_or_look_again, signal=signals.spider_idle)
        return spider

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """Say who asks, and verify certificates unless the source's file says that the site's is broken."""
        super().update_settings(settings)
        facilities = settings.get(FACILITIES)
        own = facilities.settings if facilities else load_settings()  # which take longer to read than a list
        settings.set("USER_AGENT", own.user_agent, priority="spider")
        settings.set("DOWNLOAD_TIMEOUT", own.request_timeout.total_seconds(), priority="spider")
        settings.set("DOWNLOAD_VERIFY_CERTIFICATES", cls.source.tls is Tls.STRICT, priority="spider")
        if cls.source.render and browser_needs.missing() is None:
            settings.setdict(browser_needs.SETTINGS, priority="spider")

    async def start(self) -> AsyncIterator[Any]:
        """Begin the run, fetch what an earlier crawl left over, then ask every list."""
        try:
            run = await (self.house.begin_aside() if self.address else self.house.begin())
        except CloseSpider:
            return  # counted already; without a start request the crawl ends here
        self.now, self.last_good_at = run.started_at, run.last_good_at
        named = self.source
        await self.house.write(lambda session: stories.know(session, named.key, (named.name,)))
        if self.address:
            yield await self.one_request(self.address)
            return
        key = self.source.key
        left_over, due, self._recalled = await self.house.write(
            lambda s: (leads.pending_keys(s, key), looks.due(s, key, self.now, MOST), self._recall(s))
        )
        self.revisits = Revisits(self.house, self.source, due)
        for one in left_over:
            self.house.tally.ledger.take_up(one)
        self.backlog.hold(left_over)
        for request in await self.held_back():
            yield request
        for address in self.source.feeds:
            yield await self.list_request(address, self.parse_feed)
        for address in self.source.sitemaps:
            yield await self.list_request(address, self.parse_sitemap)
        if self.source.wordpress:
            edited = run.last_good_at - _REST_MARGIN if run.last_good_at else None
            address = posts_address(self.source.wordpress, modified_after=edited)
            yield await self.list_request(address, self.parse_posts, page=1)
            if self.since:
                address = posts_address(self.source.wordpress, after=self.since)
                yield await self.list_request(address, self.parse_posts, page=1, gathered=Gathered(beyond=True))
        for road in self.source.lists:
            yield await self.html_request(road.url, road=road, page=1)

    @property
    def house(self) -> House:
        """What this crawl shares with the others."""
        return House.of(self.crawler)

    async def list_request(self, address: str, callback: Callable[..., Any], **values: Any) -> Request:
        """A request for a list, asked only for what changed since its leads were noted."""
        is_older = values.get("gathered", _NOTHING).pages > 0
        known = None if is_older else await self.known_validators(address)
        request = Request(
            address, callback=callback, errback=self.list_failed, cb_kwargs={"asked": address, **values},
            dont_filter=True,
        )
        self.house.tally.ledger.ask_list()
        request = conditional(request, known)
        if is_older:
            request.meta["handle_httpstatus_list"] = list(_NO_OLDER)
        return request

    async def html_request(self, address: str, **values: Any) -> Request:
        """A request for a list that is a page of HTML."""
        request = await self.list_request(address, self.parse_list, **values)
        request.meta["download_maxsize"] = _LONGEST_LIST
        return request

    def article_request(self, wanted: Wanted) -> Request:
        """A request for a lead."""
        return Request(
            wanted.lead.address, callback=self.parse_article, errback=self.article_failed,
            cb_kwargs={"wanted": wanted}, dont_filter=True,
        )

    async def one_request(self, address: str) -> Request:
        """A request for the one page that a crawl is for: a look, where it is a known article."""
        key = self.source.key
        look, wanted = await self.house.write(
            lambda s: (looks.at(s, key, address), leads.of_address(s, key, address))
        )
        if look is not None:
            return self.look_request(replace(look, validators=None))
        self.house.tally.ledger.take_up(wanted.key)
        return self.article_request(wanted)

    def look_request(self, look: Look) -> Request:
        """A request for a known article, which a crawl is good without."""
        request = Request(
            look.kept.url, callback=self.parse_look, errback=self.look_failed, cb_kwargs={"look": look},
            dont_filter=True, meta={ASIDE: True, "max_retry_times": 1},
        )
        return conditional(request, look.validators)

    async def held_back(self) -> list[Request]:
        """Requests for the next of the pages that wait for others."""
        source, keys = self.source.key, self.backlog.next()
        if not keys:
            return []
        found = await self.house.write(lambda s: leads.pending(s, source, self.last_good_at, keys))
        return [self.article_request(wanted) for wanted in found]

    async def refill(self) -> None:
        """Go on with the pages that were held back."""
        try:
            for request in await self.held_back():
                if self.crawler.engine is not None:
                    self.crawler.engine.crawl(request)
        except (CloseSpider, RuntimeError) as error:  # RuntimeError: the crawl was ended meanwhile
            self.logger.debug("not gone on with source=%s: %s", self.name, error)
            self.backlog = Backlog()
        finally:
            self.refilling = False

    def go_on_or_look_again(self) -> None:
        """Begin with the pages that were held back, or the next look, in place of the crawl's end."""
        if self.refilling:
            raise DontCloseSpider
        if self.backlog and not self.house.is_over():
            self.refilling = True
            self.refill_task = asyncio.ensure_future(self.refill())
            raise DontCloseSpider
        look = self.revisits.next() if self.revisits else None
        engine = self.crawler.engine
        if look is not None and engine is not None:
            engine.crawl(self.look_request(look))
            raise DontCloseSpider

    async def parse_feed(
        self, response: Response, asked: str, gathered: Gathered = _NOTHING
    ) -> AsyncIterator[Any]:
        """RSS or Atom."""
        if self.is_unchanged(response):
            return
        found: tuple[Lead, ...] | None = ()
        if not _is_end(response):
            found = await self.readable(feed_leads, response)
        if found is None or (not gathered.pages and await self.is_blank(found, response, Road.FEED)):
            return
        target = older_feed(response.body, response.url) if found else None

        async def older(gathered: Gathered) -> Request:
            return await self.list_request(str(target), self.parse_feed, gathered=gathered)

        marks = validators_of(response, asked)
        async for request in self.go_on(found, gathered, marks, older if target else None, usual=1, road=Road.FEED):
            yield request

    async def parse_sitemap(self, response: Response, asked: str, depth: int = 0) -> AsyncIterator[Any]:
        """A sitemap, or an index of some; an index is never remembered as unchanged: its parts may change alone."""
        if self.is_unchanged(response):
            return
        async with self.one_sitemap:  # each may list 50,000 pages
            further, noted = await self.read_sitemap(response, asked, depth)
        for address in self.further_sitemaps(asked, further) if depth < _SITEMAP_DEPTH else ():
            yield await self.list_request(address, self.parse_sitemap, depth=depth + 1)
        for wanted in self.backlog.now(noted.wanted):
            yield self.article_request(wanted)

    async def read_sitemap(self, response: Response, asked: str, depth: int) -> tuple[tuple[str, ...], Noted]:
        """The parts that an index names, and what a sitemap itself shows; what is beyond the bound is left."""
        nothing = Noted(wanted=(), overlapped=False)
        if self.listed >= _SITEMAP_LEADS:
            return (), nothing
        entries = await self.readable(sitemap_entries, response)
        if entries is None:
            return (), nothing
        further, found = entries
        self.listed += len(found)
        if further:
            self.house.tally.ledger.end_list(Listed.READ)
        elif depth or not await self.is_blank(found, response, Road.SITEMAP):
            return further, await self.note(found, validators_of(response, asked))
        return further, nothing

    def further_sitemaps(self, asked: str, named: Iterable[str]) -> list[str]:
        """The parts of an index, each once in a crawl: an index may name itself."""
        self.sitemaps.add(asked)
        fresh = [address for address in dict.fromkeys(named) if address not in self.sitemaps]
        room = max(_SITEMAPS - len(self.sitemaps), 0)
        for _ in fresh[room:]:
            self.house.tally.ledger.ask_list()  # and it is left
        fresh = fresh[:room]
        self.sitemaps.update(fresh)
        return fresh

    async def parse_posts(
        self, response: Response, asked: str, page: int, gathered: Gathered = _NOTHING
    ) -> AsyncIterator[Any]:
        """WordPress posts; pages on as long as pages are full and do not reach what the last good crawl knew."""
        posts: tuple[Lead, ...] | None = ()
        if not _is_end(response):
            posts = None if self.is_unchanged(response) else await self.readable(post_leads, response)
        if posts is None:
            return
        is_first = page == 1 and self.last_good_at is None and not gathered.beyond
        if is_first and await self.is_blank(posts, response, Road.REST):
            return

        async def older(gathered: Gathered) -> Request:
            address = asked.replace(f"&page={page}&", f"&page={page + 1}&")
            return await self.list_request(address, self.parse_posts, page=page + 1, gathered=gathered)

        is_full = len(posts) >= PAGE_SIZE or page < pages_in_all(response.headers.get("X-WP-TotalPages"))
        going = older if is_full and posts else None
        async for request in self.go_on(posts, gathered, None, going, usual=_REST_PAGES, road=Road.REST):
            yield request

    async def parse_list(
        self, response: Response, asked: str, road: ListRoad, page: int, gathered: Gathered = _NOTHING
    ) -> AsyncIterator[Any]:
        """A list page of HTML; goes on to older ones until it shows what the last good crawl knew."""
        if self.is_unchanged(response):
            return
        found: tuple[Lead, ...] = ()
        target = None
        if not _is_end(response):
            if not isinstance(response, HtmlResponse):
                await self.list_lost("not-html", response, gathered)
                return
            found = tuple(self.leads_of(response, road))
            target = next_page(response, road)
        if page == 1 and await self.is_blank(found, response, Road.LIST):
            return

        async def older(gathered: Gathered) -> Request:
            return await self.html_request(str(target), road=road, page=page + 1, gathered=gathered)

        marks, going = validators_of(response, asked), older if target else None
        async for request in self.go_on(found, gathered, marks, going, usual=road.pages, road=Road.LIST):
            yield request

    async def go_on(
        self,
        found: tuple[Lead, ...],
        before: Gathered,
        validators: Validators | None,
        older: Callable[[Gathered], Awaitable[Request]] | None,
        *,
        usual: int,
        road: Road,
    ) -> AsyncIterator[Request]:
        """Note one more page of a list, or ask for the next older one first.

        Pages are gathered up to one that shows what the last good crawl knew: `usual` pages in a first crawl, more
        where there is a gap to close. A back-fill goes on behind them to its date.
        """
        gathered, repeated = before.with_page(found, validators), before.is_repeated_by(found)
        if before.beyond:
            noted = await self.note(since(found, self.since) if self.since else found, None, beyond=True)
        else:
            reached = await self.reaches_back(found)
            limit = usual if self.last_good_at is None else max(usual, GAP_PAGES)
            if older and not reached and not repeated and gathered.pages < limit:
                self.house.tally.ledger.end_list(Listed.READ)
                yield await older(gathered)
                return
            await self.tell_of_gap(gathered, road, closed=reached or (road is Road.REST and older is None))
            noted = await self.note(gathered.leads, gathered.validators)
            gathered = gathered.noted()
        for request in self.article_requests(noted):
            yield request
        if self.since is None or older is None or repeated or ends_before(found, self.since):
            return
        # of REST, what was edited is one walk, and what was published another
        if gathered.pages < BACKFILL_PAGES and (before.beyond or road is not Road.REST):
            yield await older(gathered)

    async def tell_of_gap(self, gathered: Gathered, road: Road, *, closed: bool) -> None:
        """Say where a list's newest page showed nothing that the last good crawl knew."""
        overlaps = closed and (gathered.pages == 1 or road is Road.REST)
        if overlaps or self.last_good_at is None or not gathered.leads:
            return
        if not await self.house.write(lambda s: leads.has_shown(s, self.source.key, road)):
            return  # it was never read before
        address = gathered.validators.address if gathered.validators else str(self.source.wordpress)
        self.house.tally.gaps.append({"list": address, "pages": gathered.pages, "closed": closed})
        self.logger.warning(
            "gap source=%s list=%s pages=%d closed=%s", self.name, address, gathered.pages, closed
        )

    def leads_of(self, response: HtmlResponse, road: ListRoad) -> Iterable[Lead]:
        """The articles of a list page: what a spider for an odd site replaces."""
        return list_leads(response, road, self.source)

    async def parse_article(self, response: Response, wanted: Wanted) -> AsyncIterator[Any]:
        """A page to read."""
        if response.status in _NO_PAGE:
            yield self.missed(wanted, f"http-{response.status}")
            return
        self.house.tally.fetched += 1
        page = page_of(response, wanted.lead.address, self.house.facilities.clock())
        yield Fetched(
            page=page, wanted=wanted, validators=validators_of(response, canonical(response.url)),
            exposure=exposure_of(response, page, wanted),
        )

    async def parse_look(self, response: Response, look: Look) -> AsyncIterator[Any]:
        """What came for a known article."""
        if response.status == 304:
            yield Looked(look=look)
            return
        if response.status in _NO_PAGE:
            yield Looked(look=look, cause=f"http-{response.status}")
            return
        page = page_of(response, look.kept.url, self.house.facilities.clock())
        turns = response.meta.get("redirect_reasons", [])
        yield Looked(
            look=look, page=page, validators=validators_of(response, canonical(response.url)),
            exposure=exposure_of(response, page, wanted_of(look)),
            moved=bool(turns) and all(turn in _FOR_GOOD for turn in turns),
        )

    async def look_failed(self, failure: Any) -> AsyncIterator[Any]:
        """A known article that could not be had: gone, or for another cause."""
        cause = await self.cause(failure)
        if cause != STOPPED:
            yield Looked(look=failure.request.cb_kwargs["look"], cause=cause)

    async def list_failed(self, failure: Any) -> None:
        """Count a list that could not be had; what its newer pages showed is kept for the next crawl."""
        cause = await self.cause(failure)
        if cause == STOPPED:
            return
        self.house.tally.lists_failed[cause] += 1
        self.house.tally.ledger.end_list(Listed.FAILED)
        gathered: Gathered = failure.request.cb_kwargs.get("gathered", _NOTHING)
        await self.shown(gathered.leads, None)
        self.logger.warning("list failed source=%s cause=%s: %s", self.name, cause, failure.getErrorMessage())

    async def article_failed(self, failure: Any) -> AsyncIterator[Any]:
        """Count a page that could not be had; its lead is tried again with the next crawl."""
        cause = await self.cause(failure)
        if cause != STOPPED:
            unasked = isinstance(failure.value, RobotsUnreachable)
            yield self.missed(failure.request.cb_kwargs["wanted"], cause, unasked=unasked)

    def missed(self, wanted: Wanted, cause: str, *, unasked: bool = False) -> Missed:
        """A lead whose page could not be had, counted."""
        self.house.tally.failed[cause] += 1
        return Missed(wanted=wanted, cause=cause, unasked=unasked)

    async def cause(self, failure: Any) -> str:
        """What a failure is counted under; an answer of failure may be a wall before the site."""
        response = getattr(failure.value, "response", None)
        if response is not None and await is_wall(response, self.house.facilities):
            return WALL
        return cause_of(failure)

    def is_unchanged(self, response: Response) -> bool:
        """Whether the server says that a list has not changed."""
        if response.status == 304:
            self.house.tally.not_modified += 1
            self.house.tally.ledger.end_list(Listed.NOT_MODIFIED)
        return response.status == 304

    async def readable(self, road: Callable[[bytes, str, Source], Any], response: Response) -> Any:
        """What a road reads in a response; None, counted, where it is something else."""
        try:
            return await self.house.facilities.readers.read_list(road, response.body, response.url, self.source)
        except ValueError as error:
            self.logger.warning("list unreadable source=%s address=%s: %s", self.name, response.url, error)
            await self.list_lost(await why_unreadable(response, error, self.house.facilities), response)
            return None

    async def is_blank(self, found: Iterable[Lead], response: Response, road: Road) -> bool:
        """Whether a list shows nothing and ought to; counted."""
        if any(True for _ in found) or self.source.may_be_empty:
            return False
        had = await self.house.write(lambda s: leads.has_shown(s, self.source.key, road))
        if had and road is Road.SITEMAP:
            return False  # one of news alone holds two days of it
        walled = await is_wall(response, self.house.facilities)
        await self.list_lost(WALL if walled else _BLANK[had and road is Road.LIST], response)
        return True

    async def list_lost(self, cause: str, response: Response, gathered: Gathered = _NOTHING) -> None:
        """Count a list that came and is of no use; what its newer pages showed is kept for the next crawl."""
        self.house.tally.lists_failed[cause] += 1
        self.house.tally.ledger.end_list(Listed.FAILED)
        self.logger.warning("list of no use source=%s address=%s cause=%s", self.name, response.url, cause)
        await self.shown(gathered.leads, None)

    async def note(
        self, found: Iterable[Lead], validators: Validators | None, *, beyond: bool = False
    ) -> Noted:
        """Store what a list that was read shows, together with its validators."""
        self.house.tally.ledger.end_list(Listed.READ)
        return await self.shown(found, validators, beyond=beyond)

    async def shown(
        self, found: Iterable[Lead], validators: Validators | None, *, beyond: bool = False
    ) -> Noted:
        """Store what a list shows; what is wanted, and not under way by another road.

        What lies `beyond` the last good crawl overlaps nothing: without a date it is no news.
        """
        shown = tuple(found)
        good = None if beyond else self.last_good_at

        def record(session: Session) -> tuple[list[str], Noted]:
            keys = [row_key(lead.address) for lead in shown]
            return keys, leads.record_list(session, self.source.key, shown, validators, self.now, good)

        keys, noted = await self.house.write(record)
        fresh = self.house.tally.ledger.show(keys, [wanted.key for wanted in noted.wanted])
        noted = replace(noted, wanted=tuple(wanted for wanted in noted.wanted if wanted.key in fresh))
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
        if moment is None or self.since is not None:
            return None
        if address in self._recalled:
            return self._recalled[address]
        return await self.house.write(lambda s: leads.recall(s, address, moment))

    def _recall(self, session: Session) -> dict[str, Validators | None]:
        """The validators of the lists that each crawl asks first."""
        moment, source = self.last_good_at, self.source
        if moment is None:
            return {}
        lists = (*source.feeds, *source.sitemaps, *(road.url for road in source.lists))
        return {address: leads.recall(session, address, moment) for address in lists}


def _moment(text: str | datetime | None) -> datetime | None:
    """The day that a back-fill goes back to, as Scrapy's `-a since=` or a job gives it; UTC where no zone is said."""
    moment = datetime.fromisoformat(text) if isinstance(text, str) else text
    return moment.replace(tzinfo=UTC) if moment is not None and moment.tzinfo is None else moment


def _is_end(response: Response) -> bool:
    """Whether the answer for an older page is that there is none."""
    return response.status in _NO_OLDER
