"""What every request passes on its way to the network."""

from __future__ import annotations

import asyncio
from typing import Any, Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest, NotConfigured
from scrapy.http import Response
from scrapy.robotstxt import RobotParser
from twisted.internet.defer import Deferred

from crawler.answers import RobotsUnreachable, cause_of_error
from crawler.hosts import HostRegistry
from crawler.house import House
from crawler.tally import Tally
from news.addresses import host_key


class HostPoliteness:
    """Holds a request, robots.txt included, until its host's next allowed moment."""

    def __init__(self, hosts: HostRegistry, tally: Tally, stopping: asyncio.Event) -> None:
        self._hosts = hosts
        self._tally = tally
        self._stopping = stopping

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """As Scrapy builds it."""
        house = House.of(crawler)
        return cls(house.facilities.hosts, house.tally, house.facilities.stopping)

    async def process_request(self, request: Request) -> None:
        """Wait for the host's turn."""
        wait = self._hosts.reserve(host_key(request.url), asyncio.get_running_loop().time())
        if wait > 0 and await self._is_stopped(wait):
            raise IgnoreRequest("stopped")
        self._tally.requests += 1

    async def _is_stopped(self, seconds: float) -> bool:
        """Wait, but no longer than the worker wants to live."""
        try:
            async with asyncio.timeout(seconds):
                return await self._stopping.wait()
        except TimeoutError:
            return False


class SourceProxy:
    """Sends a source's requests, robots.txt included, by way of its own proxy."""

    def __init__(self, proxy: str) -> None:
        self._proxy = proxy

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """As Scrapy builds it; steps aside where the source's file names no proxy."""
        spider_class: Any = crawler.spidercls
        if not spider_class.source.proxy:
            raise NotConfigured
        return cls(spider_class.source.proxy)

    def process_request(self, request: Request) -> None:
        """Name the proxy."""
        request.meta["proxy"] = self._proxy


class RobotsTxt(RobotsTxtMiddleware):
    """Obeys robots.txt; one that a fault of server or network withholds forbids everything (RFC 9309, 2.3.1.4)."""

    def process_request_2(self, rp: RobotParser | None, request: Request) -> None:
        """Refuse what is forbidden, and everything while nobody can say what is; raises IgnoreRequest."""
        if isinstance(rp, _Withheld):
            raise RobotsUnreachable(rp.cause)
        super().process_request_2(rp, request)

    async def _parse_robots(self, response: Response, netloc: str, request: Request) -> None:
        withheld = response.status >= 500
        told = response.replace(body=b"User-agent: *\nDisallow: /\n") if withheld else response
        await super()._parse_robots(told, netloc, request)

    def _robots_error(self, exc: Exception, netloc: str) -> None:
        cause = cause_of_error(exc, Request(f"http://{netloc}/robots.txt"))
        if cause == "redirects":  # RFC 9309, 2.3.1.2: it may be taken for one that is not there
            super()._robots_error(exc, netloc)
            return
        waiting, withheld = self._parsers[netloc], _Withheld(cause)
        self._parsers[netloc] = withheld
        if isinstance(waiting, Deferred):
            waiting.callback(withheld)


class _Withheld(RobotParser):
    """Stands for a robots.txt that could not be had."""

    def __init__(self, cause: str) -> None:
        self.cause = cause

    @classmethod
    def from_crawler(cls, crawler: Crawler, robotstxt_body: bytes) -> Self:
        """Part of the interface; there is no text to read."""
        return cls(robotstxt_body.decode("latin-1"))

    def allowed(self, url: str | bytes, user_agent: str | bytes) -> bool:
        """Nothing is."""
        return False
