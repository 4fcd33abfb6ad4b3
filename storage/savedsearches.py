"""Searches that somebody gave a name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from news.errors import QueryError
from storage.query import parse_query
from storage.readertables import SavedSearchRow
from storage.search import Filters

#: Quotation marks of any keyboard, and what escapes them.
_MARKS = '"«»“”„\\'


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedSearch:
    """A query under a name."""

    name: str
    query: str
    saved_at: datetime


def save(session: Session, name: str, query: str, now: datetime) -> SavedSearch:
    """Keep a query, in place of the one of its name; raises QueryError for one that cannot be read."""
    parse_query(query)
    row = session.get(SavedSearchRow, name) or SavedSearchRow(name=name, query=query, saved_at=now)
    row.query, row.saved_at = query, now
    session.add(row)
    return _to_saved(row)


def saved(session: Session, name: str) -> SavedSearch | None:
    """The search of this name."""
    row = session.get(SavedSearchRow, name)
    return _to_saved(row) if row else None


def searches(session: Session) -> tuple[SavedSearch, ...]:
    """Every saved search, by name."""
    return tuple(map(_to_saved, session.exec(select(SavedSearchRow).order_by(col(SavedSearchRow.name)))))


def remove(session: Session, name: str) -> bool:
    """Forget a search; returns whether there was one. Rules that were made of it keep their query."""
    row = session.get(SavedSearchRow, name)
    if row is not None:
        session.delete(row)
    return row is not None


def in_words(query: str, filters: Filters) -> str:
    """A query that says what the filters say too, of days in UTC.

    Raises QueryError for a query that cannot be read, and for a value that no query can hold.
    """
    parse_query(query, is_kept=True)  # its values are judged where it is saved
    fields = list(_fields(filters))
    parts = [f"({query})" if fields else query] if query.strip() else []
    return " AND ".join([*parts, *fields])


def _fields(filters: Filters) -> Iterator[str]:
    for name in ("network", "city", "country", "language", "kind"):
        if value := getattr(filters, name):
            yield _field(name, value)
    if filters.sources:
        yield "(" + " OR ".join(_field("source", key) for key in filters.sources) + ")"
    for name in ("after", "before"):
        if moment := getattr(filters, name):
            yield f"{name}:{moment.date().isoformat()}"


def _field(name: str, value: str) -> str:
    if any(mark in value for mark in _MARKS):
        raise QueryError(f"{name}: a query cannot hold a quotation mark: {value!r}")
    return f'{name}:"{value}"'


def _to_saved(row: SavedSearchRow) -> SavedSearch:
    return SavedSearch(name=row.name, query=row.query, saved_at=row.saved_at)
