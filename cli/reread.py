"""`jarchi reread`: the archive under today's rules."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
from rich.progress import Progress
from sqlmodel import Session

from cli.opening import archive, know_own_names
from cli.output import JsonOption, err, print_json, print_line
from cli.picking import day, source_keys
from news.settings import load_settings
from news.values import Source
from reading.again import read_again
from spiders.catalogue import load_sources
from storage import articles, runs
from storage.articles import Arrival
from storage.engine import Store

app = typer.Typer(add_completion=False)
#: Articles of one transaction: others write in between.
_BATCH = 50


@app.command()
def reread(
    since: Annotated[str | None, typer.Option(help="Only what was published on or after this day.")] = None,
    source: Annotated[str | None, typer.Option(help="Only of this source.")] = None,
    json: JsonOption = False,
) -> None:
    """Find names and memberships anew in every article, after the catalogue, a rule or an alias changed.

    Texts, dates and what persons decided stay. An event alerts as if it had come today: where its article
    is news by its own date. Stopped, it can be started again; what is done is done.
    """
    settings = load_settings()
    know_own_names(settings)
    with archive(settings) as store:
        with store.reading() as session:
            (key,) = source_keys(session, settings.sources_folder, [source] if source else None) or (None,)
            total = articles.count(session)
        reader = _Reader(load_sources(settings.sources_folder, on_error=lambda _: None), settings.alert_max_age)
        with _bar(None if since or source else total) as advance:
            for ids in _batches(store, day("since", since), key):
                reader.read(store, ids)
                advance(len(ids))
    if json:
        print_json({"read": reader.read_count, "changed": reader.changed})
    else:
        print_line(f"{reader.read_count} articles read again, {reader.changed} of them changed")


class _Reader:
    """Reads batches and counts."""

    def __init__(self, sources: Mapping[str, Source], max_age: timedelta) -> None:
        self._sources = sources
        self._max_age = max_age
        self.read_count = 0
        self.changed = 0

    def read(self, store: Store, ids: tuple[int, ...]) -> None:
        with store.reading() as session:
            kept = list(articles.load_many(session, ids))
        fresh = [(number, read_again(article, self._sources.get(article.source))) for number, article in kept]
        with store.writing() as session:
            for number, article in fresh:
                self.read_count += 1
                self.changed += articles.renew(session, number, article, self._arrival(session, article.source))

    def _arrival(self, session: Session, source: str) -> Arrival:
        return Arrival(
            now=datetime.now(UTC), last_good_at=runs.state(session, source).last_good_at, max_age=self._max_age
        )


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
