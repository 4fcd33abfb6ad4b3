"""Who publishes a site and how its dates are written, from its name, its host and its words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from ipaddress import ip_address
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from babel import Locale
from babel.core import get_global

from crawler.discovery.places import places
from news.addresses import host_key
from news.languages.profiles import profile
from news.languages.tokens import words
from news.names import find_names
from news.names.catalogue import networks, place
from news.values import Article, Calendar, Dated, Provenance, SourceKind, TagKind

#: The share of a site's name that a network's must be.
_SHARE = 0.6
_OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)$")
#: Dates as readers see them; feeds and metadata are Gregorian everywhere.
_SHOWN = (Provenance.LIST, Provenance.TEXT)
_COUNTRIES = {"uk": "GB"}
_NO_KEY = re.compile(r"[^a-z0-9]+")


def network_of(names: Iterable[str], address: str, language: str) -> str | None:
    """Catalogue key of the network whose own site this is: by its domain, else by a name that is hardly more than its."""
    host = urlsplit(address).hostname or ""
    for network in networks():
        if network.domain and (host == network.domain or host.endswith(f".{network.domain}")):
            return network.key
    for name in names:
        for tag in find_names(title=name, text="", language=language, source=None):
            if tag.kind is TagKind.NETWORK and len(tag.alias) >= _SHARE * len(name):
                return tag.key
    return None


def city_of(names: Iterable[str], language: str) -> str | None:
    """GeoNames id of the city whose municipality the site is called after."""
    for name in names:
        if not _is_municipal(name):
            continue
        for tag in find_names(title=name, text="", language=language, source=None):
            if tag.kind is TagKind.CITY:
                return tag.key
    return None


def kind_of(network: str | None, city: str | None, samples: Sequence[Article]) -> SourceKind:
    """Who publishes; a site most of whose articles name another as their origin gathers them."""
    if network:
        return SourceKind.NETWORK
    if city:
        return SourceKind.MUNICIPALITY
    gathered = sum(1 for article in samples if article.original_source)
    return SourceKind.AGGREGATOR if gathered > 1 and gathered * 2 > len(samples) else SourceKind.AGENCY


def country_of(address: str, city: str | None) -> str | None:
    """ISO code of the city's country, else of the domain's, unless anybody may take that."""
    if city:
        return place(city).country
    domain = (urlsplit(address).hostname or "").rpartition(".")[2]
    code = _COUNTRIES.get(domain, domain.upper())
    known = len(code) == 2 and domain not in places().open_domains and code in Locale("en").territories
    return code if known else None


def zone_of(
    stated: str | None, country: str | None, languages: Iterable[str], dates: Iterable[str], now: datetime
) -> str:
    """The zone of a site's dates: what it states itself, its country's, its languages'; UTC where none is certain.

    `dates` are machine-readable ones of its pages: a zone that contradicts their offsets is not believed.
    """
    candidates = [stated, _country_zone(country, now), *(profile(code).zone for code in languages)]
    offsets = {
        found[0] for date in dates if (found := _OFFSET.search(date)) and not found[0].endswith("00:00")
    }
    for name in (candidate for candidate in candidates if candidate):
        if name != "UTC" and (name == stated or _agrees(name, offsets, now)):
            return name
    return "UTC"


def _country_zone(country: str | None, now: datetime) -> str | None:
    """The zone of a country all of whose zones keep the same time."""
    zones: list[str] = get_global("territory_zones").get(country or "", [])
    return zones[0] if len({_offsets(name, now) for name in zones}) == 1 else None


def _agrees(name: str, offsets: set[str], now: datetime) -> bool:
    """Whether a zone has one of these offsets at some season, where there are any."""
    return not offsets or bool(
        {offset.replace(":", "") for offset in offsets}.intersection(_offsets(name, now))
    )


def _offsets(name: str, now: datetime) -> tuple[str, ...]:
    """A zone's offsets from UTC in winter and in summer."""
    zone = ZoneInfo(name)
    return tuple(now.replace(month=month, day=1).astimezone(zone).strftime("%z") for month in (1, 7))


def calendar_of(language: str, dates: Iterable[Dated]) -> Calendar:
    """The calendar of most dates that a site shows its readers; the language's own where none is seen."""
    seen = Counter(date.calendar for date in dates if date.provenance in _SHOWN)
    return seen.most_common(1)[0][0] if seen else profile(language).calendars[0]


def common_name(titles: Iterable[Sequence[str]]) -> str | None:
    """The part that the titles of a site's pages share: its name."""
    parts = [tuple(dict.fromkeys(title)) for title in titles]
    counts = Counter(part for title in parts for part in title)
    shared = [part for part, count in counts.items() if count > 1 and count >= len(parts) - 1]
    return max(shared, key=len) if shared else None


def key_of(address: str, language: str | None) -> str:
    """A key for a source: the name in its domain, and the language that its address asks for."""
    host = host_key(address)
    name, _, port = host.partition(":")
    labels = [name] if _is_number(name) or "." not in name else _naming(name.split("."))
    parts = (*labels, port, language or "")
    return "-".join(filter(None, (_NO_KEY.sub("-", part.lower()).strip("-") for part in parts))) or "site"


def _naming(labels: list[str]) -> list[str]:
    """The labels that name somebody."""
    kept = labels[1:] if labels[0] in ("www", "m") and len(labels) > 2 else labels
    kept = kept[:-1]
    return kept[:-1] if len(kept) > 1 and kept[-1] in places().second_level else kept


def _is_number(host: str) -> bool:
    try:
        ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def _is_municipal(name: str) -> bool:
    own = words(name)
    phrases = {" ".join(own[start:end]) for start in range(len(own)) for end in (start + 1, start + 2)}
    return bool(phrases & places().municipal)
