"""Articles that are news meet the rules of searches once, whoever writes at the same moment."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from news.errors import QueryError
from news.values import Freshness
from storage import findings, outbox, rules, savedsearches
from storage.engine import Store
from storage.outbox import Delivery
from storage.readertables import FreshArticleRow
from storage.rules import Rule
from storage.search import Filters

WATER = "The council of Yazd signed a contract on clean water with its neighbours. " * 5


def add_rule(
    store: Store, make: Any, query: str, *recipients: str, name: str = "water", enabled: bool = True
) -> None:
    with store.writing() as session:
        rule = Rule(name=name, recipients=recipients or ("a@example.org",), query=query, enabled=enabled)
        rules.save_rule(session, rule, make.now)


def match(store: Store, make: Any, limit: int = 500) -> int:
    return findings.match(store, make.now, limit)


def told(store: Store) -> list[tuple[str, str, str]]:
    """Title, rule, recipient of each delivery, oldest first."""
    with store.reading() as session:
        found: tuple[Delivery, ...] = outbox.deliveries(session)
    return [
        (item.article.title if item.article else "", item.rule, item.recipient) for item in reversed(found)
    ]


def keep(
    store: Store, make: Any, number: int = 1, text: str = WATER, *, arrival: Any = None, **changes: Any
) -> int:
    found: int = make.keep(
        store, make.article(number, text=f"{text} {number}", **changes), **(arrival or {})
    )[1]
    return found


def test_a_new_article_is_told_to_each_recipient_once(store: Store, make: Any) -> None:
    add_rule(store, make, '"clean water" AND NOT Isfahan', "a@example.org", "b@example.org")
    article = keep(store, make)
    keep(store, make, 2, "Isfahan speaks of clean water too. " * 8)
    keep(store, make, 3, "A park was opened. " * 12)
    assert match(store, make) == 3
    assert told(store) == [("خبر 1", "water", "a@example.org"), ("خبر 1", "water", "b@example.org")]
    assert match(store, make) == 0
    with store.writing() as session:  # seen again, for whatever reason
        session.exec(
            select(FreshArticleRow).where(FreshArticleRow.article_id == article)
        ).one().matched_at = None
    assert match(store, make) == 1
    assert len(told(store)) == 2


@pytest.mark.parametrize(
    "arrival",
    [
        {"last_good_at": None},  # a first crawl, an ingest, a re-read
        {"last_good_at": "behind"},  # brought up by a repaired selector, or by a back-fill
        {"max_age": timedelta(minutes=5)},
    ],
    ids=["first crawl", "before the last crawl", "too old"],
)
def test_what_is_no_news_is_told_to_nobody(store: Store, make: Any, arrival: dict[str, Any]) -> None:
    add_rule(store, make, "water")
    if arrival.get("last_good_at") == "behind":
        arrival = {"last_good_at": make.now + 2 * make.day}
    keep(store, make, arrival=arrival)
    keep(store, make, 2, dated=None, arrival={"overlapped": False})
    assert match(store, make) == 0
    assert told(store) == []


def test_an_undated_article_of_a_list_that_overlaps_is_news(store: Store, make: Any) -> None:
    add_rule(store, make, "water")
    keep(store, make, dated=None)
    assert match(store, make) == 1
    assert len(told(store)) == 1


def test_an_edit_tells_nobody_again(store: Store, make: Any) -> None:
    add_rule(store, make, "water")
    keep(store, make)
    match(store, make)
    make.keep(store, make.article(1, text=f"{WATER} And a last word.", fetched_at=make.now + make.hour))
    assert match(store, make) == 0
    assert len(told(store)) == 1


def test_a_page_that_takes_the_place_of_its_lists_text_is_looked_at_again(store: Store, make: Any) -> None:
    add_rule(store, make, "neighbours")
    listed = make.article(1, text="The council of Yazd signed. " * 10)
    make.keep(store, listed)
    match(store, make)
    assert told(store) == []
    page = make.article(2, text=f"{listed.text} {WATER}", fetched_at=make.now + make.hour)
    make.keep(store, page, listed_at=listed.url)
    assert match(store, make) == 1
    assert len(told(store)) == 1


def test_a_copy_at_another_address_is_not_told_again(store: Store, make: Any) -> None:
    add_rule(store, make, "water")
    make.keep(store, make.article(1, text=WATER))
    make.keep(store, make.article(2, text=WATER))
    assert match(store, make) == 1
    assert len(told(store)) == 1


def test_a_paused_rule_and_one_of_events_match_no_article(store: Store, make: Any) -> None:
    add_rule(store, make, "water", enabled=False)
    add_rule(store, make, "", name="events")
    keep(store, make)
    assert match(store, make) == 1
    assert told(store) == []


def test_many_articles_at_once_are_told_as_exactly_as_one(store: Store, make: Any) -> None:
    """Old articles stand between the new ones, and match as well."""
    add_rule(store, make, "water AND language:fa")
    for number in range(12):
        keep(store, make, number, arrival={"last_good_at": None} if number % 4 == 0 else None)
    keep(store, make, 20, "A park was opened. " * 12)
    assert match(store, make) == 10
    assert [title for title, _, _ in told(store)] == [f"خبر {n}" for n in range(12) if n % 4]


def test_matching_goes_in_short_batches(store: Store, make: Any) -> None:
    add_rule(store, make, "water")
    for number in range(5):
        keep(store, make, number)
    assert [match(store, make, limit=2) for _ in range(4)] == [2, 2, 1, 0]
    assert len(told(store)) == 5


def test_a_query_that_is_not_understood_any_more_hinders_no_other(
    store: Store, make: Any, caplog: pytest.LogCaptureFixture
) -> None:
    add_rule(store, make, "colour:red", name="broken")
    add_rule(store, make, "water")
    keep(store, make)
    match(store, make)
    assert [rule for _, rule, _ in told(store)] == ["water"]
    assert "rule broken: its search is not understood" in caplog.text


def test_an_error_while_matching_leaves_the_article_waiting(
    store: Store, make: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_rule(store, make, "water")
    keep(store, make)
    settle = findings._settle

    def interrupted(*arguments: Any) -> None:
        settle(*arguments)
        raise InterruptedError

    with monkeypatch.context() as patch:
        patch.setattr(findings, "_settle", interrupted)
        with pytest.raises(InterruptedError):
            match(store, make)
    assert told(store) == []
    assert match(store, make) == 1


@pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)  # SQLite has one writer at a time
def test_articles_committed_out_of_order_are_all_told(store: Store, make: Any) -> None:
    """The article of the lower id is still uncommitted while the higher one is matched."""
    add_rule(store, make, "water")
    first, second = (keep(store, make, number, arrival={"last_good_at": None}) for number in (1, 2))
    with store.writing() as slow:
        findings.offer(slow, first, Freshness.NEWS, make.now)
        slow.flush()
        with store.writing() as quick:
            findings.offer(quick, second, Freshness.NEWS, make.now)
        assert match(store, make) == 1
        assert [title for title, _, _ in told(store)] == ["خبر 2"]
    assert match(store, make) == 1
    assert [title for title, _, _ in told(store)] == ["خبر 2", "خبر 1"]


@pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)
def test_two_matchers_do_not_see_the_same_article(store: Store, make: Any) -> None:
    add_rule(store, make, "water")
    keep(store, make)
    with store.writing() as session:
        session.exec(select(FreshArticleRow).with_for_update()).one()
        assert match(store, make) == 0
    assert match(store, make) == 1
    assert len(told(store)) == 1


def before_settling(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    """Have something happen once, when the searches have been asked and nothing is written yet."""
    settle = findings._settle

    def settle_later(*arguments: Any) -> int | None:
        monkeypatch.setattr(findings, "_settle", settle)
        act()
        return settle(*arguments)

    monkeypatch.setattr(findings, "_settle", settle_later)


def test_an_article_that_changes_after_it_was_looked_at_is_looked_at_again(
    store: Store, make: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_rule(store, make, "neighbours")
    listed = make.article(1, text="The council of Yazd signed. " * 10)
    make.keep(store, listed)
    page = make.article(1, text=f"{listed.text} {WATER}", fetched_at=make.now + make.hour)
    before_settling(monkeypatch, lambda: make.keep(store, page, listed_at=listed.url))
    assert match(store, make) == 0
    assert match(store, make) == 1
    assert len(told(store)) == 1


def test_a_rule_that_changes_after_it_was_asked_is_asked_again(
    store: Store, make: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_rule(store, make, "water")
    keep(store, make)
    keep(store, make, 2, "A park was opened. " * 12)
    before_settling(monkeypatch, lambda: add_rule(store, make, "park"))
    assert match(store, make) == 2
    assert [title for title, _, _ in told(store)] == ["خبر 2"]


def test_writers_go_on_while_the_searches_are_asked(
    store: Store, make: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_rule(store, make, "water")
    keep(store, make)
    found = findings._found

    def found_while_another_is_kept(*arguments: Any) -> Any:
        keep(store, make, 2)
        return found(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(findings, "_found", found_while_another_is_kept)
        assert match(store, make) == 1
    assert match(store, make) == 1
    assert len(told(store)) == 2


def copied(make: Any, source: str, number: int = 9, text: str = WATER, **changes: Any) -> Any:
    """The text as another outlet prints it, an hour later unless a test says otherwise."""
    values = {"dated": make.dated(make.now), **changes}
    return make.article(number, url=f"https://{source}.example/{number}", source=source, text=text, **values)


def test_of_a_text_that_outlets_copy_the_leading_article_alone_is_told(store: Store, make: Any) -> None:
    add_rule(store, make, "water")
    make.keep(store, copied(make, "isna", 7))
    make.keep(store, copied(make, "yazd", 8, dated=make.dated()))
    make.keep(store, copied(make, "irna", 9))
    assert match(store, make) == 3
    assert [title for title, _, _ in told(store)] == ["خبر 8"]


def test_a_copy_that_comes_later_is_told_to_nobody_who_knows_the_text(store: Store, make: Any) -> None:
    add_rule(store, make, "water")
    make.keep(store, copied(make, "yazd", 1))
    match(store, make)
    add_rule(store, make, "water", "a@example.org", "b@example.org")
    add_rule(store, make, "water AND source:isna", name="isna")
    make.keep(store, copied(make, "isna", 2))
    assert match(store, make) == 1
    assert told(store)[1:] == [("خبر 2", "isna", "a@example.org"), ("خبر 2", "water", "b@example.org")]


def test_a_retelling_is_told_as_any_article(store: Store, make: Any) -> None:
    add_rule(store, make, "water")
    make.keep(store, copied(make, "yazd", 1))
    make.keep(store, copied(make, "isna", 2, f"The mayor spoke for an hour. {WATER}"))
    match(store, make)
    assert len(told(store)) == 2


def test_what_a_rule_would_have_told_names_each_text_once(store: Store, make: Any) -> None:
    make.keep(store, copied(make, "isna", 2))
    make.keep(store, copied(make, "yazd", 1, dated=make.dated()))
    with store.reading() as session:
        found = findings.told(session, Rule(name="r", recipients=(), query="water"), make.now - make.day)
    assert [item.source for item in found] == ["yazd"]


def test_a_delivery_shows_the_words_found(store: Store, make: Any) -> None:
    add_rule(store, make, "neighbours")
    keep(store, make, text="A long beginning that says nothing at all of it. " * 20 + WATER)
    match(store, make)
    with store.reading() as session:
        (delivery,) = outbox.deliveries(session)
    assert delivery.article is not None
    assert "neighbours" in delivery.article.snippet
    assert delivery.reference == f"article={delivery.article.id}"
    assert (delivery.event, delivery.status) == (None, None)


def test_what_a_rule_would_have_told_counts_first_crawls_too(store: Store, make: Any) -> None:
    keep(store, make, arrival={"last_good_at": None})
    keep(store, make, 2, dated=make.dated(make.now - 100 * make.day))
    keep(store, make, 3, "A park was opened. " * 12)
    rule = Rule(name="r", recipients=(), query="water")
    with store.reading() as session:
        assert [item.title for item in findings.told(session, rule, make.now - 90 * make.day)] == ["خبر 1"]
        assert [item.title for item in findings.told(session, rule, make.now - 900 * make.day)] == [
            "خبر 1",
            "خبر 2",
        ]


def test_searches_are_saved_replaced_and_forgotten(store: Store, make: Any) -> None:
    with store.writing() as session:
        savedsearches.save(session, "water", "water", make.now)
        savedsearches.save(session, "water", "clean water", make.now + make.hour)
    with store.reading() as session:
        (found,) = savedsearches.searches(session)
        assert (found.name, found.query, found.saved_at) == ("water", "clean water", make.now + make.hour)
        assert savedsearches.saved(session, "water") == found
    with pytest.raises(QueryError), store.writing() as session:
        savedsearches.save(session, "bad", 'never "closed', make.now)
    with store.writing() as session:
        assert savedsearches.remove(session, "water")
    with store.writing() as session:
        assert not savedsearches.remove(session, "water")


def test_filters_are_saved_as_words_that_find_the_same(store: Store, make: Any) -> None:
    narrow = Filters(language="fa", sources=("yazd", "shiraz"))
    query = savedsearches.in_words("water OR park", narrow)
    assert query == '(water OR park) AND language:"fa" AND (source:"yazd" OR source:"shiraz")'
    add_rule(store, make, query)
    keep(store, make)
    keep(store, make, 2, source="elsewhere")
    match(store, make)
    assert [title for title, _, _ in told(store)] == ["خبر 1"]


def test_days_are_saved_as_words_too(make: Any) -> None:
    assert savedsearches.in_words("water", Filters(after=make.now)) == "(water) AND after:2024-05-01"
    assert (
        savedsearches.in_words("", Filters(country="IR", kind="agency")) == 'country:"IR" AND kind:"agency"'
    )


@pytest.mark.parametrize(
    ("query", "narrow"),
    [("water", {"sources": ('a"b',)}), ("", {"sources": ("a»b",)}), ("a) OR (b", {"language": "fa"}), ('"a', {})],
)
def test_what_no_query_can_say_is_not_written_as_one(query: str, narrow: dict[str, Any]) -> None:
    with pytest.raises(QueryError):
        savedsearches.in_words(query, Filters(**narrow))


@pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)
def test_an_article_that_changes_while_it_is_matched_is_matched_again(store: Store, make: Any) -> None:
    add_rule(store, make, "water")
    article = keep(store, make, 1, arrival={"last_good_at": None})
    with store.writing() as session:
        findings.offer(session, article, Freshness.NEWS, make.now)
    read, matched = threading.Event(), threading.Event()

    def change() -> None:
        with store.writing() as session:
            session.get(FreshArticleRow, article)
            read.set()
            matched.wait()
            findings.offer(session, article, Freshness.NEWS, make.now)

    writer = threading.Thread(target=change)
    writer.start()
    read.wait()
    assert match(store, make) == 1
    matched.set()
    writer.join()
    assert match(store, make) == 1
