"""Looks at known articles: when they are due, what they find, what is kept of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from news.values import Lead, Road, Status
from storage import articles, evidence, forgetting, leads, looks, register
from storage.articles import Saved
from storage.engine import Store
from storage.evidence import Pointer
from storage.leads import Validators
from storage.looks import Look, Seen, State

PLAN = tuple(timedelta(days=days) for days in (1, 3, 7))


def _keep(store: Store, make: Any, number: int = 1, **changes: Any) -> int:
    article = make.article(number, **changes)
    saved, kept = make.keep(store, article)
    assert saved is Saved.NEW
    lead = Lead(address=article.url, source="yazd", road=Road.FEED, title="عنوان فهرست")
    with store.writing() as session:
        leads.record_list(session, "yazd", [lead], None, make.now)
        looks.expect(session, kept, lead, make.now, PLAN, titled=True)
    return kept


def _due(store: Store, make: Any, days: float) -> tuple[Look, ...]:
    with store.reading() as session:
        return looks.due(session, "yazd", make.now + days * make.day, 10)


def _state(store: Store, number: int) -> State:
    with store.reading() as session:
        state = looks.state(session, number)
    assert state is not None
    return state


def _found(store: Store, make: Any, look: Look, seen: Seen, days: float) -> None:
    with store.writing() as session:
        looks.found(session, look, seen, make.now + days * make.day, PLAN)


def _missed(store: Store, make: Any, look: Look, cause: str, days: float) -> Seen:
    with store.writing() as session:
        return looks.missed(session, look, cause, make.now + days * make.day, PLAN)


def test_looks_follow_the_plan_and_end_with_it(store: Store, make: Any) -> None:
    number = _keep(store, make)
    assert _due(store, make, 0.9) == ()
    for days in (1.1, 3.1, 7.1):
        (look,) = _due(store, make, days)
        _found(store, make, look, Seen.SAME, days)
    assert _due(store, make, 999) == ()
    assert _state(store, number).next_at is None


def test_steps_that_were_slept_through_are_one_look(store: Store, make: Any) -> None:
    _keep(store, make)
    (look,) = _due(store, make, 5)
    _found(store, make, look, Seen.SAME, 5)
    assert _due(store, make, 6.9) == ()
    assert len(_due(store, make, 7)) == 1


def test_a_look_carries_what_the_list_said_and_the_pages_marks(store: Store, make: Any) -> None:
    number = _keep(store, make)
    marks = Validators(address=make.article(1).url, etag='"1"')
    with store.writing() as session:
        leads.remember(session, marks, make.now)
    (look,) = _due(store, make, 2)
    assert (look.article, look.lead.title, look.validators, look.titled) == (
        number,
        "عنوان فهرست",
        marks,
        True,
    )
    _found(store, make, look, Seen.NOT_MODIFIED, 2)
    (again,) = _due(store, make, 4)
    assert again.validators is None


def test_404_counts_when_it_came_twice_a_step_apart(store: Store, make: Any) -> None:
    number = _keep(store, make)
    (look,) = _due(store, make, 2)
    assert _missed(store, make, look, "http-404", 2) is Seen.MISSING
    assert _missed(store, make, look, "http-404", 2.1) is Seen.MISSING
    assert _missed(store, make, look, "timeout", 2.5) is Seen.FAILED
    assert _missed(store, make, look, "http-404", 3) is Seen.GONE
    gone = _state(store, number).gone_at
    assert gone == make.now + 3 * make.day
    assert _missed(store, make, look, "http-404", 7) is Seen.GONE
    assert _state(store, number).gone_at == gone


def test_what_finds_nothing_out_is_tried_a_few_times_and_then_waits(store: Store, make: Any) -> None:
    _keep(store, make)
    (look,) = _due(store, make, 1)
    for hours, due in ((0, 2), (1, 2), (2, 3)):
        _missed(store, make, look, "http-503", 1 + hours / 24)
        assert len(_due(store, make, due + hours / 24)) == 1
        assert _due(store, make, due - 0.1) == ()


@pytest.mark.parametrize("cause", ["http-404", "http-410"])
def test_a_page_that_is_had_by_its_list_again_is_not_gone(store: Store, make: Any, cause: str) -> None:
    number = _keep(store, make)
    (look,) = _due(store, make, 1)
    _missed(store, make, look, cause, 1)
    with store.writing() as session:
        looks.expect(session, number, look.lead, make.now + 2 * make.day, PLAN, titled=True)
    assert _state(store, number).gone_at is None
    assert _missed(store, make, look, "http-404", 3) is Seen.MISSING


def _revise(store: Store, number: int, article: Any, make: Any, *, moved: bool = False) -> Any:
    with store.writing() as session:
        return articles.revise(session, number, article, make.arrival(), moved=moved)


def test_an_edit_keeps_source_date_and_address(store: Store, make: Any) -> None:
    number = _keep(store, make)
    new = make.article(
        2, source="", text="متن دیگر " * 40, dated=make.dated(make.now), fetched_at=make.now + make.day
    )
    saved, article = _revise(store, number, new, make)
    kept = make.article(1)
    assert saved is Saved.UPDATED
    assert (article.url, article.source, article.dated) == (kept.url, kept.source, kept.dated)
    state = _state(store, number)
    assert (state.versions, state.edited_at) == (2, make.now + make.day)
    with store.reading() as session:
        assert [one.text for one in articles.versions(session, number)] == [kept.text]


def test_a_part_never_takes_the_place_of_the_whole(store: Store, make: Any) -> None:
    number = _keep(store, make)
    with store.writing() as session:
        part = make.article(1, text="کوتاه " * 60)
        saved, _ = articles.revise(session, number, part, make.arrival(whole=False)) or (None, None)
    assert saved is (Saved.KNOWN if len(part.text) < len(make.article(1).text) else Saved.UPDATED)


def test_a_moved_article_keeps_both_addresses_and_its_pages(store: Store, make: Any) -> None:
    number, old = _keep(store, make), make.article(1)
    page = Pointer(address=old.url, file="a.warc.gz", start=0, size=9, digest="sha1:x", captured_at=make.now)
    with store.writing() as session:
        evidence.attach(session, number, old, [page])
    new = replace(old, url="https://yazd.example/archive/1")
    (look,) = _due(store, make, 1)
    with store.writing() as session:
        assert articles.revise(session, number, new, make.arrival(), moved=True) == (Saved.KNOWN, new)
        looks.found(session, look, Seen.MOVED, make.now + make.day, PLAN)
    with store.reading() as session:
        assert articles.addresses(session, number) == (new.url, old.url)
        present = evidence.of_present(session, number)
        assert present is not None
        assert present.pages == (page,)
    assert _state(store, number).moved_from == old.url


def test_an_article_does_not_move_to_anothers_address(store: Store, make: Any) -> None:
    number, other = _keep(store, make), _keep(store, make, 2)
    there = make.article(2)
    _revise(store, number, replace(make.article(1), url=there.url), make, moved=True)
    with store.reading() as session:
        one, two = articles.load(session, number), articles.load(session, other)
    assert one is not None
    assert two is not None
    assert (one.url, two.url) == (make.article(1).url, there.url)


def test_an_edit_that_denies_leaves_its_event_denied(store: Store, make: Any) -> None:
    number = _keep(store, make, claims=(make.claim(),))
    (event,) = make.events(store)
    denial = make.claim(status=Status.DENIED, sentence="شهرداری یزد عضو مجمع شهرداران آسیا نشد.")
    _revise(store, number, make.article(1, text="تکذیب شد " * 40, claims=(denial,)), make)
    (denied,) = make.events(store)
    assert (denied.id, denied.status, denied.evidence) == (event.id, Status.DENIED, ())
    assert [each.sentence for each in denied.contradictions] == [denial.sentence]
    with store.reading() as session:
        article = articles.load(session, number)
    assert article is not None
    assert article.claims == (denial,)


def test_an_edit_that_takes_a_statement_back_takes_its_event_away(store: Store, make: Any) -> None:
    number = _keep(store, make, claims=(make.claim(),))
    _revise(store, number, make.article(1, text="چیز دیگری " * 40), make)
    assert make.events(store) == ()
    with store.reading() as session:
        assert register.events_of(session, number) == ()


def test_a_copy_is_looked_at_where_it_was_first(store: Store, make: Any) -> None:
    number = _keep(store, make)
    copy = Lead(address="https://isna.example/1", source="isna", road=Road.FEED)
    with store.writing() as session:
        looks.expect(session, number, copy, make.now, PLAN, titled=True)
        assert looks.due(session, "isna", make.now + 9 * make.day, 10) == ()
        assert looks.at(session, "yazd", "http://www.yazd.example/news/1/?utm_source=x") is not None
        assert looks.at(session, "isna", make.article(1).url) is None


def test_a_page_that_moves_to_a_forgotten_address_is_not_taken_over(store: Store, make: Any) -> None:
    _, gone = make.keep(store, make.article(1))
    _, kept = make.keep(store, make.article(2, text="A tram and a depot for the harbour, says the council. " * 6))
    with store.writing() as session:
        forgetting.blank(session, [gone], reason="asked for", by="Mina", now=make.now)
    moved = make.article(2, url=make.article(1).url, text="What the council says of its harbour now. " * 6)
    assert _revise(store, kept, moved, make, moved=True) is None
    with store.reading() as session:
        assert articles.addresses(session, kept) == (make.article(2).url,)
