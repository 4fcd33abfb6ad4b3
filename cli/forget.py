"""`jarchi forget`: an article blanked everywhere, for good."""

from __future__ import annotations

import getpass
import sys
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from cli.opening import archive
from cli.output import JsonOption, err, print_json, print_line, print_table
from crawler.forgetting import Forgetting, Forgotten, Places, forget
from news.errors import UsageError
from news.languages.quoting import isolated
from news.settings import load_settings
from storage import forgetting, tombstones
from storage.forgetting import Remaining
from storage.tombstones import Tombstone

app = typer.Typer(add_completion=False)


@app.command(name="forget")
def forget_article(
    article: Annotated[str | None, typer.Argument(metavar="ID|ADDRESS", show_default=False)] = None,
    reason: Annotated[str | None, typer.Option("--reason", help="Why: the tombstone says it.")] = None,
    by: Annotated[
        str | None, typer.Option("--by", help="Who says so; the user of this machine by default.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    thorough: Annotated[
        bool,
        typer.Option("--thorough", help="Look through every WARC file, for pages that nothing points to."),
    ] = False,
    copies: Annotated[
        bool, typer.Option("--copies", help="The same text at other outlets too; without it they are named, and stay.")
    ] = False,
    listed: Annotated[bool, typer.Option("--list", help="What was forgotten: when, why, by whom.")] = False,
    json: JsonOption = False,
) -> None:
    """Blank an article everywhere, its pages too, and never fetch or keep it again; a restored backup forgets it too.

    The database's files are written anew, which takes minutes and room where they are large.
    """
    if listed:
        _list(json)
        return
    if article is None or not (reason or "").strip():
        raise UsageError("say which article, and why: jarchi forget ID --reason TEXT")
    settings = load_settings()
    with archive(settings) as store:
        with store.reading() as session:
            number = forgetting.find(session, article)
            title = forgetting.title_of(session, number)
        if not yes:
            _ask(number, title)
        wanted = Forgetting(
            article=number, reason=str(reason).strip(), by=_name(by), now=datetime.now(UTC), thorough=thorough,
            copies=copies,
        )  # fmt: skip
        places = Places(
            pages=settings.evidence_folder, ledger=settings.ledger_file, feeds=settings.feeds_folder
        )
        done = forget(store, places, wanted)
    for path in done.missing:
        err.print(f"{path} is not there: if it lies elsewhere, it still holds a page", highlight=False)
    if json:
        found = {"records": done.records, "missing_files": list(done.missing)}
        others = {"copies": list(map(_other_object, done.copies)), "remaining": list(map(_other_object, done.remaining))}
        print_json({**_tombstone_object(done.tombstone), **found, **others})
    else:
        print_line(f"article {number} is forgotten; {done.records} records of pages were overwritten")
        _print_others(done)


def _print_others(done: Forgotten) -> None:
    for one in done.copies:
        print_line(f"with it article {one.article} of {one.source}, {one.url}: the same text")
    for one in done.remaining:
        what = "holds the same text" if one.is_copy else "tells its story in other words"
        print_line(f"article {one.article} of {one.source} {what}, and stays: {one.url}")
    if any(one.is_copy for one in done.remaining):
        print_line("call it again with --copies to forget the same text there too")


def _other_object(one: Remaining) -> dict[str, Any]:
    return {"article": one.article, "url": one.url, "source": one.source, "same_text": one.is_copy}


def _ask(number: int, title: str | None) -> None:
    if not sys.stdin.isatty():
        raise UsageError("nobody can be asked here: say --yes")
    about = (
        f"article {number}, {isolated(title)}" if title is not None else f"what is left of article {number}"
    )
    typer.confirm(f"Forget {about}? It cannot be brought back.", abort=True, err=True)


def _list(json: bool) -> None:
    with archive() as store, store.reading() as session:
        found = tombstones.all_tombstones(session)
    if json:
        print_json({"forgotten": [_tombstone_object(one) for one in found]})
        return
    rows = (
        (
            one.article,
            one.forgotten_at,
            one.forgotten_by,
            one.reason,
            "yes" if one.finished_at else "call forget again",
            *one.keys[:1],
        )
        for one in found
    )
    print_table("Forgotten", ("article", "when", "by", "why", "done", "address"), rows)


def _tombstone_object(one: Tombstone) -> dict[str, Any]:
    return {
        "article": one.article,
        "addresses": list(one.keys),
        "reason": one.reason,
        "by": one.forgotten_by,
        "at": one.forgotten_at.isoformat(timespec="seconds"),
        "finished_at": one.finished_at.isoformat(timespec="seconds") if one.finished_at else None,
    }


def _name(by: str | None) -> str:
    name = by.strip() if by else getpass.getuser()
    if not name:
        raise UsageError("--by: empty")
    return name
