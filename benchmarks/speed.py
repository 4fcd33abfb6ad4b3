"""`python -m benchmarks.speed`: what reading and storing cost, beside trafilatura in the same run.

Everything is CPU time of this process but where a row says otherwise. The contestants take turns page by
page, so that a busy machine slows all of them alike; the ratios are what to look at.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table
from trafilatura import bare_extraction

from benchmarks.public import public_sets
from benchmarks.quality import sites
from benchmarks.quality.layouts import LAYOUTS, make
from benchmarks.quality.specimens import NOW, Specimen
from news.names import find_names
from news.values import Article, TagKind
from reading import detect, read_page
from reading.claims import read_claims
from storage import articles
from storage.schema import open_store

#: Layouts whose pages are read beside those of the sample sites: one of each piece of software, and the heaviest.
_CHOSEN = ("pelican-simple", "nikola-bootblog4", "mkdocs-material", "sphinx-pydata")
_REPETITIONS = 5
_OF_EACH_SET = 180
#: What a cost by length is told for, in characters of title and text.
_LENGTH = 3_000
#: A third of the sample articles name a network, and of 1,860 of the public news sets one did. One in twenty is a
#: guess for the sites of cities, on the safe side of those sets.
_NAMING = 0.05
_THEIRS, _WHOLE, _NAMES, _DETECT = "trafilatura", "whole", "names", "detect"
#: A fresh process says how long it took to be able to read, to have read its first page, and in how much CPU time.
_READY = """
import importlib, sys, time
from datetime import UTC, datetime
began = time.perf_counter()
importlib.import_module(sys.argv[1])
from news.values import Page
from reading import read_page
imported = time.perf_counter()
now = datetime.now(UTC)
kind = (("content-type", "text/html"),)
body = sys.stdin.buffer.read()
read_page(Page(address="", final_address="", status=200, headers=kind, body=body, fetched_at=now), now=now)
print(imported - began, time.perf_counter() - began, time.process_time())
"""
#: A page whose language letters and frequent words leave to the models.
_HARD = (
    "<!doctype html><title>Vecinos</title><article><h1>Vecinos piden sombra</h1><p>Vecinos piden sombra. Plazas sin "
    "árboles hierven cada verano, advierten médicos. Faltan bancos, sobra cemento.</p></article>"
).encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One thing measured, once for each repetition."""

    name: str
    unit: str
    values: Sequence[float]
    #: what the project wants, in words; nothing fails here
    goal: str = ""

    @property
    def spread(self) -> dict[str, float]:
        """Least, middle and greatest."""
        return {
            "min": min(self.values),
            "median": statistics.median(self.values),
            "max": max(self.values),
        }


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; there are no thresholds."""
    parser = argparse.ArgumentParser(prog="benchmarks.speed", description=__doc__)
    parser.add_argument("--repetitions", type=int, default=_REPETITIONS, metavar="N")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    parser.add_argument(
        "--public",
        type=Path,
        metavar="DIR",
        help="pages of the public sets below a folder instead of our own",
    )
    options = parser.parse_args(arguments)
    specimens = public_pages(options.public) if options.public else pages()
    rows = measure(specimens, max(1, options.repetitions))
    if options.json:
        found = {row.name: {"unit": row.unit, **row.spread, "goal": row.goal} for row in rows}
        print(json.dumps({"pages": len(specimens), "rows": found}, ensure_ascii=False))
    else:
        Console().print(_table(rows, len(specimens)))
    return 0


def pages() -> list[Specimen]:
    """The pages that are read: those of the sample sites, and some layouts'."""
    layouts = [layout for layout in LAYOUTS if layout.name in _CHOSEN]
    with TemporaryDirectory(prefix="layouts-") as folder:
        return [*sites.specimens().values(), *make(layouts, Path(folder))]


def public_pages(folder: Path) -> list[Specimen]:
    """The first pages of each public set, of which nothing but the markup is used."""
    chosen = [page.html for one in public_sets(folder) for page in one.pages[:_OF_EACH_SET]]
    return [
        Specimen(
            group="public",
            name=str(number),
            language="",
            address=f"https://public.example.org/{number}",
            html=html,
            title="",
            body="",
            day=None,
            zone="UTC",
        )
        for number, html in enumerate(chosen)
    ]


def measure(specimens: Sequence[Specimen], repetitions: int) -> list[Row]:
    """All rows, after one round that warms every model and cache."""
    read = [outcome for one in specimens if isinstance(outcome := read_page(one.page, now=NOW), Article)]
    _reading(specimens[:20])
    rounds = [_reading(specimens) for _ in range(repetitions)]
    return [
        *_reading_rows(rounds, len(specimens)),
        *_knowing_rows(read, repetitions),
        *_storing_rows(read, repetitions),
        *_ready_rows(specimens, repetitions),
    ]


def _reading(specimens: Sequence[Specimen]) -> Mapping[str, float]:
    """CPU seconds of each contestant over all pages; each page goes to all of them before the next one."""
    spent = dict.fromkeys((_THEIRS, _WHOLE, _NAMES, _DETECT), 0.0)
    for turn, specimen in enumerate(specimens):
        outcome = read_page(specimen.page, now=NOW)
        contestants = tuple(_contestants(specimen, outcome if isinstance(outcome, Article) else None))
        first = turn % len(contestants)
        for name, run in (*contestants[first:], *contestants[:first]):
            began = time.process_time()
            run()
            spent[name] += time.process_time() - began
    return spent


