"""Finding the sitemap of a site, and which of its addresses are articles."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urljoin

from crawler.discovery.asking import Asker
from crawler.discovery.feeds import in_scope
from crawler.discovery.found import Shown
from crawler.discovery.patterns import learn, path_of
from crawler.discovery.places import places
from crawler.roads.sitemaps import sitemap_entries
from news.addresses import address_key, same_site
from news.values import Article, Lead, Road, Source, SourceKind

_SITEMAP_LINE = re.compile(rb"^\s*sitemap\s*:\s*(\S+)", re.IGNORECASE | re.MULTILINE)
#: Sitemaps of a site and forms of addresses that are tried, and how deep indexes are followed.
_TRIED, _FORMS, _DEPTH = 6, 4, 2
#: Addresses of one form that may be articles, and the shortest text that one of them has.
_FEWEST, _TEXT = 3, 300
#: Articles of one form that are tried.
_READ = 2
_LONG_AGO = datetime(1970, 1, 2, tzinfo=UTC)


def named_in(robots: bytes, base: str) -> tuple[str, ...]:
    """The sitemaps that a robots.txt names, of its own site."""
    found = (line.decode("utf-8", "replace") for line in _SITEMAP_LINE.findall(robots))
    return tuple(dict.fromkeys(address for address in found if _is_own(address, base)))


async def unused(asker: Asker, source: Source) -> tuple[str, ...]:
    """The sitemaps that the robots.txt of a source's site names, and the source does not use."""
    base = source.home or next(iter(source.roads), None)
    if base is None or source.kind is SourceKind.MEMBERS:
        return ()
    robots = await asker.ask(urljoin(base, "/robots.txt"), obey_robots=False)
    used = {address_key(address) for address in source.sitemaps}
    named = named_in(robots.page.body, base) if robots.page is not None else ()
    return tuple(address for address in named if address_key(address) not in used)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Listed:
    """What a sitemap lists, as far as it was read."""

    leads: tuple[Lead, ...] = ()
    #: whether no part of it was left unread
    whole: bool = True


async def find_sitemap(
    asker: Asker, addresses: Iterable[str], source: Source, scope: str, known: str | None
) -> Shown | None:
    """The first sitemap that lists articles; `known` is the pattern of those that the site's pages link to."""
    for address in sorted(dict.fromkeys(addresses), key=_likelihood)[:_TRIED]:
        listed = await _listed(asker, address, source)
        leads = tuple(lead for lead in listed.leads if in_scope(lead.address, scope))
        if leads:
            whole = listed.whole and len(leads) == len(listed.leads)
            shown = await _shown(asker, address, _Listed(leads=leads, whole=whole), source, known)
            if shown is not None:
                return shown
    return None


async def has_entries(asker: Asker, address: str, source: Source) -> Shown | None:
    """A sitemap beside feeds that work: named if it lists anything, its articles not looked for."""
    listed = await _listed(asker, address, source)
    return Shown(road=Road.SITEMAP, address=address, leads=listed.leads) if listed.leads else None


async def _listed(asker: Asker, address: str, source: Source, depth: int = 0) -> _Listed:
    answer = await asker.ask(address)
    if answer.page is None:
        return _Listed(whole=False)
    try:
        further, leads = sitemap_entries(answer.page.body, answer.page.url, source)
    except ValueError:
        return _Listed(whole=False)
    chosen = _likely(further) if depth < _DEPTH else ()
    parts = [await _listed(asker, part, source, depth + 1) for part in chosen]
    whole = len(chosen) == len(further) and all(part.whole for part in parts)
    return _Listed(leads=(*leads, *(lead for part in parts for lead in part.leads)), whole=whole)


def _likely(parts: Sequence[str]) -> tuple[str, ...]:
    """The first and the last of the parts that are called news, for either is the newest; then one of the others."""
    least = min(map(_likelihood, parts), default=0)
    best = [part for part in parts if _likelihood(part) == least]
    others = [part for part in parts if _likelihood(part) != least]
    return tuple(dict.fromkeys((*best[:1], *best[-1:], *others[:1])))


def _likelihood(address: str) -> int:
    """Parts that are called news come first."""
    name = address.rpartition("/")[2].lower()
    return next(
        (number for number, part in enumerate(places().news_parts) if part in name), len(places().news_parts)
    )


async def _shown(
    asker: Asker, address: str, listed: _Listed, source: Source, known: str | None
) -> Shown | None:
    newest = sorted(listed.leads, key=_moment, reverse=True)
    patterns = await _patterns(asker, newest, source, known)
    if not patterns:
        return None
    pattern = "|".join(patterns)
    articles = tuple(lead for lead in newest if re.search(pattern, path_of(lead.address)))
    needed = not listed.whole or len(articles) < len(newest)
    return Shown(road=Road.SITEMAP, address=address, leads=articles, article=pattern if needed else None)


async def _patterns(asker: Asker, leads: Sequence[Lead], source: Source, known: str | None) -> list[str]:
    """The patterns of those addresses that are articles."""
    matched = [lead for lead in leads if known and re.search(known, path_of(lead.address))]
    if known and len(matched) >= _FEWEST:
        return [known]
    found = []
    for group in _groups(leads):
        own = {lead.address for lead in group}
        others = [lead.address for lead in leads if lead.address not in own]
        if await _is_news(asker, group, source) and (
            pattern := learn((lead.address for lead in group), others)
        ):
            found.append(pattern)
    return found


def _groups(leads: Sequence[Lead]) -> list[list[Lead]]:
    """Leads whose addresses have one form and one section, the most first."""
    groups: dict[str, list[Lead]] = defaultdict(list)
    for lead in leads:
        groups[_form(lead.address)].append(lead)
    large = [group for group in groups.values() if len(group) >= _FEWEST]
    return sorted(large, key=len, reverse=True)[:_FORMS]


def _form(address: str) -> str:
    """The address with its numbers alike, and without what it is called in the end."""
    way, _, last = path_of(address).rstrip("/").rpartition("/")
    return re.sub(r"\d+", "0", way) + ("/0" if last.isdecimal() else "/a")


async def _is_news(asker: Asker, group: Sequence[Lead], source: Source) -> bool:
    """Whether the list dates them as news, or one of them reads as a dated article."""
    if all(lead.dated for lead in group):
        return True
    for lead in group[:_READ]:
        found = await asker.read(lead, source)
        if isinstance(found, Article) and found.dated and len(found.text) >= _TEXT:
            return True
    return False


def _moment(lead: Lead) -> datetime:
    return (lead.dated.moment if lead.dated else lead.modified_at) or _LONG_AGO


def _is_own(address: str, base: str) -> bool:
    try:
        return same_site(address, base)
    except ValueError:
        return False
