"""What every request passes on its way to the network."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Self
from urllib.parse import unquote, urljoin, urlsplit, urlunsplit

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import NotConfigured
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK
from scrapy.robotstxt import RobotParser
from scrapy.utils.python import to_unicode

from crawler.answers import STOPPED, PutOff, RobotsUnreachable, Stopped, conditional, retry_after
from crawler.downloading import Unanswered
from crawler.fetching import fetch
from crawler.forwarding import OWN_ANSWER, ForwardProxy, is_socks
from crawler.guard import OWN_PORTS, AddressRefused, refuse_private
from crawler.hosts import Turn
from crawler.house import House
from crawler.robotsfiles import Rules, Withheld
from news.addresses import host_key
from news.errors import StorageError
from news.settings import Network
from storage.leads import Validators
from storage.robots import RobotsKept

#: Marks a request that a crawl is good without: no crawl is put off for its sake.
ASIDE = "jarchi_aside"
#: Where a request keeps its turn.
_TURN = "jarchi_turn"
#: After an answer 429 that does not say for how long, a host is left alone for so many times its delay.
_UNSAID = 10


class HostPoliteness:
    """Holds a request, robots.txt included, until its host's turn, and the host until the answer has come."""

    def __init__(self, house: House) -> None:
        self._house, self._hosts = house, house.facilities.hosts

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """As Scrapy builds it."""
        return cls(House.of(crawler))

    async def process_request(self, request: Request) -> None:
        """Wait for the host's turn; raises PutOff and Stopped, which are no answers."""
        try:
            request.meta[_TURN] = await self._hosts.take(host_key(request.url), self._house)
        except PutOff as error:
            if not request.meta.get(ASIDE):
                self._house.put_off(error)
            raise
        except StorageError as error:
            self._house.fail("storage", str(error))
            raise Stopped from error
        self._house.tally.requests += 1

    def process_response(self, request: Request, response: Response) -> Response:
        """Give the host free, or close it for as long as it asks."""
        turn: Turn | None = request.meta.pop(_TURN, None)
        if turn is not None:
            self._hosts.answered(turn, self._closed_for(turn, response))
        return response

    def process_exception(self, request: Request, exception: Exception) -> None:
        """Give the host free: no answer comes."""
        turn: Turn | None = request.meta.pop(_TURN, None)
        if turn is not None:
            self._hosts.answered(turn)

    def _closed_for(self, turn: Turn, response: Response) -> timedelta | None:
        if response.status not in (429, 503):
            return None
        said = retry_after(response, self._house.facilities.clock())
        if said is None and response.status == 429:
            return timedelta(seconds=_UNSAID * turn.delay) if turn.delay else None
        return said


class SourceProxy:
    """Sends a source's requests, robots.txt included, by way of its own HTTP proxy.

    The proxy is dialled under the guard, as any host is. It resolves names itself: those that are written as
    addresses are looked at before.
    """

    def __init__(self, proxy: str, networks: Sequence[Network]) -> None:
        parts = urlsplit(proxy)
        self._networks = networks
        self._proxy = urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], "", "", ""))
        self._login = _basic(parts.username, parts.password or "") if parts.username else None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """As Scrapy builds it; steps aside where the source's file names no proxy."""
        spider_class: Any = crawler.spidercls
        if not spider_class.source.proxy or is_socks(spider_class.source.proxy):
            raise NotConfigured
        return cls(spider_class.source.proxy, House.of(crawler).facilities.settings.allow_networks)

    def process_request(self, request: Request) -> None:
        """Name the proxy; raises AddressRefused."""
        refuse_private(urlsplit(request.url).hostname or "", self._networks)
        request.meta["proxy"] = self._proxy
        if self._login is not None:
            request.headers["Proxy-Authorization"] = self._login


