"""Politeness belongs to the host: the proof is the log of the server."""

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise
from pathlib import Path

import pytest
from scrapy.http import Response
from sqlmodel import col, select

from crawler.answers import PutOff, Stopped, retry_after
from crawler.hosts import HostRegistry
from crawler.manners import Manners
from news.settings import Settings, load_settings
from scheduler.executor import LocalExecutor
from scheduler.protocol import Report
from storage import hosts
from storage.engine import Store
from storage.hosts import HostRecord, Wait
from storage.runs import RunState
from storage.tables import RunRow
from tests.crawler.conftest import Desk, Site, item

ROOT = Path(__file__).parents[2]
#: Seconds between two requests in these tests.
FLOOR = 0.3
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


class Crawl:
    """A crawl that waits without waiting: its clock goes on by itself."""

    def __init__(self, left: float | None = None) -> None:
        self.left, self.now, self.waited = left, NOON, 0.0

    def seconds_left(self) -> float | None:
        return None if self.left is None else self.left - self.waited

    async def wait(self, seconds: float) -> bool:
        self.now += timedelta(seconds=seconds)
        self.waited += seconds
        await asyncio.sleep(0)
        return self.left is not None and self.waited >= self.left


def registry(store: Store, crawl: Crawl, manners: Manners) -> HostRegistry:
    async def settle(deeds):
        with store.writing() as session:
            return hosts.settle(session, deeds, lambda: crawl.now)

    return HostRegistry(settle, lambda: crawl.now, manners)


def test_requests_of_one_process_wait_in_line_and_go_on_when_the_answer_comes(store):
    crawl = Crawl()
    turns = registry(store, crawl, Manners(delay=2.0))

    async def ask() -> datetime:
        turn = await turns.take("a.example", crawl)
        turns.answered(turn)
        return turn.at

    async def all_five() -> list[datetime]:
        return await asyncio.gather(*(ask() for _ in range(5)))

    moments = asyncio.run(all_five())
    assert moments == sorted(moments)
    assert all(later - earlier >= timedelta(seconds=2) for earlier, later in pairwise(moments))


def test_what_comes_together_is_settled_together(store):
    crawl, batches = Crawl(), []

    async def settle(deeds):
        batches.append(len(deeds))
        await asyncio.sleep(0)
        with store.writing() as session:
            return hosts.settle(session, deeds, lambda: crawl.now)

    async def forty() -> None:
        turns = HostRegistry(settle, lambda: crawl.now, Manners(delay=0.0))
        await asyncio.gather(*(turns.take("a.example", crawl) for _ in range(40)))

    asyncio.run(forty())
    assert sum(batches) == 40
    assert len(batches) <= 2


@pytest.mark.parametrize(("left", "waits"), [(30.0, False), (3600.0 * 13, True), (None, True)])
def test_a_spent_budget_is_waited_for_only_where_the_crawl_lasts_as_long(store, left, waits):
    crawl = Crawl(left)
    turns = registry(store, crawl, Manners(delay=0.0, budget=1))

    async def twice() -> datetime:
        await turns.take("a.example", crawl)
        return (await turns.take("a.example", crawl)).at

    if waits:
        assert asyncio.run(twice()) == NOON + timedelta(hours=12)
        return
    with pytest.raises(PutOff) as caught:
        asyncio.run(twice())
    assert (caught.value.cause, caught.value.until) == (Wait.BUDGET, NOON + timedelta(hours=12))
    assert crawl.waited == 0


def test_a_crawl_that_ends_in_the_line_asks_nothing_more(store):
    crawl = Crawl(left=1.0)
    turns = registry(store, crawl, Manners(delay=5.0))

    async def twice() -> None:
        await turns.take("a.example", crawl)
        await turns.take("a.example", crawl)

    with pytest.raises(Stopped):
        asyncio.run(twice())


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("120", 120), ("0", 0), (" 7 ", 7), ("999999999", 86400), (format_datetime(NOON + timedelta(seconds=90)), 90),
        (format_datetime(NOON - timedelta(seconds=90)), 0), ("soon", None), ("", None), ("-5", None),
    ],
)  # fmt: skip
def test_retry_after_is_read_in_seconds_and_as_a_date(said, seconds):
    found = retry_after(Response("https://a.example", status=503, headers={"Retry-After": said}), NOON)
    assert (None if found is None else found.total_seconds()) == seconds


class Polite(Desk):
    """A home whose crawls keep a floor, with as many workers as wanted."""

    def crawl_at_once(self, *keys: list[str]) -> list[Report]:
        """Crawl lists of sources, each list in a worker process of its own."""

        async def crawl() -> list[Report]:
            executors = [LocalExecutor(self.settings) for _ in keys]
            try:
                return await asyncio.gather(
                    *(
                        executor.crawl(key)
                        for executor, some in zip(executors, keys, strict=True)
                        for key in some
                    )
                )
            finally:
                await asyncio.gather(*(executor.close() for executor in executors))

        return asyncio.run(crawl())

    def record(self, site: Site) -> HostRecord:
        with self.store.reading() as session:
            return hosts.record(session, site.address.removeprefix("http://"), NOON - timedelta(days=3650))

    def last_run(self, key: str) -> RunRow:
        with self.store.reading() as session:
            return session.exec(
                select(RunRow).where(RunRow.source == key).order_by(col(RunRow.id).desc())
            ).first()

    def jarchi(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("JARCHI_")}
        return subprocess.run(
            [sys.executable, "-m", "cli", *arguments], cwd=ROOT, capture_output=True, text=True, check=False,
            timeout=120, env={**inherited, **self.settings.environment(), "COLUMNS": "200"},
        )  # fmt: skip


