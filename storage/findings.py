"""Articles that are news, until the rules of searches have seen them; and what such a rule found."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from sqlalchemy import insert
from sqlalchemy.orm.attributes import flag_modified
from sqlmodel import Session, col, select

from news.errors import QueryError
from news.values import Freshness
from storage import rules
from storage.matching import Asked
from storage.query import Node, parse_query
from storage.readertables import FreshArticleRow
from storage.rules import Rule
from storage.search import Filters, Sought, among, matching, search_ids, snippet_of
from storage.tables import ArticleRow, DeliveryRow

_log = logging.getLogger(__name__)
_NO_KINDS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundArticle:
    """An article that a rule's search found."""

    id: int
    #: empty for one that was read from a file
    url: str
    source: str
    title: str
    #: ISO 639, or `und`
    language: str
    #: None where it bears no date
    published_at: datetime | None
    first_seen_at: datetime
    #: cut around the first word found
    snippet: str


def offer(session: Session, article: int, freshness: Freshness, now: datetime) -> None:
    """Have the rules look at an article that is news, again where they have seen it; what is none is left alone."""
    if freshness is not Freshness.NEWS:
        return
    row = session.get(FreshArticleRow, article)
    if row is None:
        session.add(FreshArticleRow(article_id=article, arrived_at=now))
    else:
        row.matched_at = None
        flag_modified(row, "matched_at")  # also where it was none when read: a matcher may be setting it now


def match(session: Session, now: datetime, limit: int = 500, kinds: Mapping[str, str] = _NO_KINDS) -> int:
    """Let the rules of searches see the articles that wait; returns how many there were.

    Deliveries and mark go in one transaction, under a row lock, as for events; `kinds` tells the kind of each source.
    """
    rows = session.exec(
        select(FreshArticleRow)
        .where(col(FreshArticleRow.matched_at).is_(None))
        .order_by(col(FreshArticleRow.article_id))
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    articles = [row.article_id for row in rows]
    if articles:
        _add_deliveries(session, articles, _chosen(session, articles, kinds), now)
    for row in rows:
        row.matched_at = now
    return len(rows)


def waits(session: Session) -> bool:
    """Whether an article waits for the rules."""
    query = select(FreshArticleRow.article_id).where(col(FreshArticleRow.matched_at).is_(None)).limit(1)
    return session.exec(query).first() is not None


def load(session: Session, article: int, query: str = "") -> FoundArticle:
    """An article, with the words around what a query finds; raises NoResultFound for an unknown one."""
    return _to_found(session.get_one(ArticleRow, article), query)


def told(
    session: Session, rule: Rule, since: datetime, limit: int = 1000, kinds: Mapping[str, str] = _NO_KINDS
) -> tuple[FoundArticle, ...]:
    """What the rule's search finds among articles published, or first seen, since then: newest first."""
    found, _ = search_ids(session, rule.query, Filters(after=since), kinds=kinds)
    return tuple(load(session, article, rule.query) for article in found[:limit])


def _chosen(
    session: Session, articles: Sequence[int], kinds: Mapping[str, str]
) -> Iterator[tuple[int, str, str]]:
    asked = among(session, articles, kinds)
    for rule in rules.rules(session):
        if rule.enabled and rule.query and rule.recipients:
            for article in _found(asked, rule):
                yield from ((article, rule.name, recipient) for recipient in rule.recipients)


def _found(asked: Asked, rule: Rule) -> Iterable[int]:
    """A query that an older program took and this one cannot read hinders no other rule."""
    try:
        return matching(asked, rule.query)
    except QueryError as error:
        _log.error("rule %s: its search is not understood: %s", rule.name, error)
        return ()


def _add_deliveries(
    session: Session, articles: Sequence[int], chosen: Iterable[tuple[int, str, str]], now: datetime
) -> None:
    """Those that are not there yet."""
    told = select(DeliveryRow.article_id, DeliveryRow.rule, DeliveryRow.recipient).where(
        col(DeliveryRow.article_id).in_(articles)
    )
    known = set(session.exec(told).all())
    missing = [
        {
            "article_id": article,
            "status": "",
            "rule": rule,
            "recipient": recipient,
            "created_at": now,
            "attempts": 0,
        }
        for article, rule, recipient in sorted(chosen)
        if (article, rule, recipient) not in known
    ]
    if missing:
        session.connection().execute(insert(DeliveryRow), missing)


def _to_found(row: ArticleRow, query: str) -> FoundArticle:
    assert row.id is not None
    return FoundArticle(
        id=row.id,
        url=row.url,
        source=row.source,
        title=row.title,
        language=row.language,
        published_at=row.published_at,
        first_seen_at=row.first_seen_at,
        snippet=snippet_of(row.text, Sought.of(_node(query), row.language), row.language)[0],
    )


def _node(query: str) -> Node | None:
    try:
        return parse_query(query)
    except QueryError:
        return None
