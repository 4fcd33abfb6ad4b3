"""Every schema there ever was is upgraded with its articles while others read; nobody fails, nothing is lost."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Connection, inspect, text

from storage import schema
from storage.engine import Store, connect
from storage.fulltext import entry, in_order, tsvector
from storage.schema import upgrade
from storage.search import search

pytestmark = pytest.mark.service
_ARTICLES = 300
_MOMENT = "2024-05-01 09:00:00.000000"
_TITLE, _WORDS = "شهرداری یزد", "شهردار یزد گفت که شهر به مجمع شهرداران آسیا پیوسته است. "


def _brought_to(url: str, revision: str) -> Store:
    store = connect(url)
    with schema._config() as config, store.connecting() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    store.use_wal()
    with store.writing() as session:
        for number in range(1, _ARTICLES + 1):
            _keep(session.connection(), number, is_sqlite=store.is_sqlite)
    return store


def _keep(connection: Connection, number: int, *, is_sqlite: bool) -> None:
    """An article, its address and its words, as far as the tables of that time have columns for them."""
    body = f"{_WORDS * 8}{number}"
    moment = _MOMENT if is_sqlite else f"{_MOMENT}+00"
    url = f"https://yazd.example/news/{number}"
    row = {
        "id": number, "url": url, "source": "yazd", "title": _TITLE, "text": body, "language": "fa",
        "language_confidence": 1.0, "authors": "[]", "fetched_at": moment, "first_seen_at": moment, "sorted_at": moment,
        "text_hash": str(number), "versions": 1, "key": url, "article_id": number,
    }  # fmt: skip
    for table in ("article", "address"):
        _insert(connection, table, row)
    found = entry(_TITLE, body, "fa")
    _insert(connection, "article_search", {
        "rowid": number, "title": found.title, "body": found.body, "forms": found.forms,
        "article_id": number, "document": tsvector(found), "words": in_order(found),
    })  # fmt: skip


def _insert(connection: Connection, table: str, row: dict[str, Any]) -> None:
    names = _columns(connection, table)
    marks = ", ".join(
        f"CAST(:{name} AS tsvector)" if name == "document" else f":{name}" for name in names if name in row
    )
    there = [name for name in names if name in row]
    statement = f"INSERT INTO {table} ({', '.join(there)}) VALUES ({marks})"
    connection.execute(text(statement), {name: row[name] for name in there})


def _columns(connection: Connection, table: str) -> list[str]:
    if connection.dialect.name == "sqlite":
        names = [row[1] for row in connection.exec_driver_sql(f"PRAGMA table_info({table})")]
        return ["rowid", *names] if table == "article_search" else names
    return [column["name"] for column in inspect(connection).get_columns(table)]


@contextmanager
def _readers(url: str, read: Callable[[Store], int], number: int = 3) -> Iterator[list[int | Exception]]:
    """Programs that go on reading; what each reading gave, or raised."""
    ended, heard = threading.Event(), list[int | Exception]()

    def go_on() -> None:
        store = connect(url)
        while not ended.is_set():
            try:
                heard.append(read(store))
            except Exception as error:  # noqa: BLE001 - that there is none is what the test is about
                heard.append(error)
                break
        store.close()

    threads = [threading.Thread(target=go_on) for _ in range(number)]
    for thread in threads:
        thread.start()
    try:
        yield heard
    finally:
        ended.set()
        for thread in threads:
            thread.join()


def _holding_the_word(store: Store) -> int:
    """As a program of any version asks: the articles, and those of them that the index finds."""
    found = "article_search MATCH 'یزد*'" if store.is_sqlite else "document @@ CAST('یزد:*' AS tsquery)"
    with store.reading() as session:
        connection = session.connection()
        kept = connection.execute(text("SELECT count(*) FROM article")).scalar_one()
        by_word = connection.exec_driver_sql(
            f"SELECT count(*) FROM article_search WHERE {found}"
        ).scalar_one()
    assert kept == by_word
    return int(kept)


@pytest.mark.parametrize("before", schema.revisions()[:-1])
def test_every_schema_is_upgraded_under_readers(any_url: str, before: str) -> None:
    store = _brought_to(any_url, before)
    taken: dict[str, float] = {}
    with _readers(any_url, _holding_the_word) as heard:
        assert upgrade(store, taken.__setitem__) == (before, schema.revisions()[-1])
    assert set(heard) == {_ARTICLES}
    assert list(taken) == [one for one in schema.revisions() if one > before]
    assert all(seconds >= 0 for seconds in taken.values())
    with store.reading() as session:
        found = search(session, "مجمع شهرداران", facets=True)
    assert (found.total, found.facets["source"]) == (_ARTICLES, (("yazd", _ARTICLES),))
    store.close()
