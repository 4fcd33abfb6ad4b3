"""RSS and Atom, whatever type they are served as."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import feedparser

from crawler.roads.bodies import whole_text
from crawler.roads.common import lead, stated_date
from news.values import Lead, Provenance, Road, Source

#: Types under which feedparser hands on a text.
_TEXTS = ("text/html", "text/plain", "application/xhtml+xml")


def feed_leads(body: bytes, base: str, source: Source) -> Iterator[Lead]:
    """A feed's entries; raises ValueError where the body is no feed at all."""
    feed = feedparser.parse(body, response_headers={"content-location": base}, sanitize_html=False)
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


def _body(entry: Any, address: str) -> str | None:
    """The longest of the entry's texts, where it is the article's own."""
    texts = [part.get("value") or "" for part in entry.get("content", ()) if part.get("type") in _TEXTS]
    body = max(texts, key=len, default="")
    return whole_text(body, summary=entry.get("summary"), title=entry.get("title"), address=address)
