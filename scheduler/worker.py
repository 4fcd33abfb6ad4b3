"""The crawl worker: one process, one loop, many crawls at once.

Jobs come as lines on standard input, reports go as lines to standard output, logs to standard
error. The end of standard input, which comes with the executor's death too, ends every crawl.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import sys
from collections.abc import Coroutine, Mapping
from copy import copy, deepcopy
from importlib import import_module
from typing import Any, Self, TypeVar

from scrapy.crawler import AsyncCrawlerRunner, Crawler
from scrapy.settings import BaseSettings, SettingsAttribute
from scrapy.settings import Settings as ScrapySettings
from scrapy.utils.reactor import install_reactor

from crawler.guard import GuardingResolver
from crawler.house import FACILITIES, Facilities, House
from crawler.tally import Tally
from news.errors import JarchiError, SourceError
from news.loading import end_loading
from news.settings import Settings, load_settings
from news.values import Source
from scheduler.logs import log_to_stderr
from scheduler.protocol import Job, Report, decode_job, encode
from spiders.by_hand import BY_HAND, by_hand
from spiders.catalogue import Catalogue, find_source
from spiders.loader import spider_class

#: New objects after which garbage is looked for; a poll makes ten thousand.
_OBJECTS = 20_000
#: Seconds between two reports of progress.
_REPORT_EVERY = 0.5
#: Seconds that crawls have to end when the worker is stopped.
_STOP_WITHIN = 10.0
#: What nobody here looks at: each crawl would make it anew, and a poll is over soon.
_LIGHT = {"STATS_DUMP": False}
_UNUSED = (
    "scrapy.extensions.logcount.LogCount", "scrapy.extensions.telnet.TelnetConsole",
    "scrapy.extensions.memusage.MemoryUsage", "scrapy.extensions.memdebug.MemoryDebugger",
    "scrapy.extensions.feedexport.FeedExporter", "scrapy.extensions.spiderstate.SpiderState",
    "scrapy.extensions.throttle.AutoThrottle", "scrapy.extensions.corestats.CoreStats",
)  # fmt: skip

AnySettings = TypeVar("AnySettings", bound=BaseSettings)

log = logging.getLogger(__name__)


class CrawlSettings(ScrapySettings):
    """Scrapy's settings, each crawl's a copy: of values that nobody changes in place, so that none is gone through."""

    def copy(self) -> Self:
        """Settings that can be changed without these."""
        return _copied(self)


def _copied(settings: AnySettings) -> AnySettings:
    made = copy(settings)
    made.attributes = {name: _attribute(attribute) for name, attribute in settings.attributes.items()}
    return made


def _attribute(attribute: SettingsAttribute) -> SettingsAttribute:
    """A copy; the usual ways to make one take ten times as long, and there are three hundred."""
    made, value = SettingsAttribute.__new__(SettingsAttribute), attribute.value
    if isinstance(value, BaseSettings):
        value = _copied(value)
    elif isinstance(value, list | dict):
        value = deepcopy(value)
    made.value, made.priority = value, attribute.priority
    return made


class Worker:
    """Runs jobs until its input ends."""

    def __init__(self, facilities: Facilities, scrapy_settings: ScrapySettings) -> None:
        self._facilities = facilities
        self._runner = AsyncCrawlerRunner(scrapy_settings)
        self._catalogue = Catalogue(facilities.settings.sources_folder, _pass_over)
        #: what the registry of hosts knows
        self._known: Mapping[str, Source] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._crawlers: dict[int, tuple[Job, Crawler]] = {}

    async def work(self, jobs: asyncio.StreamReader) -> None:
        """Take jobs as they come; at the end of input stop what still runs."""
        reporter = asyncio.create_task(self._report_progress())
        while line := await jobs.readline():
            self._spawn(self._crawl(decode_job(line)))
        reporter.cancel()
        self._facilities.stopping.set()
        await self._stop()

    async def _stop(self) -> None:
        """End what runs; a crawl that cannot end in time, one that is just starting for instance, is left."""
        stopping = asyncio.create_task(self._runner.stop())
        await asyncio.wait({stopping, *self._tasks}, timeout=_STOP_WITHIN)
        for job, crawler in tuple(self._crawlers.values()):
            house = crawler.get_extension(House) if crawler.extensions else None
            if house is not None:
                log.warning("crawl left behind source=%s", job.source)
                await house.give_up()

    def _spawn(self, coroutine: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _crawl(self, job: Job) -> None:
        try:
            say(await self._run(job))
        except JarchiError as error:
            say(self._broken(job, str(error)))
        except Exception as error:  # whatever one source brings up must not end the others' crawls
            log.exception("crawl broke source=%s", job.source)
            say(self._broken(job, f"{type(error).__name__}: {error}"))

    def _broken(self, job: Job, error: str) -> Report:
        return Report(id=job.id, source=job.source, finished=True, run=Tally(job.source).as_object(), error=error)

    async def _run(self, job: Job) -> Report:
        known = self._catalogue.sources(job.source)
        source = by_hand(job.address) if job.address and job.source == BY_HAND else find_source(known, job.source)
        if known is not self._known:
            self._facilities.hosts.know(known.values())
            self._known = known
        crawler = self._runner.create_crawler(spider_class(source))
        crawler.settings.set("CLOSESPIDER_TIMEOUT", job.deadline, priority="cmdline")
        self._crawlers[job.id] = (job, crawler)
        try:
            await self._runner.crawl(crawler, since=job.since, address=job.address)
            house = House.of(crawler)
            return Report(
                id=job.id, source=job.source, finished=True, run=house.tally.as_object(), error=house.error
            )
        finally:
            del self._crawlers[job.id]

    async def _report_progress(self) -> None:
        while True:
            await asyncio.sleep(_REPORT_EVERY)
            for job, crawler in tuple(self._crawlers.values()):
                house = crawler.get_extension(House) if crawler.extensions else None
                if house is not None:
                    say(Report(id=job.id, source=job.source, finished=False, run=house.tally.as_object()))


def _pass_over(error: SourceError) -> None:
    """Another source's broken file is no fault of this crawl; who asked for it has said so."""
    log.debug("passed over: %s", error)


