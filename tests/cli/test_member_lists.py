"""A network's list of members from the command line: looked at, watched, corrected, and its evidence shown."""

from __future__ import annotations

import json
import os
import subprocess
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli import commands
from tests.crawler.conftest import Site
from tests.crawler.test_members import CITIES, SHIRAZ, SHIRAZ_KEY, City, paged, table

ROOT = Path(__file__).parents[2]
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site()
    yield made
    made.close()


@pytest.fixture
def run(tmp_path: Path) -> Run:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("JARCHI_")}
    environment = {
        **inherited, "JARCHI_HOME": str(tmp_path / "home"), "JARCHI_ALLOW_NETWORKS": "127.0.0.0/8",
        "JARCHI_HOST_DELAY": "0", "JARCHI_LOG_LEVEL": "ERROR", "COLUMNS": "200",
    }  # fmt: skip

    def jarchi(*arguments: str) -> subprocess.CompletedProcess[str]:
        return commands.run(*arguments, environment=environment)

    return jarchi


def found(done: subprocess.CompletedProcess[str]) -> Any:
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_list_is_looked_at_and_watched(run: Run, site: Site, tmp_path: Path) -> None:
    paged(site, CITIES)
    add = ("sources", "add", f"{site.address}/members", "--kind", "members", "--key", "amf-members")
    assert run(*add).returncode == 2
    done = run(*add, "--network", "AMF", "--dry-run")
    assert done.returncode == 0, done.stderr
    for said in (
        "12 rows on 3 pages, 11",
        "Lower Nowhere",
        "Yazd (Iran)",
        'kind = "members"',
        "nothing was written",
    ):
        assert said in done.stdout
    looked = found(run(*add, "--network", "AMF", "--json"))
    assert (looked["rows"], looked["resolved"], looked["pages"], len(looked["samples"])) == (12, 11, 3, 10)
    assert [row["name"] for row in looked["unresolved"]] == ["Lower Nowhere"]
    written = tomllib.loads((tmp_path / "home/sources/amf-members.toml").read_text(encoding="utf-8"))
    assert written == {
        "name": "Asian Mayors Forum: members", "kind": "members", "network": "amf", "schedule": "P1D",
        "members": [{"url": f"{site.address}/members"}],
    }  # fmt: skip
    assert "watched already as amf-members" in run(*add[:-1], "other", "--network", "AMF").stderr

    (road,) = found(run("sources", "test", "amf-members", "--json"))["roads"]
    assert (road["road"], road["state"], road["members"]["resolved"]) == ("members", "works", 11)


def test_a_watched_list_is_told_of_corrected_and_proved(run: Run, site: Site, tmp_path: Path) -> None:
    paged(site, CITIES)
    folder = tmp_path / "home" / "sources"
    folder.mkdir(parents=True)
    text = f'name = "m"\nkind = "members"\nnetwork = "amf"\nmembers = ["{site.address}/members"]\n'
    (folder / "amf-members.toml").write_text(text, encoding="utf-8")
    assert found(run("crawl", "amf-members", "--json"))["alerts"] == 0
    paged(site, (*CITIES, SHIRAZ, City("Gardens of the South", "Iran", "IR")))
    again = found(run("crawl", "amf-members", "--json"))
    assert (again["alerts"], again["runs"][0]["members"]["new"]) == (1, 2)
    assert "amf-members: 14 rows, 12 resolved" in run("crawl", "amf-members").stdout

    rows = found(run("memberships", "known", "amf", "--unresolved", "--json"))["rows"]
    assert [row["name"] for row in rows] == ["Lower Nowhere", "Gardens of the South"]
    corrected = found(
        run("memberships", "correct", str(rows[1]["row"]), "--city", "Isfahan, IR", "--by", "me", "--json")
    )
    assert (corrected["id"], corrected["corrected_by"]) == ("418863", "me")
    assert len(found(run("memberships", "--network", "amf", "--json"))["memberships"]) == 2
    ids = {member["id"] for member in found(run("memberships", "known", "amf", "--json"))["members"]}
    assert len(ids) == 13
    assert SHIRAZ_KEY in ids

    newer, older = found(run("memberships", "snapshots", "amf-members", "--json"))["snapshots"]
    assert (newer["rows"], older["rows"]) == (14, 12)
    lines = run(
        "memberships", "snapshots", "amf-members", "--rows", str(older["snapshot"])
    ).stdout.splitlines()
    assert lines[0] == "name,country,link"
    assert len(lines) == 13
    notice = found(run("show", "1", "--json"))
    assert "Compared: 12 rows" in notice["text"]
    assert [(len(item["pages"]), len(shown["pages"])) for item, shown in zip((newer, older), reversed(notice["snapshots"]), strict=True)] == [(3, 3)] * 2
    page = run("memberships", "snapshots", "amf-members", "--page", str(older["snapshot"])).stdout
    assert page.count("<!doctype html>") == 3
    assert "Valencia" in page
    assert "Gardens of the South" not in page
    newest = run("memberships", "snapshots", "amf-members", "--page", str(newer["snapshot"]), "--json").stdout
    bodies = [json.loads(line) for line in newest.splitlines()]
    assert any("Gardens of the South" in body["body"] for body in bodies)
    assert "snapshots" in run("show", "1").stdout
    assert run("memberships", "snapshots", "amf-members", "--page", "999").returncode == 1


