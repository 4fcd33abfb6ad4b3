"""A piece of an article's own text around the words that a query found it by, with their places marked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Self

from news.languages.folding import fold_word
from news.languages.tokens import written_words
from storage.fulltext import alternatives, joined_pairs, search_words, stem
from storage.query import Node, Words, positive_fields, positive_words

_NEWLINE = "\n"
_BEFORE, _LENGTH = 80, 240


@dataclass(frozen=True, slots=True)
class Sought:
    """What a query finds an article by: index words, beginnings of words, and names."""

    words: frozenset[str] = frozenset()
    beginnings: tuple[str, ...] = ()
    #: "network amf", "city 111822"
    names: frozenset[str] = field(default=frozenset())

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

    def is_met(self, folded: str, language: str) -> bool:
        """Whether a folded word of a text is one of them."""
        if not folded.isalnum():  # a ligature that stands for several words
            return any(self.is_met(piece, language) for piece in search_words(folded) if piece != folded)
        return (
            folded in self.words or folded.startswith(self.beginnings) or stem(folded, language) in self.words
        )


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
    start = _word_start(body, max(0, places[0][0] - _BEFORE) if places else 0)
    end = _word_end(body, start + _LENGTH - len("…  …"))
    before, after = "… " if start else "", " …" if end < len(body) else ""
    piece = f"{before}{body[start:end].replace(_NEWLINE, ' ')}{after}"
    shift = start - len(before)
    return piece, tuple(
        (left - shift, right - shift) for left, right in places if start <= left and right <= end
    )


def _places(body: str, sought: Sought, language: str, named: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Where the words sought stand, as far as a snippet around the first one reaches; else the names."""
    found: list[tuple[int, int]] = []
    if sought.words or sought.beginnings:
        for word, start, end in written_words(body):
            if found and start > found[0][0] + _LENGTH:
                break
            if sought.is_met(fold_word(word), language):
                found.append((start, end))
    return found or named


def _word_start(body: str, position: int) -> int:
    space = max(body.rfind(" ", 0, position + 1), body.rfind(_NEWLINE, 0, position + 1))
    return space + 1 if position else 0


def _word_end(body: str, position: int) -> int:
    """The end of the last word before `position`; a single longer word is cut."""
    if position >= len(body):
        return len(body.rstrip())
    space = max(body.rfind(" ", 0, position + 1), body.rfind(_NEWLINE, 0, position + 1))
    return space if space > position - _LENGTH else position
