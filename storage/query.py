"""The query language: words, "phrases", prefix*, AND OR NOT, brackets and fields, read by luqum.

What cannot be read is said with its place, and the rest is searched.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo

from luqum.exceptions import ParseError
from luqum.thread import parse as luqum_parse
from luqum.tree import (
    AndOperation,
    BaseOperation,
    Boost,
    FieldGroup,
    Fuzzy,
    Group,
    Item,
    Not,
    OrOperation,
    Phrase,
    Plus,
    Prohibit,
    Proximity,
    Range,
    Regex,
    SearchField,
    Term,
    UnknownOperation,
    Word,
)

from news.errors import QueryError
from news.values import Verb
from storage.days import day_span
from storage.fulltext import search_words
from storage.known import network_like, unknown
from storage.meanings import cities_called, networks_called

#: Fields that a query may name beside words, with what they take.
FIELDS = {
    "network": "key, acronym or name of a network",
    "city": "name of a city in any language, or its GeoNames id",
    "country": "ISO 3166 code of a country whose cities are named",
    "language": "code of a language",
    "source": "key of a source",
    "kind": "kind of the source: network, municipality, agency, aggregator, members",
    "verb": "what the article says of a membership: " + ", ".join(Verb),
    "after": "published on or after a day, month or year",
    "before": "published before a day, month or year",
}
LONGEST_QUERY = 1_000
_DEEPEST = 30
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
#: Marks that turn the direction of writing, or part words unseen, where they stand at the end of a word.
_UNSEEN_MARKS = "[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]+"
_UNSEEN = re.compile(f"(?<!\\w){_UNSEEN_MARKS}|{_UNSEEN_MARKS}(?!\\w)")
#: Quotation marks of other keyboards; those that are apostrophes too stand around words.
_DOUBLE = "«»“”„‟〝〞＂「」『』《》〈〉‹›"
_QUOTES = re.compile(
    f"[{_DOUBLE}]([^\"{_DOUBLE}]*)[{_DOUBLE}]|(?<!\\w)[‘’‚'](?=\\w)([^\"{_DOUBLE}‘’‚']*)[‘’'](?!\\w)"
)
#: Outside quotations: a sign that begins no word here, and one of an operator that stands alone («Tehran - Mashhad»).
_STRAY = re.compile(r"""("[^"]*")|(?<!\w)['<>]+|(?<!\S)[-+!](?!\S)""")
_QUOTED = re.compile(r'"[^"]*"')
#: What a query of these signs alone says: * alone finds everything, and means to.
_SAID = re.compile(r'[^\s*"]')
_PLACE = re.compile(r"(?:at position|at) (\d+)")
_OPERATORS = re.compile(r"\b(?:AND|OR|NOT)\b|[+\-&|!~^\[\]{}()\"\\/:'<>]")


@dataclass(frozen=True, slots=True)
class Words:
    """Folded words that stand side by side; the last one may be a beginning only."""

    words: tuple[str, ...]
    prefix: bool = False
    #: as typed
    written: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """An article property that has one of some values."""

    name: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Days:
    """Published on or after a moment, or before one."""

    since: datetime | None = None
    until: datetime | None = None


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


Node = Words | Field | Days | All | Either | Except


@dataclass(frozen=True, slots=True)
class Problem:
    """What of a query was not understood, and where it stands in it."""

    message: str
    #: characters before it
    place: int
    #: a value that no article has; all else of the query was understood
    is_value: bool = False

    def __str__(self) -> str:
        return f"{self.message} (at character {self.place + 1})"


@dataclass(frozen=True, slots=True)
class Reading:
    """What a query means, as far as it was understood; None where it names nothing."""

    node: Node | None
    problems: tuple[Problem, ...] = ()


def parse_query(text: str, sources: Collection[str] | None = None, *, is_kept: bool = False) -> Node | None:
    """The meaning of a query; None where it names nothing.

    Raises QueryError with the place of the error. One that `is_kept` from before may hold values that are known no
    longer: nothing has them, and the rest is asked.
    """
    reading = read_query(text, sources=sources)
    for problem in reading.problems:
        if not (is_kept and problem.is_value):
            raise QueryError(str(problem))
    return reading.node


