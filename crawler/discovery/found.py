"""What a look at a site brings back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from news.errors import JarchiError
from news.values import Article, Lead, ListRoad, Road, Source, SourceKind
from storage.membermatch import ListedMember


class NotWatchable(JarchiError):
    """A site that cannot be asked, or shows nothing that could be watched."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What the person who adds a site knows better; None leaves it to the look."""

    key: str | None = None
    name: str | None = None
    kind: SourceKind | None = None
    city: str | None = None
    network: str | None = None
    language: str | None = None
    #: whether the site's pages are drawn by a browser
    render: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A road that works, and what it showed."""

    road: Road
    address: str
    #: newest first, as far as the road says
    leads: tuple[Lead, ...]
    #: what a feed or a REST interface calls its site
    title: str = ""
    #: of a list page
    listed: ListRoad | None = None
    #: of a sitemap that lists more than articles
    article: str | None = None
    #: the zone that a REST interface states
    zone: str | None = None
    #: whether its articles are known to be dated
    dated: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What was found on a site: everything that works, and the source that makes the best of it."""

    source: Source
    feeds: tuple[str, ...]
    sitemaps: tuple[str, ...]
    wordpress: str | None
    lists: tuple[ListRoad, ...]
    samples: tuple[Article, ...]
    requests: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MembersShown:
    """What a list of members shows."""

    rows: int
    #: rows whose place is known
    resolved: int
    pages: int
    samples: tuple[ListedMember, ...]
    #: those whose place is not known
    unresolved: tuple[ListedMember, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MembersFinding:
    """What was found of a network's own list of members, and the source that watches it."""

    source: Source
    shown: MembersShown
    requests: int


class RoadState(StrEnum):
    """How a road fares."""

    WORKS = "works"
    #: it answers, and shows nothing
    EMPTY = "empty"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadReport:
    """One road of a source, tried."""

    road: Road
    address: str
    state: RoadState
    #: why it failed, or why none of its articles could be read
    cause: str | None = None
    leads: int = 0
    #: date of its newest lead or of the article read, where either says one
    newest: datetime | None = None
    article: Article | None = None
    #: of a list of members
    members: MembersShown | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadsReport:
    """All roads of a source, tried."""

    roads: tuple[RoadReport, ...]
    requests: int
    #: sitemaps that the site's robots.txt names and the source does not use
    unused: tuple[str, ...] = ()

    @property
    def is_good(self) -> bool:
        """Whether every road works."""
        return all(road.state is RoadState.WORKS for road in self.roads)
