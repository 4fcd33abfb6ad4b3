"""`jarchi read`: one page or text → the Article, stored nowhere."""

from __future__ import annotations

import json as jsonlib
import math
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Annotated, Any

import typer

import reading
from cli.completing import source_keys
from cli.opening import know_own_names
from cli.output import complain, print_json
from news.errors import JarchiError, UsageError
from news.settings import load_settings
from news.values import Article, Lead, NotArticle, Page, Refusal, Road, Source
from spiders.catalogue import find_source, load_sources
from web.objects import article_object

app = typer.Typer(add_completion=False)
_MARKUP = (b"<!doctype", b"<html", b"<?xml", b"<head", b"<body", b"<article", b"<div", b"<p>", b"<main", b"<h1")
#: What stands in a decoded text where its bytes were none, and the share of it that a text may have.
_NO_TEXT = re.compile("[\x00-\x08\x0e-\x1f\ufffd]")
_BROKEN_SHARE = 0.02


@app.command()
def read(
    files: Annotated[list[Path] | None, typer.Argument(metavar="[FILE|-]...", help="Pages or texts; - is standard input.")] = None,
    url: Annotated[str, typer.Option(help="Address the page came from.")] = "",
    source: Annotated[str, typer.Option(help="Key of the source it came from.", autocompletion=source_keys)] = "",
    jsonl: Annotated[bool, typer.Option("--jsonl", help="Files or standard input hold records, an article a line.")] = False,
) -> None:
    """Read pages or texts and print the articles as JSON."""
    know_own_names(load_settings())
    paths = files or [Path("-")]
    known = find_source(_sources(), source) if source else None
    if jsonl:
        for path in paths:
            _read_records(path, known)
        return
    outcomes = [_read_bytes(body, url, known) for body in [_bytes_of(path) for path in paths]]
    for path, outcome in zip(paths, outcomes, strict=True):
        if isinstance(outcome, Article):
            print_json(dict(article_object(None, outcome)))
        else:
            complain(f"{path}: {_refusal(outcome)}")
    if any(isinstance(outcome, NotArticle) for outcome in outcomes):
        raise typer.Exit(1)


@cache
def _sources() -> dict[str, Source]:
    """Read only where a source is named: a broken file is nothing to who reads a page."""
    return load_sources(load_settings().sources_folder, complain)


def _refusal(outcome: NotArticle) -> str:
    return f"not an article: {outcome.refusal.value} {outcome.detail}".rstrip()


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
    text = body.decode("utf-8-sig", errors="replace")
    if len(_NO_TEXT.findall(text)) > _BROKEN_SHARE * len(text):
        return NotArticle(address=url, refusal=Refusal.NO_TEXT, detail="not text in UTF-8")
    return reading.read_text(text, url=url, source=source, now=datetime.now(UTC))


def _read_html(body: bytes, url: str, title: str, source: Source | None, charset: str | None) -> Article | NotArticle:
    now = datetime.now(UTC)
    kind = "text/html" + (f"; charset={charset}" if charset else "")
    page = Page(
        address=url, final_address=url, status=200, headers=(("content-type", kind),), body=body, fetched_at=now
    )
    lead = Lead(address=url, source=source.key if source else "", road=Road.LIST, title=title) if title else None
    return reading.read_page(page, source=source, lead=lead, now=now)


def _lines_of(path: Path) -> Iterator[bytes]:
    if str(path) == "-":
        yield from sys.stdin.buffer
        return
    try:
        with path.open("rb") as file:
            yield from file
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from None


def _read_records(path: Path, source: Source | None) -> None:
    """Print an article, or what was wrong, for each line; `source` is that of records which name none."""
    for number, line in enumerate(_lines_of(path), 1):
        if line.strip():
            place = f"line {number}" if str(path) == "-" else f"{path}, line {number}"
            print_json(_read_record(line, place, source))
            sys.stdout.flush()


def _read_record(line: bytes, place: str, source: Source | None) -> dict[str, Any]:
    identity: object = None
    try:
        record = jsonlib.loads(line, parse_float=_finite, parse_constant=_finite)
        if not isinstance(record, dict):
            raise UsageError("not a JSON object")
        identity = record.get("id")
        outcome = _outcome(record, source)
    except (ValueError, RecursionError, JarchiError) as error:
        return {"id": identity, "error": f"{place}: {error}"}
    if isinstance(outcome, NotArticle):
        return {"id": identity, "error": f"{place}: {_refusal(outcome)}"}
    return {**article_object(None, outcome), "id": identity}


def _finite(number: str) -> float:
    """A number of JSON; raises ValueError for one that JSON could not give back."""
    if not math.isfinite(value := float(number)):
        raise ValueError(f"not a finite number: {number}")
    return value


def _outcome(record: dict[str, Any], source: Source | None) -> Article | NotArticle:
    texts = {name: record.get(name) or "" for name in ("html", "text", "url", "title", "source")}
    wrong = next((name for name, value in texts.items() if not isinstance(value, str)), None)
    if wrong:
        raise UsageError(f"{wrong} must be a string")
    if texts["source"]:
        source = find_source(_sources(), texts["source"])
    if texts["html"]:
        body = texts["html"].encode("utf-8", errors="replace")
        return _read_html(body, texts["url"], texts["title"], source, charset="utf-8")
    if "text" not in record:
        raise UsageError("neither html nor text")
    return reading.read_text(
        texts["text"], url=texts["url"], title=texts["title"] or None, source=source, now=datetime.now(UTC)
    )
