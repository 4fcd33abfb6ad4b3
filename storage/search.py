"""Searching the archive: one meaning on both engines.

The index gives the articles that hold the words; filters, days, counts and order come from columns in memory, so that
totals and facets are exact whatever was found. The newest matches are ranked; those behind them follow by date.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from types import MappingProxyType
from typing import Any

import numpy as np
from sqlalchemy import func, select
from sqlmodel import Session, col

from news.errors import QueryError
from news.values import TagKind
from storage import columns as memory
from storage.columns import Columns, Ids, Mask
from storage.engine import writes
from storage.matching import Asked, as_written, in_days, matches, with_names, words_expression
from storage.query import Days, Node, Problem, parse_query, positive_words, read_query
from storage.snippets import Sought, snippet_of
from storage.tables import AddressRow, ArticleRow, TagRow

__all__ = ["FACETS", "Filters", "Found", "Hit", "Sought", "matching", "search", "search_ids", "snippet_of"]

#: A title's word weighs so many times a body's in the ranking, and one of another form so much.
TITLE_WEIGHT, FORM_WEIGHT = 5.0, 0.5
#: Of two articles with the same words the one so much older has half the score.
HALF_LIFE_DAYS = 730.0
#: So many of the newest matches are ranked; ranking costs by the match, and on PostgreSQL more.
RANKED_SQLITE, RANKED_POSTGRESQL = 5_000, 1_000
#: Where archived out of order, the newest may lie among many others: no more than these are looked at.
_MOST_SCANNED = 4 * RANKED_SQLITE
FACETS = ("network", "city", "country", "language", "source", "kind", "month")
_MICROSECONDS_A_DAY = 86_400_000_000
_NO_KINDS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What a search is narrowed to; None and an empty tuple narrow nothing."""

    network: str | None = None
    #: GeoNames id
    city: str | None = None
    #: ISO 3166 alpha-2
    country: str | None = None
    language: str | None = None
    #: keys of sources; several are alternatives
    sources: tuple[str, ...] = ()
    #: of the source
    kind: str | None = None
    after: datetime | None = None
    before: datetime | None = None

    def __post_init__(self) -> None:
        for value in (self.network, self.city, self.country, self.language, self.kind, *self.sources):
            if value is not None and not value.isprintable():
                raise QueryError(f"not a key to narrow a search to: {value!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """An article found."""

    id: int
    url: str
    title: str
    source: str
    language: str
    published_at: datetime | None
    #: cut from the unfolded text
    snippet: str
    #: (start, end) of the found words within the snippet
    marks: tuple[tuple[int, int], ...]
    networks: tuple[str, ...]
    cities: tuple[str, ...]
    #: greater is better; 0 where nothing was ranked; not comparable between engines
    score: float
    #: addresses beside the first at which the same text was found
    copies: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One page of results."""

    total: int
    hits: tuple[Hit, ...]
    #: facet → (key, count), most frequent first; months newest first
    facets: dict[str, tuple[tuple[str, int], ...]] = field(default_factory=dict)
    #: what of the query was not understood
    problems: tuple[Problem, ...] = ()
    #: the newest article of this search by id: given back with later pages, it keeps out what has come since
    pin: int = 0


@dataclass(frozen=True, slots=True)
class _Ranking:
    """What a search found, in order."""

    mask: Mask
    ids: Ids
    #: of the first ones; the others were not ranked
    scores: Sequence[float]
    pin: int


def search(  # noqa: PLR0913  each is a choice of the reader
    session: Session,
    query: str = "",
    filters: Filters | None = None,
    *,
    limit: int = 20,
    offset: int = 0,
    facets: bool = False,
    exact: bool = False,
    newest: bool = False,
    pin: int = 0,
    kinds: Mapping[str, str] = _NO_KINDS,
    zone: tzinfo = UTC,
) -> Found:
    """Articles that match: best first, or newest first where no word is sought or `newest` is said.

    What of the query is not understood stands in `problems`; the rest is searched. `exact` holds words to the letters
    typed; `kinds` tells the kind of each source; days of the query begin in `zone`. With the `pin` of a first page the
    pages behind it neither repeat nor miss an article, whatever arrives meanwhile.
    """
    reading = read_query(query, zone)
    filters = filters or Filters()
    columns = memory.current(session, is_writing=writes(session))
    node = reading.node if exact else with_names(reading.node)
    question = (query, filters, exact, newest, pin, zone)
    ranking = memory.remembered(session, question) if pin and not writes(session) else None
    if ranking is None:
        asked = Asked(session, columns, filters.language, kinds)
        ranking = _ranking(asked, node, filters, is_exact=exact, by_date=newest, pin=pin)
        memory.remember(session, (*question[:4], ranking.pin, zone), ranking)
    chosen = ranking.ids[offset : offset + limit]
    scores = [*ranking.scores[offset : offset + limit], *[0.0] * len(chosen)]
    return Found(
        total=len(ranking.ids),
        hits=_hits(session, [int(one) for one in chosen], scores, Sought.of(node, filters.language)),
        facets=count_facets(columns, ranking.ids, kinds) if facets else {},
        problems=reading.problems,
        pin=ranking.pin,
    )


def search_ids(
    session: Session,
    query: str = "",
    filters: Filters | None = None,
    *,
    exact: bool = False,
    kinds: Mapping[str, str] = _NO_KINDS,
    zone: tzinfo = UTC,
) -> tuple[tuple[int, ...], tuple[Problem, ...]]:
    """The ids of every article found, newest first, and what of the query was not understood."""
    reading = read_query(query, zone)
    filters = filters or Filters()
    asked = Asked(session, memory.current(session, is_writing=writes(session)), filters.language, kinds)
    node = reading.node if exact else with_names(reading.node)
    ranking = _ranking(asked, node, filters, is_exact=exact, by_date=True, pin=0)
    return tuple(map(int, ranking.ids)), reading.problems


def among(session: Session, articles: Collection[int], kinds: Mapping[str, str] = _NO_KINDS) -> Asked:
    """Some articles, for queries that are asked about them alone."""
    return Asked(session, memory.of(session, articles), None, kinds, articles)


def matching(asked: Asked, query: str) -> tuple[int, ...]:
    """Those that match, by id; raises QueryError for a query that cannot be read."""
    return tuple(map(int, np.flatnonzero(matches(asked, with_names(parse_query(query))))))


def _ranking(
    asked: Asked, node: Node | None, filters: Filters, *, is_exact: bool, by_date: bool, pin: int
) -> _Ranking:
    found = matches(asked, node) & _narrowed(asked, filters)
    if is_exact:
        found = as_written(asked.session, found, list(positive_words(node)))
    pin = pin or asked.columns.last
    found[pin + 1 :] = False
    ids = _newest_first(asked.columns, np.flatnonzero(found))
    if by_date or not any(positive_words(node)):
        return _Ranking(found, ids, (), pin)
    window = _window(asked, found, ids)
    scores = _scores(asked, node, window)
    order = np.lexsort((-window, -asked.columns.moment[window], -scores))
    rest = ids[~np.isin(ids, window)]
    return _Ranking(
        found, np.concatenate([window[order], rest]), [float(score) for score in scores[order]], pin
    )


def _newest_first(columns: Columns, ids: Ids) -> Ids:
    return ids[np.lexsort((-ids, -columns.moment[ids]))]


def _window(asked: Asked, found: Mask, ids: Ids) -> Ids:
    """The matches that are ranked: the newest, or those that came last where too many lie between the newest."""
    if not memory.is_sqlite(asked.session):
        return ids[:RANKED_POSTGRESQL]
    window = ids[:RANKED_SQLITE]
    if len(window) and np.count_nonzero(found[window.min() : window.max() + 1]) > _MOST_SCANNED:
        return np.flatnonzero(found)[-RANKED_SQLITE:]
    return window


def _narrowed(asked: Asked, filters: Filters) -> Mask:
    columns = asked.columns
    found = in_days(columns, Days(filters.after, filters.before))
    for name in ("network", "city", "country"):
        if (value := getattr(filters, name)) is not None:
            found &= columns.tagged(f"{name} {value}")
    if filters.language is not None:
        found &= columns.language == columns.languages.known(filters.language)
    for keys in (filters.sources, _of_kind(asked, filters.kind)):
        if keys is not None and (keys or filters.kind is not None):
            found &= np.isin(columns.source, [columns.sources.known(key) for key in keys])
    return found


def _of_kind(asked: Asked, kind: str | None) -> tuple[str, ...] | None:
    if kind is None:
        return None
    return tuple(key for key in asked.columns.sources.keys if asked.kinds.get(key) == kind)


def _scores(asked: Asked, node: Node | None, window: Ids) -> np.ndarray[Any, np.dtype[np.float64]]:
    """How well each of these matches, 0 where no word was found, halved with every two years behind the newest."""
    scores = np.zeros(len(asked.columns.alive), np.float64)
    if len(window):
        rank = _bm25 if memory.is_sqlite(asked.session) else _ts_rank
        for article, score in rank(asked, node, window):
            scores[article] = score
    moments = asked.columns.moment[window]
    age = (moments.max(initial=0) - moments) / _MICROSECONDS_A_DAY if len(window) else moments
    found: np.ndarray[Any, np.dtype[np.float64]] = scores[window] * np.exp2(-age / HALF_LIFE_DAYS)
    return found


def _bm25(asked: Asked, node: Node | None, window: Ids) -> Iterable[tuple[int, float]]:
    parts = (words_expression(asked.session, part, asked.language).written for part in positive_words(node))
    statement = (
        f"SELECT rowid, -bm25(article_search, {TITLE_WEIGHT}, 1.0, {FORM_WEIGHT}) FROM article_search "  # noqa: S608
        f"WHERE article_search MATCH ? AND rowid BETWEEN {window.min()} AND {window.max()}"
    )
    rows = asked.session.connection().exec_driver_sql(statement, (" OR ".join(parts),))
    # FTS5 counts a word that most articles hold as nearly nothing; it is found all the same
    return ((article, max(score, 1e-6)) for article, score in rows)


def _ts_rank(asked: Asked, node: Node | None, window: Ids) -> Iterable[tuple[int, float]]:
    parts = [words_expression(asked.session, part, asked.language) for part in positive_words(node)]
    queries = [value for part in parts for value in part.values if "'" in value]
    ids = ",".join(map(str, window))
    rank = "ts_rank('{0.2, 0.1, 0.2, 1.0}', document, CAST(%s AS tsquery))"
    statement = f"SELECT article_id, {rank} FROM article_search WHERE article_id IN ({ids})"  # noqa: S608
    rows = asked.session.connection().exec_driver_sql(
        statement, (" | ".join(f"({query})" for query in queries),)
    )
    return ((row[0], float(row[1])) for row in rows)


def count_facets(
    columns: Columns, ids: Ids, kinds: Mapping[str, str]
) -> dict[str, tuple[tuple[str, int], ...]]:
    """How many of the articles have each value of each facet, exactly."""
    counts = {
        **columns.count_tags(ids),
        **{name: columns.count(name, ids) for name in ("language", "source", "month")},
    }
    counts["kind"] = {}
    for source, number in counts["source"].items():
        kind = kinds.get(source)
        if kind:
            counts["kind"][kind] = counts["kind"].get(kind, 0) + number
    ordered = {name: _by_count(counts[name]) for name in FACETS}
    ordered["month"] = tuple(sorted(counts["month"].items(), reverse=True))
    return ordered


def _by_count(counts: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))


