"""The tables. Rows stay in this room; values cross its border."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.types import ByteOrdered, Json, Remark, UtcDateTime

#: Names of constraints, so that both engines and every migration agree on them.
SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


def _field(column: Column[Any]) -> Any:
    return Field(sa_column=column, default=None) if column.nullable else Field(sa_column=column)


def _moment(*, nullable: bool = False, index: bool = False) -> Any:
    return _field(Column(UtcDateTime(), nullable=nullable, index=index))


def _key(*, primary: bool = False, index: bool = False, nullable: bool = False) -> Any:
    return _field(Column(ByteOrdered(), primary_key=primary, nullable=nullable, index=index))


def _text(*, nullable: bool = False) -> Any:
    return _field(Column(Text(), nullable=nullable))


def _remark() -> Any:
    return _field(Column(Remark(), nullable=True))


def _owner(table: str, *, index: bool = True, primary: bool = False, nullable: bool = False) -> Any:
    key = ForeignKey(f"{table}.id", ondelete="CASCADE")
    return _field(Column(Integer(), key, nullable=nullable, index=index, primary_key=primary))


class SourceRow(SQLModel, table=True):
    """What the database knows of a source beside its TOML: when it is due and how it fares."""

    __tablename__ = "source"

    key: str = _key(primary=True)
    #: set by `sources enable` and `disable`; None leaves it to the TOML
    enabled: bool | None = None
    next_due_at: datetime | None = _moment(nullable=True, index=True)
    #: start of the last crawl that succeeded
    last_good_at: datetime | None = _moment(nullable=True)
    last_run_at: datetime | None = _moment(nullable=True)
    #: failed crawls since the last good one
    failures: int = 0
    last_error: str | None = _remark()


class RunRow(SQLModel, table=True):
    """One crawl of one source."""

    __tablename__ = "run"

    id: int | None = Field(default=None, primary_key=True)
    source: str = _key(index=True)
    #: running, good, failed or lost (its worker died)
    state: str
    started_at: datetime = _moment(index=True)
    finished_at: datetime | None = _moment(nullable=True)
    #: the source's `last_good_at` when the run began: what freshness is judged against
    last_good_at: datetime | None = _moment(nullable=True)
    #: `host:pid` of the process that crawls
    worker: str = _key()
    counts: dict[str, Any] = Field(sa_column=Column(Json, nullable=False))
    error: str | None = _remark()


class RequestRow(SQLModel, table=True):
    """Something the web page or a command asks of the scheduler."""

    __tablename__ = "request"

    id: int | None = Field(default=None, primary_key=True)
    kind: str
    source: str = _key()
    created_at: datetime = _moment()
    taken_at: datetime | None = _moment(nullable=True, index=True)
    finished_at: datetime | None = _moment(nullable=True)
    outcome: str | None = _remark()


class ValidatorRow(SQLModel, table=True):
    """What a server gave to ask again with: stored with the content it stands for."""

    __tablename__ = "validator"

    #: the requested address, as requested
    address: str = _key(primary=True)
    etag: str | None = _text(nullable=True)
    last_modified: str | None = _text(nullable=True)
    checked_at: datetime = _moment()


class LeadRow(SQLModel, table=True):
    """An address that a list of a source showed, and what became of it."""

    __tablename__ = "lead"

    source: str = _key(primary=True)
    #: `news.addresses.address_key`
    key: str = _key(primary=True)
    address: str = _text()
    road: str
    title: str | None = _text(nullable=True)
    published_at: datetime | None = _moment(nullable=True)
    published_precision: str | None = None
    published_from: str | None = None
    published_calendar: str | None = None
    modified_at: datetime | None = _moment(nullable=True)
    first_seen_at: datetime = _moment()
    #: whether the list that first showed it overlapped what was known of the source
    overlapped: bool
    #: pending, kept, refused, failed, or listed: kept as its list gives it, the page itself still wanted
    state: str
    attempts: int = 0
    #: why it was refused, or failed last
    cause: str | None = _remark()

    __table_args__ = (Index("ix_lead_source_state", "source", "state"),)


class ArticleRow(SQLModel, table=True):
    """An article as last read."""

    __tablename__ = "article"

    id: int | None = Field(default=None, primary_key=True)
    url: str = _text()
    source: str = _key(index=True)
    title: str = _text()
    text: str = _text()
    language: str = _key(index=True)
    language_confidence: float
    authors: list[str] = Field(sa_column=Column(Json, nullable=False))
    published_at: datetime | None = _moment(nullable=True)
    published_precision: str | None = None
    published_from: str | None = None
    published_calendar: str | None = None
    original_source: str | None = _text(nullable=True)
    fetched_at: datetime = _moment()
    first_seen_at: datetime = _moment()
    #: publication, or first sight where undated: what newest-first means
    sorted_at: datetime = _moment()
    #: SHA-256 of the folded text
    text_hash: str = _key(index=True)
    #: readings that differed
    versions: int = 1
    #: the news agency whose byline the text carries
    agency: str | None = _text(nullable=True)

    #: narrow enough to read a million of them into memory (`storage.columns`)
    __table_args__ = (Index("ix_article_sorted_at_language_source", "sorted_at", "language", "source"),)


class AddressRow(SQLModel, table=True):
    """Every address an article was found at."""

    __tablename__ = "address"

    #: `news.addresses.address_key`
    key: str = _key(primary=True)
    url: str = _text()
    source: str = _key()
    article_id: int = _owner("article")


class VersionRow(SQLModel, table=True):
    """What an article said before it was edited."""

    __tablename__ = "version"

    id: int | None = Field(default=None, primary_key=True)
    article_id: int = _owner("article")
    title: str = _text()
    text: str = _text()
    fetched_at: datetime = _moment()


class EvidenceRow(SQLModel, table=True):
    """Where a page of an article lies as it came: a record of a WARC file."""

    __tablename__ = "evidence"

    id: int | None = Field(default=None, primary_key=True)
    article_id: int = _owner("article")
    #: the reading of the article that the page gave, from 1
    version: int
    #: `row_key` of the address that the article was read under: its own, or a copy's
    key: str = _key()
    #: of the page in an article of several, from 0
    position: int
    #: of the page itself
    address: str = _text()
    #: its name in the folder of WARC files, or the whole path of one that lies elsewhere
    file: str = _text()
    #: of the record, bytes
    start: int = _field(Column(BigInteger(), nullable=False))
    size: int = _field(Column(BigInteger(), nullable=False))
    #: of the payload: WARC-Payload-Digest
    digest: str = _text()
    captured_at: datetime = _moment()


class IngestRow(SQLModel, table=True):
    """How far a WARC file has been taken into the archive."""

    __tablename__ = "ingest"

    #: made of the file's size, beginning and end
    fingerprint: str = _key(primary=True)
    file: str = _text()
    #: bytes up to which every record is settled
    offset: int = _field(Column(BigInteger(), nullable=False))
    counts: dict[str, Any] = Field(sa_column=Column(Json, nullable=False))
    begun_at: datetime = _moment()
    #: when its end was reached
    finished_at: datetime | None = _moment(nullable=True)


class LookRow(SQLModel, table=True):
    """When an article's page is asked for again, and what came of it the last time."""

    __tablename__ = "look"

    article_id: int = _owner("article", index=False, primary=True)
    source: str = _key()
    #: key of the lead that it was read from, whose list's title and date hold for later readings too
    lead: str | None = _key(nullable=True)
    #: whether its page showed that title as its own
    titled: bool
    #: None where nobody looks any more
    due_at: datetime | None = _moment(nullable=True)
    #: looks taken
    looks: int = 0
    #: looks in a row that found nothing out
    tries: int = 0
    looked_at: datetime | None = _moment(nullable=True)
    #: `storage.looks.Seen` of the last look, and its cause
    outcome: str | None = None
    cause: str | None = _remark()
    #: the first of the answers 404 since it was last there
    missed_at: datetime | None = _moment(nullable=True)
    #: since when its site says that it is no more, and how: http-404, http-410
    gone_at: datetime | None = _moment(nullable=True)
    gone_cause: str | None = None
    #: when its address changed last, and the one before
    moved_at: datetime | None = _moment(nullable=True)
    moved_from: str | None = _text(nullable=True)

    __table_args__ = (Index("ix_look_source_due_at", "source", "due_at"),)


