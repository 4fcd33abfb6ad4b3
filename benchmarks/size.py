"""`python -m benchmarks.size [--keep FILE] [--articles N]`: what an article costs to keep in a large archive and in a small one.

Both are archives on SQLite of generated articles (`benchmarks.searching.archive`); FILE holds the large one, is filled first
where it is empty, and grows by what is kept. The two take turns, a transaction each, with other articles of the same making.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from contextlib import ExitStack, closing
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

from benchmarks.load.parts import TOGETHER, arriving, keep
from benchmarks.searching import engines
from benchmarks.searching.bulk import filled
from storage.engine import Store
from storage.prepared import prepare
from storage.schema import open_store

_SMALL, _LARGE, _BATCHES, _WARMED = 10_000, 1_000_000, 60, 5
#: A large archive's articles cost at most so many times what a small one's do.
_GOAL = 1.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Of one archive: its articles, and the milliseconds that one more costs, the median over transactions."""

    articles: int
    clock: float
    processor: float


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="benchmarks.size", description=__doc__)
    parser.add_argument("--keep", type=Path, help="SQLite file of the large archive")
    parser.add_argument("--articles", type=int, default=_LARGE, metavar="N", help="it is filled with")
    parser.add_argument(
        "--small", type=int, default=_SMALL, metavar="N", help="articles of the small archive"
    )
    parser.add_argument(
        "--batches", type=int, default=_BATCHES, metavar="N", help="transactions of each that are measured"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    options = parser.parse_args(arguments)
    with ExitStack() as stack:
        archives = []
        for path, count in ((None, options.small), (options.keep, options.articles)):
            url = stack.enter_context(engines.sqlite(path))
            store = stack.enter_context(closing(open_store(url)))
            archives.append((store, filled(store, url, count)))
        small, large = measure(archives, options.batches)
    if options.json:
        print(json.dumps({"small": asdict(small), "large": asdict(large)}))
    else:
        Console().print(_table(small, large))
    return 0


def measure(archives: Sequence[tuple[Store, int]], batches: int = _BATCHES) -> list[Cost]:
    """What one more article costs in each archive, which comes with the number of its articles."""
    made = arriving(10_000_000 + time.time_ns() % 900_000_000)  # no text may have come in an earlier run
    clock: list[list[float]] = [[] for _ in archives]
    processor: list[list[float]] = [[] for _ in archives]
    for _ in range(batches + _WARMED):
        for at, (store, _) in enumerate(archives):
            batch = [*islice(made, TOGETHER)]
            for article in batch:
                prepare(article)  # its words are met before either archive is asked
            began, spent = time.perf_counter(), time.process_time()
            keep(store, batch)
            clock[at].append((time.perf_counter() - began) * 1000 / TOGETHER)
            processor[at].append((time.process_time() - spent) * 1000 / TOGETHER)
    return [
        Cost(articles=count, clock=median(clock[at][_WARMED:]), processor=median(processor[at][_WARMED:]))
        for at, (_, count) in enumerate(archives)
    ]


def _table(small: Cost, large: Cost) -> Table:
    table = Table(title=f"Keeping one more article, transactions of {TOGETHER}")
    for heading in ("articles", "ms by the clock", "ms CPU"):
        table.add_column(heading, justify="right")
    for cost in (small, large):
        table.add_row(str(cost.articles), f"{cost.clock:.2f}", f"{cost.processor:.2f}")
    table.add_row(
        f"ratio (goal {_GOAL})",
        f"{large.clock / small.clock:.2f}",
        f"{large.processor / small.processor:.2f}",
    )
    return table


if __name__ == "__main__":
    raise SystemExit(main())
