"""The order of what a search found, its facets and its moments, whatever road they take in memory."""

from collections import Counter
from datetime import UTC, datetime
from random import Random
from typing import Any

import numpy as np
import pytest
from wordfreq import top_n_list

from storage import columns as memory
from storage import ranking
from storage.columns import Columns
from storage.engine import Store
from storage.fulltext import search_words, stem
from storage.search import search
from storage.snippets import Sought


@pytest.fixture
def short_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("_SORTED", "RANKED_SQLITE", "RANKED_POSTGRESQL"):
        monkeypatch.setattr(ranking, name, 3)


@pytest.mark.usefixtures("short_windows")
@pytest.mark.parametrize("query", ["", "شهرداری", "شهرداری یزد", "یزد OR مشهد"])
def test_pages_behind_the_ranked_ones_follow_by_date(store: Store, make: Any, query: str) -> None:
    for number in range(1, 9):
        make.keep(store, make.article(number, dated=make.dated(make.now - number * make.day)))
    with store.reading() as session:
        first = search(session, query, limit=2)
        pages = [search(session, query, limit=2, offset=at, pin=first.pin).hits for at in range(0, 10, 2)]
    found = [hit.id for page in pages for hit in page]
    assert (first.total, sorted(found)) == (8, list(range(1, 9)))
    assert found[3:] == [4, 5, 6, 7, 8]


def test_every_word_of_a_query_counts_once_for_what_holds_them_all(store: Store, make: Any) -> None:
    bodies = ["شهردار از بودجه گفت", "شهردار از بودجه و بودجه گفت", "شهردار سخن گفت", "بودجه تصویب شد"]
    for number, body in enumerate(bodies, 1):
        make.keep(store, make.article(number, text=body * 3, title=f"{number}"))
    for number in range(5, 17):  # a word that most articles hold says nothing
        make.keep(store, make.article(number, text=f"باران {number}", title=f"{number}"))
    with store.reading() as session:
        asked = ("شهردار بودجه", "شهردار OR بودجه", "شهردار", "بودجه")
        both, either, one, other = (
            {hit.id: hit.score for hit in search(session, query).hits} for query in asked
        )
    assert (set(both), set(either)) == ({1, 2}, {1, 2, 3, 4})
    assert all(score > 0 for score in either.values())
    if store.is_sqlite:  # bm25 is a sum over words
        assert both == pytest.approx({number: one[number] + other[number] for number in both})


@pytest.mark.parametrize("moment", [
    datetime(1969, 12, 31, 23, 59, 59, 999_999, UTC), datetime(2024, 2, 29, 0, 0, 0, 1, UTC),
    datetime(1583, 3, 1, tzinfo=UTC), datetime(2100, 3, 1, 12, tzinfo=UTC),
])  # fmt: skip
def test_moments_are_read_to_the_microsecond(store: Store, make: Any, moment: datetime) -> None:
    _, number = make.keep(store, make.article(dated=make.dated(moment)))
    with store.reading() as session:
        kept = memory.current(session, is_writing=False)
        assert [month for month, _ in search(session, facets=True).facets["month"]] == [f"{moment:%Y-%m}"]
    assert int(kept.moment[number]) == int(np.datetime64(moment.replace(tzinfo=None), "us").astype(np.int64))


def _counted(tags: dict[int, list[str]], ids: list[int]) -> dict[str, int]:
    return dict(Counter(name for one in ids for name in tags[one]))


@pytest.mark.parametrize("share", [0.01, 0.3, 1.0])
def test_tags_are_counted_exactly_after_changes(share: float) -> None:
    chance, kept = Random(3), Columns.empty()
    names = [f"city {number}" for number in range(40)]
    tags = {number: chance.sample(names, chance.randint(0, 6)) for number in range(1, 1_500)}
    kept.put([(one, one * 10**12, "fa", "yazd") for one in tags], tags)
    for changed in chance.sample(sorted(tags), 400):
        tags[changed] = chance.sample(names, chance.randint(0, 6))
        kept.put([(changed, changed * 10**12, "fa", "yazd")], tags)
    ids = sorted(chance.sample(sorted(tags), int(share * len(tags))))
    found = kept.count_tags(np.array(ids, np.int64))["city"]
    assert {f"city {key}": number for key, number in found.items()} == _counted(tags, ids)
    for name in names[:5]:
        assert np.flatnonzero(kept.tagged(name)).tolist() == [
            one for one in sorted(tags) if name in tags[one]
        ]


def test_who_searches_keeps_its_columns_while_others_grow(store: Store, make: Any) -> None:
    make.keep(store, make.article(1))
    with store.reading() as session:
        before = memory.current(session, is_writing=False)
    make.keep(store, make.article(2))
    with store.reading() as session:
        after = memory.current(session, is_writing=False)
    assert after is not before
    assert int(after.alive.sum()) == 2
    copied, length = after, len(after.alive)
    with store.reading() as session:
        assert memory.current(session, is_writing=False).alive is copied.alive
    grown = memory.Columns.empty()
    grown.put([(length + 1, 0, "fa", "yazd")], {})
    assert (
        len(
            {
                len(getattr(grown, name))
                for name in ("alive", "moment", "month", "language", "source", "tags_at")
            }
        )
        == 1
    )


@pytest.mark.parametrize("language", ["fa", "ar", "tr", "en", "es", "de", "fr", "ru"])
def test_no_form_of_a_stem_is_passed_over(language: str) -> None:
    for written in top_n_list(language, 400, wordlist="best"):
        for folded in search_words(written):
            if found := stem(folded, language):
                assert Sought(frozenset({found})).candidates([folded]) == [0], (folded, found)
