"""What a query finds: words from the full-text index, everything else from the columns; one meaning on both engines."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import reduce
from itertools import chain

import numpy as np
from sqlalchemy import text
from sqlmodel import Session

from news.languages.tokens import CJK
from storage import columns as memory
from storage.arrays import Columns, Ids, Mask
from storage.fulltext import alternatives, joined_pairs
from storage.meanings import cities_called, networks_called
from storage.query import All, Days, Either, Except, Field, Node, Words

#: Words of a name at most.
_LONGEST_NAME = 7
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_AT_ONCE = 500
#: Of so many articles each is looked up by itself.
_FEW = 8
#: Of words that go on behind it.
_LETTER = rf"[^\W_{CJK}]"


def with_names(node: Node | None) -> Node | None:
    """The query where a network or city that it names may be named in any other language too."""
    if isinstance(node, Words):
        return _or_named(node, node)
    if isinstance(node, All):
        return _runs_named(node)
    if isinstance(node, Either):
        return Either(tuple(filter(None, map(with_names, node.parts))))
    if isinstance(node, Except):
        return Except(with_names(node.part) or node.part)
    return node


def _or_named(node: Node, words: Words) -> Node:
    named = () if words.prefix else tuple(_named(words.written or " ".join(words.words)))
    return Either((node, *named)) if named else node


def _named(name: str) -> Iterator[Field]:
    if keys := networks_called(name):
        yield Field("network", keys)
    if not name.isdecimal() and (ids := cities_called(name)):
        yield Field("city", ids)


def _runs_named(node: All) -> Node:
    """Neighbouring words that name something together are taken as one name, the longest first."""
    parts: list[Node] = []
    at = 0
    while at < len(node.parts):
        size, part = _named_run(node.parts[at : at + _LONGEST_NAME])
        parts.append(part)
        at += size
    return All(tuple(parts)) if len(parts) > 1 else parts[0]


def _named_run(parts: tuple[Node, ...]) -> tuple[int, Node]:
    words = list(_leading_words(parts))
    for size in range(len(words), 1, -1):
        run = tuple(words[:size])
        named = tuple(_named(" ".join(word.written or " ".join(word.words) for word in run)))
        if named:
            return size, Either((All(run), *named))
    return 1, with_names(parts[0]) or parts[0]


def _leading_words(parts: tuple[Node, ...]) -> Iterator[Words]:
    for part in parts:
        if not isinstance(part, Words) or part.prefix:
            return
        yield part


@dataclass(frozen=True, slots=True)
class Asked:
    """What an evaluation stands on."""

    session: Session
    columns: Columns
    #: the only language searched, where that is known
    language: str | None
    #: kind of each source
    kinds: Mapping[str, str]
    #: only these articles, where they are few
    among: Collection[int] | None = None


def matches(asked: Asked, node: Node | None) -> Mask:
    """Which articles a query finds, by id."""
    if node is None:
        return asked.columns.alive.copy()
    if (expression := _expression(asked, node)) is not None:
        return asked.columns.mask(_found(asked, expression))
    if isinstance(node, Field):
        return _with_value(asked, node)
    if isinstance(node, Days):
        return in_days(asked.columns, node)
    if isinstance(node, Except):
        return asked.columns.alive & ~matches(asked, node.part)
    assert isinstance(node, All | Either)
    return _joined(asked, node)


def _joined(asked: Asked, node: All | Either) -> Mask:
    """Words that stand in one bracket are asked of the index together."""
    words = tuple(part for part in node.parts if _expression(asked, part) is not None)
    others = [part for part in node.parts if part not in words]
    parts = [*([replace(node, parts=words)] if words else []), *others]
    found = [matches(asked, part) for part in parts]
    combined = found[0]
    for mask in found[1:]:
        combined = combined & mask if isinstance(node, All) else combined | mask
    return combined


def in_days(columns: Columns, node: Days) -> Mask:
    """Articles of these days."""
    found = columns.alive.copy()
    if node.since is not None:
        found &= columns.moment >= _microseconds(node.since)
    if node.until is not None:
        found &= columns.moment < _microseconds(node.until)
    return found


def _microseconds(moment: datetime) -> int:
    passed = moment - _EPOCH
    return (passed.days * 86_400 + passed.seconds) * 1_000_000 + passed.microseconds


def _with_value(asked: Asked, node: Field) -> Mask:
    columns = asked.columns
    found = np.zeros(len(columns.alive), np.bool_)
    for value in node.values:
        if node.name in ("network", "city", "country"):
            found |= columns.tagged(f"{node.name} {value}")
        elif node.name == "verb":
            found |= columns.mask(_with_verb(asked, value))
        elif node.name == "language":
            found |= columns.alive & (columns.language == columns.languages.known(value))
        else:
            keys = (
                [value]
                if node.name == "source"
                else [key for key in columns.sources.keys if asked.kinds.get(key) == value]
            )
            found |= columns.alive & np.isin(columns.source, [columns.sources.known(key) for key in keys])
    return found


def _with_verb(asked: Asked, verb: str) -> Ids:
    rows = asked.session.connection().execute(
        text("SELECT DISTINCT article_id FROM claim WHERE verb = :verb"), {"verb": verb}
    )
    return np.array([row[0] for row in rows], np.int64)


@dataclass(frozen=True, slots=True)
class Expression:
    """A query of words as an engine writes it."""

    #: of FTS5, or a condition in SQL
    written: str
    #: values of the condition
    values: tuple[str, ...] = ()


def _expression(asked: Asked, node: Node) -> Expression | None:
    """A query that words alone make; None for any other."""
    if isinstance(node, Words):
        return words_expression(asked.session, node, asked.language)
    if isinstance(node, All | Either):
        parts = [_expression(asked, part) for part in node.parts]
        found = [part for part in parts if part is not None]
        if not found or len(found) < len(parts):
            return None
        own = _combined(found, " AND " if isinstance(node, All) else " OR ")
        return _or_joined(asked, node, own) if isinstance(node, All) else own
    return None


def _combined(parts: list[Expression], word: str) -> Expression:
    written = word.join(f"({part.written})" for part in parts)
    return Expression(written, tuple(value for part in parts for value in part.values))


def _or_joined(asked: Asked, node: All, own: Expression) -> Expression:
    """Words side by side, or two of them written as one («دانش آموز», «دانشآموز»)."""
    words = [part for part in node.parts if isinstance(part, Words)]
    if len(words) < len(node.parts) or any(len(part.words) > 1 or part.prefix for part in words):
        return own
    others = [
        _combined(
            [words_expression(asked.session, Words((word,)), asked.language) for word in joined], " AND "
        )
        for joined in joined_pairs(tuple(part.words[0] for part in words))
    ]
    return _combined([own, *others], " OR ") if others else own


def words_expression(session: Session, node: Words, language: str | None) -> Expression:
    """Words side by side, in the spellings that they may have."""
    phrases = alternatives(node.words, language, is_prefix=node.prefix) or (node.words,)
    if memory.is_sqlite(session):
        return Expression(" OR ".join(_fts5(phrase, is_prefix=node.prefix) for phrase in phrases))
    conditions = [_tsquery(phrase, is_prefix=node.prefix) for phrase in phrases]
    single = [condition for condition in conditions if len(condition) == 1]
    written = ["document @@ CAST(%s AS tsquery)"] if single else []
    values = [" | ".join(condition[0] for condition in single)] if single else []
    for condition in conditions:
        if len(condition) > 1:
            written.append("(document @@ CAST(%s AS tsquery) AND strpos(words, %s) > 0)")
            values += condition
    return Expression(" OR ".join(written), tuple(values))


def _fts5(phrase: tuple[str, ...], *, is_prefix: bool) -> str:
    quoted = f'"{" ".join(phrase)}"' + (" *" if is_prefix else "")
    return f"{{title body}} : {quoted}" if len(phrase) > 1 else quoted


def _tsquery(phrase: tuple[str, ...], *, is_prefix: bool) -> tuple[str, ...]:
    written = " & ".join(f"'{word}'" for word in phrase) + (":*" if is_prefix else "")
    return (written,) if len(phrase) == 1 else (written, f" {' '.join(phrase)}{'' if is_prefix else ' '}")


def _found(asked: Asked, expression: Expression) -> Ids:
    """The ids that the index gives."""
    if asked.among is not None and len(asked.among) > _FEW and memory.is_sqlite(asked.session):
        return _found_between(asked, expression, asked.among)
    gathered: list[Ids] = []
    for some in _portions(asked.among):
        if memory.is_sqlite(asked.session):
            limit = f" AND rowid IN ({some})" if some else ""
            statement = f"SELECT group_concat(rowid) FROM article_search WHERE article_search MATCH ?{limit}"  # noqa: S608
            ((found,),) = memory.driver_rows(asked.session, statement, (expression.written,))
            gathered.append(memory.numbers_of(found))
        else:
            limit = f" AND article_id IN ({some})" if some else ""
            statement = f"SELECT string_agg(CAST(article_id AS TEXT), ',') FROM article_search WHERE ({expression.written}){limit}"  # noqa: S608
            # the planner takes tsvectors for small, and would read all of them where new ones wait to enter the index
            driver = asked.session.connection()
            driver.exec_driver_sql("SET LOCAL enable_seqscan = off")
            ((found,),) = memory.driver_rows(asked.session, statement, expression.values)
            driver.exec_driver_sql("SET LOCAL enable_seqscan = on")
            gathered.append(memory.numbers_of(found))
    return np.concatenate(gathered) if gathered else np.zeros(0, np.int64)


def _found_between(asked: Asked, expression: Expression, among: Collection[int]) -> Ids:
    """FTS5 looks each id of a list up by itself, and a span of ids at once."""
    statement = "SELECT group_concat(rowid) FROM article_search WHERE article_search MATCH ? AND rowid BETWEEN ? AND ?"
    ((found,),) = memory.driver_rows(asked.session, statement, (expression.written, min(among), max(among)))
    return np.intersect1d(memory.numbers_of(found), np.fromiter(among, np.int64))


def _portions(among: Collection[int] | None) -> Iterator[str]:
    if among is None:
        yield ""
        return
    ids = sorted(among)
    for start in range(0, len(ids), _AT_ONCE):
        yield ",".join(map(str, ids[start : start + _AT_ONCE]))


def as_written(asked: Asked, node: Node | None, among: Mask) -> Mask:
    """Of these articles, those that a query finds whose words are held to the letters typed."""
    if node is None:
        return among & asked.columns.alive
    held = {words: matches(asked, words) for words in _words_of(node)}
    surely, perhaps = _bounds(asked, node, dict.fromkeys(held, np.zeros_like(among)), held)
    looked_at = among & perhaps & ~surely
    _hold_to_letters(asked.session, looked_at, held)
    found, _ = _bounds(asked, node, held, held)
    return (among & surely) | (looked_at & found)


def _words_of(node: Node) -> frozenset[Words]:
    """All words of a query, those too that an article must not hold."""
    if isinstance(node, Words):
        return frozenset((node,))
    parts = node.parts if isinstance(node, All | Either) else (node.part,) if isinstance(node, Except) else ()
    return frozenset(chain.from_iterable(map(_words_of, parts)))


def _bounds(
    asked: Asked, node: Node, least: Mapping[Words, Mask], most: Mapping[Words, Mask]
) -> tuple[Mask, Mask]:
    """Which articles a query finds surely, and which perhaps, where that is known of each of its words."""
    if isinstance(node, Words):
        return least[node], most[node]
    if isinstance(node, Except):
        surely, perhaps = _bounds(asked, node.part, least, most)
        return asked.columns.alive & ~perhaps, asked.columns.alive & ~surely
    if isinstance(node, All | Either):
        join = np.logical_and if isinstance(node, All) else np.logical_or
        bounds = (_bounds(asked, part, least, most) for part in node.parts)
        return reduce(lambda one, other: (join(one[0], other[0]), join(one[1], other[1])), bounds)
    known = matches(asked, node)
    return known, known


def _hold_to_letters(session: Session, looked_at: Mask, held: Mapping[Words, Mask]) -> None:
    """Of these articles, leave under each words those that hold them as typed."""
    patterns = [(_pattern(words), found) for words, found in held.items()]
    ids = np.flatnonzero(looked_at)
    for start in range(0, len(ids), _AT_ONCE):
        where = ",".join(map(str, ids[start : start + _AT_ONCE]))
        query = f"SELECT id, title, text FROM article WHERE id IN ({where})"  # noqa: S608
        for article, title, body in session.connection().exec_driver_sql(query):
            for pattern, found in patterns:
                if found[article]:
                    found[article] = bool(pattern.search(title) or pattern.search(body))


def behind(session: Session, found: Mask) -> Ids:
    """Of articles found, those whose story another one of them tells that stands before them there."""
    gather = [f"string_agg(CAST({name} AS TEXT), ',')" for name in ("article_id", "story_id", "place")]
    if memory.is_sqlite(session):
        gather = [f"group_concat({name})" for name in ("article_id", "story_id", "place")]
    row = session.execute(text(f"SELECT {', '.join(gather)} FROM story_article")).one()  # noqa: S608 (names of ours)
    articles, told, places = (memory.numbers_of(column) for column in row)
    is_found = found[np.minimum(articles, len(found) - 1)] & (articles < len(found))
    articles, told, places = articles[is_found], told[is_found], places[is_found]
    order = np.lexsort((places, told))
    is_behind = np.zeros(len(order), np.bool_)
    is_behind[1:] = told[order][1:] == told[order][:-1]
    return articles[order][is_behind]


def _pattern(phrase: Words) -> re.Pattern[str]:
    """The letters as typed, white space as it comes, bounded by what is no letter, or is a word of its own."""
    parts = phrase.written.split()
    begins = rf"(?<!{_LETTER})" if re.match(_LETTER, phrase.written) else ""
    ends = rf"(?!{_LETTER})" if re.search(rf"{_LETTER}\Z", phrase.written) and not phrase.prefix else ""
    return re.compile(begins + r"\s+".join(map(re.escape, parts)) + ends)
