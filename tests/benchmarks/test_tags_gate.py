"""The tags gate counts what it should, on passages that hold what they should."""

from collections import Counter

import pytest

from benchmarks.quality.tags import Count, Passage, measure, passages
from news.names import network, place

_LEAST = {**dict.fromkeys(("fa", "ar", "tr", "en"), 20), **dict.fromkeys(("fr", "es", "de", "ru"), 10)}


def test_there_are_passages_enough_and_none_comes_twice():
    counts = Counter(passage.language for passage in passages())
    assert all(counts[language] >= least for language, least in _LEAST.items())
    assert len({passage.id for passage in passages()}) == sum(counts.values()) >= 120


def test_every_label_is_known():
    for passage in passages():
        assert all(network(key) for key in passage.networks)
        assert all(place(key) for key in passage.cities)


@pytest.mark.parametrize(
    ("count", "precision", "recall", "f1"),
    [
        (Count(right=3, surplus=1, lost=0), 0.75, 1.0, 6 / 7),
        (Count(right=0, surplus=0, lost=2), 1.0, 0.0, 0.0),
        (Count(right=0, surplus=0, lost=0), 1.0, 1.0, 1.0),
    ],
)
def test_shares(count, precision, recall, f1):
    assert (count.precision, count.recall, count.f1) == (precision, recall, pytest.approx(f1))


def test_a_lost_city_and_one_too_many_are_named():
    passage = Passage(
        id="x-1",
        language="en",
        title="",
        text="Paris met.",
        networks=frozenset(),
        cities=frozenset({"2643743"}),
    )
    outcome = measure([passage])
    assert outcome.shares["tags.city.f1"] == 0.0
    assert outcome.faults == ["x-1: city London (2643743) lost", "x-1: city Paris (2988507) too many"]
