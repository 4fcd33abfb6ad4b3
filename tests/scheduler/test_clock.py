from datetime import UTC, datetime, timedelta

from news.values import Source
from scheduler.clock import due_sources
from storage.runs import SourceState, next_due

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def source(key, **values):
    return Source(key=key, name=key, **values)


def state(key, **values):
    fields = {"enabled": None, "next_due_at": None, "last_good_at": None, "last_run_at": None, "failures": 0,
              "last_error": None}
    return SourceState(key=key, **{**fields, **values})


def test_never_crawled_and_overdue_sources_are_due_longest_overdue_first():
    sources = {key: source(key) for key in ("new", "late", "later", "early")}
    states = {
        "late": state("late", next_due_at=NOW - HOUR), "later": state("later", next_due_at=NOW - 2 * HOUR),
        "early": state("early", next_due_at=NOW + HOUR),
    }
    assert due_sources(sources, states, (), NOW) == ("later", "late", "new")


def test_a_source_in_flight_is_not_started_again():
    assert due_sources({"a": source("a")}, {}, {"a"}, NOW) == ()


def test_what_staff_decided_beats_the_file():
    sources = {"off": source("off", enabled=False), "on": source("on")}
    assert due_sources(sources, {}, (), NOW) == ("on",)
    states = {"off": state("off", enabled=True), "on": state("on", enabled=False)}
    assert due_sources(sources, states, (), NOW) == ("off",)


def test_a_failing_source_is_tried_less_often_but_never_given_up():
    waits = [next_due(HOUR, failures, NOW) - NOW for failures in (0, 1, 2, 5, 100)]
    assert waits == [HOUR, 2 * HOUR, 4 * HOUR, timedelta(days=1), timedelta(days=1)]


def test_a_rhythm_slower_than_a_day_is_kept():
    assert next_due(timedelta(days=7), 3, NOW) - NOW == timedelta(days=7)
