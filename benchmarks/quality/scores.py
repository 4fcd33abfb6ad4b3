"""How much of a text came out, and how much of it should have."""

from __future__ import annotations

import re
from collections import Counter

#: A word with its joiners and vowel signs, so that one of them lost is a word wrong.
_WORD = re.compile(r"[\w\u0300-\u036f\u064b-\u065f\u0670\u200c\u200d]+")
_JOINER = "\u200c"


def words(text: str) -> Counter[str]:
    """The words of a text and how often each comes."""
    return Counter(_WORD.findall(text))


def f1(truth: str, found: str) -> float:
    """Harmonic mean of precision and recall over the words, each counted as often as it comes."""
    wanted, got = words(truth), words(found)
    common = (wanted & got).total()
    return 2 * common / (wanted.total() + got.total()) if common else float(wanted == got)


def joined(truth: str, found: str) -> tuple[int, int]:
    """How many of the truth's words with a ZWNJ came out whole, and how many there are."""
    wanted = Counter({word: count for word, count in words(truth).items() if _JOINER in word})
    return (wanted & words(found)).total(), wanted.total()
