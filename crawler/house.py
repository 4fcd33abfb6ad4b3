"""What the crawls of one process share, and the extension that gives it to one crawl."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Self, TypeVar

from scrapy import Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider
from sqlmodel import Session
from twisted.python.failure import Failure

from crawler.answers import PutOff
from crawler.browser import needs
from crawler.evidence.files import EvidenceFiles
from crawler.hosts import HostRegistry
from crawler.manners import general, hosts_of
from crawler.readers import ReaderPool
from crawler.robotsfiles import RobotsFiles
from crawler.tally import Tally
from crawler.writing import Writer
from news.errors import StorageError
from news.names.own_file import read_own_names
from news.settings import Settings, load_settings
from news.values import Source
from storage import hosts, robots, runs
from storage.engine import Store
from storage.robots import RobotsKept
from storage.runs import Run
from storage.schema import open_store

Result = TypeVar("Result")
log = logging.getLogger(__name__)

#: Scrapy setting under which a worker hands its facilities to each crawl.
FACILITIES = "JARCHI_FACILITIES"


def worker_name() -> str:
    """This process, as the runs it begins are marked."""
    return f"{socket.gethostname()}:{os.getpid()}"

#: Scrapy's reasons to close a spider, for people; None is a good end.
_REASONS = {"finished": None, "shutdown": "stopped", "closespider_timeout": "the crawl's deadline passed"}


class Facilities:
    """Database, readers and host registry of one process."""

    def __init__(self, settings: Settings, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.settings = settings
        self.clock = clock
        self.store: Store = open_store(settings.database)
        self.hosts = HostRegistry(
            lambda deeds: self.write(lambda session: hosts.settle(session, deeds, clock)), clock, general(settings)
        )
        self.robots = RobotsFiles(self._kept_robots, self.hosts, settings.user_agent, clock)
        self.readers = ReaderPool(
            settings.readers, settings.page_deadline, names=read_own_names(settings.names_file)
        )
        self.evidence = EvidenceFiles(
            settings.evidence_folder, budget=settings.warc_budget, file_size=settings.warc_file_size,
            software=settings.user_agent, clock=clock,
        )
        #: set when the process is to end: nobody waits for a host's turn any more
        self.stopping = asyncio.Event()
        self._writer = Writer(self.store)

    def __deepcopy__(self, _: Any) -> Self:
        """Scrapy copies its settings for each crawl; this stays one."""
        return self

    async def write(self, action: Callable[[Session], Result], *, patient: bool = False) -> Result:
        """Run `action` in a write transaction, outside the event loop; a `patient` one waits a moment for company."""
        return await self._writer.write(action, patient=patient)

    async def _kept_robots(self, host: str) -> RobotsKept | None:
        """What stands of a host's robots.txt; nothing where the database cannot say."""

        def read() -> RobotsKept | None:
            with self.store.reading() as session:
                return robots.kept(session, host)

        try:
            return await asyncio.to_thread(read)
        except StorageError as error:
            log.warning("robots.txt not recalled host=%s: %s", host, error)
            return None

    def close(self) -> None:
        """End the readers and give the database back."""
        self.readers.close()
        self._writer.close()
        self.evidence.close()
        self.store.close()