def _hits(session: Session, ids: list[int], scores: Sequence[float], sought: Sought) -> tuple[Hit, ...]:
    """The articles to show, in the order given, read in three questions whatever their number."""
    columns = (
        ArticleRow.id, ArticleRow.url, ArticleRow.title, ArticleRow.source, ArticleRow.language,
        ArticleRow.published_at, ArticleRow.text,
    )  # fmt: skip
    rows = {
        row.id: row for row in session.execute(select(*map(col, columns)).where(col(ArticleRow.id).in_(ids)))
    }
    tags: dict[int, list[Any]] = {}
    for tag in session.execute(
        select(
            col(TagRow.article_id), col(TagRow.kind), col(TagRow.key), col(TagRow.part),
            col(TagRow.span_start), col(TagRow.span_end),
        ).where(col(TagRow.article_id).in_(ids)).order_by(col(TagRow.article_id), col(TagRow.position))
    ):  # fmt: skip
        tags.setdefault(tag.article_id, []).append(tag)
    counted = select(col(AddressRow.article_id), func.count()).where(col(AddressRow.article_id).in_(ids))
    copies = {row[0]: row[1] for row in session.execute(counted.group_by(col(AddressRow.article_id)))}
    return tuple(
        _hit(rows[one], score, sought, tags.get(one, []), copies.get(one, 0))
        for one, score in zip(ids, scores, strict=False)
        if one in rows
    )


def _hit(row: Any, score: float, sought: Sought, tags: list[Any], copies: int) -> Hit:
    named = [
        (tag.span_start, tag.span_end)
        for tag in tags
        if tag.part == "text" and f"{tag.kind} {tag.key}" in sought.names
    ]
    snippet, marks = snippet_of(row.text, sought, row.language, named)
    return Hit(
        id=row.id,
        url=row.url,
        title=row.title,
        source=row.source,
        language=row.language,
        published_at=row.published_at,
        snippet=snippet,
        marks=marks,
        score=score,
        copies=max(0, copies - 1),
        networks=_distinct(tags, TagKind.NETWORK),
        cities=_distinct(tags, TagKind.CITY),
    )


def _distinct(tags: Iterable[Any], kind: TagKind) -> tuple[str, ...]:
    return tuple(dict.fromkeys(tag.key for tag in tags if tag.kind == kind))
