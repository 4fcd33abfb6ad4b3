"""Find the longest name that starts at a word."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from typing import Generic, Protocol, TypeVar

Value = TypeVar("Value")

#: Other forms of a folded word that may end a name: the word without its suffix.
Variants = Callable[[str], tuple[str, ...]]

#: Names shorter than this are never put together from several words of the text; in Latin letters, where
#: capitals can be asked for, even "La Paz" is.
_SHORTEST_JOINED, _SHORTEST_LATIN = 6, 4
_FIRST_BEYOND_LATIN = "\u0370"
#: Longer words keep the first letters of their names in every form: so many of them are looked at before anything else.
_BENT_WITHIN, _HEAD = 5, 3
#: From here on each character is a word, and two of them are a name.
_FIRST_HAN, _SHORTEST_HAN = "\u3040", 2


class Remembered(dict[str, Value]):
    """What was found out about the words met lately: words of running text repeat."""

    def __init__(self, find: Callable[[str], Value], most: int = 50_000) -> None:
        super().__init__()
        self._find = find
        self._most = most

    def __missing__(self, word: str) -> Value:
        if len(self) >= self._most:
            self.clear()
        found = self[word] = self._find(word)
        return found


class Keys(Protocol):
    """Names by key."""

    def __contains__(self, key: str) -> bool:
        """Whether this is the key of a name."""

    @property
    def begins(self) -> Callable[[str], bool]:
        """Whether some name begins like this, or is this."""


class NameIndex(Generic[Value]):
    """Names by key, in memory."""

    def __init__(self, entries: Mapping[str, Value]) -> None:
        self._entries = entries
        self._keys = sorted(entries)
        self._heads = frozenset(key[:_HEAD] for key in entries)
        #: whether some name begins like this, or is this
        self.begins: Callable[[str], bool] = Remembered(self._begins).__getitem__

    def __getitem__(self, key: str) -> Value:
        return self._entries[key]

    def __contains__(self, key: str) -> bool:
        return key in self._entries

    def is_far_from(self, word: str) -> bool:
        """Whether the first letters alone tell that a word is in no form the beginning of a name."""
        heads = self._heads
        return len(word) > _BENT_WITHIN and word[:_HEAD] not in heads and word[: _HEAD - 1] not in heads

    def _begins(self, run: str) -> bool:
        place = bisect_left(self._keys, run)
        return place < len(self._keys) and self._keys[place].startswith(run)


def longest(
    index: Keys, stems: Sequence[str], start: int, stop: int, variants: Variants, first: str
) -> tuple[int, str] | None:
    """The longest name of `stems[start:stop]` that begins at `start`, as (end, key).

    Words are run together for as long as some name begins like them. `first` stands in for the first
    word: the word itself, or its form without clitics.
    """
    best: tuple[int, str] | None = None
    run = ""
    shortest = _shortest(first)
    for position in range(start, stop):
        word = first if position == start else stems[position]
        before, run = run, run + word
        goes_on = index.begins(run)
        found = run if goes_on and run in index else _varied(index, before, variants(word))
        if found and (position == start or len(found) >= shortest):
            best = (position + 1, found)
        if not goes_on:
            break
    return best


def _shortest(first: str) -> int:
    if first >= _FIRST_HAN:
        return _SHORTEST_HAN
    return _SHORTEST_LATIN if first < _FIRST_BEYOND_LATIN else _SHORTEST_JOINED


def _varied(index: Keys, before: str, variants: Sequence[str]) -> str | None:
    for variant in variants:
        if before + variant in index:
            return before + variant
    return None
