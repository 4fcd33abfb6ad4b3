"""The schema's version: new databases are made, older ones upgraded on request, newer ones left alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from importlib.resources import as_file, files
from importlib.resources.abc import Traversable
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, inspect, text

from news.errors import DatabaseOutdated, DatabaseTooNew, DatabaseUnreachable
from storage import views
from storage.engine import Store, connect

if TYPE_CHECKING:
    from alembic.config import Config

#: Alembic's own.
VERSION_TABLE = "alembic_version"
_ARTICLES = "article"


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
            require_current(store)
            store.use_wal()
        undoing.pop_all()
    return store


def revision(store: Store) -> str | None:
    """The migration the database stands at; None for an empty one."""
    with store.reading() as session:
        return _revision(session.connection())


def upgrade(store: Store, told: Callable[[str, float], None] | None = None) -> tuple[str | None, str]:
    """Bring the schema to this program's version; returns the migrations before and after.

    Openers of one empty database take turns; the later ones find it made. `told` hears of each migration how many
    seconds it took; all of them are one transaction, which may still fail then.
    """
    from alembic import command  # noqa: PLC0415 - a fifth of a second, and needed once in a database's life

    with _config() as config:
        with store.connecting() as connection:
            before = _revision(connection)
            if before is None:
                _refuse_foreign(store, connection)
            else:
                _refuse_newer(store, connection, before)
            views.drop(connection)
            config.attributes["connection"] = connection
            config.attributes["applied"] = _timed(told)
            command.upgrade(config, "head")
            views.make(connection)
        store.use_wal()
        return before, revisions()[-1]


def _timed(told: Callable[[str, float], None] | None) -> Callable[..., None]:
    """What Alembic calls after each migration."""
    began = [perf_counter()]

    def applied(*, step: Any, **_: Any) -> None:
        now = perf_counter()
        if told is not None:
            told(step.up_revision_id, now - began[0])
        began[0] = now

    return applied


def revisions() -> tuple[str, ...]:
    """The migrations that this program knows, oldest first, by the names of their files (`v0001_…`)."""
    names = (file.name for file in (_migrations() / "versions").iterdir())
    return tuple(sorted(name[1:].partition("_")[0] for name in names if name.startswith("v") and name.endswith(".py")))


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    found: str | None = connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar()  # noqa: S608
    return found


def require_current(store: Store) -> None:
    """Make sure that this program may use a database; raises DatabaseTooNew and DatabaseOutdated."""
    with store.reading() as session:
        connection = session.connection()
        current = _revision(connection)
        _refuse_newer(store, connection, current)
        if current != revisions()[-1]:
            raise DatabaseOutdated(f"{store.url} is older than this program: run `jarchi db upgrade`")


def _refuse_newer(store: Store, connection: Connection, current: str | None) -> None:
    if current in revisions():
        return
    if not inspect(connection).has_table(_ARTICLES):
        raise DatabaseUnreachable(
            f"{store.url} is another program's database (schema {current}); nothing was changed"
        )
    raise DatabaseTooNew(
        f"{store.url} was written by a newer Jarchi (schema {current}); nothing was changed: update the program"
    )


def _refuse_foreign(store: Store, connection: Connection) -> None:
    """A SQLite file belongs to one program; a PostgreSQL database may be shared while no name is taken twice."""
    from storage.metadata import TABLES  # noqa: PLC0415

    names = set(inspect(connection).get_table_names()) - {VERSION_TABLE}
    taken = names if store.is_sqlite else names & set(TABLES)
    if taken:
        raise DatabaseUnreachable(
            f"{store.url} holds tables that are not Jarchi's: {', '.join(sorted(taken))}"
        )


def _migrations() -> Traversable:
    return files("storage") / "migrations"


@contextmanager
def _config() -> Iterator[Config]:
    from alembic.config import Config  # noqa: PLC0415

    with as_file(_migrations()) as folder:
        config = Config()
        config.set_main_option("script_location", str(Path(folder)).replace("%", "%%"))
        yield config
