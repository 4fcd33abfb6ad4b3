"""How transactions begin, wait and see each other."""

from __future__ import annotations

import multiprocessing
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from news.errors import AlreadyRunning
from storage import articles, outbox, runs
from storage.engine import BUSY_SECONDS, Store
from storage.locks import sole_service
from storage.schema import open_store
from storage.search import search

sqlite_only = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)


def _pragma(session: Session, name: str) -> Any:
    return session.connection().execute(text(f"PRAGMA {name}")).scalar()


@sqlite_only
def test_sqlite_is_set_up_for_many_readers_and_one_writer(store: Store) -> None:
    for transaction in (store.reading, store.writing):
        with transaction() as session:
            assert _pragma(session, "journal_mode") == "wal"
            assert _pragma(session, "foreign_keys") == 1
            assert _pragma(session, "busy_timeout") == BUSY_SECONDS * 1000
            assert _pragma(session, "synchronous") == 1


@sqlite_only
def test_every_write_begins_with_begin_immediate(store: Store, make: Any) -> None:
    statements: list[str] = []
    with store.reading() as session:
        driver = session.connection().connection.dbapi_connection
        assert driver is not None
        driver.set_trace_callback(statements.append)
    statements.clear()

    make.report(store, 1, make.now)
    with store.writing() as session:
        outbox.match(session, lambda event: (), make.now)
    with store.writing() as session:
        runs.begin(session, "yazd", make.now)
    with store.connecting() as connection:
        connection.execute(text("SELECT 1"))
    begun = [statement for statement in statements if statement.startswith("BEGIN")]
    assert begun == ["BEGIN IMMEDIATE", "BEGIN", "BEGIN IMMEDIATE", "BEGIN IMMEDIATE", "BEGIN IMMEDIATE"]
    wrote = [text for text in statements if text.startswith(("INSERT", "UPDATE", "DELETE"))]
    assert wrote

    statements.clear()
    with store.reading() as session:
        search(session, "یزد", facets=True)
    assert statements[0] == "BEGIN"
    assert not any(statement.startswith(("INSERT", "UPDATE", "DELETE")) for statement in statements)


@sqlite_only
def test_foreign_keys_hold_again_after_a_migration(store: Store) -> None:
    with store.connecting() as connection:
        assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 0
    with store.reading() as session:
        assert _pragma(session, "foreign_keys") == 1


def test_a_row_without_its_owner_is_refused(store: Store) -> None:
    orphan = text("INSERT INTO address (key, url, source, article_id) VALUES ('k', 'u', 's', 4711)")
    with pytest.raises(IntegrityError), store.writing() as session:
        session.connection().execute(orphan)


def test_a_reader_sees_one_state(store: Store, make: Any) -> None:
    make.keep(store, make.article(1))
    with store.reading() as session:
        assert articles.count(session) == 1
        make.keep(store, make.article(2))
        assert articles.count(session) == 1
        assert search(session, "یزد").total == 1
    with store.reading() as session:
        assert articles.count(session) == 2


@sqlite_only
def test_a_second_writer_waits_for_the_first(store: Store, make: Any) -> None:
    order: list[str] = []
    begun = threading.Event()

    def second() -> None:
        begun.set()
        with store.writing() as session:
            articles.save(session, make.article(2), make.arrival())
            order.append("second")

    with ThreadPoolExecutor() as pool:
        with store.writing() as session:
            articles.save(session, make.article(1), make.arrival())
            waiting = pool.submit(second)
            begun.wait(60)
            order.append("first")
        waiting.result(60)
    assert order == ["first", "second"]
    with store.reading() as session:
        assert articles.count(session) == 2


def test_many_threads_write_through_one_store(store: Store, make: Any) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: make.keep(store, make.article(number)), range(24)))
    with store.reading() as session:
        assert articles.count(session) == 24
        assert search(session, "یزد").total == 24


def _serve(url: str, serving: Any, stop: Any) -> None:
    with closing(open_store(url)) as store, sole_service(store):
        serving.set()
        stop.wait(60)


def test_one_service_to_a_database(any_url: str) -> None:
    """The lock goes with its process, killed or not."""
    context = multiprocessing.get_context("spawn")
    serving, stop = context.Event(), context.Event()
    with closing(open_store(any_url)) as store:
        service = context.Process(target=_serve, args=(any_url, serving, stop))
        service.start()
        assert serving.wait(60)
        with pytest.raises(AlreadyRunning, match="already runs on"), sole_service(store):
            pass
        service.kill()
        service.join()
        with sole_service(store):
            pass
        with sole_service(store):
            pass
