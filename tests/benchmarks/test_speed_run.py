"""A tiny run of the speed benchmark: every row is there, and says something."""

import json

from benchmarks import speed
from benchmarks.quality import sites


def test_every_row_is_measured(monkeypatch, capsys):
    few = list(sites.specimens().values())[:2]
    monkeypatch.setattr(speed, "pages", lambda: few)
    assert speed.main(["--repetitions", "1", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["pages"] == 2
    assert {row["unit"] for row in found["rows"].values()} == {"ratio", "ms", "s"}
    assert all(row["min"] <= row["median"] <= row["max"] for row in found["rows"].values())
    assert found["rows"]["page / trafilatura"]["median"] > 0
    assert found["rows"]["fresh reader has read, clock"]["goal"]


def test_rows_are_shown_as_a_table(monkeypatch, capsys):
    row = speed.Row(name="page", unit="ms", values=[3.0, 1.0, 2.0], goal="1")
    monkeypatch.setattr(speed, "pages", list)
    monkeypatch.setattr(speed, "measure", lambda *_: [row])
    assert speed.main([]) == 0
    assert "1.000" in capsys.readouterr().out
