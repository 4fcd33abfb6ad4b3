"""The short road into an archive: rows made in worker processes, put in by the thousand.

An article is a row of words, and each word of the vocabulary is folded, stemmed and split once. The product's own road
(`storage.articles.save`) leaves the same rows; a test compares them.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from hashlib import sha256
from multiprocessing import get_context
from secrets import randbelow
from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import make_url

from benchmarks.searching.archive import Drawn, article_of, draw, vocabulary
from news.languages.tokens import fold
from news.values import Article
from storage import nearness
from storage.articles import text_hash
from storage.engine import Store
from storage.fulltext import Entry, entry, in_order, tsvector
from storage.keys import row_key
from storage.nearby import WINDOW

_LOT = 1_000
#: Lots of a transaction, and lots that workers may be ahead.
_TOGETHER, _AHEAD = 20, 6
_CACHE_KB = 400_000
#: Characters of a folded text from which its hash is of itself alone.
_SHORT_TEXT = 200
#: As `storage.indexing` draws them: another archive of the same name has others.
_STAMPS = 2**40
Rows = list[tuple[Any, ...]]
_COLUMNS = {
    "article": (
        "id", "url", "source", "title", "text", "language", "language_confidence", "authors", "published_at",
        "published_precision", "published_from", "published_calendar", "fetched_at", "first_seen_at", "sorted_at",
        "text_hash", "versions",
    ),
    "address": ("key", "url", "source", "article_id"),
    "tag": ("article_id", "position", "kind", "key", "alias", "part", "span_start", "span_end", "rule"),
    "search_change": ("article_id", "stamp"),
    "signature": ("article_id", "source", "least"),
    "band": ("key", "article_id"),
}  # fmt: skip
_SEARCH = {True: ("rowid", "title", "body", "forms"), False: ("article_id", "document", "words")}
_PLAIN = {True: ("rowid", "title", "text"), False: ("id", "document")}


@dataclass(frozen=True, slots=True)
class Lot:
    """Articles that one worker makes."""

    first: int
    size: int
    total: int
    is_sqlite: bool
    plain: bool
    #: what PostgreSQL's index calls the state in which they came; on SQLite a number that was drawn, below theirs
    stamp: int


@dataclass(frozen=True, slots=True)
class Made:
    """Rows of each table."""

    rows: dict[str, Rows] = field(default_factory=dict)

    def add(self, table: str, rows: Iterable[tuple[Any, ...]]) -> None:
        """More rows of a table."""
        self.rows.setdefault(table, []).extend(rows)


@dataclass(frozen=True, slots=True)
class _Piece:
    """A word of the vocabulary, as the archive holds it."""

    folded: str
    terms: str
    forms: tuple[str, ...]


def fill(store: Store, url: str, articles: int, *, plain: bool, workers: int) -> None:
    """Make so many articles with all that belongs to them; `plain` fills an index of the engine's own beside it."""
    if plain:
        make_plain(store)
    stamp = randbelow(_STAMPS) if store.is_sqlite else _stamp(store)
    lots = [
        Lot(first, min(_LOT, articles + 1 - first), articles, store.is_sqlite, plain, stamp)
        for first in range(1, articles + 1, _LOT)
    ]
    put = _put_sqlite if store.is_sqlite else _put_postgresql
    put(store, url, _made(lots, workers))
    store.use_wal()


def filled(store: Store, url: str, articles: int) -> int:
    """How many articles an archive holds, after it was filled with so many where it was empty."""
    count = text("SELECT count(*) FROM article")
    with store.reading() as session:
        found = int(session.connection().execute(count).scalar_one())
    if not found:
        fill(store, url, articles, plain=False, workers=os.cpu_count() or 1)
        with store.writing() as session:
            session.connection().execute(text("ANALYZE"))
    return found or articles


def make_plain(store: Store) -> None:
    """An index of the engine's own, as one without our folding would be made."""
    with store.writing() as session:
        for statement in _PLAIN_SQLITE if store.is_sqlite else _PLAIN_POSTGRESQL:
            session.connection().execute(text(statement))


_PLAIN_SQLITE = (
    "CREATE VIRTUAL TABLE plain_search USING fts5(title, text, content='article', content_rowid='id')",
)
_PLAIN_POSTGRESQL = (
    "CREATE TABLE plain_search (id INTEGER PRIMARY KEY, document TSVECTOR)",
    "CREATE INDEX ix_plain ON plain_search USING gin (document)",
)


def _made(lots: list[Lot], workers: int) -> Iterator[Made]:
    """What the workers make, in order, a few lots ahead of who takes it; without workers, this process."""
    if not workers:
        yield from map(make, lots)
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        waiting: list[Future[Made]] = [pool.submit(make, lot) for lot in lots[:_AHEAD]]
        for lot in lots[_AHEAD:]:
            yield waiting.pop(0).result()
            waiting.append(pool.submit(make, lot))
        for future in waiting:
            yield future.result()


def make(lot: Lot) -> Made:
    """The rows of a lot."""
    made = Made()
    for drawn in draw(lot.first, lot.size, lot.total):
        _make(made, drawn, lot)
    return made


