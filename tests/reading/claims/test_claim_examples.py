"""The gate: precision and recall of alerts on the shared examples never fall below what was reached."""

from __future__ import annotations

import json
import unicodedata
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from news.names import find_names, networks, place
from reading.claims import read_claims

EXAMPLES = Path(__file__).parents[4] / "shared" / "examples" / "membership.jsonl"
pytestmark = pytest.mark.skipif(not EXAMPLES.is_file(), reason="the examples are not here")

#: Languages of the gate, and what must be reached over all of them together.
MAIN = ("fa", "ar", "en", "tr")
PRECISION, RECALL = 0.95, 0.85
#: No record without an event may alert in these.
SILENT = (*MAIN, "fr", "es", "ru", "de")


def plain(name: str) -> str:
    folded = unicodedata.normalize("NFD", name.lower())
    return "".join(c for c in folded if c.isalnum() and not unicodedata.combining(c))


def wanted(record: dict[str, Any]) -> set[tuple[str, str]]:
    """(city, network) of the events; a network is known by its name, else by its acronym."""
    by_name = {plain(network.name): network.key for network in networks()}
    found = set()
    for event in record["events"]:
        network = by_name.get(plain(event["network"])) or (event["network_acronym"] or "?").lower()
        found.add((plain(event["city"]), network))
    return found


def alerted(record: dict[str, Any]) -> set[tuple[str, str]]:
    title, text, language = record["title"], record["text"], record["lang"]
    tags = find_names(title=title, text=text, language=language, source=None)
    claims = read_claims(title=title, text=text, tags=tags, language=language, source=None)
    return {(plain(place(c.member).name), c.network) for c in claims if c.alerts and c.member and c.network}


@pytest.fixture(scope="module")
def records() -> list[dict[str, Any]]:
    return [json.loads(line) for line in EXAMPLES.read_text(encoding="utf-8").splitlines() if line]


def test_precision_and_recall(records: list[dict[str, Any]]) -> None:
    counts: Counter[str] = Counter()
    for record in records:
        if record["lang"] in MAIN:
            got, want = alerted(record), wanted(record)
            counts.update(right=len(got & want), wrong=len(got - want), missed=len(want - got))
    assert counts["right"] / (counts["right"] + counts["wrong"]) >= PRECISION, counts
    assert counts["right"] / (counts["right"] + counts["missed"]) >= RECALL, counts


def test_hard_negatives_stay_silent(records: list[dict[str, Any]]) -> None:
    loud = {
        r["id"]: alerted(r) for r in records if r["label"] == "none" and r["lang"] in SILENT and alerted(r)
    }
    assert loud == {}
