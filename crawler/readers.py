"""Reading pages in processes of their own, so that no page can stop a crawl."""

from __future__ import annotations

import asyncio
import ctypes
import multiprocessing
import os
import resource
import signal
from collections.abc import Callable, Sequence
from concurrent.futures import TimeoutError as PageTimeout
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from datetime import datetime, timedelta

from pebble import ProcessExpired, ProcessPool

import reading
from crawler import following
from crawler.following import Following
from news.addresses import is_web_address
from news.names import own
from news.names.own import OwnName
from news.values import Article, Lead, NotArticle, Page, Refusal, Source
from reading.continuation import join_pages

#: A reader is replaced after so many pages: parsers leak.
_PAGES_A_READER = 2_000
#: Memory that a reader may hold, its models included; no page needs a third of it.
_MEMORY = 1_500_000_000
#: How a reader ends that has no memory left.
_OUT_OF_MEMORY = 71
_PR_SET_PDEATHSIG = 1
#: A page that shows nothing: the list's text is all that there is to read.
_BLANK = b"<!doctype html><html><body></body></html>"
_HTML = (("content-type", "text/html; charset=utf-8"),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a page was understood to be, and where it goes on."""

    outcome: Article | NotArticle
    #: None where the article ends with this page
    following: Following | None = None


class ReaderPool:
    """A small pool of reader processes, started with the first page and ended with this process."""

    def __init__(
        self, size: int, page_deadline: timedelta, *, memory: int = _MEMORY, names: Sequence[OwnName] = ()
    ) -> None:
        self._size = size
        self._memory = memory
        self._names = tuple(names)
        self._seconds = page_deadline.total_seconds()
        self._pool: ProcessPool | None = None

    async def read(
        self, page: Page, source: Source | None, lead: Lead | None, now: datetime, *, first: str | None = None
    ) -> Reading:
        """Read one page; a page that takes too long or kills its reader is refused under that name.

        `first` is the address of the article's first page, where this is a later one.
        """
        return await self._run(page.address, _read, page, source, lead, now, first)

    async def read_listed(self, lead: Lead, source: Source, now: datetime) -> Reading:
        """Read the text that a list gives of a lead in place of its page."""
        return await self._run(lead.address, _read_listed, lead, source, now)

    async def join(self, first: Article, rest: Sequence[Article], source: Source | None) -> Reading:
        """One article out of its pages."""
        return await self._run(first.url, _join, first, rest, source)

    async def _run(self, address: str, task: Callable[..., Reading], *values: object) -> Reading:
        future = self._started().schedule(task, args=values, timeout=self._seconds)
        try:
            found: Reading = await asyncio.wrap_future(future)
        except PageTimeout:
            detail = f"not read within {self._seconds:g} s"
            return Reading(outcome=NotArticle(address=address, refusal=Refusal.TIMED_OUT, detail=detail))
        except (ProcessExpired, BrokenProcessPool) as error:
            return Reading(outcome=_died(address, error))
        return found

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
                initializer=_begin,
                initargs=[self._memory, self._names],
            )
        return self._pool


def _died(address: str, error: ProcessExpired | BrokenProcessPool) -> NotArticle:
    if getattr(error, "exitcode", None) == _OUT_OF_MEMORY:
        detail = "needs more memory than a reader has"
        return NotArticle(address=address, refusal=Refusal.TOO_LARGE, detail=detail)
    return NotArticle(address=address, refusal=Refusal.BROKEN, detail=f"the reader died: {error}")


def _read(page: Page, source: Source | None, lead: Lead | None, now: datetime, first: str | None) -> Reading:
    return _bounded(lambda: _outcome(page, source, lead, now, first))


def _read_listed(lead: Lead, source: Source, now: datetime) -> Reading:
    page = Page(
        address=lead.address,
        final_address=lead.address,
        status=200,
        headers=_HTML,
        body=_BLANK,
        fetched_at=now,
    )
    return _bounded(lambda: Reading(outcome=reading.read_page(page, source=source, lead=lead, now=now)))


def _join(first: Article, rest: Sequence[Article], source: Source | None) -> Reading:
    return _bounded(lambda: Reading(outcome=join_pages(first, rest, source=source)))


def _bounded(action: Callable[[], Reading]) -> Reading:
    try:
        return action()
    except MemoryError:
        os._exit(_OUT_OF_MEMORY)  # what is left of it cannot be trusted with another page


def _outcome(
    page: Page, source: Source | None, lead: Lead | None, now: datetime, first: str | None
) -> Reading:
    outcome = reading.read_page(page, source=source, lead=lead, now=now)
    if isinstance(outcome, NotArticle):
        return Reading(outcome=outcome)
    if not is_web_address(outcome.url):
        refused = NotArticle(address=page.address, refusal=Refusal.NO_ADDRESS, detail=outcome.url)
        return Reading(outcome=refused)
    return Reading(outcome=outcome, following=following.of(page, outcome, first))


def _begin(memory: int, names: tuple[OwnName, ...]) -> None:
    _bound(memory)
    own.use(names)


def _bound(memory: int) -> None:
    """Hold a reader to its memory and to its parent's life: a killed crawl leaves none behind (Linux)."""
    resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
