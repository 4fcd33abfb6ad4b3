"""The look at a site, and the test of a source's roads, as spiders: on the downloader of every crawl."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from dataclasses import replace
from typing import Any, ClassVar

from scrapy import Request
from scrapy.http import HtmlResponse

from crawler.browser import needs
from crawler.discovery.asking import Asker, Say
from crawler.discovery.found import Finding, MembersFinding, NotWatchable, RoadsReport, Wishes
from crawler.discovery.looking import Look
from crawler.discovery.sitemaps import unused
from crawler.discovery.trying import try_roads
from crawler.members.looking import look_at_members, try_members
from crawler.spider import SourceSpider
from news.errors import JarchiError
from news.values import Lead, ListRoad, Source, SourceKind


def look_spider(wishes: Wishes) -> type[LookSpider]:
    """The spider of a look, with a browser where one is wished for."""
    if not wishes.render:
        return LookSpider
    return type("DrawingLookSpider", (LookSpider,), {"source": LookSpider.source.model_copy(update={"render": True})})


class LookSpider(SourceSpider):
    """Looks at one site; `found` or `error` is set when it is done."""

    name = "look"
    source: ClassVar[Source] = Source(key="look", name="A site not yet known")

    def __init__(self, asked: str, wishes: Wishes, say: Say, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._asked, self._wishes, self._say = asked, wishes, say
        self.found: Finding | MembersFinding | None = None
        self.error: JarchiError | None = None

    async def start(self) -> AsyncIterator[Any]:
        """Look, and ask nothing more."""
        try:
            if self._wishes.render and (lacking := needs.missing()):
                raise NotWatchable(f"--render needs a browser, and {lacking}")
            asker = Asker(self.crawler, self._say)
            finding: Finding | MembersFinding
            if self._wishes.kind is SourceKind.MEMBERS:
                finding = await look_at_members(asker, self._asked, self._wishes)
            else:
                finding = await Look(asker, self._asked, self._wishes).found()
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
            if fault := needs.fault_of(self.source):
                raise NotWatchable(fault)
            asker = Asker(self.crawler, self._say)
            roads = (
                *await try_roads(asker, self.source, self._listed), *await try_members(asker, self.source)
            )
            further = await unused(asker, self.source)
            self.found = RoadsReport(roads=roads, requests=self.house.tally.requests, unused=further)
        except JarchiError as error:
            self.error = error
        for request in list[Request]():
            yield request

    def _listed(self, response: HtmlResponse, road: ListRoad) -> Iterable[Lead]:
        return self.leads_of(response, road)
