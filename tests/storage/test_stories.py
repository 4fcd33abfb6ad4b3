"""Stories: what is near is found, one leads, and what a person said holds."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import delete, select, text

from benchmarks.quality.newsrooms.making import habits, rewrite
from benchmarks.quality.newsrooms.making import stories as told_in
from news.errors import NotFound, UsageError
from news.values import Alternate
from storage import articles, nearby, nearness, stories, translations
from storage.search import Filters, search
from storage.storytables import BandRow, SignatureRow
from storage.tables import ArticleRow


def report(language="fa", number=-1):
    return told_in(language)[number]


def keep(make, store, told, source="first", at=0, **changes):
    one = make.article(
        url=f"https://{source}.example/{abs(hash(told.text)) % 10**9}", source=source, title=told.title, text=told.text,
        dated=make.dated(make.now + timedelta(hours=at)), **changes,
    )  # fmt: skip
    return make.keep(store, one)[1]


def story(store, number):
    with store.reading() as session:
        return [one.article for one in stories.tellers(session, number)]


def rewritten(number=-1, language="fa"):
    return rewrite(report(language, number), language, 2).rewritten


def form(which, language="en", **slots):
    values = {
        "day": "Monday",
        "month": "May",
        "number": 3,
        "hour": "10:00",
        "name": "Ann Lee",
        "place": "Mill Lane",
        **slots,
    }
    return type(report())(
        title="Council meets", paragraphs=(habits(language)["site"]["forms"][which].format(**values),)
    )


@pytest.mark.parametrize("language", ["fa", "ar", "tr", "en"])
def test_a_rewrite_by_another_outlet_is_the_same_story(make, store, language):
    first = keep(make, store, report(language))
    second = keep(make, store, rewritten(language=language), "second")
    other = keep(make, store, report(language, -2), "second")
    assert story(store, second) == [first, second]
    assert story(store, other) == []


def test_the_first_leads_whenever_it_comes(make, store):
    late = keep(make, store, report(), at=5)
    early = keep(make, store, rewritten(), "second", at=1)
    assert story(store, late) == [early, late]


def test_the_stated_original_source_leads(make, store):
    with store.writing() as session:
        stories.know(session, "town", ["شهرداری یزد"])
    copy = keep(make, store, rewritten(), "aggregator", at=1, original_source="شهرداري يزد")
    original = keep(make, store, report(), "town", at=3)
    assert story(store, copy) == [original, copy]


def test_an_origin_named_by_its_address_leads(make, store):
    copy = keep(make, store, rewritten(), "aggregator", at=1, original_source="www.town.example")
    original = keep(make, store, report(), "town", at=3)
    assert story(store, copy) == [original, copy]


@pytest.mark.parametrize("origin", ["[town.example]", "http://[town.example", "town.example℀", "https://", "...", "a.b:c//d"])
def test_an_origin_that_is_written_like_no_address_leads_nothing(make, store, origin):
    copy = keep(make, store, rewritten(), "aggregator", at=1, original_source=origin)
    original = keep(make, store, report(), "town", at=3)
    assert story(store, copy) == [copy, original]


def test_notices_of_one_form_stay_apart(make, store):
    numbers = [
        keep(make, store, form(0, number=3)), keep(make, store, form(0, number=10)),
        keep(make, store, form(2, name="Ann Lee")), keep(make, store, form(2, name="Joe Hill", place="Castle Park")),
    ]  # fmt: skip
    assert [story(store, number) for number in numbers] == [[], [], [], []]


def test_notices_do_not_meet_by_way_of_a_copy_elsewhere(make, store):
    one, other = keep(make, store, form(2)), keep(make, store, form(2, name="Joe Hill"))
    keep(make, store, form(2, name="Ann Leigh"), "second")
    assert other not in story(store, one)


def test_furniture_that_other_articles_have_too_joins_nothing(make, store):
    below = habits("en")["site"]["boilerplate"]
    kind = type(report())
    numbers = [
        keep(make, store, kind(title="x", paragraphs=(report("en", at).paragraphs[0], *below)), source)
        for at, source in ((-1, "first"), (-2, "first"), (-3, "first"), (-4, "second"))
    ]
    assert [story(store, number) for number in numbers] == [[]] * 4


def test_an_edit_may_leave_its_story(make, store):
    first = keep(make, store, report())
    second = keep(make, store, rewritten(), "second")
    with store.reading() as session:
        address = articles.load(session, second).url
    make.keep(store, make.article(url=address, source="second", text=report(number=-2).text))
    assert (story(store, first), story(store, second)) == ([], [])


def test_merging_by_hand_is_remembered(make, store):
    first, second = keep(make, store, report()), keep(make, store, report(number=-2), "second")
    with store.writing() as session:
        stories.merge(session, [first, second], by="Sara", now=make.now)
    assert story(store, second) == [first, second]
    with store.writing() as session:
        assert stories.compare(session, 0, 10) == (second, 2)
    assert story(store, second) == [first, second]
    with store.reading() as session:
        (said,) = stories.decisions(session)
    assert (said.one, said.other, said.verdict, said.decided_by) == (
        first,
        second,
        stories.Verdict.SAME,
        "Sara",
    )


def test_splitting_by_hand_is_remembered(make, store):
    first, second = keep(make, store, report()), keep(make, store, rewritten(), "second")
    with store.writing() as session:
        assert stories.split(session, second, by="Sara", now=make.now) == 1
        stories.compare(session, 0, 10)
    assert (story(store, first), story(store, second)) == ([], [])


def test_a_merge_takes_a_split_back(make, store):
    first, second = keep(make, store, report()), keep(make, store, rewritten(), "second")
    with store.writing() as session:
        stories.split(session, second, by="Sara", now=make.now)
        stories.merge(session, [second, first], by="Reza", now=make.now)
    assert story(store, first) == [first, second]


def test_a_story_of_many_is_merged_by_few_decisions_and_holds_without_some(make, store):
    many = [keep(make, store, type(report())(title=f"Notice {number}", paragraphs=(f"Short {number}.",)), f"site{number}") for number in range(60)]
    with store.writing() as session:
        stories.merge(session, many, by="Sara", now=make.now)
    assert set(story(store, many[0])) == set(many)
    with store.reading() as session:
        assert len(stories.decisions(session)) < 10 * len(many)
    for leaving in (many[0], many[30], many[1]):  # those that most hang on, and one of the chain
        with store.writing() as session:
            stories.split(session, leaving, by="Sara", now=make.now)
            stories.compare(session, 0, 100)
        assert story(store, leaving) == []
    assert set(story(store, many[2])) == {*many} - {many[0], many[1], many[30]}
    with store.writing() as session:
        stories.merge(session, [many[0], many[2]], by="Sara", now=make.now)
    assert set(story(store, many[0])) == {*many} - {many[1], many[30]}


def test_merging_asks_for_articles_that_are_there(make, store):
    first = keep(make, store, report())
    with store.writing() as session:
        with pytest.raises(NotFound, match="99"):
            stories.merge(session, [first, 99], by="Sara", now=make.now)
        with pytest.raises(UsageError, match="two"):
            stories.merge(session, [first, first], by="Sara", now=make.now)
        with pytest.raises(UsageError, match="no story"):
            stories.split(session, first, by="Sara", now=make.now)


def test_a_search_can_show_each_story_once(make, store):
    first, second = keep(make, store, report()), keep(make, store, rewritten(), "second")
    alone = keep(make, store, report(number=-2))

    def shown(**options):
        with store.reading() as session:
            found = search(session, "", newest=True, facets=True, **options)
        assert sum(dict(found.facets["source"]).values()) == found.total == len(found.hits)
        return {hit.id for hit in found.hits}

    assert shown() == {first, second, alone}
    assert shown(once=True) == {first, alone}
    assert shown(once=True, filters=Filters(sources=("second",))) == {second}
    with store.reading() as session:
        assert stories.sizes(session, [first, second, alone]) == {first: 2, second: 2}


def test_what_falls_out_of_the_window_leaves_no_band(make, store, monkeypatch):
    monkeypatch.setattr(nearby, "WINDOW", 1)
    keep(make, store, report())
    keep(make, store, report(number=-2))
    newest = keep(make, store, report(number=-3))
    with store.reading() as session:
        assert set(session.scalars(select(BandRow.article_id))) == {newest}
        assert set(session.scalars(select(SignatureRow.article_id))) == {newest}


def test_a_crowded_band_takes_no_more(make, store, monkeypatch):
    monkeypatch.setattr(nearby, "_CROWD", 2)
    for number in range(1, 6):
        keep(make, store, form(0, number=number), f"site{number}")
    with store.reading() as session:
        counts = session.execute(text("SELECT count(*) FROM band GROUP BY key")).scalars().all()
    assert max(counts) == 2


def test_many_texts_at_once_are_compared_though_few_are_remembered(make, store, monkeypatch):
    told = [report(), *(rewrite(report(), "fa", number).rewritten for number in (2, 3, 4))]
    monkeypatch.setattr(nearby, "_MOST_REMEMBERED", 1)
    numbers = [keep(make, store, one, f"site{at}", at=at) for at, one in enumerate(told)]
    assert sorted(story(store, numbers[-1])) == sorted(numbers)


def test_a_text_of_a_few_words_is_compared_with_nothing(make, store):
    assert nearness.signature(nearness.shingles("Market closed today")) is None
    kind = type(report())
    numbers = [
        keep(make, store, kind(title=f"t{n}", paragraphs=("Market closed today",)), f"s{n}") for n in (1, 2)
    ]
    assert [story(store, number) for number in numbers] == [[], []]


def test_versions_in_other_languages_find_each_other(make, store):
    there = Alternate(address="https://town.example/en/1/", language="en")
    fa = make.keep(store, make.article(1, url="https://town.example/fa/1", alternates=(there,)))[1]
    en = make.keep(store, make.article(2, url="https://town.example/en/1", text="A bridge opens. " * 20))[1]
    ar = make.keep(
        store,
        make.article(
            3, url="https://town.example/ar/1", text="افتتح الجسر. " * 20,
            alternates=(Alternate(address="https://town.example/fa/1", language="fa"),),
        ),
    )[1]  # fmt: skip
    make.keep(store, make.article(4))
    with store.reading() as session:
        for one in (fa, en, ar):
            found = {version.article for version in translations.of_article(session, one)}
            assert found == {fa, en, ar} - {one}


def test_likeness_is_that_of_the_sets():
    one, other = (nearness.shingles(written) for written in ("bread milk salt", "bread milk salt corn"))
    assert nearness.likeness(one, other) == (2 / 3, 1.0)
    assert nearness.likeness(one, nearness.shingles("")) == (0.0, 0.0)


def test_a_name_in_another_spelling_leaves_the_same_bones():
    for one, other in (
        ("استانبول", "اسطنبول"),
        ("تهران", "طهران"),
        ("Isfahan", "Esfahan"),
        ("Yazd", "Yezd"),
        ("İzmir", "izmir"),
    ):
        assert nearness.skeletons(one) == nearness.skeletons(other)


@pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)
def test_two_that_come_at_once_and_are_near_a_third_begin_one_story(make, store):
    """The head and the tail of one report share nothing with each other."""
    words = [f"{syllable}{number} decided" for number in range(40) for syllable in ("council", "harbour", "museum")]
    keep(make, store, whole := _report(words))
    start = threading.Barrier(2)

    def bring(part, source):
        with store.writing() as session:
            session.connection()
            start.wait()
            articles.save(session, make.article(hash(source) % 1000 + 9, source=source, text=part), make.arrival())

    assert whole.paragraphs
    parts = (" ".join(words[:66]), " ".join(words[54:]))
    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(bring, part, source) for part, source in zip(parts, ("second", "third"), strict=True)]:
            done.result()
    assert len(story(store, 1)) == 3


@pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)
def test_who_compares_and_who_edits_wait_for_each_other_in_one_order(make, store, until_one_waits):
    first, second = keep(make, store, report()), keep(make, store, report(number=-2), "second")

    def compare():
        with store.writing() as session:
            return stories.compare(session, 0, 10)

    with ThreadPoolExecutor(1) as pool:
        with store.writing() as session:
            edited = replace(articles.load(session, second), title="Another", text=report(number=-3).text)
            articles.save(session, edited, make.arrival())
            done = pool.submit(compare)
            until_one_waits(store)
            stories.merge(session, [first, second], by="Sara", now=make.now)
        assert done.result() == (second, 2)
    assert story(store, first) == [first, second]
    with store.reading() as session:
        bands = session.execute(select(BandRow.key).where(BandRow.article_id == second)).scalars()
        assert set(bands) == set(nearness.sketch(edited.text).keys)


@pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)
def test_who_waits_to_change_stories_has_changed_all_else(make, store, until_one_waits):
    first, second = keep(make, store, report()), keep(make, store, report(number=-2), "second")

    def leave():
        with store.writing() as session:
            session.get_one(ArticleRow, first).title = "Another"
            stories.leave(session, second)

    with ThreadPoolExecutor(1) as pool:
        with store.writing() as session:
            session.get_one(ArticleRow, first).title = "One"
            session.flush()
            done = pool.submit(leave)
            until_one_waits(store)
            stories.merge(session, [first, second], by="Sara", now=make.now)
        done.result()
    assert story(store, first) == []
    with store.reading() as session:
        assert articles.load(session, first).title == "Another"


@pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)
def test_what_is_forgotten_while_another_waits_is_told_by_nobody(make, store, monkeypatch):
    first, second = keep(make, store, report()), keep(make, store, rewritten(), "second")
    take_turns = stories.take_turns

    def forget_first(session, names):
        monkeypatch.setattr(stories, "take_turns", take_turns)
        with store.writing() as other:
            stories.leave(other, first)
            other.execute(delete(ArticleRow).where(ArticleRow.id == first))
        take_turns(session, names)

    monkeypatch.setattr(stories, "take_turns", forget_first)
    third = keep(make, store, rewrite(report(), "fa", 3).rewritten, "third")
    assert sorted(story(store, second)) == [second, third]


@pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)
def test_what_another_takes_out_of_the_window_is_not_waited_for(make, store, monkeypatch):
    first = keep(make, store, report())
    monkeypatch.setattr(nearby, "WINDOW", 1)
    with store.writing() as session:
        nearby.hold(session, [first])
        second = keep(make, store, report(number=-2))  # in a transaction of its own
    third = keep(make, store, report(number=-3))
    assert (first, second) == (1, 2)
    with store.reading() as session:
        assert set(session.scalars(select(SignatureRow.article_id))) == {third}


@pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)
def test_copies_that_outlets_bring_at_once_are_one_story(make, store):
    start = threading.Barrier(3)

    def bring(outlet):
        one = make.article(1, url=f"https://{outlet}.example/1", source=outlet, text="Too short to compare.")
        with store.writing() as session:
            session.connection()
            start.wait()
            return articles.save(session, one, make.arrival())

    with ThreadPoolExecutor(3) as pool:
        brought = list(pool.map(bring, ("first", "second", "third")))
    assert [saved for saved, _ in brought] == [articles.Saved.NEW] * 3
    assert sorted(story(store, 1)) == sorted(number for _, number in brought)


def _report(words):
    return type(report())(title="About the council", paragraphs=(" ".join(words),))
