"""Queries as readers type them, and the texts that they must find and must not: the same on both engines."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from news.names.matching import find_names
from news.values import Language
from storage.engine import Store
from storage.search import Found, search

_FILES = sorted((Path(__file__).parent / "recall").glob("*.toml"))
#: Pairs that each language has at least.
_LEAST = {"fa": 40, "ar": 40, "tr": 40, "en": 40, "fr": 15, "es": 15, "de": 15, "ru": 15, "cjk": 10}


def _cases() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path in _FILES:
        kept = tomllib.loads(path.read_text(encoding="utf-8"))
        for case in kept["case"]:
            yield path.stem, kept["language"], case


@pytest.fixture(scope="module")
def engines(module_store: Callable[[str], Store], make: Any) -> list[Store]:
    stores = [module_store("sqlite"), module_store("postgresql")]
    for number, (_, language, case) in enumerate(_cases()):
        article = make.article(
            number,
            title=f"№ {number}",
            text=case["text"],
            source=f"source-{number % 3}",
            language=Language(code=language, confidence=1.0),
            tags=find_names(title="", text=case["text"], language=language, source=None),
            dated=make.dated(make.now - number * make.day),
        )
        for store in stores:
            make.keep(store, article)
    return stores


def _answers(store: Store, queries: list[str]) -> list[Found]:
    with store.reading() as session:
        return [search(session, query, facets=True, newest=True, limit=100) for query in queries]


@pytest.mark.parametrize("language", [path.stem for path in _FILES])
def test_queries_find_what_they_must_and_nothing_else(engines: list[Store], language: str) -> None:
    expected = [
        (query, number, kind == "found")
        for number, (name, _, case) in enumerate(_cases(), 1)
        for kind in ("found", "missed")
        for query in case[kind]
        if name == language
    ]
    assert len(expected) >= _LEAST[language]
    first, second = (_answers(store, [query for query, _, _ in expected]) for store in engines)
    wrong = [
        f"{query!r} {'misses' if must else 'finds'} {number}"
        for (query, number, must), found in zip(expected, first, strict=True)
        if (number in {hit.id for hit in found.hits}) is not must
    ]
    assert not wrong, "; ".join(wrong)
    for one, other in zip(first, second, strict=True):
        assert [hit.id for hit in one.hits] == [hit.id for hit in other.hits]
        assert (one.total, one.facets, one.problems) == (other.total, other.facets, other.problems)


def test_what_was_sought_is_marked_as_the_text_writes_it(engines: list[Store]) -> None:
    marked = {
        "شهرها": "شهرهای",
        "دانشاموزان": "دانش\u200cآموزان",
        "belediye": "Belediyesi",
        "reseaux": "réseau",
        "cities": "cities",
    }
    for query, written in marked.items():
        with engines[0].reading() as session:
            hit = next(hit for hit in search(session, query).hits if written in hit.snippet)
        assert written in {hit.snippet[start:end] for start, end in hit.marks} or written.startswith(
            tuple(hit.snippet[start:end] for start, end in hit.marks)
        )
