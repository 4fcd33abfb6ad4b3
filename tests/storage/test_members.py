"""Members that a network's own list names."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from news.values import Freshness, Verb
from storage import members
from storage.engine import Store
from storage.members import KnownMember

MAY = datetime(2024, 5, 1, 8, tzinfo=UTC)
YAZD = KnownMember(network="amf", member="111822", listed_at=MAY, origin="amf.csv")


def _add(store: Store, *known: KnownMember) -> int:
    with store.writing() as session:
        return members.add(session, known)


def test_a_listed_member_is_no_news(store: Store, make: Any) -> None:
    assert _add(store, YAZD) == 1
    (event,) = make.report(store, 1, MAY + make.day)
    assert event.freshness is Freshness.KNOWN_MEMBER


def test_a_member_listed_after_the_report_was_one_already(store: Store, make: Any) -> None:
    _add(store, YAZD)
    (event,) = make.report(store, 1, MAY - make.day)
    assert event.freshness is Freshness.KNOWN_MEMBER


def test_another_member_is_news(store: Store, make: Any) -> None:
    _add(store, YAZD)
    (event,) = make.report(store, 1, MAY, member="112931")
    assert event.freshness is Freshness.NEWS


def test_a_listed_member_that_left_may_join_again(store: Store, make: Any) -> None:
    _add(store, YAZD)
    make.report(store, 1, MAY + timedelta(days=40), verb=Verb.LEFT)
    events = make.report(store, 2, MAY + timedelta(days=80))
    assert {event.verb: event.freshness for event in events}[Verb.JOINED] is Freshness.NEWS


def test_a_list_read_twice_adds_nothing_and_keeps_the_earlier_day(store: Store) -> None:
    _add(store, YAZD)
    later = KnownMember(network="amf", member="111822", listed_at=MAY + timedelta(days=9), origin="later.csv")
    assert _add(store, later) == 0
    with store.reading() as session:
        assert members.known(session) == (YAZD,)


def test_a_list_can_be_taken_back(store: Store) -> None:
    other = KnownMember(network="gpm", member="111822", listed_at=MAY, origin="gpm.csv")
    _add(store, YAZD, other)
    with store.writing() as session:
        assert members.forget(session, "amf") == 1
    with store.reading() as session:
        assert members.known(session) == (other,)
        assert members.known(session, "amf") == ()
