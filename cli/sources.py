"""`jarchi sources`: what is watched."""

from __future__ import annotations

import json as jsonlib
from typing import Annotated, Any

import typer

from cli import adding, exchanging
from cli.completing import source_keys
from cli.opening import archive
from cli.output import JsonOption, complain, out, print_json, print_line, print_table
from cli.picking import source_called
from news.languages.quoting import isolated
from news.settings import load_settings
from news.values import Source
from scheduler.clock import is_enabled
from spiders.catalogue import load_sources
from storage import runs
from storage.runs import SourceState

app = typer.Typer(help="The sources that are watched.", no_args_is_help=True, add_completion=False)
KeyArgument = Annotated[str, typer.Argument(metavar="KEY", autocompletion=source_keys)]

app.command("add")(adding.add)
app.command("test")(adding.try_one)
app.command("remove")(adding.remove)
app.command("import")(exchanging.import_sources)
app.command("export")(exchanging.export_sources)


@app.command("list")
def list_sources(json: JsonOption = False) -> None:
    """Every source, and how it fares."""
    settings = load_settings()
    sources = load_sources(settings.sources_folder, complain)
    with archive(settings) as store, store.reading() as session:
        states = runs.states(session)
    objects = [_object(source, states.get(key)) for key, source in sources.items()]
    if json:
        print_json({"sources": objects})
        return
    columns = ("key", "name", "kind", "languages", "enabled", "last_good_at", "failures")
    rows = ([{**item, "name": isolated(item["name"])}[name] for name in columns] for item in objects)
    print_table(f"{len(objects)} sources", columns, rows)


@app.command()
def show(key: KeyArgument, json: JsonOption = False) -> None:
    """One source: its roads and its state."""
    settings = load_settings()
    source = source_called(settings.sources_folder, key)
    with archive(settings) as store, store.reading() as session:
        state = runs.state(session, key)
    fields = {**source.model_dump(mode="json", exclude_defaults=True), **_object(source, state)}
    if json:
        print_json(fields)
        return
    for name, value in fields.items():
        if value is not None:
            print_line(f"{name} = {_toml(value)}")


@app.command()
def enable(key: KeyArgument, json: JsonOption = False) -> None:
    """Crawl a source on schedule, whatever its file says."""
    _set_enabled(key, enabled=True, json=json)


@app.command()
def disable(key: KeyArgument, json: JsonOption = False) -> None:
    """Stop crawling a source on schedule."""
    _set_enabled(key, enabled=False, json=json)


def _set_enabled(key: str, *, enabled: bool, json: bool) -> None:
    settings = load_settings()
    source_called(settings.sources_folder, key)
    with archive(settings) as store, store.writing() as session:
        runs.set_enabled(session, key, enabled)
    if json:
        print_json({"key": key, "enabled": enabled})
    else:
        out.print(f"{key} is {'enabled' if enabled else 'disabled'}")


def _toml(value: Any) -> str:
    """A value as a source's file would have it."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{name} = {_toml(item)}" for name, item in value.items() if item is not None) + " }"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_toml, value))}]"
    return jsonlib.dumps(value, ensure_ascii=False)


def _object(source: Source, state: SourceState | None) -> dict[str, Any]:
    last = state.last_good_at if state else None
    return {
        "key": source.key, "name": source.name, "kind": source.kind.value, "languages": list(source.languages),
        "enabled": is_enabled(source, state), "last_good_at": last.isoformat() if last else None,
        "failures": state.failures if state else 0, "last_error": state.last_error if state else None,
    }
