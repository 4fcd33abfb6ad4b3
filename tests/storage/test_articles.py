"""Keeping articles: new, edited, met again, copied."""

from __future__ import annotations

import multiprocessing
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import select

from news.values import Freshness, Part, Status, TagKind
from storage import articles, stories
from storage.articles import Saved
from storage.engine import Store
from storage.schema import open_store
from storage.search import search
from storage.tables import VersionRow


def _count(store: Store) -> int:
    with store.reading() as session:
        return articles.count(session)


def test_a_new_article(store: Store, make: Any) -> None:
    assert make.keep(store, make.article()) == (Saved.NEW, 1)
    assert _count(store) == 1


def test_the_same_article_again_changes_nothing(store: Store, make: Any) -> None:
    make.keep(store, make.article())
    later = make.article(fetched_at=make.now + make.day)
    assert make.keep(store, later) == (Saved.KNOWN, 1)
    with store.reading() as session:
        assert articles.load(session, 1) == make.article()
        assert session.exec(select(VersionRow)).all() == []


@pytest.mark.parametrize("changes", [{"title": "عنوان تازه"}, {"text": "متن تازه"}])
def test_an_edited_article_keeps_its_former_words(store: Store, make: Any, changes: dict[str, str]) -> None:
    first = make.article(tags=(make.tag(TagKind.NETWORK, "amf"), make.tag(TagKind.CITY, "111822")))
    make.keep(store, first)
    edited = make.article(
        **changes, fetched_at=make.now + make.day, tags=(make.tag(TagKind.NETWORK, "uclg"),)
    )
    assert make.keep(store, edited, now=make.now + make.day) == (Saved.UPDATED, 1)
    with store.reading() as session:
        assert articles.load(session, 1) == edited
        (version,) = session.exec(select(VersionRow)).all()
    assert (version.title, version.text, version.fetched_at) == (first.title, first.text, first.fetched_at)


def test_an_edited_article_is_found_by_its_new_words_only(store: Store, make: Any) -> None:
    make.keep(store, make.article(text="قدیمی"))
    make.keep(store, make.article(text="تازه"))
    with store.reading() as session:
        assert [search(session, word).total for word in ("تازه", "قدیمی")] == [1, 0]


@pytest.mark.parametrize(
    "spelling",
    [
        "http://yazd.example/news/1",
        "https://www.yazd.example/news/1/",
        "https://m.yazd.example/news/1",
        "https://yazd.example/news/1?utm_source=x&fbclid=1",
        "https://yazd.example/news/1/amp",
        "https://YAZD.example/news/1#top",
    ],
)
def test_spellings_of_an_address_are_one_article(store: Store, make: Any, spelling: str) -> None:
    make.keep(store, make.article())
    assert make.keep(store, make.article(url=spelling)) == (Saved.KNOWN, 1)
    edited = make.article(url=spelling, text="متن تازه", title="عنوان تازه")
    assert make.keep(store, edited) == (Saved.UPDATED, 1)


def test_the_same_text_at_another_address_of_the_site_is_one_article(store: Store, make: Any) -> None:
    make.keep(store, make.article(1))
    copy = make.article(2, url="https://yazd.example/b", text=make.article(1).text.replace("ی", "ي"))
    assert make.keep(store, copy) == (Saved.DUPLICATE, 1)
    assert make.keep(store, copy) == (Saved.KNOWN, 1)
    third = make.article(3, url="https://aaa.example/c", text=make.article(1).text)  # of the same source
    assert make.keep(store, third) == (Saved.DUPLICATE, 1)
    fourth = make.article(4, url="https://www.yazd.example/d", source="yazd-en", text=make.article(1).text)
    assert make.keep(store, fourth) == (Saved.DUPLICATE, 1)
    with store.reading() as session:
        assert articles.load(session, 1) == make.article(1)
        own, *others = articles.addresses(session, 1)
    assert own == make.article(1).url
    assert set(others) == {copy.url, third.url, fourth.url}


def copied(make: Any, source: str, number: int = 1, **changes: Any) -> Any:
    """The text of article 1 as another outlet prints it, a day later."""
    own = {"dated": make.dated(make.now + make.day), "text": make.article(1).text, **changes}
    return make.article(number, url=f"https://{source}.example/{number}", source=source, **own)


def told(store: Store, article: int) -> list[tuple[int, float | None]]:
    """The articles of its story in order, each with its likeness."""
    with store.reading() as session:
        return [(one.article, one.likeness) for one in stories.tellers(session, article)]


