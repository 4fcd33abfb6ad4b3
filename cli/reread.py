"""`jarchi reread`: the archive under today's rules."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.progress import Progress

from cli.opening import archive, know_own_names
from cli.output import JsonOption, complain, err, print_json, print_line
from cli.picking import day, source_keys
from crawler.house import Facilities
from crawler.rereading import CHANGED, LOST, NO_ARTICLE, NO_PAGE, SAME, Rereading
from news.settings import Settings, load_settings
from news.values import Source
from reading.again import read_again
from spiders.catalogue import load_sources
from storage import articles
from storage.articles import Arrival
from storage.engine import Store

app = typer.Typer(add_completion=False)
#: Articles of one transaction: others write in between.
_BATCH = 50


@app.command()
def reread(
    since: Annotated[str | None, typer.Option(help="Only what was published on or after this day.")] = None,
    source: Annotated[str | None, typer.Option(help="Only of this source.")] = None,
    pages: Annotated[bool, typer.Option("--pages", help="Read the kept pages again, not only the texts.")] = False,
    json: JsonOption = False,
) -> None:
    """Find names and memberships anew in every article, after the catalogue, a rule or an alias changed.

    Texts, dates and what persons decided stay. An event alerts as if it had come today: where its article
    is news by its own date. With --pages each article is read anew from its page as it was kept: title, text,
    date and language too. Another text makes a version, and nobody is alerted; an article without a kept page
    stays as it is. Stopped, it can be started again; what is done is done.
    """
    settings = load_settings()
    know_own_names(settings)
    if pages:
        _reread_pages(settings, day("since", since), source, json=json)
        return
    with archive(settings) as store:
        with store.reading() as session:
            (key,) = source_keys(session, settings.sources_folder, [source] if source else None) or (None,)
            total = articles.count(session)
        reader = _Reader(load_sources(settings.sources_folder, on_error=lambda _: None))
        with _bar(None if since or source else total) as advance:
            for ids in _batches(store, day("since", since), key):
                reader.read(store, ids)
                advance(len(ids))
    if json:
        print_json({"read": reader.read_count, "changed": reader.changed})
    else:
        print_line(f"{reader.read_count} articles read again, {reader.changed} of them changed")


def _reread_pages(settings: Settings, since: datetime | None, source: str | None, *, json: bool) -> None:
    again = asyncio.run(_pages_read(settings, since, source))
    for reason in again.lost:
        complain(reason)
    counts = {name: again.counts[name] for name in (CHANGED, SAME, NO_PAGE, LOST, NO_ARTICLE)}
    read = counts[CHANGED] + counts[SAME] + counts[NO_ARTICLE]
    if json:
        print_json({"read": read, **counts})
    else:
        print_line(
            f"{read} pages read again: {counts[CHANGED]} articles changed, {counts[NO_ARTICLE]} kept though their page "
            f"reads as no article now; {counts[NO_PAGE]} articles have no kept page, {counts[LOST]} pages are lost"
        )
    if again.lost:
        raise typer.Exit(1)


async def _pages_read(settings: Settings, since: datetime | None, source: str | None) -> Rereading:
    facilities = Facilities(settings)
    try:
        with facilities.store.reading() as session:
            (key,) = source_keys(session, settings.sources_folder, [source] if source else None) or (None,)
            total = articles.count(session)
        again = Rereading(facilities, load_sources(settings.sources_folder, on_error=lambda _: None))
        with _bar(None if since or source else total) as advance:
            for ids in _batches(facilities.store, since, key):
                await again.read(ids)
                advance(len(ids))
        return again
    finally:
        facilities.close()


class _Reader:
    """Reads batches and counts."""

    def __init__(self, sources: Mapping[str, Source]) -> None:
        self._sources = sources
        self.read_count = 0
        self.changed = 0

    def read(self, store: Store, ids: tuple[int, ...]) -> None:
        with store.reading() as session:
            kept = list(articles.load_many(session, ids))
        fresh = [(number, read_again(article, self._sources.get(article.source))) for number, article in kept]
        with store.writing() as session:
            for number, article in fresh:
                self.read_count += 1
                # no last crawl: whatever is read in it now, it is no news
                self.changed += articles.renew(session, number, article, Arrival(now=datetime.now(UTC)))


def _batches(store: Store, since: datetime | None, source: str | None) -> Iterator[tuple[int, ...]]:
    last = 0
    while True:
        with store.reading() as session:
            ids = articles.after(session, last, since=since, source=source, limit=_BATCH)
        if not ids:
            return
        yield ids
        last = ids[-1]


@contextmanager
def _bar(total: int | None) -> Iterator[Callable[[int], None]]:
    with Progress(console=err, transient=True) as progress:
        task = progress.add_task("reading again", total=total)
        yield lambda count: progress.advance(task, count)
