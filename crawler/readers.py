"""Reading pages in processes of their own, so that no page can stop a crawl."""

from __future__ import annotations

import asyncio
import ctypes
import multiprocessing
import os
import resource
import signal
from concurrent.futures import TimeoutError as PageTimeout
from concurrent.futures.process import BrokenProcessPool
from datetime import datetime, timedelta

from pebble import ProcessExpired, ProcessPool

import reading
from news.values import Article, Lead, NotArticle, Page, Refusal, Source

#: A reader is replaced after so many pages: parsers leak.
_PAGES_A_READER = 2_000
#: Memory that a reader may hold, its models included; no page needs a third of it.
_MEMORY = 1_500_000_000
#: How a reader ends that has no memory left.
_OUT_OF_MEMORY = 71
_PR_SET_PDEATHSIG = 1


class ReaderPool:
    """A small pool of reader processes, started with the first page and ended with this process."""

    def __init__(self, size: int, page_deadline: timedelta, *, memory: int = _MEMORY) -> None:
        self._size = size
        self._memory = memory
        self._seconds = page_deadline.total_seconds()
        self._pool: ProcessPool | None = None

    async def read(
        self, page: Page, source: Source, lead: Lead | None, now: datetime
    ) -> Article | NotArticle:
        """Read one page; a page that takes too long or kills its reader is refused under that name."""
        future = self._started().schedule(_read, args=[page, source, lead, now], timeout=self._seconds)
        try:
            outcome: Article | NotArticle = await asyncio.wrap_future(future)
        except PageTimeout:
            detail = f"not read within {self._seconds:g} s"
            return NotArticle(address=page.address, refusal=Refusal.TIMED_OUT, detail=detail)
        except (ProcessExpired, BrokenProcessPool) as error:
            return _died(page, error)
        return outcome

    def close(self) -> None:
        """End the readers, whatever they are at."""
        if self._pool is not None:
            self._pool.stop()  # type: ignore[no-untyped-call]
            self._pool.join()

    def _started(self) -> ProcessPool:
        if self._pool is not None and not self._pool.active:
            self.close()
            self._pool = None
        if self._pool is None:
            context = multiprocessing.get_context("forkserver")
            context.set_forkserver_preload(["reading.warmed"])
            self._pool = ProcessPool(
                max_workers=self._size,
                max_tasks=_PAGES_A_READER,
                context=context,
                initializer=_bound,
                initargs=[self._memory],
            )
        return self._pool


def _died(page: Page, error: ProcessExpired | BrokenProcessPool) -> NotArticle:
    if getattr(error, "exitcode", None) == _OUT_OF_MEMORY:
        detail = "needs more memory than a reader has"
        return NotArticle(address=page.address, refusal=Refusal.TOO_LARGE, detail=detail)
    return NotArticle(address=page.address, refusal=Refusal.BROKEN, detail=f"the reader died: {error}")


def _read(page: Page, source: Source, lead: Lead | None, now: datetime) -> Article | NotArticle:
    try:
        return reading.read_page(page, source=source, lead=lead, now=now)
    except MemoryError:
        os._exit(_OUT_OF_MEMORY)  # what is left of it cannot be trusted with another page


def _bound(memory: int) -> None:
    """Hold a reader to its memory and to its parent's life: a killed crawl leaves none behind (Linux)."""
    resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
