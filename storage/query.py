"""The query language: words, "phrases", prefix*, AND OR NOT, brackets and fields, read by luqum."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from luqum.exceptions import ParseError
from luqum.thread import parse as luqum_parse
from luqum.tree import (
    AndOperation,
    BaseOperation,
    FieldGroup,
    Group,
    Item,
    Not,
    OrOperation,
    Phrase,
    Plus,
    Prohibit,
    Regex,
    SearchField,
    Term,
    UnknownOperation,
    Word,
)

from news.errors import QueryError
from storage.fulltext import search_words

#: Fields that a query may name beside words.
FIELDS = ("network", "city", "language", "source")
LONGEST_QUERY = 1_000
_DEEPEST = 30
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
#: Quotation marks of other keyboards.
_QUOTES = re.compile('[«“”„]([^«»“”„"]*)[»“”]')


@dataclass(frozen=True, slots=True)
class Words:
    """Folded words that stand side by side; the last one may be a beginning only."""

    words: tuple[str, ...]
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class Field:
    """An article property, as written."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """At least one part holds."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Except:
    """The part does not hold."""

    part: Node


Node = Words | Field | All | Either | Except


def parse_query(text: str) -> Node | None:
    """The meaning of a query; None where it names nothing.

    Raises QueryError with the place of the error.
    """
    if len(text) > LONGEST_QUERY:
        raise QueryError(f"the query has {len(text)} characters, {LONGEST_QUERY} at most can be used")
    if bad := _UNSTORABLE.search(text):
        raise QueryError(f"the query cannot hold the character at {bad.start()}")
    if not text.strip():
        return None
    plain = _QUOTES.sub(r'"\1"', text)
    try:
        tree = luqum_parse(plain)
    except ParseError as error:
        raise QueryError(_said(plain, error)) from None
    return _node(tree, 0)


def _said(text: str, error: ParseError) -> str:
    """The parser's complaint in the reader's words, where the cause is plain."""
    if text.count('"') % 2:
        return f"the quotation that begins at character {text.rindex(chr(34))} is not closed"
    return f"the query cannot be read: {error}"


def positive_words(node: Node | None) -> Iterator[Words]:
    """The words that an article is found by, without those it must not hold."""
    if isinstance(node, Words):
        yield node
    elif isinstance(node, All | Either):
        for part in node.parts:
            yield from positive_words(part)


def _node(item: Item, depth: int) -> Node | None:
    if depth > _DEEPEST:
        raise QueryError(f"the query is nested too deeply, at character {item.pos}")
    if isinstance(item, Group | FieldGroup | Plus):
        return _node(item.children[0], depth + 1)
    if isinstance(item, Not | Prohibit):
        part = _node(item.children[0], depth + 1)
        return Except(part) if part else None
    if isinstance(item, SearchField):
        return _field(item)
    if isinstance(item, OrOperation | AndOperation | UnknownOperation):
        return _operation(item, depth)
    if isinstance(item, Term) and not isinstance(item, Regex):
        return _words(item)
    raise QueryError(f"the query cannot use {type(item).__name__} ({item}, at character {item.pos})")


def _operation(item: BaseOperation, depth: int) -> Node | None:
    parts = tuple(part for child in item.children if (part := _node(child, depth + 1)) is not None)
    if not parts:
        return None
    return Either(parts) if isinstance(item, OrOperation) else All(parts)


def _field(item: SearchField) -> Node:
    name = item.name.lower()
    if name not in FIELDS:
        raise QueryError(f"unknown field {item.name!r} at character {item.pos}: one of {', '.join(FIELDS)}")
    if not isinstance(item.expr, Word | Phrase):
        raise QueryError(f"the field {name} takes one value at character {item.pos}, not {item.expr}")
    return Field(name, item.expr.value.strip('"'))


def _words(item: Term) -> Words | None:
    prefix = isinstance(item, Word) and item.value.endswith("*")
    text = item.value.strip('"') if isinstance(item, Phrase) else item.value.rstrip("*")
    found = tuple(search_words(text))
    return Words(found, prefix) if found else None
