"""What is kept of a robots.txt, on both engines."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from storage import hosts, robots
from storage.engine import Store
from storage.robots import RobotsKept, RobotsSeen

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOST = "a.example"


def tell(store: Store, seen: RobotsSeen, hours: float) -> RobotsKept | None:
    with store.writing() as session:
        hosts.settle(session, [seen], lambda: NOON + timedelta(hours=hours))
    with store.reading() as session:
        return robots.kept(session, HOST)


def test_what_was_had_stands_whatever_comes_after(store: Store) -> None:
    had = tell(
        store, RobotsSeen(host=HOST, status=200, text="x", delay=7.0, etag='"1"', last_modified="then"), 0
    )
    assert had == RobotsKept(text="x", at=NOON, etag='"1"', last_modified="then")
    assert tell(store, RobotsSeen(host=HOST, status=503), 1) == had
    with store.reading() as session:
        record = hosts.record(session, HOST, NOON)
    assert (record.robots_status, record.robots_at) == (503, NOON + timedelta(hours=1))
    assert (record.robots, record.robots_stands_at, record.crawl_delay) == ("x", NOON, 7.0)


def test_a_304_confirms_it_and_another_text_takes_its_place(store: Store) -> None:
    tell(store, RobotsSeen(host=HOST, status=200, text="x", etag='"1"'), 0)
    assert tell(store, RobotsSeen(host=HOST, status=304), 5) == RobotsKept(
        text="x", at=NOON + timedelta(hours=5), etag='"1"'
    )
    assert tell(store, RobotsSeen(host=HOST, status=404, text=""), 6) == RobotsKept(
        text="", at=NOON + timedelta(hours=6)
    )


def test_a_304_confirms_nothing_that_has_no_marks(store: Store) -> None:
    assert tell(store, RobotsSeen(host=HOST, status=304), 0) is None
    had = tell(store, RobotsSeen(host=HOST, status=200, text="x"), 1)
    assert tell(store, RobotsSeen(host=HOST, status=304), 5) == had


def test_nothing_stands_of_what_was_never_had(store: Store) -> None:
    assert tell(store, RobotsSeen(host=HOST, status=500), 0) is None
    with store.reading() as session:
        assert robots.kept(session, "b.example") is None
        assert hosts.record(session, "b.example", NOON).robots_at is None
