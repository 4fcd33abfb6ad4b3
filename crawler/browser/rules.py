"""What a page may ask for while it is drawn: only what its text may need."""

from __future__ import annotations

from enum import StrEnum
from urllib.parse import urlsplit

from news.addresses import is_web_address, same_site

#: Chromium's names of what brings text. Images, fonts, media, frames, beacons and sockets bring none.
_NEEDED = frozenset(("script", "xhr", "fetch"))
#: Of these a page waits for the end, and needs nothing more.
_STYLE = "stylesheet"
_CALLS = frozenset(("xhr", "fetch"))
_PLAIN = frozenset(("GET", "HEAD"))
#: Made and kept by the page itself: nothing leaves.
_INNER = ("blob:", "data:")

#: Requests that one page may make beside itself; lists of news make ten to thirty.
MOST = 100


class Fate(StrEnum):
    """What becomes of a request that a page makes."""

    FETCH = "fetch"
    #: answered with nothing, unasked
    EMPTY = "empty"
    REFUSE = "refuse"


def fate_of(kind: str, method: str, address: str, page: str) -> Fate:
    """The fate of a request of a page, by its kind as Chromium calls it; robots.txt is still to be asked."""
    if address.startswith(_INNER):
        return Fate.FETCH
    if kind == _STYLE:
        return Fate.EMPTY
    if kind not in _NEEDED or not is_web_address(address):
        return Fate.REFUSE
    return Fate.FETCH if method in _PLAIN or _is_own_call(kind, address, page) else Fate.REFUSE


def _is_own_call(kind: str, address: str, page: str) -> bool:
    """Whether a page asks its own site in a way that may change something: sites ask for their lists so (GraphQL)."""
    return kind in _CALLS and same_site(address, page)


def is_data(address: str, roads: frozenset[str]) -> bool:
    """Whether an address is known to be read by programs: never drawn, and asked with its marks of the last time."""
    path = urlsplit(address).path.lower()
    return (
        address in roads or path == "/robots.txt" or path.endswith((".xml", ".gz", ".rss", ".json", ".pdf"))
    )


def looks_like_data(body: bytes) -> bool:
    """Whether a body that is called HTML is a feed, a sitemap or JSON."""
    head = body[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    xml = head.startswith(b"<?xml") and b"<html" not in body[:2048].lower()
    return xml or head.startswith(
        (b"<rss", b"<feed", b"<rdf", b"<urlset", b"<sitemapindex", b"{", b"[", b"%pdf")
    )
