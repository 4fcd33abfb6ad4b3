"""The full-text tables, which no ORM describes: FTS5 on SQLite, a tsvector with GIN on PostgreSQL.

Both are fed with our own folded words, so both engines find the same articles.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, MetaData, event, text
from sqlmodel import SQLModel

SQLITE_DDL = (
    "CREATE VIRTUAL TABLE article_search USING fts5(title, body, "
    "tokenize=\"unicode61 remove_diacritics 0 categories 'L* N* Co Mn Mc'\")",
)
POSTGRESQL_DDL = (
    "CREATE TABLE article_search (article_id INTEGER NOT NULL, document TSVECTOR NOT NULL, words TEXT NOT NULL, "
    "CONSTRAINT pk_article_search PRIMARY KEY (article_id), "
    "CONSTRAINT fk_article_search_article_id FOREIGN KEY (article_id) REFERENCES article (id) ON DELETE CASCADE)",
    "CREATE INDEX ix_article_search_document ON article_search USING gin (document)",
)


def create(_: MetaData, connection: Connection, **__: Any) -> None:
    """Create them beside the tables of the metadata."""
    for statement in POSTGRESQL_DDL if connection.dialect.name == "postgresql" else SQLITE_DDL:
        connection.execute(text(statement))


event.listen(SQLModel.metadata, "after_create", create)
