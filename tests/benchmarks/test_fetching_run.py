"""A tiny run of the benchmark of fetching: every part is measured, and nothing is lost on the way."""

import json

import pytest

from benchmarks.fetching import __main__ as fetching
from benchmarks.fetching import pages


def test_pages_are_the_same_for_the_same_number_and_as_large_as_real_ones():
    made = [pages.page(number) for number in range(4)]
    assert made == [pages.page(number) for number in range(4)]
    assert len(set(made)) == 4
    assert all(0.99 < len(page) / pages.REAL <= 1 for page in made)
    assert len({pages.address(number).split("/")[1] for number in range(4)}) == 4


@pytest.mark.service
@pytest.mark.parametrize(("part", "found"), [("race", "race"), ("polls", "polls"), ("growth", "growth")])
def test_each_part_is_measured(part, found, monkeypatch, capsys):
    monkeypatch.setattr(fetching, "_PEERS", {"no.such.module": fetching.news_please})
    assert fetching.main(["--only", part, "--pages", "6", "--sources", "3", "--json"]) == 0
    out, said = capsys.readouterr()
    measured = json.loads(out)[found]
    if part == "race":
        assert [(one["name"], one["kept"]) for one in measured] == [("jarchi", 6), ("plain stack", 6)]
        assert all(one["cost"]["memory"] > 50 and one["cost"]["processor"] > 0 for one in measured)
        assert "no.such.module: skipped, it is not installed" in " ".join(said.split())
    elif part == "polls":
        assert measured["sources"] == 3
        assert measured["rate"] > 0
    else:
        assert measured["many"] > 0
        assert measured["at_few"] > 50
