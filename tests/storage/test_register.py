"""The register: one event for what several articles say, episodes, and what makes an event wait for alerts again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from news.values import ALERT_CONFIDENCE, Freshness, Status, Verb
from storage import outbox, register, reviewing
from storage.engine import Store

JANUARY = datetime(2024, 1, 10, 8, tzinfo=UTC)
MONTH = timedelta(days=30)
YEAR = timedelta(days=366)


def _waiting(store: Store) -> int:
    """How many events wait for the rules; they do no more."""
    with store.writing() as session:
        return outbox.match(session, lambda event: (), JANUARY + 2 * YEAR)


def _episodes(events: tuple[Any, ...], verb: Verb = Verb.JOINED) -> list[tuple[int, datetime, Status]]:
    return sorted(
        (event.episode, event.first_reported, event.status) for event in events if event.verb is verb
    )


def test_several_articles_are_evidence_of_one_event(store: Store, make: Any) -> None:
    make.report(store, 1, JANUARY, confidence=0.8, sentence="Yazd joins the Asian Mayors Forum.")
    assert _waiting(store) == 1
    (event,) = make.report(store, 2, JANUARY - make.day, confidence=0.95)
    assert [proof.article for proof in event.evidence] == [2, 1]  # the best first
    assert event.evidence[1].sentence == "Yazd joins the Asian Mayors Forum."
    assert event.confidence == 0.95
    assert event.first_reported == JANUARY - make.day
    assert event.episode == 1
    assert _waiting(store) == 0


@pytest.mark.parametrize("other", [{"member": "115019"}, {"network": "uclg-mewa"}, {"verb": Verb.HOSTS}])
def test_another_member_network_or_verb_is_another_event(
    store: Store, make: Any, other: dict[str, Any]
) -> None:
    make.report(store, 1, JANUARY)
    assert len(make.report(store, 2, JANUARY, **other)) == 2


@pytest.mark.parametrize(
    "claim",
    [
        {"member": None},
        {"network": None},
        {"confidence": ALERT_CONFIDENCE - 0.01},
        {"status": Status.DENIED},
        {"status": Status.INVITED},
    ],
)
def test_what_makes_no_event(store: Store, make: Any, claim: dict[str, Any]) -> None:
    assert make.report(store, 1, JANUARY, **claim) == ()


def test_claims_for_review(store: Store, make: Any) -> None:
    make.report(store, 1, JANUARY, member=None)
    make.report(store, 2, JANUARY + make.day, confidence=0.5)
    make.report(store, 3, JANUARY, status=Status.INVITED, network=None)
    make.report(store, 4, JANUARY)
    with store.reading() as session:
        items = reviewing.waiting(session)
        assert len(reviewing.waiting(session, limit=1)) == 1
    assert [item.article for item in items] == [2, 1]
    assert items[1].claim == make.claim(member=None)


def test_a_new_episode_after_leaving(store: Store, make: Any) -> None:
    make.report(store, 1, JANUARY)
    make.report(store, 2, JANUARY + MONTH, verb=Verb.LEFT)
    events = make.report(store, 3, JANUARY + 2 * MONTH)
    assert _episodes(events) == [
        (1, JANUARY, Status.ANNOUNCED),
        (2, JANUARY + 2 * MONTH, Status.ANNOUNCED),
    ]
    events = make.report(store, 4, JANUARY + 3 * MONTH, verb=Verb.LEFT)
    assert [episode for episode, *_ in _episodes(events, Verb.LEFT)] == [1, 2]
    assert _waiting(store) == 4


def test_looking_back_after_leaving_does_not_hide_a_return(store: Store, make: Any) -> None:
    make.report(store, 1, JANUARY)
    make.report(store, 2, JANUARY + MONTH, verb=Verb.LEFT)
    events = make.report(store, 3, JANUARY + 2 * MONTH, status=Status.HISTORICAL)
    assert _episodes(events) == [(1, JANUARY, Status.ANNOUNCED)]
    events = make.report(store, 4, JANUARY + 3 * MONTH)
    assert _episodes(events)[1:] == [(2, JANUARY + 3 * MONTH, Status.ANNOUNCED)]


def test_a_late_report_of_an_episode_that_has_ended_joins_that_one(store: Store, make: Any) -> None:
    for number, (months, verb) in enumerate([(0, Verb.JOINED), (1, Verb.LEFT), (2, Verb.JOINED)]):
        make.report(store, number, JANUARY + months * MONTH, verb=verb)
    events = make.report(store, 9, JANUARY + timedelta(days=3))
    assert _episodes(events) == [
        (1, JANUARY, Status.ANNOUNCED),
        (2, JANUARY + 2 * MONTH, Status.ANNOUNCED),
    ]
    first = next(event for event in events if event.verb is Verb.JOINED and event.episode == 1)
    assert len(first.evidence) == 2


def test_a_new_episode_after_a_year_without_evidence(store: Store, make: Any) -> None:
    make.report(store, 1, JANUARY)
    make.report(store, 2, JANUARY + YEAR - 5 * make.day)  # evidence renews the year
    events = make.report(store, 3, JANUARY + YEAR + MONTH)
    assert [episode for episode, *_ in _episodes(events)] == [1]
    events = make.report(store, 4, JANUARY + 2 * YEAR + 2 * MONTH)
    assert [episode for episode, *_ in _episodes(events)] == [1, 2]


def test_an_old_report_found_late_is_an_episode_of_its_own(store: Store, make: Any) -> None:
    make.report(store, 1, JANUARY)
    events = make.report(store, 2, JANUARY - 5 * YEAR)
    assert _episodes(events) == [
        (1, JANUARY, Status.ANNOUNCED),
        (2, JANUARY - 5 * YEAR, Status.ANNOUNCED),
    ]


def test_a_plan_that_comes_true_is_heard_of_again(store: Store, make: Any) -> None:
    make.report(store, 1, JANUARY, status=Status.PLANNED)
    assert _waiting(store) == 1
    make.report(store, 2, JANUARY + make.day, status=Status.PLANNED)
    assert _waiting(store) == 0
    (event,) = make.report(store, 3, JANUARY + MONTH)
    assert event.status is Status.ANNOUNCED
    assert _waiting(store) == 1
    (event,) = make.report(store, 4, JANUARY + MONTH, status=Status.PLANNED)
    assert event.status is Status.ANNOUNCED
    assert _waiting(store) == 0


def test_a_member_that_was_known_stays_known(store: Store, make: Any) -> None:
    make.report(store, 1, JANUARY, status=Status.HISTORICAL)
    assert _waiting(store) == 1
    (event,) = make.report(store, 2, JANUARY + make.day)
    assert event.status is Status.HISTORICAL
    assert _waiting(store) == 0


@pytest.mark.parametrize("order", [1, -1])
def test_background_in_the_same_article_does_not_hide_its_announcement(
    store: Store, make: Any, order: int
) -> None:
    claims = (make.claim(status=Status.HISTORICAL, sentence="عضو است"), make.claim())[::order]
    make.keep(store, make.article(claims=claims))
    (event,) = make.events(store)
    assert event.status is Status.ANNOUNCED
    assert len(event.evidence) == 2


def test_an_edited_article_brings_its_event_along(store: Store, make: Any) -> None:
    make.keep(store, make.article(claims=(make.claim(),)))
    make.keep(store, make.article(text="متن تازه", claims=(make.claim(sentence="جمله تازه"),)))
    (event,) = make.events(store)
    assert [proof.sentence for proof in event.evidence] == ["جمله تازه"]


def test_the_register_narrowed(store: Store, make: Any) -> None:
    make.report(store, 1, JANUARY)
    make.report(store, 2, JANUARY + make.day, member="115019", network="uclg-mewa", status=Status.PLANNED)
    with store.reading() as session:

        def members(**narrowed: Any) -> list[str]:
            return [event.member for event in register.events(session, **narrowed)]

        assert members() == ["115019", "111822"]
        assert members(network="amf") == ["111822"]
        assert members(city="115019") == ["115019"]
        assert members(status=Status.PLANNED) == ["115019"]
        assert members(since=JANUARY + make.hour) == ["115019"]
        assert members(verb=Verb.LEFT) == []


@pytest.mark.parametrize(
    "before", [{"status": Status.HISTORICAL}, {"verb": Verb.RENEWED}, {}], ids=["old-member", "renewed", "joined"]
)
def test_who_is_known_to_be_a_member_does_not_join_as_news(store: Store, make: Any, before: dict[str, Any]) -> None:
    make.report(store, 1, JANUARY, **before)
    events = make.report(store, 2, JANUARY + 2 * YEAR)
    (latest,) = [event for event in events if event.first_reported == JANUARY + 2 * YEAR]
    assert (latest.verb, latest.status, latest.freshness) == (Verb.JOINED, Status.ANNOUNCED, Freshness.KNOWN_MEMBER)


def test_a_return_after_leaving_is_news(store: Store, make: Any) -> None:
    make.report(store, 1, JANUARY)
    make.report(store, 2, JANUARY + MONTH, verb=Verb.LEFT)
    events = make.report(store, 3, JANUARY + 2 * MONTH)
    (latest,) = [event for event in events if event.episode == 2]
    assert latest.freshness is Freshness.NEWS


def test_a_plan_made_or_a_seat_held_before_makes_nobody_a_known_member(store: Store, make: Any) -> None:
    make.report(store, 1, JANUARY, status=Status.PLANNED)
    make.report(store, 2, JANUARY, verb=Verb.HOSTS)
    events = make.report(store, 3, JANUARY + MONTH)
    (joined,) = [event for event in events if event.verb is Verb.JOINED]
    assert (joined.status, joined.freshness) == (Status.ANNOUNCED, Freshness.NEWS)
    assert [proof.article for proof in joined.evidence] == [3]  # the plan is no evidence


def test_independent_sources_strengthen_each_other(store: Store, make: Any) -> None:
    make.report(store, 1, JANUARY, confidence=0.8)
    article = make.article(
        2, source="mehr", dated=make.dated(JANUARY), claims=(make.claim(confidence=0.7, sentence="Yazd is in."),)
    )
    make.keep(store, article)
    (event,) = make.events(store)
    assert event.confidence == pytest.approx(1 - 0.2 * 0.3)


@pytest.mark.parametrize("copy", [{"original_source": "yazd.ir"}, {}])
def test_a_copy_adds_no_confidence(store: Store, make: Any, copy: dict[str, Any]) -> None:
    make.report(store, 1, JANUARY, confidence=0.8)
    sentence = "Yazd is in." if copy else make.claim().sentence
    claims = (make.claim(confidence=0.8, sentence=sentence),)
    article = make.article(2, source="aggregator", dated=make.dated(JANUARY), claims=claims, **copy)
    make.keep(store, article)
    (event,) = make.events(store)
    assert event.confidence == pytest.approx(0.8)


@pytest.mark.parametrize("denied_first", [False, True])
def test_contradictions_are_shown(store: Store, make: Any, denied_first: bool) -> None:
    denial = {"status": Status.DENIED, "sentence": "Yazd has not joined the Asian Mayors Forum."}
    told = [(JANUARY, {}), (JANUARY + make.day, denial)]
    for number, (moment, claim) in enumerate(reversed(told) if denied_first else told):
        make.report(store, number, moment, **claim)
    (event,) = make.events(store)
    assert [proof.sentence for proof in event.contradictions] == [denial["sentence"]]
    assert [proof.sentence for proof in event.evidence] == [make.claim().sentence]
    assert event.status is Status.ANNOUNCED
