"""`jarchi show`: one article."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.opening import archive
from cli.output import JsonOption, print_json, print_line, print_table
from news.errors import NotFound
from news.languages.quoting import isolated
from news.values import Article
from storage import articles
from web.objects import article_object, named

app = typer.Typer(add_completion=False)


@app.command()
def show(article_id: Annotated[int, typer.Argument(metavar="ID")], json: JsonOption = False) -> None:
    """One article: text, tags, claims, addresses."""
    with archive() as store, store.reading() as session:
        article = articles.load(session, article_id)
        if article is None:
            raise NotFound(f"no article has the id {article_id}")
        addresses = articles.addresses(session, article_id)
    if json:
        print_json({**article_object(article_id, article), "addresses": list(addresses)})
        return
    _print_article(article)
    for address in addresses:
        print_line(address)


def _print_article(article: Article) -> None:
    print_line(article.title, style="bold")
    dated = f"{article.dated.moment:%Y-%m-%d %H:%M} UTC ({article.dated.provenance})" if article.dated else "undated"
    print_line(f"{article.source} · {article.language.code} · {dated}", style="dim")
    for label, name in (("agency", article.agency), ("originally from", article.original_source)):
        if name:
            print_line(f"{label} {isolated(name)}", style="dim")
    print_line(article.text)
    tags = [
        (tag.kind.value, named(tag.kind.value, tag.key)["name"], isolated(tag.alias), tag.rule) for tag in article.tags
    ]
    print_table("Tags", ("kind", "name", "as written", "rule"), tags)
    claims = [
        (claim.member, claim.network, claim.verb.value, claim.status.value, claim.confidence, isolated(claim.sentence))
        for claim in article.claims
    ]
    if claims:
        print_table("Claims", ("member", "network", "verb", "status", "confidence", "sentence"), claims)
