"""Asking a site, one page after the other, the way every request of a crawl goes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response

from crawler.answers import cause_of_error, page_of
from crawler.fetching import fetch
from crawler.house import House
from crawler.readers import ReaderPool
from news.addresses import canonical
from news.errors import JarchiError
from news.values import Article, Lead, NotArticle, Page, Source

#: Requests for one site; politeness makes each cost its seconds.
BUDGET = 60

Say = Callable[[str], None]


class LookStopped(JarchiError):
    """The look at a site was ended before it had seen what it came for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What an address gave: a response, or the cause for which there is none."""

    response: Response | None = None
    cause: str | None = None

    @property
    def page(self) -> Response | None:
        """The response, where it is a success."""
        return self.response if self.response is not None and self.cause is None else None


class Asker:
    """Fetches by way of robots.txt, the guard and the host's turn; each address is asked once.

    `say` is told each address before it is asked for.
    """

    def __init__(self, crawler: Crawler, say: Say, budget: int = BUDGET) -> None:
        self._crawler, self._house, self._say = crawler, House.of(crawler), say
        self._left = budget
        self._known: dict[str, Answer] = {}

    async def ask(self, address: str, *, obey_robots: bool = True) -> Answer:
        """The answer of an address; one that is no success has its response and `http-404` as cause."""
        key = canonical(address)
        if key not in self._known:
            self._known[key] = await self._asked(address, obey_robots=obey_robots)
        return self._known[key]

    async def read(self, lead: Lead, source: Source) -> Article | str:
        """The article of a lead, or the cause for which there is none."""
        answer = await self.ask(lead.address)
        if answer.page is None:
            return answer.cause or "no-answer"
        found = await self.readers.read(self.page(answer.page, lead.address), source, lead, self.now())
        return found.outcome.refusal.value if isinstance(found.outcome, NotArticle) else found.outcome

    @property
    def readers(self) -> ReaderPool:
        """The process's readers."""
        return self._house.facilities.readers

    def page(self, response: Response, asked: str) -> Page:
        """A response as a page."""
        return page_of(response, asked, self.now())

    def now(self) -> datetime:
        """The moment, by the process's clock."""
        return self._house.facilities.clock()

    async def _asked(self, address: str, *, obey_robots: bool) -> Answer:
        if self._house.is_over():
            raise LookStopped("the look at the site was stopped, or its deadline passed")
        if not self._left:
            return Answer(cause="budget")
        self._left -= 1
        self._say(address)
        request = Request(address, meta={} if obey_robots else {"dont_obey_robotstxt": True})
        try:
            response = await fetch(self._crawler, request)
        except Exception as error:  # noqa: BLE001 (whatever the network brings up has its name among the causes)
            return Answer(cause=cause_of_error(error))
        return Answer(response=response, cause=None if response.status == 200 else f"http-{response.status}")
