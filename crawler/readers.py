"""Reading pages in processes of their own, so that no page can stop a crawl."""

from __future__ import annotations

import asyncio
import ctypes
import gc
import os
import resource
import signal
import time
from collections.abc import Callable, Sequence
from concurrent.futures import TimeoutError as PageTimeout
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from pebble import ProcessExpired, ProcessPool

import reading
from crawler import following
from crawler.following import Following
from crawler.forking import reader_context
from crawler.roads.common import OverlongList
from news.addresses import is_web_address
from news.names import own
from news.names.own import OwnName
from news.values import Article, Lead, NotArticle, Page, Refusal, Source
from storage.prepared import Prepared, prepare

#: A reader is replaced after so many pages: parsers leak.
_PAGES_A_READER = 2_000
#: New objects after which a reader looks for garbage: a page makes many, and few of them stand in circles.
_OBJECTS = 20_000
#: Memory that a reader may hold, its models included; no page needs a third of it.
_MEMORY = 1_500_000_000
#: How a reader ends that has no memory left.
_OUT_OF_MEMORY = 71
_PR_SET_PDEATHSIG = 1
#: Readers that may fall over a page before it is refused, and those that may be taken from it from outside.
_FALLS, _KILLS = 2, 5
#: Seconds beyond a page's time without one task ended: the pool waits for a reader that died with its lock.
_GRACE = 5.0
#: Seconds between two looks at whether a task's readers still live.
_LOOK = 1.0
#: How a reader ends whose end cannot be known: with the server that forked it.
_UNKNOWN_END = 255
#: Bytes of a list that are read in the crawl's own process; one that defines entities may be larger than it is.
_SMALL_LIST = 256 * 1024
_ENTITY = b"<!ENTITY"
ListReader = Callable[[bytes, str, Source], Any]
#: A page that shows nothing: the list's text is all that there is to read.
_BLANK = b"<!doctype html><html><body></body></html>"
_HTML = (("content-type", "text/html; charset=utf-8"),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a page was understood to be, and where it goes on."""

    outcome: Article | NotArticle
    #: None where the article ends with this page
    following: Following | None = None
    #: whether the page shows the article's title as its own
    titled: bool = False
    #: what the archive makes of the article's words; None where there are more pages, or this is a later one
    prepared: Prepared | None = None


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
        #: when a task last ended; `time.monotonic`
        self._moved_at = 0.0

    async def read(
        self, page: Page, source: Source | None, lead: Lead | None, now: datetime, *, first: str | None = None
    ) -> Reading:
        """Read one page; a page that takes too long or kills its reader is refused under that name.

        `first` is the address of the article's first page, where this is a later one.
        """
        return await self._run(page.address, _read, page, source, lead, now, first)

    async def read_again(
        self, page: Page, source: Source | None, lead: Lead, title: str, now: datetime, *, titled: bool
    ) -> Reading:
        """Read a page that is known under a title: its own, where it was `titled` so and shows it no more."""
        return await self._run(page.address, _read_again, page, source, lead, title, now, titled)

    async def read_listed(self, lead: Lead, source: Source, now: datetime) -> Reading:
        """Read the text that a list gives of a lead in place of its page."""
        return await self._run(lead.address, _read_listed, lead, source, now)

    async def read_list(self, road: ListReader, body: bytes, address: str, source: Source) -> Any:
        """What a road reads in a list: beside the crawl where it is large, for a list may take as long as it likes.

        Raises ValueError where it is none, and OverlongList where reading it takes too much.
        """
        if len(body) <= _SMALL_LIST and _ENTITY not in body:
            return _read_list(road, body, address, source)
        try:
            return await self._ask(_read_list, road, body, address, source)
        except (PageTimeout, ProcessExpired, BrokenProcessPool, MemoryError) as error:
            raise OverlongList(f"{len(body)} bytes: {type(error).__name__} {error}".rstrip()) from error

    async def join(self, first: Article, rest: Sequence[Article], source: Source | None) -> Reading:
        """One article out of its pages."""
        return await self._run(first.url, _join, first, rest, source)

    async def _run(self, address: str, task: Callable[..., Reading], *values: object) -> Reading:
        """Run a task in a reader, and again where that died: a page is refused for its own faults alone."""
        falls = kills = 0
        while True:
            try:
                found: Reading = await self._ask(task, *values)
            except PageTimeout:
                detail = f"not read within {self._seconds:g} s"
                return Reading(outcome=NotArticle(address=address, refusal=Refusal.TIMED_OUT, detail=detail))
            except (ProcessExpired, BrokenProcessPool) as error:
                is_killed = _is_killed(error)
                falls, kills = falls + (not is_killed), kills + is_killed
                if falls >= _FALLS or kills >= _KILLS or _is_out_of_memory(error):
                    return Reading(outcome=_died(address, error))
            else:
                return found

    async def _ask(self, task: Callable[..., Any], *values: object) -> Any:
        """What a task gives; raises BrokenProcessPool where the readers died or answer no more."""
        pool = self._started()
        began = time.monotonic()
        try:
            future = asyncio.wrap_future(pool.schedule(task, args=values, timeout=self._seconds))
        except RuntimeError as error:  # it broke this very moment
            raise BrokenProcessPool(str(error)) from error
        try:
            while not (await asyncio.wait((future,), timeout=_LOOK))[0]:
                self._look_after(pool, began)
            self._moved_at = time.monotonic()
            return future.result()
        finally:
            future.cancel()

    def _look_after(self, pool: ProcessPool, began: float) -> None:
        """Raise BrokenProcessPool where a task waits for readers that will not come to it."""
        is_stalled = time.monotonic() - max(began, self._moved_at) > self._seconds + _GRACE
        if is_stalled and self._pool is pool:
            self._abandon()
        if not pool.active:
            raise BrokenProcessPool("the readers answer no more")

    def _abandon(self) -> None:
        self.close()
        self._pool = None

    def close(self) -> None:
        """End the readers, whatever they are at."""
        if self._pool is not None:
            self._pool.stop()  # type: ignore[no-untyped-call]
            self._pool.join()

    def _started(self) -> ProcessPool:
        if self._pool is not None and not self._pool.active:
            self._abandon()
        if self._pool is None:
            self._pool = ProcessPool(
                max_workers=self._size,
                max_tasks=_PAGES_A_READER,
                context=reader_context(),
                initializer=_begin,
                initargs=[self._memory, self._names],
            )
        return self._pool


def _is_out_of_memory(error: Exception) -> bool:
    return getattr(error, "exitcode", None) == _OUT_OF_MEMORY


def _is_killed(error: Exception) -> bool:
    """Whether a reader ended by somebody's hand, and not by what it read; a reader's own memory is bounded."""
    ended = getattr(error, "exitcode", None)
    return isinstance(error, BrokenProcessPool) or ended in (-signal.SIGKILL, _UNKNOWN_END)


def _died(address: str, error: ProcessExpired | BrokenProcessPool) -> NotArticle:
    if _is_out_of_memory(error):
        detail = "needs more memory than a reader has"
        return NotArticle(address=address, refusal=Refusal.TOO_LARGE, detail=detail)
    refusal = Refusal.UNREAD if _is_killed(error) else Refusal.BROKEN
    return NotArticle(address=address, refusal=refusal, detail=f"the reader died: {error}")


def _read(page: Page, source: Source | None, lead: Lead | None, now: datetime, first: str | None) -> Reading:
    return _bounded(lambda: _outcome(page, source, lead, now, first))


def _read_again(
    page: Page,
    source: Source | None,
    lead: Lead,
    title: str,
    now: datetime,
    titled: bool,  # noqa: FBT001 - a pool passes values in order
) -> Reading:
    stands = not titled or following.shows_title(page, title)
    return _read(page, source, replace(lead, title=title if stands else None, body=None), now, None)


def _read_listed(lead: Lead, source: Source, now: datetime) -> Reading:
    page = Page(
        address=lead.address,
        final_address=lead.address,
        status=200,
        headers=_HTML,
        body=_BLANK,
        fetched_at=now,
    )
    return _bounded(lambda: _prepared(Reading(outcome=reading.read_page(page, source=source, lead=lead, now=now))))


def _read_list(road: ListReader, body: bytes, address: str, source: Source) -> Any:
    try:
        found = road(body, address, source)
        return found if isinstance(found, tuple) else tuple(found)
    except (RecursionError, LookupError, TypeError, AttributeError, AssertionError) as error:
        # what strangers' lists bring up in the parsers of others
        raise ValueError(f"{type(error).__name__}: {error}") from error


def _join(first: Article, rest: Sequence[Article], source: Source | None) -> Reading:
    from reading.continuation import join_pages  # noqa: PLC0415 - readers alone come here, and it brings the claims

    return _bounded(lambda: _prepared(Reading(outcome=join_pages(first, rest, source=source))))


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
    titled = first is None and following.shows_title(page, outcome.title)
    found = Reading(outcome=outcome, following=following.of(page, outcome, first), titled=titled)
    return found if found.following is not None or first is not None else _prepared(found)


def _prepared(found: Reading) -> Reading:
    """With what the one writer need not work out then."""
    outcome = found.outcome
    return found if isinstance(outcome, NotArticle) else replace(found, prepared=prepare(outcome))


def _begin(memory: int, names: tuple[OwnName, ...]) -> None:
    _bound(memory)
    gc.set_threshold(_OBJECTS, 5, 5)
    own.use(names)


def _bound(memory: int) -> None:
    """Hold a reader to its memory and to its parent's life: a killed crawl leaves none behind (Linux)."""
    resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
