"""`jarchi memberships`: networks' own lists of members, as they are watched: rows, corrections, snapshots."""

from __future__ import annotations

import csv
import getpass
import sys
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from cli.opening import archive
from cli.output import JsonOption, out, print_json, print_line, print_table
from cli.picking import city_key
from crawler.discovery.found import MembersShown
from crawler.members.resolving import read_name
from news.errors import NotFound
from news.languages.quoting import isolated
from news.names import naming
from news.settings import load_settings
from storage import memberlists
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
    json: JsonOption = False,
) -> None:
    """What a network's list showed, and from when to when: the evidence of what came and went."""
    with archive() as store, store.reading() as session:
        found = memberlists.snapshots(session, source)
    if number is not None:
        _print_rows(next((item for item in found if item.id == number), None), source, number, json=json)
    elif json:
        print_json({"snapshots": [_snapshot_object(item) for item in found]})
    else:
        print_table(
            f"Snapshots of {source}", ("snapshot", "from", "to", "rows", "sha256"),
            ([item.id, item.taken_at, item.last_at, len(item.rows), item.digest[:16]] for item in found),
        )  # fmt: skip


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


def _snapshot_object(item: Snapshot) -> dict[str, Any]:
    return {
        "snapshot": item.id, "from": item.taken_at.isoformat(), "to": item.last_at.isoformat(),
        "rows": len(item.rows), "sha256": item.digest,
    }  # fmt: skip


def _print_rows(item: Snapshot | None, source: str, number: int, *, json: bool) -> None:
    if item is None:
        raise NotFound(
            f"no snapshot {number} of {source}; `jarchi memberships snapshots {source}` lists them"
        )
    if json:
        rows = [dict(zip(("name", "country", "link"), row, strict=True)) for row in item.rows]
        print_json({**_snapshot_object(item), "members": rows})
        return
    writer = csv.writer(out.file if out.file is not None else sys.stdout)
    writer.writerow(("name", "country", "link"))
    writer.writerows(item.rows)
