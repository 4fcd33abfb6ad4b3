"""The tags gate: networks and cities of labelled passages, against what is found in them.

Three sets: passages written for the rules of names, news written by people who know none of them (`practice`),
and news that nobody who writes rules reads (`blind`: totals only, and never a fault in words).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from benchmarks.quality.measures import Outcome
from news.names import find_names, network, place
from news.values import TagKind

_LABELLED = Path(__file__).parents[2] / "tests" / "labelled"
#: Folders with a file of passages for each language.
FOLDER, PRACTICE, BLIND = _LABELLED / "tags", _LABELLED / "practice", _LABELLED / "blind"


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
def passages(folder: Path = FOLDER) -> tuple[Passage, ...]:
    """Every labelled passage of a set."""
    return tuple(
        _passage(line)
        for path in sorted(folder.glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    )


def measure(wanted: Sequence[Passage] | None = None) -> Outcome:
    """Precision, recall and F1 of both kinds: of some passages, or of every set."""
    if wanted is not None:
        return _measured("tags", wanted)
    written, practice = _measured("tags", passages(FOLDER)), _measured("tags.practice", passages(PRACTICE))
    blind = _measured("tags.blind", passages(BLIND))
    return Outcome(
        shares={**written.shares, **{name: practice.shares[name] for name in _totals("tags.practice")}},
        items=written.items + practice.items,
        faults=[*written.faults, *practice.faults],
        notes=[*practice.notes, *blind.notes[: len(TagKind)]],
    )


def _totals(name: str) -> list[str]:
    return [f"{name}.{kind}.{share}" for kind in TagKind for share in ("precision", "recall", "f1")]


def _measured(name: str, wanted: Sequence[Passage]) -> Outcome:
    """For all passages together, then by language; the notes give the numbers of cases, those of all first."""
    found = [(passage, _found(passage)) for passage in wanted]
    shares: dict[str, float] = {}
    totals, notes = [], []
    for kind in TagKind:
        counts = [(passage.language, _count(_true(passage, kind), tags[kind])) for passage, tags in found]
        every = _total(count for _, count in counts)
        shares |= _shares(f"{name}.{kind}", every)
        totals.append(_note(f"{name}.{kind}", len(counts), every))
        for language in dict.fromkeys(passage.language for passage in wanted):
            of_language = [count for code, count in counts if code == language]
            shares |= _shares(f"{name}.{kind}.{language}", _total(of_language))
            notes.append(_note(f"{name}.{kind}.{language}", len(of_language), _total(of_language)))
    return Outcome(
        shares=shares,
        items=len(wanted),
        faults=[fault for passage, tags in found for fault in _faults(passage, tags)],
        notes=[*totals, *notes],
    )


def _note(name: str, cases: int, count: Count) -> str:
    true, found = count.right + count.lost, count.right + count.surplus
    return (
        f"{name} ({cases} passages): precision {count.precision:.3f} ({count.right} of {found}), "
        f"recall {count.recall:.3f} ({count.right} of {true}), F1 {count.f1:.3f}"
    )


def _shares(name: str, total: Count) -> dict[str, float]:
    return {f"{name}.precision": total.precision, f"{name}.recall": total.recall, f"{name}.f1": total.f1}


def _total(counts: Iterable[Count]) -> Count:
    every = list(counts)
    return Count(
        right=sum(count.right for count in every),
        surplus=sum(count.surplus for count in every),
        lost=sum(count.lost for count in every),
    )


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
        cities=frozenset(map(str, row["cities"])),
    )
