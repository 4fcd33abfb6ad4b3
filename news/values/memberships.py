"""What claims in several articles agree on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from news.values.articles import UNDETERMINED, Status, Verb
from news.values.moments import Dated, as_utc


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One article's sentence for an event."""

    article: int
    url: str
    source: str
    sentence: str
    confidence: float
    #: of its article, ISO 639
    language: str = UNDETERMINED


class Freshness(StrEnum):
    """Why an event alerts, or stays silent; stored with the event so that staff can ask."""

    NEWS = "news"
    #: its source had never been crawled with success before
    FIRST_CRAWL = "first-crawl"
    #: published before the last good crawl, which did not see it: brought up by a repair or a back-fill
    BEFORE_LAST_CRAWL = "before-last-crawl"
    TOO_OLD = "too-old"
    #: undated, and first seen in a list that did not overlap the last good one
    UNDATED = "undated"
    #: the register knew the member already, and nothing told of its leaving
    KNOWN_MEMBER = "known-member"


#: A page may carry yesterday's date though it came after the last crawl.
FRESHNESS_MARGIN = timedelta(days=1)


def freshness(
    dated: Dated | None,
    *,
    last_good_at: datetime | None,
    overlapped: bool,
    now: datetime,
    max_age: timedelta,
) -> Freshness:
    """Judge an article by its own date against its source's last good crawl, whatever kind of run brought it.

    `last_good_at` is the start of the source's last crawl that succeeded before this one, `overlapped`
    whether the list that showed the article shares an address with the last good list.
    """
    if last_good_at is None:
        return Freshness.FIRST_CRAWL
    if dated is None:
        return Freshness.NEWS if overlapped else Freshness.UNDATED
    if dated.latest < now - max_age:
        return Freshness.TOO_OLD
    if dated.latest <= last_good_at - FRESHNESS_MARGIN:
        return Freshness.BEFORE_LAST_CRAWL
    return Freshness.NEWS


@dataclass(frozen=True, slots=True, kw_only=True)
class MembershipEvent:
    """(member, network, verb, episode): a new episode starts after leaving, or after a year without evidence."""

    id: int
    #: place key
    member: str
    #: catalogue key
    network: str
    verb: Verb
    #: counted from 1
    episode: int
    status: Status
    #: of the surest evidence, and more where independent sources agree
    confidence: float
    #: earliest publication (or, undated, fetch) among the evidence, UTC
    first_reported: datetime
    #: whether its article was news when it came
    freshness: Freshness
    evidence: tuple[Evidence, ...] = ()
    #: what denies it
    contradictions: tuple[Evidence, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "first_reported", as_utc(self.first_reported, "first_reported"))
