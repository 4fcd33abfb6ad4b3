"""A consistent copy of the database while everything runs: SQLite's backup interface, or PostgreSQL's own tools."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from sqlalchemy import inspect, text
from sqlalchemy.engine import URL, make_url

from news.errors import BackupError, StorageError
from storage import searchtables, views
from storage.backups.values import Progress
from storage.engine import Store
from storage.metadata import TABLES
from storage.schema import VERSION_TABLE
from storage.views import VIEWS

SQLITE_COPY, POSTGRESQL_COPY = "database.sqlite", "database.dump"
#: What a backup of PostgreSQL is made with, and put back with.
TOOLS = ("pg_dump", "pg_restore", "psql")
#: Pages of SQLite that are copied between two looks at the progress.
_STEP = 4096
_VERSION = re.compile(r"\b(\d+)(?:\.\d+)+")
#: Where distributions put the tools of each version.
_FOLDERS = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql@*/bin")


def sqlite_file(url: str) -> Path:
    """The file of a SQLite address."""
    return Path((make_url(url).database or "").removeprefix("file:"))


def dump_sqlite(url: str, target: Path, progress: Progress) -> None:
    """Copy a database as it is at this moment; writers go on meanwhile.

    The copy is read in one transaction: otherwise SQLite begins anew with each write of another process. Raises
    BackupError, also where there is no room.
    """
    try:
        found = _copy_sqlite(url, target, progress)
    except sqlite3.Error as error:
        raise BackupError(f"{url} cannot be copied to {target}: {error}") from error
    if found != "ok":
        raise BackupError(
            f"{url}: the copy is broken, and so is the database: {found}; see `jarchi db check`"
        )


def _copy_sqlite(url: str, target: Path, progress: Progress) -> str:
    """What SQLite says of the copy."""
    with closing(_opened(url)) as source, closing(sqlite3.connect(target, isolation_level=None)) as copied:
        target.chmod(0o600)
        source.execute("BEGIN")
        source.execute("SELECT count(*) FROM sqlite_master").fetchone()
        size = int(source.execute("PRAGMA page_size").fetchone()[0])
        source.backup(
            copied, pages=_STEP, progress=lambda _, left, pages: progress((pages - left) * size, pages * size)
        )
        copied.execute("PRAGMA journal_mode=DELETE")
        return str(copied.execute("PRAGMA quick_check").fetchone()[0])


def counted(copied: Path) -> tuple[str, int]:
    """Schema and number of articles of a copy, which stays byte for byte as it is."""
    address = f"{copied.resolve().as_uri()}?mode=ro&immutable=1"
    with closing(sqlite3.connect(address, uri=True)) as connection:
        schema = connection.execute(f"SELECT version_num FROM {VERSION_TABLE}").fetchone()[0]  # noqa: S608
        return str(schema), int(connection.execute("SELECT count(*) FROM article").fetchone()[0])


def dump_postgresql(store: Store, url: str, target: Path, tools: Path | None) -> None:
    """Let pg_dump copy our tables, which may share a database with others.

    Raises BackupError where none is as new as the server.
    """
    target.touch(mode=0o600)
    ours = (f"--table=public.{name}" for name in (*_tables(store), *VIEWS))
    _call(
        tool("pg_dump", server_version(store), tools),
        url,
        "--format=custom",
        "--no-owner",
        f"--file={target}",
        *ours,
    )


def restore_postgresql(store: Store, url: str, source: Path, tools: Path | None) -> None:
    """Put a dump in the place of our tables, in one transaction: whatever ends it earlier leaves them as they were.

    Raises BackupError, also where somebody's own views or tables stand on them.
    """
    version = server_version(store)
    reader, shell = tool("pg_restore", version, tools), tool("psql", version, tools)
    _refuse_others(store)
    address = make_url(url)
    with (
        tempfile.TemporaryFile() as said,
        subprocess.Popen(  # noqa: S603
            [shell, f"--dbname={_conninfo(address)}", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1"],
            env=_environment(address), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=said,
        ) as talk,
    ):  # fmt: skip
        error = _tell(talk, f"BEGIN; SET client_min_messages = warning; {_drops(store)}", reader, source)
        talk.wait()
        said.seek(0)
        errors = (error, said.read().decode(errors="replace").strip() if talk.returncode else "")
    if any(errors):
        raise BackupError(f"{store.url} was left as it is: {' '.join(filter(None, reversed(errors)))}")


def _tell(talk: subprocess.Popen[bytes], before: str, reader: Path, source: Path) -> str:
    """Have psql do what a dump holds, and keep it where the dump came whole; else what pg_restore says of it."""
    assert talk.stdin is not None
    try:
        with talk.stdin as told:
            told.write(f"{before}\n".encode())
            told.flush()
            done = subprocess.run(  # noqa: S603
                [reader, "--no-owner", "--file=-", source],
                stdin=subprocess.DEVNULL, stdout=told, stderr=subprocess.PIPE, text=True, check=False,
            )  # fmt: skip
            if done.returncode:
                return f"{reader.name}: {done.stderr.strip()}"
            told.write(b"COMMIT;\n")
    except BrokenPipeError:
        return "psql ended before it had read the dump"
    return ""


def _drops(store: Store) -> str:
    """Takes away our tables and views: those that a dump does not know would stand in the way of those that it brings."""
    with store.reading() as session:
        ours = views.there(session.connection())
    dropped = (("VIEW", ours), ("TABLE", _tables(store)))
    written = ((kind, ", ".join(f"public.{name}" for name in names)) for kind, names in dropped if names)
    return " ".join(f"DROP {kind} {names};" for kind, names in written)


def _refuse_others(store: Store) -> None:
    """A DROP that is taken back tells what others have built on our tables."""
    names = ", ".join(_tables(store))
    if not names:
        return
    try:
        with store.writing() as session:
            views.drop(session.connection())
            with views.nothing_built_on("tables"):
                session.connection().execute(text(f"DROP TABLE {names}"))
            session.rollback()
    except StorageError as error:
        raise BackupError(
            f"{store.url} was left as it is. A restore would take along what others have made there: keep its definition, "
            f"drop it, restore, and make it again: {error}"
        ) from error


def _tables(store: Store) -> list[str]:
    """Our tables that are there."""
    with store.reading() as session:
        there = set(inspect(session.connection()).get_table_names())
    return sorted(there & {*TABLES, *searchtables.NAMES, VERSION_TABLE})


def server_version(store: Store) -> int:
    """The major version of a PostgreSQL server."""
    with store.reading() as session:
        return int(session.connection().execute(text("SHOW server_version_num")).scalar_one()) // 10_000


def tool(name: str, version: int, folder: Path | None) -> Path:
    """A tool of PostgreSQL that is not older than the server: an older one refuses, or loses what it does not know."""
    found = [(path, _version_of(path)) for path in _candidates(name, folder)]
    for path, own in found:
        if own >= version:
            return path
    known = ", ".join(f"{path} is {own}" for path, own in found) or "none was found"
    raise BackupError(
        f"the server is PostgreSQL {version}, which needs a {name} of version {version} or newer: {known}. "
        f"Install postgresql-client-{version}, or name the folder of one in JARCHI_PG_TOOLS"
    )


def _candidates(name: str, folder: Path | None) -> Iterator[Path]:
    if folder is not None:
        yield from (path for path in (folder / name,) if path.is_file())
        return
    seen = [Path(path)] if (path := shutil.which(name)) else []
    for pattern in _FOLDERS:
        seen += sorted(Path("/").glob(f"{pattern.lstrip('/')}/{name}"), reverse=True)
    yield from dict.fromkeys(seen)


def _version_of(path: Path) -> int:
    try:
        said = subprocess.run(  # noqa: S603 - a tool of PostgreSQL, found by its name
            [path, "--version"], capture_output=True, text=True, check=False, timeout=30
        )
    except OSError:
        return 0
    found = _VERSION.search(said.stdout)
    return int(found[1]) if found else 0


def _call(program: Path, url: str, *arguments: str) -> None:
    address = make_url(url)
    done = subprocess.run(  # noqa: S603
        [program, f"--dbname={_conninfo(address)}", *arguments], env=_environment(address), stdin=subprocess.DEVNULL,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode != 0:
        raise BackupError(f"{program.name}: {done.stderr.strip()}")


def _environment(address: URL) -> dict[str, str]:
    """A password goes by it, which other users cannot read."""
    return {**os.environ, "PGPASSWORD": address.password or os.environ.get("PGPASSWORD", "")}


def _conninfo(address: URL) -> str:
    from psycopg.conninfo import make_conninfo  # noqa: PLC0415 - an extra: SQLite needs none of it

    values = {
        "host": address.host,
        "port": address.port,
        "user": address.username,
        "dbname": address.database,
    }
    known = {key: str(value) for key, value in (*values.items(), *address.query.items()) if value is not None}
    return make_conninfo("", **known)


def _opened(url: str) -> sqlite3.Connection:
    path = sqlite_file(url)
    if not path.is_file():
        raise BackupError(f"{path}: there is no database to copy")
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, isolation_level=None, timeout=30)