def _make(made: Made, drawn: Drawn, lot: Lot) -> None:
    article = article_of(drawn)
    at = _moment(drawn.at, is_sqlite=lot.is_sqlite)
    known = _pieces(drawn.language)
    title = [known[place] for place in drawn.title]
    body = [known[place] for paragraph in drawn.paragraphs for place in paragraph]
    digest = _hash(article, body)
    made.add("article", [(
        drawn.id, article.url, article.source, article.title, article.text, drawn.language, 1.0,
        json.dumps(list(article.authors)), at, "second", "feed", "gregorian", at, at, at, digest, 1,
    )])  # fmt: skip
    made.add("address", [(row_key(article.url), article.url, article.source, drawn.id)])
    made.add("tag", (
        (drawn.id, position, tag.kind.value, tag.key, tag.alias, tag.span.part.value, tag.span.start, tag.span.end, tag.rule)
        for position, tag in enumerate(drawn.tags)
    ))  # fmt: skip
    made.add("article_search", [_indexed(drawn.id, _entry(title, body), is_sqlite=lot.is_sqlite)])
    made.add("search_change", [(drawn.id, lot.stamp + drawn.id if lot.is_sqlite else lot.stamp)])
    if drawn.id > lot.total - WINDOW:
        _make_near(made, drawn.id, article.source, article.text)
    if lot.plain:
        made.add("plain_search", [(drawn.id, article.title, article.text)])


def _make_near(made: Made, number: int, source: str, body: str) -> None:
    own = nearness.signature(nearness.shingles(body))
    if own is not None:
        made.add("signature", [(number, source, nearness.packed(own))])
        made.add("band", ((key, number) for key in sorted(set(nearness.keys(own)))))


def _indexed(number: int, found: Entry, *, is_sqlite: bool) -> tuple[Any, ...]:
    if is_sqlite:
        return (number, found.title, found.body, found.forms)
    return (number, tsvector(found), in_order(found))


def _moment(at: datetime, *, is_sqlite: bool) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}.000000" if is_sqlite else f"{at:%Y-%m-%d %H:%M:%S}+00"


class _Pieces(dict[int, _Piece]):
    """The words of a language by their places in its vocabulary, each found out when it is first met."""

    def __init__(self, language: str) -> None:
        self._language = language

    def __missing__(self, at: int) -> _Piece:
        word = vocabulary(self._language).words[at]
        found = entry(word, "", self._language)
        piece = self[at] = _Piece(fold(word), found.title, tuple(found.forms.split()))
        return piece


@cache
def _pieces(language: str) -> _Pieces:
    return _Pieces(language)


def _entry(title: list[_Piece], body: list[_Piece]) -> Entry:
    forms = dict.fromkeys(form for piece in (*title, *body) if piece.forms for form in piece.forms)
    return Entry(
        " ".join([piece.terms for piece in title if piece.terms]),
        " ".join([piece.terms for piece in body if piece.terms]),
        " ".join(forms),
    )


def _hash(article: Article, body: list[_Piece]) -> str:
    """`storage.articles.text_hash`, from words that are folded already where the title does not count."""
    folded = " ".join([piece.folded for piece in body if piece.folded])
    return sha256(folded.encode()).hexdigest() if len(folded) >= _SHORT_TEXT else text_hash(article)


def _put_sqlite(store: Store, url: str, made: Iterator[Made]) -> None:
    """Outside of the product's connections: a run that is cut off leaves nothing that is worth keeping."""
    store.close()
    with closing(sqlite3.connect(make_url(url).database or "", isolation_level=None)) as connection:
        for pragma in (
            "journal_mode=DELETE",
            "journal_mode=OFF",
            "synchronous=OFF",
            f"cache_size=-{_CACHE_KB}",
        ):
            connection.execute(f"PRAGMA {pragma}")
        for together in _groups(made):
            connection.execute("BEGIN")
            for table in _tables(together):
                names = _names(table, is_sqlite=True)
                statement = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"  # noqa: S608
                rows = (row for one in together for row in one.rows.get(table, ()))
                connection.executemany(statement, sorted(rows) if table == "band" else rows)
            connection.execute("COMMIT")


def _put_postgresql(store: Store, _: str, made: Iterator[Made]) -> None:
    for together in _groups(made):
        with store.writing() as session:
            driver: Any = session.connection().connection.driver_connection
            for table in _tables(together):
                rows = [row for one in together for row in one.rows.get(table, ())]
                if table == "plain_search":
                    driver.cursor().executemany(_PLAIN_ROW, rows)
                    continue
                names = ", ".join(_names(table, is_sqlite=False))
                with driver.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                    for row in rows:
                        copy.write_row(row)
    with store.writing() as session:
        session.connection().execute(text("SELECT setval('article_id_seq', (SELECT max(id) FROM article))"))


_PLAIN_ROW = (
    "INSERT INTO plain_search (id, document) VALUES (%s, setweight(to_tsvector('simple', %s), 'A') || "
    "to_tsvector('simple', %s))"
)


def _names(table: str, *, is_sqlite: bool) -> tuple[str, ...]:
    if table == "article_search":
        return _SEARCH[is_sqlite]
    return _PLAIN[is_sqlite] if table == "plain_search" else _COLUMNS[table]


def _tables(together: list[Made]) -> Iterable[str]:
    """Those that have rows, the article's own first."""
    return dict.fromkeys(table for one in together for table in one.rows)


def _groups(made: Iterator[Made]) -> Iterator[list[Made]]:
    group: list[Made] = []
    for one in made:
        group.append(one)
        if len(group) == _TOGETHER:
            yield group
            group = []
    if group:
        yield group


def _stamp(store: Store) -> int:
    with store.reading() as session:
        statement = "SELECT CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS TEXT) AS BIGINT)"
        return int(session.connection().execute(text(statement)).scalar_one())
