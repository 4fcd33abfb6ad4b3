"""Confidence as a fitted likelihood: what speaks for a joining raises it, and every weight is of something."""

from __future__ import annotations

import tomllib
from importlib.resources import files

import pytest

from news.names import find_names
from news.values import ALERT_CONFIDENCE, Claim
from reading.claims import read_claims
from reading.claims.calibration import Circumstances, likelihood

PLAIN = Circumstances(
    phrase="joined", network="inside", member="inside", far=False, networks=False,
    doubts=0, doubtful=0.0, doubted=False, title_doubts=False, title_names=False, opening=True,
)  # fmt: skip


def surest(text: str, *, title: str = "") -> Claim:
    tags = find_names(title=title, text=text, language="en", source=None)
    return read_claims(title=title, text=text, tags=tags, language="en", source=None)[0]


def test_a_plain_sentence_is_likely_enough_to_alert() -> None:
    assert ALERT_CONFIDENCE < likelihood(PLAIN) < 1


@pytest.mark.parametrize(
    "change",
    [
        {"phrase": "act"},
        {"far": True, "network": "only-network", "member": "headline"},
        {"doubts": 3, "doubtful": 1.0, "title_doubts": True},
        {"networks": True},
    ],
)
def test_what_speaks_against_it_makes_it_less_likely(change: dict[str, object]) -> None:
    fields = {name: getattr(PLAIN, name) for name in PLAIN.__slots__}
    assert likelihood(Circumstances(**{**fields, **change})) < likelihood(PLAIN)


def test_every_weight_is_of_a_circumstance() -> None:
    weights = tomllib.loads((files("reading") / "data" / "likelihood.toml").read_text(encoding="utf-8"))[
        "weights"
    ]
    named = {name for name in weights if not name.startswith(("phrase-", "network-", "member-"))}
    assert named == {"always", *(name for name in PLAIN.features() if "-" not in name)}


def test_a_title_that_names_the_network_makes_it_surer() -> None:
    text = "Baku has joined the Strong Cities Network."
    assert surest(text, title="News of the Strong Cities Network").confidence > surest(text).confidence


def test_a_joining_without_its_network_never_alerts() -> None:
    claim = surest("Baku has joined the Ring of Riverside Cities Network.")
    assert claim.network is None
    assert claim.confidence < ALERT_CONFIDENCE
