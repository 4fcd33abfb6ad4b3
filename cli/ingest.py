"""`jarchi ingest`: articles out of WARC files."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeElapsedColumn

from cli.completing import source_keys
from cli.opening import know_own_names
from cli.output import JsonOption, complain, err, print_json, print_line, print_table
from cli.picking import source_called
from crawler.house import Facilities
from crawler.ingesting import Ingest, Taken
from crawler.ingesting import Progress as Told
from news.errors import UsageError
from news.settings import Settings, load_settings
from news.values import Source
from spiders.catalogue import load_sources
from storage.articles import Saved

app = typer.Typer(add_completion=False)


@app.command()
def ingest(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="WARC files, packed or not.")],
    source: Annotated[
        str,
        typer.Option(help="Source of every page; else each page's host tells.", autocompletion=source_keys),
    ] = "",
    again: Annotated[bool, typer.Option("--again", help="Also files that were taken in already.")] = False,
    json: JsonOption = False,
) -> None:
    """Take the articles of any WARC file into the archive: Common Crawl's, another program's, one of your own.

    Each page takes the road of a fetched one, dated by its capture, and alerts nobody. What is known is not
    stored twice; stopped, it goes on where it was. A broken file is named, and what could be read of it is kept.
    """
    settings = load_settings()
    know_own_names(settings)
    for path in files:
        if path.is_dir():
            raise UsageError(f"{path} is a folder: name the files in it")
        if not path.is_file():
            raise UsageError(f"{path}: no such file")
    one = source_called(settings.sources_folder, source) if source else None
    taken, failed = asyncio.run(_ingest(settings, [path.absolute() for path in files], one, again=again))
    if json:
        print_json({"files": [each.as_object() for each in taken]})
    else:
        _print(taken)
    for each in taken:
        for reason in each.broken:
            complain(f"{each.file}: broken {reason}; what was read is kept")
    if failed or any(each.broken for each in taken):
        raise typer.Exit(1)


async def _ingest(
    settings: Settings, paths: Sequence[Path], source: Source | None, *, again: bool
) -> tuple[list[Taken], bool]:
    facilities = Facilities(settings)
    try:
        sources = load_sources(settings.sources_folder, complain)
        work = Ingest(facilities, sources.values(), source=source, again=again)
        taken, failed = [], False
        with _bars() as bars:
            for path in paths:
                try:
                    taken.append(await work.take(path, _told(bars, path)))
                except OSError as error:
                    complain(f"{path}: {error.strerror or error}")
                    failed = True
        return taken, failed
    finally:
        facilities.close()


def _told(bars: Progress, path: Path) -> Told:
    task = bars.add_task(path.name, total=path.stat().st_size, articles=0)

    def tell(taken: Taken) -> None:
        articles = sum(taken.outcomes.values())
        bars.update(task, completed=taken.offset, articles=articles)

    return tell


@contextmanager
def _bars() -> Iterator[Progress]:
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=12),
        DownloadColumn(),
        TextColumn("{task.fields[articles]} articles"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=err, transient=True) as bars:
        yield bars


def _print(taken: Sequence[Taken]) -> None:
    headings = ("file", "pages", *(saved.value for saved in Saved), "no article", "other records", "")
    rows = [
        (
            Path(each.file).name,
            each.pages,
            *(each.outcomes[saved.value] for saved in Saved),
            each.not_article.total(),
            each.passed.total(),
            "taken in before" if each.known_file else ("broken" if each.broken else ""),
        )
        for each in taken
    ]
    print_table("Taken in", headings, rows)
    for each in taken:
        if said := nothing_new(each):
            print_line(f"{Path(each.file).name}: {said}")
        causes = {**each.not_article, **each.passed}
        if causes:
            said = ", ".join(
                f"{cause} {count}" for cause, count in sorted(causes.items(), key=lambda item: -item[1])
            )
            err.print(
                f"{Path(each.file).name}: {said}", style="dim", highlight=False, soft_wrap=True
            )


def nothing_new(taken: Taken) -> str:
    """Why a file brought nothing; empty where it did."""
    if taken.known_file:
        return "all of it was taken in before: nothing is new; --again reads it anew"
    known = taken.outcomes[Saved.KNOWN.value] + taken.outcomes[Saved.DUPLICATE.value]
    if known and known == taken.outcomes.total():
        return f"every article of it was known: nothing is new of {known}"
    return ""
