"""The fits of words and of confidence: they find what speaks for a joining, and are honest about what they were not fitted on."""

from __future__ import annotations

import random
from dataclasses import replace

from benchmarks import wording
from benchmarks.calibrate import Case, Example, fit, left_out
from benchmarks.quality.claims import Passage

PASSAGE = Passage(id="1", language="en", title="", text="", announces=False, events=frozenset())


def examples(size: int = 400) -> list[Example]:
    """Claims of which those with `good` are true nine times in ten, the others two in ten; `noise` says nothing."""
    dice = random.Random(7)
    found = []
    for _ in range(size):
        good, noise = dice.random() < 0.5, dice.random() < 0.5
        true = dice.random() < (0.9 if good else 0.2)
        found.append(Example({"good": float(good), "noise": float(noise)}, true))
    return found


def test_the_weights_are_those_of_what_matters() -> None:
    weights = fit(examples())
    assert weights["good"] > 2
    assert abs(weights["noise"]) < 0.5


def test_what_was_left_out_is_as_likely_as_it_is_often_true() -> None:
    known = [
        Case(replace(PASSAGE, announces=one.true), one, (Example({"plain": 1.0}, one.true),))
        for one in examples()
    ]
    chances = [chance for (chance,) in left_out(known)]
    told = [case.passage.announces for case in known]
    sure = [true for true, chance in zip(told, chances, strict=True) if chance > 0.7]
    doubtful = [true for true, chance in zip(told, chances, strict=True) if chance < 0.4]
    assert abs(sum(sure) / len(sure) - 0.9) < 0.06
    assert abs(sum(doubtful) / len(doubtful) - 0.2) < 0.08


def test_the_words_of_announcements_speak_for_them() -> None:
    known = [
        wording.Example(
            "en", frozenset({"joined" if number % 2 else "visits", "C", "N"}), announces=bool(number % 2)
        )
        for number in range(40)
    ]
    words = wording.fit(known)
    assert words.score({"joined", "C", "N"}) > 1 > -1 > words.score({"visits", "C", "N"})
    assert "joined" in words.weights


def test_a_word_of_one_passage_has_no_weight() -> None:
    known = [
        wording.Example("en", frozenset({f"word{number}", "N"}), announces=bool(number % 2))
        for number in range(9)
    ]
    assert set(wording.fit(known).weights) == {"N"}
