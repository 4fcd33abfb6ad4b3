"""A bit for each article: for what so many have that to look each of them up costs more than to look through all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Self

import numpy as np
from numpy.typing import NDArray

#: Articles of one word; arrays of articles are as long as whole words.
WORD = 64
_ONE = np.uint64(1)
#: Each of so few articles is looked up by itself.
_FEW = 2_000


@dataclass(slots=True)
class Bitmaps:
    """Those of some tags."""

    #: numbers of the tags, a row each
    tags: NDArray[np.int32]
    #: the articles of a row, 64 in a word, the first in its lowest bit
    bits: NDArray[np.uint64]
    _rows: dict[int, int] = field(init=False)

    def __post_init__(self) -> None:
        self._rows = {int(tag): row for row, tag in enumerate(self.tags)}

    @classmethod
    def of(cls, tagged: Sequence[tuple[int, NDArray[np.int64]]], size: int) -> Self:
        """Tags with their articles, among `size` articles."""
        bits = np.zeros((len(tagged), size // WORD), np.uint64)
        for row, (_, ids) in enumerate(tagged):
            held = np.zeros(size, np.bool_)
            held[ids] = True
            bits[row] = packed(held)
        return cls(np.array([tag for tag, _ in tagged], np.int32), bits)

    def __contains__(self, tag: int) -> bool:
        return tag in self._rows

    def grow(self, size: int) -> None:
        """Make room for so many articles."""
        more = size // WORD - self.bits.shape[1]
        self.bits = np.concatenate([self.bits, np.zeros((len(self.tags), more), np.uint64)], axis=1)

    def put(self, article: int, tags: Sequence[int]) -> None:
        """Have an article bear these tags, each of them one of ours, and no other of ours."""
        at, bit = article // WORD, _ONE << np.uint64(article % WORD)
        self.bits[:, at] &= ~bit
        self.bits[[self._rows[tag] for tag in tags], at] |= bit

    def held(self, tag: int, size: int) -> NDArray[np.bool_]:
        """Which of the first `size` articles bear a tag of ours."""
        row = self.bits[self._rows[tag], : size // WORD]
        return np.unpackbits(row.view(np.uint8), bitorder="little").view(np.bool_)

    def count(self, ids: NDArray[np.int64], found: NDArray[np.bool_]) -> NDArray[np.int64]:
        """How many of the articles found, of which `ids` are the places, bear each tag, in the order of `tags`."""
        if len(ids) < _FEW:
            words, places = self.bits[:, ids // WORD], (ids % WORD).astype(np.uint64)
            each: NDArray[np.int64] = (words >> places & _ONE).sum(axis=1).astype(np.int64)
            return each
        among = packed(found)
        counts = (np.bitwise_count(row[: len(among)] & among).sum() for row in self.bits)
        return np.fromiter(counts, np.int64, len(self.tags))


def packed(held: NDArray[np.bool_]) -> NDArray[np.uint64]:
    """The bits of a mask whose length is that of whole words."""
    return np.packbits(held, bitorder="little").view(np.uint64)