@pytest.mark.service
def test_a_list_that_stops_to_read_is_named_and_can_be_begun_anew(run: Run, site: Site) -> None:
    table(site, CITIES)
    arguments = (
        f"{site.address}/members",
        "--kind",
        "members",
        "--network",
        "amf",
        "--key",
        "amf-members",
        "--yes",
    )
    done = run("sources", "add", *arguments)
    assert done.returncode == 0, done.stderr
    assert run("memberships", "relist", "amf-members").returncode == 1
    run("crawl", "amf-members")
    table(site, CITIES[:5])
    done = run("crawl", "amf-members", "--json")
    assert (done.returncode, json.loads(done.stdout)["runs"][0]["failed"]) == (1, {"list-shrank": 1})
    (listed,) = (
        one for one in found(run("sources", "list", "--json"))["sources"] if one["key"] == "amf-members"
    )
    assert (listed["failures"], listed["last_error"]) == (1, "lists not read: list-shrank (1)")
    assert run("memberships", "relist", "amf-members").returncode == 0
    assert found(run("crawl", "amf-members", "--json"))["runs"][0]["members"]["rows"] == 5
    assert found(run("review", "--json"))["claims"] == []

    site.show("/members", "<html><body><h1>Nothing</h1></body></html>")
    done = run("sources", "test", "amf-members", "--json")
    assert (done.returncode, json.loads(done.stdout)["roads"][0]["state"]) == (1, "empty")
    done = run(
        "sources",
        "add",
        f"{site.address}/members",
        "--kind",
        "members",
        "--network",
        "amf",
        "--key",
        "x",
        "--force",
    )
    assert (done.returncode, "empty-list" in done.stderr) == (1, True)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('kind = "members"\nnetwork = "amf"', "needs the address of a list"),
        ('kind = "members"\nmembers = ["https://n.example/m"]', "network: whose members?"),
        (
            'kind = "members"\nnetwork = "amf"\nmembers = ["https://n.example/m"]\nfeeds = ["https://n.example/f"]',
            "no other roads",
        ),
        (
            'members = ["https://n.example/m"]\nfeeds = ["https://n.example/f"]',
            'only a source of kind "members"',
        ),
        (
            'kind = "members"\nnetwork = "amf"\nmembers = [{url = "https://n.example/m", next = "a["}]',
            "members.0.next",
        ),
    ],
)
def test_a_wrong_file_is_told_with_its_field(run: Run, tmp_path: Path, text: str, fault: str) -> None:
    folder = tmp_path / "home" / "sources"
    folder.mkdir(parents=True)
    (folder / "m.toml").write_text(f'name = "m"\n{text}\n', encoding="utf-8")
    done = run("sources", "show", "m")
    assert done.returncode != 0
    assert fault in done.stderr
