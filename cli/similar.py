"""`jarchi similar`: articles on the same matter."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from cli.arguments import ArticleId
from cli.opening import archive
from cli.output import JsonOption, print_json, print_table
from news.errors import NotFound
from news.languages.quoting import isolated
from storage import articles
from storage.similar import similar

app = typer.Typer(add_completion=False)


@app.command("similar")
def similar_command(
    article_id: ArticleId,
    limit: Annotated[int, typer.Option(min=1, max=100, help="Articles at most.")] = 10,
    json: JsonOption = False,
) -> None:
    """Articles that share rare words and names with one, the most alike first."""
    with archive() as store, store.reading() as session:
        if articles.load(session, article_id) is None:
            raise NotFound(f"no article has the id {article_id}")
        found = similar(session, article_id, limit)
    if json:
        print_json({"similar": [asdict(one) for one in found]})
    else:
        rows = [(one.id, f"{one.likeness:.2f}", one.language, one.source, isolated(one.title)) for one in found]
        print_table(f"{len(rows)} similar", ("id", "likeness", "language", "source", "title"), rows)
