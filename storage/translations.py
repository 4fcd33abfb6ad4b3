"""Language versions of one announcement, as their pages name each other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlmodel import Session, col

from news.values import Alternate
from storage.keys import row_key
from storage.statements import put, table_of
from storage.storytables import AlternateRow
from storage.tables import AddressRow, ArticleRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Translation:
    """A kept article that is another's version in a language."""

    article: int
    language: str
    url: str
    source: str
    title: str


def note(session: Session, article_id: int, alternates: Iterable[Alternate]) -> None:
    """Keep what an article's page says of its versions in other languages, in place of what it said before."""
    rows = {
        key: {"article_id": article_id, "key": key, "url": one.address, "language": one.language}
        for one in alternates
        if (key := row_key(one.address))
    }
    connection = session.connection()
    connection.execute(
        delete(table_of(AlternateRow)).where(table_of(AlternateRow).c.article_id == article_id)
    )
    if rows:
        put(session, table_of(AlternateRow), list(rows.values()))


def of_article(session: Session, article_id: int) -> tuple[Translation, ...]:
    """The kept articles that its page names, whose pages name it, or that another of them names; by language."""
    found, fresh = {article_id}, {article_id}
    while fresh:
        fresh = _named(session, fresh) - found
        found |= fresh
    rows = session.scalars(
        select(ArticleRow)
        .where(col(ArticleRow.id).in_(found - {article_id}))
        .order_by(col(ArticleRow.language), col(ArticleRow.id))
    )
    return tuple(
        Translation(
            article=row.id or 0, language=row.language, url=row.url, source=row.source, title=row.title
        )
        for row in rows
    )


def _named(session: Session, ids: set[int]) -> set[int]:
    """Articles that name one of these, or that one of these names."""
    names = select(col(AddressRow.article_id)).join(
        AlternateRow, col(AlternateRow.key) == col(AddressRow.key)
    )
    named = select(col(AlternateRow.article_id)).join(
        AddressRow, col(AddressRow.key) == col(AlternateRow.key)
    )
    return {
        *session.scalars(names.where(col(AlternateRow.article_id).in_(ids))),
        *session.scalars(named.where(col(AddressRow.article_id).in_(ids))),
    }