def read_query(text: str, zone: tzinfo = UTC, sources: Collection[str] | None = None) -> Reading:
    """The meaning of a query, and what in it was not understood; days begin in `zone`, Jalali ones in Tehran.

    `sources` are the keys of all sources there are; None where any key is taken.
    """
    seen, places = _seen(text)
    problems: list[Problem] = []
    node = _node(seen, zone, problems, sources)
    return Reading(node, tuple(replace(one, place=places[one.place]) for one in problems))


def _node(text: str, zone: tzinfo, problems: list[Problem], sources: Collection[str] | None) -> Node | None:
    if len(text) > LONGEST_QUERY:
        message = f"the query is longer than {LONGEST_QUERY} characters: its end is left out"
        problems.append(Problem(message, LONGEST_QUERY))
        text = text[:LONGEST_QUERY]
    if bad := _UNSTORABLE.search(text):
        problems.append(Problem("a character that no query can hold is left out", bad.start()))
        text = _UNSTORABLE.sub(" ", text)
    plain = _mended(_without_strays(text), problems)
    tree = _tree(plain, problems) if plain.strip() else None
    node = _Reader(zone, problems, sources).node(tree, 0) if tree is not None else None
    if node is None and not problems and (said := _SAID.search(text)):
        problems.append(Problem("no word to search for: everything is found", said.start()))
    return node


def _seen(text: str) -> tuple[str, list[int]]:
    """The text without marks that nobody sees, and where each of its characters, and its end, stood."""
    hidden = {at for found in _UNSEEN.finditer(text) for at in range(*found.span())}
    places = [at for at in range(len(text)) if at not in hidden]
    return "".join(text[at] for at in places), [*places, len(text)]


def _without_strays(text: str) -> str:
    """The text in one kind of quotation marks, without signs that mean nothing; every place stays where it is."""
    quoted = _QUOTES.sub(lambda found: f'"{found[0][1:-1]}"', text.replace("\\", " "))
    return _STRAY.sub(lambda found: found[1] or " " * len(found[0]), quoted)


def _mended(text: str, problems: list[Problem]) -> str:
    """The text with quotation marks and brackets left out that have no partner; every place stays where it is."""
    letters = list(text)
    if text.count('"') % 2:
        place = text.rindex('"')
        problems.append(Problem("the quotation that begins here is not closed", place))
        letters[place] = " "
    open_: list[int] = []
    covered = _QUOTED.sub(lambda found: "_" * len(found[0]), "".join(letters))
    for place, letter in enumerate(covered):
        if letter == "(":
            open_.append(place)
        elif letter == ")" and open_:
            open_.pop()
        elif letter == ")":
            problems.append(Problem("this bracket closes nothing", place))
            letters[place] = " "
    for place in open_:
        problems.append(Problem("the bracket that opens here is not closed", place))
        letters[place] = " "
    return "".join(letters)


def _tree(text: str, problems: list[Problem]) -> Item | None:
    try:
        return luqum_parse(text)
    except ParseError as error:
        found = _PLACE.search(str(error))
        place = int(found[1]) if found else len(text.rstrip())
        problems.append(Problem(f"the query cannot be read: {_cause(text, place)}", place))
    words = _OPERATORS.sub(" ", text)
    try:
        return luqum_parse(words) if words.strip() else None
    except ParseError:
        return None


def _cause(text: str, place: int) -> str:
    if place >= len(text.rstrip()):
        return "something is missing at its end, its words are searched"
    return f"{text[place:].split(maxsplit=1)[0]!r} cannot stand here, its words are searched"


def positive_words(node: Node | None) -> Iterator[Words]:
    """The words that an article is found by, without those it must not hold."""
    if isinstance(node, Words):
        yield node
    elif isinstance(node, All | Either):
        for part in node.parts:
            yield from positive_words(part)


def positive_fields(node: Node | None) -> Iterator[Field]:
    """The networks and cities that an article is found by."""
    if isinstance(node, Field):
        yield node
    elif isinstance(node, All | Either):
        for part in node.parts:
            yield from positive_fields(part)


def is_positive(node: Node) -> bool:
    """Whether a query says what articles hold, not only what they lack."""
    if isinstance(node, Except):
        return False
    if isinstance(node, All):
        return any(map(is_positive, node.parts))
    return all(map(is_positive, node.parts)) if isinstance(node, Either) else True


