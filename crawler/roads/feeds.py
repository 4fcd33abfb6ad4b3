"""RSS and Atom, whatever type they are served as."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import feedparser

from crawler.roads.bodies import whole_text
from crawler.roads.common import lead, stated_date
from news.addresses import canonical
from news.values import Lead, Provenance, Road, Source

#: Entries of a feed that are read; a feed that lists more is an archive.
LONGEST = 2_000
_ENTRY_END = re.compile(rb"</(?:\w+:)?(?:item|entry)\s*>")
#: A feed's own head, and what it says of its older parts there.
_ENTRY = re.compile(rb"<(?:\w+:)?(?:item|entry)[\s>]")
_HEAD = 20_000
_LINK = re.compile(r"<(?:\w+:)?link\b[^>]{0,2000}>")
_HREF = re.compile(r"\bhref\s*=\s*[\"']([^\"'>]+)")
_OLDER = re.compile(r"\brel\s*=\s*[\"'](?:next|prev-archive)[\"']")
_WORDPRESS = re.compile(r"<generator>\s*https?://(?:www\.)?wordpress\.(?:org|com)/", re.IGNORECASE)
#: Types under which feedparser hands on a text.
_TEXTS = ("text/html", "text/plain", "application/xhtml+xml")


def feed_leads(body: bytes, base: str, source: Source) -> Iterator[Lead]:
    """A feed's entries; raises ValueError where the body is no feed at all."""
    feed = feedparser.parse(_bounded(body), response_headers={"content-location": base}, sanitize_html=False)
    if not feed.get("version") and not feed.entries:
        raise ValueError("not a feed")
    for entry in feed.entries:
        address = entry.get("link") or entry.get("id", "")
        dated = stated_date(entry.get("published") or entry.get("created"), source, Provenance.FEED)
        found = lead(
            address, base, source, Road.FEED, title=entry.get("title"), dated=dated, body=_body(entry, address)
        )
        if found is not None:
            yield found


def older_feed(body: bytes, base: str) -> str | None:
    """Where a feed goes on with older entries: by its own word (RFC 5005), or where every WordPress does."""
    begin = _ENTRY.search(body)
    head = body[: begin.start() if begin else _HEAD][:_HEAD].decode("utf-8", "replace")
    for link in _LINK.findall(head):
        target = _HREF.search(link)
        if target and _OLDER.search(link):
            return _resolved(html.unescape(target[1]), base)
    if not _WORDPRESS.search(head):
        return None
    parts = urlsplit(base)
    query = [(name, value) for name, value in parse_qsl(parts.query) if name != "paged"]
    page = next((value for name, value in parse_qsl(parts.query) if name == "paged"), "1")
    if not (page.isascii() and page.isdecimal() and len(page) < 6):
        return None
    return urlunsplit((*parts[:3], urlencode([*query, ("paged", int(page) + 1)]), ""))


def _resolved(target: str, base: str) -> str | None:
    try:
        return canonical(target, base)
    except ValueError:
        return None


def _bounded(body: bytes) -> bytes:
    """The feed without what lies behind its first entries: sites put the newest first."""
    ends = [found.end() for found in _ENTRY_END.finditer(body)]
    return body[: ends[LONGEST - 1]] + body[ends[-1] :] if len(ends) > LONGEST else body


def _body(entry: Any, address: str) -> str | None:
    """The longest of the entry's texts, where it is the article's own."""
    texts = [part.get("value") or "" for part in entry.get("content", ()) if part.get("type") in _TEXTS]
    body = max(texts, key=len, default="")
    return whole_text(body, summary=entry.get("summary"), title=entry.get("title"), address=address)
