"""The examples of docs/search.md are true."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

import pytest
from typer.main import get_command

from cli.main import COMMANDS
from news.names.matching import find_names
from news.values import Article, Dated, Language, Precision, Provenance
from storage import articles
from storage.articles import Arrival
from storage.engine import Store
from storage.query import FIELDS
from storage.schema import open_store
from storage.search import search

PAGE = (Path(__file__).parents[2] / "docs" / "search.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```search (\w+): (.+)\n((?:.+\n)+?)```", PAGE)
NOW = datetime(2024, 5, 1, 9, tzinfo=UTC)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """One article for each text, in the order of the page."""
    opened = open_store(f"sqlite:///{tmp_path_factory.mktemp('docs') / 'search.db'}")
    dated = Dated(moment=NOW.replace(hour=8), precision=Precision.MINUTE, provenance=Provenance.FEED)
    with opened.writing() as session:
        for number, (language, text, _) in enumerate(BLOCKS):
            tags = find_names(title="", text=text, language=language, source=None)
            article = Article(
                url=f"https://a.example/{number}",
                source="a",
                title="–",
                text=f"{text} {number}",
                language=Language(code=language, confidence=1.0),
                fetched_at=NOW,
                dated=dated,
                tags=tags,
            )
            articles.save(session, article, Arrival(now=NOW))
    yield opened
    opened.close()


def lines() -> Iterator[tuple[int, str, str]]:
    for number, (_, _, block) in enumerate(BLOCKS, 1):
        for line in block.splitlines():
            query, _, said = line.partition(" → ")
            yield number, query, said


def test_there_are_examples() -> None:
    assert len(BLOCKS) == 8
    assert all(said for _, _, said in lines())


def test_every_example_does_what_the_page_says(archive: Store) -> None:
    wrong = []
    with archive.reading() as session:
        for article, query, said in lines():
            found = search(session, query, limit=100)
            is_found = article in {hit.id for hit in found.hits}
            problem = re.fullmatch(r"found, at (\d+): (.+)", said)
            told = [f"{one.place + 1} {one.message}" for one in found.problems]
            if is_found is not said.startswith("found"):
                wrong.append(f"{query}: {'found' if is_found else 'not found'}")
            if bool(told) is not bool(problem) or (problem and not _tells(told[0], problem)):
                wrong.append(f"{query}: {told}")
    assert not wrong


def _tells(told: str, problem: re.Match[str]) -> bool:
    place, _, message = told.partition(" ")
    return place == problem[1] and problem[2] in message


def test_every_field_is_in_the_table() -> None:
    assert re.findall(r"^\| `(\w+):` \|", PAGE, re.MULTILINE) == list(FIELDS)


def test_every_option_that_the_page_names_exists() -> None:
    commands = [get_command(import_module(COMMANDS[name][0]).app) for name in ("search", "memberships")]
    known = {option for command in commands for parameter in command.params for option in parameter.opts}
    assert set(re.findall(r"`(--[a-z]+)", PAGE)) <= known
