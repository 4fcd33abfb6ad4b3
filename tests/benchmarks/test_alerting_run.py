"""A tiny run of the benchmark of alerts: what it says it queued and sent is there."""

import json

from benchmarks import alerting


def test_both_rows_are_measured(capsys):
    assert alerting.main(["--events", "150", "--rules", "8", "--mails", "5", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    matched, sent = found["150 events against 8 rules, matched and queued"], found["5 mails handed to a local server"]
    assert matched["count"] >= 5
    assert sent["count"] == 5
    assert all(row["s"] > 0 and row["goal"] == 20 for row in found.values())


def test_rows_are_shown_as_a_table(monkeypatch, capsys):
    row = alerting.Row(name="matched", clock=1.25, cpu=0.5, goal=20, count=7)
    monkeypatch.setattr(alerting, "measure", lambda *_: [row])
    assert alerting.main([]) == 0
    assert "under 20" in capsys.readouterr().out