def test_a_copy_by_another_outlet_is_an_article_of_the_same_story(store: Store, make: Any) -> None:
    make.keep(store, make.article(1))
    assert make.keep(store, copied(make, "isna")) == (Saved.NEW, 2)
    assert make.keep(store, copied(make, "isna")) == (Saved.KNOWN, 2)
    assert make.keep(store, copied(make, "isna", 5)) == (Saved.DUPLICATE, 2)
    assert make.keep(store, copied(make, "irna")) == (Saved.NEW, 3)
    assert told(store, 3) == [(1, None), (2, 1.0), (3, 1.0)]
    with store.reading() as session:
        assert [articles.addresses(session, one) for one in (1, 2)] == [
            (make.article(1).url,),
            ("https://isna.example/1", "https://isna.example/5"),
        ]
        found = search(session, "یزد", facets=True)
        once = search(session, "یزد", once=True)
    assert dict(found.facets["source"]) == {"irna": 1, "isna": 1, "yazd": 1}
    assert {hit.id: hit.copies for hit in found.hits} == {1: 3, 2: 3, 3: 3}
    assert [hit.id for hit in once.hits] == [1]


def test_short_texts_are_copies_under_the_same_title(store: Store, make: Any) -> None:
    text = "ادامه خبر را بخوانید."
    make.keep(store, make.article(1, title="عضویت یزد", text=text))
    assert make.keep(store, copied(make, "isna", title="عضويت يزد", text=text)) == (Saved.NEW, 2)
    assert make.keep(store, copied(make, "irna", title="عضویت شیراز", text=text)) == (Saved.NEW, 3)
    assert told(store, 2) == [(1, None), (2, 1.0)]
    assert told(store, 3) == []


def test_a_copy_without_an_address_is_one_of_another_outlet_too(store: Store, make: Any) -> None:
    make.keep(store, make.article(1, url=""))
    assert make.keep(store, make.article(1, url="", source="file")) == (Saved.NEW, 2)
    assert told(store, 1) == [(1, None), (2, 1.0)]


def test_an_edit_that_becomes_a_copy_joins_the_story_and_one_that_leaves_it_is_alone(
    store: Store, make: Any
) -> None:
    make.keep(store, make.article(1))
    other = copied(make, "isna", text="از خبری دیگر می‌گوید. " * 12)
    make.keep(store, other)
    assert told(store, 2) == []
    assert make.keep(store, copied(make, "isna")) == (Saved.UPDATED, 2)
    assert told(store, 2) == [(1, None), (2, 1.0)]
    assert make.keep(store, other) == (Saved.UPDATED, 2)
    assert (told(store, 1), told(store, 2)) == ([], [])


def test_a_membership_grows_no_surer_by_copies_of_its_report(store: Store, make: Any) -> None:
    """Not under another title either, from which the same is read in other words."""
    make.keep(store, make.article(1, claims=(make.claim(),)))
    titled = make.claim(
        sentence="یزد عضو شد", confidence=0.85, span=replace(make.claim().span, part=Part.TITLE)
    )
    make.keep(store, copied(make, "isna", title="یزد عضو شد", claims=(titled, make.claim())))
    (event,) = make.events(store)
    assert event.confidence == 0.9
    assert {evidence.source for evidence in event.evidence} == {"yazd", "isna"}
    own = copied(
        make, "irna", text="گزارش خبرنگار از نشست. " * 12, claims=(make.claim(sentence="یزد پیوست."),)
    )
    make.keep(store, own)
    assert make.events(store)[0].confidence > 0.9


def test_a_copy_that_is_edited_leaves_the_original_alone(store: Store, make: Any) -> None:
    make.keep(store, make.article(1))
    make.keep(store, make.article(2, text=make.article(1).text))
    assert make.keep(store, make.article(2, text="متن دیگر")) == (Saved.KNOWN, 1)
    with store.reading() as session:
        assert articles.load(session, 1) == make.article(1)


def test_a_short_text_is_the_same_story_only_under_the_same_title(store: Store, make: Any) -> None:
    one, other, copy = (
        make.article(number, title=title, text="ادامه خبر را بخوانید.")
        for number, title in ((1, "عضویت یزد"), (2, "عضویت شیراز"), (3, "عضويت يزد"))
    )
    assert make.keep(store, one) == (Saved.NEW, 1)
    assert make.keep(store, other) == (Saved.NEW, 2)
    assert make.keep(store, copy) == (Saved.DUPLICATE, 1)


def test_texts_without_an_address(store: Store, make: Any) -> None:
    one, other = make.article(1, url=""), make.article(2, url="")
    assert make.keep(store, one) == (Saved.NEW, 1)
    assert make.keep(store, other) == (Saved.NEW, 2)
    assert make.keep(store, one) == (Saved.DUPLICATE, 1)


