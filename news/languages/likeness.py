"""How much of two texts is the same, by the runs of words that they share."""

from __future__ import annotations

from news.languages.tokens import fold

#: Words of a run.
_RUN = 3
#: From this share of the shorter text's runs on, one text is an edit of the other.
AKIN = 0.15


def shares(before: str, now: str) -> tuple[float, float]:
    """What two texts have in common: of the shorter one's runs of words, and of the second one's."""
    one, other = _runs(before), _runs(now)
    common = len(one & other)
    return common / max(1, min(len(one), len(other))), common / max(1, len(other))


def _runs(text: str) -> frozenset[tuple[str, ...]]:
    words = fold(text).split()
    return frozenset(tuple(words[start : start + _RUN]) for start in range(max(1, len(words) - _RUN + 1)))
