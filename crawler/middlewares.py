"""What every request passes on its way to the network."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Self
from urllib.parse import unquote, urlsplit, urlunsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import NotConfigured
from scrapy.http import Response
from scrapy.robotstxt import RobotParser
from twisted.internet.defer import Deferred

from crawler.answers import PutOff, RobotsUnreachable, Stopped, cause_of_error, retry_after
from crawler.guard import refuse_private
from crawler.hosts import Turn
from crawler.house import House
from crawler.robots import delay_of
from news.addresses import host_key
from news.errors import StorageError
from news.settings import Network

#: Marks a request that a crawl is good without: no crawl is put off for its sake.
ASIDE = "jarchi_aside"
#: Where a request keeps its turn.
_TURN = "jarchi_turn"
#: After an answer 429 that does not say for how long, a host is left alone for so many times its delay.
_UNSAID = 10
#: Bytes of a robots.txt that must be read (RFC 9309, 2.5).
_LONGEST_ROBOTS = 512_000


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
    """Sends a source's requests, robots.txt included, by way of its own proxy.

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
        if not spider_class.source.proxy:
            raise NotConfigured
        return cls(spider_class.source.proxy, House.of(crawler).facilities.settings.allow_networks)

    def process_request(self, request: Request) -> None:
        """Name the proxy; raises AddressRefused."""
        refuse_private(urlsplit(request.url).hostname or "", self._networks)
        request.meta["proxy"] = self._proxy
        if self._login is not None:
            request.headers["Proxy-Authorization"] = self._login


class RobotsTxt(RobotsTxtMiddleware):
    """Obeys robots.txt; one that a fault of server or network withholds forbids everything (RFC 9309, 2.3.1.4)."""

    def process_request_2(self, rp: RobotParser | None, request: Request) -> None:
        """Refuse what is forbidden, and everything while nobody can say what is; raises IgnoreRequest."""
        if isinstance(rp, _Withheld):
            raise RobotsUnreachable(rp.cause)
        super().process_request_2(rp, request)

    async def _parse_robots(self, response: Response, netloc: str, request: Request) -> None:
        withheld = response.status >= 500
        self._note(response, request)
        read = response.body[:_LONGEST_ROBOTS]
        told = response.replace(body=b"User-agent: *\nDisallow: /\n" if withheld else read)
        await super()._parse_robots(told, netloc, request)

    def _note(self, response: Response, request: Request) -> None:
        """Let the registry of hosts know what it says; an error page says nothing."""
        text = response.body[:_LONGEST_ROBOTS].decode("utf-8", "replace") if response.status == 200 else ""
        agent: str = self.crawler.settings["USER_AGENT"]
        hosts = House.of(self.crawler).facilities.hosts
        hosts.saw_robots(host_key(request.url), response.status, text, delay_of(text, agent))

    def _robots_error(self, exc: Exception, netloc: str) -> None:
        cause = cause_of_error(exc)
        if cause == "redirects":  # RFC 9309, 2.3.1.2: it may be taken for one that is not there
            super()._robots_error(exc, netloc)
            return
        waiting, withheld = self._parsers[netloc], _Withheld(cause)
        self._parsers[netloc] = withheld
        if isinstance(waiting, Deferred):
            waiting.callback(withheld)


def _basic(user: str, password: str) -> bytes:
    return b"Basic " + b64encode(f"{unquote(user)}:{unquote(password)}".encode())


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
