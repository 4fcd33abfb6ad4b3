"""`jarchi show`: one article."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.arguments import ArticleId
from cli.opening import archive
from cli.output import JsonOption, print_json, print_line, print_table
from cli.stories import print_tellers, teller_object
from news.errors import NotFound, UsageError
from news.languages.quoting import isolated
from news.settings import load_settings
from news.values import Article
from storage import articles, evidence, looks, memberpages, stories, translations
from storage.articles import Version
from storage.evidence import Evidence, Pointer
from storage.looks import State
from storage.translations import Translation
from web.objects import article_object, named

app = typer.Typer(add_completion=False)


@app.command()
def show(
    article_id: ArticleId,
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
        state = looks.state(session, article_id)
        former = articles.versions(session, article_id)
        story = stories.tellers(session, article_id)
        languages = translations.of_article(session, article_id)
        snapshots = {key: memberpages.of_snapshot(session, key) for key in memberpages.of_notice(session, article_id)}
    assert state is not None
    if page:
        _print_pages(settings.evidence_folder, article_id, kept, version, json=json)
    elif json:
        objects = [{"version": item.version, **pointer_object(place)} for item in kept for place in item.pages]
        known = {"addresses": list(addresses), "pages": objects, "former_versions": list(map(_version_object, former))}
        if snapshots:
            known["snapshots"] = [{"snapshot": key, "pages": list(map(pointer_object, places))} for key, places in snapshots.items()]
        told = {"story": list(map(teller_object, story)), "translations": list(map(_translation_object, languages))}
        print_json({**article_object(article_id, article), **state_object(state), **known, **told})
    else:
        print_article(article_id, article, state)
        for address in addresses:
            print_line(address)
        _print_kept(kept)
        _print_snapshots(article.source, snapshots)
        if story:
            print_tellers(story)
        _print_languages(languages)


def _print_pages(
    folder: Path, article_id: int, kept: tuple[Evidence, ...], version: int | None, *, json: bool
) -> None:
    """The pages of the newest version that has any, or of the one that was asked for."""
    from crawler.evidence.opening import recorded_at  # noqa: PLC0415 - both bring much that nothing else here needs
    from reading.charsets import decode  # noqa: PLC0415

    chosen = next((item for item in kept if version in (None, item.version)), None)
    if chosen is None:
        which = f"version {version} of article {article_id}" if version else f"article {article_id}"
        raise NotFound(f"no page is kept of {which}")
    for place in chosen.pages:
        found = recorded_at(folder, place).page
        if json:
            body = decode(found.body, found.header("content-type"))
            headers = [list(header) for header in found.headers]
            about = {"version": chosen.version, **pointer_object(place), "asked": found.address}
            print_json({**about, "status": found.status, "headers": headers, "body": body})
        else:
            sys.stdout.buffer.write(found.body)
            sys.stdout.buffer.flush()


def pointer_object(place: Pointer) -> dict[str, Any]:
    """Where a page lies, for scripts."""
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


def _print_snapshots(source: str, snapshots: Mapping[int, Sequence[Pointer]]) -> None:
    """What the list showed before and after what a notice says."""
    if not snapshots:
        return
    numbers = ", ".join(map(str, snapshots))
    print_line(f"snapshots {numbers} of the list show it: `jarchi memberships snapshots {source}`")
    rows = [
        (key, place.captured_at, place.file, place.start, place.address)
        for key, places in snapshots.items() for place in places
    ]  # fmt: skip
    if rows:
        print_table("Pages of the list", ("snapshot", "captured", "file", "offset", "address"), rows)


def state_object(state: State) -> dict[str, Any]:
    """What became of an article's page since: gone, moved, edited, and the last look at it."""
    return {
        "versions": state.versions,
        "edited_at": _iso(state.edited_at),
        "gone_at": _iso(state.gone_at),
        "gone_cause": state.gone_cause,
        "moved_at": _iso(state.moved_at),
        "moved_from": state.moved_from,
        "looked_at": _iso(state.looked_at),
        "look": state.outcome.value if state.outcome else None,
        "look_cause": state.cause,
        "next_look_at": _iso(state.next_at),
    }


def _version_object(version: Version) -> dict[str, Any]:
    return {"title": version.title, "text": version.text, "fetched_at": version.fetched_at.isoformat()}


def _translation_object(one: Translation) -> dict[str, Any]:
    return {"article": one.article, "language": one.language, "url": one.url, "title": one.title, "source": one.source}


def _print_languages(languages: Sequence[Translation]) -> None:
    if languages:
        rows = [(one.language, one.article, isolated(one.title), one.url) for one in languages]
        print_table("In other languages", ("language", "article", "title", "address"), rows)


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _print_state(state: State) -> None:
    if state.gone_at:
        print_line(f"gone since {state.gone_at:%Y-%m-%d %H:%M} UTC ({state.gone_cause})", style="bold red")
    if state.moved_at:
        print_line(f"moved on {state.moved_at:%Y-%m-%d %H:%M} UTC, from {state.moved_from}")
    if state.edited_at:
        print_line(f"edited, seen on {state.edited_at:%Y-%m-%d %H:%M} UTC; {state.versions} versions are kept")
    if state.looked_at and state.outcome:
        cause = f" ({state.cause})" if state.cause else ""
        following = f", again from {state.next_at:%Y-%m-%d %H:%M} UTC" if state.next_at else ""
        print_line(
            f"looked at {state.looked_at:%Y-%m-%d %H:%M} UTC: {state.outcome.value}{cause}{following}", style="dim"
        )


def print_article(number: int, article: Article, state: State) -> None:
    """An article with what became of its page since."""
    print_line(article.title, style="bold")
    dated = f"{article.dated.moment:%Y-%m-%d %H:%M} UTC ({article.dated.provenance})" if article.dated else "undated"
    print_line(f"{article.source} · {article.language.code} · {dated}", style="dim")
    print_line(f"{article.url} · article {number}", style="dim")
    _print_state(state)
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
