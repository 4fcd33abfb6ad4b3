"""`jarchi export`: articles as JSON lines."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.opening import archive
from cli.output import print_json
from cli.picking import source_kinds
from cli.search import (
    AfterOption,
    BeforeOption,
    CityOption,
    CountryOption,
    ExactOption,
    KindOption,
    LanguageOption,
    NetworkOption,
    SourceOption,
    make_filters,
    say_problems,
)
from news.settings import load_settings
from storage import articles
from storage.search import search_ids
from web.objects import article_object

app = typer.Typer(add_completion=False)


@app.command()
def export(
    query: Annotated[str, typer.Argument(help="As in search; none: everything.")] = "",
    network: NetworkOption = None,
    city: CityOption = None,
    country: CountryOption = None,
    language: LanguageOption = None,
    source: SourceOption = None,
    kind: KindOption = None,
    after: AfterOption = None,
    before: BeforeOption = None,
    exact: ExactOption = False,
) -> None:
    """Articles as JSON lines, newest first; the archive whole without filters."""
    settings = load_settings()
    with archive(settings) as store, store.reading() as session:
        filters = make_filters(settings, session, network, city, country, language, source, kind, after, before)
        kinds = source_kinds(settings.sources_folder) if kind or "kind:" in query.lower() else {}
        ids, problems = search_ids(session, query, filters, exact=exact, kinds=kinds)
        say_problems(problems)
        for article_id, article in articles.load_many(session, ids):
            print_json(dict(article_object(article_id, article)))
            session.expunge_all()
