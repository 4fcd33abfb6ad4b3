"""`jarchi export`: articles as JSON lines."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.opening import archive
from cli.output import print_json
from cli.search import (
    QUERY_SETTINGS,
    AfterOption,
    BeforeOption,
    CityOption,
    CountryOption,
    ExactOption,
    KindOption,
    LanguageOption,
    NetworkOption,
    SourceOption,
    asked_kinds,
    make_filters,
    query_of,
    say_problems,
)
from news.settings import load_settings
from storage import articles
from storage.search import search_ids
from web.objects import article_object

app = typer.Typer(add_completion=False)


@app.command(context_settings=QUERY_SETTINGS)
def export(
    context: typer.Context,
    query: Annotated[list[str] | None, typer.Argument(help="As in search; none: everything.")] = None,
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
    asked = query_of(context, query)
    settings = load_settings()
    with archive(settings) as store, store.reading() as session:
        filters = make_filters(
            settings, session, network, city, country, language, source, kind, after, before
        )
        kinds = asked_kinds(settings, asked, kind)
        ids, problems = search_ids(session, asked, filters, exact=exact, kinds=kinds)
        say_problems(problems)
        for article_id, article in articles.load_many(session, ids):
            print_json(dict(article_object(article_id, article)))
            session.expunge_all()