@dataclass(frozen=True, slots=True)
class _Reader:
    """Turns luqum's tree into ours; notes what it leaves out."""

    zone: tzinfo
    problems: list[Problem]
    sources: Collection[str] | None

    def node(self, item: Item, depth: int) -> Node | None:
        """What an item means; None where nothing is left of it."""
        if depth > _DEEPEST:
            return self._left_out("the query is nested too deeply from here on", item)
        if isinstance(item, Group | FieldGroup | Plus):
            return self.node(item.children[0], depth + 1)
        if isinstance(item, Not | Prohibit):
            part = self.node(item.children[0], depth + 1)
            return Except(part) if part else None
        if isinstance(item, SearchField):
            return self._field(item, depth)
        if isinstance(item, OrOperation | AndOperation | UnknownOperation):
            return self._operation(item, depth)
        return self._leaf(item, depth)

    def _leaf(self, item: Item, depth: int) -> Node | None:
        if isinstance(item, Fuzzy | Boost | Proximity):
            self._left_out("a search has no ~ and no ^ here: the word alone is searched", item)
            return self.node(item.children[0], depth + 1)
        if isinstance(item, Term) and not isinstance(item, Regex):
            if isinstance(item, Word) and "*" in item.value.strip("*"):
                self._left_out("a * stands at the end of a word only", item)
            return _words(item)
        what = "ranges in brackets [a TO b]" if isinstance(item, Range) else "patterns between slashes"
        return self._left_out(f"a search has no {what}: left out", item)

    def _left_out(self, message: str, item: Item) -> Node | None:
        """Note a problem; what is left of the item is nothing."""
        self.problems.append(Problem(message, item.pos or 0))
        return None

    def _operation(self, item: BaseOperation, depth: int) -> Node | None:
        parts = tuple(part for child in item.children if (part := self.node(child, depth + 1)) is not None)
        if not parts:
            return None
        return Either(parts) if isinstance(item, OrOperation) else All(parts)

    def _field(self, item: SearchField, depth: int) -> Node | None:
        name = item.name.lower()
        if name not in FIELDS:
            known = ", ".join(FIELDS)
            self._left_out(
                f"unknown field {item.name!r}, one of {known}: its value is searched as words", item
            )
            return self.node(item.expr, depth + 1) if not isinstance(item.expr, SearchField) else None
        if isinstance(item.expr, FieldGroup):
            parts = [self._value(name, part) for part in _alternatives_of(item.expr.children[0])]
            return Either(tuple(part for part in parts if part)) if any(parts) else None
        return self._value(name, item.expr)

    def _value(self, name: str, item: Item) -> Node | None:
        if not isinstance(item, Word | Phrase):
            return self._left_out(
                f"the field {name} takes one value, or several with OR in brackets: left out", item
            )
        value = item.value.strip('"').strip()
        if name in ("after", "before"):
            span = day_span(value, self.zone)
            if span is None:
                message = f"{value!r} is no day, month or year like 2024-05-31, 1403/02/10 or 1403: left out"
                return self._left_out(message, item)
            return Days(since=span[0]) if name == "after" else Days(until=span[0])
        found = _VALUES[name](value) if name in _VALUES else (value,)
        wrong = self._unknown(name, found, value)
        if wrong:
            self.problems.append(Problem(f"{wrong}: nothing has it", item.pos or 0, is_value=True))
        return Field(name, found)

    def _unknown(self, name: str, found: tuple[str, ...], value: str) -> str | None:
        if not found:
            return f"no {name} is called {value!r}" + (network_like(value) if name == "network" else "")
        return unknown(name, found[0], self.sources)


def _alternatives_of(item: Item) -> Iterator[Item]:
    yield from item.children if isinstance(item, OrOperation | UnknownOperation) else (item,)


def _lower(value: str) -> tuple[str, ...]:
    return (value.lower(),)


def _verb(value: str) -> tuple[str, ...]:
    return (value.lower(),) if value.lower() in set(Verb) else ()


_VALUES: dict[str, Callable[[str], tuple[str, ...]]] = {
    "network": networks_called,
    "city": cities_called,
    "country": lambda value: (value.upper(),),
    "language": _lower,
    "kind": _lower,
    "verb": _verb,
}


def _words(item: Term) -> Words | None:
    prefix = isinstance(item, Word) and item.value.endswith("*")
    text = item.value.strip('"') if isinstance(item, Phrase) else item.value.rstrip("*")
    found = tuple(search_words(text))
    return Words(found, prefix, text) if found else None
