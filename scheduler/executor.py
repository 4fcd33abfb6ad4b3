"""The local executor: crawl workers as child processes on this machine."""

from __future__ import annotations

import asyncio
import itertools
import logging
import os
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from news.errors import JarchiError
from news.settings import Settings
from scheduler.protocol import Job, Report, decode_report, encode

log = logging.getLogger(__name__)

#: A worker is replaced after so many crawls, against what leaks: to begin one costs as much as polling 150 sources.
CRAWLS_A_WORKER = 2_000
#: Added to a crawl's deadline before its worker counts as blocked and is killed.
GRACE = timedelta(seconds=90)
#: How often a source is given to another worker when its own has died.
_TRIES = 2

#: Not `-m scheduler.worker`: its readers would each load that module again, with all that a crawl needs and they do not.
#: The server that forks them loads on another core meanwhile.
_WORKER = (
    "from news.loading import begin_loading; begin_loading(); "
    "from crawler.forking import begin_forking; begin_forking(); from scheduler.worker import main; main()"
)

Progress = Callable[[Report], None]


class WorkerDied(JarchiError):
    """A crawl worker ended, or was killed for being blocked, before its crawl did."""


@dataclass(slots=True)
class _Worker:
    process: asyncio.subprocess.Process
    crawls: int = 0
    waiting: dict[int, asyncio.Future[Report]] = field(default_factory=dict)
    listener: asyncio.Task[None] | None = None

    @property
    def name(self) -> str:
        return f"{socket.gethostname()}:{self.process.pid}"

    @property
    def is_open(self) -> bool:
        return self.process.returncode is None and self.crawls < CRAWLS_A_WORKER


class LocalExecutor:
    """Gives jobs to child processes; a dead or blocked one costs its crawls, never the service."""

    def __init__(self, settings: Settings, on_progress: Progress | None = None) -> None:
        self._settings = settings
        self._on_progress = on_progress or (lambda report: None)
        self._workers: list[_Worker] = []
        self._ids = itertools.count(1)
        self._starting = asyncio.Lock()
        #: told the name (`host:pid`) of each worker that died
        self.on_death: Callable[[str], Any] = lambda name: None

    async def crawl(
        self,
        source: str,
        deadline: timedelta | None = None,
        *,
        since: datetime | None = None,
        address: str | None = None,
    ) -> Report:
        """Crawl a source and wait for its end; raises WorkerDied when its workers died one after the other.

        `since` walks its roads back to a moment; with an `address` that page is all that is fetched.
        """
        limit = deadline or self._settings.crawl_deadline
        for attempt in range(1, _TRIES + 1):
            try:
                return await self._attempt(source, limit, since, address)
            except WorkerDied as error:
                log.warning("worker died source=%s attempt=%d: %s", source, attempt, error)
                if attempt == _TRIES:
                    raise
        raise AssertionError("unreachable")

    async def close(self) -> None:
        """End the workers: their input ends, so they stop their crawls and go."""
        for worker in self._workers:
            if worker.process.stdin is not None:
                worker.process.stdin.close()
        await asyncio.gather(*(self._ended(worker) for worker in self._workers))
        self._workers.clear()

    async def _attempt(
        self, source: str, limit: timedelta, since: datetime | None, address: str | None
    ) -> Report:
        worker = await self._a_worker()
        job = Job(
            id=next(self._ids), source=source, deadline=limit.total_seconds(),
            since=since.isoformat() if since else None, address=address,
        )
        future = asyncio.get_running_loop().create_future()
        worker.waiting[job.id] = future
        worker.crawls += 1
        assert worker.process.stdin is not None
        with suppress(ConnectionError):  # the listener tells of the death
            worker.process.stdin.write(encode(job))
            await worker.process.stdin.drain()
        try:
            async with asyncio.timeout((limit + GRACE).total_seconds()):
                return await asyncio.shield(future)
        except TimeoutError:
            _kill(worker)
            raise WorkerDied(f"{worker.name} was blocked and has been killed") from None

    async def _a_worker(self) -> _Worker:
        async with self._starting:
            await self._retire()
            free = [worker for worker in self._workers if worker.is_open]
            if len(free) < self._settings.crawl_workers:
                free.append(await self._start())
            return min(free, key=lambda worker: len(worker.waiting))

    async def _start(self) -> _Worker:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", _WORKER,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
            env=child_environment(self._settings), start_new_session=True, limit=2**20,
        )
        worker = _Worker(process)
        worker.listener = asyncio.create_task(self._listen(worker))
        self._workers.append(worker)
        return worker

    async def _retire(self) -> None:
        for worker in [worker for worker in self._workers if not worker.is_open and not worker.waiting]:
            if worker.process.stdin is not None:
                worker.process.stdin.close()
            await self._ended(worker)
            self._workers.remove(worker)

    async def _ended(self, worker: _Worker) -> None:
        try:
            async with asyncio.timeout(GRACE.total_seconds()):
                await worker.process.wait()
        except TimeoutError:
            _kill(worker)
            await worker.process.wait()
        if worker.listener is not None:
            await worker.listener

    async def _listen(self, worker: _Worker) -> None:
        assert worker.process.stdout is not None
        async for line in worker.process.stdout:
            self._hear(worker, line)
        await worker.process.wait()
        self._mourn(worker.name)
        for future in worker.waiting.values():
            if not future.done():
                future.set_exception(WorkerDied(f"{worker.name} ended with code {worker.process.returncode}"))
                future.exception()  # its crawl may have been given up already
        worker.waiting.clear()

    def _mourn(self, name: str) -> None:
        try:
            self.on_death(name)
        except JarchiError as error:
            log.warning("the death of %s could not be noted: %s", name, error)

    def _hear(self, worker: _Worker, line: bytes) -> None:
        try:
            report = decode_report(line)
        except (ValueError, TypeError):
            log.warning("worker %s said something else: %r", worker.name, line[:200])
            return
        self._on_progress(report)
        if report.finished:
            future = worker.waiting.pop(report.id, None)
            if future is not None and not future.done():
                future.set_result(report)


def child_environment(settings: Settings) -> dict[str, str]:
    """The child sees these settings, and no variable that they did not take."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("JARCHI_")}
    return {**inherited, **settings.environment()}


def _kill(worker: _Worker) -> None:
    """The worker and its readers: they are one process group."""
    with suppress(ProcessLookupError):
        os.killpg(worker.process.pid, signal.SIGKILL)
