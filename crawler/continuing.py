"""Articles of several pages: fetched page after page, read as one."""

from __future__ import annotations

from dataclasses import dataclass, replace

from scrapy import Request
from scrapy.crawler import Crawler

from crawler.answers import STOPPED, cause_of_error, page_of
from crawler.evidence.captures import Exposure, exposure_of
from crawler.fetching import fetch
from crawler.following import Following, repeats
from crawler.house import House
from crawler.readers import Reading
from news.addresses import address_key
from news.values import Article, NotArticle, Source
from storage import leads
from storage.leads import Wanted
from storage.prepared import Prepared

#: An article of more pages is a book, or a trap.
_PAGES = 20
#: What the next crawl would not find otherwise either.
_FINAL = ("http-404", "http-410", "robots", "elsewhere")


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """An article with what its later pages add."""

    article: Article
    #: why a later page is missing
    missing: str | None = None
    #: the later pages that it was made of, as they came
    exposures: tuple[Exposure, ...] = ()
    #: of its words, where a reader has made it
    prepared: Prepared | None = None

    @property
    def is_final(self) -> bool:
        """Whether nothing is missing that the next crawl could bring."""
        return self.missing is None or self.missing in _FINAL


class _Ended(Exception):
    """A later page that could not be had; its text is the cause."""


class Stopped(Exception):
    """The crawl ended before the article did."""


class Continuing:
    """Fetches and joins the later pages of articles, in the order in which they are numbered.

    They go the way of every request: robots.txt, the host's turn, the source's proxy.
    """

    def __init__(self, crawler: Crawler, source: Source) -> None:
        self._crawler, self._house, self._source = crawler, House.of(crawler), source

    async def whole(
        self, first: Article, following: Following | None, wanted: Wanted, prepared: Prepared | None
    ) -> Whole:
        """The article with all its pages, or with those up to the first that fails; raises Stopped.

        `prepared` is of the first page's words.
        """
        pages, missing, exposures = [first], None, list[Exposure | None]()
        try:
            while following is not None and len(pages) < _PAGES:
                found = await self._next(following, wanted)
                if found is None or any(repeats(found[0], page) for page in pages):
                    break
                page, following, exposure = found
                pages.append(page)
                exposures.append(exposure)
        except _Ended as ended:
            missing = str(ended)
        if len(pages) == 1:
            return Whole(article=first, missing=missing, prepared=prepared)
        joined = await self._house.facilities.readers.join(first, pages[1:], self._source)
        if isinstance(joined.outcome, NotArticle):
            return Whole(article=first, missing=joined.outcome.refusal.value, prepared=prepared)
        kept = tuple(exposure for exposure in exposures if exposure is not None)
        return Whole(article=joined.outcome, missing=missing, exposures=kept, prepared=joined.prepared)

    async def _next(
        self, following: Following, wanted: Wanted
    ) -> tuple[Article, Following | None, Exposure | None] | None:
        """A later page and where it goes on; None where a list names its address as another article's."""
        source, address = self._source.key, following.address
        if await self._house.write(lambda session: leads.is_lead(session, source, address)):
            return None
        reading, exposure = await self._fetched(following, wanted)
        if isinstance(reading.outcome, NotArticle):
            raise _Ended(reading.outcome.refusal.value)
        return reading.outcome, reading.following, exposure

    async def _fetched(self, following: Following, wanted: Wanted) -> tuple[Reading, Exposure | None]:
        if self._house.is_over():
            raise Stopped
        request = Request(following.address)
        try:
            response = await fetch(self._crawler, request)
        except Exception as error:
            raise (
                Stopped if (cause := cause_of_error(error)) == STOPPED else _Ended(cause)
            ) from error
        if response.status != 200:
            raise _Ended(f"http-{response.status}")
        if address_key(response.url) != address_key(following.address):
            raise _Ended("elsewhere")
        facilities = self._house.facilities
        page = page_of(response, following.address, facilities.clock())
        # the list's text is the whole article's: it stands in for no later page
        lead = replace(wanted.lead, body=None)
        reading = await facilities.readers.read(
            page, self._source, lead, facilities.clock(), first=following.first
        )
        return reading, exposure_of(response, page, wanted, first=wanted.lead.address)
