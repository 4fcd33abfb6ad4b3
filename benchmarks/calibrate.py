"""`python -m benchmarks.calibrate`: fit how likely an announced joining is true, and say how well the fit does.

Two logistic regressions with a ridge, by Newton's method: whether an article tells of a joining, and whether a member and a
network are those meant. On passages whose text no rule was made for; ten folds, divided by passage, tell what they do on
passages that they were not fitted on, and that the tables of words were not fitted on either.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks import wording as wordings
from benchmarks.quality.claims import CALIBRATION, FIRST, FRESH, OPEN, PRACTICE, WORDING, Passage, passages
from news.names import find_names
from news.values import ALERT_CONFIDENCE
from reading.claims.calibration import Scene, is_meant, meaning, telling
from reading.claims.reader import judged
from reading.claims.wording import Wording

_ROOT = Path(__file__).parents[1]
_TARGET = _ROOT / "reading" / "data" / "likelihood.toml"
_FOLDS, _RIDGE, _STEPS = 10, 3.0, 50


@dataclass(frozen=True, slots=True)
class Example:
    """Features, and whether what they speak of is true."""

    features: Mapping[str, float]
    true: bool


@dataclass(frozen=True, slots=True)
class Case:
    """A passage with the joinings that it may tell of."""

    passage: Passage
    telling: Example | None = None
    meanings: tuple[Example, ...] = ()


@dataclass(frozen=True, slots=True)
class Models:
    """The weights of both."""

    telling: dict[str, float]
    meaning: dict[str, float]


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the weights and how reliable they are; write them with --write."""
    parser = argparse.ArgumentParser(prog="benchmarks.calibrate", description=__doc__)
    parser.add_argument("folders", nargs="*", type=Path, default=[CALIBRATION, WORDING])
    parser.add_argument("--write", action="store_true", help="renew reading/data/likelihood.toml")
    options = parser.parse_args(arguments)
    known = [one for folder in options.folders for one in passages(folder) if one.language in FIRST]
    cases = list(_cases(known))
    models = _fitted(cases)
    _show(cases, models)
    if options.write:
        _write(models)


def _cases(known: Sequence[Passage]) -> Iterator[Case]:
    """Passages, their words weighed by tables that were fitted without them."""
    others = [*wordings.examples((OPEN, PRACTICE, FRESH)), *wordings.cases(), *wordings.pages()]
    own = [wordings.example(passage) for passage in known]
    for language in FIRST:
        mine = [
            (passage, one) for passage, one in zip(known, own, strict=True) if passage.language == language
        ]
        for fold in range(_FOLDS):
            inside = slice(len(mine) * fold // _FOLDS, len(mine) * (fold + 1) // _FOLDS)
            rest = [one for _, one in mine[: inside.start] + mine[inside.stop :]]
            words = wordings.fit([one for one in others if one.language == language] + rest)
            yield from (_case(passage, words) for passage, _ in mine[inside])


def _case(passage: Passage, words: Wording) -> Case:
    tags = find_names(title=passage.title, text=passage.text, language=passage.language, source=None)
    found = judged(title=passage.title, text=passage.text, tags=tags, language=passage.language, source=None)
    scene = Scene(found.article, found.claims, words) if found else None
    if scene is None or not scene.possible:
        return Case(passage)
    wanted = {(event.city, event.network) for event in passage.events}
    return Case(
        passage,
        Example(telling(scene).features(), passage.announces),
        tuple(
            Example(meaning(claim, scene).features(), (claim.member, claim.network) in wanted)
            for claim in scene.possible
        ),
    )


def _fitted(cases: Sequence[Case]) -> Models:
    """Both models; what is meant is learned from articles that tell."""
    told = [case for case in cases if case.passage.announces]
    return Models(
        fit([case.telling for case in cases if case.telling]),
        fit([one for case in told for one in case.meanings]),
    )


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


def left_out(cases: Sequence[Case]) -> list[tuple[float, ...]]:
    """The likelihood of each joining of each passage by weights that were fitted without it."""
    chances: list[tuple[float, ...]] = []
    for fold in range(_FOLDS):
        inside = range(len(cases) * fold // _FOLDS, len(cases) * (fold + 1) // _FOLDS)
        models = _fitted([case for at, case in enumerate(cases) if at not in inside])
        chances += [_chances(cases[at], models) for at in inside]
    return chances


def _chances(case: Case, models: Models) -> tuple[float, ...]:
    if case.telling is None:
        return ()
    told = _chance(models.telling, case.telling.features)
    meant = [_chance(models.meaning, one.features) for one in case.meanings]
    return tuple(told * (1.0 if is_meant(one, max(meant)) else one) for one in meant)


def _show(cases: Sequence[Case], models: Models) -> None:
    for name, weights in (("telling", models.telling), ("meaning", models.meaning)):
        print(name)
        for feature, weight in weights.items():
            print(f"  {feature:20} {weight:+.2f}")
    chances = left_out(cases)
    told = [
        (max(chance), case.passage.announces) for case, chance in zip(cases, chances, strict=True) if chance
    ]
    print("likelihood (left out)  passages  true")
    for low in np.arange(0.0, 1.0, 0.1):
        inside = [true for chance, true in told if low <= chance < low + 0.1]
        if inside:
            print(f"  {low:.1f} to {low + 0.1:.1f}           {len(inside):5}  {sum(inside):5}")
    print("from    events: precision  recall   passages: precision  recall")
    for low in (0.3, 0.4, 0.5, 0.55, ALERT_CONFIDENCE, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9):
        _show_from(low, cases, chances)


def _show_from(low: float, cases: Sequence[Case], chances: Sequence[tuple[float, ...]]) -> None:
    kept = [
        (case.passage, [one.true for one, chance in zip(case.meanings, found, strict=True) if chance >= low])
        for case, found in zip(cases, chances, strict=True)
    ]
    right, claims = sum(sum(true) for _, true in kept), sum(len(true) for _, true in kept)
    events = sum(event.known for case in cases for event in case.passage.events)
    told = [passage for passage, true in kept if true]
    wanted = sum(case.passage.announces and case.passage.knowable for case in cases)
    true = sum(one.announces for one in told)
    found = sum(one.announces and one.knowable for one in told)
    print(
        f"  {low:.2f}          {right / max(1, claims):.3f}   {right / events:.3f}"
        f"              {true / max(1, len(told)):.3f}   {found / wanted:.3f}"
    )


def _write(models: Models) -> None:
    head, _, _ = _TARGET.read_text(encoding="utf-8").partition("[")
    parts = []
    for name, weights in (("telling", models.telling), ("meaning", models.meaning)):
        rows = "".join(f"{feature} = {weight:.2f}\n" for feature, weight in weights.items())
        parts.append(f"[{name}]\n{rows}")
    _TARGET.write_text(head + "\n".join(parts), encoding="utf-8")


if __name__ == "__main__":
    main()
