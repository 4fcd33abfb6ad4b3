"""The fit of the confidence: it finds what speaks for a joining, and is honest about what it was not fitted on."""

from __future__ import annotations

import random

from benchmarks.calibrate import Example, fit, left_out


def examples(size: int = 400) -> list[Example]:
    """Claims of which those with `good` are true nine times in ten, the others two in ten; `noise` says nothing."""
    dice = random.Random(7)
    found = []
    for number in range(size):
        good, noise = dice.random() < 0.5, dice.random() < 0.5
        true = dice.random() < (0.9 if good else 0.2)
        found.append(Example(str(number), {"good": float(good), "noise": float(noise)}, true))
    return found


def test_the_weights_are_those_of_what_matters() -> None:
    weights = fit(examples())
    assert weights["good"] > 2
    assert abs(weights["noise"]) < 0.5


def test_what_was_left_out_is_as_likely_as_it_is_often_true() -> None:
    known = examples()
    chances = left_out(known)
    sure = [one.true for one, chance in zip(known, chances, strict=True) if chance > 0.7]
    doubtful = [one.true for one, chance in zip(known, chances, strict=True) if chance < 0.4]
    assert abs(sum(sure) / len(sure) - 0.9) < 0.06
    assert abs(sum(doubtful) / len(doubtful) - 0.2) < 0.08
