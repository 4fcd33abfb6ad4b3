"""Opening the database: one door, whose errors say what is wrong and whose writers take turns."""

from __future__ import annotations

import errno
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from sqlalchemy import URL, Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlmodel import Session

from news.errors import (
    DatabaseBroken,
    DatabaseBusy,
    DatabaseFull,
    DatabaseReadOnly,
    DatabaseUnreachable,
    StorageError,
)

#: How long a writer waits for another one, seconds; `?timeout=` in a SQLite address wins.
BUSY_SECONDS = 30
#: How long PostgreSQL may take to answer, seconds; `?connect_timeout=` wins.
CONNECT_SECONDS = 10
_WRITES = "jarchi_writes"
#: Of the advisory lock that migrations hold on PostgreSQL.
_MIGRATIONS = 0x6A617263
_FORMS = "sqlite:///FILE or postgresql://USER@HOST/NAME"

#: By extended code first, then by primary code.
_SQLITE_ERRORS: dict[int, type[StorageError]] = {
    sqlite3.SQLITE_IOERR_WRITE: DatabaseFull,
    sqlite3.SQLITE_IOERR_FSYNC: DatabaseFull,
    sqlite3.SQLITE_IOERR_TRUNCATE: DatabaseFull,
    sqlite3.SQLITE_IOERR_SHMSIZE: DatabaseFull,
    sqlite3.SQLITE_BUSY: DatabaseBusy,
    sqlite3.SQLITE_LOCKED: DatabaseBusy,
    sqlite3.SQLITE_READONLY: DatabaseReadOnly,
    sqlite3.SQLITE_PERM: DatabaseReadOnly,
    sqlite3.SQLITE_FULL: DatabaseFull,
    sqlite3.SQLITE_IOERR: DatabaseUnreachable,
    sqlite3.SQLITE_CANTOPEN: DatabaseUnreachable,
    sqlite3.SQLITE_NOTADB: DatabaseBroken,
    sqlite3.SQLITE_CORRUPT: DatabaseBroken,
}
#: By the beginning of the SQLSTATE.
_POSTGRESQL_ERRORS: dict[str, type[StorageError]] = {
    "53100": DatabaseFull,
    "25006": DatabaseReadOnly,
    "42501": DatabaseReadOnly,
    "55P03": DatabaseBusy,
    "40001": DatabaseBusy,
    "40P01": DatabaseBusy,
    "08": DatabaseUnreachable,
    "28": DatabaseUnreachable,
    "3D": DatabaseUnreachable,
    "57P": DatabaseUnreachable,
}
_FOLDER_ERRORS: dict[int | None, type[StorageError]] = {
    errno.EACCES: DatabaseReadOnly,
    errno.EPERM: DatabaseReadOnly,
    errno.EROFS: DatabaseReadOnly,
    errno.ENOSPC: DatabaseFull,
    errno.EDQUOT: DatabaseFull,
}


class Store:
    """A database that is open; every query of this room takes one."""

    def __init__(self, engine: Engine, url: str) -> None:
        #: for people
        self.url = url
        self._file = engine.url.database
        self.is_sqlite = engine.dialect.name == "sqlite"
        self._readers = (
            engine if self.is_sqlite else engine.execution_options(isolation_level="REPEATABLE READ")
        )
        self._writers = engine.execution_options(**{_WRITES: True})

    def beside(self, end: str) -> Path:
        """The file next to SQLite's, of its name with an `end`."""
        return Path(f"{self._file}{end}")

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that sees one state of the database."""
        with explained(self.url), Session(self._readers) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """One write transaction: committed at the end, rolled back by any error.

        On SQLite it begins with BEGIN IMMEDIATE, so that it never fails half-way for another writer's sake.
        """
        with explained(self.url), Session(self._writers) as session, session.begin():
            yield session

    @contextmanager
    def connecting(self) -> Iterator[Connection]:
        """A bare connection in a write transaction of its own, for migrations; no other one migrates meanwhile.

        SQLite rebuilds a table by dropping it, which would take along the rows that point at it: foreign
        keys are checked at the end instead.
        """
        with (
            explained(self.url),
            self._writers.connect() as connection,
            _foreign_keys_off(connection),
            connection.begin(),
        ):
            if not self.is_sqlite:
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATIONS})
            yield connection
            self._check_foreign_keys(connection)

    @contextmanager
    def session_connection(self) -> Iterator[Connection]:
        """A connection outside the pool and outside any transaction, for locks that go with a PostgreSQL session."""
        engine = self._writers.execution_options(isolation_level="AUTOCOMMIT")
        with explained(self.url), engine.connect() as connection:
            connection.detach()
            yield connection

    @contextmanager
    def driver(self) -> Iterator[Any]:
        """A cursor of SQLite's driver outside any transaction, for what it does only there."""
        with (
            explained(self.url),
            closing(self._readers.raw_connection()) as connection,
            closing(connection.cursor()) as cursor,
        ):
            yield cursor

    def use_wal(self) -> None:
        """Let SQLite's readers and its writer work side by side; a database that cannot be written stays as it is."""
        if self.is_sqlite:
            with explained(self.url), closing(self._readers.raw_connection()) as connection:
                _use_wal(connection.cursor())

    def close(self) -> None:
        """Give back every connection."""
        self._readers.dispose()

    def _check_foreign_keys(self, connection: Connection) -> None:
        if self.is_sqlite and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
            raise StorageError(
                f"{self.url}: rows would be left without what they belong to; nothing was changed"
            )


def connect(url: str) -> Store:
    """Open the database at an SQLAlchemy address, without looking at its schema or changing anything.

    Raises DatabaseUnreachable where the address is wrong or nothing answers, DatabaseReadOnly
    where the folder of a SQLite file cannot be made or written.
    """
    store = untried(url)
    try:
        with store.reading() as session:
            session.connection()
    except DatabaseUnreachable:
        store.close()
        if store.is_sqlite:
            _try_folder(_path(_parsed(url)))
        raise
    except StorageError:
        store.close()
        raise
    return store


