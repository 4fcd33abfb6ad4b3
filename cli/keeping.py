"""`jarchi db backup`, `restore` and `check`: copies of the archive, made while everything runs, and its state."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer
from rich.filesize import decimal
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    ProgressColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.progress import Progress as Bar

from cli.opening import archive
from cli.output import JsonOption, err, print_json, print_line
from news.errors import DatabaseBroken, NotFound
from news.settings import FILE_NAME, Settings, load_settings
from storage import checking, forgetting, ledger
from storage.backups.making import Archive, make_backup
from storage.backups.restoring import restore as put_back
from storage.backups.values import Progress, read_backup
from storage.evidence import Pointer
from storage.schema import revisions


def backup(
    folder: Annotated[
        Path | None,
        typer.Argument(help="Where the backup's own folder is made; default: backups in the home folder."),
    ] = None,
    pages: Annotated[
        bool, typer.Option("--pages/--no-pages", help="With the WARC files, or without.")
    ] = True,
    json: JsonOption = False,
) -> None:
    """Copy the database, the pages as they came, and your sources and names, as they are at this moment; all may run meanwhile."""
    settings = load_settings()
    with archive(settings) as store, _bar("backup") as progress:
        made = make_backup(
            store,
            _kept(settings, pages=pages),
            (folder or settings.home / "backups").absolute(),
            datetime.now(UTC),
            progress,
        )
    if json:
        print_json(made.as_object())
    else:
        print_line(f"{made.folder}: {made.articles} articles, {len(made.files)} files, {decimal(made.size)}")


def restore(
    folder: Annotated[Path, typer.Argument(help="The folder that `jarchi db backup` made.")],
    replace: Annotated[
        bool,
        typer.Option("--replace", help="In place of an archive that holds articles, which is set aside."),
    ] = False,
    json: JsonOption = False,
) -> None:
    """Put a backup back, once every byte of it has been proved; what was there is set aside, never deleted."""
    settings = load_settings()
    found = read_backup(folder.absolute())
    with _bar("restore") as progress:
        done = put_back(
            found, _kept(settings, pages=True), settings.home, datetime.now(UTC), progress, in_place=replace
        )
    is_current = found.schema == revisions()[-1]
    forgotten = forget_anew(settings) if is_current else ()
    if json:
        print_json({**done.as_object(), "forgotten_again": len(forgotten)})
        return
    print_line(f"{found.articles} articles of {found.made_at:%Y-%m-%d %H:%M} UTC are back")
    if done.aside:
        print_line(f"the archive that was there before is kept: {done.aside}")
    else:
        print_line("there was no archive before")
    for path in done.left:
        print_line(f"left as it is, though the backup's differs: {path}")
    if is_current:
        print_forgotten(forgotten)
    else:
        print_line("the backup is older than this program: run `jarchi db upgrade`")


def check(
    mend: Annotated[
        bool, typer.Option("--mend", help="Make anew what the index holds wrongly; nothing else is changed.")
    ] = False,
    pages: Annotated[
        bool, typer.Option("--pages", help="Read each kept page, too: as long as reading all WARC files.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Say what is not as it should be: the file, sums, addresses, the index, kept pages; 1 where something stays wrong.

    What was forgotten before, and came back with an older copy of the archive, is forgotten again.
    """
    settings = load_settings()
    try:
        forgotten = forget_anew(settings)
    except DatabaseBroken:  # what is wrong with it comes first
        forgotten = ()
    with archive(settings) as store, _bar("check", BarColumn(), MofNCompleteColumn()) as progress:
        found = list(
            checking.check(
                store, settings.evidence_folder, mend=mend, progress=progress,
                read=_page_reading(settings.evidence_folder) if pages else None,
            )
        )  # fmt: skip
    left = [fault for fault in found if not fault.mended]
    if json:
        faults = [fault.as_object() for fault in found]
        print_json({"faults": faults, "left": len(left), "forgotten_again": len(forgotten)})
    else:
        print_forgotten(forgotten)
        for fault in found:
            print_line(f"{fault.subject}: {fault.said}{' — mended' if fault.mended else ''}")
        print_line(f"{len(found)} faults, {len(found) - len(left)} mended" if found else "nothing is wrong")
        if not mend and any(fault.kind == "index" for fault in left):
            print_line("`jarchi db check --mend` makes the index anew where it is wrong")
        if any(fault.kind == "file" for fault in left):
            print_line("the file is broken: `jarchi db restore` puts a backup in its place")
    if left:
        raise typer.Exit(1)


def forget_anew(settings: Settings) -> tuple[int, ...]:
    """Forget again what was forgotten since a backup was made; returns the articles."""
    path = settings.ledger_file
    with archive(settings) as store:
        ledger.bring_up(store, path)
        with store.reading() as session:
            if not forgetting.is_due(session, ledger.read(path)):
                return ()
        from crawler.forgetting import Places, forget_again  # noqa: PLC0415 - brings Scrapy, which nothing else here needs

        places = Places(pages=settings.evidence_folder, ledger=path, feeds=settings.feeds_folder)
        return forget_again(store, places, datetime.now(UTC))


def print_forgotten(articles: Sequence[int]) -> None:
    """Say what was forgotten once more."""
    if articles:
        numbers = ", ".join(map(str, articles))
        print_line(f"{len(articles)} articles that were forgotten before were forgotten again: {numbers}")


def _page_reading(folder: Path) -> Callable[[Pointer], str | None]:
    from crawler.evidence.opening import recorded_at  # noqa: PLC0415 - brings Scrapy, which nothing else here needs

    def read(pointer: Pointer) -> str | None:
        try:
            recorded_at(folder, pointer)
        except NotFound as error:
            return str(error)
        return None

    return read


def _kept(settings: Settings, *, pages: bool) -> Archive:
    home = {
        FILE_NAME: settings.home / FILE_NAME,
        **{path.name: path for path in (settings.names_file, settings.link_key_file, settings.channels_file)},
        **{f"sources/{path.name}": path for path in sorted(settings.sources_folder.glob("*.toml"))},
    }
    return Archive(
        url=settings.database, pages=settings.evidence_folder if pages else None, home=home, tools=settings.pg_tools,
        version=version("jarchi"), ledger=settings.ledger_file,
    )  # fmt: skip


@contextmanager
def _bar(title: str, *columns: ProgressColumn) -> Iterator[Progress]:
    shown = columns or (BarColumn(), DownloadColumn())
    with Bar(
        TextColumn("{task.description}"), *shown, TimeElapsedColumn(), console=err, transient=True
    ) as bar:
        task = bar.add_task(title, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
