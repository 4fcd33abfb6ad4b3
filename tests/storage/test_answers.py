"""Readers judge letters; one reader's word removes nothing, a person of the staff does."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from news.errors import NotFound, UsageError
from news.values import Status
from storage import answers, outbox, reviewing
from storage.answers import Facet, Said, wilson
from storage.engine import Store
from storage.outbox import Delivery

MAX_AGE = timedelta(days=30)


def told(store: Store, make: Any, count: int = 1) -> tuple[Delivery, ...]:
    """Deliveries of one event to so many readers of the rule."""
    make.report(store, 1, make.now)
    with store.writing() as session:
        outbox.match(session, lambda _: [("rule", f"{n}@example.org") for n in range(count)], make.now)
    with store.reading() as session:
        return tuple(reversed(outbox.deliveries(session)))


def judge(store: Store, make: Any, delivery: Delivery, said: Said, note: str | None = None) -> None:
    with store.writing() as session:
        answers.judge(session, delivery, said, "Yazd joined", note, make.now)


def settle(store: Store, make: Any, answer: int, *, agreed: bool) -> None:
    with store.writing() as session:
        answers.settle(session, answer, agreed=agreed, by="Maryam", note=None, now=make.now, max_age=MAX_AGE)


def waiting(store: Store) -> tuple[answers.Answer, ...]:
    with store.reading() as session:
        return answers.waiting(session)


def shares(store: Store) -> dict[tuple[str, str], tuple[int, int, int]]:
    with store.reading() as session:
        found = answers.precision(session)
    return {(item.facet.value, item.key): (item.right, item.wrong, item.missed) for item in found}


def test_one_wrong_waits_for_a_person_and_removes_nothing(store: Store, make: Any) -> None:
    (delivery,) = told(store, make)
    judge(store, make, delivery, Said.WRONG, "it was another Yazd")
    (answer,) = waiting(store)
    assert (answer.said, answer.rule, answer.recipient) == (Said.WRONG, "rule", "0@example.org")
    assert (answer.subject, answer.note, answer.event) == (
        "Yazd joined",
        "it was another Yazd",
        delivery.about.id,
    )
    assert make.events(store)[0].status is Status.ANNOUNCED


def test_the_staffs_agreement_is_a_persons_no_to_every_claim(store: Store, make: Any) -> None:
    (delivery,) = told(store, make)
    make.report(store, 2, make.now + make.hour, sentence="Yazd joined the forum, the agency said.")
    judge(store, make, delivery, Said.WRONG, "no")
    settle(store, make, waiting(store)[0].id, agreed=True)
    assert waiting(store) == ()
    (event,) = make.events(store)
    assert (event.status, event.evidence) == (Status.DENIED, ())  # told, hence kept
    with store.reading() as session:
        decided = reviewing.decisions(session)
    assert [(item.verdict.value, item.decided_by, item.note) for item in decided] == [
        ("no", "Maryam", "a reader says it is wrong: no")
    ] * 2
    with store.writing() as session:
        reviewing.undo(session, decided[0].article, decided[0].position or 0)


def test_what_the_staff_dismiss_counts_as_right(store: Store, make: Any) -> None:
    (delivery,) = told(store, make)
    judge(store, make, delivery, Said.WRONG)
    assert shares(store)["all", ""] == (0, 1, 0)
    settle(store, make, waiting(store)[0].id, agreed=False)
    assert shares(store)["all", ""] == (1, 0, 0)
    assert make.events(store)[0].status is Status.ANNOUNCED
    with pytest.raises(UsageError):
        settle(store, make, 1, agreed=True)
    with pytest.raises(NotFound):
        settle(store, make, 4711, agreed=True)


def test_a_reader_may_think_better_of_it(store: Store, make: Any) -> None:
    (delivery,) = told(store, make)
    judge(store, make, delivery, Said.WRONG)
    judge(store, make, delivery, Said.RIGHT)
    assert waiting(store) == ()
    assert shares(store)["rule", "rule"] == (1, 0, 0)
    judge(store, make, delivery, Said.WRONG)
    settle(store, make, waiting(store)[0].id, agreed=False)
    judge(store, make, delivery, Said.WRONG, "I insist")  # settled: it does not wait again
    assert waiting(store) == ()


def test_answers_are_counted_by_rule_language_and_network(store: Store, make: Any) -> None:
    for number, delivery in enumerate(told(store, make, 4)):
        judge(store, make, delivery, Said.WRONG if number == 0 else Said.RIGHT)
    with store.writing() as session:
        assert answers.miss(session, "a@example.org", "rule", "https://x.example/1", "Qom joined", make.now)
    assert shares(store) == {
        ("all", ""): (3, 1, 1),
        ("rule", "rule"): (3, 1, 1),
        ("language", "fa"): (3, 1, 0),
        ("network", "amf"): (3, 1, 0),
    }
    with store.reading() as session:
        total = answers.precision(session)[0]
    assert (total.facet, total.share) == (Facet.ALL, 0.75)
    assert total.interval == wilson(3, 4)


def test_what_was_missed_waits_once_and_in_bounds(store: Store, make: Any) -> None:
    with store.writing() as session:
        for _ in range(2):
            answers.miss(session, "a@example.org", "rule", "https://x.example/1", "Qom joined", make.now)
        for number in range(answers.MISSED_A_DAY + 5):
            answers.miss(session, "b@example.org", "rule", "", f"{number}", make.now)
    found = waiting(store)
    assert sum(answer.recipient == "a@example.org" for answer in found) == 1
    assert sum(answer.recipient == "b@example.org" for answer in found) == answers.MISSED_A_DAY
    with store.writing() as session:
        assert answers.miss(session, "b@example.org", "rule", "", "tomorrow", make.now + 2 * make.day)
    settle(store, make, found[0].id, agreed=True)
    assert len(waiting(store)) == len(found)


def test_an_answer_outlives_its_event(store: Store, make: Any) -> None:
    (delivery,) = told(store, make)
    judge(store, make, delivery, Said.WRONG)
    with store.writing() as session:
        session.connection().execute(text("DELETE FROM event"))
    (answer,) = waiting(store)
    assert answer.event is None
    settle(store, make, answer.id, agreed=True)
    assert shares(store)["network", "amf"] == (0, 1, 0)


@pytest.mark.parametrize(
    ("right", "judged", "low", "high"),
    [(0, 0, 0.0, 1.0), (1, 1, 0.2065, 1.0), (9, 10, 0.5958, 0.9821), (50, 100, 0.4038, 0.5962)],
)
def test_wilson_intervals(right: int, judged: int, low: float, high: float) -> None:
    """Against values from the published formula, to four places."""
    assert wilson(right, judged) == pytest.approx((low, high), abs=5e-5)
