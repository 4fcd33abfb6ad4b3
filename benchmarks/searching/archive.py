"""A generated archive: words of four languages as often as people use them, long-tailed tags, years of days.

Texts are drawn, not written; what search does to them (folding, stems, index, columns) is the real thing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import numpy as np
from sqlalchemy import text
from wordfreq import get_frequency_dict

from storage.engine import Store
from storage.fulltext import BREAK, entry, tsvector

#: Share of each language.
LANGUAGES = {"fa": 0.4, "ar": 0.2, "tr": 0.15, "en": 0.25}
_BATCH = 1_000
_BEGIN = datetime(2014, 1, 1, tzinfo=UTC)
_VOCABULARY = 60_000
_NETWORKS, _CITIES, _SOURCES = 60, 4_000, 130


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Words of a language, the most frequent first, and how often a word is one of the first so many."""

    words: tuple[str, ...]
    until: np.ndarray[Any, np.dtype[np.float64]]


def vocabulary(language: str) -> Vocabulary:
    """The most frequent words of a language, as counted in real texts."""
    found = get_frequency_dict(language, wordlist="best")
    kept = sorted(found.items(), key=lambda pair: -pair[1])[:_VOCABULARY]
    shares = np.array([share for _, share in kept])
    return Vocabulary(tuple(word for word, _ in kept), np.cumsum(shares) / shares.sum())


def _zipf(chance: np.random.Generator, count: int, size: int, tilt: float = 1.1) -> Any:
    return np.searchsorted(_zipf_until(count, tilt), chance.random(size))


@cache
def _zipf_until(count: int, tilt: float) -> Any:
    shares = 1.0 / np.arange(1, count + 1) ** tilt
    return np.cumsum(shares) / shares.sum()


def fill(store: Store, articles: int, city_keys: list[str], network_keys: list[str], *, plain: bool) -> None:
    """Make so many articles with tags and index; `plain` fills an index of the engine's own beside it."""
    chance = np.random.default_rng(7)
    vocabularies = {language: vocabulary(language) for language in LANGUAGES}
    if plain:
        _make_plain(store)
    for first in range(1, articles + 1, _BATCH):
        size = min(_BATCH, articles + 1 - first)
        rows = list(_rows(chance, vocabularies, first, size, articles))
        with store.writing() as session:
            connection = session.connection()
            connection.execute(text(_ARTICLE), [_article(row) for row in rows])
            connection.execute(text(_TAG), _tags(chance, rows, city_keys, network_keys))
            _index(connection, rows, is_sqlite=store.is_sqlite, plain=plain)


_ARTICLE = (
    "INSERT INTO article (id, url, source, title, text, language, language_confidence, authors, published_at, fetched_at, "
    "first_seen_at, sorted_at, text_hash, versions) VALUES (:id, :url, :source, :title, :text, :language, 1.0, '[]', "
    ":at, :at, :at, :at, :hash, 1)"
)
_TAG = (
    "INSERT INTO tag (article_id, position, kind, key, alias, part, span_start, span_end, rule) "
    "VALUES (:article, :position, :kind, :key, :key, 'text', 0, 1, 'generated')"
)


@dataclass(frozen=True, slots=True)
class _Row:
    id: int
    language: str
    source: str
    title: str
    body: str
    at: str


def _rows(
    chance: np.random.Generator, known: dict[str, Vocabulary], first: int, size: int, total: int
) -> Iterator[_Row]:
    languages = chance.choice(list(LANGUAGES), size, p=list(LANGUAGES.values()))
    lengths = np.clip(chance.lognormal(5.3, 0.6, size), 40, 2_500).astype(int)
    sources = _zipf(chance, _SOURCES, size, 0.8)
    minutes = timedelta(days=365 * 10) / total
    for number in range(size):
        vocabulary = known[str(languages[number])]
        drawn = np.searchsorted(vocabulary.until, chance.random(lengths[number] + 9))
        words = [vocabulary.words[min(at, len(vocabulary.words) - 1)] for at in drawn]
        moment = _BEGIN + minutes * (first + number) + timedelta(hours=float(chance.normal(0, 20)))
        yield _Row(
            first + number, str(languages[number]), f"source-{sources[number]}", " ".join(words[:9]),
            "\n".join(" ".join(words[at : at + 60]) for at in range(9, len(words), 60)), f"{moment:%Y-%m-%d %H:%M:%S}.000000",
        )  # fmt: skip


def _article(row: _Row) -> dict[str, Any]:
    return {
        "id": row.id, "url": f"https://news.example/{row.id}", "source": row.source, "title": row.title,
        "text": row.body, "language": row.language, "at": row.at, "hash": str(row.id),
    }  # fmt: skip


def _tags(
    chance: np.random.Generator, rows: list[_Row], cities: list[str], networks: list[str]
) -> list[dict[str, Any]]:
    numbers = chance.poisson(3.0, len(rows))
    tags = []
    for row, number in zip(rows, numbers, strict=True):
        keys = [("city", cities[at % len(cities)]) for at in _zipf(chance, _CITIES, int(number))]
        if chance.random() < 0.3:
            keys.append(("network", networks[int(_zipf(chance, _NETWORKS, 1)[0]) % len(networks)]))
        tags += [
            {"article": row.id, "position": position, "kind": kind, "key": key}
            for position, (kind, key) in enumerate(keys)
        ]
    return tags


def _index(connection: Any, rows: list[_Row], *, is_sqlite: bool, plain: bool) -> None:
    entries = [(row.id, entry(row.title, row.body, row.language)) for row in rows]
    if is_sqlite:
        values = [
            {
                "id": number,
                "title": " ".join(found.title),
                "body": " ".join(found.body),
                "forms": " ".join(found.forms),
            }
            for number, found in entries
        ]
        connection.execute(
            text(
                "INSERT INTO article_search (rowid, title, body, forms) VALUES (:id, :title, :body, :forms)"
            ),
            values,
        )
    else:
        values = [
            {
                "id": number,
                "document": tsvector(found),
                "words": f" {' '.join((*found.title, BREAK, *found.body))} ",
            }
            for number, found in entries
        ]
        statement = "INSERT INTO article_search (article_id, document, words) VALUES (:id, CAST(:document AS tsvector), :words)"
        connection.execute(text(statement), values)
    if plain:
        statement = "INSERT INTO plain_search (rowid, title, body) VALUES (:id, :title, :body)" if is_sqlite else (
            "INSERT INTO plain_search (id, document) VALUES (:id, setweight(to_tsvector('simple', :title), 'A') || "
            "to_tsvector('simple', :body))"
        )  # fmt: skip
        connection.execute(
            text(statement), [{"id": row.id, "title": row.title, "body": row.body} for row in rows]
        )


def _make_plain(store: Store) -> None:
    with store.writing() as session:
        if store.is_sqlite:
            session.connection().execute(text("CREATE VIRTUAL TABLE plain_search USING fts5(title, body)"))
        else:
            session.connection().execute(
                text("CREATE TABLE plain_search (id INTEGER PRIMARY KEY, document TSVECTOR)")
            )
            session.connection().execute(text("CREATE INDEX ix_plain ON plain_search USING gin (document)"))
