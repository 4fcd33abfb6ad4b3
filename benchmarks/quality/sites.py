"""The pages of the sample sites, with what is known of each."""

from __future__ import annotations

import asyncio
import tomllib
from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from urllib.parse import quote

import httpx

from benchmarks.quality.specimens import NOW, Specimen
from news.values import Source
from samples import sources
from samples.newsroom import Newsroom, Printed
from samples.sites import SITE_TYPES
from samples.sites.base import Site

#: When the sites opened; late enough in the day that no zone has another date a minute on.
_OPENED = NOW - timedelta(hours=2)


@cache
def specimens() -> Mapping[str, Specimen]:
    """Every article page of both waves by `site/id`."""
    newsroom = Newsroom(_OPENED)
    newsroom.publish()
    return {
        specimen.name: specimen
        for kind in SITE_TYPES.values()
        for specimen in asyncio.run(_pages(kind(newsroom)))
    }


@cache
def configured() -> Mapping[str, Source]:
    """How each site is watched, by its key."""
    texts = sources({key: _origin(key) for key in SITE_TYPES})
    return {key: Source(key=key, **tomllib.loads(text)) for key, text in texts.items()}


def _origin(key: str) -> str:
    return f"https://{key}.example.org/"


async def _pages(site: Site) -> list[Specimen]:
    transport = httpx.ASGITransport(app=site.app())
    async with httpx.AsyncClient(transport=transport, base_url=_origin(site.key)) as client:
        return [await _page(site, printed, client) for printed in site.printed()]


async def _page(site: Site, printed: Printed, client: httpx.AsyncClient) -> Specimen:
    response = await client.get(quote(site.path(printed.article)))
    return _specimen(site, printed, str(response.url), response.raise_for_status().content)


def _specimen(site: Site, printed: Printed, address: str, html: bytes) -> Specimen:
    """A profile is headed by both of its names, and tells at most when it was last revised."""
    article = printed.article
    return Specimen(
        group=site.key,
        name=article.ref,
        language=article.language,
        address=address,
        html=html,
        title=f"{article.heading} ({article.title})" if article.heading else article.title,
        body="\n".join((article.lead, *article.paragraphs)),
        day=printed.moment.astimezone(site.zone).date() if article.shown_date == "day" else None,
        zone=site.zone.key,
    )