def test_unknown_ids_are_left_out(store: Store, make: Any) -> None:
    make.keep(store, make.article(1))
    make.keep(store, make.article(2))
    with store.reading() as session:
        assert articles.load(session, 4711) is None
        assert list(articles.load_many(session, [2, 4711, 1])) == [(2, make.article(2)), (1, make.article(1))]


def test_an_error_in_the_transaction_keeps_nothing(store: Store, make: Any) -> None:
    with pytest.raises(InterruptedError):
        make.interrupted(store, lambda session: articles.save(session, make.article(), make.arrival()))
    assert _count(store) == 0
    with store.reading() as session:
        assert search(session, "یزد").total == 0


@pytest.mark.parametrize(
    ("changes", "arrival", "expected"),
    [
        ({}, {}, Freshness.NEWS),
        ({}, {"last_good_at": None}, Freshness.FIRST_CRAWL),
        ({"age": timedelta(days=1, hours=3)}, {}, Freshness.BEFORE_LAST_CRAWL),
        ({"age": timedelta(hours=20)}, {}, Freshness.NEWS),  # within the margin
        ({"age": timedelta(days=31)}, {"last_good": timedelta(days=60)}, Freshness.TOO_OLD),
        ({"age": timedelta(days=29)}, {"last_good": timedelta(days=60)}, Freshness.NEWS),  # after an outage
        ({"age": None}, {"overlapped": True}, Freshness.NEWS),
        ({"age": None}, {"overlapped": False}, Freshness.UNDATED),
    ],
)
def test_freshness_is_kept_with_the_event(
    store: Store, make: Any, changes: dict[str, Any], arrival: dict[str, Any], expected: Freshness
) -> None:
    age = changes.get("age", make.hour)
    dated = None if age is None else make.dated(make.now - age)
    if "last_good" in arrival:
        arrival = {"last_good_at": make.now - arrival["last_good"]}
    make.keep(store, make.article(dated=dated, claims=(make.claim(),)), **arrival)
    (event,) = make.events(store)
    assert event.freshness is expected
    assert event.status is Status.ANNOUNCED


def _save_many(url: str, start: Any, make: Any, numbers: list[int]) -> None:
    store = open_store(url)
    start.wait()
    for number in numbers:
        make.keep(store, make.article(number, claims=(make.claim(member=str(number % 5)),)))
    store.close()


def test_two_processes_keep_the_same_articles_at_once(any_url: str, make: Any) -> None:
    """Each address, text and event once; no error of a lock or of a double key reaches anyone."""
    context = multiprocessing.get_context("spawn")
    open_store(any_url).close()
    start = context.Barrier(2)
    orders = list(range(20)), list(reversed(range(20)))
    writers = [context.Process(target=_save_many, args=(any_url, start, make, order)) for order in orders]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    assert [writer.exitcode for writer in writers] == [0, 0]
    store = open_store(any_url)
    assert _count(store) == 20
    assert {(event.member, event.episode) for event in make.events(store)} == {(str(n), 1) for n in range(5)}
    with store.reading() as session:
        assert session.connection().execute(text("SELECT count(*) FROM article_search")).scalar() == 20
    store.close()


def test_a_reading_that_may_miss_a_part_replaces_nothing_longer(store: Store, make: Any) -> None:
    whole = make.article()
    make.keep(store, whole)
    half = make.article(text=whole.text[:100])
    assert make.keep(store, half, whole=False) == (Saved.KNOWN, 1)
    with store.reading() as session:
        assert articles.load(session, 1) == whole
    longer = make.article(text=f"{whole.text} و بیش از آن")
    assert make.keep(store, longer, whole=False) == (Saved.UPDATED, 1)
    assert make.keep(store, half) == (Saved.UPDATED, 1)


def test_a_page_takes_the_place_of_its_lists_text_though_it_stands_elsewhere(store: Store, make: Any) -> None:
    listed = make.article(url="https://yazd.example/?p=1", claims=(make.claim(),))
    make.keep(store, listed)
    page = make.article(text=f"{listed.text} بیشتر", claims=(make.claim(),))
    assert make.keep(store, page, listed_at=listed.url) == (Saved.UPDATED, 1)
    with store.reading() as session:
        assert articles.load(session, 1) == page
        assert articles.addresses(session, 1) == (page.url, listed.url)
    assert _count(store) == 1
    assert len(make.events(store)) == 1


def test_a_page_takes_no_other_articles_place(store: Store, make: Any) -> None:
    original = make.article(1)
    make.keep(store, original)
    copied_at = "https://yazd.example/?p=2"
    assert make.keep(store, make.article(1, url=copied_at))[0] is Saved.DUPLICATE
    assert make.keep(store, make.article(2), listed_at=copied_at) == (Saved.NEW, 2)
    with store.reading() as session:
        assert articles.load(session, 1) == original
