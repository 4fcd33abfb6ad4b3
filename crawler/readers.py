"""Reading pages in processes of their own, so that no page can stop a crawl."""

from __future__ import annotations

import asyncio
import ctypes
import multiprocessing
import signal
from concurrent.futures import TimeoutError as PageTimeout
from datetime import datetime, timedelta

from pebble import ProcessExpired, ProcessPool

import reading
from news.values import Article, Lead, NotArticle, Page, Refusal, Source

#: A reader is replaced after so many pages: parsers leak.
_PAGES_A_READER = 2_000
_PR_SET_PDEATHSIG = 1


class ReaderPool:
    """A small pool of reader processes, started with the first page and ended with this process."""

    def __init__(self, size: int, page_deadline: timedelta) -> None:
        self._size = size
        self._seconds = page_deadline.total_seconds()
        self._pool: ProcessPool | None = None

    async def read(self, page: Page, source: Source, lead: Lead | None, now: datetime) -> Article | NotArticle:
        """Read one page; a page that takes too long or kills its reader is refused under that name."""
        future = self._started().schedule(_read, args=[page, source, lead, now], timeout=self._seconds)
        try:
            outcome: Article | NotArticle = await asyncio.wrap_future(future)
        except PageTimeout:
            detail = f"not read within {self._seconds:g} s"
            return NotArticle(address=page.address, refusal=Refusal.TIMED_OUT, detail=detail)
        except ProcessExpired as error:
            return NotArticle(address=page.address, refusal=Refusal.BROKEN, detail=f"the reader died: {error}")
        return outcome

    def close(self) -> None:
        """End the readers, whatever they are at."""
        if self._pool is not None:
            self._pool.stop()  # type: ignore[no-untyped-call]
            self._pool.join()

    def _started(self) -> ProcessPool:
        if self._pool is None:
            context = multiprocessing.get_context("forkserver")
            context.set_forkserver_preload(["reading"])
            self._pool = ProcessPool(
                max_workers=self._size, max_tasks=_PAGES_A_READER, context=context, initializer=_die_with_parent
            )
        return self._pool


def _read(page: Page, source: Source, lead: Lead | None, now: datetime) -> Article | NotArticle:
    return reading.read_page(page, source=source, lead=lead, now=now)


def _die_with_parent() -> None:
    """Linux: without it a killed crawl would leave its readers behind."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
