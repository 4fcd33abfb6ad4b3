"""The schema's version: new databases are made, older ones upgraded on request, newer ones left alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib.resources import as_file, files
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect
from sqlmodel import SQLModel

from news.errors import DatabaseOutdated, DatabaseTooNew, DatabaseUnreachable
from storage import searchtables, tables
from storage.engine import Store, connect

assert searchtables  # the metadata is whole only with it


def open_store(url: str) -> Store:
    """Open a database and make sure that this program may use it; an empty one gets its tables.

    Raises DatabaseTooNew and DatabaseOutdated beside what `connect` raises.
    """
    with ExitStack() as undoing:
        store = connect(url)
        undoing.callback(store.close)
        if revision(store) is None:
            upgrade(store)
        else:
            _check(store)
            store.use_wal()
        undoing.pop_all()
    return store


def revision(store: Store) -> str | None:
    """The migration the database stands at; None for an empty one."""
    with store.reading() as session:
        return _revision(session.connection())


def upgrade(store: Store) -> tuple[str | None, str]:
    """Bring the schema to this program's version; returns the migrations before and after.

    Openers of one empty database take turns; the later ones find it made.
    """
    with _config() as config:
        scripts = ScriptDirectory.from_config(config)
        with store.connecting() as connection:
            before = _revision(connection)
            if before is None:
                _refuse_foreign(store, connection)
            else:
                _refuse_newer(store, scripts, connection, before)
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
        store.use_wal()
        return before, str(scripts.get_current_head())


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _check(store: Store) -> None:
    with _config() as config, store.reading() as session:
        scripts = ScriptDirectory.from_config(config)
        connection = session.connection()
        current = _revision(connection)
        _refuse_newer(store, scripts, connection, current)
        if current != scripts.get_current_head():
            raise DatabaseOutdated(f"{store.url} is older than this program: run `jarchi db upgrade`")


def _refuse_newer(
    store: Store, scripts: ScriptDirectory, connection: Connection, current: str | None
) -> None:
    if current in {script.revision for script in scripts.walk_revisions()}:
        return
    if not inspect(connection).has_table(tables.ArticleRow.__tablename__):
        raise DatabaseUnreachable(
            f"{store.url} is another program's database (schema {current}); nothing was changed"
        )
    raise DatabaseTooNew(
        f"{store.url} was written by a newer Jarchi (schema {current}); nothing was changed: update the program"
    )


def _refuse_foreign(store: Store, connection: Connection) -> None:
    """A SQLite file belongs to one program; a PostgreSQL database may be shared while no name is taken twice."""
    names = set(inspect(connection).get_table_names()) - {"alembic_version"}
    taken = names if store.is_sqlite else names & set(SQLModel.metadata.tables)
    if taken:
        raise DatabaseUnreachable(
            f"{store.url} holds tables that are not Jarchi's: {', '.join(sorted(taken))}"
        )


@contextmanager
def _config() -> Iterator[Config]:
    with as_file(files("storage") / "migrations") as folder:
        config = Config()
        config.set_main_option("script_location", str(Path(folder)).replace("%", "%%"))
        yield config
