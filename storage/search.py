"""Searching the archive: one meaning on both engines.

The index gives the articles that hold the words; filters, days, counts and order come from columns in memory, so that
totals and facets are exact whatever was found. The newest matches are ranked; those behind them follow by date.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from sqlmodel import Session

from news.errors import QueryError
from news.values import TagKind
from storage import columns as memory
from storage.arrays import Columns, Ids, Mask
from storage.engine import writes
from storage.known import unknown
from storage.matching import Asked, as_written, behind, in_days, matches, with_names
from storage.query import Days, Node, Problem, parse_query, read_query
from storage.ranking import Ranking
from storage.ranking import ranking as ranking_of
from storage.snippets import Sought, snippet_of

__all__ = ["FACETS", "Filters", "Found", "Hit", "Sought", "matching", "search", "search_ids", "snippet_of"]

FACETS = ("network", "city", "country", "language", "source", "kind", "month")
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
    #: addresses beside its own at which the same text was found, other outlets' copies included
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
    once: bool = False,
    pin: int = 0,
    kinds: Mapping[str, str] = _NO_KINDS,
    zone: tzinfo = UTC,
) -> Found:
    """Articles that match: best first, or newest first where no word is sought or `newest` is said.

    What of the query is not understood stands in `problems`; the rest is searched. `exact` holds words to the letters
    typed; `once` leaves one article of each story, the one that stands first in it of those found; `kinds` tells the
    kind of each source; days of the query begin in `zone`. With the `pin` of a first page the pages behind it neither
    repeat nor miss an article, whatever arrives meanwhile. Raises QueryError for a filter that no article can pass.
    """
    filters = filters or Filters()
    columns = memory.current(session, is_writing=writes(session))
    reading = read_query(query, zone, _sources(columns, kinds))
    _refuse_unknown(filters, columns, kinds)
    node = reading.node if exact else with_names(reading.node)
    question = (query, filters, exact, newest, once, pin, zone)
    ranking = memory.remembered(session, question) if pin and not writes(session) else None
    if ranking is None:
        asked = Asked(session, columns, filters.language, kinds)
        ranking = _ranking(asked, node, filters, is_exact=exact, by_date=newest, is_once=once, pin=pin)
        memory.remember(session, (*question[:5], ranking.pin, zone), ranking)
    chosen = ranking.between(columns, offset, offset + limit)
    scores = [*ranking.scores[offset : offset + limit], *[0.0] * len(chosen)]
    return Found(
        total=len(ranking.ids),
        hits=_hits(session, chosen, scores, Sought.of(node, filters.language)),
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
    filters = filters or Filters()
    columns = memory.current(session, is_writing=writes(session))
    reading = read_query(query, zone, _sources(columns, kinds))
    _refuse_unknown(filters, columns, kinds)
    asked = Asked(session, columns, filters.language, kinds)
    node = reading.node if exact else with_names(reading.node)
    ranking = _ranking(asked, node, filters, is_exact=exact, by_date=True, pin=0)
    return tuple(ranking.ordered(columns).tolist()), reading.problems


def among(session: Session, articles: Collection[int], kinds: Mapping[str, str] = _NO_KINDS) -> Asked:
    """Some articles, for queries that are asked about them alone."""
    return Asked(session, memory.of(session, articles), None, kinds, articles)


def matching(asked: Asked, query: str) -> tuple[int, ...]:
    """Those that match, by id; raises QueryError for a query that cannot be read."""
    node = parse_query(query, is_kept=True)
    return tuple(map(int, np.flatnonzero(matches(asked, with_names(node)))))


def _sources(columns: Columns, kinds: Mapping[str, str]) -> frozenset[str] | None:
    """The keys of the sources that articles are from, or that are described; None where the caller names none of these."""
    return frozenset((*columns.sources.keys, *kinds)) if kinds else None


def _refuse_unknown(filters: Filters, columns: Columns, kinds: Mapping[str, str]) -> None:
    """Raise QueryError for a filter that no article can pass."""
    given = [(name, getattr(filters, name)) for name in ("country", "language", "kind")]
    for name, value in (*given, *(("source", key) for key in filters.sources)):
        wrong = unknown(name, value, _sources(columns, kinds)) if value is not None else None
        if wrong and not _is_held(columns, name, value):
            raise QueryError(f"{name}: {wrong}")


def _is_held(columns: Columns, name: str, value: str) -> bool:
    """Whether an article has a language or country, be it in no list of such codes."""
    if name == "language":
        return columns.languages.known(value) >= 0
    return name == "country" and columns.names.known(f"country {value}") >= 0


def _ranking(
    asked: Asked,
    node: Node | None,
    filters: Filters,
    *,
    is_exact: bool,
    by_date: bool,
    is_once: bool = False,
    pin: int,
) -> Ranking:
    pin = pin or asked.columns.last
    among = _narrowed(asked, filters)
    among[pin + 1 :] = False
    found = as_written(asked, node, among) if is_exact else among & matches(asked, node)
    if is_once:
        found[behind(asked.session, found)] = False
    return ranking_of(asked, node, found, pin, by_date=by_date)


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


class _Shown(NamedTuple):
    """What is shown of an article."""

    id: int
    url: str
    title: str
    source: str
    language: str
    #: of PostgreSQL a moment, of SQLite its text
    published_at: datetime | str | None
    text: str


class _Tag(NamedTuple):
    """A network or city of an article shown."""

    kind: str
    key: str
    part: str
    span_start: int
    span_end: int


def _hits(session: Session, ids: list[int], scores: Sequence[float], sought: Sought) -> tuple[Hit, ...]:
    """The articles to show, in the order given, read in three questions whatever their number."""
    if not ids:
        return ()
    which = ",".join(map(str, ids))
    rows = {row[0]: _Shown(*row) for row in memory.driver_rows(session, _SHOWN.format(which))}
    tags: dict[int, list[_Tag]] = {}
    for article, *tag in memory.driver_rows(session, _SHOWN_TAGS.format(which)):
        tags.setdefault(article, []).append(_Tag(*tag))
    copies = dict(memory.driver_rows(session, _COPIES.format(which)))
    return tuple(
        _hit(rows[one], score, sought, tags.get(one, []), copies.get(one, 0))
        for one, score in zip(ids, scores, strict=False)
        if one in rows
    )


# below SQLAlchemy, whose rows cost as much as these take to be found
_SHOWN = f"SELECT {', '.join(_Shown._fields)} FROM article WHERE id IN ({{}})"  # noqa: S608
_SHOWN_TAGS = f"SELECT article_id, {', '.join(_Tag._fields)} FROM tag WHERE article_id IN ({{}}) ORDER BY article_id, position"  # noqa: S608
#: the addresses of all articles that hold the same text
_COPIES = (
    "SELECT found.id, count(*) FROM article AS found JOIN article AS twin ON twin.text_hash = found.text_hash "
    "JOIN address ON address.article_id = twin.id WHERE found.id IN ({}) GROUP BY found.id"
)


def _hit(row: _Shown, score: float, sought: Sought, tags: list[_Tag], copies: int) -> Hit:
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
        published_at=_moment(row.published_at),
        snippet=snippet,
        marks=marks,
        score=score,
        copies=max(0, copies - 1),
        networks=_distinct(tags, TagKind.NETWORK),
        cities=_distinct(tags, TagKind.CITY),
    )


def _moment(kept: datetime | str | None) -> datetime | None:
    """A moment of the database in UTC; SQLite's text has no zone, and is UTC."""
    if isinstance(kept, str):
        return datetime.fromisoformat(kept).replace(tzinfo=UTC)
    return kept.astimezone(UTC) if kept else None


def _distinct(tags: Iterable[_Tag], kind: TagKind) -> tuple[str, ...]:
    return tuple(dict.fromkeys(tag.key for tag in tags if tag.kind == kind))
