"""`jarchi show`: one article."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.opening import archive
from cli.output import JsonOption, print_json, print_line, print_table
from crawler.evidence.opening import recorded_at
from news.errors import NotFound, UsageError
from news.languages.quoting import isolated
from news.settings import load_settings
from news.values import Article
from reading.charsets import decode
from storage import articles, evidence
from storage.evidence import Evidence, Pointer
from web.objects import article_object, named

app = typer.Typer(add_completion=False)


@app.command()
def show(
    article_id: Annotated[int, typer.Argument(metavar="ID")],
    page: Annotated[
        bool, typer.Option("--page", help="Print the page that it was read from, byte for byte, to standard output.")
    ] = False,
    version: Annotated[
        int | None, typer.Option(help="With --page: that of a former version, counted from 1.", min=1)
    ] = None,
    json: JsonOption = False,
) -> None:
    """One article: text, tags, claims, addresses, and where its pages are kept."""
    if version is not None and not page:
        raise UsageError("--version goes with --page")
    settings = load_settings()
    with archive(settings) as store, store.reading() as session:
        article = articles.load(session, article_id)
        if article is None:
            raise NotFound(f"no article has the id {article_id}")
        addresses = articles.addresses(session, article_id)
        kept = evidence.of_article(session, article_id)
    if page:
        _print_pages(settings.evidence_folder, article_id, kept, version, json=json)
    elif json:
        objects = [{"version": item.version, **_pointer_object(place)} for item in kept for place in item.pages]
        print_json({**article_object(article_id, article), "addresses": list(addresses), "pages": objects})
    else:
        _print_article(article)
        for address in addresses:
            print_line(address)
        _print_kept(kept)


def _print_pages(
    folder: Path, article_id: int, kept: tuple[Evidence, ...], version: int | None, *, json: bool
) -> None:
    """The pages of the newest version that has any, or of the one that was asked for."""
    chosen = next((item for item in kept if version in (None, item.version)), None)
    if chosen is None:
        which = f"version {version} of article {article_id}" if version else f"article {article_id}"
        raise NotFound(f"no page is kept of {which}")
    for place in chosen.pages:
        found = recorded_at(folder, place).page
        if json:
            body = decode(found.body, found.header("content-type"))
            headers = [list(header) for header in found.headers]
            about = {"version": chosen.version, **_pointer_object(place), "asked": found.address}
            print_json({**about, "status": found.status, "headers": headers, "body": body})
        else:
            sys.stdout.buffer.write(found.body)
            sys.stdout.buffer.flush()


def _pointer_object(place: Pointer) -> dict[str, Any]:
    return {
        "address": place.address, "file": place.file, "offset": place.start, "size": place.size,
        "digest": place.digest, "captured_at": place.captured_at.isoformat(),
    }


def _print_kept(kept: tuple[Evidence, ...]) -> None:
    if kept:
        rows = [
            (item.version, place.captured_at, place.file, place.start, place.address)
            for item in kept for place in item.pages
        ]
        print_table("Pages", ("version", "captured", "file", "offset", "address"), rows)


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
