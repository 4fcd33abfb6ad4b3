"""`python -m benchmarks.nearness`: what near-duplicates cost where the window of compared articles is full.

The window is filled with signatures drawn at random, as those of different stories are; one article in ten has
copies there. Times are by the clock, on SQLite.
"""

from __future__ import annotations

import argparse
import itertools
import json
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from rich.console import Console
from rich.table import Table
from sqlmodel import Session

from benchmarks.quality.newsrooms.making import stories as told
from benchmarks.quality.texts import LANGUAGES
from benchmarks.speed import Row
from storage import nearby, nearness
from storage.engine import Store
from storage.nearness import Signature
from storage.schema import open_store

_LOOK_UPS, _ENTRIES, _BATCH = 2_000, 600, 50
_COPIES = 3
_ROUNDS = 4
#: Words to a text; a report of a newsroom has so many.
_WORDS = 400
_AT_ONCE = 20_000


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; there are no thresholds."""
    parser = argparse.ArgumentParser(prog="benchmarks.nearness", description=__doc__)
    parser.add_argument(
        "--stored", type=int, default=nearby.WINDOW, metavar="N", help="articles in the window"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    options = parser.parse_args(arguments)
    with TemporaryDirectory(prefix="nearness-") as folder:
        store = open_store(f"sqlite:///{Path(folder) / 'archive.db'}")
        try:
            rows = measure(store, options.stored)
        finally:
            store.close()
    if options.json:
        found = {row.name: {"unit": row.unit, **row.spread, "goal": row.goal} for row in rows}
        print(json.dumps({"stored": options.stored, "rows": found}))
    else:
        Console().print(_table(rows, options.stored))
    return 0


def measure(store: Store, stored: int) -> list[Row]:
    """All rows."""
    kept = _fill(store, stored)
    return [*_look_up_rows(store, kept), *_entry_rows(store, stored)]


def _fill(store: Store, stored: int) -> list[Signature]:
    """Signatures and bands of so many articles, every tenth with copies; returns some of them."""
    draw = np.random.default_rng(7)
    some: list[Signature] = []
    bands: list[tuple[int, int]] = []
    with store.driver() as cursor:
        cursor.execute("PRAGMA foreign_keys=OFF")  # of these articles nothing but the signatures is there
        numbers = iter(range(1, stored + 1))
        while first := next(numbers, None):
            own = draw.integers(0, 2**16, size=nearness.BANDS * nearness.ROWS, dtype=np.uint16)
            copies = [*itertools.islice(numbers, _COPIES)] if first % 10 == 0 else []
            for number in (first, *copies):
                values = (number, f"site{number % 40}", nearness.packed(own))
                cursor.execute("INSERT INTO signature (article_id, source, least) VALUES (?, ?, ?)", values)
                bands.extend((key, number) for key in nearness.keys(own))
            if first % max(1, stored // _LOOK_UPS) == 0 or copies:
                some.append(own)
        bands.sort()
        cursor.execute("BEGIN")
        for start in range(0, len(bands), _AT_ONCE):
            cursor.executemany(
                "INSERT INTO band (key, article_id) VALUES (?, ?)", bands[start : start + _AT_ONCE]
            )
        cursor.execute("COMMIT")
        cursor.execute("PRAGMA foreign_keys=ON")
    return some


def _look_up_rows(store: Store, kept: Sequence[Signature]) -> Iterator[Row]:
    draw = np.random.default_rng(8)
    fresh = [
        draw.integers(0, 2**16, size=nearness.BANDS * nearness.ROWS, dtype=np.uint16)
        for _ in range(_LOOK_UPS)
    ]
    mixed = [kept[at % len(kept)] if at % 10 == 0 else one for at, one in enumerate(fresh)]
    keys = [nearness.keys(one) for one in mixed]
    with store.reading() as session:
        for one in keys[:200]:
            nearby.look_up(session, one)
        spent = _best(lambda at: nearby.look_up(session, keys[at]), len(keys))
        beside = _best(lambda at: _one_row(session, at + 1), len(keys))
    for share, goal in ((50, ""), (95, "under 0.1")):
        cut, one = (statistics.quantiles(times, n=100)[share - 1] for times in (spent, beside))
        yield Row(name=f"near-duplicate look-up, p{share}", unit="ms", values=[cut], goal=goal)
        yield Row(name=f"one row by its key beside it, p{share}", unit="ms", values=[one])


def _best(run: Callable[[int], object], count: int) -> list[float]:
    """Milliseconds of each, the best of several rounds: between two of one lie all others, which empty the cache."""
    rounds = [[_timed(lambda at=at: run(at)) for at in range(count)] for _ in range(_ROUNDS)]
    return [min(times) for times in zip(*rounds, strict=True)]


def _one_row(session: Session, number: int) -> object:
    """The least that SQLite can be asked: it tells how busy the machine is."""
    query = "SELECT source FROM signature WHERE article_id = ?"
    return session.connection().exec_driver_sql(query, (number,)).fetchall()


def _entry_rows(store: Store, stored: int) -> Iterator[Row]:
    texts = list(_texts())
    spent = [_timed(lambda text=text: nearness.sketch(text)) for text in texts]
    yield Row(name=f"signature of {_WORDS} words", unit="ms", values=[statistics.median(spent)])
    numbers = itertools.count(stored + 1)
    rounds = [
        _entering(store, texts[start : start + _BATCH], numbers) for start in range(0, len(texts), _BATCH)
    ]
    yield Row(name="signature, look-up and entry, in batches", unit="ms", values=rounds)


def _entering(store: Store, texts: Sequence[str], numbers: Iterator[int]) -> float:
    """Milliseconds an article, the transaction's end included."""

    def enter() -> None:
        with store.writing() as session:
            session.connection().exec_driver_sql("PRAGMA defer_foreign_keys=ON")
            for text in texts:
                _enter(session, next(numbers), text)

    return _timed(enter) / len(texts)


def _enter(session: Session, number: int, text: str) -> None:
    columns = "id, url, source, title, text, language, language_confidence, authors, fetched_at, first_seen_at, sorted_at, text_hash, versions"
    values = (number, "", "site1", "", text, "en", 1.0, "[]", *["2026-01-01"] * 3, str(number), 1)
    session.connection().exec_driver_sql(
        f"INSERT INTO article ({columns}) VALUES ({','.join('?' * 13)})",  # noqa: S608
        values,
    )
    entrant = nearby.Entrant(
        article=number, source="site1", text=text, digest=str(number), sketch=nearness.sketch(text)
    )
    nearby.enter(session, entrant)


def _texts() -> Iterator[str]:
    """Different texts of the length of a report, made of our own words."""
    draw = random.Random(5)  # noqa: S311
    words = {language: " ".join(story.text for story in told(language)).split() for language in LANGUAGES}
    for at in range(_ENTRIES):
        yield " ".join(draw.choices(words[LANGUAGES[at % len(LANGUAGES)]], k=_WORDS))


def _timed(run: Callable[[], object]) -> float:
    began = time.perf_counter()
    run()
    return 1000 * (time.perf_counter() - began)


def _table(rows: Sequence[Row], stored: int) -> Table:
    table = Table(
        "", "min", "median", "max", "unit", "goal", title=f"{stored} articles compared", title_justify="left"
    )
    for row in rows:
        table.add_row(row.name, *(f"{value:.3f}" for value in row.spread.values()), row.unit, row.goal)
    return table


if __name__ == "__main__":
    sys.exit(main())
