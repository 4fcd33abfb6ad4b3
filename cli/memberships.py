"""`jarchi memberships`: the register."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from datetime import datetime
from typing import Annotated

import typer
from sqlmodel import Session

from cli import listing, members
from cli.opening import archive
from cli.output import JsonOption, out, print_json, print_line
from cli.picking import city_key, country_code, day, network_key
from news.errors import UsageError
from news.languages.quoting import isolated
from news.values import Status, Verb
from storage import register
from storage.timeline import Step, timeline
from web.exporting import register_csv, timeline_csv
from web.objects import MembershipObject, StepObject, membership_object, memberships_object, step_object

app = typer.Typer(add_completion=False)


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
    country: Annotated[str | None, typer.Option(help="Only members of this country: IR, TR, …")] = None,
    steps: Annotated[
        bool, typer.Option("--timeline", help="Every report, denial and decision with its name and time, oldest first.")
    ] = False,
    json: JsonOption = False,
    csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
) -> None:
    """The register of memberships, newest report first; and the lists of members that are known already."""
    if context.invoked_subcommand:
        return
    if json and csv:
        raise UsageError("--json and --csv exclude each other")
    if steps and (status or verb):
        raise UsageError("--timeline shows every status and verb: leave --status and --verb out")
    chosen = network_key(network), city_key(city), day("since", since), country_code(country)
    with archive() as store, store.reading() as session:
        if steps:
            _print_timeline(map(step_object, _timeline(session, *chosen)), json=json, csv=csv)
            return
        events = register.events(
            session, network=chosen[0], city=chosen[1], since=chosen[2], status=status, verb=verb, country=chosen[3]
        )
    if json:
        print_json(dict(memberships_object(events)))
    elif csv:
        sys.stdout.write(register_csv(map(membership_object, events)))
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


def _timeline(
    session: Session, network: str | None, city: str | None, since: datetime | None, country: str | None
) -> tuple[Step, ...]:
    return timeline(session, network=network, city=city, since=since, country=country)


def _print_timeline(found: Iterable[StepObject], *, json: bool, csv: bool) -> None:
    steps = list(found)
    if json:
        print_json({"timeline": steps})
    elif csv:
        sys.stdout.write(timeline_csv(steps))
    else:
        for step in steps:
            print_line(
                f"{step['moment'][:16].replace('T', ' ')}  {step['city']} ({step['country']}) {step['verb']} "
                f"{step['network_name']} — {step['status']}; {step['what']}, {isolated(step['by'])}"
            )
            if step["words"]:
                print_line(f"    {isolated(step['words'])}", style="dim")
