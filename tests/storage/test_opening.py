"""What can be wrong with a database: each gives its own error, names the database without its password, harms nothing."""

from __future__ import annotations

import multiprocessing
import resource
import socket
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from news.errors import (
    DatabaseBusy,
    DatabaseFull,
    DatabaseReadOnly,
    DatabaseUnreachable,
    JarchiError,
    StorageError,
)
from storage import articles, engine
from storage.engine import Store, connect, masked
from storage.schema import open_store

Bound = Callable[[], AbstractContextManager[None]]
sqlite_only = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
postgresql_only = pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)


@pytest.fixture
def kept(any_url: str, make: Any) -> Iterator[str]:
    """The address of a database with one article, which is there, whole, after everything that happens."""
    with closing(open_store(any_url)) as store:
        make.keep(store, make.article())
    yield any_url
    with closing(open_store(any_url)) as store, store.reading() as session:
        assert list(articles.load_many(session, range(1_000)))[:1] == [(1, make.article())]
        if store.is_sqlite:
            assert session.connection().execute(text("PRAGMA integrity_check")).all() == [("ok",)]


def _file(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


@pytest.mark.parametrize(("url", "says"), [
    ("mysql://me:secret@host/db", "mysql://me:***@host/db: unknown kind of database"),
    ("sqlite+aiosqlite:///x.db", "unknown kind of database"),
    ("postgresql+asyncpg://me:secret@host/db", "unknown kind of database"),
    ("jarchi.db", "sqlite:///FILE or postgresql://USER@HOST/NAME"),
    ("", "sqlite:///FILE or postgresql://USER@HOST/NAME"),
    ("postgresql://me:secret@host:secret/db", "sqlite:///FILE or postgresql://USER@HOST/NAME"),
    ("sqlite://", "names no file"),
    ("sqlite:///:memory:", "names no file"),
    ("sqlite:////proc/nowhere/jarchi.db", "cannot create the folder /proc/nowhere"),
    ("sqlite:////dev/null/jarchi.db", "cannot create the folder /dev/null"),
    ("sqlite:////", "unable to open"),
])  # fmt: skip
def test_a_wrong_address(url: str, says: str) -> None:
    with pytest.raises(DatabaseUnreachable) as caught:
        open_store(url)
    assert says in str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("query", ["", "?password=secret"])
def test_nobody_listens(query: str) -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))  # taken, and never listened to
        port = bound.getsockname()[1]
        with pytest.raises(DatabaseUnreachable, match="refused") as caught:
            open_store(f"postgresql://me:secret@127.0.0.1:{port}/db{query}")
    assert f"127.0.0.1:{port}/db" in str(caught.value)
    assert "secret" not in str(caught.value)


def test_a_missing_database(postgresql: Any) -> None:
    with pytest.raises(DatabaseUnreachable, match='database "nowhere" does not exist'):
        open_store(postgresql.url("nowhere"))


def test_an_unknown_option(postgresql: Any) -> None:
    with pytest.raises(DatabaseUnreachable, match="colour"):
        open_store(f"{postgresql.url('postgres')}&colour=blue")


def test_the_driver_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(DatabaseUnreachable, match=r"pip install 'jarchi\[postgresql\]'"):
        open_store("postgresql://me@127.0.0.1/db")


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Dear council, " * 200)
    before = path.read_bytes()
    with pytest.raises(DatabaseUnreachable, match=r"letter\.txt: file is not a database"):
        open_store(f"sqlite:///{path}")
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_instead_of_a_file(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnreachable, match="unable to open"):
        open_store(f"sqlite:///{tmp_path}")


def test_a_damaged_file(tmp_path: Path, sqlite_template: Path) -> None:
    path = tmp_path / "jarchi.db"
    whole = sqlite_template.read_bytes()
    path.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
    with pytest.raises(DatabaseUnreachable, match="malformed"):
        open_store(f"sqlite:///{path}")


def test_folders_are_made(tmp_path: Path) -> None:
    open_store(f"sqlite:///{tmp_path}/new/home/jarchi.db").close()
    assert (tmp_path / "new/home/jarchi.db").is_file()


@pytest.mark.parametrize("name", ["jarchi.db", "home/jarchi.db"])
def test_a_folder_that_cannot_be_written(tmp_path: Path, bound_by_permissions: Bound, name: str) -> None:
    folder = tmp_path / "shared"
    folder.mkdir(mode=0o555)
    with (
        bound_by_permissions(),
        pytest.raises(DatabaseReadOnly, match=r"folder .*shared.*: Permission denied"),
    ):
        open_store(f"sqlite:///{folder}/{name}")
    assert list(folder.iterdir()) == []


