"""A site to watch, as its TOML file describes it."""

from __future__ import annotations

import re
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from news.values.moments import Calendar


class SourceKind(StrEnum):
    """Who publishes."""

    NETWORK = "network"
    MUNICIPALITY = "municipality"
    AGENCY = "agency"
    AGGREGATOR = "aggregator"
    #: a network's own list of members, watched for rows that come and go
    MEMBERS = "members"


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(f"unknown time zone {name!r}") from error
    return name


def _web_address(address: str) -> str:
    if not re.match(r"https?://[^/\s]+", address):
        raise ValueError(f"not an http(s) address: {address!r}")
    return address


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from error
    return text


Address = Annotated[str, AfterValidator(_web_address)]
Zone = Annotated[str, AfterValidator(_known_zone)]
Pattern = Annotated[str, AfterValidator(_pattern)]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ListRoad(_Strict):
    """A page that lists articles."""

    url: Address
    #: regular expression that the path (with its query) of an article's address matches
    article: Pattern | None = None
    #: CSS selector of the link to the next, older page
    next: str | None = None
    #: pages followed in one crawl
    pages: int = Field(default=3, ge=1)


class Selectors(_Strict):
    """CSS selectors that win over the general reader."""

    title: str | None = None
    text: str | None = None
    date: str | None = None
    #: removed before anything is read
    remove: tuple[str, ...] = ()


def _as_road(value: Any) -> Any:
    return {"url": value} if isinstance(value, str) else value


class Source(_Strict):
    """One site to watch."""

    key: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    name: str = Field(min_length=1)
    kind: SourceKind = SourceKind.AGENCY
    home: Address | None = None
    #: ISO 3166 alpha-2
    country: str | None = Field(default=None, pattern=r"^[A-Z]{2}$")
    #: GeoNames id of the publishing municipality
    city: str | None = Field(default=None, pattern=r"^\d+$")
    #: catalogue key of the publishing network
    network: str | None = None
    languages: tuple[str, ...] = ()
    timezone: Zone = "UTC"
    calendar: Calendar = Calendar.GREGORIAN
    feeds: tuple[Address, ...] = ()
    sitemaps: tuple[Address, ...] = ()
    #: root of the WordPress REST interface, ending in wp-json/
    wordpress: Address | None = None
    lists: tuple[Annotated[ListRoad, BeforeValidator(_as_road)], ...] = ()
    selectors: Selectors = Selectors()
    #: regular expression of article addresses, for sitemaps that list everything
    article: Pattern | None = None
    #: time between two crawls
    schedule: timedelta = Field(default=timedelta(hours=1), ge=timedelta(seconds=1))
    enabled: bool = True
    #: false only for a site whose certificate is known to be broken
    tls: bool = True
    proxy: Address | None = None
    #: name of the spider for an odd site; the general one otherwise
    spider: str | None = None
    #: what is known of the roads: free text for people
    note: str | None = None

    @property
    def zone(self) -> ZoneInfo:
        """The zone its dates are written in."""
        return ZoneInfo(self.timezone)
