"""A tiny run of the storing benchmark: both ways are measured, with as many articles each."""

import json

from benchmarks import storing


def test_both_ways_and_what_is_under_them_are_measured(capsys):
    assert storing.main(["--articles", "4", "--batch", "2", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["articles"], found["batch"]) == (4, 2)
    rows = found["rows"]
    for name in ("preparing", "storing, prepared", "storing, not prepared", "its row alone"):
        assert 0 < rows[f"{name}, CPU"]["median"] < rows[f"{name}, CPU"]["max"] * 2
        assert rows[f"{name}, a second"]["unit"] == "articles"
    assert rows["storing, prepared, CPU"]["goal"]


def test_rows_are_shown_as_a_table(capsys):
    assert storing.main(["--articles", "2", "--batch", "1"]) == 0
    assert "storing, not prepared" in capsys.readouterr().out
