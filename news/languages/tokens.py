"""Words of running text with their places, the same for names, claims, search and queries.

A zero-width non-joiner ends a word («می‌پیوندد» is two), as do an apostrophe and a hyphen;
each Chinese or Japanese character is a word of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from news.languages.folding import fold_word

_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_MARKS = "\u0300-\u036f\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u00ad\u200d\u200e\u200f"
_WORD = re.compile(f"[{_CJK}]|[^\\W_{_CJK}](?:[^\\W_{_CJK}]|[{_MARKS}])*")


@dataclass(frozen=True, slots=True)
class Token:
    """A word: its folded form, and characters `start` up to `end` of the text it stands in."""

    text: str
    start: int
    end: int


def tokens(text: str) -> Iterator[Token]:
    """The words of `text`, folded, in order; a word that folds to nothing is left out."""
    for match in _WORD.finditer(text):
        folded = fold_word(match.group())
        if folded:
            yield Token(folded, match.start(), match.end())


def columns(text: str) -> tuple[list[str], list[int], list[int]]:
    """The words of `text` as `tokens` gives them, in three lists: folded, starts, ends."""
    folded, starts, ends = [], [], []
    for match in _WORD.finditer(text):
        if word := fold_word(match[0]):
            start, end = match.span()
            folded.append(word)
            starts.append(start)
            ends.append(end)
    return folded, starts, ends


def words(text: str) -> list[str]:
    """The folded words alone."""
    return list(filter(None, map(fold_word, _WORD.findall(text))))


def fold(text: str) -> str:
    """Running text with its words folded, one space between them."""
    return " ".join(words(text))
