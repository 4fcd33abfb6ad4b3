"""Words of running text with their places, the same for names, claims, search and queries.

A zero-width non-joiner ends a word («می‌پیوندد» is two), as do an apostrophe and a hyphen;
each Chinese or Japanese character is a word of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

from news.languages.folding import FOLDED, fold_word

#: Chinese and Japanese, where a character is a word; stands in brackets of a pattern.
CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_MARKS = "\u0300-\u036f\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u00ad\u200d\u200e\u200f"
_WORD = re.compile(f"[{CJK}]|[^\\W_{CJK}]+(?:[{_MARKS}]+[^\\W_{CJK}]*)*")
#: splits a text into its gaps and, between each two, a word
_BETWEEN_GAPS = re.compile(f"({_WORD.pattern})")


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


@lru_cache(maxsize=8)
def columns(text: str) -> Columns:
    """The words of `text` as `tokens` gives them, in three columns.

    Names, claims and search ask for the same title and text one after the other, so the last few are kept.
    """
    pieces = _BETWEEN_GAPS.split(text)
    behind = tuple(accumulate(map(len, pieces)))
    folded = tuple(map(FOLDED.__getitem__, pieces[1::2]))
    found = Columns(folded, behind[:-1:2], behind[1::2])
    return found if all(folded) else found.only([at for at, word in enumerate(folded) if word])


def words(text: str) -> list[str]:
    """The folded words alone."""
    return list(filter(None, map(FOLDED.__getitem__, _WORD.findall(text))))


def fold(text: str) -> str:
    """Running text with its words folded, one space between them."""
    return " ".join(words(text))
