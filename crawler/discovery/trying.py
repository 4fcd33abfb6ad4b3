"""Trying the roads of a source: whether each still works, and an article of it can be read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime

from scrapy.http import HtmlResponse, Response

from crawler.discovery.asking import Asker
from crawler.discovery.found import RoadReport, RoadState
from crawler.roads.feeds import feed_leads
from crawler.roads.sitemaps import sitemap_entries
from crawler.roads.wordpress import post_leads, posts_address
from news.values import Article, Lead, ListRoad, Road, Source

#: Articles of a road that are tried until one is read.
_TRIED = 3
#: Parts of a sitemap's index that are looked at.
_PARTS = 2
_LONG_AGO = datetime(1970, 1, 2, tzinfo=UTC)

Listed = Callable[[HtmlResponse, ListRoad], Iterable[Lead]]


async def try_roads(asker: Asker, source: Source, listed: Listed) -> tuple[RoadReport, ...]:
    """A report for each road, in the order of the source's file."""
    feeds = [await _tried(asker, source, Road.FEED, address, _feed) for address in source.feeds]
    sitemaps = [await _sitemap(asker, source, address) for address in source.sitemaps]
    roots = [posts_address(source.wordpress)] if source.wordpress else []
    posts = [await _tried(asker, source, Road.REST, address, _posts) for address in roots]
    lists = [
        await _tried(asker, source, Road.LIST, road.url, _list_reader(road, listed)) for road in source.lists
    ]
    return (*feeds, *sitemaps, *posts, *lists)


def _feed(response: Response, source: Source) -> Sequence[Lead]:
    return tuple(feed_leads(response.body, response.url, source))


def _posts(response: Response, source: Source) -> Sequence[Lead]:
    return tuple(post_leads(response.body, response.url, source))


def _list_reader(road: ListRoad, listed: Listed) -> Callable[[Response, Source], Sequence[Lead]]:
    def read(response: Response, _: Source) -> Sequence[Lead]:
        if not isinstance(response, HtmlResponse):
            raise ValueError("not a page")  # noqa: TRY004 (an answer that cannot be read, not a wrong call)
        return tuple(listed(response, road))

    return read


async def _tried(
    asker: Asker, source: Source, road: Road, address: str, read: Callable[[Response, Source], Sequence[Lead]]
) -> RoadReport:
    answer = await asker.ask(address)
    if answer.page is None:
        return RoadReport(road=road, address=address, state=RoadState.FAILED, cause=answer.cause)
    try:
        leads = read(answer.page, source)
    except ValueError as error:
        return RoadReport(road=road, address=address, state=RoadState.FAILED, cause=f"unreadable: {error}")
    return await _read_one(asker, source, road, address, leads)


async def _sitemap(asker: Asker, source: Source, address: str) -> RoadReport:
    """An index is followed into its last parts: sites add new ones at the end, or renew the first."""
    parts = [address]
    leads: list[Lead] = []
    depth = 0
    while parts and not leads:
        further: list[str] = []
        for part in parts:
            answer = await asker.ask(part)
            if answer.page is None:
                return RoadReport(road=Road.SITEMAP, address=part, state=RoadState.FAILED, cause=answer.cause)
            try:
                named, shown = sitemap_entries(answer.page.body, answer.page.url, source)
            except ValueError as error:
                return RoadReport(
                    road=Road.SITEMAP, address=part, state=RoadState.FAILED, cause=f"unreadable: {error}"
                )
            further += [*named[:_PARTS], *named[-_PARTS:]]
            leads += shown
        parts = list(dict.fromkeys(further)) if depth < 2 else []
        depth += 1
    return await _read_one(asker, source, Road.SITEMAP, address, leads)


async def _read_one(
    asker: Asker, source: Source, road: Road, address: str, leads: Sequence[Lead]
) -> RoadReport:
    """What a road showed, with the first of its newest articles that can be read."""
    if not leads:
        return RoadReport(road=road, address=address, state=RoadState.EMPTY)
    newest = sorted(leads, key=lambda lead: _moment(lead) or _LONG_AGO, reverse=True)
    cause: str | None = None
    for lead in newest[:_TRIED]:
        found = await asker.read(lead, source)
        if isinstance(found, Article):
            moments = [moment for one in leads if (moment := _moment(one))]
            dated = max(moments) if moments else found.dated.moment if found.dated else None
            return RoadReport(
                road=road,
                address=address,
                state=RoadState.WORKS,
                leads=len(leads),
                newest=dated,
                article=found,
            )
        cause = cause or f"no article could be read: {found}"
    return RoadReport(road=road, address=address, state=RoadState.FAILED, cause=cause, leads=len(leads))


def _moment(lead: Lead) -> datetime | None:
    return lead.dated.moment if lead.dated else lead.modified_at
