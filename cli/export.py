"""`jarchi export`: articles as JSON lines."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.opening import archive
from cli.output import print_json
from cli.search import (
    AfterOption,
    BeforeOption,
    CityOption,
    LanguageOption,
    NetworkOption,
    SourceOption,
    make_filters,
)
from news.settings import load_settings
from storage import articles
from storage.search import search
from web.objects import article_object

app = typer.Typer(add_completion=False)
_BATCH = 500


@app.command()
def export(
    query: Annotated[str, typer.Argument(help="As in search; none: everything.")] = "",
    network: NetworkOption = None,
    city: CityOption = None,
    language: LanguageOption = None,
    source: SourceOption = None,
    after: AfterOption = None,
    before: BeforeOption = None,
) -> None:
    """Articles as JSON lines; the archive whole without filters."""
    settings = load_settings()
    with archive(settings) as store, store.reading() as session:
        filters = make_filters(settings, session, network, city, language, source, after, before)
        offset = 0
        while hits := search(session, query, filters, limit=_BATCH, offset=offset).hits:
            for article_id, article in articles.load_many(session, (hit.id for hit in hits)):
                print_json(dict(article_object(article_id, article)))
            offset += _BATCH