def say(report: Report) -> None:
    """Send a report to the executor."""
    sys.stdout.buffer.write(encode(report))
    sys.stdout.buffer.flush()


def main() -> None:
    """Run until standard input ends."""
    settings = load_settings()
    log_to_stderr(settings)
    scrapy_settings = CrawlSettings()
    scrapy_settings.setmodule("crawler.settings", priority="project")
    scrapy_settings.setdict(_LIGHT, priority="cmdline")
    scrapy_settings["EXTENSIONS"].update(dict.fromkeys(_UNUSED), priority="cmdline")
    install_reactor(scrapy_settings["TWISTED_REACTOR"])
    facilities = Facilities(settings)
    _collect_less()
    scrapy_settings.set(FACILITIES, facilities, priority="cmdline")
    try:
        _run_reactor(Worker(facilities, scrapy_settings), settings)
    finally:
        facilities.close()


def _collect_less() -> None:
    """Look for circles of garbage among what crawls make, and not with every few hundred objects of theirs."""
    end_loading()
    gc.set_threshold(_OBJECTS, 5, 5)


def _run_reactor(worker: Worker, settings: Settings) -> None:
    # the module exists only once a reactor is installed
    reactor: Any = import_module("twisted.internet.reactor")

    async def live() -> None:
        try:
            await worker.work(await _input())
        finally:
            reactor.callLater(0, reactor.stop)

    GuardingResolver(reactor, 10_000, settings.allow_networks).install_on_reactor()
    loop = asyncio.get_event_loop()
    main_task = loop.create_task(live())
    reactor.run(installSignalHandlers=False)
    if main_task.done():
        main_task.result()


async def _input() -> asyncio.StreamReader:
    stream = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(stream), sys.stdin.buffer)
    return stream


if __name__ == "__main__":
    main()
