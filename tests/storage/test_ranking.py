"""The order of what a search found, its facets and its moments, whatever road they take in memory."""

from collections import Counter
from datetime import UTC, datetime
from itertools import chain
from random import Random
from typing import Any

import numpy as np
import pytest
from wordfreq import top_n_list

from storage import columns as memory
from storage import ranking
from storage.arrays import Columns
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


def _filled(tags: dict[int, list[str]]) -> Columns:
    """As an archive that is read whole: what many articles bear has a bitmap."""
    kept, ids = Columns.empty(), sorted(tags)
    borne = {name: [one for one in ids if name in tags[one]] for name in sorted({*chain(*tags.values())})}
    kept.fill(
        np.array(ids, np.int64), np.array(ids, np.int64) * 10**12, (["fa"] * len(ids), ["yazd"] * len(ids)),
        [(name, np.array(found, np.int64)) for name, found in borne.items()],
    )  # fmt: skip
    return kept


@pytest.mark.parametrize("is_read_whole", [True, False])
@pytest.mark.parametrize("share", [0.01, 0.3, 1.0])
def test_tags_are_counted_exactly_after_changes(share: float, is_read_whole: bool) -> None:
    chance, kept = Random(3), Columns.empty()
    names = [f"city {number}" for number in range(40)]
    rare = [f"city {number}" for number in range(100, 130)]

    def drawn() -> list[str]:
        return [*chance.sample(names, chance.randint(0, 6)), *chance.sample(rare, chance.random() < 0.1)]

    tags = {number: drawn() for number in range(1, 1_500)}
    if is_read_whole:
        kept = _filled(tags)
        assert 0 < len(kept.often.tags) < len(kept.names.keys)
    else:
        kept.put([(one, one * 10**12, "fa", "yazd") for one in tags], tags)
    for changed in [*chance.sample(sorted(tags), 400), *range(1_500, 2_600)]:
        tags[changed] = drawn()
        kept.put([(changed, changed * 10**12, "fa", "yazd")], tags)
    ids = sorted(chance.sample(sorted(tags), int(share * len(tags))))
    found = kept.count_tags(np.array(ids, np.int64))["city"]
    assert {f"city {key}": number for key, number in found.items()} == _counted(tags, ids)
    for name in (*names[:5], *rare[:3]):
        assert np.flatnonzero(kept.tagged(name)).tolist() == [
            one for one in sorted(tags) if name in tags[one]
        ]


@pytest.mark.parametrize("mixed", [0, 50, 5_000])
def test_the_newest_are_found_however_they_came(mixed: int) -> None:
    chance, kept = Random(5), Columns.empty()
    moments = {one: one * 1_000 + chance.randint(0, mixed) * 1_000 for one in range(1, 3_000)}
    kept.put([(one, moment, "fa", "yazd") for one, moment in moments.items() if one % 7], {})
    kept.put([(one, moment, "fa", "yazd") for one, moment in moments.items() if not one % 7], {})
    moments[5] = moments[2_000]  # an old one that is dated anew
    kept.put([(5, moments[5], "fa", "yazd")], {})
    for step, count in ((1, 10), (1, 200), (2, 100), (3, 990), (5, 1)):
        ids = sorted(one for one in moments if one % step == 0)
        expected = sorted(ids, key=lambda one: (moments[one], one), reverse=True)[:count]
        assert kept.newest(np.array(ids, np.int64), count).tolist() == expected


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
    grown = Columns.empty()
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
