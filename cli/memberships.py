"""`jarchi memberships`: the register."""

from __future__ import annotations

import csv as csvlib
import sys
from collections.abc import Iterable
from typing import Annotated

import typer

from cli import listing, members
from cli.opening import archive
from cli.output import JsonOption, out, print_json, print_line
from cli.picking import city_key, day, network_key
from news.errors import UsageError
from news.languages.quoting import isolated
from news.values import Status, Verb
from storage import register
from web.objects import MembershipObject, membership_object, memberships_object

app = typer.Typer(add_completion=False)
_CSV = ("city", "country", "network", "network_name", "verb", "status", "confidence", "first_reported")


app.command()(members.load)
app.command()(members.known)
app.command()(members.unload)
app.command()(listing.correct)
app.command()(listing.relist)
app.command()(listing.snapshots)


@app.callback(invoke_without_command=True)
def memberships(
    context: typer.Context,
    network: Annotated[str | None, typer.Option(help="Network: key, acronym or name.")] = None,
    city: Annotated[str | None, typer.Option(help="City: name or GeoNames id.")] = None,
    since: Annotated[str | None, typer.Option(help="First reported on or after this day.")] = None,
    status: Annotated[Status | None, typer.Option(help="Only of this status.")] = None,
    verb: Annotated[Verb | None, typer.Option(help="Only this verb.")] = None,
    json: JsonOption = False,
    csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
) -> None:
    """The register of memberships, newest report first; and the lists of members that are known already."""
    if context.invoked_subcommand:
        return
    if json and csv:
        raise UsageError("--json and --csv exclude each other")
    with archive() as store, store.reading() as session:
        events = register.events(
            session, network=network_key(network), city=city_key(city), since=day("since", since), status=status,
            verb=verb,
        )
    if json:
        print_json(dict(memberships_object(events)))
    elif csv:
        _print_csv(map(membership_object, events))
    else:
        print_memberships(map(membership_object, events))


def print_memberships(found: Iterable[MembershipObject], title: str = "Memberships") -> None:
    """Two lines an event: what it says, and its best sentence with the sources that carry it."""
    items = list(found)
    out.print(f"\n{title}: {len(items)}", style="bold")
    for item in items:
        print_line(
            f"{item['first_reported'][:10]}  {item['city']} ({item['country']}) {item['verb']} "
            f"{item['network_name']} — {item['status']}"
        )
        for evidence in item["evidence"][:1]:
            carriers = ", ".join(dict.fromkeys(found["source"] for found in item["evidence"]))
            print_line(f"    {isolated(evidence['sentence'])}  [{carriers}]", style="dim")
        for denial in item["contradictions"]:
            print_line(f"    denied: {isolated(denial['sentence'])}  [{denial['source']}]", style="dim")


def _print_csv(found: Iterable[MembershipObject]) -> None:
    writer = csvlib.writer(sys.stdout)
    writer.writerow(_CSV)
    writer.writerows([item[name] for name in _CSV] for item in found)  # type: ignore[literal-required]
