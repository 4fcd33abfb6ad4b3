"""How near two texts are: shingles of folded words, a MinHash signature of them, and the keys of its bands.

MinHash: Broder, "On the resemblance and containment of documents" (1997); bands: Leskovec, Rajaraman and
Ullman, "Mining of Massive Datasets", chapter 3.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from news.languages.tokens import CJK, columns, words

#: Bands of a signature, and values in each: a pair of likeness 0.55 shares a band with 0.95 probability, one of
#: 0.2 with 0.05, one of 0.05 with 0.0002.
BANDS, ROWS = 32, 4
#: A text of fewer shingles says too little to be compared.
FEWEST = 8
#: Words of a text that are compared one by one; a form is shorter.
COMPARED = 1_500
#: Of a longer text the shingles of the least hash stand for all of them.
_MOST = 4_096

#: Letters that sound alike in loans and names, and the long vowels, which spellings leave out or put in.
_ARABIC = str.maketrans(
    {"ط": "ت", "ص": "س", "ث": "س", "ذ": "ز", "ض": "ز", "ظ": "ز", "ژ": "ز", "ح": "ه", "غ": "ق", "پ": "ب",
     "چ": "ج", "گ": "ک", "ڤ": "ف", "ا": "", "و": "", "ی": ""}
)  # fmt: skip
_LATIN = (
    (re.compile("ph"), "f"), (re.compile("x"), "ks"), (re.compile("[cq]"), "k"), (re.compile("w"), "v"),
    (re.compile("z"), "s"), (re.compile("(?<=.)h"), ""), (re.compile("[aeiouyаеёиоуыэюяіїє]"), ""),
    (re.compile(r"([^\W\d])\1+"), r"\1"),
)  # fmt: skip
_IDEOGRAPH = re.compile(f"[{CJK}]")

_DRAW = np.random.Generator(np.random.PCG64(1923))
_FACTORS = _DRAW.integers(1, 2**63, size=(BANDS * ROWS, 1), dtype=np.uint64) * np.uint64(2) + np.uint64(1)
_TERMS = _DRAW.integers(0, 2**63, size=(BANDS * ROWS, 1), dtype=np.uint64)
_SALTS = _DRAW.integers(0, 2**63, size=BANDS, dtype=np.uint64)
_MIX = np.uint64(0x9E3779B97F4A7C15)
_SHIFT = np.uint64(32)

Hashes = NDArray[np.uint64]
Signature = NDArray[np.uint16]


@dataclass(frozen=True, slots=True, eq=False)
class Shingles:
    """The pairs of neighbouring words of a text, as sorted hashes."""

    hashes: Hashes

    def __len__(self) -> int:
        return len(self.hashes)

    def without(self, others: Hashes) -> Shingles:
        """Those that are not among others."""
        return Shingles(np.setdiff1d(self.hashes, others, assume_unique=True))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Traits:
    """What two texts are compared by before their words are."""

    shingles: Shingles
    #: words with a digit, of the first ones
    numbers: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sketch:
    """What a text is found by: its signature as it is stored, and the keys of its bands; and what it is compared by."""

    least: bytes
    keys: tuple[int, ...]
    traits: Traits


def skeletons(text: str) -> list[str]:
    """What is left of each word where spellings may differ; words of a letter or two leave nothing."""
    return list(filter(None, map(_skeleton, words(text))))


def shingles(text: str) -> Shingles:
    """The pairs of neighbouring words of a text, each once."""
    return _pairs(columns(text).words)


def shingles_of(bones: Sequence[str]) -> Shingles:
    """The pairs of neighbouring skeletons, each once."""
    return _pairs(bones)


def _pairs(read: Sequence[str]) -> Shingles:
    """Words and their skeletons leave the same; those that leave nothing are passed over."""
    found = np.fromiter(map(_trace, read), dtype=np.uint64, count=len(read))
    traces = found[found != 0]
    if len(traces) < 2:
        return Shingles(np.empty(0, dtype=np.uint64))
    pairs = (traces[:-1] * _MIX + traces[1:]) * _MIX
    pairs ^= pairs >> _SHIFT
    pairs.sort()
    is_first = np.empty(len(pairs), dtype=np.bool_)
    is_first[0] = True
    np.not_equal(pairs[1:], pairs[:-1], out=is_first[1:])
    return Shingles(pairs[is_first])


def signature(found: Shingles) -> Signature | None:
    """The least of each permutation, 16 bits of it; None for a text too short to be compared."""
    if len(found) < FEWEST:
        return None
    hashes = found.hashes[:_MOST]
    least = np.empty(BANDS * ROWS, dtype=np.uint64)
    for start in range(0, BANDS * ROWS, 32):
        part = slice(start, start + 32)
        least[part] = (hashes * _FACTORS[part] + _TERMS[part]).min(axis=1)
    return ((least * _MIX) >> np.uint64(48)).astype(np.uint16)


def sketch(text: str) -> Sketch | None:
    """What is kept of a text to find others near it; None where it is too short to be compared."""
    known = traits(list(filter(None, map(_skeleton, columns(text).words))))
    own = signature(known.shingles)
    return None if own is None else Sketch(least=packed(own), keys=keys(own), traits=known)


def traits(bones: Sequence[str]) -> Traits:
    """What a text of these skeletons is compared by."""
    return Traits(shingles=shingles_of(bones), numbers=frozenset(filter(_has_digit, bones[:COMPARED])))


def keys(of: Signature) -> tuple[int, ...]:
    """A key for each band, which fits a signed column of 64 bits."""
    mixed = (of.view(np.uint64) ^ _SALTS) * _MIX
    return tuple((mixed ^ (mixed >> _SHIFT)).view(np.int64).tolist())


def packed(of: Signature) -> bytes:
    """To be stored."""
    return of.astype("<u2").tobytes()


def unpacked(data: bytes) -> Signature:
    """As it was stored."""
    return np.frombuffer(data, dtype="<u2").astype(np.uint16)


def estimates(one: bytes, others: Sequence[bytes]) -> NDArray[np.float64]:
    """The share of values of a stored signature that agree with each of others: the likeness, give or take 0.04."""
    rows = np.frombuffer(b"".join(others), dtype="<u2").reshape(len(others), -1)
    agreed: NDArray[np.float64] = (rows == np.frombuffer(one, dtype="<u2")).mean(axis=1)
    return agreed


def common(one: Hashes, other: Hashes) -> Hashes:
    """What two sorted arrays of different values have in common."""
    both = np.concatenate((one, other))
    both.sort()
    shared: Hashes = both[:-1][both[1:] == both[:-1]]
    return shared


def likeness(one: Shingles, other: Shingles) -> tuple[float, float]:
    """Jaccard's index, and how much of the shorter is in the longer."""
    shorter, longer = sorted((len(one), len(other)))
    if not shorter:
        return 0.0, 0.0
    shared = len(common(one.hashes, other.hashes))
    return shared / (shorter + longer - shared), shared / shorter


@lru_cache(maxsize=100_000)
def _skeleton(word: str) -> str:
    if _IDEOGRAPH.match(word) or any(map(str.isdigit, word)):
        return word
    bones = word.translate(_ARABIC)
    for pattern, instead in _LATIN:
        bones = pattern.sub(instead, bones)
    return bones if len(bones) > 1 else ""


@lru_cache(maxsize=100_000)
def _has_digit(word: str) -> bool:
    return any(map(str.isdigit, word))


@lru_cache(maxsize=100_000)
def _trace(word: str) -> int:
    """A hash of a word's skeleton, which is its own; 0 for a word that leaves nothing."""
    data = _skeleton(word).encode()
    return zlib.crc32(data) << 32 | zlib.adler32(data) if data else 0
