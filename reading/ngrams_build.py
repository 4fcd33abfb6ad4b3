"""Cut py3langid's model down to the languages in question: `python -m reading.ngrams_build`.

Left out are the languages that are told by their script or would never be met, the letter groups of other
scripts, and those that hardly tell the rest apart. The model is that of py3langid, see NOTICE.
"""

from __future__ import annotations

import re
import sys
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from reading.ngrams import FILE, NONE

#: Ours, and those that would else be taken for them.
_CODES = frozenset((
    "ar", "ary", "arz", "az", "de", "en", "es", "fa", "fr", "id", "it", "kk", "ku", "nl", "pt", "ps", "ru",
    "sdh", "tg", "tr", "uk", "ur", "uz", "uzs", "af", "an", "ba", "be", "bg", "bs", "ca", "crh", "cs", "cy",
    "da", "eo", "et", "eu", "fi", "ga", "gl", "hr", "hu", "is", "jv", "ky", "la", "lb", "lt", "lv", "mk",
    "mn", "ms", "mt", "nn", "no", "oc", "pl", "ro", "sk", "sl", "so", "sq", "sr", "sv", "sw", "tk", "tl",
    "tt", "ug", "vi",
))  # fmt: skip
#: Dialects and spellings that are one language to a reader.
_SAME = {"ary": "ar", "arz": "ar", "sdh": "ckb", "nn": "no"}
#: Groups of Latin, Cyrillic and Arabic letters, which may begin or end within a letter.
_WANTED = re.compile(
    rb"[\x80-\xbf]{0,3}(?:[\x00-\x7f]|[\xc2-\xcb\xd0-\xd4\xd8-\xdb\xdd][\x80-\xbf]?"
    rb"|\xe1(?:[\xb8-\xbb][\x80-\xbf]?)?|\xe2(?:\x80[\x80-\xbf]?)?)*"
)
#: Logarithms are kept in steps of this; a group's best and worst language differ by so much at the least.
_STEP, _SPREAD = 1 / 8, 5.5


def main() -> int:
    """Write the file anew; the same installed model gives the same bytes."""
    full = LanguageIdentifier.from_model_file(MODEL_FILE)
    columns = sorted(
        (_SAME.get(code, code), number) for number, code in enumerate(full.nb_classes) if code in _CODES
    )
    numbers = [number for _, number in columns]
    weights = np.asarray(full.nb_ptc, dtype=np.float32)[:, numbers]
    spread = weights.max(axis=1) - weights.min(axis=1)
    wanted = {
        group: row
        for group, row in _groups(full).items()
        if _WANTED.fullmatch(group) and spread[row] >= _SPREAD
    }
    nodes = _nodes(wanted)
    if len(nodes) >= NONE:
        raise SystemExit(f"{len(nodes)} states are more than two bytes can number")
    rows = sorted(set(wanted.values()))
    with Path(str(FILE)).open("wb") as file:
        np.savez_compressed(
            file,
            columns=np.array([code for code, _ in columns]),
            priors=np.asarray(full.nb_pc, dtype=np.float32)[numbers],
            step=np.float32(_STEP),
            table=_steps(weights[rows]),
            allow_pickle=False,
            **_tree(nodes, _renumbered(wanted, rows)),
        )
    sys.stdout.write(f"{len(rows)} groups, {len(nodes)} states, {Path(str(FILE)).stat().st_size} bytes\n")
    return 0


def _groups(full: LanguageIdentifier) -> Mapping[bytes, int]:
    """Each letter group with its row, read off the automaton by the shortest way to each state."""
    moves = np.asarray(full.tk_nextmove).reshape(-1, 256)
    spelt: dict[int, bytes] = {0: b""}
    waiting = deque([0])
    while waiting:
        state = waiting.popleft()
        row = moves[full.tk_row[state]]
        for byte in np.nonzero(row)[0].tolist():
            following = int(row[byte])
            if following not in spelt:
                spelt[following] = spelt[state] + bytes([byte])
                waiting.append(following)
    return {group: full.tk_output[state] for state, group in spelt.items() if full.tk_output[state] >= 0}


def _nodes(groups: Mapping[bytes, int]) -> Sequence[bytes]:
    """All beginnings of the groups, the shortest first."""
    found = {group[:length] for group in groups for length in range(len(group) + 1)}
    return sorted(found, key=lambda node: (len(node), node))


def _renumbered(groups: Mapping[bytes, int], rows: Sequence[int]) -> Mapping[bytes, int]:
    numbers = {row: number for number, row in enumerate(rows)}
    return {group: numbers[row] for group, row in groups.items()}


def _steps(weights: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Weights in steps above the group's own least, which says nothing of any language."""
    least = weights.min(axis=1, keepdims=True)
    steps: NDArray[np.uint8] = np.minimum(np.round((weights - least) / _STEP), 255).astype(np.uint8)
    return steps


def _tree(nodes: Sequence[bytes], groups: Mapping[bytes, int]) -> Mapping[str, NDArray[np.integer]]:
    numbers = {node: number for number, node in enumerate(nodes)}
    lengths = [len(node) for node in nodes]
    levels = [lengths.index(length) for length in range(1, max(lengths) + 1)]
    return {
        "parents": np.array([numbers[node[:-1]] for node in nodes], dtype=np.uint16),
        "letters": np.array([node[-1] if node else 0 for node in nodes], dtype=np.uint8),
        "levels": np.array([*levels, len(nodes)], dtype=np.int32),
        "groups": np.array([groups.get(node, NONE) for node in nodes], dtype=np.uint16),
    }


if __name__ == "__main__":
    sys.exit(main())
