"""The service: a small tick that starts crawls that are due, and alerts after each."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger
from sqlmodel import Session

from alerts.delivering import Sent
from news.errors import JarchiError
from news.settings import Settings
from news.values import Source
from scheduler.clock import due_sources
from scheduler.executor import LocalExecutor
from scheduler.liveness import is_alive
from storage import runs
from storage.engine import Store

Result = TypeVar("Result")
log = logging.getLogger(__name__)

#: A crawl that was asked for by hand.
CRAWL_NOW = "crawl"
#: Older crawls are looked through for lost ones when the service starts, and not with each tick.
_LOST_LATELY = timedelta(days=1)
#: A request that was taken so long ago, and whose source nobody crawls, was taken by a service that is gone.
_LEFT = timedelta(minutes=1)


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Service:
    """Crawls what is due and sends what is to be told, until it is stopped."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        load_sources: Callable[[], Mapping[str, Source]],
        alert: Callable[[], Sent],
        clock: Callable[[], datetime] = _utc_now,
    ) -> None:
        self._settings, self._store, self._load_sources = settings, store, load_sources
        self._alert, self._clock = alert, clock
        self._executor = LocalExecutor(settings)
        self._executor.on_death = self._worker_died
        self._crawls: dict[str, asyncio.Task[None]] = {}
        #: requests that are being answered
        self._requests: set[int] = set()
        self._alerting = asyncio.Lock()
        #: sources whose last crawl could not be noted, and until when they wait
        self._paused: dict[str, datetime] = {}

    async def run(self, stop: asyncio.Event) -> None:
        """Tick until `stop` is set, then end the crawls that run; they are due again at the next start."""
        await self._write(self._reap)
        clock = AsyncIOScheduler(timezone=UTC)
        clock.add_job(
            self.tick, IntervalTrigger(seconds=self._settings.tick.total_seconds()), next_run_time=self._clock(),
            coalesce=True, max_instances=1, misfire_grace_time=None,
        )
        clock.start()
        try:
            await stop.wait()
        finally:
            clock.shutdown(wait=False)
            await self._executor.close()
            await asyncio.gather(*self._crawls.values(), return_exceptions=True)

    async def tick(self) -> None:
        """Start what is due or was asked for; a fault of one tick is logged, and the next one comes."""
        try:
            sources = await asyncio.to_thread(self._load_sources)
            for key, request in await self._write(lambda session: self._take(session, sources)):
                self._start(sources[key], request)
            await self._send_alerts()
        except JarchiError as error:
            log.warning("tick failed: %s", error)

    def _take(self, session: Session, sources: Mapping[str, Source]) -> list[tuple[str, int | None]]:
        now = self._clock()
        self._reap(session, now - _LOST_LATELY)  # a worker may outlive the service that began it, and this start
        for source in runs.give_back(session, self._requests, now - _LEFT):
            log.warning("request taken anew source=%s: who took it is gone", source)
        taken: list[tuple[str, int | None]] = []
        for request, kind, key in runs.take_requests(session, now):
            if kind == CRAWL_NOW and key in sources and key not in self._crawls:
                taken.append((key, request))
            else:
                runs.answer(session, request, f"not done: {kind} {key}", now)
        paused = {key for key, until in self._paused.items() if until > now}
        busy = {*self._crawls, *paused, *(key for key, _ in taken)}
        return taken + [(key, None) for key in due_sources(sources, runs.states(session), busy, now)]

    def _start(self, source: Source, request: int | None) -> None:
        task = asyncio.create_task(self._crawl(source, request))
        self._crawls[source.key] = task
        if request is not None:
            self._requests.add(request)
        task.add_done_callback(lambda _: self._ended(source.key, request))

    def _ended(self, source: str, request: int | None) -> None:
        self._crawls.pop(source, None)
        self._requests.discard(request or 0)

    async def _crawl(self, source: Source, request: int | None) -> None:
        is_put_off = False
        try:
            report = await self._executor.crawl(source.key)
            outcome, is_put_off = report.error or "done", report.is_put_off
            log.info("crawled source=%s outcome=%s run=%s", source.key, outcome, report.run)
        except JarchiError as error:
            outcome = str(error)
            log.warning("crawl failed source=%s: %s", source.key, error)
        try:
            await self._write(lambda session: self._settle(session, source, request, outcome, is_put_off=is_put_off))
            await self._send_alerts()
        except JarchiError as error:
            # its due moment has not moved: not again before the pause is over
            self._paused[source.key] = self._clock() + source.schedule
            log.warning("crawl not noted source=%s: %s", source.key, error)

    def _settle(
        self, session: Session, source: Source, request: int | None, outcome: str, *, is_put_off: bool
    ) -> None:
        now = self._clock()
        if outcome != "stopped" and not is_put_off:  # then the crawl itself has noted when it is due
            failures = runs.state(session, source.key).failures
            runs.set_due(session, source.key, runs.next_due(source.schedule, failures, now))
        if request is not None:
            runs.answer(session, request, outcome, now)

    async def _send_alerts(self) -> None:
        async with self._alerting:
            sent = await asyncio.to_thread(self._alert)
        for delivery in sent.deliveries:
            log.info("alerted %s rule=%s recipient=%s", delivery.reference, delivery.rule, delivery.recipient)
        for failure in sent.failures:
            log.warning("alert not accepted %s recipient=%s: %s", failure.delivery.reference,
                        failure.delivery.recipient, failure.error)
        for rule, reason in sent.feed_failures:
            log.warning("feed not written rule=%s: %s", rule, reason)

    async def _write(self, action: Callable[[Session], Result]) -> Result:
        def transact() -> Result:
            with self._store.writing() as session:
                return action(session)

        return await asyncio.to_thread(transact)

    def _reap(self, session: Session, since: datetime | None = None) -> None:
        for source in runs.reap(session, self._clock(), is_alive, since):
            log.warning("reaped source=%s: its worker is gone", source)
            runs.set_due(session, source, self._clock())

    def _worker_died(self, name: str) -> None:
        with self._store.writing() as session:
            runs.reap(session, self._clock(), lambda worker: worker != name)
