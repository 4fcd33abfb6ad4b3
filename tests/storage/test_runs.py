"""Crawls, sources' state and requests."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from storage import runs
from storage.engine import Store
from storage.runs import Run, RunState, SourceState


def _begin(store: Store, make: Any, hours: int = 0, source: str = "yazd", worker: str = "host:1") -> Run:
    with store.writing() as session:
        return runs.begin(session, source, make.now + hours * make.hour, worker)


def _finish(store: Store, make: Any, run: Run, hours: int, error: str | None = None) -> None:
    with store.writing() as session:
        runs.finish(
            session, run, {"fetched": 3, "failed": {"timeout": 1}}, error, make.now + hours * make.hour
        )


def _state(store: Store, source: str = "yazd") -> SourceState:
    with store.reading() as session:
        return runs.state(session, source)


def _last(store: Store) -> tuple[str, Any, str | None]:
    with store.reading() as session:
        row = runs.recent(session, limit=1)[0]
        return row.state, row.counts, row.error


def test_a_source_never_crawled(store: Store) -> None:
    assert _state(store) == SourceState(
        key="yazd",
        enabled=None,
        next_due_at=None,
        last_good_at=None,
        last_run_at=None,
        failures=0,
        last_error=None,
    )
    with store.reading() as session:
        assert runs.states(session) == {}


def test_a_good_crawl_moves_the_last_good_one_to_its_start(store: Store, make: Any) -> None:
    run = _begin(store, make)
    assert run.last_good_at is None
    assert _state(store).last_run_at == make.now
    assert _last(store)[0] == RunState.RUNNING
    _finish(store, make, run, hours=1)
    assert _last(store) == (RunState.GOOD, {"fetched": 3, "failed": {"timeout": 1}}, None)
    assert _state(store).last_good_at == make.now
    assert _begin(store, make, hours=2).last_good_at == make.now


def test_failures_are_counted_and_forgotten(store: Store, make: Any) -> None:
    for hour in (1, 2):
        _finish(store, make, _begin(store, make, hours=hour), hours=hour, error="lists not read: timeout (1)")
    state = _state(store)
    assert (state.failures, state.last_error, state.last_good_at) == (2, "lists not read: timeout (1)", None)
    _finish(store, make, _begin(store, make, hours=3), hours=4)
    state = _state(store)
    assert (state.failures, state.last_error, state.last_good_at) == (0, None, make.now + 3 * make.hour)


def test_a_run_ends_once(store: Store, make: Any) -> None:
    run = _begin(store, make)
    _finish(store, make, run, hours=1, error="boom")
    _finish(store, make, run, hours=2)
    assert _last(store)[0] == RunState.FAILED
    assert _state(store).failures == 1


def test_a_stopped_crawl_is_due_at_once_and_no_failure(store: Store, make: Any) -> None:
    run = _begin(store, make)
    with store.writing() as session:
        runs.stop(session, run, {"fetched": 1}, make.now + make.hour)
    assert _last(store) == (RunState.STOPPED, {"fetched": 1}, None)
    state = _state(store)
    assert (state.failures, state.next_due_at, state.last_good_at) == (0, make.now + make.hour, None)


def test_a_crawl_that_is_put_off_is_no_failure_and_due_when_its_hosts_open(store: Store, make: Any) -> None:
    run = _begin(store, make)
    with store.writing() as session:
        runs.put_off(session, run, {"fetched": 1}, "quiet-hours", make.now + 5 * make.hour, make.now + make.hour)
    assert _last(store) == (RunState.PUT_OFF, {"fetched": 1}, "quiet-hours")
    state = _state(store)
    assert (state.failures, state.next_due_at, state.last_good_at) == (0, make.now + 5 * make.hour, None)
    assert state.last_error == "quiet-hours"


def test_the_runs_of_dead_workers_are_reaped(store: Store, make: Any) -> None:
    _begin(store, make, worker="host:1")
    lost = _begin(store, make, source="isna", worker="host:2")
    with store.writing() as session:
        assert runs.reap(session, make.now + make.hour, lambda worker: worker == "host:1") == ("isna",)
        assert runs.reap(session, make.now + make.hour, lambda worker: worker == "host:1") == ()
    assert _last(store) == (RunState.LOST, {}, "the crawl worker died")
    assert (_state(store, "isna").failures, _state(store).failures) == (1, 0)
    _finish(store, make, lost, hours=2)
    assert _last(store)[0] == RunState.LOST


def test_recent_runs(store: Store, make: Any) -> None:
    for source in ("yazd", "isna", "yazd"):
        _begin(store, make, source=source)
    with store.reading() as session:
        assert [row.source for row in runs.recent(session)] == ["yazd", "isna", "yazd"]
        assert [row.id for row in runs.recent(session, "yazd", limit=1)] == [3]


def test_what_an_operator_sets(store: Store, make: Any) -> None:
    with store.writing() as session:
        runs.set_enabled(session, "yazd", enabled=False)
        runs.set_due(session, "isna", make.now)
    with store.reading() as session:
        states = runs.states(session)
    assert (states["yazd"].enabled, states["isna"].next_due_at) == (False, make.now)
    with store.writing() as session:
        runs.set_enabled(session, "yazd", enabled=None)
        runs.set_due(session, "isna", None)
    assert (_state(store).enabled, _state(store, "isna").next_due_at) == (None, None)


@pytest.mark.parametrize(
    ("schedule", "failures", "wait"),
    [
        (timedelta(hours=1), 0, timedelta(hours=1)),
        (timedelta(hours=1), 1, timedelta(hours=2)),
        (timedelta(hours=1), 3, timedelta(hours=8)),
        (timedelta(hours=1), 10_000, timedelta(days=1)),
        (timedelta(days=7), 5, timedelta(days=7)),
    ],
)
def test_the_next_crawl_backs_off_and_never_gives_up(
    make: Any, schedule: timedelta, failures: int, wait: timedelta
) -> None:
    assert runs.next_due(schedule, failures, make.now) == make.now + wait


def test_a_request_is_taken_once_and_answered(store: Store, make: Any) -> None:
    with store.writing() as session:
        first = runs.ask(session, "crawl", "yazd", make.now)
        second = runs.ask(session, "test", "isna", make.now)
    with store.writing() as session:
        assert runs.take_requests(session, make.now) == ((first, "crawl", "yazd"), (second, "test", "isna"))
    with store.writing() as session:
        assert runs.take_requests(session, make.now) == ()
        runs.answer(session, first, "3 articles", make.now + make.hour)
        runs.answer(session, 4711, "nobody asked", make.now)


def test_a_request_whose_taker_is_gone_is_taken_anew(store: Store, make: Any) -> None:
    with store.writing() as session:
        numbers = [runs.ask(session, "crawl", source, make.now) for source in ("yazd", "isna", "irna", "busy")]
        runs.take_requests(session, make.now)
        runs.begin(session, "busy", make.now, worker="elsewhere:1")
        runs.answer(session, numbers[2], "done", make.now)
    with store.writing() as session:
        assert runs.give_back(session, [numbers[1]], make.now) == (), "just taken"
        assert runs.give_back(session, [numbers[1]], make.now + make.hour) == ("yazd",)
        assert runs.take_requests(session, make.now + make.hour) == ((numbers[0], "crawl", "yazd"),)


def test_two_schedulers_take_each_request_once(store: Store, make: Any) -> None:
    """PostgreSQL skips what the other has locked; SQLite lets the second in after the first."""
    with store.writing() as session:
        runs.ask(session, "crawl", "yazd", make.now)
    with store.writing() as first:
        assert len(runs.take_requests(first, make.now)) == 1
        if not store.is_sqlite:
            with store.writing() as second:
                assert runs.take_requests(second, make.now) == ()
    with store.writing() as third:
        assert runs.take_requests(third, make.now) == ()
