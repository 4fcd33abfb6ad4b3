"""The robots.txt of hosts, kept between crawls: a host is asked for it once a day."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from weakref import WeakValueDictionary

from protego import Protego
from scrapy.http import Response

from crawler.answers import Stopped, cause_of_error, validators_of
from crawler.hosts import HostRegistry, Visitor
from crawler.robots import STANDS, delay_of, withholds
from storage.robots import RobotsKept, RobotsSeen

#: A robots.txt is asked for again when it is so old (RFC 9309, 2.4).
FRESH = timedelta(hours=24)
#: Bytes that must be read (RFC 9309, 2.5).
_LONGEST = 512_000
#: Characters of all that a process remembers.
_MOST = 4_000_000


class Withheld(Exception):
    """Nobody can say what a robots.txt forbids; `cause` says why."""

    def __init__(self, cause: str) -> None:
        super().__init__(f"robots.txt could not be had: {cause}")
        self.cause = cause


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """A robots.txt that was had, read."""

    kept: RobotsKept
    parsed: Protego

    def allows(self, address: str, agent: str) -> bool:
        """Whether an agent may ask for an address."""
        return bool(self.parsed.can_fetch(address, agent))


#: Asks a host for its robots.txt, with the marks of the one that is kept.
Ask = Callable[[RobotsKept | None], Awaitable[Response]]


class RobotsFiles:
    """The robots.txt of hosts, for all crawls of a process: asked for once a day, and by one crawl at a time.

    `recall` finds what is stored. Where a server fails to give it, or nobody answers, the one that was had last stands.
    """

    def __init__(
        self,
        recall: Callable[[str], Awaitable[RobotsKept | None]],
        hosts: HostRegistry,
        agent: str,
        clock: Callable[[], datetime],
    ) -> None:
        self._recall, self._hosts, self._agent, self._clock = recall, hosts, agent, clock
        self._known: OrderedDict[str, Rules] = OrderedDict()
        self._size = 0
        self._lines: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def of(self, host: str, visitor: Visitor, ask: Ask, *, anew: bool = False) -> Rules:
        """The rules of a host; `anew` asks for them whatever is kept.

        Raises Withheld where they cannot be had, and Stopped where the crawl ends before.
        """
        known = await self._recalled(host)
        if not anew and known is not None and self._is_younger(known, FRESH):
            return known
        line = self._lines.get(host)
        if line is None:
            line = self._lines[host] = asyncio.Lock()
        try:
            async with asyncio.timeout(visitor.seconds_left()):
                await line.acquire()
        except TimeoutError:
            raise Stopped from None
        try:
            meanwhile = self._known.get(host)
            if meanwhile is not None and meanwhile is not known and self._is_younger(meanwhile, FRESH):
                return meanwhile
            return await self._asked(host, known, ask)
        finally:
            line.release()

    async def _asked(self, host: str, known: Rules | None, ask: Ask) -> Rules:
        try:
            response = await ask(known.kept if known else None)
        except Stopped:
            raise
        except Exception as error:
            cause = cause_of_error(error)
            if known is not None and self._is_younger(known, STANDS):
                return known
            if cause == "redirects":  # RFC 9309, 2.3.1.2: it may be taken for one that is not there
                return _read(RobotsKept(text="", at=self._clock()))
            raise Withheld(cause) from error
        return self._answered(host, known, response)

    def _answered(self, host: str, known: Rules | None, response: Response) -> Rules:
        status, now = response.status, self._clock()
        if status == 304 and known is not None and known.kept.has_marks:
            self._hosts.saw_robots(RobotsSeen(host=host, status=status))
            return self._remember(host, replace(known, kept=replace(known.kept, at=now)))
        if withholds(status) or status == 304:  # not changed since nothing that was asked about
            self._hosts.saw_robots(RobotsSeen(host=host, status=status))
            if known is not None and self._is_younger(known, STANDS):
                return known
            raise Withheld("robots")
        text = response.body[:_LONGEST].decode("utf-8-sig", "replace") if status == 200 else ""
        marks = validators_of(response, response.url)
        seen = RobotsSeen(
            host=host, status=status, text=text, delay=delay_of(text, self._agent),
            etag=marks.etag, last_modified=marks.last_modified,
        )  # fmt: skip
        self._hosts.saw_robots(seen)
        kept = RobotsKept(text=text, at=now, etag=seen.etag, last_modified=seen.last_modified)
        return self._remember(host, _read(kept))

    async def _recalled(self, host: str) -> Rules | None:
        if host in self._known:
            self._known.move_to_end(host)
            return self._known[host]
        kept = await self._recall(host)
        return self._known.get(host) or (self._remember(host, _read(kept)) if kept is not None else None)

    def _remember(self, host: str, rules: Rules) -> Rules:
        before = self._known.pop(host, None)
        self._known[host] = rules
        self._size += _size(rules) - (_size(before) if before else 0)
        while self._size > _MOST and len(self._known) > 1:
            self._size -= _size(self._known.popitem(last=False)[1])
        return rules

    def _is_younger(self, rules: Rules, age: timedelta) -> bool:
        return self._clock() - rules.kept.at < age


def _read(kept: RobotsKept) -> Rules:
    return Rules(kept=kept, parsed=Protego.parse(kept.text))


def _size(rules: Rules) -> int:
    return len(rules.kept.text) + 100