class SourceSocks:
    """Sends a source's requests by way of its own SOCKS proxy: through a forward proxy of ours that speaks it.

    That lives as long as the crawl, and dials under the guard.
    """

    def __init__(self, proxy: str, networks: Sequence[Network]) -> None:
        self._networks = networks
        self._forward = ForwardProxy(networks, upstream=proxy)
        self._opened: asyncio.Future[str] | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """As Scrapy builds it; steps aside where the source's file names no such proxy."""
        spider_class: Any = crawler.spidercls
        if not is_socks(spider_class.source.proxy):
            raise NotConfigured
        made = cls(spider_class.source.proxy, House.of(crawler).facilities.settings.allow_networks)
        crawler.signals.connect(made.close, signal=signals.engine_stopped)
        return made

    async def process_request(self, request: Request) -> None:
        """Name the proxy; raises AddressRefused."""
        refuse_private(urlsplit(request.url).hostname or "", self._networks)
        if self._opened is None:
            self._opened = asyncio.ensure_future(self._open())
        request.meta["proxy"] = await asyncio.shield(self._opened)

    def process_response(self, request: Request, response: Response) -> Response:
        """What the forward proxy itself answers is a failure of the way, not of the site; raises Unanswered."""
        if response.headers.get(OWN_ANSWER) is None:
            return response
        host = urlsplit(request.url).hostname or ""
        if host in self._forward.refused:
            raise AddressRefused(host)
        raise Unanswered("proxy", f"the source's proxy does not reach {host}")

    async def close(self) -> None:
        """End the forward proxy, and what still runs through it."""
        if self._opened is not None:
            address = await self._opened
            OWN_PORTS.discard(urlsplit(address).port or 0)
            await self._forward.__aexit__()

    async def _open(self) -> str:
        await self._forward.__aenter__()
        OWN_PORTS.add(urlsplit(self._forward.address).port or 0)
        return self._forward.address


class RobotsTxt(RobotsTxtMiddleware):
    """Obeys robots.txt, the one that is kept; one that cannot be had forbids everything (RFC 9309, 2.3.1.4)."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._asked: dict[str, asyncio.Future[RobotParser]] = {}

    async def robot_parser(self, request: Request) -> RobotParser:
        """The rules of a request's host, looked for once in a crawl."""
        host = host_key(request.url)
        if host not in self._asked:
            self._asked[host] = asyncio.ensure_future(self._rules(host, request))
        return await asyncio.shield(self._asked[host])

    def process_request_2(self, rp: RobotParser | None, request: Request) -> None:
        """Refuse what is forbidden, and everything while nobody can say what is; raises IgnoreRequest."""
        if isinstance(rp, _Unknown):
            raise RobotsUnreachable(rp.cause)
        super().process_request_2(rp, request)

    async def _rules(self, host: str, request: Request) -> RobotParser:
        house = House.of(self.crawler)
        address = urljoin(request.url, "/robots.txt")

        async def ask(kept: RobotsKept | None) -> Response:
            return await self._download(address, kept)

        try:
            # a look at a site says how it is now
            found = await house.facilities.robots.of(host, house, ask, anew=house.run is None)
        except (Withheld, Stopped) as error:
            return _Unknown(error.cause if isinstance(error, Withheld) else STOPPED)
        return _Known(found)

    async def _download(self, address: str, kept: RobotsKept | None) -> Response:
        marks = None
        if kept is not None:
            marks = Validators(address=address, etag=kept.etag, last_modified=kept.last_modified)
        request = Request(
            address, priority=self.DOWNLOAD_PRIORITY, meta={"dont_obey_robotstxt": True}, callback=NO_CALLBACK
        )
        return await fetch(self.crawler, conditional(request, marks))


def _basic(user: str, password: str) -> bytes:
    return b"Basic " + b64encode(f"{unquote(user)}:{unquote(password)}".encode())


class _Known(RobotParser):
    """Rules, as Scrapy asks them."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules

    @classmethod
    def from_crawler(cls, crawler: Crawler, robotstxt_body: bytes) -> Self:
        """Part of the interface; rules are read where they are kept."""
        raise NotImplementedError

    def allowed(self, url: str | bytes, user_agent: str | bytes) -> bool:
        """Whether an agent may ask for an address."""
        return self._rules.allows(to_unicode(url), to_unicode(user_agent))


class _Unknown(RobotParser):
    """Stands for a robots.txt that could not be had."""

    def __init__(self, cause: str) -> None:
        self.cause = cause

    @classmethod
    def from_crawler(cls, crawler: Crawler, robotstxt_body: bytes) -> Self:
        """Part of the interface; there is no text to read."""
        raise NotImplementedError

    def allowed(self, url: str | bytes, user_agent: str | bytes) -> bool:
        """Nothing is."""
        return False
