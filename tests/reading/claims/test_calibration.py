"""Confidence as a fitted likelihood: what speaks for a joining raises it, and every weight is of something."""

from __future__ import annotations

import tomllib
from dataclasses import fields
from importlib.resources import files

import pytest

from news.names import find_names
from news.values import ALERT_CONFIDENCE, Claim
from reading.claims import read_claims
from reading.claims.calibration import Meaning, Telling, is_meant, likelihood

PLAIN = Telling(
    score=2.0, phrases=frozenset({"joined"}), points=0.9, outright=True, far=False, doubted=False, opening=True,
    networks=False, able=True, planned=False, historical=False, denied=False, otherwise=False,
    doubts=0, doubtful=0.0, title_doubts=False,
)  # fmt: skip
MEANT = Meaning(
    phrase="joined", network="inside", member="inside", place="beside", below=0.0, points=0.9, outright=True,
    far=False, alone=True, others=False, passed=False, rivals=0, networks=False, unable=False,
    headline=True, main=True, doubted=False, opening=True,
)  # fmt: skip


def told(**changes: object) -> float:
    kept = {field.name: getattr(PLAIN, field.name) for field in fields(PLAIN)}
    return likelihood("telling", Telling(**{**kept, **changes}).features())


def meant(**changes: object) -> float:
    kept = {field.name: getattr(MEANT, field.name) for field in fields(MEANT)}
    return likelihood("meaning", Meaning(**{**kept, **changes}).features())


def surest(text: str, *, title: str = "") -> Claim:
    tags = find_names(title=title, text=text, language="en", source=None)
    return read_claims(title=title, text=text, tags=tags, language="en", source=None)[0]


def test_a_plain_sentence_is_likely_enough_to_alert() -> None:
    assert ALERT_CONFIDENCE < told() < 1
    assert meant() > 0.9


@pytest.mark.parametrize(
    "change",
    [
        {"phrases": frozenset({"among"}), "points": 0.5, "outright": False},
        {"score": -2.0},
        {"doubts": 3, "doubtful": 1.0, "title_doubts": True},
        {"planned": True, "otherwise": True},
        {"networks": True},
    ],
)
def test_what_speaks_against_news_makes_it_less_likely(change: dict[str, object]) -> None:
    assert told(**change) < told()


@pytest.mark.parametrize(
    "change",
    [
        {
            "phrase": "words",
            "network": "window",
            "member": "around",
            "place": "around",
            "points": 0.0,
            "outright": False,
        },
        {"unable": True},
        {"passed": True, "others": True, "alone": False},
        {"far": True, "network": "only-network", "member": "headline"},
    ],
)
def test_what_speaks_against_two_makes_them_less_likely_meant(change: dict[str, object]) -> None:
    assert meant(**change) < meant()


def test_the_likeliest_of_an_article_are_meant_unless_nobody_is() -> None:
    assert is_meant(0.4, highest=0.4)
    assert not is_meant(0.4, highest=0.5)
    assert not is_meant(0.1, highest=0.1)


def test_every_weight_is_of_a_circumstance() -> None:
    models = tomllib.loads((files("reading") / "data" / "likelihood.toml").read_text(encoding="utf-8"))
    for name, example in (("telling", PLAIN), ("meaning", MEANT)):
        plain = {one for one in example.features() if "-" not in one}
        assert {one for one in models[name] if "-" not in one} == {"always", *plain}


def test_a_joining_without_its_network_never_alerts() -> None:
    claim = surest("Baku has joined the Ring of Riverside Cities Network.")
    assert claim.network is None
    assert claim.confidence < ALERT_CONFIDENCE