def _contestants(specimen: Specimen, article: Article | None) -> Iterator[tuple[str, Callable[[], object]]]:
    page = specimen.page
    yield _THEIRS, lambda: bare_extraction(page.body, url=specimen.address, with_metadata=True)
    yield _WHOLE, lambda: read_page(page, now=NOW)
    if article is not None:
        yield _NAMES, lambda: _names_and_claims(article)
        yield _DETECT, lambda: detect(article.text)


def _names_and_claims(article: Article) -> object:
    title, text, code = article.title, article.text, article.language.code
    tags = find_names(title=title, text=text, language=code, source=None)
    return read_claims(title=title, text=text, tags=tags, language=code, source=None)


def _reading_rows(rounds: Sequence[Mapping[str, float]], count: int) -> Iterator[Row]:
    whole = [found[_WHOLE] / found[_THEIRS] for found in rounds]
    without = [(found[_WHOLE] - found[_NAMES]) / found[_THEIRS] for found in rounds]
    yield Row(name="page / trafilatura", unit="ratio", values=whole, goal="0.6, aim 0.3")
    yield Row(name="page without names / trafilatura", unit="ratio", values=without, goal="0.55, aim 0.25")
    for name, key, goal in (
        ("trafilatura with metadata", _THEIRS, ""),
        ("page", _WHOLE, ""),
        ("names and claims of it", _NAMES, ""),
        ("language of it", _DETECT, "0.15"),
    ):
        yield Row(name=name, unit="ms", values=[1000 * found[key] / count for found in rounds], goal=goal)


def _knowing_rows(read: Sequence[Article], repetitions: int) -> Iterator[Row]:
    naming = [article for article in read if any(tag.kind is TagKind.NETWORK for tag in article.tags)]
    others = [article for article in read if article not in naming]
    rounds = [(_knowing(naming), _knowing(others)) for _ in range(repetitions)]
    goal = f"1.5 for {_LENGTH:,} characters"
    for name, share in (
        ("naming a network", 1.0),
        ("naming none", 0.0),
        ("one in twenty naming one", _NAMING),
    ):
        values = [share * one + (1 - share) * other for one, other in rounds]
        yield Row(name=f"names and claims, {name}", unit="ms", values=values, goal=goal)


def _knowing(read: Sequence[Article]) -> float:
    """Milliseconds for `_LENGTH` characters, the folding of their words with them."""
    began = time.process_time()
    for article in read:
        _names_and_claims(article)
    spent = time.process_time() - began
    length = sum(len(article.title) + len(article.text) for article in read)
    return 1000 * spent * _LENGTH / length if length else 0.0


def _storing_rows(read: Sequence[Article], repetitions: int) -> Iterator[Row]:
    rounds = [_storing(read) for _ in range(repetitions)]
    yield Row(name="storing it, SQLite", unit="ms", values=[cpu for cpu, _ in rounds])
    yield Row(name="storing it, by the clock", unit="ms", values=[clock for _, clock in rounds])


def _storing(read: Sequence[Article]) -> tuple[float, float]:
    """Milliseconds an article, CPU and clock, each in a transaction of its own in a new database."""
    with TemporaryDirectory(prefix="store-") as folder:
        store = open_store(f"sqlite:///{folder}/archive.db")
        arrival = articles.Arrival(now=NOW)
        began, clock = time.process_time(), time.perf_counter()
        for article in read:
            with store.writing() as session:
                articles.save(session, article, arrival)
        spent = time.process_time() - began, time.perf_counter() - clock
        store.close()
    return 1000 * spent[0] / len(read), 1000 * spent[1] / len(read)


def _ready_rows(specimens: Sequence[Specimen], repetitions: int) -> Iterator[Row]:
    for name, module, html in (
        ("fresh reader", "reading", specimens[0].html),
        ("fresh reader, hard language", "reading", _HARD),
        ("server of readers", "reading.warmed", specimens[0].html),
    ):
        rounds = [_ready(module, html) for _ in range(repetitions)]
        yield Row(name=f"{name} imported, clock", unit="s", values=[one for one, _, _ in rounds])
        yield Row(
            name=f"{name} has read, clock", unit="s", values=[one for _, one, _ in rounds], goal="under 1"
        )
        yield Row(
            name=f"{name} has read, CPU", unit="s", values=[one for _, _, one in rounds], goal="under 1"
        )


def _ready(module: str, html: bytes) -> tuple[float, float, float]:
    command = [sys.executable, "-c", _READY, module]
    done = subprocess.run(command, input=html, capture_output=True, check=True)  # noqa: S603
    imported, read, spent = map(float, done.stdout.split())
    return imported, read, spent


def _table(rows: Sequence[Row], count: int) -> Table:
    title = f"{count} pages, {len(rows[0].values)} repetitions"
    table = Table("", "min", "median", "max", "unit", "goal", title=title, title_justify="left")
    for row in rows:
        table.add_row(row.name, *(f"{value:.3f}" for value in row.spread.values()), row.unit, row.goal)
    return table


if __name__ == "__main__":
    sys.exit(main())
