"""`jarchi review`: claims that wait for a person."""

from __future__ import annotations

from typing import Annotated

import typer

from alerts.quoting import isolated
from cli.opening import archive
from cli.output import JsonOption, print_json, print_table
from storage import register
from web.objects import claim_object

app = typer.Typer(add_completion=False)


@app.command()
def review(
    limit: Annotated[int, typer.Option(min=1, help="Claims at most.")] = 50, json: JsonOption = False
) -> None:
    """Announcements whose city or network is not known, or that are too uncertain to alert."""
    with archive() as store, store.reading() as session:
        items = register.for_review(session, limit)
    if json:
        print_json({"claims": [
            {**claim_object(item.claim), "article": item.article, "url": item.url, "title": item.title} for item in items
        ]})
        return
    rows = []
    for item in items:
        claim = claim_object(item.claim)
        rows.append((item.article, claim["city"], claim["network"], claim["verb"], claim["confidence"],
                     isolated(claim["sentence"])))
    print_table("For review", ("article", "city", "network", "verb", "confidence", "sentence"), rows)
