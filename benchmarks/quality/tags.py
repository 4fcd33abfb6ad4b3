"""The tags gate: networks and cities of labelled passages, against what is found in them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from benchmarks.quality.measures import Outcome
from news.names import find_names, network, place
from news.values import TagKind

#: A file of passages for each language.
FOLDER = Path(__file__).parents[2] / "tests" / "labelled" / "tags"


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A piece of news, the networks it names by key, and the cities it names by GeoNames id."""

    id: str
    language: str
    title: str
    text: str
    networks: frozenset[str]
    cities: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """What one passage, or many, got right and wrong of one kind of tag."""

    right: int
    surplus: int
    lost: int

    @property
    def precision(self) -> float:
        """The share of what was found that is true; of nothing found, all."""
        return self.right / (self.right + self.surplus) if self.right + self.surplus else 1.0

    @property
    def recall(self) -> float:
        """The share of what is true that was found; of nothing to find, all."""
        return self.right / (self.right + self.lost) if self.right + self.lost else 1.0

    @property
    def f1(self) -> float:
        """Their harmonic mean."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


@cache
def passages() -> tuple[Passage, ...]:
    """Every labelled passage."""
    return tuple(
        _passage(line)
        for path in sorted(FOLDER.glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    )


def measure(wanted: Sequence[Passage] | None = None) -> Outcome:
    """Precision, recall and F1 of both kinds, for all passages together and by language."""
    wanted = passages() if wanted is None else wanted
    found = [(passage, _found(passage)) for passage in wanted]
    shares: dict[str, float] = {}
    for kind in TagKind:
        counts = [(passage.language, _count(_true(passage, kind), tags[kind])) for passage, tags in found]
        shares |= _shares(f"tags.{kind}", (count for _, count in counts))
        for language in dict.fromkeys(passage.language for passage in wanted):
            of_language = (count for code, count in counts if code == language)
            shares |= _shares(f"tags.{kind}.{language}", of_language)
    return Outcome(
        shares=shares,
        items=len(wanted),
        faults=[fault for passage, tags in found for fault in _faults(passage, tags)],
    )


def _shares(name: str, counts: Iterable[Count]) -> dict[str, float]:
    every = list(counts)
    total = Count(
        right=sum(count.right for count in every),
        surplus=sum(count.surplus for count in every),
        lost=sum(count.lost for count in every),
    )
    return {f"{name}.precision": total.precision, f"{name}.recall": total.recall, f"{name}.f1": total.f1}


def _count(true: frozenset[str], found: frozenset[str]) -> Count:
    return Count(right=len(true & found), surplus=len(found - true), lost=len(true - found))


def _true(passage: Passage, kind: TagKind) -> frozenset[str]:
    return passage.networks if kind is TagKind.NETWORK else passage.cities


def _found(passage: Passage) -> dict[TagKind, frozenset[str]]:
    tags = find_names(title=passage.title, text=passage.text, language=passage.language, source=None)
    return {kind: frozenset(tag.key for tag in tags if tag.kind is kind) for kind in TagKind}


def _faults(passage: Passage, found: dict[TagKind, frozenset[str]]) -> list[str]:
    return [
        f"{passage.id}: {kind} {_shown(kind, key)} {what}"
        for kind in TagKind
        for what, keys in (
            ("lost", _true(passage, kind) - found[kind]),
            ("too many", found[kind] - _true(passage, kind)),
        )
        for key in sorted(keys)
    ]


def _shown(kind: TagKind, key: str) -> str:
    try:
        return network(key).name if kind is TagKind.NETWORK else f"{place(key).name} ({key})"
    except KeyError:
        return key


def _passage(line: str) -> Passage:
    row = json.loads(line)
    return Passage(
        id=row["id"],
        language=row["lang"],
        title=row["title"],
        text=row["text"],
        networks=frozenset(row["networks"]),
        cities=frozenset(row["cities"]),
    )
