"""Known articles asked for again: what was edited, moved or taken away, and what only looks like it."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import math
import re
from collections import deque
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any, Self
from urllib.parse import urlsplit, urlunsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider, DropItem
from sqlmodel import Session

from crawler.answers import cause_of_error, page_of
from crawler.continuing import Continuing, Stopped, Whole
from crawler.evidence.keeping import Exposing, packed
from crawler.fetching import fetch
from crawler.house import House
from crawler.items import Looked
from crawler.middlewares import ASIDE
from news.addresses import address_key, host_key
from news.languages.likeness import AKIN, shares
from news.languages.tokens import fold
from news.values import Article, NotArticle, Page, Source
from storage import articles, leads, looks
from storage.articles import Arrival, Saved
from storage.keys import row_key
from storage.leads import Wanted
from storage.looks import Look, Seen

log = logging.getLogger(__name__)

#: Looks that every crawl may take, however little else it asks for.
_LEAST = 10
#: Looks thought of in one crawl.
MOST = 200
#: Share of a crawl's time after which no look is begun.
_TIME = 0.5
_DAY = timedelta(days=1)
#: A text of less than this share of the kept one, and little but its words, was cut short, not edited.
_CUT, _SAME_WORDS = 0.5, 0.9
_PASSWORD = re.compile(rb"<input\b[^>]{0,300}\btype\s*=\s*[\"']?password", re.IGNORECASE)
_NUMBER = re.compile(r"\d+")


class Revisits:
    """The looks of one crawl, one after the other once all else is done, as far as its bounds go."""

    def __init__(self, house: House, source: Source, due: Iterable[Look]) -> None:
        self._house, self._source, self._due = house, source, deque(due)
        self._taken = 0

    def next(self) -> Look | None:
        """The next look; None where there is none, or a bound is reached."""
        if (
            not self._due
            or self._taken >= self._allowed()
            or not self._has_time()
            or self._house.tally.lists_failed
        ):
            return None
        self._taken += 1
        return self._due.popleft()

    def _allowed(self) -> int:
        """A share of the crawl's requests, and of what the host's budget leaves to each crawl of a day."""
        share = self._house.facilities.settings.revisit_share
        if not share:
            return 0
        others = max(0, self._house.tally.requests - self._taken)
        allowed = max(_LEAST, int(others * share / (1 - share)))
        budget = self._house.facilities.hosts.manners(host_key(self._due[0].kept.url)).budget
        if budget is None:
            return allowed
        return min(allowed, math.ceil(budget * share * min(self._source.schedule, _DAY) / _DAY))

    def _has_time(self) -> bool:
        left = self._house.seconds_left()
        return not self._house.is_over() and (left is None or left > _TIME * self._house.seconds)


class LookAgain:
    """Judges what came of a look, and notes it with what it changes in one transaction. An item pipeline."""

    def __init__(self, crawler: Crawler, source: Source) -> None:
        self._crawler, self._house, self._source = crawler, House.of(crawler), source
        self._continuing = Continuing(crawler, source)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """As Scrapy builds it."""
        spider_class: Any = crawler.spidercls
        return cls(crawler, spider_class.source)

    async def process_item(self, item: Any) -> Any:
        """Looked → judged and noted; anything else passes."""
        if not isinstance(item, Looked):
            return item
        try:
            seen, cause = await self._judged(item)
        except (Stopped, CloseSpider) as error:
            raise DropItem(f"the crawl ended before the look: {item.look.kept.url}") from error
        self._house.tally.looks[seen.value] += 1
        self._house.became(seen.value, cause, item.look.article)
        log.info(
            "looked source=%s as=%s address=%s cause=%s", self._source.key, seen, item.look.kept.url, cause
        )
        return item

    async def _judged(self, item: Looked) -> tuple[Seen, str | None]:
        settings, now = self._house.facilities.settings, self._house.facilities.clock()
        look, plan = item.look, settings.revisit_after
        if item.cause is not None:
            cause = item.cause
            return await self._house.write(lambda s: looks.missed(s, look, cause, now, plan)), cause
        if item.page is None:
            return await self._noted(look, Seen.NOT_MODIFIED), None
        found = await self._read(item)
        if isinstance(found, NotArticle):
            return await self._noted(look, Seen.UNCLEAR, found.refusal.value), found.refusal.value
        doubt = await self._doubt(item, found.article)
        if doubt is not None:
            return await self._noted(look, Seen.UNCLEAR, doubt), doubt
        exposures = (item.exposure, *found.exposures) if item.exposure else ()
        exposing = Exposing(self._house, await asyncio.to_thread(packed, exposures))
        return await self._house.write(lambda s: self._keep(s, item, found, exposing)), None

    async def _noted(self, look: Look, seen: Seen, cause: str | None = None) -> Seen:
        now, plan = self._house.facilities.clock(), self._house.facilities.settings.revisit_after
        return await self._house.write(lambda s: looks.found(s, look, seen, now, plan, cause))

    async def _read(self, item: Looked) -> Whole | NotArticle:
        look, facilities = item.look, self._house.facilities
        assert item.page is not None
        reading = await facilities.readers.read_again(
            item.page, self._source, look.lead, look.kept.title, facilities.clock(), titled=look.titled
        )
        if isinstance(reading.outcome, NotArticle):
            return reading.outcome
        return await self._continuing.whole(reading.outcome, reading.following, wanted_of(look), reading.prepared)

    def _keep(self, session: Session, item: Looked, found: Whole, exposing: Exposing) -> Seen:
        house, look = self._house, item.look
        now, plan = house.facilities.clock(), house.facilities.settings.revisit_after
        arrival = Arrival(
            now=now,
            last_good_at=house.run.last_good_at if house.run else None,
            max_age=house.facilities.settings.alert_max_age,
            whole=found.missing is None,
        )
        revised = articles.revise(
            session, look.article, found.article, arrival, found.prepared, moved=item.moved
        )
        if revised is None:
            return Seen.SAME
        saved, article = revised
        exposing.keep(session, look.article, article, saved)
        assert item.page is not None
        if item.validators is not None and not found.missing and item.validators.address == article.url:
            leads.remember(session, item.validators, now)
        seen = Seen.EDITED if saved is Saved.UPDATED else Seen.SAME
        if row_key(article.url) != row_key(look.kept.url):
            seen = Seen.MOVED
        return looks.found(session, look, seen, now, plan)

    async def _doubt(self, item: Looked, article: Article) -> str | None:
        """Why a page is none of its article, though it reads as one; None where it may be taken over."""
        kept, page = item.look.kept, item.page
        assert page is not None
        if articles.text_hash(article) == articles.text_hash(kept):
            return None
        akin, contained = shares(kept.text, article.text)
        if len(article.text) < _CUT * len(kept.text) and contained >= _SAME_WORDS:
            return "cut-short"
        if akin >= AKIN or fold(article.title) == fold(kept.title):
            return None
        return await self._stranger(item.look, page, article)

    async def _stranger(self, look: Look, page: Page, article: Article) -> str | None:
        """Why a text that has nothing in common with the kept one is another's; None where it is a new wording."""
        if address_key(page.final_address) != address_key(look.kept.url):
            return "elsewhere"
        if _PASSWORD.search(page.body):
            return "login"
        digest = articles.text_hash(article)
        if await self._house.write(lambda s: looks.twin_of(s, look.article, digest)):
            return "same-as-another"
        return await self._soft_missing(article)

    async def _soft_missing(self, article: Article) -> str | None:
        """Whether the server answers like this for what it cannot have: asked at an address that nobody gave out."""
        request = Request(_nowhere(article.url), meta={ASIDE: True, "handle_httpstatus_all": True})
        if self._house.is_over():
            raise Stopped
        try:
            response = await fetch(self._crawler, request)
        except Exception as error:  # noqa: BLE001 - whatever kept us from asking leaves the doubt
            return f"unlike, {cause_of_error(error)}"
        if response.status in (404, 410):
            return None
        if response.status != 200:
            return f"unlike, http-{response.status}"
        facilities = self._house.facilities
        page = page_of(response, request.url, facilities.clock())
        reading = await facilities.readers.read(page, self._source, None, facilities.clock())
        if isinstance(reading.outcome, NotArticle):
            return None
        return "soft-404" if shares(reading.outcome.text, article.text)[0] >= 2 * AKIN else None


def wanted_of(look: Look) -> Wanted:
    """The look as a lead to fetch: under its list's title and date, at the article's own address."""
    lead = replace(look.lead, address=look.kept.url, title=look.kept.title)
    return Wanted(lead=lead, key=row_key(look.lead.address), overlapped=False)


def _nowhere(address: str) -> str:
    """An address beside another that no page has: the same for each look, so that caches are not filled."""
    parts, mark = urlsplit(address), hashlib.sha256(address.encode()).hexdigest()
    digits = str(int(mark[:12], 16))
    if parts.query and _NUMBER.search(parts.query):
        return urlunsplit((parts.scheme, parts.netloc, parts.path, _NUMBER.sub(digits, parts.query), ""))
    folder, _, name = parts.path.rstrip("/").rpartition("/")
    name = (
        _NUMBER.sub(digits, name)
        if _NUMBER.search(name) and "%" not in name
        else f"{mark[:16]}{_suffix(name)}"
    )
    return urlunsplit((parts.scheme, parts.netloc, f"{folder}/{name}", "", ""))


def _suffix(name: str) -> str:
    """`.html`: what a server chooses its program by."""
    found = re.search(r"\.\w{1,5}$", name)
    return found[0] if found else ""
