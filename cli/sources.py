"""`jarchi sources`: what is watched."""

from __future__ import annotations

import json as jsonlib
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any

import typer

from cli import adding, exchanging, politeness
from cli.completing import source_keys
from cli.health import health_of, in_words
from cli.opening import archive
from cli.output import JsonOption, complain, err, out, print_json, print_line, print_table
from cli.picking import country_code, language_code, network_key, source_called
from cli.room import room, warn_of_room
from news.languages.quoting import isolated
from news.settings import load_settings
from news.values import Known, Source
from scheduler.clock import is_enabled
from spiders.catalogue import load_sources
from storage import runs
from storage.runs import SourceState

app = typer.Typer(help="The sources that are watched.", no_args_is_help=True, add_completion=False)
KeyArgument = Annotated[str, typer.Argument(metavar="KEY", autocompletion=source_keys)]

#: What each degree of knowledge means for whoever switches a source on.
_SAID = {
    Known.TESTED: "others tested its roads",
    Known.SEEN: "its roads are likely, though nobody is known to have tested them all",
    Known.LISTED: "its roads are named in public lists, untested",
    Known.UNVERIFIED: "its roads are guesses",
}

app.command("add")(adding.add)
app.command("test")(adding.try_one)
app.command("remove")(adding.remove)
app.command("import")(exchanging.import_sources)
app.command("export")(exchanging.export_sources)
app.command("politeness")(politeness.politeness)


@app.command("list")
def list_sources(
    language: Annotated[str | None, typer.Option(help="Only those in a language, as a code like fa.")] = None,
    country: Annotated[str | None, typer.Option(help="Only those of a country, as a code like IR.")] = None,
    network: Annotated[
        str | None, typer.Option(help="Only those of a network, by key, acronym or name.")
    ] = None,
    known: Annotated[Known | None, typer.Option(help="Only those whose roads are known so well.")] = None,
    enabled: Annotated[
        bool | None, typer.Option("--enabled/--disabled", help="Only those that are crawled, or are not.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Every source, what is known of it, and how it fares."""
    settings = load_settings()
    wanted_language, wanted_country, wanted_network = language_code(language), country_code(country), network_key(network)
    sources = {
        key: source
        for key, source in load_sources(settings.sources_folder, complain).items()
        if (wanted_language is None or wanted_language in source.languages)
        and (wanted_country is None or source.country == wanted_country)
        and (wanted_network is None or source.network == wanted_network)
        and (known is None or source.known is known)
    }
    with archive(settings) as store, store.reading() as session:
        states, ended = runs.states(session), runs.last_ended(session)
    objects = [
        {**_object(source, states.get(key)), "health": health_of(source, ended.get(key))}
        for key, source in sources.items()
        if enabled is None or is_enabled(source, states.get(key)) is enabled
    ]
    left = room(settings)
    if json:
        print_json({"sources": objects, "room": left.as_object()})
        return
    columns = ["key", "name", "kind", "country", "languages", "known", "enabled"]
    columns += [name for name in ("last_good_at", "failures") if any(item[name] for item in objects)]
    columns += ["health"] if any(item["health"]["state"] != "unknown" for item in objects) else []
    rows = (list(map(_cells(item).get, columns)) for item in objects)
    headings = ["last good" if name == "last_good_at" else name for name in columns]
    spare = ("known", "kind", "languages", "country", "last good", "failures")
    print_table(f"{len(objects)} sources", headings, rows, spare=spare)
    if settings.warc_budget:
        print_line(f"pages as they came: {left.summary()}", style="dim")
    warn_of_room(left)


@app.command()
def show(key: KeyArgument, json: JsonOption = False) -> None:
    """One source: its roads and its state."""
    settings = load_settings()
    source = source_called(settings.sources_folder, key)
    with archive(settings) as store, store.reading() as session:
        state, ended = runs.state(session, key), runs.last_ended(session, key).get(key)
    fields = {**source.model_dump(mode="json", exclude_defaults=True), **_object(source, state)}
    fields["health"] = health_of(source, ended)
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


def _cells(item: dict[str, Any]) -> dict[str, object]:
    """A source as a table shows it."""
    last = item["last_good_at"]
    return {
        **item, "name": isolated(item["name"]), "health": in_words(item["health"]),
        "last_good_at": datetime.fromisoformat(last) if last else None,
    }  # fmt: skip


def _set_enabled(key: str, *, enabled: bool, json: bool) -> None:
    settings = load_settings()
    source = source_called(settings.sources_folder, key)
    with archive(settings) as store, store.writing() as session:
        runs.set_enabled(session, key, enabled)
        state = runs.state(session, key)
    unknown = list(_unknown(source, state)) if enabled else []
    if json:
        print_json({"key": key, "enabled": enabled, **({"unknown": unknown} if enabled else {})})
        return
    out.print(f"{key} is {'enabled' if enabled else 'disabled'}")
    for line in unknown:
        err.print(line, highlight=False, soft_wrap=True)
    if unknown:
        err.print(f"`jarchi sources test {key}` tries its roads now", highlight=False, soft_wrap=True)


def _unknown(source: Source, state: SourceState) -> Iterator[str]:
    """What nobody knows of a shipped source before it was crawled with success."""
    if source.known is None or state.last_good_at is not None:
        return
    since = f", {source.known_at.isoformat()}" if source.known_at else ""
    yield f"{_SAID[source.known]}{since}; it was never crawled with success from here"
    if source.note:
        yield f"note: {source.note}"


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
        "country": source.country, "network": source.network, "city": source.city,
        "known": source.known.value if source.known else None,
        "known_at": source.known_at.isoformat() if source.known_at else None,
        "enabled": is_enabled(source, state), "last_good_at": last.isoformat() if last else None,
        "failures": state.failures if state else 0, "last_error": state.last_error if state else None,
    }
