"""`jarchi memberships`: networks' own lists of members, as they are watched: rows, corrections, snapshots."""

from __future__ import annotations

import csv
import getpass
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.opening import archive
from cli.output import JsonOption, out, print_json, print_line, print_table
from cli.picking import city_key
from cli.show import pointer_object
from crawler.discovery.found import MembersShown
from crawler.evidence.opening import recorded_at
from crawler.members.resolving import read_name
from news.errors import NotFound, UsageError
from news.languages.quoting import isolated
from news.names import naming
from news.settings import load_settings
from reading.charsets import decode
from storage import memberlists, memberpages
from storage.evidence import Pointer
from storage.memberlists import KnownRow, Snapshot
from storage.membermatch import ListedMember


def correct(
    row: Annotated[
        int, typer.Argument(metavar="ROW", help="As `jarchi memberships known --unresolved` numbers it.")
    ],
    city: Annotated[
        str, typer.Option(help="The member: name, with the country where it needs one, or GeoNames id.")
    ],
    by: Annotated[
        str | None, typer.Option("--by", help="Who says so; the user of this machine by default.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Say which city a row of a network's list is, for every later reading too; a renamed member is no new one."""
    member = city_key(city)
    assert member is not None
    settings, now = load_settings(), datetime.now(UTC)
    with archive(settings) as store, store.writing() as session:
        found = memberlists.correct(
            session, row, member, by=by or getpass.getuser(), now=now, max_age=settings.alert_max_age
        )
    if json:
        print_json(row_object(found))
    else:
        print_line(f"row {row}, {isolated(found.name)}, is {naming.full_place_name(member)}")


def relist(
    source: Annotated[str, typer.Argument(metavar="KEY", help="The source of the list.")],
    json: JsonOption = False,
) -> None:
    """Believe the next reading of a list whatever it shows, as the first one: it tells nobody."""
    with archive() as store, store.writing() as session:
        memberlists.begin_anew(session, source)
    if json:
        print_json({"source": source, "relist": True})
    else:
        print_line(f"the next good reading of {source} is taken as its first: nobody is told what it changes")


def snapshots(
    source: Annotated[str, typer.Argument(metavar="KEY", help="The source of the list.")],
    number: Annotated[
        int | None, typer.Option("--rows", help="Print the rows of this snapshot as CSV.")
    ] = None,
    page: Annotated[
        int | None,
        typer.Option("--page", help="Print the pages that this snapshot was read from, byte for byte, to standard output."),
    ] = None,
    json: JsonOption = False,
) -> None:
    """What a network's list showed, and from when to when: the evidence of what came and went."""
    if number is not None and page is not None:
        raise UsageError("--rows and --page exclude each other")
    settings = load_settings()
    with archive(settings) as store, store.reading() as session:
        found = memberlists.snapshots(session, source)
        pages = {item.id: memberpages.of_snapshot(session, item.id) for item in found}
    if page is not None:
        _print_pages(settings.evidence_folder, pages.get(page, ()), source, page, json=json)
    elif number is not None:
        _print_rows(next((item for item in found if item.id == number), None), pages.get(number, ()), source, number, json=json)
    elif json:
        print_json({"snapshots": [_snapshot_object(item, pages[item.id]) for item in found]})
    else:
        print_table(
            f"Snapshots of {source}", ("snapshot", "from", "to", "rows", "sha256", "pages"),
            ([item.id, item.taken_at, item.last_at, len(item.rows), item.digest[:16], len(pages[item.id])] for item in found),
        )  # fmt: skip
        kept = [
            (item.id, place.captured_at, place.file, place.start, place.address)
            for item in found for place in pages[item.id]
        ]  # fmt: skip
        if kept:
            print_table("Pages as they came", ("snapshot", "captured", "file", "offset", "address"), kept)


def print_unresolved(found: tuple[KnownRow, ...], *, json: bool) -> None:
    """The rows whose place is not known, with those that may be meant."""
    if json:
        print_json({"rows": [{**row_object(row), "choices": _choices(row)} for row in found]})
        return
    print_table(
        "Members whose place is not known", ("row", "network", "name", "country", "since", "may be", "link"),
        ([row.id, row.network, isolated(row.name), row.country, f"{row.first_at:%Y-%m-%d}",
          "; ".join(f"{naming.full_place_name(key)} {key}" for key in _choices(row)), row.link] for row in found),
    )  # fmt: skip
    if found:
        print_line("Say `jarchi memberships correct ROW --city CITY`.")


def show_members(title: str, shown: MembersShown) -> None:
    """Ten rows of a list, and some of those whose place is not known."""
    pages = "1 page" if shown.pages == 1 else f"{shown.pages} pages"
    heading = f"{title}: {shown.rows} rows on {pages}, {shown.resolved} resolved"
    print_table(heading, ("name", "country", "place"), map(_sample, shown.samples))
    if shown.unresolved:
        print_table("Not resolved", ("name", "country", "may be"), map(_unresolved, shown.unresolved))


def shown_object(shown: MembersShown) -> dict[str, Any]:
    """What a list shows, for scripts."""
    return {
        "rows": shown.rows, "resolved": shown.resolved, "pages": shown.pages,
        "samples": list(map(_sample_object, shown.samples)),
        "unresolved": [{**_sample_object(row), "choices": list(row.choices)} for row in shown.unresolved],
    }  # fmt: skip


def row_object(row: KnownRow) -> dict[str, Any]:
    """A row of a list, for scripts."""
    return {
        "row": row.id, "source": row.source, "network": row.network, "name": row.name, "country": row.country,
        "id": row.member, "state": row.state.value, "first_seen": row.first_at.isoformat(),
        "last_seen": row.last_at.isoformat(), "link": row.link, "corrected_by": row.corrected_by,
    }  # fmt: skip


def _choices(row: KnownRow) -> list[str]:
    return list(read_name(row.name, row.country).choices[:5])


def _sample(row: ListedMember) -> tuple[object, ...]:
    return isolated(row.name), row.country, naming.full_place_name(row.member) if row.member else "?"


def _unresolved(row: ListedMember) -> tuple[object, ...]:
    return isolated(row.name), row.country, "; ".join(naming.full_place_name(key) for key in row.choices[:5])


def _sample_object(row: ListedMember) -> dict[str, Any]:
    return {"name": row.name, "country": row.country, "id": row.member, "link": row.link}


def _print_pages(
    folder: Path, pages: Sequence[Pointer], source: str, number: int, *, json: bool
) -> None:
    if not pages:
        raise NotFound(f"no page is kept of snapshot {number} of {source}")
    for place in pages:
        found = recorded_at(folder, place).page
        if json:
            body = decode(found.body, found.header("content-type"))
            print_json({**pointer_object(place), "status": found.status, "headers": list(map(list, found.headers)), "body": body})
        else:
            sys.stdout.buffer.write(found.body)
            sys.stdout.buffer.flush()


def _snapshot_object(item: Snapshot, pages: Sequence[Pointer]) -> dict[str, Any]:
    return {
        "snapshot": item.id, "from": item.taken_at.isoformat(), "to": item.last_at.isoformat(),
        "rows": len(item.rows), "sha256": item.digest, "pages": list(map(pointer_object, pages)),
    }  # fmt: skip


def _print_rows(
    item: Snapshot | None, pages: Sequence[Pointer], source: str, number: int, *, json: bool
) -> None:
    if item is None:
        raise NotFound(
            f"no snapshot {number} of {source}; `jarchi memberships snapshots {source}` lists them"
        )
    if json:
        rows = [dict(zip(("name", "country", "link"), row, strict=True)) for row in item.rows]
        print_json({**_snapshot_object(item, pages), "members": rows})
        return
    writer = csv.writer(out.file if out.file is not None else sys.stdout)
    writer.writerow(("name", "country", "link"))
    writer.writerows(item.rows)
