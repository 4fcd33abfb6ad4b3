"""The registry of hosts: turns, budgets, Retry-After and the counts by the hour, on both engines."""

from __future__ import annotations

import multiprocessing
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy.engine import make_url

from storage import hosts
from storage.engine import Store
from storage.hosts import (
    HOLD,
    KEPT,
    Answered,
    Ask,
    AskedAlong,
    HostHour,
    PutOff,
    Wait,
    median_gap,
    step_of,
)
from storage.robots import RobotsSeen
from storage.schema import open_store

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


class Host:
    """A host with a clock of its own."""

    def __init__(self, store: Store) -> None:
        self.store, self.now = store, NOON

    def tell(self, *deeds: Any) -> list[Any]:
        with self.store.writing() as session:
            return hosts.settle(session, deeds, lambda: self.now)

    def ask(self, delay: float = 2.0, budget: int | None = None, host: str = "a.example") -> Any:
        return self.tell(Ask(host=host, delay=delay, budget=budget))[0]

    def answer(self, verdict: Any, *, closed_for: timedelta | None = None) -> None:
        self.tell(Answered(host="a.example", turn=verdict.turn, delay=verdict.delay, closed_for=closed_for))

    def later(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def record(self, since: datetime = NOON - timedelta(days=365)) -> Any:
        with self.store.reading() as session:
            return hosts.record(session, "a.example", since)


@pytest.fixture
def host(store: Store) -> Host:
    return Host(store)


def test_what_a_page_asks_for_while_it_is_drawn_counts_without_a_turn(host):
    turn = host.ask(budget=3)
    host.tell(AskedAlong(host="a.example"), AskedAlong(host="a.example"))
    host.answer(turn)
    host.later(2)
    assert host.ask(budget=3).wait is Wait.BUDGET
    record = host.record()
    assert (record.today, record.asked_at) == (3, NOON)
    assert [(hour.requests, hour.shortest_gap) for hour in record.hours] == [(3, None)]


def test_the_delay_is_counted_from_the_answer(host: Host) -> None:
    first = host.ask()
    assert first.turn == NOON
    host.later(0.5)
    host.answer(first)
    host.later(1.9)
    waiting = host.ask()
    assert (waiting.turn, waiting.wait, waiting.until) == (None, Wait.TURN, NOON + timedelta(seconds=2.5))
    host.later(0.1)
    assert host.ask().turn == NOON + timedelta(seconds=2.5)


def test_a_host_that_does_not_answer_is_free_after_a_while(host: Host) -> None:
    host.ask()
    host.later(HOLD.total_seconds() - 0.1)
    waiting = host.ask()
    assert waiting.turn is None
    assert waiting.until <= NOON + HOLD
    host.later(0.1)
    assert host.ask().turn == NOON + HOLD


def test_a_late_answer_does_not_give_free_what_another_holds(host: Host) -> None:
    first = host.ask()
    host.later(HOLD.total_seconds())
    host.ask()
    host.later(1)
    host.answer(first)
    host.later(2)
    assert host.ask().turn is None


def test_hosts_do_not_wait_for_each_other(host: Host) -> None:
    both = host.tell(
        Ask(host="a.example", delay=2.0), Ask(host="b.example", delay=2.0), Ask(host="a.example", delay=2.0)
    )
    assert [verdict.turn for verdict in both] == [NOON, NOON, None]


def test_a_crawl_delay_lengthens_the_pause(host: Host) -> None:
    first = host.ask(delay=2.0)
    host.answer(first)
    host.tell(RobotsSeen(host="a.example", status=200, text="x", delay=30.0))
    host.later(29)
    waiting = host.ask(delay=0)
    assert (waiting.turn, waiting.delay, waiting.until) == (None, 30.0, NOON + timedelta(seconds=30))
    host.later(1)
    second = host.ask(delay=0)
    assert second.turn is not None
    host.answer(second)
    host.later(29)
    assert host.ask(delay=2.0).turn is None
    assert (host.record().robots, host.record().robots_status, host.record().crawl_delay) == ("x", 200, 30.0)


def test_a_host_that_says_when_to_come_back_is_left_alone_until_then(host: Host) -> None:
    host.answer(host.ask(), closed_for=timedelta(minutes=10))
    host.later(599)
    waiting = host.ask(delay=0)
    assert (waiting.wait, waiting.until) == (Wait.RETRY_AFTER, NOON + timedelta(minutes=10))
    assert host.record().opened_at is None
    host.later(2)
    assert host.ask().turn is not None
    record = host.record()
    assert (record.closed_at, record.opened_at) == (NOON, NOON + timedelta(seconds=601))
    assert sum(hour.told_to_wait for hour in record.hours) == 1


def test_a_shorter_word_does_not_open_a_host_that_a_longer_one_closed(host: Host) -> None:
    first = host.ask(delay=0)
    host.answer(first, closed_for=timedelta(minutes=10))
    host.answer(first, closed_for=timedelta(minutes=1))
    assert host.record().closed_until == NOON + timedelta(minutes=10)


def test_a_budget_lasts_until_midnight(host: Host) -> None:
    for _ in range(3):
        assert host.ask(delay=0, budget=3).turn is not None
    spent = host.ask(delay=0, budget=3)
    assert (spent.wait, spent.until) == (Wait.BUDGET, NOON + timedelta(hours=12))
    assert host.ask(delay=0, budget=4).turn is not None
    host.later(12 * 3600)
    assert host.ask(delay=0, budget=3).turn is not None
    assert host.record().today == 1


def test_a_clock_that_is_set_back_closes_no_host(host: Host) -> None:
    host.ask(delay=2.0)
    host.later(-3600)
    assert host.ask(delay=2.0).turn is not None


def test_requests_are_counted_by_the_hour_with_their_gaps(host: Host) -> None:
    for gap in (0, 2, 3, 2, 3600):
        host.later(gap)
        host.ask(delay=0)
    host.tell(PutOff(host="a.example"))
    first, second = host.record().hours
    assert (first.hour, first.requests, first.shortest_gap) == (NOON, 4, 2.0)
    assert first.gaps == Counter({step_of(2): 2, step_of(3): 1})
    assert (second.hour, second.requests, second.shortest_gap, second.put_off) == (
        NOON + timedelta(hours=1),
        1,
        3600.0,
        1,
    )
    assert host.record(since=NOON + timedelta(minutes=30)).hours == (second,)


def test_hours_are_not_kept_for_ever(host: Host) -> None:
    host.ask(delay=0)
    host.now += KEPT
    host.ask(delay=0)
    assert len(host.record().hours) == 2
    host.later(3600)
    host.ask(delay=0)
    assert [hour.hour for hour in host.record().hours] == [NOON + KEPT, NOON + KEPT + timedelta(hours=1)]


@pytest.mark.parametrize(
    "gaps", [(2.0,), (2.0, 2.1, 9.0), (0.5, 60.0, 61.0, 3600.0, 7200.0), (0.0, 0.0, 5.0)]
)
def test_the_median_of_the_counts_is_near_the_true_one(gaps: tuple[float, ...]) -> None:
    hour = HostHour(
        hour=NOON,
        requests=9,
        shortest_gap=min(gaps),
        gaps=Counter(map(step_of, gaps)),
        told_to_wait=0,
        put_off=0,
    )
    true = sorted(gaps)[(len(gaps) - 1) // 2]
    found = median_gap([hour])
    assert found is not None
    assert abs(found - true) <= max(0.046 * true, 0.002)
    assert median_gap([]) is None


def _visit(url: str, start: Any, moments: Any) -> None:
    """Ask as soon as it is allowed, three times, and answer after a while: (asked, answered)."""
    store, found = open_store(url), []
    start.wait()
    while len(found) < 3:
        with store.writing() as session:
            verdict = hosts.settle(session, [Ask(host="a.example", delay=0.2)], lambda: datetime.now(UTC))[0]
        assert verdict is not None
        if verdict.turn is None:
            time.sleep(0.01)
            continue
        asked = time.monotonic()
        found.append(asked)
        with store.writing() as session:
            deed = Answered(host="a.example", turn=verdict.turn, delay=0.2)
            hosts.settle(session, [deed], lambda: datetime.now(UTC))
    store.close()
    moments.put(found)


def test_processes_take_turns_at_a_host(store: Store) -> None:
    url = f"sqlite:///{make_url(store.url).database}" if store.is_sqlite else store.url
    context = multiprocessing.get_context("spawn")
    start, moments = context.Barrier(3), context.Queue()
    visitors = [context.Process(target=_visit, args=(url, start, moments)) for _ in range(3)]
    for visitor in visitors:
        visitor.start()
    found = sorted(moment for _ in visitors for moment in moments.get(timeout=60))
    for visitor in visitors:
        visitor.join()
        assert visitor.exitcode == 0
    assert len(found) == 9
    assert min(later - earlier for earlier, later in pairwise(found)) >= 0.2
