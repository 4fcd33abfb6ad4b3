"""`jarchi search`: find articles in the archive."""

from __future__ import annotations

import csv as csvlib
import sys
import time
from typing import Annotated

import typer
from sqlmodel import Session

from cli.completing import source_keys as complete_source
from cli.opening import archive
from cli.output import JsonOption, print_json, print_line, print_table
from cli.picking import city_key, day, language_code, network_key, source_keys
from news.errors import UsageError
from news.languages.quoting import isolated
from news.settings import Settings, load_settings
from storage.search import Filters, Found, search
from web.objects import FoundObject, found_object

app = typer.Typer(add_completion=False)
_CSV = ("id", "published_at", "language", "source", "title", "url")

NetworkOption = Annotated[str | None, typer.Option(help="Network: key, acronym or name.")]
CityOption = Annotated[str | None, typer.Option(help="City: name in any language, or GeoNames id.")]
LanguageOption = Annotated[str | None, typer.Option(help="Language: fa, ar, tr, en, …")]
SourceOption = Annotated[list[str] | None, typer.Option(help="Key of a source; may be repeated.", autocompletion=complete_source)]
AfterOption = Annotated[str | None, typer.Option(help="Published on or after this day (2024-05-31).")]
BeforeOption = Annotated[str | None, typer.Option(help="Published before this day.")]


@app.command("search")
def search_command(
    query: Annotated[str, typer.Argument(help='Words, "phrases", prefix*, AND OR NOT; none: the newest first.')] = "",
    network: NetworkOption = None,
    city: CityOption = None,
    language: LanguageOption = None,
    source: SourceOption = None,
    after: AfterOption = None,
    before: BeforeOption = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Results at most.")] = 20,
    facets: Annotated[bool, typer.Option("--facets", help="Count the results by network, city, language, source.")] = False,
    json: JsonOption = False,
    csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
) -> None:
    """Search the archive, best first; without a query the newest first."""
    if json and csv:
        raise UsageError("--json and --csv exclude each other")
    settings = load_settings()
    began = time.perf_counter()
    with archive(settings) as store, store.reading() as session:
        filters = make_filters(settings, session, network, city, language, source, after, before)
        found = search(session, query, filters, limit=limit, facets=facets)
    answer = found_object(found, (time.perf_counter() - began) * 1000)
    if json:
        print_json(dict(answer))
    elif csv:
        _print_csv(answer)
    else:
        _print_found(answer, found)


def make_filters(
    settings: Settings, session: Session, network: str | None, city: str | None, language: str | None,
    source: list[str] | None, after: str | None, before: str | None,
) -> Filters:
    """The filters of the options that search and export share; raises UsageError for what is not known."""
    return Filters(
        network=network_key(network), city=city_key(city), language=language_code(language),
        sources=source_keys(session, settings.sources_folder, source),
        after=day("after", after), before=day("before", before),
    )


def _print_csv(answer: FoundObject) -> None:
    writer = csvlib.writer(sys.stdout)
    writer.writerow(_CSV)
    writer.writerows([hit[name] for name in _CSV] for hit in answer["hits"])  # type: ignore[literal-required]


def _print_found(answer: FoundObject, found: Found) -> None:
    rows = [
        (hit.id, hit.published_at.date() if hit.published_at else None, hit.language, hit.source, isolated(hit.title))
        for hit in found.hits
    ]
    print_table(f"{found.total} found", ("id", "published", "language", "source", "title"), rows)
    for facet, counts in answer.get("facets", {}).items():
        line = ", ".join(f"{item['name']} {item['count']}" for item in counts[:10])
        print_line(f"{facet}: {line}")
