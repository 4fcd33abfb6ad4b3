"""The tags gate counts what it should, on passages that hold what they should."""

from collections import Counter

import pytest

from benchmarks.quality import tags
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


def test_passages_kept_apart_give_totals_and_no_fault(monkeypatch, tmp_path):
    row = '{"id": "en-1", "lang": "en", "title": "", "text": "Nothing", "networks": ["c40"], "cities": [112931]}'
    for name in ("written", "practice", "blind"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "en.jsonl").write_text(row.replace("en-1", name) + "\n", encoding="utf-8")
    monkeypatch.setattr(tags, "FOLDER", tmp_path / "written")
    monkeypatch.setattr(tags, "PRACTICE", tmp_path / "practice")
    monkeypatch.setattr(tags, "BLIND", tmp_path / "blind")
    outcome = measure()
    assert [fault for fault in outcome.faults if fault.startswith("blind")] == []
    assert {fault.partition(":")[0] for fault in outcome.faults} == {"written", "practice"}
    assert [note.partition(":")[0] for note in outcome.notes if "blind" in note] == [
        "tags.blind.network (1 passages)",
        "tags.blind.city (1 passages)",
    ]
    assert not any("blind" in share for share in outcome.shares)
    assert outcome.shares["tags.practice.network.recall"] == 0.0
