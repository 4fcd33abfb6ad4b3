"""Searching the archive: one meaning on both engines."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Float,
    Integer,
    and_,
    bindparam,
    column,
    func,
    not_,
    or_,
    select,
    text,
    true,
)
from sqlmodel import Session, col

from news.errors import QueryError
from news.languages.tokens import Token, tokens
from news.values import TagKind
from storage.query import All, Except, Field, Node, Words, parse_query, positive_words
from storage.tables import AddressRow, ArticleRow, TagRow

#: A title's word weighs so many times a body's in the ranking.
TITLE_WEIGHT = 5.0
_NEWLINE = "\n"
_SNIPPET_BEFORE, _SNIPPET_LENGTH = 80, 240


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What a search is narrowed to; None and an empty tuple narrow nothing."""

    network: str | None = None
    #: GeoNames id
    city: str | None = None
    language: str | None = None
    #: keys of sources; several are alternatives
    sources: tuple[str, ...] = ()
    after: datetime | None = None
    before: datetime | None = None

    def __post_init__(self) -> None:
        for value in (self.network, self.city, self.language, *self.sources):
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
    #: facet → (key, count), most frequent first
    facets: dict[str, tuple[tuple[str, int], ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sought:
    """The folded words that a query finds an article by, and the beginnings of words."""

    words: frozenset[str] = frozenset()
    beginnings: tuple[str, ...] = ()

    @classmethod
    def of(cls, node: Node | None) -> Self:
        """What a query seeks."""
        parts = tuple(positive_words(node))
        return cls(
            frozenset(word for part in parts for word in (part.words[:-1] if part.prefix else part.words)),
            tuple(part.words[-1] for part in parts if part.prefix),
        )

    def names(self, token: Token) -> bool:
        """Whether a word of the text is one of them."""
        return token.text in self.words or token.text.startswith(self.beginnings)


def search(
    session: Session,
    query: str = "",
    filters: Filters | None = None,
    *,
    limit: int = 20,
    offset: int = 0,
    facets: bool = False,
) -> Found:
    """Articles that match: best first, or newest first for an empty query.

    Raises QueryError for a query that cannot be read.
    """
    node = parse_query(query)
    condition = and_(_meaning(session, node), *_narrowing(filters or Filters()))
    total = session.scalar(select(func.count()).select_from(ArticleRow).where(condition)) or 0
    ranked = _ranked(session, node, condition, limit, offset)
    sought = Sought.of(node)
    hits = tuple(_hit(session, article_id, score, sought) for article_id, score in ranked)
    return Found(total=total, hits=hits, facets=_facets(session, condition) if facets else {})


def _is_postgresql(session: Session) -> bool:
    return session.get_bind().dialect.name == "postgresql"


def _meaning(session: Session, node: Node | None) -> ColumnElement[bool]:
    if node is None:
        return true()
    if isinstance(node, Field):
        return _FIELD_CONDITIONS[node.name](node.value)
    if isinstance(node, Words):
        return _holds(session, node)
    if isinstance(node, Except):
        return not_(_meaning(session, node.part))
    parts = [_meaning(session, part) for part in node.parts]
    return and_(*parts) if isinstance(node, All) else or_(*parts)


def _holds(session: Session, node: Words) -> ColumnElement[bool]:
    bound: list[BindParameter[str]] = [bindparam("sought", _expression(session, node), unique=True)]
    if not _is_postgresql(session):
        statement = "SELECT rowid AS id FROM article_search WHERE article_search MATCH :sought"
    else:
        statement = "SELECT article_id AS id FROM article_search WHERE document @@ CAST(:sought AS tsquery)"
        if len(node.words) > 1:
            statement += " AND strpos(words, :phrase) > 0"
            bound.append(
                bindparam("phrase", f" {' '.join(node.words)}{'' if node.prefix else ' '}", unique=True)
            )
    ids = text(statement).bindparams(*bound).columns(column("id", Integer)).subquery()
    return col(ArticleRow.id).in_(select(ids.c.id))


def _expression(session: Session, node: Words) -> str:
    """The words as FTS5 or tsquery write them; folded words hold letters and digits alone."""
    if _is_postgresql(session):
        return " & ".join(f"'{word}'" for word in node.words) + (":*" if node.prefix else "")
    return f'"{" ".join(node.words)}"' + ("*" if node.prefix else "")


def _tagged(kind: TagKind, key: str) -> ColumnElement[bool]:
    return col(ArticleRow.id).in_(
        select(col(TagRow.article_id)).where(col(TagRow.kind) == kind, col(TagRow.key) == key)
    )


_FIELD_CONDITIONS: dict[str, Callable[[str], ColumnElement[bool]]] = {
    "network": lambda value: _tagged(TagKind.NETWORK, value),
    "city": lambda value: _tagged(TagKind.CITY, value),
    "language": lambda value: col(ArticleRow.language) == value,
    "source": lambda value: col(ArticleRow.source) == value,
}


def _narrowing(filters: Filters) -> Iterable[ColumnElement[bool]]:
    for name in ("network", "city", "language"):
        value = getattr(filters, name)
        if value is not None:
            yield _FIELD_CONDITIONS[name](value)
    if filters.sources:
        yield col(ArticleRow.source).in_(filters.sources)
    if filters.after is not None:
        yield col(ArticleRow.sorted_at) >= filters.after
    if filters.before is not None:
        yield col(ArticleRow.sorted_at) < filters.before


def _ranked(
    session: Session, node: Node | None, condition: ColumnElement[bool], limit: int, offset: int
) -> Sequence[tuple[int, float]]:
    parts = [_expression(session, part) for part in positive_words(node)]
    newest = (col(ArticleRow.sorted_at).desc(), col(ArticleRow.id).desc())
    if not parts:
        query = select(col(ArticleRow.id)).where(condition).order_by(*newest).limit(limit).offset(offset)
        return [(article_id, 0.0) for article_id in session.scalars(query) if article_id is not None]
    scores = _scores(session, parts)
    score = func.coalesce(scores.c.score, 0.0)  # found by a field alone
    query = (
        select(col(ArticleRow.id), score)
        .outerjoin(scores, scores.c.id == col(ArticleRow.id))
        .where(condition)
        .order_by(score.desc(), *newest)
        .limit(limit)
        .offset(offset)
    )
    return [(article_id, float(number)) for article_id, number in session.execute(query)]


def _scores(session: Session, parts: list[str]) -> Any:
    if _is_postgresql(session):
        statement = text(
            "SELECT article_id AS id, ts_rank('{0.2, 0.2, 0.2, 1.0}', document, CAST(:ranked AS tsquery)) AS score "
            "FROM article_search WHERE document @@ CAST(:ranked AS tsquery)"
        ).bindparams(ranked=" | ".join(f"({part})" for part in parts))
    else:
        statement = text(
            "SELECT rowid AS id, -bm25(article_search, :title, 1.0) AS score "
            "FROM article_search WHERE article_search MATCH :ranked"
        ).bindparams(ranked=" OR ".join(parts), title=TITLE_WEIGHT)
    return statement.columns(column("id", Integer), column("score", Float)).subquery()


def _hit(session: Session, article_id: int, score: float, sought: Sought) -> Hit:
    row = session.get_one(ArticleRow, article_id)
    snippet, marks = snippet_of(row.text, sought)
    keys = session.execute(
        select(col(TagRow.kind), col(TagRow.key))
        .where(col(TagRow.article_id) == article_id)
        .order_by(col(TagRow.position))
    ).all()
    copies = session.scalar(
        select(func.count()).select_from(AddressRow).where(col(AddressRow.article_id) == article_id)
    )
    return Hit(
        id=article_id,
        url=row.url,
        title=row.title,
        source=row.source,
        language=row.language,
        published_at=row.published_at,
        snippet=snippet,
        marks=marks,
        score=score,
        copies=max(0, (copies or 0) - 1),
        networks=_distinct(keys, TagKind.NETWORK),
        cities=_distinct(keys, TagKind.CITY),
    )


def _distinct(keys: Iterable[Any], kind: TagKind) -> tuple[str, ...]:
    return tuple(dict.fromkeys(key for found, key in keys if found == kind))


def snippet_of(body: str, sought: Sought) -> tuple[str, tuple[tuple[int, int], ...]]:
    """A piece of the text around the first word sought, and where the sought words stand in it.

    It holds whole words, and an ellipsis where the text goes on.
    """
    places = [(token.start, token.end) for token in tokens(body) if sought.names(token)]
    start = _word_start(body, max(0, places[0][0] - _SNIPPET_BEFORE) if places else 0)
    end = _word_end(body, start + _SNIPPET_LENGTH - len("…  …"))
    before, after = "… " if start else "", " …" if end < len(body) else ""
    piece = f"{before}{body[start:end].replace(_NEWLINE, ' ')}{after}"
    shift = start - len(before)
    return piece, tuple(
        (left - shift, right - shift) for left, right in places if start <= left and right <= end
    )


def _word_start(body: str, position: int) -> int:
    space = max(body.rfind(" ", 0, position + 1), body.rfind(_NEWLINE, 0, position + 1))
    return space + 1 if position else 0


def _word_end(body: str, position: int) -> int:
    """The end of the last word before `position`; a single longer word is cut."""
    if position >= len(body):
        return len(body.rstrip())
    space = max(body.rfind(" ", 0, position + 1), body.rfind(_NEWLINE, 0, position + 1))
    return space if space > position - _SNIPPET_LENGTH else position


def _facets(session: Session, condition: ColumnElement[bool]) -> dict[str, tuple[tuple[str, int], ...]]:
    matching = select(col(ArticleRow.id)).where(condition)
    found = {
        name: _tag_counts(session, matching, kind)
        for name, kind in (("network", TagKind.NETWORK), ("city", TagKind.CITY))
    }
    for name, property_ in (("language", col(ArticleRow.language)), ("source", col(ArticleRow.source))):
        query = select(property_, func.count()).where(condition).group_by(property_)
        found[name] = _by_count(session.execute(query))
    return found


def _tag_counts(session: Session, matching: Any, kind: TagKind) -> tuple[tuple[str, int], ...]:
    return _by_count(
        session.execute(
            select(col(TagRow.key), func.count(func.distinct(col(TagRow.article_id))))
            .where(col(TagRow.kind) == kind, col(TagRow.article_id).in_(matching))
            .group_by(col(TagRow.key))
        )
    )


def _by_count(rows: Iterable[Any]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(((key, number) for key, number in rows), key=lambda pair: (-pair[1], pair[0])))
