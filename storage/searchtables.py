"""The full-text tables, which no ORM describes: FTS5 on SQLite, a tsvector with GIN on PostgreSQL.

Both are fed with our own folded words, so both engines find the same articles. `search_change` says which articles
changed since a reader last looked (`storage.columns`); it outlives them, so that readers hear of what went.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, MetaData, event, text
from sqlmodel import SQLModel

#: Tables that the metadata does not name.
NAMES = ("article_search", "search_change")
_CHANGES = (
    "CREATE TABLE search_change (article_id INTEGER NOT NULL, stamp BIGINT NOT NULL, "
    "CONSTRAINT pk_search_change PRIMARY KEY (article_id))",
    "CREATE INDEX ix_search_change_stamp ON search_change (stamp)",
)
SQLITE_DDL = (
    "CREATE VIRTUAL TABLE article_search USING fts5(title, body, forms, prefix='3', "
    "tokenize=\"unicode61 remove_diacritics 0 categories 'L* N* Co Mn Mc'\")",
    *_CHANGES,
)
POSTGRESQL_DDL = (
    "CREATE TABLE article_search (article_id INTEGER NOT NULL, document TSVECTOR NOT NULL, words TEXT NOT NULL, "
    "CONSTRAINT pk_article_search PRIMARY KEY (article_id), "
    "CONSTRAINT fk_article_search_article_id FOREIGN KEY (article_id) REFERENCES article (id) ON DELETE CASCADE)",
    "CREATE INDEX ix_article_search_document ON article_search USING gin (document)",
    *_CHANGES,
)


def create(_: MetaData, connection: Connection, **__: Any) -> None:
    """Create them beside the tables of the metadata."""
    for statement in POSTGRESQL_DDL if connection.dialect.name == "postgresql" else SQLITE_DDL:
        connection.execute(text(statement))


event.listen(SQLModel.metadata, "after_create", create)
