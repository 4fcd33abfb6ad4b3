"""Pages that someone asks for by hand, of sites that no source watches."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from crawler.manners import hosts_of
from news.addresses import same_site
from news.values import Source

#: Key of the source that such pages are kept under.
BY_HAND = "by-hand"


def by_hand(address: str) -> Source:
    """A source for one page alone; it has no roads."""
    return Source(key=BY_HAND, name=urlsplit(address).hostname or BY_HAND, home=address)


def source_of(sources: Iterable[Source], address: str) -> str:
    """Key of the source whose addresses share the page's site; BY_HAND where none does."""
    for source in sources:
        if any(
            same_site(f"http://{host}", address) or same_site(f"https://{host}", address)
            for host in hosts_of(source)
        ):
            return source.key
    return BY_HAND
