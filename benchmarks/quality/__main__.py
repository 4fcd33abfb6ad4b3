"""`python -m benchmarks.quality`: measure, compare with the floors, and name each one missed."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping, Sequence

from rich.console import Console
from rich.table import Table

from benchmarks.quality import body, claims, dates, language, memberships, stories, tags
from benchmarks.quality.measures import Missed, Outcome, floors, missed, raised, write

GATES: Mapping[str, Callable[[], Outcome]] = {
    "body": body.measure,
    "claims": claims.measure,
    "dates": dates.gate,
    "language": language.measure,
    "memberships": memberships.measure,
    "stories": stories.measure,
    "tags": tags.measure,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 0 where every floor holds, 1 where one is missed."""
    options = _parser().parse_args(arguments)
    chosen = options.gate or list(GATES)
    outcomes = {name: GATES[name]() for name in chosen}
    shares = {name: share for outcome in outcomes.values() for name, share in outcome.shares.items()}
    wanted = {name: floor for name, floor in floors().items() if name.partition(".")[0] in chosen}
    faults = missed(shares, wanted)
    if options.raise_floors and not faults:
        write(raised(floors(), shares))
    show = _show_json if options.json else _show_tables
    show(outcomes, wanted, faults, with_faults=options.faults)
    return 1 if faults else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="benchmarks.quality", description=__doc__)
    parser.add_argument(
        "--gate", action="append", choices=tuple(GATES), help="only this one; may be repeated"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object instead of tables")
    parser.add_argument("--faults", action="store_true", help="name every item that was not read right")
    parser.add_argument(
        "--raise", action="store_true", dest="raise_floors", help="lift the floors to what is measured now"
    )
    return parser


def _show_json(
    outcomes: Mapping[str, Outcome],
    wanted: Mapping[str, float],
    faults: Sequence[Missed],
    *,
    with_faults: bool,
) -> None:
    found = {
        "gates": {
            name: {"items": outcome.items, "shares": outcome.shares, "notes": list(outcome.notes)}
            | ({"faults": list(outcome.faults)} if with_faults else {})
            for name, outcome in outcomes.items()
        },
        "floors": wanted,
        "missed": [fault.name for fault in faults],
    }
    print(json.dumps(found, ensure_ascii=False))


def _show_tables(
    outcomes: Mapping[str, Outcome],
    wanted: Mapping[str, float],
    faults: Sequence[Missed],
    *,
    with_faults: bool,
) -> None:
    console = Console()
    for name, outcome in outcomes.items():
        console.print(_table(name, outcome, wanted))
        for note in outcome.notes:
            console.print(note, markup=False, highlight=False, soft_wrap=True)
        for fault in outcome.faults if with_faults else ():
            console.print(fault, markup=False, highlight=False, soft_wrap=True)
    for one in faults:
        console.print(f"[red]below its floor[/red] {one}", highlight=False, soft_wrap=True)
    if not faults:
        console.print(f"{len(wanted)} floors hold")


def _table(gate: str, outcome: Outcome, wanted: Mapping[str, float]) -> Table:
    table = Table("share", "measured", "floor", title=f"{gate}: {outcome.items} items", title_justify="left")
    for name, share in outcome.shares.items():
        floor = wanted.get(name)
        shown = "none" if floor is None else f"{floor:.3f}"
        style = "red" if floor is not None and missed({name: share}, {name: floor}) else ""
        table.add_row(name.removeprefix(f"{gate}."), f"{share:.4f}", shown, style=style)
    return table


if __name__ == "__main__":
    sys.exit(main())
