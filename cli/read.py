"""`jarchi read`: one page or text → the Article, stored nowhere."""

from __future__ import annotations

import json as jsonlib
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

import reading
from cli.output import complain, print_json
from news.errors import JarchiError, UsageError
from news.settings import load_settings
from news.values import Article, Lead, NotArticle, Page, Road, Source
from spiders.catalogue import load_sources
from web.objects import article_object

app = typer.Typer()
_MARKUP = (b"<!doctype", b"<html", b"<?xml", b"<head", b"<body", b"<article", b"<div", b"<p>", b"<main", b"<h1")


@app.command()
def read(
    files: Annotated[list[Path] | None, typer.Argument(metavar="[FILE|-]...", help="Pages or texts; - is standard input.")] = None,
    url: Annotated[str, typer.Option(help="Address the page came from.")] = "",
    source: Annotated[str, typer.Option(help="Key of the source it came from.")] = "",
    jsonl: Annotated[bool, typer.Option("--jsonl", help="Records on standard input, an article a line.")] = False,
) -> None:
    """Read pages or texts and print the articles as JSON."""
    sources = load_sources(load_settings().sources_folder)
    if jsonl:
        _read_records(sys.stdin.buffer, sources)
        return
    given = [_bytes_of(path) for path in files or [Path("-")]]
    outcomes = [_read_bytes(body, url, sources.get(source)) for body in given]
    for path, outcome in zip(files or [Path("-")], outcomes, strict=True):
        if isinstance(outcome, Article):
            print_json(dict(article_object(None, outcome)))
        else:
            complain(f"{path}: not an article: {outcome.refusal.value} {outcome.detail}".rstrip())
    if any(isinstance(outcome, NotArticle) for outcome in outcomes):
        raise typer.Exit(1)


def _bytes_of(path: Path) -> bytes:
    if str(path) == "-":
        return sys.stdin.buffer.read()
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from None


def _read_bytes(body: bytes, url: str, source: Source | None) -> Article | NotArticle:
    if body[:2000].lstrip(b"\xef\xbb\xbf \r\n\t").lower().startswith(_MARKUP):
        return _read_html(body, url, "", source, charset=None)
    return reading.read_text(body.decode("utf-8", errors="replace"), url=url, source=source, now=datetime.now(UTC))


def _read_html(body: bytes, url: str, title: str, source: Source | None, charset: str | None) -> Article | NotArticle:
    now = datetime.now(UTC)
    kind = "text/html" + (f"; charset={charset}" if charset else "")
    page = Page(
        address=url, final_address=url, status=200, headers=(("content-type", kind),), body=body, fetched_at=now
    )
    lead = Lead(address=url, source=source.key if source else "", road=Road.LIST, title=title) if title else None
    return reading.read_page(page, source=source, lead=lead, now=now)


def _read_records(lines: Iterable[bytes], sources: dict[str, Source]) -> None:
    for number, line in enumerate(lines, 1):
        if line.strip():
            print_json(_read_record(line, number, sources))
            sys.stdout.flush()


def _read_record(line: bytes, number: int, sources: dict[str, Source]) -> dict[str, Any]:
    identity: object = None
    try:
        record = jsonlib.loads(line)
        if not isinstance(record, dict):
            raise UsageError("not a JSON object")
        identity = record.get("id")
        outcome = _outcome(record, sources)
    except (ValueError, JarchiError) as error:
        return {"id": identity, "error": f"line {number}: {error}"}
    if isinstance(outcome, NotArticle):
        return {"id": identity, "error": f"line {number}: not an article: {outcome.refusal.value} {outcome.detail}".rstrip()}
    return {**article_object(None, outcome), "id": identity}


def _outcome(record: dict[str, Any], sources: dict[str, Source]) -> Article | NotArticle:
    texts = {name: record.get(name) or "" for name in ("html", "text", "url", "title", "source")}
    wrong = next((name for name, value in texts.items() if not isinstance(value, str)), None)
    if wrong:
        raise UsageError(f"{wrong} must be a string")
    source = sources.get(texts["source"])
    if texts["html"]:
        body = texts["html"].encode("utf-8", errors="replace")
        return _read_html(body, texts["url"], texts["title"], source, charset="utf-8")
    if "text" not in record:
        raise UsageError("neither html nor text")
    return reading.read_text(
        texts["text"], url=texts["url"], title=texts["title"] or None, source=source, now=datetime.now(UTC)
    )
