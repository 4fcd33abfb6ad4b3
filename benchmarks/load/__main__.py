"""Crawl, search and alerts at once: `python -m benchmarks.load [--minutes N] [--articles N] [--keep FILE] [--postgresql]`.

Eight readers ask for pages with facets, first alone, then while one writer keeps articles and alerts are matched.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from statistics import quantiles
from typing import Any

from benchmarks.load.parts import Period, make_rules, match, read, write
from benchmarks.searching import engines
from benchmarks.searching.bulk import filled
from storage.schema import open_store

_READING_PROCESSES = 2
_RULES = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What one engine did."""

    engine: str
    articles: int
    minutes: float
    alone: list[float]
    loaded: list[float]
    transactions: list[float]
    stored: int
    matched: int
    errors: Counter[str]
    words: dict[str, str]

    @property
    def ratio(self) -> float:
        """How many times longer a page takes under load, at the 95th percentile."""
        return p(self.loaded, 95) / p(self.alone, 95)


def p(values: Sequence[float], percent: int) -> float:
    """A percentile in milliseconds; 0 of nothing."""
    if len(values) < 2:
        return 1000 * sum(values)
    return 1000 * quantiles(values, n=100, method="inclusive")[percent - 1]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; 1 where an error reached anyone."""
    parser = argparse.ArgumentParser(prog="benchmarks.load", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0, help="of everything at once")
    parser.add_argument(
        "--alone", type=float, default=1.0, metavar="MINUTES", help="of searching alone before"
    )
    parser.add_argument("--articles", type=int, default=20_000, metavar="N", help="in the archive at first")
    parser.add_argument("--rate", type=float, default=50.0, metavar="N", help="articles a second")
    parser.add_argument(
        "--pause", type=float, default=0.5, metavar="SECONDS", help="of a reader between two pages"
    )
    parser.add_argument("--keep", type=Path, help="SQLite file to use; it grows by what is written")
    parser.add_argument("--postgresql", action="store_true", help="on PostgreSQL instead of SQLite")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    options = parser.parse_args(arguments)
    with engines.postgresql() if options.postgresql else engines.sqlite(options.keep) as url:
        found = measure(url, options)
    print(json.dumps(_as_json(found), ensure_ascii=False) if options.json else _table(found))
    return 1 if found.errors else 0


def measure(url: str, options: argparse.Namespace) -> Result:
    """Both parts, on an archive that is filled first where it is empty."""
    store = open_store(url)
    articles = filled(store, url, options.articles)
    make_rules(store, _RULES)
    store.close()
    context = get_context("spawn")
    with (
        context.Manager() as manager,
        ProcessPoolExecutor(_READING_PROCESSES + 2, mp_context=context) as pool,
    ):

        def period_of(minutes: float, processes: int) -> Period:
            return Period(seconds=minutes * 60, ready=manager.Barrier(processes))

        shorter = period_of(min(options.alone, options.minutes), _READING_PROCESSES)
        alone = _readers(pool, url, shorter, options.pause)
        quiet = [one for future in alone for one in future.result()]
        period = period_of(options.minutes, _READING_PROCESSES + 2)
        reading = _readers(pool, url, period, options.pause)
        writing, matching = pool.submit(write, url, period, options.rate), pool.submit(match, url, period)
        loaded = [one for future in reading for one in future.result()]
        (wrote,), (matched,) = writing.result(), matching.result()
    everybody = (*quiet, *loaded, wrote, matched)
    return Result(
        engine="PostgreSQL" if options.postgresql else "SQLite",
        articles=articles,
        minutes=options.minutes,
        alone=[one for heard in quiet for one in heard.taken],
        loaded=[one for heard in loaded for one in heard.taken],
        transactions=wrote.taken,
        stored=wrote.done,
        matched=matched.done,
        errors=sum((heard.errors for heard in everybody), Counter()),
        words={name: words for heard in everybody for name, words in heard.words.items()},
    )


def _readers(pool: ProcessPoolExecutor, url: str, period: Period, pause: float) -> list[Any]:
    return [
        pool.submit(read, url, period, pause, seed=number * 1_000) for number in range(_READING_PROCESSES)
    ]


def _as_json(found: Result) -> dict[str, Any]:
    return {
        "engine": found.engine, "articles": found.articles, "minutes": found.minutes,
        "pages": {"alone": len(found.alone), "under load": len(found.loaded)},
        "p50 ms": {"alone": p(found.alone, 50), "under load": p(found.loaded, 50)},
        "p95 ms": {"alone": p(found.alone, 95), "under load": p(found.loaded, 95), "ratio": found.ratio},
        "stored": found.stored, "matched": found.matched, "errors": dict(found.errors), "words": found.words,
    }  # fmt: skip


def _table(found: Result) -> str:
    seconds = found.minutes * 60
    lines = [
        f"\n{found.engine}, {found.articles} articles at first, {found.minutes:g} minutes of everything at once",
        f"{'':<34}{'pages':>8}{'p50 ms':>9}{'p95 ms':>9}",
        f"{'eight readers alone':<34}{len(found.alone):>8}{p(found.alone, 50):>9.1f}{p(found.alone, 95):>9.1f}",
        f"{'beside the writer and alerts':<34}{len(found.loaded):>8}{p(found.loaded, 50):>9.1f}"
        f"{p(found.loaded, 95):>9.1f}   {found.ratio:.2f} times (goal: 2 at most)",
        f"{found.stored} articles stored, {found.stored / seconds:.1f} a second; a transaction p95 "
        f"{p(found.transactions, 95):.1f} ms; {found.matched} events and articles matched",
        f"errors that reached anyone: {sum(found.errors.values())} (goal: none)",
        *(f"  {number} times {name}: {found.words[name]}" for name, number in found.errors.items()),
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
