"""Politeness belongs to the host: whoever wants to ask one takes its turn in one registry, the database's."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from weakref import WeakValueDictionary

from crawler.answers import PutOff, Stopped
from crawler.manners import Manners, manners_of_hosts
from news.errors import StorageError
from news.values import Source
from storage import hosts
from storage.hosts import Answered, Ask, Deed, Verdict, Wait
from storage.robots import RobotsSeen

log = logging.getLogger(__name__)

#: Settles deeds in one transaction of the database.
Settle = Callable[[Sequence[Deed]], Awaitable[list[Verdict | None]]]


class Visitor(Protocol):
    """A crawl that wants to ask a host."""

    def seconds_left(self) -> float | None:
        """Until its deadline; None where it has none."""

    async def wait(self, seconds: float) -> bool:
        """Wait; whether the crawl is over then, or before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """The leave to make one request."""

    host: str
    at: datetime
    #: seconds from its answer to the next request
    delay: float


class HostRegistry:
    """Turns at hosts, for all crawls of a process; the database keeps them apart from those of other processes.

    What comes while a transaction is under way is settled by the next one together. Of those who wait for a host,
    the first alone looks whether it is free.
    """

    def __init__(self, settle: Settle, clock: Callable[[], datetime], base: Manners) -> None:
        self._settle, self._clock, self._base = settle, clock, base
        self._manners: Mapping[str, Manners] = {}
        self._lines: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        #: hosts whose robots.txt asks for a delay though no setting does
        self._slow: set[str] = set()
        self._waiting: list[tuple[Deed, asyncio.Future[Verdict | None] | None]] = []
        self._settling: asyncio.Task[None] | None = None

    def know_also(self, source: Source) -> None:
        """Take over what one source says, where the others are not known: it adds to what is."""
        own = manners_of_hosts((source,), self._base)
        self._manners = {**own, **self._manners}

    def know(self, sources: Iterable[Source]) -> None:
        """Take over what the sources say of their hosts; what was known before is forgotten."""
        self._manners = manners_of_hosts(sources, self._base)

    def manners(self, host: str) -> Manners:
        """What is kept to with a host."""
        return self._manners.get(host, self._base)

    async def take(self, host: str, visitor: Visitor) -> Turn:
        """Wait for the host's turn.

        Raises PutOff where the host may not be asked before the crawl's deadline, Stopped where the crawl ends
        while it waits, StorageError where the database cannot serve.
        """
        if not self.manners(host).delay and host not in self._slow:
            verdict = await self._verdict(host)
            if verdict.turn is not None:
                return Turn(host=host, at=verdict.turn, delay=verdict.delay)
            if verdict.wait is Wait.TURN:
                self._slow.add(host)
        line = self._lines.get(host)
        if line is None:
            line = self._lines[host] = asyncio.Lock()
        try:
            async with asyncio.timeout(visitor.seconds_left()):
                await line.acquire()
        except TimeoutError:
            raise Stopped from None
        try:
            return await self._first_in_line(host, visitor)
        finally:
            line.release()

    def answered(self, turn: Turn, closed_for: timedelta | None = None) -> None:
        """Give the host free: it has answered, or never will."""
        if turn.delay or closed_for is not None:
            self._tell(Answered(host=turn.host, turn=turn.at, delay=turn.delay, closed_for=closed_for))

    def asked_along(self, host: str) -> None:
        """Count a request that a page makes while it is drawn, within the turn that was taken for the page."""
        self._tell(hosts.AskedAlong(host=host))

    def saw_robots(self, seen: RobotsSeen) -> None:
        """Note how a host answered for its robots.txt."""
        self._tell(seen)

    async def _first_in_line(self, host: str, visitor: Visitor) -> Turn:
        over = await visitor.wait(0)
        while not over:
            verdict = await self._verdict(host)
            if verdict.turn is not None:
                return Turn(host=host, at=verdict.turn, delay=verdict.delay)
            assert verdict.until is not None
            seconds = (verdict.until - self._clock()).total_seconds()
            if verdict.wait is not Wait.TURN:
                self._put_off_if_late(host, verdict.wait, verdict.until, seconds, visitor)
            over = await visitor.wait(max(seconds, 0.0))
        raise Stopped

    def _put_off_if_late(
        self, host: str, why: Wait, until: datetime, seconds: float, visitor: Visitor
    ) -> None:
        left = visitor.seconds_left()
        if left is None or seconds < left:
            log.info(
                "waiting host=%s cause=%s until=%s", host, why.value, until.isoformat(timespec="seconds")
            )
            return
        self._tell(hosts.PutOff(host=host))
        raise PutOff(host, why.value, until)

    async def _verdict(self, host: str) -> Verdict:
        manners = self.manners(host)
        quiet = manners.quiet_until(self._clock())
        if quiet is not None:
            return Verdict(until=quiet, wait=Wait.QUIET)
        future = asyncio.get_running_loop().create_future()
        self._tell(Ask(host=host, delay=manners.delay, budget=manners.budget), future)
        verdict: Verdict = await future
        return verdict

    def _tell(self, deed: Deed, future: asyncio.Future[Verdict | None] | None = None) -> None:
        self._waiting.append((deed, future))
        if self._settling is None or self._settling.done():
            self._settling = asyncio.get_running_loop().create_task(self._settle_all())

    async def _settle_all(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting, []
            try:
                verdicts = await self._settle([deed for deed, _ in batch])
            except (StorageError, RuntimeError) as error:  # RuntimeError: the process is being closed
                log.debug("not settled: %s", error)
                for _, future in batch:
                    if future is not None and not future.done():
                        future.set_exception(error)
                continue
            for (_, future), verdict in zip(batch, verdicts, strict=True):
                if future is not None and not future.done():
                    future.set_result(verdict)
