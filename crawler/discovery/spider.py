"""The look at a site, and the test of a source's roads, as spiders: on the downloader of every crawl."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from dataclasses import replace
from typing import Any, ClassVar

from scrapy import Request
from scrapy.http import HtmlResponse

from crawler.discovery.asking import Asker, Say
from crawler.discovery.found import Finding, RoadsReport, Wishes
from crawler.discovery.looking import Look
from crawler.discovery.trying import try_roads
from crawler.spider import SourceSpider
from news.errors import JarchiError
from news.values import Lead, ListRoad, Source


class LookSpider(SourceSpider):
    """Looks at one site; `found` or `error` is set when it is done."""

    name = "look"
    source: ClassVar[Source] = Source(key="look", name="A site not yet known")

    def __init__(self, asked: str, wishes: Wishes, say: Say, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._asked, self._wishes, self._say = asked, wishes, say
        self.found: Finding | None = None
        self.error: JarchiError | None = None

    async def start(self) -> AsyncIterator[Any]:
        """Look, and ask nothing more."""
        try:
            finding = await Look(Asker(self.crawler, self._say), self._asked, self._wishes).found()
            self.found = replace(finding, requests=self.house.tally.requests)
        except JarchiError as error:
            self.error = error
        for request in list[Request]():
            yield request


class RoadTest(SourceSpider):
    """Tries each road of a source; in front of an odd site's spider it reads lists as that does."""

    def __init__(self, say: Say, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._say = say
        self.found: RoadsReport | None = None
        self.error: JarchiError | None = None

    async def start(self) -> AsyncIterator[Any]:
        """Try, and ask nothing more."""
        try:
            roads = await try_roads(Asker(self.crawler, self._say), self.source, self._listed)
            self.found = RoadsReport(roads=roads, requests=self.house.tally.requests)
        except JarchiError as error:
            self.error = error
        for request in list[Request]():
            yield request

    def _listed(self, response: HtmlResponse, road: ListRoad) -> Iterable[Lead]:
        return self.leads_of(response, road)