class TagRow(SQLModel, table=True):
    """A network or place found in an article."""

    __tablename__ = "tag"

    article_id: int = _owner("article", index=False, primary=True)
    #: order within the article
    position: int = Field(primary_key=True)
    kind: str
    key: str = _key()
    alias: str = _text()
    part: str
    span_start: int
    span_end: int
    rule: str

    __table_args__ = (Index("ix_tag_kind_key", "kind", "key", "article_id"),)


class EventRow(SQLModel, table=True):
    """What claims agree on; an unmatched one (`matched_at` null) waits in the outbox."""

    __tablename__ = "event"

    id: int | None = Field(default=None, primary_key=True)
    member: str = _key()
    network: str = _key()
    verb: str
    episode: int
    status: str
    confidence: float
    first_reported: datetime = _moment()
    last_evidence: datetime = _moment()
    freshness: str
    matched_at: datetime | None = _moment(nullable=True, index=True)

    __table_args__ = (UniqueConstraint("member", "network", "verb", "episode"),)


class ClaimRow(SQLModel, table=True):
    """A membership statement; without an event it waits for a person's review."""

    __tablename__ = "claim"

    article_id: int = _owner("article", index=False, primary=True)
    #: order within the article
    position: int = Field(primary_key=True)
    member: str | None = _key(nullable=True)
    network: str | None = _key(nullable=True)
    verb: str
    status: str
    sentence: str = _text()
    part: str
    span_start: int
    span_end: int
    confidence: float
    rule: str
    event_id: int | None = _owner("event", nullable=True)
    #: as the text writes them
    member_name: str | None = _text(nullable=True)
    network_name: str | None = _text(nullable=True)
    #: of its article when it was recorded: what an event that a person makes of it is judged by
    freshness: str | None = None
    #: the decision that it obeys
    decision: str | None = _key(nullable=True)

    __table_args__ = (Index("ix_claim_member_network", "member", "network"),)