def settings_of(home: Path, **variables: str) -> Settings:
    (home / "sources").mkdir(exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {
            "JARCHI_HOME": str(home), "JARCHI_ALLOW_NETWORKS": "127.0.0.0/8", "JARCHI_HOST_DELAY": str(FLOOR),
            "JARCHI_LOG_LEVEL": "WARNING", "JARCHI_READERS": "1", "JARCHI_CONTACT": "mailto:desk@example.org", **variables,
        }.items():  # fmt: skip
            patch.setenv(name, value)
        return load_settings()


@pytest.fixture
def polite(tmp_path: Path) -> Iterator[Polite]:
    opened = Polite(settings_of(tmp_path))
    yield opened
    opened.close()


@pytest.fixture
def town() -> Iterator[Site]:
    site = Site()
    yield site
    site.close()


def watch(desk: Desk, site: Site, key: str, pages: int = 1, **fields: object) -> str:
    """A source of its own on the site, with a feed of some pages."""
    paths = [f"/{key}/{number}" for number in range(pages)]
    for path in paths:
        site.post(
            path, f"The council of {key} met on Monday in the old hall.", "It will decide on the bridge."
        )
    site.feed(*(item(site.address + path, f"Plan {path}") for path in paths), path=f"/{key}/feed")
    lines = {"name": key, "feeds": [f"{site.address}/{key}/feed"], **fields}
    text = "".join(f"{name} = {json.dumps(value)}\n" for name, value in lines.items())
    (desk.settings.sources_folder / f"{key}.toml").write_text(text, encoding="utf-8")
    return key


def gaps(site: Site) -> list[float]:
    return [later - earlier for earlier, later in pairwise(sorted(site.moments))]


@pytest.mark.service
@pytest.mark.parametrize("workers", [1, 2])
def test_five_sources_of_a_host_never_ask_closer_than_the_floor(polite, town, workers):
    keys = [watch(polite, town, f"part{number}", pages=2) for number in range(5)]
    reports = polite.crawl_at_once(*(keys[start::workers] for start in range(workers)))
    assert [report.error for report in reports] == [None] * 5
    assert len(town.asked) == sum(report.run["requests"] for report in reports)
    # a worker asks for robots.txt once
    assert len(town.asked) - 5 * (1 + 2) == town.count("/robots.txt") <= workers
    assert min(gaps(town)) >= FLOOR
    record = polite.record(town)
    assert sum(hour.requests for hour in record.hours) == len(town.asked)
    assert min(hour.shortest_gap for hour in record.hours if hour.shortest_gap) >= FLOOR


@pytest.fixture
def make_towns() -> Iterator[object]:
    made: list[Site] = []

    def make(count: int) -> list[Site]:
        made.extend(Site() for _ in range(count))
        return made[-count:]

    yield make
    for site in made:
        site.close()


@pytest.mark.service
def test_another_host_is_not_held_up(polite, make_towns):
    slow, quick = make_towns(2)
    watch(polite, slow, "slow", pages=0, may_be_empty=True)
    watch(polite, quick, "quick", pages=2)
    slow.show("/robots.txt", "User-agent: *\nCrawl-delay: 4\n", kind="text/plain")
    reports = polite.crawl_at_once(["slow", "quick"])
    assert [report.error for report in reports] == [None, None]
    assert (slow.asked, len(quick.asked)) == (["/robots.txt", "/slow/feed"], 4)
    assert slow.moments[1] - slow.moments[0] >= 4
    assert max(quick.moments) < slow.moments[1]


@pytest.mark.service
def test_a_crawl_delay_is_kept_by_crawls_that_know_of_it_from_another(polite, town):
    town.show(
        "/robots.txt", "User-agent: *\nDisallow: /x\n\nUser-agent: *\nCrawl-delay: 0.8\n", kind="text/plain"
    )
    keys = [watch(polite, town, f"part{number}") for number in range(2)]
    reports = polite.crawl_at_once(keys[:1], keys[1:])
    assert [report.error for report in reports] == [None, None]
    # until the first robots.txt was read, the floor was all that was known
    assert min(gaps(town)) >= FLOOR
    assert sorted(gaps(town))[1] >= 0.8, gaps(town)
    assert polite.record(town).crawl_delay == 0.8


@pytest.mark.service
@pytest.mark.parametrize("kind", ["seconds", "date"])
def test_a_host_that_asks_to_come_back_later_is_obeyed(polite, town, kind):
    watch(polite, town, "busy")
    soon, began = datetime.now(UTC) + timedelta(seconds=4), time.monotonic()
    said = "1" if kind == "seconds" else format_datetime(soon)
    town.show("/busy/0", "Too many", status=429, headers={"Retry-After": said})
    report = polite.crawl_at_once(["busy"])[0]
    assert report.run["failed"] == {"http-429": 1}
    record = polite.record(town)
    assert sum(hour.told_to_wait for hour in record.hours) == town.count("/busy/0") == 3
    asked = sorted(town.moments)
    if kind == "seconds":
        assert all(later - earlier >= 1 for earlier, later in pairwise(asked[2:]))
    else:
        # the header tells whole seconds
        assert not [moment for moment in asked[3:] if moment - began < 3]
        assert record.closed_until is not None


@pytest.mark.service
def test_a_crawl_is_put_off_where_the_host_is_closed_for_longer_than_it_lasts(polite, town):
    watch(polite, town, "shut")
    town.show("/shut/feed", "Maintenance", status=503, headers={"Retry-After": "7200"})
    report = polite.crawl_at_once(["shut"])[0]
    assert report.error.startswith("put off until ")
    assert report.error.endswith(f"retry-after of {town.address.removeprefix('http://')}")
    assert report.is_put_off
    assert report.run["refused"] == 1
    assert town.asked == ["/robots.txt", "/shut/feed"]
    state = polite.state("shut")
    assert (state.failures, state.last_good_at) == (0, None)
    assert timedelta(minutes=110) < state.next_due_at - datetime.now(UTC) <= timedelta(minutes=120)
    assert polite.last_run("shut").state == RunState.PUT_OFF.value
    assert polite.crawl_at_once(["shut"])[0].error.startswith("put off until ")
    assert len(town.asked) == 2


def test_a_crawl_that_falls_in_quiet_hours_asks_nothing_and_says_until_when(polite, town):
    now = datetime.now(UTC)
    hours = f"{now - timedelta(hours=1):%H:%M}-{now + timedelta(hours=3):%H:%M}"
    watch(polite, town, "asleep", quiet=hours)
    watch(polite, town, "neighbour")
    reports = polite.crawl_at_once(["asleep", "neighbour"])
    assert [report.error.partition(" UTC: ")[2].partition(" ")[0] for report in reports] == [
        "quiet-hours"
    ] * 2
    assert town.asked == []
    due = polite.state("asleep").next_due_at
    assert due == (now + timedelta(hours=3)).replace(second=0, microsecond=0)
    assert sum(hour.put_off for hour in polite.record(town).hours) >= 2


@pytest.mark.service
def test_a_budget_is_the_hosts_and_holds_for_the_next_crawl_too(polite, town):
    watch(polite, town, "thrifty", pages=4, budget=4)
    watch(polite, town, "neighbour")
    report = polite.crawl_at_once(["thrifty"])[0]
    assert len(town.asked) == 4
    assert report.run["failed"] == {"budget": 2}
    assert "put off until" in report.error
    assert polite.crawl_at_once(["neighbour"])[0].error.startswith("put off until")
    assert len(town.asked) == 4
    assert sorted(polite.leads("thrifty").values()) == ["failed budget", "failed budget", "kept", "kept"]


@pytest.mark.service
def test_the_proof_for_a_webmaster(polite, town):
    town.show(
        "/robots.txt",
        "User-agent: *\nDisallow: /private\nCrawl-delay: 0.4\nSitemap: https://a.example/s.xml\n",
        kind="text/plain",
    )
    watch(polite, town, "proof", pages=3, quiet="03:00-03:01")
    polite.crawl_at_once(["proof"])
    done = polite.jarchi("sources", "politeness", "proof", "--json")
    assert done.returncode == 0, done.stderr
    (found,) = json.loads(done.stdout)["hosts"]
    assert found["host"] == town.address.removeprefix("http://")
    assert found["requests"] == found["today"] == len(town.asked) == 5
    assert (
        sum(day["requests"] for day in found["days"]) == sum(hour["requests"] for hour in found["hours"]) == 5
    )
    assert FLOOR <= found["shortest_gap"] <= found["median_gap"]
    assert (found["delay"], found["budget"], found["quiet"]) == (0.4, 5000, ["03:00-03:01 UTC"])
    assert "mailto:desk@example.org" in found["user_agent"]
    robots = found["robots"]
    assert (robots["status"], robots["crawl_delay"], robots["sitemaps"]) == (
        200,
        0.4,
        ["https://a.example/s.xml"],
    )
    assert robots["allows"] == {f"{town.address}/proof/feed": True}
    assert "Disallow: /private" in robots["text"]
    assert found["retry_after"] == {"told": 0, "told_at": None, "until": None, "next_request": None}
    shown = polite.jarchi("sources", "politeness", "proof", "--days", "1").stdout
    for said in ("5 requests", "User-Agent: Jarchi/", "requests today: 5 of 5000", "quiet hours: 03:00-03:01 UTC", "| Disallow: /private", "Retry-After: never said"):  # fmt: skip
        assert said in shown
    assert polite.jarchi("sources", "politeness", "proof", "--days", "0").returncode == 2
