"""Claims that wait for a person: a yes alerts where the article is news, a no is remembered, both can be undone."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import select

from news.errors import NotFound, UsageError
from news.values import Freshness, MembershipEvent, Status, TagKind, Verb
from storage import articles, outbox, reviewing
from storage.articles import Arrival
from storage.engine import Store
from storage.reviewing import Correction, Judgement, Verdict, Why
from storage.tables import ClaimRow

MAY = datetime(2024, 5, 1, 8, tzinfo=UTC)
YES, NO = Judgement(verdict=Verdict.YES, by="Mina"), Judgement(verdict=Verdict.NO, by="Mina")


def _decide(store: Store, article: int, judgement: Judgement = YES, *, now: datetime = MAY) -> None:
    with store.writing() as session:
        reviewing.decide(session, article, 0, judgement, now=now, max_age=timedelta(days=30))


def _waiting(store: Store) -> list[tuple[int, Why]]:
    with store.reading() as session:
        return [(item.article, item.why) for item in reviewing.waiting(session)]


def _unmatched(store: Store) -> list[MembershipEvent]:
    seen: list[MembershipEvent] = []

    def see(event: MembershipEvent) -> list[tuple[str, str]]:
        seen.append(event)
        return []

    with store.writing() as session:
        outbox.match(session, see, MAY)
    return seen


def _told(store: Store) -> None:
    with store.writing() as session:
        outbox.match(session, lambda event: [("all", "staff")], MAY)


def test_why_claims_wait(store: Store, make: Any) -> None:
    make.report(store, 1, MAY, member=None, member_name="Büyükkonuk")
    make.report(store, 2, MAY + make.hour, network=None)
    make.report(store, 3, MAY + 2 * make.hour, confidence=0.5)
    article = make.article(4, dated=None, claims=(make.claim(network="gpm"),), fetched_at=MAY + 3 * make.hour)
    make.keep(store, article, overlapped=False, now=MAY + 3 * make.hour)
    assert _waiting(store) == [(4, Why.UNDATED), (3, Why.UNCERTAIN), (2, Why.NETWORK), (1, Why.MEMBER)]


def test_a_yes_with_what_was_missing_makes_an_event_that_alerts(store: Store, make: Any) -> None:
    make.report(store, 1, MAY, member=None, member_name="Yezd")
    _decide(store, 1, replace(YES, correction=Correction(member="111822")))
    (event,) = _unmatched(store)
    assert (event.member, event.network, event.status) == ("111822", "amf", Status.ANNOUNCED)
    assert event.freshness is Freshness.NEWS
    assert event.confidence == 1.0
    assert _waiting(store) == []


def test_a_yes_to_an_undated_claim_vouches_that_it_is_news(store: Store, make: Any) -> None:
    article = make.article(1, dated=None, claims=(make.claim(),), fetched_at=MAY)
    make.keep(store, article, overlapped=False, now=MAY)
    assert [event.freshness for event in _unmatched(store)] == [Freshness.UNDATED]
    _decide(store, 1)
    assert [event.freshness for event in _unmatched(store)] == [Freshness.NEWS]


@pytest.mark.parametrize(
    ("arrival", "decided", "freshness"),
    [
        ({"last_good_at": None}, MAY, Freshness.FIRST_CRAWL),
        ({"last_good_at": MAY + timedelta(days=3)}, MAY, Freshness.BEFORE_LAST_CRAWL),
        ({"last_good_at": MAY - timedelta(days=1)}, MAY + timedelta(days=40), Freshness.TOO_OLD),
    ],
)
def test_a_yes_to_what_is_no_news_stays_silent(
    store: Store, make: Any, arrival: dict[str, Any], decided: datetime, freshness: Freshness
) -> None:
    article = make.article(1, dated=make.dated(MAY), claims=(make.claim(confidence=0.4),))
    make.keep(store, article, now=MAY, **arrival)
    _decide(store, 1, now=decided)
    assert [event.freshness for event in make.events(store)] == [freshness]


def test_a_yes_needs_member_and_network(store: Store, make: Any) -> None:
    make.report(store, 1, MAY, network=None)
    with pytest.raises(UsageError, match=r"claim 1\.0 names no known city and network"):
        _decide(store, 1)
    assert _waiting(store) == [(1, Why.NETWORK)]


def test_there_is_nothing_to_say_of_what_is_not_there(store: Store) -> None:
    with pytest.raises(NotFound, match=r"no claim 7\.0"):
        _decide(store, 7)


def test_a_no_is_remembered_when_the_article_is_read_again(store: Store, make: Any) -> None:
    make.report(store, 1, MAY, confidence=0.5)
    _decide(store, 1, NO)
    assert _waiting(store) == []
    again = make.article(1, text="Another text.", claims=(make.claim(confidence=0.95),))
    make.keep(store, again)
    assert make.events(store) == ()
    assert _waiting(store) == []


def test_a_correction_is_remembered_when_the_article_is_read_again(store: Store, make: Any) -> None:
    make.report(store, 1, MAY, network=None, network_name="Forum of Asian Mayors")
    _decide(store, 1, replace(YES, correction=Correction(network="amf")))
    again = make.article(
        1, text="Another text.", claims=(make.claim(network=None, network_name="forum of asian mayors"),)
    )
    make.keep(store, again)
    (event,) = make.events(store)
    assert event.network == "amf"
    with store.reading() as session:
        read = articles.load(session, 1)
    assert read is not None
    assert read.claims[0].network == "amf"


def test_a_no_takes_back_an_event_nobody_was_told_of(store: Store, make: Any) -> None:
    make.report(store, 1, MAY)
    _decide(store, 1, NO)
    assert make.events(store) == ()


def test_a_no_to_what_was_told_stays_on_record_as_denied(store: Store, make: Any) -> None:
    make.report(store, 1, MAY)
    _told(store)
    _decide(store, 1, NO)
    (event,) = make.events(store)
    assert event.status is Status.DENIED
    assert event.evidence == ()
    assert make.report(store, 2, MAY + make.day)[0].status is Status.ANNOUNCED


def test_a_no_leaves_what_another_article_says(store: Store, make: Any) -> None:
    make.report(store, 1, MAY, confidence=0.95)
    make.report(store, 2, MAY + make.day, confidence=0.8, sentence="Yazd has joined.")
    _decide(store, 1, NO)
    (event,) = make.events(store)
    assert [proof.article for proof in event.evidence] == [2]
    assert event.confidence == pytest.approx(0.8)


def test_a_verdict_can_be_undone(store: Store, make: Any) -> None:
    make.report(store, 1, MAY, confidence=0.4, network=None)
    _decide(store, 1, replace(YES, correction=Correction(network="gpm", verb=Verb.LEFT)))
    with store.writing() as session:
        claim = reviewing.undo(session, 1, 0)
    assert claim == make.claim(confidence=0.4, network=None)
    assert make.events(store) == ()
    assert _waiting(store) == [(1, Why.NETWORK)]
    with store.writing() as session, pytest.raises(NotFound, match="nobody has decided"):
        reviewing.undo(session, 1, 0)


def test_a_second_verdict_replaces_the_first(store: Store, make: Any) -> None:
    make.report(store, 1, MAY, confidence=0.4)
    _decide(store, 1, NO)
    _decide(store, 1, YES)
    assert len(make.events(store)) == 1
    with store.reading() as session:
        (decision,) = reviewing.decisions(session)
    assert decision.verdict is Verdict.YES


def test_decisions_say_who_and_when(store: Store, make: Any) -> None:
    make.report(store, 1, MAY, confidence=0.4)
    _decide(store, 1, replace(NO, note="about a football club"))
    with store.reading() as session:
        (decision,) = reviewing.decisions(session)
    assert (decision.article, decision.position, decision.decided_by) == (1, 0, "Mina")
    assert (decision.decided_at, decision.note) == (MAY, "about a football club")


def test_a_claim_that_waits_stays_as_new_as_it_came_through_a_new_reading(store: Store, make: Any) -> None:
    waits = make.claim(member=None, member_name="یزد")
    make.keep(store, make.article(claims=(waits,)))
    read = make.article(claims=(waits,), tags=(make.tag(TagKind.NETWORK, "amf"),))
    with store.writing() as session:
        assert articles.renew(session, 1, read, Arrival(now=make.now + make.day))
        assert session.exec(select(ClaimRow.freshness)).all() == ["news"]


def _keep_copies(store: Store, make: Any, *sources: str, **claim: Any) -> None:
    """One text at several outlets, each with the same claim."""
    for number, source in enumerate(sources):
        url, at = f"https://{source}.example/1", MAY + number * make.hour
        article = make.article(1, url=url, source=source, dated=make.dated(at), claims=(make.claim(**claim),))
        make.keep(store, article, now=at + make.hour, last_good_at=at - make.hour)


@pytest.mark.parametrize(
    "judgement", [NO, replace(YES, correction=Correction(member="111822"))], ids=["no", "yes"]
)
def test_a_verdict_holds_for_copies_that_are_there_and_that_come(
    store: Store, make: Any, judgement: Judgement
) -> None:
    _keep_copies(store, make, "yazd", "isna", member=None, member_name="Yezd")
    assert _waiting(store) == [(2, Why.MEMBER)]
    _decide(store, 2, judgement)
    _keep_copies(store, make, "irna", member=None, member_name="Yezd")
    assert _waiting(store) == []
    witnesses = [{evidence.source for evidence in event.evidence} for event in make.events(store)]
    assert witnesses == ([{"yazd", "isna", "irna"}] if judgement.verdict is Verdict.YES else [])
    assert len(_unmatched(store)) == len(witnesses)
    with store.writing() as session:
        reviewing.undo(session, 1, 0)
    assert make.events(store) == ()
    assert len(_waiting(store)) == 1


def test_a_later_verdict_on_a_copy_replaces_the_first_for_both(store: Store, make: Any) -> None:
    _keep_copies(store, make, "yazd", "isna")
    _decide(store, 1, NO)
    _decide(store, 2, YES, now=MAY + make.hour)
    (event,) = make.events(store)
    assert [evidence.article for evidence in event.evidence] == [1, 2]
    with store.writing() as session:
        reviewing.undo(session, 1, 0)
    with store.reading() as session:
        assert reviewing.decisions(session) == ()


@pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)
@pytest.mark.parametrize("other", [1, 2])
def test_who_judges_a_claim_or_its_copy_waits_for_who_does_so(
    store: Store, make: Any, until_one_waits: Callable[[Store], None], other: int
) -> None:
    claim = make.claim(confidence=0.5)
    for source in ("first", "second"):
        make.keep(store, make.article(1, url=f"https://{source}.example/1", source=source, claims=(claim,)))
    with ThreadPoolExecutor(1) as pool:
        with store.writing() as session:
            reviewing.decide(session, 1, 0, YES, now=MAY, max_age=timedelta(days=30))
            done = pool.submit(_decide, store, other, replace(NO, by="Sara"), now=MAY + make.hour)
            until_one_waits(store)
        done.result()
    with store.reading() as session:
        said = {(one.article, one.verdict, one.decided_by) for one in reviewing.decisions(session)}
    assert said == {(1, Verdict.NO, "Sara"), (2, Verdict.NO, "Sara")}


@pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)
def test_who_judges_waits_for_an_edit(
    store: Store, make: Any, until_one_waits: Callable[[Store], None]
) -> None:
    article = make.article(1, claims=(make.claim(confidence=0.5),))
    make.keep(store, article)
    with ThreadPoolExecutor(1) as pool:
        with store.writing() as session:
            articles.save(session, replace(article, text=article.text + " تازه", claims=()), make.arrival())
            done = pool.submit(_decide, store, 1)
            until_one_waits(store)
        with pytest.raises(NotFound):
            done.result()
