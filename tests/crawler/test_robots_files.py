"""robots.txt is kept between crawls: asked for once a day, and what was had stands while a server fails."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from scrapy.http import Request, Response

from crawler.hosts import HostRegistry
from crawler.manners import Manners
from crawler.robots import STANDS
from crawler.robotsfiles import FRESH, RobotsFiles, Withheld
from storage import hosts, robots
from storage.robots import RobotsKept
from tests.crawler.conftest import item

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
ADDRESS = "https://a.example/robots.txt"
FORBIDDEN, OPEN = "https://a.example/private/1", "https://a.example/news/1"
TEXT = "User-agent: *\nDisallow: /private\n"


class Crawls:
    """A process whose clock stands until it is moved; `answer` is what the host says next."""

    def __init__(self, store):
        self.store, self.now = store, NOON
        self.answer: Response | Exception = Response(ADDRESS, body=TEXT.encode(), headers={"ETag": '"1"'})
        self.asked: list[RobotsKept | None] = []
        self.turns = HostRegistry(self._settle, lambda: self.now, Manners(delay=0.0))
        self.files = self.another_process()

    def another_process(self):
        return RobotsFiles(self._recall, self.turns, "Jarchi", lambda: self.now)

    async def _settle(self, deeds):
        with self.store.writing() as session:
            return hosts.settle(session, deeds, lambda: self.now)

    async def _recall(self, host):
        with self.store.reading() as session:
            return robots.kept(session, host)

    def seconds_left(self):
        return 5.0

    async def wait(self, seconds):
        return False

    async def ask(self, kept):
        self.asked.append(kept)
        await asyncio.sleep(0)
        if isinstance(self.answer, Exception):
            raise self.answer
        headers = {"If-None-Match": kept.etag} if kept and kept.etag else {}
        self.answer.request = Request(ADDRESS, headers=headers)
        return self.answer

    def rules(self, *, anew=False, times=1):
        async def ask():
            found = await asyncio.gather(
                *(self.files.of("a.example", self, self.ask, anew=anew) for _ in range(times))
            )
            while self.turns._settling is not None and not self.turns._settling.done():
                await self.turns._settling
            return found[0]

        return asyncio.run(ask())


@pytest.fixture
def crawls(store):
    return Crawls(store)


def test_a_host_is_asked_once_a_day_whatever_process_comes(crawls):
    assert not crawls.rules(times=5).allows(FORBIDDEN, "Jarchi")
    crawls.files = crawls.another_process()
    crawls.now += FRESH - timedelta(seconds=1)
    assert crawls.rules().allows(OPEN, "Jarchi")
    assert crawls.asked == [None]
    crawls.now += timedelta(seconds=1)
    crawls.answer = Response(ADDRESS, status=304)
    assert not crawls.rules().allows(FORBIDDEN, "Jarchi")
    assert [kept and kept.etag for kept in crawls.asked] == [None, '"1"']
    crawls.now += timedelta(hours=23)
    crawls.rules()
    assert len(crawls.asked) == 2, "a 304 makes it fresh again"


def test_a_look_at_a_site_asks_anew(crawls):
    crawls.rules()
    crawls.answer = Response(ADDRESS, body=b"User-agent: *\nDisallow: /news\n")
    assert not crawls.rules(anew=True).allows(OPEN, "Jarchi")
    assert not crawls.rules().allows(OPEN, "Jarchi")
    assert len(crawls.asked) == 2


@pytest.mark.parametrize(
    "fault",
    [Response(ADDRESS, status=503), Response(ADDRESS, status=429), TimeoutError(), ConnectionRefusedError()],
)
def test_what_was_had_stands_up_to_a_bound(crawls, fault):
    crawls.rules()
    crawls.answer = fault
    crawls.now += STANDS - timedelta(seconds=1)
    assert not crawls.rules().allows(FORBIDDEN, "Jarchi")
    assert crawls.rules().allows(OPEN, "Jarchi")
    assert len(crawls.asked) == 3, "asked again by each crawl"
    crawls.now += timedelta(seconds=1)
    with pytest.raises(Withheld):
        crawls.rules()


def test_a_304_that_nobody_asked_for_says_nothing(crawls):
    unasked = Response(ADDRESS, status=304)
    crawls.answer = unasked
    for _ in range(2):
        with pytest.raises(Withheld):
            crawls.rules()
        crawls.files = crawls.another_process()
    crawls.answer = Response(ADDRESS, body=TEXT.encode())  # without marks
    crawls.rules()
    crawls.answer = unasked
    crawls.now += FRESH
    assert not crawls.rules().allows(FORBIDDEN, "Jarchi")
    crawls.files = crawls.another_process()
    crawls.now += STANDS - FRESH
    with pytest.raises(Withheld):
        crawls.rules()


def test_one_that_is_not_there_forbids_nothing_and_is_kept_too(crawls):
    crawls.answer = Response(ADDRESS, status=404, body=TEXT.encode())
    assert crawls.rules().allows(FORBIDDEN, "Jarchi")
    assert crawls.rules().allows(FORBIDDEN, "Jarchi")
    assert len(crawls.asked) == 1


def test_memory_is_bounded_and_the_database_knows_the_rest(crawls):
    big = "# x\n" * 120_000
    for number in range(12):
        crawls.answer = Response(ADDRESS, body=(TEXT + big).encode())

        async def ask(host=f"host{number}.example"):
            await crawls.files.of(host, crawls, crawls.ask)
            await crawls.turns._settling

        asyncio.run(ask())
    assert len(crawls.files._known) < 12

    async def first():
        return await crawls.files.of("host0.example", crawls, crawls.ask)

    assert not asyncio.run(first()).allows("https://host0.example/private/1", "Jarchi")
    assert len(crawls.asked) == 12


def test_a_poll_of_one_feed_is_one_request(desk, site):
    site.answers_304 = True
    site.show("/robots.txt", TEXT, kind="text/plain")
    site.post(
        "/news/1", "The council met on Monday in the old hall of the town.", "It will decide on the bridge."
    )
    site.feed(item(f"{site.address}/news/1", "The plan"), item(f"{site.address}/private/2", "Another plan"))
    site.answers["/feed"].headers["ETag"] = '"f"'
    assert desk.crawl(site.key).run["failed"] == {"robots": 1}
    before = len(site.asked)
    run = desk.crawl(site.key).run
    assert site.asked[before:] == ["/feed"]
    assert (run["requests"], run["not_modified"], run["failed"]) == (1, 1, {"robots": 1})
