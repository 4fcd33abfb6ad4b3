"""What a gate measured, and the floors that it must not fall below."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

FLOORS = Path(__file__).parents[1] / "floors.toml"
#: What the arithmetic of means may lose.
_HAIR = 1e-9
_HEAD = """\
# What the reader must reach: shares from 0 to 1. A change may raise these numbers and never lower one.
# `python -m benchmarks.quality --raise` lifts those that have been passed, and sets those that are new."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One gate's shares by their names, and its faults in words."""

    shares: Mapping[str, float]
    #: how many items each share is of
    items: int
    faults: Sequence[str] = ()
    #: what else is worth printing: numbers of cases, intervals
    notes: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Missed:
    """A floor that was not reached, or was never measured."""

    name: str
    floor: float
    share: float | None

    def __str__(self) -> str:
        if self.share is None:
            return f"{self.name}: nothing measures it any more (floor {self.floor})"
        return f"{self.name}: {self.share:.4f} is below its floor of {self.floor}"


def floors() -> dict[str, float]:
    """Every floor by its whole name, as `body.layouts.sphinx-furo`."""
    return dict(_flat("", tomllib.loads(FLOORS.read_text(encoding="utf-8"))))


def missed(shares: Mapping[str, float], wanted: Mapping[str, float]) -> list[Missed]:
    """The floors that the shares do not reach."""
    return [
        Missed(name=name, floor=floor, share=shares.get(name))
        for name, floor in wanted.items()
        if shares.get(name, -1.0) < floor - _HAIR
    ]


def raised(old: Mapping[str, float], shares: Mapping[str, float]) -> dict[str, float]:
    """The floors lifted to what was measured; none of them sinks, and what had none gets one."""
    names = dict.fromkeys((*old, *shares))
    return {name: max(old.get(name, 0.0), _floor(shares.get(name, 0.0))) for name in names}


def write(wanted: Mapping[str, float]) -> None:
    """Put the floors into their file, a table for each part of a name before its last."""
    tables: dict[str, list[str]] = {}
    for name, floor in sorted(wanted.items()):
        table, _, key = name.rpartition(".")
        tables.setdefault(table, []).append(f"{key} = {floor}")
    parts = [f"[{table}]\n" + "\n".join(lines) for table, lines in sorted(tables.items())]
    FLOORS.write_text("\n\n".join((_HEAD, *parts)) + "\n", encoding="utf-8")


def share(hits: Sequence[bool] | Sequence[float]) -> float:
    """The mean, which of nothing is nothing."""
    return sum(hits) / len(hits) if hits else 0.0


def _floor(measured: float) -> float:
    """A share cut to three digits, so that the floor lies a hair below it."""
    return math.floor(1000 * (measured + _HAIR)) / 1000


def _flat(prefix: str, table: Mapping[str, object]) -> Iterator[tuple[str, float]]:
    for key, value in table.items():
        name = f"{prefix}.{key}" if prefix else key
        if isinstance(value, dict):
            yield from _flat(name, value)
        elif isinstance(value, int | float):
            yield name, float(value)
        else:
            raise TypeError(f"{FLOORS.name}: {name} is not a number")
