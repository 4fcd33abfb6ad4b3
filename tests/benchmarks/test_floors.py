"""The floors are shares, each is measured by a gate, and none of them ever sinks."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.quality import __main__ as command
from benchmarks.quality import body, claims, date_pages, dates, language, measures, memberships, stories, tags
from benchmarks.quality.layouts import LAYOUTS
from benchmarks.quality.measures import Outcome, floors, missed, raised, write
from benchmarks.quality.newsrooms.making import rewrites
from benchmarks.quality.texts import LANGUAGES
from samples.library import SITES

_SHARES = st.dictionaries(st.from_regex(r"[a-z]{1,4}\.[a-z0-9-]{1,6}", fullmatch=True), st.floats(0, 1))


def test_every_floor_is_a_share():
    assert floors()
    assert all(0 < floor <= 1 for floor in floors().values())


def test_the_file_says_that_floors_only_rise():
    comment = re.sub(r"\s+", " ", measures.FLOORS.read_text(encoding="utf-8").partition("[")[0])
    assert "may raise these numbers and never lower" in comment


def test_every_floor_is_measured_and_every_share_has_a_floor(make_specimen):
    groups = [*(layout.name for layout in LAYOUTS), *SITES]
    outcomes = (
        body.measure([make_specimen(group) for group in groups]),
        dates.measure(dates.forms()[:3]),
        date_pages.measure(date_pages.date_pages()[:3]),
        claims.measure(),
        language.measure(),
        memberships.measure([]),
        stories.measure([next(one for one in rewrites() if one.language == code) for code in LANGUAGES], []),
        tags.measure(),
    )
    measured = {name for outcome in outcomes for name in outcome.shares}
    assert set(floors()) == measured


def test_a_floor_that_nothing_measures_is_missed():
    (fault,) = missed({}, {"body.f1": 0.5})
    assert "nothing measures it" in str(fault)


def test_a_share_at_its_floor_holds():
    assert missed({"body.f1": 0.97}, {"body.f1": 0.97}) == []
    assert [fault.name for fault in missed({"body.f1": 0.9699}, {"body.f1": 0.97})] == ["body.f1"]


@given(old=_SHARES, shares=_SHARES)
def test_raising_lowers_nothing_and_leaves_every_measured_share_at_or_above_its_floor(old, shares):
    new = raised(old, shares)
    assert all(new[name] >= floor for name, floor in old.items())
    fresh = {name: share for name, share in shares.items() if share >= old.get(name, 0.0)}
    assert missed(fresh, {name: new[name] for name in fresh}) == []


def test_what_is_written_is_read_back(tmp_path, monkeypatch):
    monkeypatch.setattr(measures, "FLOORS", tmp_path / "floors.toml")
    wanted = {"body.f1": 0.97, "body.layouts.sphinx-furo": 1.0, "language.60.fa": 0.9}
    write(wanted)
    assert floors() == wanted


def test_a_floor_that_is_no_number_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(measures, "FLOORS", tmp_path / "floors.toml")
    measures.FLOORS.write_text('[body]\nf1 = "high"\n', encoding="utf-8")
    with pytest.raises(TypeError, match=r"body\.f1"):
        floors()


@pytest.mark.parametrize(("share", "code"), [(0.97, 0), (0.5, 1)])
def test_the_command_fails_where_a_floor_is_missed(share, code, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(measures, "FLOORS", tmp_path / "floors.toml")
    write({"body.f1": 0.97, "dates.right": 0.99})
    monkeypatch.setattr(command, "GATES", {"body": lambda: Outcome(shares={"body.f1": share}, items=1)})
    assert command.main(["--json"]) == code
    assert json.loads(capsys.readouterr().out)["missed"] == (["body.f1"] if code else [])


def test_the_command_names_the_floor_in_its_tables_too(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(measures, "FLOORS", tmp_path / "floors.toml")
    write({"body.f1": 0.97})
    found = Outcome(shares={"body.f1": 0.5}, items=1, faults=("one fault",))
    monkeypatch.setattr(command, "GATES", {"body": lambda: found})
    assert command.main(["--faults"]) == 1
    shown = capsys.readouterr().out
    assert "body.f1: 0.5000 is below its floor of 0.97" in shown
    assert "one fault" in shown


def test_floors_are_raised_only_where_all_hold(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(measures, "FLOORS", tmp_path / "floors.toml")
    for share, floor in ((0.98765, 0.987), (0.5, 0.987)):
        write({"body.f1": 0.97} if share > 0.9 else floors())
        found = Outcome(shares={"body.f1": share}, items=1)
        monkeypatch.setattr(command, "GATES", {"body": lambda found=found: found})
        command.main(["--raise", "--json"])
        assert floors() == {"body.f1": floor}
