"""Moments in time: aware, in UTC, with what is known of their precision and origin."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum


def as_utc(moment: datetime, name: str = "moment") -> datetime:
    """The same instant in UTC; raises ValueError, naming the field, for a naive one or one no calendar reaches."""
    if moment.tzinfo is None:
        raise ValueError(f"{name} has no time zone: {moment.isoformat()}")
    if not 1 < moment.year < 9999:
        raise ValueError(f"{name} lies outside the years 2 to 9998: {moment.isoformat()}")
    return moment.astimezone(UTC)


class Precision(StrEnum):
    """How much of a date was written down."""

    SECOND = "second"
    MINUTE = "minute"
    DAY = "day"
    MONTH = "month"


class Provenance(StrEnum):
    """Where a date was found; a list's date (feed, REST, list page, sitemap) beats the page's."""

    FEED = "feed"
    REST = "rest"
    LIST = "list"
    SITEMAP = "sitemap"
    JSON_LD = "json-ld"
    META = "meta"
    TEXT = "text"
    URL = "url"
    #: none is written: the day on which it was first seen
    SEEN = "seen"


class Calendar(StrEnum):
    """The calendar a date was written in."""

    GREGORIAN = "gregorian"
    JALALI = "jalali"
    HIJRI = "hijri"


#: How long after `moment` the event may still have happened, by precision.
_SPANS = {
    Precision.SECOND: timedelta(seconds=1),
    Precision.MINUTE: timedelta(minutes=1),
    Precision.DAY: timedelta(days=1),
    Precision.MONTH: timedelta(days=31),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Dated:
    """A publication date that was read somewhere; an article without one is undated (`None`)."""

    #: start of the second, minute, day or month, in UTC
    moment: datetime
    precision: Precision
    provenance: Provenance
    calendar: Calendar = Calendar.GREGORIAN

    def __post_init__(self) -> None:
        object.__setattr__(self, "moment", as_utc(self.moment))

    @property
    def latest(self) -> datetime:
        """The last instant (UTC) that the date as written allows."""
        return self.moment + _SPANS[self.precision]