class House:
    """One crawl's share: its facilities, its run and its tally. A Scrapy extension."""

    def __init__(self, crawler: Crawler, facilities: Facilities, *, owned: bool) -> None:
        self.facilities = facilities
        self.run: Run | None = None
        #: why the crawl was not good; None for a good one
        self.error: str | None = None
        self._fault: str | None = None
        #: whether the crawl is for one page alone
        self.is_single = False
        self._put_off: PutOff | None = None
        self.tally = Tally(source=getattr(crawler.spidercls, "name", ""))
        source: Source | None = getattr(crawler.spidercls, "source", None)
        self._own_hosts = hosts_of(source) if source else frozenset()
        self._lacking = needs.fault_of(source) if source else None
        if source is not None:
            facilities.hosts.know_also(source)
        self._owned = owned
        #: that the crawl may last; 0 where nothing bounds it
        self.seconds = crawler.settings.getfloat("CLOSESPIDER_TIMEOUT")
        self._ends_at: float | None = None
        crawler.signals.connect(self.spider_closed, signal=signals.spider_closed)
        crawler.signals.connect(self.engine_stopped, signal=signals.engine_stopped)
        crawler.signals.connect(self.broke, signal=signals.spider_error)
        crawler.signals.connect(self.broke, signal=signals.item_error)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Take the worker's facilities, or make some for a crawl that Scrapy itself started."""
        facilities = crawler.settings.get(FACILITIES)
        return cls(crawler, facilities or Facilities(load_settings()), owned=facilities is None)

    @classmethod
    def of(cls, crawler: Crawler) -> Self:
        """The house of a crawl."""
        house = crawler.get_extension(cls)
        if house is None:
            raise RuntimeError("crawler.house.House is not among Scrapy's EXTENSIONS")
        return house

    async def begin(self) -> Run:
        """Note in the database that the crawl begins."""
        now = self.facilities.clock()
        if self.seconds:
            self._ends_at = asyncio.get_running_loop().time() + self.seconds
        self.run = await self.write(
            lambda session: runs.begin(session, self.tally.source, now, worker=worker_name())
        )
        self._need_browser()
        return self.run

    async def begin_aside(self) -> Run:
        """Begin a crawl of one page, which says nothing of its source's roads: no run is noted."""
        now, source = self.facilities.clock(), self.tally.source
        state = await self.write(lambda session: runs.state(session, source))
        self.is_single = True
        self.run = Run(id=0, source=source, started_at=now, last_good_at=state.last_good_at)
        self._need_browser()
        return self.run

    def _need_browser(self) -> None:
        """Raise CloseSpider, counted, where the source's pages must be drawn and nothing here can."""
        if self._lacking is not None:
            self.fail(needs.MISSING, self._lacking)
            raise CloseSpider(needs.MISSING)

    def became(self, outcome: str, cause: str | None = None, article: int | None = None) -> None:
        """Remember what the one page became that this crawl is for."""
        if self.is_single:
            self.tally.became = {"outcome": outcome, "cause": cause, "article": article}

    async def spider_closed(self, spider: Spider, reason: str) -> None:
        """Note how it ended; a crawl is good only when each of its lists answered, and one of its pages if it asked any."""
        self.error = self._error(reason)
        run = self.run
        if run is None:
            return
        now = self.facilities.clock()
        put_off = self._put_off if self.error or self._is_put_off() else None
        if put_off is not None:
            self.error = f"put off until {put_off.until:%Y-%m-%d %H:%M} UTC: {put_off.cause} of {put_off.host}"
            self.tally.put_off_until = put_off.until
        self.tally.seconds = (now - run.started_at).total_seconds()
        self.tally.ledger.close()
        if wrong := self.tally.ledger.disagreements():
            log.error("the ledger does not agree source=%s: %s", self.tally.source, "; ".join(wrong))
        counts = self.tally.as_object()
        if reason == "shutdown":
            await self.give_up()
        elif put_off is not None:
            reason, until = self.error or "", put_off.until
            await self._note(lambda session: runs.put_off(session, run, counts, reason, until, now))
        else:
            await self._note(lambda session: runs.finish(session, run, counts, self.error, now))

    async def _note(self, action: Callable[[Session], None]) -> None:
        """The run's end, as far as the database can still take it."""
        try:
            await self.facilities.write(action)
        except StorageError as error:
            self.error = self.error or str(error)

    async def give_up(self) -> None:
        """Note that the crawl was ended from outside: neither good nor a failure."""
        run, counts, now = self.run, self.tally.as_object(), self.facilities.clock()
        if run is not None:
            await self._note(lambda session: runs.stop(session, run, counts, now))

    def is_over(self) -> bool:
        """Whether the crawl's deadline has passed or its process is to end: nothing more is begun."""
        late = self._ends_at is not None and asyncio.get_running_loop().time() >= self._ends_at
        return late or self.facilities.stopping.is_set()

    def put_off(self, error: PutOff) -> None:
        """Remember a host that may not be asked before the crawl ends; of several the one that opens last."""
        if self._put_off is None or error.until > self._put_off.until:
            self._put_off = error

    def _is_put_off(self) -> bool:
        """Whether a host of the source's own could not be asked; a page elsewhere makes no crawl wait."""
        return self._put_off is not None and self._put_off.host in self._own_hosts

    def seconds_left(self) -> float | None:
        """Until the crawl's deadline; None where it has none."""
        return None if self._ends_at is None else self._ends_at - asyncio.get_running_loop().time()

    async def wait(self, seconds: float) -> bool:
        """Wait, but no longer than the crawl lasts or the process wants to live; whether it is over."""
        left = self.seconds_left()
        if not self.is_over() and seconds > 0:
            try:
                async with asyncio.timeout(seconds if left is None else min(seconds, left)):
                    await self.facilities.stopping.wait()
            except TimeoutError:
                pass
        return self.is_over()

    def broke(self, failure: Failure) -> None:
        """Count what nobody foresaw, in a callback or a pipeline: such a crawl is not good."""
        log.warning("broken source=%s: %s", self.tally.source, failure.getErrorMessage())
        log.debug("%s", failure.getTraceback())
        self.fail("broken", f"{type(failure.value).__name__}: {failure.value}")

    def fail(self, cause: str, message: str) -> None:
        """Count a fault that makes the crawl no good one, whatever else went well."""
        self.tally.failed[cause] += 1
        self._fault = self._fault or message

    async def write(self, action: Callable[[Session], Result], *, patient: bool = False) -> Result:
        """Run `action` as `Facilities.write`; raises CloseSpider, counted, where the database cannot serve."""
        try:
            return await self.facilities.write(action, patient=patient)
        except StorageError as error:
            self.fail("storage", str(error))
            raise CloseSpider("storage") from error

    def engine_stopped(self) -> None:
        """Close what is ours alone."""
        if self._owned:
            self.facilities.close()

    def _error(self, reason: str) -> str | None:
        if self.tally.lists_failed:
            causes = ", ".join(f"{cause} ({count})" for cause, count in self.tally.lists_failed.items())
            return f"lists not read: {causes}"
        return self._fault or _REASONS.get(reason, reason) or self._nothing_read()

    def _nothing_read(self) -> str | None:
        """A crawl that asked for pages and was given none it could read has seen no news: the gap stays open."""
        if self.tally.kept or not self.tally.missed:
            return None
        causes = ", ".join(f"{cause} ({count})" for cause, count in self.tally.missed.items())
        return f"no page could be read: {causes}"
