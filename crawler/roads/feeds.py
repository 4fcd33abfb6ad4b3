"""RSS and Atom, whatever type they are served as."""

from __future__ import annotations

from collections.abc import Iterator

import feedparser

from crawler.roads.common import lead, stated_date
from news.values import Lead, Provenance, Road, Source


def feed_leads(body: bytes, base: str, source: Source) -> Iterator[Lead]:
    """A feed's entries; raises ValueError where the body is no feed at all."""
    feed = feedparser.parse(body, response_headers={"content-location": base}, sanitize_html=False)
    if not feed.get("version") and not feed.entries:
        raise ValueError("not a feed")
    for entry in feed.entries:
        address = entry.get("link") or entry.get("id", "")
        dated = stated_date(entry.get("published") or entry.get("created"), source, Provenance.FEED)
        found = lead(address, base, source, Road.FEED, title=entry.get("title"), dated=dated)
        if found is not None:
            yield found
