"""Statements below the session, for what every page of every crawl passes: built once, and sent without a unit of work.

They see what has been flushed, and change no row that a session holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Executable, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel


def table_of(row: type[SQLModel]) -> Table:
    """The table of a class of rows."""
    found: Table = row.__table__  # type: ignore[attr-defined]
    return found


def value_of(session: Session, query: Executable, **values: object) -> Any:
    """The first column of the first row that a query finds; None where there is none."""
    return session.connection().execute(query, values).scalar()


def put(session: Session, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows of the same columns; of one that is there already, found by its key, these columns are changed."""
    connection = session.connection()
    connection.execute(_putting(table, tuple(rows[0]), connection.dialect.name), rows)


@cache
def _putting(table: Table, names: tuple[str, ...], dialect: str) -> Executable:
    insert = postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
    keys = [column.name for column in table.primary_key]
    changed = {name: insert.excluded[name] for name in names if name not in keys}
    return insert.on_conflict_do_update(index_elements=keys, set_=changed)
