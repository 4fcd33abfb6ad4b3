"""What every request passes on its way to the network."""

from __future__ import annotations

import asyncio
from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response

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


class RobotsTxt(RobotsTxtMiddleware):
    """Obeys robots.txt; one that a server's fault withholds forbids everything (RFC 9309, 2.3.1.4)."""

    async def _parse_robots(self, response: Response, netloc: str, request: Request) -> None:
        withheld = response.status >= 500
        told = response.replace(body=b"User-agent: *\nDisallow: /\n") if withheld else response
        await super()._parse_robots(told, netloc, request)
