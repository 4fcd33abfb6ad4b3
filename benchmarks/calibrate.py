"""`python -m benchmarks.calibrate`: fit how likely an announced joining is true, and say how well the fit does.

A logistic regression with a ridge, by Newton's method, on passages whose text no rule was made for. Ten folds, divided by
passage, tell what it does on passages that it was not fitted on.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.quality.claims import CALIBRATION, Passage, passages
from news.names import find_names
from news.values import ALERT_CONFIDENCE
from reading.claims.calibration import circumstances, is_outright
from reading.claims.reader import judged

_ROOT = Path(__file__).parents[1]
_TARGET = _ROOT / "reading" / "data" / "likelihood.toml"
_FOLDS, _RIDGE, _STEPS = 10, 3.0, 50


@dataclass(frozen=True, slots=True)
class Example:
    """A claim that would alert by its points alone, and whether the passage tells of that joining."""

    passage: str
    features: Mapping[str, float]
    true: bool


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the weights and how reliable they are; write them with --write."""
    parser = argparse.ArgumentParser(prog="benchmarks.calibrate", description=__doc__)
    parser.add_argument("folders", nargs="*", type=Path, default=[CALIBRATION])
    parser.add_argument("--write", action="store_true", help="renew reading/data/likelihood.toml")
    options = parser.parse_args(arguments)
    examples = [
        one for folder in options.folders for passage in passages(folder) for one in _examples(passage)
    ]
    weights = fit(examples)
    _show(examples, weights)
    if options.write:
        _write(weights)


def _examples(passage: Passage) -> Iterator[Example]:
    tags = find_names(title=passage.title, text=passage.text, language=passage.language, source=None)
    found = judged(title=passage.title, text=passage.text, tags=tags, language=passage.language, source=None)
    if found is None:
        return
    wanted = {(event.city, event.network) for event in passage.events}
    for claim in found.claims:
        if is_outright(claim):
            features = circumstances(claim, found.article).features()
            yield Example(passage.id, features, (claim.member, claim.network) in wanted)


def fit(examples: Sequence[Example]) -> dict[str, float]:
    """The weights by name."""
    names = sorted({name for one in examples for name in one.features})
    values = np.array([[1.0, *(one.features.get(name, 0.0) for name in names)] for one in examples])
    true = np.array([one.true for one in examples], dtype=float)
    ridge = np.full(values.shape[1], _RIDGE)
    ridge[0] = 1e-6
    weights = np.zeros(values.shape[1])
    for _ in range(_STEPS):
        chance = 1 / (1 + np.exp(-values @ weights))
        slope = values.T @ (true - chance) - ridge * weights
        curve = (values * (chance * (1 - chance))[:, None]).T @ values + np.diag(ridge)
        weights = weights + np.linalg.solve(curve, slope)
    return dict(zip(("always", *names), weights.tolist(), strict=True))


def _chance(weights: Mapping[str, float], features: Mapping[str, float]) -> float:
    total = weights["always"] + sum(weights.get(name, 0.0) * value for name, value in features.items())
    return 1 / (1 + math.exp(-total))


def left_out(examples: Sequence[Example]) -> np.ndarray:
    """The likelihood of each example by weights that were fitted without its passage."""
    order = {name: at for at, name in enumerate(dict.fromkeys(one.passage for one in examples))}
    chances = np.zeros(len(examples))
    for fold in range(_FOLDS):
        inside = [at for at, one in enumerate(examples) if order[one.passage] % _FOLDS == fold]
        weights = fit([one for one in examples if order[one.passage] % _FOLDS != fold])
        for at in inside:
            chances[at] = _chance(weights, examples[at].features)
    return chances


def _show(examples: Sequence[Example], weights: Mapping[str, float]) -> None:
    print(f"{len(examples)} claims, {sum(one.true for one in examples)} true")
    for name, weight in weights.items():
        print(f"  {name:20} {weight:+.2f}")
    chances = left_out(examples)
    print("likelihood (left out)  claims  true")
    for low in np.arange(0.0, 1.0, 0.1):
        inside = [
            one.true for one, chance in zip(examples, chances, strict=True) if low <= chance < low + 0.1
        ]
        if inside:
            print(f"  {low:.1f} to {low + 0.1:.1f}           {len(inside):5}  {sum(inside):5}")
    print("from      precision  of the true")
    for low in (0.0, 0.5, ALERT_CONFIDENCE, 0.7, 0.8, 0.9):
        kept = [one.true for one, chance in zip(examples, chances, strict=True) if chance >= low]
        whole = sum(one.true for one in examples)
        print(f"  {low:.2f}     {sum(kept) / max(1, len(kept)):.3f}      {sum(kept) / max(1, whole):.3f}")


def _write(weights: Mapping[str, float]) -> None:
    head, _, _ = _TARGET.read_text(encoding="utf-8").partition("[weights]")
    rows = (f"{name} = {weight:.2f}" for name, weight in weights.items())
    _TARGET.write_text(head + "[weights]\n" + "\n".join(rows) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
