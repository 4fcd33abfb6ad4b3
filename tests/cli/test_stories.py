"""`jarchi stories` and `jarchi forget`: said by hand, remembered, shown."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from benchmarks.quality.newsrooms.making import rewrite
from benchmarks.quality.newsrooms.making import stories as told_in
from news.values import Alternate, Article, Language
from storage import articles
from storage.articles import Arrival
from storage.schema import open_store

NOW = datetime(2026, 3, 4, tzinfo=UTC)


def article(source: str, told: Any, **changes: Any) -> Article:
    return Article(
        url=f"https://{source}.example/news/1", source=source, title=told.title, text=told.text, fetched_at=NOW,
        language=Language(code="en", confidence=1.0), **changes,
    )  # fmt: skip


@pytest.fixture
def archived(home: Path) -> Path:
    """An archive of a story, its rewrite by another outlet, and a third one, whose page names the first as a translation."""
    first, other = told_in("en")[-1], told_in("en")[-2]
    again = Alternate(address="https://first.example/news/1", language="fa")
    store = open_store(f"sqlite:///{home / 'jarchi.db'}")
    with store.writing() as session:
        for one in (
            article("first", first), article("second", rewrite(first, "en", 2).rewritten),
            article("third", other, alternates=(again,)),
        ):  # fmt: skip
            articles.save(session, one, Arrival(now=NOW))
    store.close()
    return home


@pytest.fixture
def run(jarchi: Any, archived: Path):
    def call(*arguments: str) -> Any:
        return jarchi(*arguments, JARCHI_DATABASE_URL=f"sqlite:///{archived / 'jarchi.db'}")

    return call


def ids(done: Any) -> list[int]:
    assert done.returncode == 0, done.stderr
    return [one["article"] for one in json.loads(done.stdout)["story"]]


def test_a_story_is_shown_merged_and_split(run: Any) -> None:
    assert ids(run("stories", "show", "2", "--json")) == [1, 2]
    assert ids(run("stories", "merge", "2", "3", "--by", "Mina", "--json")) == [1, 2, 3]
    assert json.loads(run("stories", "split", "2", "--by", "Mina", "--json").stdout) == {
        "article": 2,
        "parted_from": 2,
    }
    assert json.loads(run("stories", "compare", "--json").stdout) == {"compared": 3, "stories": 1}
    shown = json.loads(run("show", "3", "--json").stdout)
    assert [one["article"] for one in shown["story"]] == [1, 3]
    assert [one["article"] for one in shown["translations"]] == [1]
    said = json.loads(run("stories", "decided", "--json").stdout)["decisions"]
    assert {(one["verdict"], one["by"]) for one in said} == {("same", "Mina"), ("apart", "Mina")}


def test_forgetting_asks_says_and_remembers(run: Any) -> None:
    assert run("forget", "2").returncode == 2
    asked = run("forget", "2", "--reason", "a request")
    assert (asked.returncode, "say --yes" in asked.stderr) == (2, True)
    done = run(
        "forget", "https://second.example/news/1", "--reason", "a request", "--by", "Mina", "--yes", "--json"
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["article"] == 2
    assert run("show", "2").returncode == 1
    (stone,) = json.loads(run("forget", "--list", "--json").stdout)["forgotten"]
    assert (stone["addresses"], stone["reason"], stone["by"]) == (
        ["second.example/news/1"],
        "a request",
        "Mina",
    )
    assert stone["finished_at"]
    assert run("forget", "99", "--reason", "x", "--yes").returncode == 1


def test_forgetting_names_what_stays_and_takes_copies_along(run: Any, archived: Path) -> None:
    first = told_in("en")[-1]
    store = open_store(f"sqlite:///{archived / 'jarchi.db'}")
    with store.writing() as session:
        for outlet in ("fourth", "fifth"):
            articles.save(session, article(outlet, first), Arrival(now=NOW))
    store.close()
    done = run("forget", "4", "--reason", "a request", "--yes")
    assert done.returncode == 0, done.stderr
    assert "article 1 of first holds the same text, and stays: https://first.example/news/1" in done.stdout
    assert "article 2 of second tells its story in other words, and stays" in done.stdout
    assert "--copies" in done.stdout
    assert run("show", "1").returncode == 0
    told = json.loads(run("forget", "4", "--reason", "a request", "--yes", "--copies", "--json").stdout)
    assert [one["article"] for one in told["copies"]] == [1, 5]
    assert told["remaining"] == []
    assert [run("show", number).returncode for number in "1245"] == [1, 0, 1, 1]
