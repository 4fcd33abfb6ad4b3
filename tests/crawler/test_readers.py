"""The pool of readers, run for real: what one page does to its reader, no other page feels."""

import asyncio
import contextlib
import os
import signal
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

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
#: As many tags, and six times the text: a hundred megabytes and more beside the models.
HEAVY = SLOW.replace("is here.", "is here. " + "Nobody expected it to last until the evening. " * 6)
LONG = timedelta(minutes=2)


def page(body: str | bytes, kind: str = "text/html; charset=utf-8") -> Page:
    address = "https://town.example.org/news/1"
    return Page(
        address=address,
        final_address=address,
        status=200,
        headers=(("content-type", kind),),
        body=body.encode() if isinstance(body, str) else body,
        fetched_at=NOW,
    )


@contextmanager
def readers(
    deadline: timedelta = LONG, **limits: int
) -> Iterator[Callable[[str | bytes], Awaitable[Article | NotArticle]]]:
    pool = ReaderPool(1, deadline, **limits)

    async def read(body: str | bytes) -> Article | NotArticle:
        return (await pool.read(page(body), SOURCE, None, NOW)).outcome

    try:
        yield read
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


@pytest.mark.parametrize("address", ["file:///tmp/page.html", "data:text/html,x", "mailto:a@example.org", ""])
def test_what_has_no_web_address_is_refused_under_that_name(address: str) -> None:
    found = replace(page(PLAIN), address=address, final_address=address)
    pool = ReaderPool(1, LONG)
    try:
        outcome = asyncio.run(pool.read(found, SOURCE, None, NOW)).outcome
    finally:
        pool.close()
    assert isinstance(outcome, NotArticle)
    assert (outcome.refusal, outcome.detail) == (Refusal.NO_ADDRESS, address)


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
        with readers(memory=450_000_000) as read:
            found = await read(HEAVY)
            assert isinstance(found, NotArticle)
            assert found.refusal is Refusal.TOO_LARGE
            assert isinstance(await read(PLAIN), Article)

    asyncio.run(run())


@pytest.mark.parametrize(
    ("at_most", "kind", "refusal"),
    [
        (1, signal.SIGKILL, None),
        (30, signal.SIGKILL, Refusal.UNREAD),
        (30, signal.SIGSEGV, Refusal.BROKEN),
    ],
)
def test_a_page_is_read_again_when_its_reader_died_and_refused_for_its_own_faults_alone(
    at_most: int, kind: signal.Signals, refusal: Refusal | None
) -> None:
    """A reader that dies before the page has reached it does not count, so kills go on until there is an answer."""

    async def run() -> None:
        with readers() as read:
            assert isinstance(await read(PLAIN), Article)
            begun = busiest(os.getpid())  # ticks that a reader needs to begin, and to read a small page
            reading = asyncio.ensure_future(read(SLOW))
            for _ in range(at_most):
                await asyncio.to_thread(wait_for_work, begun, reading)
                if reading.done():
                    break
                killed = reader(os.getpid())
                os.kill(killed, kind)
                await asyncio.to_thread(wait_for_end, killed)
            found = await reading
            assert (found.refusal if isinstance(found, NotArticle) else None) is refusal
            assert isinstance(await read(PLAIN), Article)

    asyncio.run(run())


def test_a_reader_killed_while_idle_is_replaced() -> None:
    async def run() -> None:
        with readers() as read:
            assert isinstance(await read(PLAIN), Article)
            os.kill(reader(os.getpid()), signal.SIGKILL)
            outcomes = [await read(PLAIN) for _ in range(3)]
            assert all(isinstance(outcome, Article) for outcome in outcomes)

    asyncio.run(run())


def test_readers_that_answer_no_more_are_replaced_and_the_page_is_read() -> None:
    """As when one is killed while it holds the lock of their queue: the others wait for ever."""

    async def run() -> None:
        with readers(timedelta(seconds=2)) as read:
            while not isinstance(await read(PLAIN), Article):
                pass  # its models may take longer than that
            os.kill(reader(os.getpid()), signal.SIGSTOP)
            while not isinstance(await read(PLAIN), Article):
                pass  # nor may those of the next reader be there in time

    asyncio.run(run())


