"""Finding the feeds and the REST interface of a site: each is read before it is believed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any
from zoneinfo import ZoneInfo

import feedparser
from scrapy.http import Response

from crawler.discovery.asking import Asker
from crawler.discovery.found import Shown
from crawler.roads.common import plain
from crawler.roads.feeds import feed_leads
from crawler.roads.wordpress import post_leads, posts_address
from news.addresses import address_key
from news.values import Lead, Road, Source

#: Feeds of one site that are tried and kept.
_TRIED, _KEPT = 8, 4
#: A feed that shows so much of what another shows is the same one.
_SAME = 0.8


async def find_feeds(asker: Asker, addresses: Iterable[str], source: Source, scope: str) -> list[Shown]:
    """Those of the addresses that are feeds with entries of their own within the scope."""
    found: list[Shown] = []
    for address in list(dict.fromkeys(addresses))[:_TRIED]:
        answer = await asker.ask(address)
        shown = _as_feed(answer.page, source, scope) if answer.page is not None else None
        if shown is not None and not any(repeats(shown.leads, known.leads) for known in found):
            found.append(shown)
        if len(found) == _KEPT:
            break
    return found


async def find_rest(asker: Asker, roots: Iterable[str], source: Source, scope: str) -> Shown | None:
    """The first of the roots that shows posts to anybody."""
    for root in roots:
        answer = await asker.ask(posts_address(root))
        leads = _posts(answer.page, source) if answer.page is not None else ()
        if leads and _lies_within(leads, scope):
            index = await asker.ask(root)
            about = _index(index.page) if index.page is not None else {}
            title, zone = plain(_text(about, "name")) or "", _zone(_text(about, "timezone_string"))
            return Shown(road=Road.REST, address=root, leads=leads, title=title, zone=zone)
    return None


def as_feed(response: Response, source: Source) -> Shown | None:
    """The feed that a response is; None where it is none, or an empty one."""
    return _as_feed(response, source, "/")


def repeats(leads: Sequence[Lead], known: Sequence[Lead]) -> bool:
    """Whether a list shows little that another does not show."""
    keys = {address_key(lead.address) for lead in known}
    return sum(address_key(lead.address) in keys for lead in leads) >= _SAME * len(leads)


def _as_feed(response: Response, source: Source, scope: str) -> Shown | None:
    try:
        leads = tuple(feed_leads(response.body, response.url, source))
    except ValueError:
        return None
    if not leads or not _lies_within(leads, scope):
        return None
    title = plain(feedparser.parse(response.body, sanitize_html=False).feed.get("title")) or ""
    return Shown(road=Road.FEED, address=response.url, leads=leads, title=title)


def _lies_within(leads: Sequence[Lead], scope: str) -> bool:
    """Whether most of a list is in the part of the site that is asked for."""
    return scope == "/" or 2 * sum(in_scope(lead.address, scope) for lead in leads) > len(leads)


def in_scope(address: str, scope: str) -> bool:
    """Whether an address lies below a path."""
    return scope == "/" or f"{address_key(address).partition('/')[2]}/".startswith(scope.lstrip("/"))


def _posts(response: Response, source: Source) -> tuple[Lead, ...]:
    try:
        return tuple(post_leads(response.body, response.url, source))
    except ValueError:
        return ()


def _index(response: Response) -> dict[str, Any]:
    try:
        about = json.loads(response.body)
    except ValueError:
        return {}
    return about if isinstance(about, dict) else {}


def _text(about: dict[str, Any], name: str) -> str:
    value = about.get(name)
    return value if isinstance(value, str) else ""


def _zone(name: str) -> str | None:
    try:
        return ZoneInfo(name).key if name else None
    except (ValueError, OSError):  # what it states is none that this machine knows
        return None
