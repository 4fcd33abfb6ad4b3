"""`jarchi sources`: what is watched."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from cli.opening import archive
from cli.output import JsonOption, out, print_json, print_table
from news.settings import load_settings
from news.values import Source
from scheduler.clock import is_enabled
from spiders.catalogue import find_source, load_sources
from storage import runs
from storage.runs import SourceState

app = typer.Typer(help="The sources that are watched.", no_args_is_help=True)
KeyArgument = Annotated[str, typer.Argument(metavar="KEY")]


@app.command("list")
def list_sources(json: JsonOption = False) -> None:
    """Every source, and how it fares."""
    settings = load_settings()
    sources = load_sources(settings.sources_folder)
    with archive(settings) as store, store.reading() as session:
        states = runs.states(session)
    objects = [_object(source, states.get(key)) for key, source in sources.items()]
    if json:
        print_json({"sources": objects})
        return
    columns = ("key", "name", "kind", "languages", "enabled", "last_good_at", "failures")
    print_table(f"{len(objects)} sources", columns, ([item[name] for name in columns] for item in objects))


@app.command()
def show(key: KeyArgument, json: JsonOption = False) -> None:
    """One source: its roads and its state."""
    settings = load_settings()
    source = find_source(load_sources(settings.sources_folder), key)
    with archive(settings) as store, store.reading() as session:
        state = runs.state(session, key)
    fields = {**source.model_dump(mode="json", exclude_defaults=True), **_object(source, state)}
    if json:
        print_json(fields)
        return
    for name, value in fields.items():
        out.print(f"{name}: {value}", markup=False, highlight=False)


@app.command()
def enable(key: KeyArgument) -> None:
    """Crawl a source on schedule, whatever its file says."""
    _set_enabled(key, enabled=True)


@app.command()
def disable(key: KeyArgument) -> None:
    """Stop crawling a source on schedule."""
    _set_enabled(key, enabled=False)


def _set_enabled(key: str, *, enabled: bool) -> None:
    settings = load_settings()
    find_source(load_sources(settings.sources_folder), key)
    with archive(settings) as store, store.writing() as session:
        runs.set_enabled(session, key, enabled)
    out.print(f"{key} is {'enabled' if enabled else 'disabled'}")


def _object(source: Source, state: SourceState | None) -> dict[str, Any]:
    last = state.last_good_at if state else None
    return {
        "key": source.key, "name": source.name, "kind": source.kind.value, "languages": list(source.languages),
        "enabled": is_enabled(source, state), "last_good_at": last.isoformat() if last else None,
        "failures": state.failures if state else 0, "last_error": state.last_error if state else None,
    }
