"""What travels from a list to the archive: Lead, Page, Article and their parts."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from news.values.moments import Dated, as_utc

#: The language code of "not sure": stored and searchable, never alerted on.
UNDETERMINED = "und"
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def _check_text(**fields: str | None) -> None:
    """PostgreSQL cannot hold NUL, and no encoding half of a surrogate pair: ValueError, naming the field."""
    for name, text in fields.items():
        if text is not None and (bad := _UNSTORABLE.search(text)):
            raise ValueError(f"{name} holds a character that cannot be stored at {bad.start()}: {bad.group()!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """A language as detected: ISO 639 code (`und` when not sure) and confidence from 0 to 1."""

    code: str
    confidence: float

    def __post_init__(self) -> None:
        if not 0.0 <= self.confidence <= 1.0:
            raise ValueError(f"confidence must lie between 0 and 1: {self.confidence}")


class Road(StrEnum):
    """The kind of list that a lead was found on."""

    FEED = "feed"
    SITEMAP = "sitemap"
    REST = "rest"
    LIST = "list"
    #: a network's own list of members
    MEMBERS = "members"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """An address that a list pointed at, with what the list itself says of it."""

    address: str
    source: str
    road: Road
    #: the list's own title and date; they beat the page's
    title: str | None = None
    dated: Dated | None = None
    #: when the list says the page last changed (sitemap lastmod, REST modified), UTC
    modified_at: datetime | None = None
    #: the whole text (HTML or plain) where a feed or REST gives it; stands in for a page without text
    body: str | None = None

    def __post_init__(self) -> None:
        _check_text(address=self.address, source=self.source, title=self.title, body=self.body)
        if self.modified_at is not None:
            object.__setattr__(self, "modified_at", as_utc(self.modified_at, "modified_at"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What came back for an address; a live fetch and a WARC record are the same value."""

    address: str
    #: after redirects
    final_address: str
    status: int
    #: names lower-cased, in the order received
    headers: tuple[tuple[str, str], ...]
    #: decoded from its transfer and content encodings
    body: bytes
    fetched_at: datetime

    def __post_init__(self) -> None:
        object.__setattr__(self, "fetched_at", as_utc(self.fetched_at, "fetched_at"))

    def header(self, name: str) -> str | None:
        """The first value of a header, or None."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key == wanted), None)


class Part(StrEnum):
    """The part of an article that a span counts in."""

    TITLE = "title"
    TEXT = "text"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Span:
    """Where something stands: characters `start` up to `end` of the unfolded title or text."""

    part: Part
    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end:
            raise ValueError(f"not a span: {self.start}..{self.end}")


class TagKind(StrEnum):
    """What a tag names."""

    NETWORK = "network"
    CITY = "city"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """A network or a place found in an article, with the evidence."""

    kind: TagKind
    #: catalogue key of the network, or GeoNames id of the place
    key: str
    #: the alias as the article writes it
    alias: str
    span: Span
    #: name of the rule that accepted it
    rule: str

    def __post_init__(self) -> None:
        _check_text(key=self.key, alias=self.alias, rule=self.rule)


class Verb(StrEnum):
    """What a membership statement says happened between a member and a network."""

    JOINED = "joined"
    LEFT = "left"
    APPLIED = "applied"
    ELECTED = "elected"
    HOSTS = "hosts"
    TWINNED = "twinned"
    RENEWED = "renewed"
    SIGNED = "signed"


class Status(StrEnum):
    """How real the statement is."""

    ANNOUNCED = "announced"
    PLANNED = "planned"
    HISTORICAL = "historical"
    DENIED = "denied"
    INVITED = "invited"


#: From this confidence on, an announced joining alerts; docs/knowing.md says why.
ALERT_CONFIDENCE = 0.65


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A membership statement, with the sentence that makes it.

    Without a known member or network it is a claim for review, never lost.
    """

    #: place key of the member; None when the text names none that is known
    member: str | None
    #: catalogue key of the network; None when unknown
    network: str | None
    verb: Verb
    status: Status
    sentence: str
    span: Span
    confidence: float
    rule: str
    #: member and network as the text writes them: what a person judges by where they are not known
    member_name: str | None = None
    network_name: str | None = None

    def __post_init__(self) -> None:
        if not 0.0 <= self.confidence <= 1.0:
            raise ValueError(f"confidence must lie between 0 and 1: {self.confidence}")
        _check_text(
            member=self.member, network=self.network, sentence=self.sentence, rule=self.rule,
            member_name=self.member_name, network_name=self.network_name,
        )

    @property
    def alerts(self) -> bool:
        """Whether the claim would alert but for its article's date."""
        return (
            self.member is not None
            and self.network is not None
            and self.verb is Verb.JOINED
            and self.status is Status.ANNOUNCED
            and self.confidence >= ALERT_CONFIDENCE
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternate:
    """Where an article's page says that it is to be read in another language."""

    address: str
    #: as the page says, lower case: en, pt-br
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """A news item as read from one page."""

    #: canonical address; empty for a text read from a file without one
    url: str
    #: key of the source that published it; empty when unknown
    source: str
    title: str
    #: paragraphs separated by one newline, letters exactly as the page has them
    text: str
    language: Language
    fetched_at: datetime
    authors: tuple[str, ...] = ()
    dated: Dated | None = None
    #: the outlet that a copied story names as its origin
    original_source: str | None = None
    #: the news agency whose byline or dateline the text carries, as written there
    agency: str | None = None
    tags: tuple[Tag, ...] = ()
    claims: tuple[Claim, ...] = ()
    #: its versions in other languages: stored, and not read back with it
    alternates: tuple[Alternate, ...] = field(default=(), compare=False)
    #: dates of publication as the page writes them, refused as out of bounds: to be counted, never stored
    refused_dates: tuple[str, ...] = field(default=(), compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "fetched_at", as_utc(self.fetched_at, "fetched_at"))
        _check_text(
            url=self.url, source=self.source, title=self.title, text=self.text, language=self.language.code,
            authors="".join(self.authors), original_source=self.original_source, agency=self.agency,
        )

    def keys(self, kind: TagKind) -> tuple[str, ...]:
        """The distinct keys tagged, in order of first mention."""
        return tuple(dict.fromkeys(tag.key for tag in self.tags if tag.kind is kind))


class Refusal(StrEnum):
    """Why a page gave no article; each is counted under its name."""

    EMPTY = "empty"
    NOT_HTML = "not-html"
    TOO_LARGE = "too-large"
    NO_TEXT = "no-text"
    LIST_PAGE = "list-page"
    SEARCH_PAGE = "search-page"
    LOGIN = "login"
    CHALLENGE = "challenge"
    ERROR_PAGE = "error-page"
    MAINTENANCE = "maintenance"
    BROKEN = "broken"
    TIMED_OUT = "timed-out"
    #: its reader was killed from outside, again and again: the page may be as good as any
    UNREAD = "unread"
    #: what was read has no http(s) address to be kept under
    NO_ADDRESS = "no-address"


@dataclass(frozen=True, slots=True, kw_only=True)
class NotArticle:
    """A page that was understood not to be an article, or could not be read."""

    address: str
    refusal: Refusal
    detail: str = field(default="")
