"""Every rule of membership on sentences and passages made up for it."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from news.names import find_names, place
from news.values import Claim
from reading.claims import read_claims

CASES: list[dict[str, Any]] = [
    case
    for name in (
        "claim_cases.toml",
        "claim_passages.toml",
        "claim_guests.toml",
        "claim_romance.toml",
        "claim_german_russian.toml",
        "claim_persian.toml",
    )
    for case in tomllib.loads((Path(__file__).parent / name).read_text(encoding="utf-8"))["case"]
]


def read(case: dict[str, Any]) -> tuple[Claim, ...]:
    title, text, language = case.get("title", ""), case["text"], case["language"]
    tags = find_names(title=title, text=text, language=language, source=None)
    return read_claims(title=title, text=text, tags=tags, language=language, source=None)


def pair(claim: Claim) -> str:
    return f"{place(claim.member).name if claim.member else None}/{claim.network}"


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['language']}: {case['rule']}")
def test_case(case: dict[str, Any]) -> None:
    claims = read(case)
    assert {pair(claim) for claim in claims if claim.alerts} == set(case.get("alerts", []))
    said = {f"{pair(claim)} {claim.verb} {claim.status}" for claim in claims}
    assert set(case.get("says", [])) <= said
    assert not (case.get("silent") and said)