SENTENCE = "<p>The council{} of the harbour town met on Monday and decided on the plan for the bridge.</p>"
#: What a page may be, and what it comes to: a refusal, or an article.
BAD = {
    "empty": (b"", Refusal.EMPTY),
    "white space": (b" \r\n\t\n", Refusal.EMPTY),
    "NULs alone": (b"\0" * 1000, Refusal.NO_TEXT),
    "binary": (bytes(range(256)) * 4000, Refusal.NOT_HTML),
    "an image": (b"\x89PNG\r\n\x1a\n" + b"\0\1\2" * 5000, Refusal.NOT_HTML),
    "50 MB on one line": (b"<html><body><p>" + b"word " * 10_000_000 + b"</p></body></html>", Refusal.TOO_LARGE),
    "19 MB on one line": (b"<html><body><p>" + b"word " * 3_800_000 + b"</p></body></html>", None),
    "100,000 nested tags": (b"<html><body>" + b"<div>" * 100_000 + b"Text" + b"</div>" * 100_000, Refusal.TOO_LARGE),
    "90,000 nested tags never closed": (b"<html><body>" + b"<div>" * 90_000 + b"Text", Refusal.BROKEN),
    "300,000 paragraphs": ("<html><body>" + "<p>The council met.</p>" * 300_000 + "</body></html>", Refusal.TOO_LARGE),
    "300,000 paragraphs never closed": ("<html><body>" + "<p>The council met." * 300_000, Refusal.TOO_LARGE),
    "lone surrogates": (
        b"<html><body><h1>Plan</h1>" + (SENTENCE.format("\ud800\udfff") * 4).encode("utf-8", "surrogatepass"),
        Article,
    ),
    "NULs in the text": ("<html><body><h1>Pl\0an</h1>" + SENTENCE.format("\0") * 4, Article),
    "references to what no text holds": (
        "<html><body><h1>Plan&#0;</h1>" + SENTENCE.format("&#xD800;&#55357;&#0;&#x0;&#xFFFF;&#99999999999;") * 4,
        Article,
    ),
    "a page in no language": ("<html><body><h1>12 / 7</h1>" + "<p>3 14 15 92 65 35 89 79 32 38 46 – 26 43 38</p>" * 5, Article),
    "a broken PDF": (b"%PDF-1.7\n" + b"\0\xff" * 2000, Refusal.BROKEN),
}  # fmt: skip


@pytest.fixture(scope="module")
def one_pool() -> Iterator[tuple[asyncio.Runner, Callable[[str | bytes], Awaitable[Article | NotArticle]]]]:
    """One reader for all bad pages, so that each is read after the others' harm."""
    with asyncio.Runner() as runner, readers() as read:
        yield runner, read


@pytest.mark.parametrize("name", BAD)
def test_bad_input_has_an_outcome_and_the_next_page_is_read(
    name: str, one_pool: tuple[asyncio.Runner, Any]
) -> None:
    runner, read = one_pool
    body, expected = BAD[name]
    found = runner.run(read(body))
    if isinstance(expected, Refusal):
        assert isinstance(found, NotArticle), found.title
        assert found.refusal is expected
    elif expected is Article:
        assert isinstance(found, Article), found
        assert not set("\0\ud800\udfff\uffff") & set(found.title + found.text)
    assert isinstance(runner.run(read(PLAIN)), Article)


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


def wait_for_work(begun: int, reading: asyncio.Future[Any]) -> None:
    """Return once the reader has worked a twentieth of a second on its page, or the page is answered for."""
    while not reading.done() and busiest(os.getpid()) <= begun + 5:
        os.sched_yield()


def wait_for_end(killed: int) -> None:
    """Return once a reader is gone, and has been reaped."""
    while killed in descendants(os.getpid()):
        os.sched_yield()
