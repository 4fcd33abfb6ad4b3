"""A piece of an article's own text around the words that a query found it by, with their places marked."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Self
from unicodedata import category

from news.languages.stems import rules_of_script
from news.languages.tokens import columns
from news.languages.tokens import words as folded_words
from storage.fulltext import alternatives, joined_pairs, marked, search_words, stem
from storage.query import Node, Words, positive_fields, positive_words

_NEWLINE = "\n"
_BEFORE, _LENGTH = 80, 240
_PARTED = re.compile("[\\w\u0640\u064b-\u065f\u0670]+(?:\u200c[\\w\u0640\u064b-\u065f\u0670]+)+")
_JOINER = "\u200d"
#: Letters and marks that are seen as one, at most.
_LONGEST_CHARACTER = 16
#: Characters that are looked through at first; twice as many each time nothing is found.
_LOOKED_THROUGH = 600
#: Of stems with so many letters and their mark only the first is sure to stand in every form.
_SHORT = 5

_Search = Callable[[str], object]


class _Met(dict[str, bool]):
    """Whether each folded word of texts of a language is one that is sought; words repeat."""

    def __init__(self, sought: Sought, language: str) -> None:
        self._sought, self._language = sought, language

    def __missing__(self, folded: str) -> bool:
        met = self[folded] = self._sought.is_met(folded, self._language)
        return met


@dataclass(frozen=True, slots=True)
class Sought:
    """What a query finds an article by: index words, beginnings of words, and names."""

    words: frozenset[str] = frozenset()
    beginnings: tuple[str, ...] = ()
    #: "network amf", "city 111822"
    names: frozenset[str] = field(default=frozenset())
    #: by language
    _met: dict[str, _Met] = field(default_factory=dict, init=False, repr=False, compare=False)
    _heads: list[_Search] = field(default_factory=list, init=False, repr=False, compare=False)

    @classmethod
    def of(cls, node: Node | None, language: str | None = None) -> Self:
        """What a query seeks."""
        parts = tuple(positive_words(node))
        found = {word for part in parts for word in _index_words(part, language)}
        plain = tuple(part.words[0] for part in parts if len(part.words) == 1 and not part.prefix)
        found |= {word for joined in joined_pairs(plain) for word in _index_words(Words(joined), language)}
        return cls(
            frozenset(
                found | {word for part in parts for word in (part.words[:-1] if part.prefix else part.words)}
            ),
            tuple(part.words[-1] for part in parts if part.prefix),
            frozenset(f"{part.name} {value}" for part in positive_fields(node) for value in part.values),
        )

    def met(self, language: str) -> Mapping[str, bool]:
        """Whether each folded word of a text is one of them, remembered from text to text."""
        return self._met.setdefault(language, _Met(self, language))

    def candidates(self, folded: Iterable[str]) -> list[int]:
        """Places of the words that may be among them: of a stem at least the first letter stands in its forms.

        To look for that costs a tenth of a stem.
        """
        if not self._heads:
            self._heads.append(re.compile(_pattern(self.words, self.beginnings)).match)
        may_be = self._heads[0]
        return [at for at, word in enumerate(folded) if may_be(word)]

    def is_met(self, folded: str, language: str) -> bool:
        """Whether a folded word of a text is one of them."""
        if not folded.isalnum():  # a ligature that stands for several words
            return any(self.is_met(piece, language) for piece in search_words(folded) if piece != folded)
        return (
            folded in self.words or folded.startswith(self.beginnings) or stem(folded, language) in self.words
        )


def _pattern(words: Iterable[str], beginnings: Iterable[str]) -> str:
    """What begins every word that one of these is the stem of, behind what rules take off before it."""
    heads, before = set(beginnings), {""}
    for word in words:
        heads.add(word[: 2 if len(word) > _SHORT else 1])
        for found in rules_of_script(word):
            before.update(found.prefixes)
            heads.update(form[:1] for form in found.same if marked(form, found) == word)
    return f"(?:{_either(before)})(?:{_either(heads)})|.*\\W"


def _either(parts: Iterable[str]) -> str:
    return "|".join(map(re.escape, sorted(parts)))


def _index_words(part: Words, language: str | None) -> Iterable[str]:
    for phrase in alternatives(part.words, language, is_prefix=part.prefix):
        yield from phrase[:-1] if part.prefix else phrase


def snippet_of(
    body: str, sought: Sought, language: str = "", named: Iterable[tuple[int, int]] = ()
) -> tuple[str, tuple[tuple[int, int], ...]]:
    """A piece of the text around the first word sought, and where the sought words stand in it.

    It holds whole words, and an ellipsis where the text goes on. `named` are places of names that the query means.
    """
    places = _places(body, sought, language, sorted(named))
    start = _start(body, max(0, places[0][0] - _BEFORE) if places else 0)
    end = _end(body, start, start + _LENGTH - len("…  …"))
    before, after = "… " if start else "", " …" if end < len(body.rstrip()) else ""
    piece = f"{before}{body[start:end].replace(_NEWLINE, ' ')}{after}"
    shift = start - len(before)
    shown = [
        (max(left, start) - shift, min(right, end) - shift)
        for left, right in places
        if left < end and right > start
    ]
    return piece, tuple(dict.fromkeys(_whole(piece, shown)))


def _whole(piece: str, places: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The places, of words that a zero-width non-joiner parts as wholes: readers see one word («شهر‌ها»)."""
    parted = [found.span() for found in _PARTED.finditer(piece)]
    for left, right in places:
        yield next((span for span in parted if span[0] <= left and right <= span[1]), (left, right))


