"""The key of a name: its folded words run together, so that lost spaces and joiners do not matter."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from news.languages.tokens import words

#: Case endings of Russian and its neighbours, taken off whenever three letters are left.
_CASE_ENDING = re.compile(
    r"(?<=[\u0400-\u04ff]{3})(?:иями|ями|ами|иях|ого|его|ому|ему|ыми|ими|ией|ях|ах|ой|ей|ом|ем|ов|ев|ым|им|ых|их|"
    r"ая|яя|ое|ее|ые|ие|ый|ий|ую|юю|ам|ям|ию|ии|ия|а|я|о|е|ы|и|й|у|ю|ь)$"
)


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """A folded word as names are compared: Cyrillic without its case ending, others as they are."""
    return _CASE_ENDING.sub("", word) if "\u0400" <= word[0] <= "\u04ff" else word


def join(folded_words: Iterable[str]) -> str:
    """The key of folded words."""
    return "".join(map(stem, folded_words))


def key(name: str) -> str:
    """The key of a name as written."""
    return join(words(name))