class DecisionRow(SQLModel, table=True):
    """What a person said of a claim; it holds for every later reading of the article."""

    __tablename__ = "decision"

    article_id: int = _owner("article", index=False, primary=True)
    #: SHA-256 of what the claim said when it was read: verb, member, network, sentence
    statement: str = _key(primary=True)
    #: yes or no
    verdict: str
    #: the claim as the person left it
    member: str | None = _key(nullable=True)
    network: str | None = _key(nullable=True)
    verb: str
    status: str
    #: the claim as it was read, to be put back
    before: dict[str, Any] = Field(sa_column=Column(Json, nullable=False))
    decided_by: str = _text()
    decided_at: datetime = _moment(index=True)
    note: str | None = _remark()


class KnownMemberRow(SQLModel, table=True):
    """A member that a network's own list names: its joining is no news."""

    __tablename__ = "known_member"

    network: str = _key(primary=True)
    member: str = _key(primary=True)
    #: when the list said so
    listed_at: datetime = _moment()
    #: the file or address of the list
    origin: str = _text()


class RuleRow(SQLModel, table=True):
    """Who is told of which events."""

    __tablename__ = "rule"

    name: str = _key(primary=True)
    enabled: bool = True
    #: empty tuples match everything
    verbs: list[str] = Field(sa_column=Column(Json, nullable=False))
    statuses: list[str] = Field(sa_column=Column(Json, nullable=False))
    networks: list[str] = Field(sa_column=Column(Json, nullable=False))
    cities: list[str] = Field(sa_column=Column(Json, nullable=False))
    countries: list[str] = Field(sa_column=Column(Json, nullable=False))
    confidence: float
    recipients: list[str] = Field(sa_column=Column(Json, nullable=False))
    created_at: datetime = _moment()
    #: of the evidence; none stands for every language, here and in the others for what `Manner` says
    languages: list[str] | None = Field(sa_column=Column(Json, nullable=True), default=None)
    letters: str | None = None
    rhythm: str | None = None
    hour: int | None = None
    weekday: int | None = None
    zone: str | None = None
    quiet_from: int | None = None
    quiet_until: int | None = None
    #: of a rule that tells of articles
    query: str | None = _text(nullable=True)


class DigestRow(SQLModel, table=True):
    """A letter about several deliveries, closed before it is first sent so that each try sends the same."""

    __tablename__ = "digest"

    id: int | None = Field(default=None, primary_key=True)
    #: what its Message-ID is made of
    identity: str = _key()
    recipient: str = _key()
    letters: str
    closed_at: datetime = _moment()
    #: sources that could not be read then, each with the last time it was
    unread: list[list[str | None]] = Field(sa_column=Column(Json, nullable=False))


