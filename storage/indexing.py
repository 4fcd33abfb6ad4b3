"""The rows of the full-text index: what `storage.fulltext` makes of an article, put in and taken out."""

from __future__ import annotations

from sqlalchemy import text
from sqlmodel import Session

from storage.fulltext import Entry, in_order, tsvector
from storage.statements import Built


def add(session: Session, article_id: int, found: Entry) -> None:
    """Put an article into the index, where nothing stands for it."""
    if _is_postgresql(session):
        values = {"id": article_id, "document": tsvector(found), "words": in_order(found)}
        _ADD_POSTGRESQL.run(session, [values])
    else:
        values = {"id": article_id, "title": found.title, "body": found.body, "forms": found.forms}
        _ADD_SQLITE.run(session, [values])
    _stamp(session, article_id)


def remove(session: Session, article_id: int) -> None:
    """Take an article out of the index."""
    remove_it = _REMOVE_POSTGRESQL if _is_postgresql(session) else _REMOVE_SQLITE
    remove_it.run(session, [{"id": article_id}])
    _stamp(session, article_id)


def _stamp(session: Session, article_id: int) -> None:
    """Tell the readers that keep columns in memory (`storage.columns`) that this article changed."""
    stamp_it = _STAMP_POSTGRESQL if _is_postgresql(session) else _STAMP_SQLITE
    stamp_it.run(session, [{"id": article_id}])


def _is_postgresql(session: Session) -> bool:
    return session.get_bind().dialect.name == "postgresql"


def _built(statement: str) -> Built:
    return Built(text(statement))


_STAMP = (
    "INSERT INTO search_change (article_id, stamp) VALUES (:id, {}) "
    "ON CONFLICT (article_id) DO UPDATE SET stamp = excluded.stamp"
)
_STAMP_POSTGRESQL = _built(_STAMP.format("CAST(CAST(pg_current_xact_id() AS TEXT) AS BIGINT)"))
# drawn, so that a number tells one history of a database from another that began with the same backup (`storage.snapshot`)
_STAMP_SQLITE = _built(
    _STAMP.format("(SELECT coalesce(max(stamp), 0) + 1 + (random() & 1073741823) FROM search_change)")
)
_ADD_POSTGRESQL = _built(
    "INSERT INTO article_search (article_id, document, words) VALUES (:id, CAST(:document AS tsvector), :words)"
)
_ADD_SQLITE = _built(
    "INSERT INTO article_search (rowid, title, body, forms) VALUES (:id, :title, :body, :forms)"
)
_REMOVE_POSTGRESQL = _built("DELETE FROM article_search WHERE article_id = :id")
_REMOVE_SQLITE = _built("DELETE FROM article_search WHERE rowid = :id")
