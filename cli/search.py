"""`jarchi search`: find articles in the archive."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote, urlencode

import typer
from sqlmodel import Session

from cli.completing import source_keys as complete_source
from cli.opening import archive
from cli.output import JsonOption, err, print_json, print_line, print_table
from cli.picking import (
    city_key,
    country_code,
    day,
    known_sources,
    language_code,
    network_key,
    source_keys,
    source_kind,
    source_kinds,
)
from news.errors import QueryError, UsageError
from news.languages.quoting import isolated
from news.settings import Settings, load_settings
from storage.query import FIELDS, Problem
from storage.search import Filters, Found, search
from web.objects import FoundObject, HitObject, found_object

_FIELD_LIST = "Fields of a query:\n\n" + "\n\n".join(f"{name}: {what}" for name, what in FIELDS.items())
_EXAMPLES = 'Days may be Jalali. Example: (joined OR عضویت) network:amf NOT kind:aggregator after:1402/01/01'
_PAGE = 1_000

NetworkOption = Annotated[str | None, typer.Option(help="Network: key, acronym or name.")]
CityOption = Annotated[str | None, typer.Option(help="City: name in any language, or GeoNames id.")]
CountryOption = Annotated[str | None, typer.Option(help="Country of a city that is named: IR, TR, …")]
LanguageOption = Annotated[str | None, typer.Option(help="Language: fa, ar, tr, en, …")]
SourceOption = Annotated[list[str] | None, typer.Option(help="Key of a source; may be repeated.", autocompletion=complete_source)]
KindOption = Annotated[str | None, typer.Option(help="Kind of the source: network, municipality, agency, …")]
AfterOption = Annotated[str | None, typer.Option(help="Published on or after this day, month or year (2024-05-31, 1403/03/11).")]
BeforeOption = Annotated[str | None, typer.Option(help="Published before this day, month or year.")]
ExactOption = Annotated[bool, typer.Option("--exact", help="Words as written, letter for letter; names in this spelling alone.")]

QueryArgument = Annotated[
    list[str] | None, typer.Argument(help='Words, "phrases", prefix*, -word, AND OR NOT, brackets, fields; none: the newest first.')
]
#: A -word of a query is no option; `query_of` complains of --word.
QUERY_SETTINGS = {"ignore_unknown_options": True}

app = typer.Typer(add_completion=False, rich_markup_mode="markdown")


@app.command("search", epilog=f"{_FIELD_LIST}\n\n{_EXAMPLES}", context_settings=QUERY_SETTINGS)
def search_command(
    context: typer.Context,
    query: QueryArgument = None,
    network: NetworkOption = None,
    city: CityOption = None,
    country: CountryOption = None,
    language: LanguageOption = None,
    source: SourceOption = None,
    kind: KindOption = None,
    after: AfterOption = None,
    before: BeforeOption = None,
    exact: ExactOption = False,
    newest: Annotated[bool, typer.Option("--newest", help="Newest first, not best first.")] = False,
    once: Annotated[bool, typer.Option("--once", help="Of each story one article, the one that leads those found.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Results at most.")] = 20,
    everything: Annotated[bool, typer.Option("--all", help="Every result, however many.")] = False,
    facets: Annotated[
        bool, typer.Option("--facets", help="Count the results by network, city, country, language, source, kind, month.")
    ] = False,
    save: Annotated[str | None, typer.Option(help="Keep query and filters under a name, for rules of alerts.")] = None,
    json: JsonOption = False,
    jsonl: Annotated[bool, typer.Option("--jsonl", help="Print one JSON object a result.")] = False,
    csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
    rss: Annotated[bool, typer.Option("--rss", help="Print an RSS feed.")] = False,
    atom: Annotated[bool, typer.Option("--atom", help="Print an Atom feed.")] = False,
    xlsx: Annotated[Path | None, typer.Option(help="Write a spreadsheet to this file.", dir_okay=False)] = None,
) -> None:
    """Search the archive, best first; without a query the newest first."""
    chosen = [name for name, is_set in (
        ("json", json), ("jsonl", jsonl), ("csv", csv), ("rss", rss), ("atom", atom), ("xlsx", xlsx is not None),
    ) if is_set]
    if len(chosen) > 1:
        raise UsageError(f"--{chosen[0]} and --{chosen[1]} exclude each other")
    asked = query_of(context, query)
    settings = load_settings()
    began = time.perf_counter()
    with archive(settings) as store, store.reading() as session:
        filters = make_filters(settings, session, network, city, country, language, source, kind, after, before)
        options: dict[str, Any] = {
            "facets": facets, "exact": exact, "newest": newest, "once": once,
            "kinds": asked_kinds(settings, asked, kind, facets=facets),
        }
        found = search(session, asked, filters, limit=_PAGE if everything else limit, **options)
        hits = list(found.hits)
        while everything and len(hits) < found.total:
            more = search(session, asked, filters, limit=_PAGE, offset=len(hits), pin=found.pin, **options)
            hits += more.hits
    if save is not None:
        _save(settings, save, asked, filters)
    found = Found(total=found.total, hits=tuple(hits), facets=found.facets, problems=found.problems, pin=found.pin)
    answer = found_object(found, (time.perf_counter() - began) * 1000)
    if json:
        print_json(dict(answer))
        return
    say_problems(found.problems)
    if chosen:
        _print_as(chosen[0], answer["hits"], asked, filters, xlsx)
    else:
        _print_found(answer, found)


def query_of(context: typer.Context, words: Sequence[str] | None) -> str:
    """The query whose words, quoted or not, a command was given; raises UsageError for an option that there is not."""
    for word in words or ():
        if word.startswith("--"):
            options = [name for parameter in context.command.params for name in parameter.opts]
            near = "".join(f"; did you mean {name}?" for name in get_close_matches(word, options, n=1))
            raise UsageError(f"there is no option {word}{near}")
    return " ".join(words or ())


def _save(settings: Settings, name: str, asked: str, filters: Filters) -> None:
    # what is seldom needed is not waited for
    from cli.ruling import rule_name, watched_query  # noqa: PLC0415
    from storage import savedsearches  # noqa: PLC0415

    query = savedsearches.in_words(asked, filters)
    with archive(settings) as store, store.writing() as session:
        known = known_sources(session, settings.sources_folder)
        savedsearches.save(session, rule_name(name, "search"), watched_query(query, known, "save"), datetime.now(UTC))


def asked_kinds(settings: Settings, query: str, kind: str | None, *, facets: bool = False) -> dict[str, str]:
    """The kinds of the sources, read only where sources are asked for: there are many files."""
    is_asked = facets or kind or any(field in query.lower() for field in ("kind:", "source:"))
    return source_kinds(settings.sources_folder) if is_asked else {}


def make_filters(
    settings: Settings, session: Session, network: str | None, city: str | None, country: str | None, language: str | None,
    source: list[str] | None, kind: str | None, after: str | None, before: str | None,
) -> Filters:
    """The filters of the options that search and export share; raises UsageError for what is not known."""
    return Filters(
        network=network_key(network), city=city_key(city), country=country_code(country),
        language=language_code(language), sources=source_keys(session, settings.sources_folder, source),
        kind=source_kind(kind), after=day("after", after), before=day("before", before),
    )


def say_problems(problems: Iterable[Problem]) -> None:
    """What of a query was not understood, on standard error: the rest was searched."""
    for problem in problems:
        err.print(f"query: {problem}", highlight=False, soft_wrap=True)


def _print_as(kind: str, hits: list[HitObject], query: str, filters: Filters, path: Path | None) -> None:
    from web import exporting  # noqa: PLC0415 - sheets and feeds take a fifth of a second

    if path is not None:
        try:
            path.write_bytes(exporting.hits_workbook(hits, filters.language or ""))
        except OSError as error:
            raise UsageError(f"{path} cannot be written: {error.strerror}") from error
        print_line(f"{len(hits)} articles written to {path}")
    elif kind == "csv":
        sys.stdout.write(exporting.csv_text(exporting.COLUMNS, map(exporting.row_of, hits)))
    elif kind == "jsonl":
        sys.stdout.writelines(exporting.json_lines(hits))
    else:
        title = exporting.feed_title(query, {})
        address = _feed_address(kind, query, filters)
        written = exporting.feed(hits, title=title, address=address, now=datetime.now(UTC), kind=kind)
        sys.stdout.write(written.decode())


def _feed_address(kind: str, query: str, filters: Filters) -> str:
    """Where readers reach the same feed, else a name for it."""
    from storage import savedsearches  # noqa: PLC0415

    with suppress(QueryError):  # said already: what could be read was searched
        query = savedsearches.in_words(query, filters)
    web = load_settings().web_url
    return f"{web.rstrip('/')}/search.{kind}?{urlencode({'q': query})}" if web else f"urn:jarchi:search:{quote(query)}"


def _print_found(answer: FoundObject, found: Found) -> None:
    rows = [
        (hit.id, hit.published_at.date() if hit.published_at else None, hit.language, hit.source, isolated(hit.title))
        for hit in found.hits
    ]
    print_table(f"{found.total} found", ("id", "published", "language", "source", "title"), rows)
    for facet, counts in answer.get("facets", {}).items():
        line = ", ".join(f"{item['name']} {item['count']}" for item in counts[:10])
        print_line(f"{facet}: {line}")