class DeliveryRow(SQLModel, table=True):
    """One alert about an event or an article to one recipient, until its receipt."""

    __tablename__ = "delivery"

    id: int | None = Field(default=None, primary_key=True)
    event_id: int | None = _owner("event", index=False, nullable=True)
    #: of the event; empty for an article
    status: str
    rule: str = _key()
    recipient: str = _key()
    created_at: datetime = _moment()
    attempts: int = 0
    next_attempt_at: datetime | None = _moment(nullable=True, index=True)
    sent_at: datetime | None = _moment(nullable=True)
    error: str | None = _remark()
    #: when it was given up
    died_at: datetime | None = _moment(nullable=True)
    #: what the recipient's server answered when it accepted
    answer: str | None = _remark()
    #: the digest that carries it
    digest_id: int | None = _field(Column(Integer(), nullable=True, index=True))
    article_id: int | None = _owner("article", index=False, nullable=True)

    __table_args__ = (
        UniqueConstraint("event_id", "status", "rule", "recipient"),
        UniqueConstraint("article_id", "rule", "recipient"),
    )


class HostRow(SQLModel, table=True):
    """A host that was asked: when it may be asked next, and what it says of being asked."""

    __tablename__ = "host"

    #: `news.addresses.host_key`
    host: str = _key(primary=True)
    #: the last request
    asked_at: datetime | None = _moment(nullable=True)
    #: nobody asks before
    next_at: datetime | None = _moment(nullable=True)
    #: UTC midnight before the last request, and the requests since
    day: datetime | None = _moment(nullable=True)
    today: int = 0
    #: when it last answered with Retry-After, until when, and the first request after that
    closed_at: datetime | None = _moment(nullable=True)
    closed_until: datetime | None = _moment(nullable=True)
    opened_at: datetime | None = _moment(nullable=True)
    #: seconds between two requests that robots.txt asks for
    crawl_delay: float | None = None


class HostHourRow(SQLModel, table=True):
    """The requests to a host in an hour, counted: what a webmaster who complains is shown."""

    __tablename__ = "host_hour"

    host: str = _key(primary=True)
    #: its beginning
    hour: datetime = _field(Column(UtcDateTime(), primary_key=True))
    requests: int
    #: seconds between two requests: the fewest, and how often how many (`storage.hosts.step_of`)
    shortest_gap: float | None = None
    gaps: dict[str, int] = Field(sa_column=Column(Json, nullable=False))
    #: answers that asked to come back later, and requests not made for a rule of politeness
    told_to_wait: int
    put_off: int


class MemberListRow(SQLModel, table=True):
    """A network's own list of members, as a source of kind members read it last."""

    __tablename__ = "member_list"

    source: str = _key(primary=True)
    #: catalogue key
    network: str = _key()
    #: what the source's file says of the list; another one begins anew
    description: str = _text()
    #: how the list of each address was found
    layouts: dict[str, str] = Field(sa_column=Column(Json, nullable=False))
    #: of the last good reading
    pages: int
    #: the first and the last good reading; since when the list says that it is as it was then
    first_read_at: datetime = _moment()
    read_at: datetime = _moment()


class MemberSnapshotRow(SQLModel, table=True):
    """All rows of a list in the readings between two moments: evidence of what came and went."""

    __tablename__ = "member_snapshot"

    id: int | None = Field(default=None, primary_key=True)
    source: str = _key(index=True)
    taken_at: datetime = _moment()
    #: the last reading that showed the same
    last_at: datetime = _moment()
    #: SHA-256 of the rows
    digest: str = _text()
    count: int
    #: `[name, country, link]` of each row, JSON in zlib
    rows: bytes = _field(Column(LargeBinary(), nullable=False))


class MemberRow(SQLModel, table=True):
    """A row of a list through all its readings."""

    __tablename__ = "member_row"

    id: int | None = Field(default=None, primary_key=True)
    source: str = _key(index=True)
    network: str = _key(index=True)
    #: as the list writes it
    name: str = _text()
    country: str | None = None
    #: place key
    member: str | None = _key(nullable=True)
    link: str | None = _text(nullable=True)
    #: listed, missing (from the last good reading) or gone (from two)
    state: str
    missing_since: datetime | None = _moment(nullable=True)
    first_at: datetime = _moment()
    last_at: datetime = _moment()
    #: the last snapshot that shows it
    snapshot_id: int = _owner("member_snapshot", index=False)
    #: who said which place it is, against every later reading
    corrected_by: str | None = _text(nullable=True)
    corrected_at: datetime | None = _moment(nullable=True)


class MemberChangeRow(SQLModel, table=True):
    """A claim that a list made by a row that came or went, with the two snapshots that show it."""

    __tablename__ = "member_change"

    article_id: int = _owner("article", index=False, primary=True)
    #: of the claim among its article's
    position: int = Field(primary_key=True)
    row_id: int = _owner("member_row")
    before_id: int = _owner("member_snapshot", index=False)
    after_id: int = _owner("member_snapshot", index=False)
