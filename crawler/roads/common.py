"""What the roads share."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime
from urllib.parse import urlsplit

from news.addresses import canonical
from news.languages.profiles import profile
from news.values import UNDETERMINED, Dated, Lead, Provenance, Road, Source
from reading.dates import parse_date
from reading.markup import printable

_MARKUP = re.compile(r"<[^<>]+>")
#: Characters of an address, a title and a date beyond which it is none.
_LONGEST_ADDRESS, _LONGEST_TITLE, _LONGEST_DATE = 4_000, 10_000, 200


class OverlongList(ValueError):
    """A list that is larger, or takes longer to read, than lists do."""


def lead(
    address: str, base: str, source: Source, road: Road, *,
    title: str | None = None, dated: Dated | None = None, modified_at: datetime | None = None,
    body: str | None = None,
) -> Lead | None:
    """A lead, unless its address is empty or none that can be fetched."""
    if not address.strip() or len(address) > _LONGEST_ADDRESS:
        return None  # resolved, it would be the list itself
    try:
        target = canonical(address, base)
    except ValueError:
        return None
    return Lead(
        address=target, source=source.key, road=road, title=plain(title), dated=dated, modified_at=modified_at,
        body=body,
    )


def plain(title: str | None) -> str | None:
    """A title without markup and entities; None for an empty one."""
    text = html.unescape(_MARKUP.sub("", printable((title or "")[:_LONGEST_TITLE])))
    return " ".join(text.split()) or None


def stated_date(text: str | None, source: Source, provenance: Provenance) -> Dated | None:
    """A list's own date, read in the source's language, zone and calendar."""
    if not text or len(text) > _LONGEST_DATE:
        return None
    language = source.languages[0] if source.languages else UNDETERMINED
    return parse_date(
        text, profile=profile(language), zone=source.zone, calendar=source.calendar,
        provenance=provenance, now=datetime.now(UTC),
    )


def moment(text: str | None, source: Source) -> datetime | None:
    """A machine's timestamp, such as a sitemap's lastmod."""
    dated = stated_date(text, source, Provenance.SITEMAP)
    return dated.moment if dated else None


def is_article(address: str, pattern: str | None) -> bool:
    """Whether an address's path and query match a source's pattern; without one, any does."""
    parts = urlsplit(address)
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    return pattern is None or re.search(pattern, path) is not None