def _places(body: str, sought: Sought, language: str, named: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Where the words sought stand, as far as a snippet around the first one reaches; else the names."""
    if not sought.words and not sought.beginnings:
        return named
    met = sought.met(language)
    found: list[tuple[int, int]] = []
    for begin, piece in _pieces(body):
        folded = folded_words(piece)
        places = [at for at in sought.candidates(folded) if met[folded[at]]]
        if places:
            words = columns(piece)
            found += [(begin + words.starts[at], begin + words.ends[at]) for at in places]
        if found and begin + len(piece) > found[0][0] + _LENGTH:
            break
    return found or named


def _pieces(body: str) -> Iterator[tuple[int, str]]:
    """Pieces of a text that begin and end between words, each with its place."""
    begin, size = 0, _LOOKED_THROUGH
    while begin < len(body):
        space = body.find(" ", begin + size)
        end = space if space >= 0 else len(body)
        yield begin, body[begin:end]
        begin, size = end, size * 2


def _start(body: str, position: int) -> int:
    """The beginning of the word that stands at `position`; of one that began long before, or of a script without spaces, here."""
    if not position:
        return 0
    space = _last_space(body, max(0, position - _BEFORE), position + 1)
    if space >= 0:
        return space + 1
    return 0 if position <= _BEFORE else _character(body, position)


def _end(body: str, start: int, position: int) -> int:
    """The end of the last word before `position`; a single longer word is cut, and so is a script without spaces."""
    if position >= len(body):
        return len(body.rstrip())
    space = _last_space(body, start + _LENGTH // 2, position + 1)
    return space if space >= 0 else _character(body, position)


def _last_space(body: str, start: int, end: int) -> int:
    return max(body.rfind(" ", start, end), body.rfind(_NEWLINE, start, end))


def _character(body: str, position: int) -> int:
    """Where the character begins that readers see at this place, with all that belongs to it."""
    for at in range(position, max(0, position - _LONGEST_CHARACTER), -1):
        if not _belongs(body[at]) and body[at - 1] != _JOINER:
            return at
    return position


def _belongs(letter: str) -> bool:
    """Whether a letter is seen as one with that before it: a mark, a joiner, a colour of skin."""
    return letter == _JOINER or category(letter).startswith("M") or "\U0001f3fb" <= letter <= "\U0001f3ff"
