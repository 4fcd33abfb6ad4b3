"""The lists of members that networks publish: loaded, shown, taken back."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, TextIO

import typer

from cli.listing import print_unresolved
from cli.opening import archive
from cli.output import JsonOption, err, print_json, print_line, print_table
from cli.picking import city_key, day, network_key
from news.errors import UsageError, words_of
from news.names import naming
from storage import memberlists, members
from storage.members import KnownMember

#: Names of columns as lists have them.
_CITY = ("city", "member", "municipality", "name")
_NETWORK, _COUNTRY, _ID = ("network",), ("country", "country_code"), ("geonameid", "geonames_id", "id")
_DELIMITERS = ",;\t"


@dataclass(frozen=True, slots=True)
class _Row:
    """A line of a list."""

    line: int
    network: str
    city: str


def load(
    files: Annotated[list[Path], typer.Argument(help="CSV files with a heading: city, country, network, geonameid.")],
    network: Annotated[str | None, typer.Option(help="The network, where the file has no such column.")] = None,
    listed: Annotated[str | None, typer.Option(help="The day of the list; today by default.")] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Forget what was loaded for these networks before.")] = False,
    skip_unknown: Annotated[
        bool, typer.Option("--skip-unknown", help="Load the rest where a city is not known, and say which.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Load who is a member already, so that "new" means new. Nothing is loaded of files with an error."""
    moment = day("listed", listed) or datetime.now(UTC)
    unknown: list[str] = []
    found = [member for path in files for member in _members(path, network, moment, unknown)]
    if unknown and not skip_unknown:
        raise UsageError("\n".join([*unknown, "nothing was loaded; --skip-unknown loads the rest"]))
    for problem in unknown:
        err.print(problem, style="yellow", highlight=False)
    with archive() as store, store.writing() as session:
        networks = {member.network for member in found}
        gone = sum(members.forget(session, key) for key in networks) if replace else 0
        added = members.add(session, found)
    if json:
        print_json({"loaded": len(found), "new": added, "forgotten": gone, "unknown": len(unknown)})
    else:
        print_line(f"{len(found)} members of {', '.join(sorted(networks)) or 'no network'}, {added} of them not known before")


def known(
    network: Annotated[
        str | None, typer.Argument(metavar="[NETWORK]", help="Only of this network: key, acronym or name.")
    ] = None,
    unresolved: Annotated[
        bool, typer.Option("--unresolved", help="The rows of watched lists whose city is not known.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Who is a member by the lists that were loaded, or are watched."""
    key = network_key(network)
    with archive() as store, store.reading() as session:
        rows = memberlists.rows(session, key, unresolved=True) if unresolved else ()
        found = members.known(session, key)
    if unresolved:
        print_unresolved(rows, json=json)
        return
    if json:
        print_json({"members": [_object(member) for member in found]})
        return
    cells = ((*_object(member).values(),) for member in found)
    print_table("Known members", ("network", "city", "country", "id", "listed", "list"), cells)


def unload(
    network: Annotated[str, typer.Argument(help="The network: key, acronym or name.")], json: JsonOption = False
) -> None:
    """Take back the lists that were loaded for a network."""
    key = network_key(network)
    assert key is not None
    with archive() as store, store.writing() as session:
        gone = members.forget(session, key)
    if json:
        print_json({"network": key, "forgotten": gone})
    else:
        print_line(f"{gone} members of {key} forgotten")


def _members(path: Path, network: str | None, moment: datetime, unknown: list[str]) -> Iterator[KnownMember]:
    for row in _rows(path, network):
        try:
            key, member = network_key(row.network), city_key(row.city)
            if member is not None and naming.place(member) is None:
                raise UsageError(f"no place has the GeoNames id {member}")  # noqa: TRY301 - told with its line
        except UsageError as error:
            unknown.append(f"{path}:{row.line}: {error}")
            continue
        if key and member:
            yield KnownMember(network=key, member=member, listed_at=moment, origin=path.name)


def _rows(path: Path, network: str | None) -> Iterator[_Row]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from _parsed(path, file, network)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"{path}: {words_of(error)}") from None


def _parsed(path: Path, file: TextIO, network: str | None) -> Iterator[_Row]:
    heading = file.readline()
    delimiter = max(_DELIMITERS, key=heading.count)
    names = [name.strip().casefold() for name in next(csv.reader([heading], delimiter=delimiter), [])]
    columns = {
        what: next((index for index, name in enumerate(names) if name in among), None)
        for what, among in (("city", _CITY), ("network", _NETWORK), ("country", _COUNTRY), ("id", _ID))
    }
    if columns["city"] is None and columns["id"] is None:
        raise UsageError(f"{path}:1: no column is called {', '.join(_CITY)} or {_ID[0]}")
    if columns["network"] is None and network is None:
        raise UsageError(f"{path}:1: no column is called network: give --network")
    reader = csv.reader(file, delimiter=delimiter, strict=True)
    for cells in reader:
        if not any(map(str.strip, cells)):
            continue
        line = reader.line_num + 1

        def cell(what: str, cells: list[str] = cells) -> str:
            at = columns[what]
            return cells[at].strip() if at is not None and at < len(cells) else ""

        of = cell("network") or network or ""
        who = cell("id") or ", ".join(filter(None, (cell("city"), cell("country"))))
        if not of or not who:
            raise UsageError(f"{path}:{line}: {'no network' if who else 'no city'}")
        yield _Row(line, of, who)


def _object(member: KnownMember) -> dict[str, str | None]:
    found = naming.place(member.member)
    return {
        "network": member.network,
        "city": found.name if found else None,
        "country": found.country if found else None,
        "id": member.member,
        "listed": member.listed_at.date().isoformat(),
        "list": member.origin,
    }
