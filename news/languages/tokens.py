"""Words of running text with their places, the same for names, claims, search and queries.

A zero-width non-joiner ends a word («می‌پیوندد» is two), as do an apostrophe and a hyphen;
each Chinese or Japanese character is a word of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from news.languages.folding import fold_word

_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_MARKS = "\u0300-\u036f\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u00ad\u200d\u200e\u200f"
_WORD = re.compile(f"[{_CJK}]|[^\\W_{_CJK}]+(?:[{_MARKS}]+[^\\W_{_CJK}]*)*")


@dataclass(frozen=True, slots=True)
class Token:
    """A word: its folded form, and characters `start` up to `end` of the text it stands in."""

    text: str
    start: int
    end: int


class Columns(NamedTuple):
    """Words as three columns: folded, and where each starts and ends in the text."""

    words: tuple[str, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def only(self, kept: Sequence[int]) -> Columns:
        """The words at these places alone."""
        return Columns(
            tuple(self.words[at] for at in kept),
            tuple(self.starts[at] for at in kept),
            tuple(self.ends[at] for at in kept),
        )


def tokens(text: str) -> Iterator[Token]:
    """The words of `text`, folded, in order; a word that folds to nothing is left out."""
    for match in _WORD.finditer(text):
        folded = fold_word(match.group())
        if folded:
            yield Token(folded, match.start(), match.end())


def written_words(text: str) -> Iterator[tuple[str, int, int]]:
    """The words of `text` as they are written, each with its place."""
    for match in _WORD.finditer(text):
        yield match.group(), match.start(), match.end()


@lru_cache(maxsize=8)
def columns(text: str) -> Columns:
    """The words of `text` as `tokens` gives them, in three columns.

    Names, claims and search ask for the same title and text one after the other, so the last few are kept.
    """
    spans = [match.span() for match in _WORD.finditer(text)]
    folded = tuple([fold_word(text[start:end]) for start, end in spans])
    found = Columns(folded, tuple([start for start, _ in spans]), tuple([end for _, end in spans]))
    return found if all(folded) else found.only([at for at, word in enumerate(folded) if word])


def words(text: str) -> list[str]:
    """The folded words alone."""
    return list(filter(None, map(fold_word, _WORD.findall(text))))


def fold(text: str) -> str:
    """Running text with its words folded, one space between them."""
    return " ".join(words(text))
