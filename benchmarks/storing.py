"""`python -m benchmarks.storing`: what it costs to keep articles whole, in batches, beside others in the same run.

Articles are read from the pages of `benchmarks.fetching` first. They share sentences, so that each is compared with
several others: more than real news are. An article is kept with its tags, claims, index entry, signature and story;
what its words give is prepared elsewhere in one case (a crawl's readers do so), and by the writer in the other. The
two take turns, each with batches and a database of its own; a third writes nothing but the row of each article.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table

from benchmarks.fetching.pages import address, page
from benchmarks.quality.specimens import NOW
from benchmarks.speed import Row
from news.values import Article, Page
from reading import read_page
from storage.articles import Arrival, save
from storage.engine import Store
from storage.prepared import Prepared, prepare
from storage.rows import article_columns
from storage.schema import open_store
from storage.statements import insert, table_of
from storage.tables import ArticleRow

_ARTICLES, _BATCH = 1_000, 100
_PREPARING, _PREPARED, _ALONE, _ROW = (
    "preparing",
    "storing, prepared",
    "storing, not prepared",
    "its row alone",
)
_HTML = (("content-type", "text/html; charset=utf-8"),)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Spent:
    """Milliseconds an article."""

    processor: float
    clock: float


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; there are no thresholds."""
    parser = argparse.ArgumentParser(prog="benchmarks.storing", description=__doc__)
    parser.add_argument("--articles", type=int, default=_ARTICLES, metavar="N", help="in either way")
    parser.add_argument("--batch", type=int, default=_BATCH, metavar="N", help="articles to a transaction")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    options = parser.parse_args(arguments)
    rows = measure(articles(2 * options.articles), options.batch)
    if options.json:
        found = {row.name: {"unit": row.unit, **row.spread, "goal": row.goal} for row in rows}
        print(json.dumps({"articles": options.articles, "batch": options.batch, "rows": found}))
    else:
        Console().print(_table(rows, options.articles, options.batch))
    return 0


def articles(count: int) -> list[Article]:
    """What the pages of the race are read as."""
    read = (read_page(_page(number), now=NOW) for number in range(count))
    return [one for one in read if isinstance(one, Article)]


def _page(number: int) -> Page:
    where = f"https://bench.example.org{address(number)}"
    return Page(
        address=where,
        final_address=where,
        status=200,
        headers=_HTML,
        body=page(number, 20_000),
        fetched_at=NOW,
    )


def measure(kept: Sequence[Article], batch: int) -> list[Row]:
    """All rows; each value is of one batch."""
    spent: dict[str, list[_Spent]] = {name: [] for name in (_PREPARING, _PREPARED, _ALONE, _ROW)}
    with TemporaryDirectory(prefix="storing-") as folder:
        stores = {name: open_store(f"sqlite:///{Path(folder) / f'{at}.db'}") for at, name in enumerate(spent)}
        for turn, start in enumerate(range(0, len(kept), batch)):
            some = kept[start : start + batch]
            ready: list[Prepared | None] = [None] * len(some)
            name = _ALONE if turn % 2 else _PREPARED
            if name is _PREPARED:
                spent[_PREPARING].append(_spent(partial(_prepare, some, ready), len(some)))
            spent[name].append(_spent(partial(_keep, stores[name], some, ready), len(some)))
            spent[_ROW].append(_spent(partial(_keep_rows, stores[_ROW], some), len(some)))
        for store in stores.values():
            store.close()
    return [row for name, found in spent.items() for row in _rows(name, found)]


def _prepare(some: Sequence[Article], into: list[Prepared | None]) -> None:
    into[:] = map(prepare, some)


def _keep(store: Store, some: Sequence[Article], ready: Sequence[Prepared | None]) -> None:
    arrival = Arrival(now=NOW)
    with store.writing() as session:
        for article, prepared in zip(some, ready, strict=True):
            save(session, article, arrival, prepared)
            session.flush()
            session.expunge_all()


def _keep_rows(store: Store, some: Sequence[Article]) -> None:
    """The least that keeping can be: one statement for each article."""
    with store.writing() as session:
        for one in some:
            more = {"first_seen_at": NOW, "sorted_at": NOW, "text_hash": one.url, "versions": 1}
            insert(session, table_of(ArticleRow), [article_columns(one) | more])


def _spent(run: Callable[[], object], count: int) -> _Spent:
    processor, clock = time.process_time(), time.perf_counter()
    run()
    return _Spent(
        processor=1000 * (time.process_time() - processor) / count,
        clock=1000 * (time.perf_counter() - clock) / count,
    )


def _rows(name: str, spent: Sequence[_Spent]) -> list[Row]:
    goal = "under 2" if name in (_PREPARED, _ALONE) else ""
    clock = [one.clock for one in spent]
    return [
        Row(name=f"{name}, CPU", unit="ms", values=[one.processor for one in spent], goal=goal),
        Row(name=f"{name}, clock", unit="ms", values=clock),
        Row(name=f"{name}, a second", unit="articles", values=[1000 / one for one in clock]),
    ]


def _table(rows: Sequence[Row], count: int, batch: int) -> Table:
    title = f"{count} articles, {batch} to a transaction"
    table = Table("", "min", "median", "max", "unit", "goal", title=title, title_justify="left")
    for row in rows:
        table.add_row(row.name, *(f"{value:.2f}" for value in row.spread.values()), row.unit, row.goal)
    return table


if __name__ == "__main__":
    sys.exit(main())
