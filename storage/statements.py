"""Statements below the session, for what every page of every crawl passes: built once, and sent without a unit of work.

They see what has been flushed, and change no row that a session holds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Connection, Dialect, Executable, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.compiler import SQLCompiler
from sqlmodel import Session, SQLModel

_Convert = Callable[[Any], Any]
#: Where a session keeps its connection for us: asked for it, SQLAlchemy takes as long as SQLite for a small statement.
_CONNECTION = "jarchi_connection"


@dataclass(frozen=True, slots=True)
class _Driven:
    """A statement as SQLite's driver takes it, and what becomes of values on their way there and back."""

    sql: str
    #: name, conversion, and the value that stands in the statement itself
    taken: tuple[tuple[str, _Convert | None, Any], ...]
    given: tuple[_Convert | None, ...]

    def values(self, named: Mapping[str, Any]) -> tuple[Any, ...]:
        """In the order of the statement's places."""
        return tuple(
            [
                convert(named.get(name, own)) if convert else named.get(name, own)
                for name, convert, own in self.taken
            ]
        )

    def rows(self, found: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        """As their columns' types give them."""
        if not any(self.given):
            return found
        return [
            tuple([convert(one) if convert else one for convert, one in zip(self.given, row, strict=True)])
            for row in found
        ]


class Built:
    """A statement that is built once.

    SQLite's driver is given it as it is: SQLAlchemy's way there costs several times what SQLite itself does.
    """

    def __init__(self, statement: Executable, names: Sequence[str] | None = None) -> None:
        """`names` are the columns of an INSERT that does not tell them."""
        self._statement, self._names = statement, names
        self._driven: tuple[Dialect, _Driven] | None = None

    def rows(self, session: Session, **values: object) -> Sequence[Sequence[Any]]:
        """What a query finds."""
        connection = _connection(session)
        if connection.dialect.name == "postgresql":
            return connection.execute(self._statement, values).all()
        driven = self._for(connection.dialect)
        with closing(connection.connection.cursor()) as cursor:
            return driven.rows(cursor.execute(driven.sql, driven.values(values)).fetchall())

    def value(self, session: Session, **values: object) -> Any:
        """The first column of the first row that a query finds; None where there is none."""
        found = self.rows(session, **values)
        return found[0][0] if found else None

    def run(self, session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
        """Change something, once for each of these rows of values."""
        connection = _connection(session)
        if connection.dialect.name == "postgresql":
            connection.execute(self._statement, rows)
            return
        driven = self._for(connection.dialect)
        with closing(connection.connection.cursor()) as cursor:
            cursor.executemany(driven.sql, [driven.values(row) for row in rows])

    def insert(self, session: Session, row: Mapping[str, Any]) -> int:
        """Insert a row whose key the database gives; returns that."""
        connection = _connection(session)
        if connection.dialect.name == "postgresql":
            made = connection.execute(self._statement, row).inserted_primary_key
            assert made is not None
            return int(made[0])
        driven = self._for(connection.dialect)
        with closing(connection.connection.cursor()) as cursor:
            return int(cursor.execute(driven.sql, driven.values(row)).lastrowid)

    def _for(self, dialect: Dialect) -> _Driven:
        if self._driven is None or self._driven[0] is not dialect:
            self._driven = dialect, _driven(self._statement, self._names, dialect)
        return self._driven[1]


def _driven(statement: Executable, names: Sequence[str] | None, dialect: Dialect) -> _Driven:
    built = statement.compile(dialect=dialect, column_keys=names)  # type: ignore[attr-defined]
    assert isinstance(built, SQLCompiler)
    assert not built.post_compile_params, "a list of values has no fixed number of places"
    own = {**built.construct_params(_check=False), **_defaults(built)}
    taken = (
        (name, built.binds[name].type.dialect_impl(dialect).bind_processor(dialect), own[name])
        for name in built.positiontup or ()
    )
    columns = statement.selected_columns if hasattr(statement, "selected_columns") else ()
    given = (column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns)
    return _Driven(str(built), tuple(taken), tuple(given))


def _defaults(built: SQLCompiler) -> dict[str, Any]:
    """What an INSERT gives the columns that nobody names."""
    prefetched = built.insert_prefetch or ()
    return {column.key: column.default.arg for column in prefetched}  # type: ignore[union-attr]


def _connection(session: Session) -> Connection:
    """The connection of a session's transaction, which closes it; SQLAlchemy is asked where that is over or has failed."""
    transaction = session.get_transaction()
    kept: Connection | None = session.info.get(_CONNECTION)
    if kept is None or kept.closed or transaction is None or not transaction.is_active:
        kept = session.info[_CONNECTION] = session.connection()
    return kept


def table_of(row: type[SQLModel]) -> Table:
    """The table of a class of rows."""
    found: Table = row.__table__  # type: ignore[attr-defined]
    return found


def value_of(session: Session, query: Executable, **values: object) -> Any:
    """The first column of the first row that a query finds; None where there is none."""
    return _connection(session).execute(query, values).scalar()


def insert(session: Session, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows of the same columns."""
    _inserting(table, tuple(rows[0])).run(session, rows)


def insert_one(session: Session, table: Table, row: Mapping[str, Any]) -> int:
    """Insert a row whose key the database gives; returns that."""
    return _inserting(table, tuple(row)).insert(session, row)


def put(session: Session, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows of the same columns; of one that is there already, found by its key, these columns are changed."""
    _putting(table, tuple(rows[0]), _connection(session).dialect.name).run(session, rows)


@cache
def _inserting(table: Table, names: tuple[str, ...]) -> Built:
    return Built(table.insert(), names)


@cache
def _putting(table: Table, names: tuple[str, ...], dialect: str) -> Built:
    statement = postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
    keys = [column.name for column in table.primary_key]
    changed = {name: statement.excluded[name] for name in names if name not in keys}
    return Built(statement.on_conflict_do_update(index_elements=keys, set_=changed), names)
