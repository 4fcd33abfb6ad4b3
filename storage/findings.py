"""Articles that are news, until the rules of searches have seen them; and what such a rule found."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from sqlalchemy import func, insert
from sqlalchemy.orm.attributes import flag_modified
from sqlmodel import Session, col, select

from news.errors import QueryError
from news.values import Freshness
from storage import rules
from storage.engine import Store
from storage.matching import Asked
from storage.query import Node, parse_query
from storage.readertables import FreshArticleRow
from storage.rules import Rule
from storage.search import Filters, Sought, among, matching, search_ids, snippet_of
from storage.storytables import StoryArticleRow
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


def match(store: Store, now: datetime, limit: int = 500, kinds: Mapping[str, str] = _NO_KINDS) -> int:
    """Let the rules of searches see the articles that wait; returns how many were seen.

    What the searches find is asked in a transaction that only reads. Deliveries and mark go in another, which is short,
    under a row lock, as for events; what changed between the two waits on. `kinds` tells the kind of each source.
    """
    while True:
        with store.reading() as session:
            looked = _look(session, limit, kinds)
        if not looked.versions:
            return 0
        with store.writing() as session:
            seen = _settle(session, looked, now)
        if seen is not None:
            return seen


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
    """What the rule's search finds among articles published, or first seen, since then: newest first, each text once."""
    found, _ = search_ids(session, rule.query, Filters(after=since), kinds=kinds)
    leading: dict[str, int] = {}
    for article, digest in _texts(session, found[:limit]).items():
        leading.setdefault(digest, article)
    once = set(leading.values())
    return tuple(load(session, article, rule.query) for article in found[:limit] if article in once)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Looked:
    """What the searches found, and what they were asked about."""

    #: readings of each article then
    versions: Mapping[int, int]
    rules: tuple[Rule, ...]
    #: article, rule, recipient
    chosen: tuple[tuple[int, str, str], ...]


def _look(session: Session, limit: int, kinds: Mapping[str, str]) -> _Looked:
    rows = session.exec(
        select(FreshArticleRow.article_id, ArticleRow.versions)
        .join(ArticleRow, col(ArticleRow.id) == col(FreshArticleRow.article_id))
        .where(col(FreshArticleRow.matched_at).is_(None))
        .order_by(col(FreshArticleRow.article_id))
        .limit(limit)
    )
    versions, asked = dict(rows.all()), rules.rules(session)
    chosen = tuple(_chosen(session, list(versions), asked, kinds)) if versions else ()
    return _Looked(versions=versions, rules=asked, chosen=chosen)


def _settle(session: Session, looked: _Looked, now: datetime) -> int | None:
    """Write deliveries and marks; None where the rules are others than those that were asked."""
    if rules.rules(session) != looked.rules:
        return None
    rows = session.exec(
        select(FreshArticleRow)
        .where(
            col(FreshArticleRow.article_id).in_(list(looked.versions)),
            col(FreshArticleRow.matched_at).is_(None),
        )
        .order_by(col(FreshArticleRow.article_id))
        .with_for_update(skip_locked=True)
    ).all()
    current = select(ArticleRow.id, ArticleRow.versions).where(
        col(ArticleRow.id).in_([row.article_id for row in rows])
    )
    same = {
        article for article, versions in session.exec(current) if versions == looked.versions[article or 0]
    }
    rows = [row for row in rows if row.article_id in same]
    _add_deliveries(session, [one for one in looked.chosen if one[0] in same], now)
    for row in rows:
        row.matched_at = now
    return len(rows)


def _chosen(
    session: Session, articles: Sequence[int], asked_by: Iterable[Rule], kinds: Mapping[str, str]
) -> Iterator[tuple[int, str, str]]:
    asked = among(session, articles, kinds)
    for rule in asked_by:
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


def _add_deliveries(session: Session, chosen: Sequence[tuple[int, str, str]], now: datetime) -> None:
    """Those that are not there yet; of articles with the same text a reader hears of one by a rule, whoever copied it."""
    pairs: dict[int, list[tuple[str, str]]] = {}
    for article, rule, recipient in chosen:
        pairs.setdefault(article, []).append((rule, recipient))
    texts = _texts(session, pairs)
    told = (
        select(ArticleRow.text_hash, DeliveryRow.rule, DeliveryRow.recipient)
        .join(ArticleRow, col(ArticleRow.id) == col(DeliveryRow.article_id))
        .where(col(ArticleRow.text_hash).in_(set(texts.values())))
    )
    known = set(session.exec(told).all())
    missing = []
    for article, digest in texts.items():  # the one that leads first
        missing += [(article, *pair) for pair in pairs[article] if (digest, *pair) not in known]
        known |= {(digest, *pair) for pair in pairs[article]}
    rows = [
        {
            "article_id": article,
            "status": "",
            "rule": rule,
            "recipient": recipient,
            "created_at": now,
            "attempts": 0,
        }
        for article, rule, recipient in sorted(missing)
    ]
    if rows:
        session.connection().execute(insert(DeliveryRow), rows)


def _texts(session: Session, articles: Iterable[int]) -> dict[int, str]:
    """The hashes of the texts of articles; of copies of each other the one that leads their story is first."""
    query = (
        select(ArticleRow.id, ArticleRow.text_hash)
        .join(StoryArticleRow, col(StoryArticleRow.article_id) == col(ArticleRow.id), isouter=True)
        .where(col(ArticleRow.id).in_(list(articles)))
        .order_by(func.coalesce(StoryArticleRow.place, 0), col(ArticleRow.sorted_at), col(ArticleRow.id))
    )
    return {article: digest for article, digest in session.exec(query) if article is not None}


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
