"""A tiny run of crawl, search and alerts at once: everybody did something, and errors are counted."""

import json
from contextlib import nullcontext

import pytest

from benchmarks.load import __main__ as run
from benchmarks.load.parts import Heard
from benchmarks.searching import engines


@pytest.mark.service
def test_readers_writer_and_alerts_work_at_once(any_url, engine_name, monkeypatch, capsys):
    monkeypatch.setattr(engines, engine_name, lambda *_: nullcontext(any_url))
    arguments = ["--minutes", "0.05", "--alone", "0.05", "--articles", "300", "--pause", "0.1", "--json"]
    assert run.main([*arguments, *(["--postgresql"] if engine_name == "postgresql" else [])]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["errors"] == {}
    assert found["pages"]["alone"] > 8
    assert found["pages"]["under load"] > 8
    assert found["stored"] > 0


def test_what_reaches_anyone_is_counted_by_its_kind():
    def fail():
        raise OSError("database is locked")

    heard = Heard()
    heard.measure(fail)
    heard.measure(lambda: 3)
    assert (heard.errors, heard.done, len(heard.taken)) == ({"database is locked": 1}, 3, 1)