@sqlite_only
def test_a_file_and_a_folder_that_cannot_be_written(kept: str, bound_by_permissions: Bound) -> None:
    path = _file(kept)
    before = path.read_bytes()
    path.chmod(0o444)
    path.parent.chmod(0o555)
    try:
        with bound_by_permissions(), pytest.raises(DatabaseReadOnly, match="cannot be written"):
            open_store(kept)
    finally:
        path.parent.chmod(0o755)
        path.chmod(0o644)
    assert path.read_bytes() == before


def _refuses_to_write(store: Store, make: Any) -> None:
    with store.reading() as session:
        assert articles.load(session, 1) == make.article()
    with pytest.raises(DatabaseReadOnly) as caught:
        make.keep(store, make.article(2))
    assert store.url in str(caught.value)


@sqlite_only
def test_a_file_that_cannot_be_written_is_still_read(
    kept: str, make: Any, bound_by_permissions: Bound
) -> None:
    path = _file(kept)
    path.chmod(0o444)
    with bound_by_permissions(), closing(open_store(kept)) as store:
        _refuses_to_write(store, make)
    path.chmod(0o644)


@sqlite_only
@pytest.mark.parametrize("mode", ["mode=ro", "immutable=1"])
def test_a_database_opened_for_reading_only(kept: str, make: Any, mode: str) -> None:
    with closing(open_store(f"sqlite:///file:{_file(kept)}?{mode}&uri=true")) as store:
        _refuses_to_write(store, make)


@sqlite_only
def test_a_read_only_copy_without_wal_is_still_read(kept: str, make: Any, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    with closing(sqlite3.connect(_file(kept))) as connection:
        connection.execute("VACUUM INTO ?", (str(copy),))
    with closing(open_store(f"sqlite:///file:{copy}?mode=ro&uri=true")) as store:
        _refuses_to_write(store, make)
    assert _journal_mode(copy) == "delete"
    open_store(f"sqlite:///{copy}").close()
    assert _journal_mode(copy) == "wal"


def _journal_mode(path: Path) -> str:
    with closing(sqlite3.connect(path)) as connection:
        return str(connection.execute("PRAGMA journal_mode").fetchone()[0])


@postgresql_only
def test_a_server_that_takes_no_writes(kept: str, make: Any) -> None:
    with closing(open_store(f"{kept}&options=-c%20default_transaction_read_only%3Don")) as store:
        _refuses_to_write(store, make)


def _fill_up(store: Store, make: Any) -> None:
    with store.writing() as session:
        session.connection().exec_driver_sql("PRAGMA max_page_count=1")  # means: not one more
        for number in range(2, 100):
            articles.save(session, make.article(number), make.arrival())


@sqlite_only
def test_a_full_disk(kept: str, make: Any) -> None:
    """SQLite's own limit gives the error that a full disk gives."""
    with closing(open_store(kept)) as store:
        with pytest.raises(DatabaseFull, match="database or disk is full") as caught:
            _fill_up(store, make)
        assert kept in str(caught.value)
        with store.reading() as session:
            assert articles.count(session) == 1


def _write_under_limit(url: str, make: Any, answers: Any) -> None:
    """The kernel refuses every byte of a file past the limit."""
    with closing(open_store(url)) as store:
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
        try:
            for number in range(2, 1_000):
                make.keep(store, make.article(number))
        except JarchiError as error:
            with store.reading() as session:
                answers.put((type(error), str(error), articles.count(session)))


@sqlite_only
def test_a_write_that_the_system_refuses(kept: str, make: Any) -> None:
    context = multiprocessing.get_context("spawn")
    answers = context.Queue()
    writer = context.Process(target=_write_under_limit, args=(kept, make, answers))
    writer.start()
    kind, message, count = answers.get(timeout=60)
    writer.join()
    assert kind is DatabaseFull
    assert kept in message
    assert count > 1
    with closing(open_store(kept)) as store, store.reading() as session:
        assert articles.count(session) == count
        expected = [(number, make.article(number)) for number in range(1, count + 1) if number > 1]
        assert list(articles.load_many(session, range(2, count + 1))) == expected


def _hold(path: Path, held: Any, release: Any) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("DELETE FROM article")
        held.set()
        release.wait(60)
        connection.execute("ROLLBACK")


@sqlite_only
def test_a_writer_that_holds_the_database_too_long(kept: str, make: Any) -> None:
    context = multiprocessing.get_context("spawn")
    held, release = context.Event(), context.Event()
    holder = context.Process(target=_hold, args=(_file(kept), held, release))
    holder.start()
    assert held.wait(60)
    with closing(open_store(f"{kept}?timeout=0.05")) as store:
        with pytest.raises(DatabaseBusy, match="database is locked") as caught:
            make.keep(store, make.article(2))
        assert kept in str(caught.value)
        with store.reading() as session:
            assert articles.count(session) == 1
        release.set()
        holder.join()
        make.keep(store, make.article(2))


@postgresql_only
def test_a_writer_that_holds_an_article_too_long(
    kept: str, make: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(open_store(kept)) as first, first.writing() as session:
        articles.save(session, make.article(2), make.arrival())
        monkeypatch.setattr(engine, "BUSY_SECONDS", 0.05)
        with closing(open_store(kept)) as second, pytest.raises(DatabaseBusy, match="lock timeout"):
            make.keep(second, make.article(2))


@pytest.mark.parametrize(("state", "kind"), [
    ("53100", DatabaseFull), ("25006", DatabaseReadOnly), ("42501", DatabaseReadOnly), ("55P03", DatabaseBusy),
    ("40P01", DatabaseBusy), ("40001", DatabaseBusy), ("57P01", DatabaseUnreachable), ("08006", DatabaseUnreachable),
])  # fmt: skip
@postgresql_only
def test_what_postgresql_reports(kept: str, state: str, kind: type[StorageError]) -> None:
    raising = text(f"DO $$ BEGIN RAISE EXCEPTION 'as the server says' USING ERRCODE = '{state}'; END $$")
    with closing(open_store(kept)) as store:
        with pytest.raises(kind, match="as the server says") as caught, store.writing() as session:
            session.connection().execute(raising)
        assert type(caught.value) is kind
        assert store.url in str(caught.value)


def _save_and_cut(store: Store, make: Any) -> None:
    with store.writing() as session:
        articles.save(session, make.article(2), make.arrival())
        session.connection().execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))