def untried(url: str) -> Store:
    """The database at an address, which may be broken: one that is to be replaced. Raises as `connect` does for the address."""
    address = _parsed(url)
    return Store(_ENGINES[address.drivername](address), masked(url))


def masked(url: str) -> str:
    """The address for people to read: without its password, the letters of any script as they are."""
    address = make_url(url)
    if "password" in address.query:
        address = address.update_query_dict({"password": "hidden"})
    written = address.render_as_string(hide_password=True)
    readable = unquote(written)
    return readable if readable.isprintable() else written


def writes(session: Session) -> bool:
    """Whether a session is one of `Store.writing`, which sees what it has not committed."""
    return bool(session.get_bind().get_execution_options().get(_WRITES))


def _parsed(url: str) -> URL:
    try:
        address = make_url(url)
    except (ArgumentError, ValueError):  # their words may quote the password
        raise DatabaseUnreachable(f"the database address cannot be read: it is written {_FORMS}") from None
    if address.drivername not in _ENGINES:
        raise DatabaseUnreachable(f"{masked(url)}: unknown kind of database, it is written {_FORMS}")
    return address


def _sqlite(address: URL) -> Engine:
    if address.database in (None, "", ":memory:"):
        raise DatabaseUnreachable(f"{address}: the address names no file, it is written sqlite:///FILE")
    if not _is_uri(address):
        _make_folder(_path(address).parent)
    waits = {} if "timeout" in address.query else {"timeout": BUSY_SECONDS}
    engine = create_engine(address, connect_args={**waits, "check_same_thread": False}, pool_size=16)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _path(address: URL) -> Path:
    return Path((address.database or "").removeprefix("file:"))


def _is_uri(address: URL) -> bool:
    return (address.database or "").startswith("file:")


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        kind = _FOLDER_ERRORS.get(error.errno, DatabaseUnreachable)
        raise kind(f"cannot create the folder {folder}: {error.strerror}") from error


def _try_folder(path: Path) -> None:
    """SQLite says "unable to open" of a folder that cannot be written: say which it is."""
    try:
        with tempfile.TemporaryFile(dir=path.parent):
            return
    except OSError as error:
        if error.errno in _FOLDER_ERRORS:
            kind = _FOLDER_ERRORS[error.errno]
            raise kind(
                f"the folder {path.parent} of {path.name} cannot be written: {error.strerror}"
            ) from error


def _prepare_sqlite(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # BEGIN is ours, see _begin_sqlite
    with closing(connection.cursor()) as cursor:
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA synchronous=NORMAL")
        cursor.execute("PRAGMA schema_version")  # reads the file: what is no database fails here


def _use_wal(cursor: Any) -> None:
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_READONLY:
                return
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
        else:
            return
        cursor.execute("BEGIN EXCLUSIVE")  # this waits for its turn, as the pragma does not
        cursor.execute("ROLLBACK")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def _foreign_keys_off(connection: Connection) -> Iterator[None]:
    """Outside any transaction, where alone SQLite heeds the pragma."""
    if connection.dialect.name != "sqlite":
        yield
        return
    driver = connection.connection
    driver.cursor().execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        driver.cursor().execute("PRAGMA foreign_keys=ON")


def _postgresql(address: URL) -> Engine:
    waits = {} if "connect_timeout" in address.query else {"connect_timeout": CONNECT_SECONDS}
    try:
        engine = create_engine(
            address.set(drivername="postgresql+psycopg"), pool_pre_ping=True, connect_args=waits
        )
    except ImportError as error:
        raise DatabaseUnreachable("PostgreSQL needs the extra: pip install 'jarchi[postgresql]'") from error
    event.listen(engine, "connect", _prepare_postgresql)
    return engine


def _prepare_postgresql(connection: Any, _: Any) -> None:
    """In UTC no moment leaves the years that Python knows; a writer waits as long as on SQLite."""
    connection.execute(f"SET TIME ZONE 'UTC'; SET lock_timeout = {int(BUSY_SECONDS * 1000)}")
    connection.commit()


_ENGINES: dict[str, Callable[[URL], Engine]] = {
    "sqlite": _sqlite,
    "sqlite+pysqlite": _sqlite,
    "postgresql": _postgresql,
    "postgresql+psycopg": _postgresql,
}


@contextmanager
def explained(url: str) -> Iterator[None]:
    """Turn the driver's errors about the database's state into ours; errors of ours in SQL pass as they are."""
    try:
        yield
    except DBAPIError as error:
        kind = _kind(error.orig, cut=error.statement is None or error.connection_invalidated)
        if kind is None:
            raise
        raise kind(f"{_said(kind)}: {url}: {str(error.orig).strip()}") from error
    except sqlite3.Error as error:
        kind = _kind(error)
        if kind is None:
            raise
        raise kind(f"{_said(kind)}: {url}: {error}") from error


def _said(kind: type[StorageError]) -> str:
    return (kind.__doc__ or "").rstrip(".")


def _kind(error: BaseException | None, *, cut: bool = False) -> type[StorageError] | None:
    code = getattr(error, "sqlite_errorcode", None)
    if code is not None:
        return _SQLITE_ERRORS.get(code) or _SQLITE_ERRORS.get(code & 0xFF)
    state = getattr(error, "sqlstate", None)
    if state is None:  # libpq gives none for what happens before, or instead of, an answer
        return DatabaseUnreachable if cut else None
    return next((kind for prefix, kind in _POSTGRESQL_ERRORS.items() if state.startswith(prefix)), None)
