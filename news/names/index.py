"""A sorted index of keys that finds the longest name starting at a word."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Generic, TypeVar

Value = TypeVar("Value")

#: Other forms of a folded word that may end a name: the word without its suffix.
Variants = Callable[[str], tuple[str, ...]]

#: Names shorter than this are never put together from several words of the text.
_SHORTEST_JOINED = 6


class NameIndex(Generic[Value]):
    """Names by key. Words of the text are run together for as long as some name begins like them."""

    def __init__(self, entries: Mapping[str, Value]) -> None:
        self._entries = entries
        self._keys = sorted(entries)
        #: words of running text repeat, so what begins a name is remembered
        self._begins = lru_cache(maxsize=100_000)(self._is_beginning)

    def __getitem__(self, key: str) -> Value:
        return self._entries[key]

    def __contains__(self, key: str) -> bool:
        return key in self._entries

    def longest(
        self, stems: Sequence[str], start: int, stop: int, variants: Variants, first: str | None = None
    ) -> tuple[int, str] | None:
        """The longest name of `stems[start:stop]` that begins at `start`, as (end, key).

        `first` stands in for the first word: its form without clitics.
        """
        best: tuple[int, str] | None = None
        run = ""
        for position in range(start, stop):
            word = first if first is not None and position == start else stems[position]
            before, run = run, run + word
            found = self._exact(before, run, variants(word))
            if found and (position == start or len(found) >= _SHORTEST_JOINED):
                best = (position + 1, found)
            if not self._begins(run):
                break
        return best

    def _exact(self, before: str, run: str, variants: Sequence[str]) -> str | None:
        if run in self._entries:
            return run
        for variant in variants:
            if before + variant in self._entries:
                return before + variant
        return None

    def _is_beginning(self, run: str) -> bool:
        place = bisect_left(self._keys, run)
        return place < len(self._keys) and self._keys[place].startswith(run)
