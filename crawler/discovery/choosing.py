"""Which of the roads that work a source takes: the fewest that show everything."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from typing import Any

from crawler.discovery import clues
from crawler.discovery.feeds import repeats
from crawler.discovery.found import Shown
from news.addresses import address_key
from news.values import Lead, ListRoad, Road

#: A list most of which no feed shows is watched beside the feeds.
_COVERED = 0.5


def distinct(lists: Sequence[Shown]) -> list[Shown]:
    """The lists that show something of their own, the longest first."""
    found: list[Shown] = []
    for shown in sorted(lists, key=lambda one: len(one.leads), reverse=True):
        known = [lead for one in found for lead in one.leads]
        if not repeats(shown.leads, known):
            found.append(shown)
    return found


def worth_watching(shown: Sequence[Shown]) -> list[Shown]:
    """Feeds and REST; without them the sitemap; and lists as far as these do not show what they show."""
    watched = [one for one in shown if one.road in (Road.FEED, Road.REST)]
    watched = watched or [one for one in shown if one.road is Road.SITEMAP]
    for one in shown:
        if one.road is Road.LIST and not _covers(watched, one) and (one.dated or not watched):
            watched.append(one)
    return watched


def _covers(watched: Sequence[Shown], listed: Shown) -> bool:
    keys = {address_key(lead.address) for one in watched for lead in one.leads}
    return sum(address_key(lead.address) in keys for lead in listed.leads) >= _COVERED * len(listed.leads)


def in_turn(watched: Sequence[Shown]) -> list[Lead]:
    """The leads of each road and language in turn, each address once."""
    queues: dict[object, list[Lead]] = {}
    for one in watched:
        for lead in one.leads:
            queues.setdefault((one.address, clues.language_of_path(lead.address)), []).append(lead)
    mixed = (lead for row in zip_longest(*queues.values()) for lead in row if lead is not None)
    return list({address_key(lead.address): lead for lead in mixed}.values())


def addresses(shown: Sequence[Shown], road: Road) -> tuple[str, ...]:
    """The addresses of the roads of one kind."""
    return tuple(one.address for one in shown if one.road is road)


def roads(watched: Sequence[Shown]) -> dict[str, Any]:
    """The roads as a source's fields."""
    lists: list[ListRoad] = [one.listed for one in watched if one.listed]
    article = next((one.article for one in watched if one.article), None)
    return {
        "feeds": addresses(watched, Road.FEED),
        "sitemaps": addresses(watched, Road.SITEMAP),
        "lists": tuple(lists),
        "wordpress": next(iter(addresses(watched, Road.REST)), None),
        "article": article,
    }