@postgresql_only
def test_the_connection_is_cut(kept: str, make: Any) -> None:
    with closing(open_store(kept)) as store:
        with pytest.raises(DatabaseUnreachable):
            _save_and_cut(store, make)
        with store.reading() as session:  # a new connection, at once
            assert articles.count(session) == 1


def test_an_error_of_our_own_in_sql_is_not_disguised(store: Store) -> None:
    with pytest.raises(DBAPIError), store.reading() as session:
        session.connection().execute(text("SELECT nonsense FROM nowhere"))


def test_no_connection_stays_open_after_an_error(any_url: str) -> None:
    with closing(connect(any_url)) as theirs, theirs.writing() as session:
        session.connection().execute(text("CREATE TABLE article (id INTEGER PRIMARY KEY)"))
    with pytest.raises(DatabaseUnreachable):
        open_store(any_url)
    if any_url.startswith("sqlite"):
        assert _file(any_url).resolve() not in {entry.resolve() for entry in Path("/proc/self/fd").iterdir()}
    else:
        query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        with psycopg.connect(any_url.replace("+psycopg", "")) as connection:
            assert connection.execute(f"{query} AND backend_type = 'client backend'").fetchone() == (0,)


@pytest.mark.parametrize(("url", "shown"), [
    ("postgresql://me:secret@host:5433/db", "postgresql://me:***@host:5433/db"),
    ("sqlite:////tmp/%D8%AE%D8%A7%D9%86%D9%87/a b.db", "sqlite:////tmp/خانه/a b.db"),
    ("sqlite:////tmp/خانه/jarchi.db", "sqlite:////tmp/خانه/jarchi.db"),
    ("postgresql://me:s%2Fecret@host/%D8%AE%D8%A8%D8%B1", "postgresql://me:***@host/خبر"),
    ("sqlite:////tmp/a%0Ab.db", "sqlite:////tmp/a%0Ab.db"),
    ("postgresql://me@host/db?password=secret&sslmode=require", "postgresql://me@host/db?password=hidden&sslmode=require"),
    ("sqlite:////var/lib/jarchi/jarchi.db", "sqlite:////var/lib/jarchi/jarchi.db"),
])  # fmt: skip
def test_passwords_are_masked(url: str, shown: str) -> None:
    assert masked(url) == shown
