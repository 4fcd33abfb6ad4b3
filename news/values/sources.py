"""A site to watch, as its TOML file describes it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, time, timedelta
from enum import StrEnum
from typing import Annotated, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from news.values.moments import Calendar


class SourceKind(StrEnum):
    """Who publishes."""

    NETWORK = "network"
    MUNICIPALITY = "municipality"
    AGENCY = "agency"
    AGGREGATOR = "aggregator"
    #: a network's own list of members, watched for rows that come and go
    MEMBERS = "members"


class Known(StrEnum):
    """How much is known of a source's roads before they are tested from here."""

    #: somebody asked there, and wrote down what came and when
    TESTED = "tested"
    #: an answer of that very road, or of its host, is on record
    SEEN = "seen"
    #: named in public lists of sources
    LISTED = "listed"
    #: the usual place on such a site, or its home page: nobody is known to have asked there
    UNVERIFIED = "unverified"


class Tls(StrEnum):
    """How the certificates of a source's hosts are taken."""

    #: verified
    STRICT = "strict"
    #: whatever they are
    LAX = "lax"


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


def _proxy(address: str) -> str:
    parts = urlsplit(address)
    if parts.scheme not in ("http", "socks5", "socks5h") or not parts.hostname:
        raise ValueError(
            f"not a proxy like http://proxy.example.org:8080, socks5://… or socks5h://…: {address!r}"
        )
    return address


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from error
    return text


def _hours(text: str) -> str:
    begin, _, end = text.partition("-")
    try:
        if time.fromisoformat(begin) != time.fromisoformat(end):
            return text
    except ValueError:
        pass
    raise ValueError(f"not hours like 08:00-14:30: {text!r}")


def _several(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


Address = Annotated[str, AfterValidator(_web_address)]
Zone = Annotated[str, AfterValidator(_known_zone)]
Pattern = Annotated[str, AfterValidator(_pattern)]
Hours = Annotated[str, Field(pattern=r"^\d\d:\d\d-\d\d:\d\d$"), AfterValidator(_hours)]


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


class MembersRoad(_Strict):
    """A network's own list of members: a page, its data as JSON, or CSV. What is not said is found by structure."""

    url: Address
    #: CSS selector of a row; in JSON the keys down to the list, parted by dots
    rows: str | None = None
    #: CSS selector within a row of its name, and of its country; in JSON and CSV the key or heading
    name: str | None = None
    country: str | None = None
    #: CSS selector of the link to the next page
    next: str | None = None
    #: more pages than these are a fault: no list is read in part
    pages: int = Field(default=50, ge=1)
    #: ISO 3166 alpha-2 country of every row that says none
    within: str | None = Field(default=None, pattern=r"^[A-Z]{2}$")


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
    #: the lists of a source of kind `members`: it has no other roads
    members: tuple[Annotated[MembersRoad, BeforeValidator(_as_road)], ...] = ()
    #: share of a list of members that may be missing at once; more is a fault of the source
    shrinks: float = Field(default=0.2, gt=0, lt=1)
    selectors: Selectors = Selectors()
    #: regular expression of article addresses, for sitemaps that list everything
    article: Pattern | None = None
    #: time between two crawls
    schedule: timedelta = Field(default=timedelta(hours=1), ge=timedelta(seconds=1))
    #: hours of the source's own zone in which its hosts are left alone; may go over midnight
    quiet: Annotated[tuple[Hours, ...], BeforeValidator(_several)] = ()
    #: seconds between two requests to its hosts, where they need more than the setting's
    delay: float | None = Field(default=None, gt=0, le=3600, allow_inf_nan=False)
    #: requests a day to each of its hosts, in place of the setting's
    budget: int | None = Field(default=None, ge=1)
    enabled: bool = True
    #: lax only for a site whose certificate is known to be broken
    tls: Tls = Tls.STRICT
    #: a proxy of HTTP or SOCKS 5 that all its requests go by, name and password before an @; the names of hosts are
    #: looked up by it (http, socks5h) or here (socks5)
    proxy: Annotated[str, AfterValidator(_proxy)] | None = None
    #: whether its pages are drawn by scripts, and so by a browser before they are read
    render: bool = False
    #: whether a list of it that shows nothing is no fault
    may_be_empty: bool = False
    #: name of the spider for an odd site; the general one otherwise
    spider: str | None = None
    #: how much is known of the roads, and since when
    known: Known | None = None
    known_at: date | None = None
    #: what is known of the roads: free text for people
    note: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _rhythm(cls, values: Any) -> Any:
        """A list of members is asked once a day where nobody says otherwise."""
        if isinstance(values, dict) and values.get("kind") == SourceKind.MEMBERS:
            return {"schedule": timedelta(days=1), **values}
        return values

    @property
    def zone(self) -> ZoneInfo:
        """The zone its dates are written in."""
        return ZoneInfo(self.timezone)

    @property
    def roads(self) -> tuple[str, ...]:
        """The addresses that it is asked at."""
        return tuple(self._roads())

    def _roads(self) -> Iterator[str]:
        yield from (*self.feeds, *self.sitemaps, *(road.url for road in self.lists))
        yield from (road.url for road in self.members)
        if self.wordpress:
            yield self.wordpress
