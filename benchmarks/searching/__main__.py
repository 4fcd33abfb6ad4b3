"""Whole pages of results over classes of queries: `python -m benchmarks.searching [--articles N] [--keep FILE] [--postgresql]`.

A page is the twenty best with snippets, the total and every facet. Beside it the same from the engine alone, without our
folding, stems, columns and window: the best by its own rank, a count, and four facets joined in SQL. Each query is asked
once, after others of the same classes; CPU time is this process's, which on PostgreSQL is not the server's.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from benchmarks.searching import engines
from benchmarks.searching.archive import LANGUAGES, vocabulary
from benchmarks.searching.bulk import fill
from benchmarks.searching.queries import Query, queries
from storage.engine import Store
from storage.schema import open_store
from storage.search import search

#: What the project wants of SQLite at a million articles, milliseconds.
_GOAL = "goal of all at a million on SQLite: p50 15 ms, p95 50 ms"
#: The words of the queries asked before lie so much further down.
_OTHER_WORDS = 31
_FACETS = (
    "SELECT language, count(*) FROM article WHERE id IN ({found}) GROUP BY language",
    "SELECT source, count(*) FROM article WHERE id IN ({found}) GROUP BY source",
    "SELECT key, count(DISTINCT article_id) FROM tag WHERE kind = 'network' AND article_id IN ({found}) GROUP BY key",
    "SELECT key, count(DISTINCT article_id) FROM tag WHERE kind = 'city' AND article_id IN ({found}) GROUP BY key",
)


@dataclass(slots=True)
class Taken:
    """Milliseconds of each query of a class."""

    clock: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)


def _page(session: Session, query: Query) -> int:
    return search(session, query.written, query.filters, facets=True).total


def _plain_page(session: Session, query: Query) -> int:
    """The same from the engine alone, words, phrases and prefixes as it knows them, without filters and days."""
    connection = session.connection()
    words = query.written.partition(" after:")[0]
    if not words:
        return 0
    if session.get_bind().dialect.name == "sqlite":
        found = "SELECT rowid FROM plain_search WHERE plain_search MATCH :words"
        best = (
            "SELECT rowid, snippet(plain_search, 1, '<', '>', '…', 40) FROM plain_search "
            "WHERE plain_search MATCH :words ORDER BY rank LIMIT 20"
        )
        values = {"words": words}
    else:
        found = "SELECT id FROM plain_search WHERE document @@ websearch_to_tsquery('simple', :words)"
        best = (
            "SELECT p.id, ts_headline('simple', a.text, websearch_to_tsquery('simple', :words)) FROM (SELECT id FROM plain_search "
            "WHERE document @@ websearch_to_tsquery('simple', :words) "
            "ORDER BY ts_rank(document, websearch_to_tsquery('simple', :words)) DESC LIMIT 20) p JOIN article a ON a.id = p.id"
        )
        values = {"words": words.replace(" NOT ", " -")}
    connection.execute(text(best), values).all()
    total = connection.execute(text(f"SELECT count(*) FROM ({found}) AS found"), values).scalar_one()  # noqa: S608
    for facet in _FACETS:
        connection.execute(text(facet.format(found=found)), values).all()
    return int(total)


def _tell_fresh(name: str, url: str) -> None:
    """The first search of a process that finds the columns of another one beside the database (on SQLite)."""
    store = open_store(url)
    start, cpu = time.perf_counter(), time.process_time()
    with store.reading() as session:
        search(session, "x")
    print(
        f"{name}: the next process's, {time.perf_counter() - start:.2f} s, CPU {time.process_time() - cpu:.2f} s"
    )
    store.close()


def measure(store: Store, asked: Sequence[Query], page: Callable[[Session, Query], int]) -> dict[str, Taken]:
    """What each query took, by its class."""
    taken: dict[str, Taken] = {}
    for query in asked:
        with store.reading() as session:
            start, cpu = time.perf_counter(), time.process_time()
            page(session, query)
            of_class = taken.setdefault(query.name, Taken())
            of_class.clock.append((time.perf_counter() - start) * 1000)
            of_class.cpu.append((time.process_time() - cpu) * 1000)
    return taken


def p(values: list[float], percent: int) -> float:
    """A percentile."""
    return quantiles(values, n=100, method="inclusive")[percent - 1]


def _all(taken: dict[str, Taken]) -> Taken:
    """Those of every class."""
    every = taken.values()
    return Taken(
        [one for found in every for one in found.clock], [one for found in every for one in found.cpu]
    )


def report(title: str, ours: dict[str, Taken], plain: dict[str, Taken] | None) -> None:
    """The table."""
    print(
        f"\n{title}\n{'class':<20}{'p50 ms':>9}{'p95 ms':>9}{'CPU p50':>9}{'CPU p95':>9}"
        + (f"{'plain p50':>11}{'plain p95':>11}{'p95 ratio':>11}" if plain else "")
    )
    of_words = {name: found for name, found in ours.items() if name != "newest"}
    rows = {**ours, "all with words": _all(of_words), "all": _all(ours)}
    others = plain and {**plain, "all with words": _all({name: plain[name] for name in of_words})}
    for name, taken in rows.items():
        line = f"{name:<20}{p(taken.clock, 50):>9.1f}{p(taken.clock, 95):>9.1f}{p(taken.cpu, 50):>9.1f}{p(taken.cpu, 95):>9.1f}"
        if others and name not in ("newest", "all"):
            theirs = others[name].clock
            line += f"{p(theirs, 50):>11.1f}{p(theirs, 95):>11.1f}{p(taken.clock, 95) / p(theirs, 95):>11.2f}"
        print(line)
    print(_GOAL)


def run(engine: Any, name: str, articles: int, keep: Path | None, *, plain: bool) -> None:
    """Fill an archive and measure it."""
    known = {language: vocabulary(language) for language in LANGUAGES}
    with engine(keep) as url:
        store = open_store(url)
        with store.reading() as session:
            found = int(session.connection().execute(text("SELECT count(*) FROM article")).scalar_one())
        if not found:
            start = time.perf_counter()
            fill(store, url, articles, plain=plain, workers=os.cpu_count() or 1)
            print(f"{name}: {articles} articles in {time.perf_counter() - start:.0f} s")
        with store.writing() as session:
            session.connection().execute(text("ANALYZE"))
        start = time.perf_counter()
        with store.reading() as session:
            search(session, "x")
        print(f"{name}: first search, which reads the columns, {time.perf_counter() - start:.2f} s")
        _tell_fresh(name, url)
        measure(store, list(queries(known, _OTHER_WORDS)), _page)
        asked = list(queries(known))
        ours = measure(store, asked, _page)
        theirs = measure(store, asked, _plain_page) if plain else None
        report(f"{name}, {found or articles} articles: whole pages", ours, theirs)
        store.close()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--keep", type=Path, help="SQLite file to keep, and to use again")
    parser.add_argument("--postgresql", action="store_true", help="on PostgreSQL too")
    parser.add_argument("--no-plain", action="store_true", help="without the engine alone")
    options = parser.parse_args()
    run(engines.sqlite, "SQLite", options.articles, options.keep, plain=not options.no_plain)
    if options.postgresql:
        run(engines.postgresql, "PostgreSQL", options.articles, None, plain=not options.no_plain)


if __name__ == "__main__":
    main()
