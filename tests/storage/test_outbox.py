"""The outbox: every event is matched in the end, every delivery is made once."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import pytest

from news.values import MembershipEvent, Status
from storage import articles, outbox, rules
from storage.engine import Store
from storage.outbox import Delivery
from storage.rules import Rule
from storage.schema import open_store

#: Like no other story here: writers of copies take turns.
OTHER = "A tram and a depot for the harbour, says the council of the port; the museum of the river opens in May. " * 4

RULE = Rule(name="everyone", recipients=("a@example.org",))


def _choose(event: MembershipEvent) -> Iterable[tuple[str, str]]:
    return (("everyone", "a@example.org"), ("everyone", "a@example.org"), ("everyone", "b@example.org"))


def _match(store: Store, make: Any, limit: int = 100) -> int:
    with store.writing() as session:
        return outbox.match(session, _choose, make.now, limit)


def _due(store: Store, now: datetime) -> tuple[Delivery, ...]:
    with store.reading() as session:
        units = outbox.due(session, now)
        return outbox.load(session, [delivery for unit in units for delivery in unit.deliveries])


def _members(store: Store) -> list[str]:
    with store.reading() as session:
        return sorted({delivery.event.member for delivery in outbox.deliveries(session)})


def test_rules_are_added_and_replaced(store: Store, make: Any) -> None:
    other = Rule(name="b", recipients=("b@example.org",), networks=("amf",), confidence=0.5, enabled=False)
    with store.writing() as session:
        rules.save_rule(session, RULE, make.now)
        rules.save_rule(session, other, make.now)
    changed = Rule(
        name="everyone", recipients=("c@example.org",), statuses=(Status.PLANNED,), countries=("IR",)
    )
    with store.writing() as session:
        rules.save_rule(session, changed, make.now)
    with store.reading() as session:
        assert rules.rules(session) == (other, changed)


def test_an_event_is_matched_once_and_each_recipient_told_once(store: Store, make: Any) -> None:
    make.report(store, 1, make.now)
    assert _match(store, make) == 1
    assert _match(store, make) == 0
    due = _due(store, make.now)
    assert [(delivery.rule, delivery.recipient) for delivery in due] == [
        ("everyone", "a@example.org"),
        ("everyone", "b@example.org"),
    ]
    assert {delivery.event for delivery in due} == set(make.events(store))
    assert {delivery.status for delivery in due} == {Status.ANNOUNCED}


def test_matching_again_repeats_no_delivery(store: Store, make: Any) -> None:
    """A plan is told as a plan, and once more when it has come true."""
    make.report(store, 1, make.now, status=Status.PLANNED)
    _match(store, make)
    make.report(store, 2, make.now + make.hour)
    _match(store, make)
    make.report(store, 3, make.now + make.hour)
    _match(store, make)
    told = [(delivery.status, delivery.recipient[0]) for delivery in _due(store, make.now + make.day)]
    assert told == [(status, who) for status in (Status.PLANNED, Status.ANNOUNCED) for who in "ab"]


def test_matching_goes_in_short_batches(store: Store, make: Any) -> None:
    for number in range(5):
        make.report(store, number, make.now, member=str(number))
    assert [_match(store, make, limit=2) for _ in range(4)] == [2, 2, 1, 0]
    assert _members(store) == ["0", "1", "2", "3", "4"]


def test_an_error_while_matching_leaves_the_event_waiting(store: Store, make: Any) -> None:
    make.report(store, 1, make.now)
    with pytest.raises(InterruptedError):
        make.interrupted(store, lambda session: outbox.match(session, _choose, make.now))
    assert _due(store, make.now) == ()
    assert _match(store, make) == 1


def test_a_delivery_until_its_receipt(store: Store, make: Any) -> None:
    make.report(store, 1, make.now)
    _match(store, make)
    first, second = _due(store, make.now)
    with store.writing() as session:
        outbox.receipt(session, [first.id], make.now, "250 taken")
        outbox.postpone(session, [second.id], "451 try later", make.now + make.hour)
    assert _due(store, make.now + timedelta(minutes=59)) == ()
    (again,) = _due(store, make.now + make.hour)
    assert (again.id, again.attempts, again.error, again.sent_at) == (second.id, 1, "451 try later", None)
    with store.writing() as session:
        outbox.receipt(session, [second.id], make.now + make.hour)
    assert _due(store, make.now + make.day) == ()
    with store.reading() as session:
        newest, oldest = outbox.deliveries(session, rule="everyone")
        assert outbox.deliveries(session, rule="other") == ()
        assert len(outbox.deliveries(session, limit=1)) == 1
    assert (oldest.sent_at, oldest.attempts, oldest.answer) == (make.now, 1, "250 taken")
    assert (newest.sent_at, newest.attempts, newest.error) == (make.now + make.hour, 2, None)


@pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)  # SQLite has one writer at a time
def test_events_committed_out_of_order_are_all_matched(store: Store, make: Any) -> None:
    """The event of the lower id is still uncommitted while the higher one is matched."""
    with store.writing() as slow:
        articles.save(slow, make.article(1, text=OTHER, claims=(make.claim(member="slow"),)), make.arrival())
        make.report(store, 2, make.now, member="quick")
        assert [event.id for event in make.events(store)] == [2]
        assert _match(store, make) == 1
        assert _members(store) == ["quick"]
    assert sorted(event.id for event in make.events(store)) == [1, 2]
    assert _match(store, make) == 1
    assert _members(store) == ["quick", "slow"]


@pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)
def test_two_matchers_do_not_see_the_same_event(store: Store, make: Any) -> None:
    make.report(store, 1, make.now)
    with store.writing() as session:
        assert outbox.match(session, _choose, make.now) == 1
        assert _match(store, make) == 0
    assert len(_due(store, make.now)) == 2


@pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)
def test_one_event_from_two_writers_at_once(store: Store, make: Any) -> None:
    """The second writer waits for the first, and its article becomes evidence."""
    with store.writing() as first:
        articles.save(first, make.article(1, text=OTHER, claims=(make.claim(),)), make.arrival())
        context = multiprocessing.get_context("spawn")
        second = context.Process(target=_report_elsewhere, args=(_whole_url(store), make))
        second.start()
        make.report(store, 3, make.now, member="another")  # nobody else waits
    second.join(60)
    assert second.exitcode == 0
    event = next(event for event in make.events(store) if event.member != "another")
    assert len(event.evidence) == 2


def _whole_url(store: Store) -> str:
    return store.url  # no password to hide


def _report_elsewhere(url: str, make: Any) -> None:
    store = open_store(url)
    make.report(store, 2, make.now)
    store.close()


def _report_many(url: str, start: Any, make: Any, numbers: list[int]) -> None:
    store = open_store(url)
    start.wait()
    for number in numbers:
        make.report(store, number, make.now, member=str(number))
        _match(store, make)
    store.close()


def test_two_processes_write_and_match_at_once(any_url: str, make: Any) -> None:
    """No lock error reaches anyone, and each event alerts exactly once."""
    open_store(any_url).close()
    context = multiprocessing.get_context("spawn")
    start = context.Barrier(2)
    shares = list(range(15)), list(range(100, 115))
    writers = [context.Process(target=_report_many, args=(any_url, start, make, share)) for share in shares]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    assert [writer.exitcode for writer in writers] == [0, 0]
    store = open_store(any_url)
    assert _match(store, make) == 0
    with store.reading() as session:
        told = [(delivery.event.member, delivery.recipient) for delivery in outbox.deliveries(session)]
    store.close()
    assert len(told) == len(set(told)) == 60
