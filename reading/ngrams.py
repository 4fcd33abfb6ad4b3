"""How likely each language is by a text's letter groups: py3langid's model, cut down to the languages in question.

The model is naive Bayes over groups of one to six bytes, of which the longest that ends at each byte counts.
`reading/ngrams_build.py` makes the file; what is read here is a fifteenth of the original and ready ten times sooner.
"""

from __future__ import annotations

import math
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

FILE: Final = files("reading") / "data" / "ngrams.npz"
#: No group ends here.
NONE: Final = 0xFFFF


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """The groups as an automaton, and what each says of each language."""

    #: of each column, several of them perhaps of one language, and then side by side
    codes: tuple[str, ...]
    #: where each language's first column stands
    starts: NDArray[np.intp]
    #: byte → its class, by `bytes.translate`
    classes: bytes
    #: how many classes there are
    width: int
    #: state times width plus class → state
    moves: memoryview
    #: state → row of the table
    groups: Sequence[int]
    #: logarithms of probabilities in steps, without what is common to all languages
    table: NDArray[np.uint8]
    step: float
    priors: NDArray[np.float32]


def likelihoods(text: str) -> Mapping[str, float]:
    """The share of each language in the likelihood of a text; nothing for a text without a known group."""
    model = _model()
    raw = _bytes(text)
    found = _visits(model, raw)
    if not found:
        return {}
    rows = np.fromiter(found.keys(), dtype=np.intp, count=len(found))
    weights = np.log1p(np.fromiter(found.values(), dtype=np.float32, count=len(found)))
    scores = (weights @ model.table[rows].astype(np.float32)) * model.step + model.priors
    # py3langid's own temperature: neighbouring groups say the same thing twice, long texts more often
    scores *= 1.0 / math.sqrt(len(raw))
    scores -= scores.max()
    shares = np.add.reduceat(np.exp(scores), model.starts)
    return dict(zip(model.codes, (shares / shares.sum()).tolist(), strict=True))


def _bytes(text: str) -> bytes:
    lowered = text.lower() if text.isupper() else text
    return unicodedata.normalize("NFC", lowered).encode("utf-8", errors="surrogatepass")


def _visits(model: Model, raw: bytes) -> Counter[int]:
    moves, groups, width, state = model.moves, model.groups, model.width, 0
    found = Counter([groups[state := moves[state * width + kind]] for kind in raw.translate(model.classes)])
    del found[NONE]
    return found


@cache
def _model() -> Model:
    with FILE.open("rb") as file, np.load(file, allow_pickle=False) as data:
        columns = data["columns"].tolist()
        parents, letters, levels = data["parents"], data["letters"], data["levels"].tolist()
        used = np.unique(letters[1:])
        classes = np.zeros(256, dtype=np.uint8)
        classes[used] = np.arange(1, len(used) + 1)
        width = len(used) + 1
        moves, groups = _automaton(parents, classes[letters], levels, data["groups"], width)
        return Model(
            codes=tuple(dict.fromkeys(columns)),
            starts=np.array([columns.index(code) for code in dict.fromkeys(columns)], dtype=np.intp),
            classes=classes.tobytes(),
            width=width,
            moves=moves.reshape(-1).data,
            groups=groups.tolist(),
            table=data["table"],
            step=float(data["step"]),
            priors=data["priors"],
        )


def _automaton(
    parents: NDArray[np.uint16],
    kinds: NDArray[np.uint8],
    levels: Sequence[int],
    groups: NDArray[np.uint16],
    width: int,
) -> tuple[NDArray[np.uint16], NDArray[np.uint16]]:
    """Aho and Corasick's, level by level: where a group cannot go on, its longest ending does."""
    moves = np.zeros((len(parents), width), dtype=np.uint16)
    fails = np.zeros(len(parents), dtype=np.uint16)
    ending = groups.copy()
    for start, end in pairwise(levels):
        nodes = slice(start, end)
        above, kind = parents[nodes], kinds[nodes]
        if start > 1:
            fails[nodes] = moves[fails[above], kind]
        moves[above, kind] = np.arange(start, end, dtype=np.uint16)
        moves[nodes] = moves[fails[nodes]]
        ending[nodes] = np.where(groups[nodes] == NONE, ending[fails[nodes]], groups[nodes])
    return moves, ending
