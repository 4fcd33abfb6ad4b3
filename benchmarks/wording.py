"""`python -m benchmarks.wording`: fit which words speak for news of a joining, from every passage that may be read.

A logistic regression with a ridge for each language, by L-BFGS, in which a feature counts the more the less evenly news and no
news share it (Wang and Manning, "Baselines and Bigrams", 2012). The passages kept apart are not read.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

from benchmarks.quality.claims import CALIBRATION, FIRST, FRESH, OPEN, PRACTICE, WORDING, Passage, passages
from news.names import find_names
from reading.claims.marking import mark
from reading.claims.wording import ALWAYS, Wording, features, scale
from samples.library import articles

_CASES = Path(__file__).parents[1] / "tests" / "reading" / "claims"
_TARGET = Path(__file__).parents[1] / "reading" / "data" / "wording"
_FOLDERS = (OPEN, PRACTICE, FRESH, CALIBRATION, WORDING)
#: Passages that must have a feature, and what a weight is worth keeping.
_AT_LEAST, _SMALLEST = 2, 0.01
#: Of a feature's logarithm of odds: what is added to its counts, what it has at least, and at most.
_SMOOTHING, _EVEN, _TELLING = 0.5, 0.5, 2.0
_HEAD = "# What speaks for news of a joining (+) and against it (-), in natural logarithms of the odds: see reading/claims/wording.py.\n"


@dataclass(frozen=True, slots=True)
class Example:
    """The features of a passage, and whether it tells of a joining."""

    language: str
    features: frozenset[str]
    announces: bool


def example(passage: Passage) -> Example:
    """A passage as its words."""
    return _example(passage.title, passage.text, passage.language, announces=passage.announces)


def cases() -> list[Example]:
    """The sentences that the rules are tested with."""
    return [
        _example(case.get("title", ""), case["text"], case["language"], announces=bool(case.get("alerts")))
        for path in sorted(_CASES.glob("claim_*.toml"))
        for case in tomllib.loads(path.read_text(encoding="utf-8"))["case"]
        if case["language"] in FIRST
    ]


def pages() -> list[Example]:
    """The articles of the sample sites: reports, portraits of networks, plain local news."""
    known = articles()
    return [
        _example(one.title, one.text, one.language, announces=bool(known.get(one.retells, one).membership))
        for one in known.values()
        if one.language in FIRST
    ]


def _example(title: str, text: str, language: str, *, announces: bool) -> Example:
    sentences = mark(
        title, text, find_names(title=title, text=text, language=language, source=None), language
    )
    return Example(
        language, frozenset(one for sentence in sentences for one in features(sentence)), announces
    )


def examples(folders: Iterable[Path] = _FOLDERS) -> list[Example]:
    """Those of every passage of some folders in the first languages."""
    return [example(one) for folder in folders for one in passages(folder) if one.language in FIRST]


def fit(known: Sequence[Example]) -> Wording:
    """The weights of one language's features."""
    counts = Counter(feature for one in known for feature in one.features)
    names = sorted(feature for feature, count in counts.items() if count >= _AT_LEAST)
    at = {name: place for place, name in enumerate(names)}
    share = _shares(known, names)
    values, columns, ends = [], [], [0]
    for one in known:
        own = [at[feature] for feature in sorted(one.features) if feature in at]
        columns += own
        values += (scale(len(one.features)) * share[own]).tolist()
        ends.append(len(columns))
    matrix = csr_matrix((values, columns, ends), shape=(len(known), len(names)))
    signs = np.array([1.0 if one.announces else -1.0 for one in known])
    weights = _minimum(matrix, signs)
    return Wording(dict(zip(names, (weights[:-1] * share).tolist(), strict=True)), float(weights[-1]))


def _shares(known: Sequence[Example], names: Sequence[str]) -> np.ndarray:
    """How each feature counts: how far news and no news are from sharing it evenly, in logarithms of the odds."""
    sides = [
        Counter(name for one in known if one.announces is side for name in one.features)
        for side in (True, False)
    ]
    counts = np.array([[side[name] for name in names] for side in sides]) + _SMOOTHING
    ratio = np.log(counts[0] / counts[0].sum()) - np.log(counts[1] / counts[1].sum())
    return np.minimum(_EVEN + np.abs(ratio), _TELLING)


def _minimum(matrix: csr_matrix, signs: np.ndarray) -> np.ndarray:
    turned = matrix.T.tocsr()
    width = matrix.shape[1]

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        margin = signs * (matrix @ weights[:width] + weights[width])
        slope = -signs / (1 + np.exp(np.clip(margin, -500, 500)))
        total = np.logaddexp(0, -margin).sum() + 0.5 * weights[:width] @ weights[:width]
        return float(total), np.append(turned @ slope + weights[:width], slope.sum())

    return np.asarray(minimize(loss, np.zeros(width + 1), jac=True, method="L-BFGS-B").x)


def write(found: Mapping[str, Wording]) -> None:
    """Renew the tables."""
    _TARGET.mkdir(exist_ok=True)
    for language, words in found.items():
        rows = sorted((name, weight) for name, weight in words.weights.items() if abs(weight) >= _SMALLEST)
        lines = [f"{weight:+.3f}\t{name}\n" for name, weight in [(ALWAYS, words.always), *rows]]
        (_TARGET / f"{language}.tsv").write_text(_HEAD + "".join(lines), encoding="utf-8")


def main() -> None:
    """Fit and write."""
    known = [*examples(), *cases(), *pages()]
    found = {language: fit([one for one in known if one.language == language]) for language in FIRST}
    write(found)
    for language, words in found.items():
        print(
            f"{language}: {len(words.weights)} features, {sum(one.language == language for one in known)} passages"
        )


if __name__ == "__main__":
    main()
