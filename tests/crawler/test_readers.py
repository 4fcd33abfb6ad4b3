"""The pool of readers, run for real: what one page does to its reader, no other page feels."""

import asyncio
import contextlib
import os
import signal
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crawler.readers import ReaderPool
from news.values import Article, NotArticle, Page, Refusal, Source

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
SOURCE = Source(key="town", name="Town News")
PLAIN = "<html><body><h1>Road works</h1><p>Main Street is closed on Monday.</p></body></html>"
#: Within the caps on size and tags, and seconds of work.
SLOW = (
    "<html><body>" + "<p>The council met on Monday, and what it said is here.</p>" * 49_000 + "</body></html>"
)
LONG = timedelta(minutes=2)


def page(body: str) -> Page:
    address = "https://town.example.org/news/1"
    return Page(
        address=address,
        final_address=address,
        status=200,
        headers=(("content-type", "text/html; charset=utf-8"),),
        body=body.encode(),
        fetched_at=NOW,
    )


@contextmanager
def readers(
    deadline: timedelta = LONG, **limits: int
) -> Iterator[Callable[[str], Awaitable[Article | NotArticle]]]:
    pool = ReaderPool(1, deadline, **limits)
    try:
        yield lambda body: pool.read(page(body), SOURCE, None, NOW)
    finally:
        pool.close()


def descendants(root: int) -> set[int]:
    """The processes below one, by /proc."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
    found: set[int] = set()
    while more := {pid for pid, parent in parents.items() if parent in {root, *found}} - found:
        found |= more
    return found


def test_a_page_is_read_in_another_process() -> None:
    async def run() -> None:
        with readers() as read:
            found = await read(PLAIN)
            assert isinstance(found, Article)
            assert (found.title, found.text) == ("Road works", "Main Street is closed on Monday.")

    asyncio.run(run())


def test_a_page_that_takes_too_long_is_refused_and_the_next_is_read() -> None:
    async def run() -> None:
        with readers(timedelta(seconds=1)) as read:
            found = await read(SLOW)
            assert isinstance(found, NotArticle)
            assert found.refusal is Refusal.TIMED_OUT
            # a new reader loads its models within the first page's deadline: on a busy machine that may take some
            while not isinstance(await read(PLAIN), Article):
                pass

    asyncio.run(run())


def test_a_page_that_needs_too_much_memory_is_refused_and_the_next_is_read() -> None:
    async def run() -> None:
        with readers(memory=400_000_000) as read:
            found = await read(SLOW)
            assert isinstance(found, NotArticle)
            assert found.refusal is Refusal.TOO_LARGE
            assert isinstance(await read(PLAIN), Article)

    asyncio.run(run())


@pytest.mark.parametrize("times", [1, 2])
def test_a_reader_killed_over_a_page_takes_no_other_with_it(times: int) -> None:
    async def run() -> None:
        with readers() as read:
            assert isinstance(await read(PLAIN), Article)
            for _ in range(times):
                before = busiest(os.getpid())
                reading = asyncio.ensure_future(read(SLOW))
                await asyncio.to_thread(wait_for_work, before)
                os.kill(reader(os.getpid()), signal.SIGKILL)
                found = await reading
                assert isinstance(found, NotArticle)
                assert found.refusal is Refusal.BROKEN
            assert isinstance(await read(PLAIN), Article)

    asyncio.run(run())


def test_a_reader_killed_while_idle_is_replaced() -> None:
    async def run() -> None:
        with readers() as read:
            assert isinstance(await read(PLAIN), Article)
            os.kill(reader(os.getpid()), signal.SIGKILL)
            outcomes = [await read(PLAIN) for _ in range(3)]
            assert isinstance(outcomes[-1], Article)

    asyncio.run(run())


def ticks(pid: int) -> int:
    """CPU that a process has used, in clock ticks; 0 for one that is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return int(fields[11]) + int(fields[12])


def reader(root: int) -> int:
    """The one reader: the process that stands lowest, below the server that forked it."""
    below = descendants(root)
    return max((pid for pid in below if any(pid in descendants(server) for server in below)), key=ticks)


def busiest(root: int) -> int:
    below = descendants(root)
    lowest = {pid for server in below for pid in descendants(server)}
    return max(map(ticks, lowest), default=0)


def wait_for_work(before: int) -> None:
    """Return once the reader has worked a twentieth of a second on its page."""
    while busiest(os.getpid()) <= before + 5:
        os.sched_yield()
