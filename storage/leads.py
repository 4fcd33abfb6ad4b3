"""Leads: what the lists of a source showed, what is still to be fetched, and how it ended."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, bindparam, case, func, literal, or_
from sqlalchemy import select as core_select
from sqlmodel import Session, col, select

from news.values import Lead, Road
from storage import tombstones
from storage.keys import bounded, row_key
from storage.rows import dated_columns, lead_columns, to_lead
from storage.statements import Built, put, table_of, value_of
from storage.tables import LeadRow, ValidatorRow

#: A lead that failed so often is not asked for again until its list says that it changed.
MAX_ATTEMPTS = 5
#: What says something of the site at that moment, and nothing of the page.
_SITE_FAULTS = (
    "robots", "dns", "connection-refused", "http-429", "http-502", "http-503", "http-504",
    "retry-after", "budget", "quiet-hours", "challenge", "maintenance",
)  # fmt: skip
#: How a lead ends whose page is asked for again.
_AGAIN = ("failed", "listed")
#: Keys asked for at once; SQLite takes 32,766 and a sitemap may list 50,000.
_CHUNK = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Validators:
    """What a server gave with an answer, to be asked again with."""

    address: str
    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A lead to fetch now."""

    lead: Lead
    key: str
    overlapped: bool
    #: left over from before the last good crawl, which was good without it
    is_old: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """What became of a list that was read."""

    #: new, or changed since
    wanted: tuple[Wanted, ...]
    #: whether the list shows an address that the last good crawl knew: nothing lies between the two
    overlapped: bool


def record_list(
    session: Session,
    source: str,
    leads: Iterable[Lead],
    validators: Validators | None,
    now: datetime,
    last_good_at: datetime | None = None,
) -> Noted:
    """Note what a list shows, with its validators, in one transaction: a 304 can never hide a lead not fetched.

    `now` is the start of the crawl, `last_good_at` that of the source's last good one.
    """
    by_key = {row_key(lead.address): lead for lead in leads}
    overlapped = _reaches_back(session, source, list(by_key), last_good_at)
    if validators is not None:
        remember(session, validators, now)
    wanted: list[Wanted] = []
    for gone in tombstones.standing(session, by_key):
        del by_key[gone]
    for keys in _chunks(list(by_key)):  # a sitemap lists 50,000: no more rows than these are held at once
        wanted += _note_some(session, source, {key: by_key[key] for key in keys}, overlapped=overlapped, now=now)
    return Noted(wanted=tuple(wanted), overlapped=overlapped)


def overlaps(session: Session, source: str, leads: Iterable[Lead], last_good_at: datetime | None) -> bool:
    """Whether one of the leads was known by the start of the last good crawl."""
    return _reaches_back(session, source, [row_key(lead.address) for lead in leads], last_good_at)


def pending_keys(session: Session, source: str) -> tuple[str, ...]:
    """Keys of the leads of earlier crawls whose pages were not had.

    Oldest first, and behind them what sitemaps list, newest first: one alone may list a site's whole past.
    """
    rows = session.connection().execute(_PENDING_KEYS, {"source_": source})
    return tuple(rows.scalars())


def pending(
    session: Session, source: str, last_good_at: datetime | None = None, keys: Sequence[str] | None = None
) -> tuple[Wanted, ...]:
    """The leads of `pending_keys`, or those of the given ones that still are, in their order."""
    ordered = pending_keys(session, source) if keys is None else keys
    found: dict[str, Wanted] = {}
    for some in _chunks(ordered):
        rows = session.exec(
            select(LeadRow).where(LeadRow.source == source, col(LeadRow.key).in_(some), *_IS_PENDING)
        )
        found.update((row.key, _wanted(row, last_good_at)) for row in rows)
    return tuple(found[key] for key in ordered if key in found)


def of_address(session: Session, source: str, address: str) -> Wanted:
    """The lead of an address, as its list shows it where one does."""
    row = session.get(LeadRow, (source, row_key(address)))
    if row is not None:
        return _wanted(row, None)
    return Wanted(lead=Lead(address=address, source=source, road=Road.LIST), key=row_key(address), overlapped=False)


def is_listed(session: Session, source: str, key: str) -> bool:
    """Whether the article of a lead was kept as its list gives it, because its page could not be had."""
    return bool(_STATE.value(session, source_=source, key_=bounded(key)) == "listed")


def is_lead(session: Session, source: str, address: str) -> bool:
    """Whether a list of the source names the address as an article of its own."""
    return session.get(LeadRow, (source, row_key(address))) is not None


def has_shown(session: Session, source: str, road: Road) -> bool:
    """Whether a list of that kind has ever shown a lead of the source."""
    query = select(LeadRow.key).where(LeadRow.source == source, LeadRow.road == road.value).limit(1)
    return session.exec(query).first() is not None


def settle(
    session: Session, source: str, key: str, state: str, cause: str | None = None, *, is_asked: bool = True
) -> None:
    """Note how a lead ended: kept, refused, failed, or listed (kept as its list gives it).

    Where it was not asked for, no attempt is counted.

    A listed one stays so, whatever became of another try, until its page is kept.
    """
    session.flush()
    counts = is_asked and cause not in _SITE_FAULTS
    values = {
        "source_": source, "key_": bounded(key), "state_": state, "cause_": cause, "tried_": int(counts)
    }  # fmt: skip
    _SETTLE.run(session, [values])


def remember(session: Session, validators: Validators, now: datetime) -> None:
    """Store what to ask an address with next time; without any, forget what was stored."""
    key = bounded(validators.address)
    if validators.etag is None and validators.last_modified is None:
        _FORGET.run(session, [{"address_": key}])
        return
    row = {
        "address": key, "etag": validators.etag, "last_modified": validators.last_modified, "checked_at": now
    }  # fmt: skip
    put(session, _VALIDATOR, [row])


def recall(session: Session, address: str, last_good_at: datetime) -> Validators | None:
    """What to ask an address with; nothing that a crawl noted after the last good one, which may not have paged on."""
    row = session.connection().execute(_RECALL, {"address_": bounded(address)}).one_or_none()
    if row is None or row.checked_at > last_good_at:
        return None
    return Validators(address=address, etag=row.etag, last_modified=row.last_modified)


def _chunks(keys: Sequence[str]) -> Iterator[Sequence[str]]:
    return (keys[start : start + _CHUNK] for start in range(0, len(keys), _CHUNK))


def _reaches_back(session: Session, source: str, keys: Sequence[str], moment: datetime | None) -> bool:
    """Whether one of the keys was known by a moment."""
    if moment is None:
        return False
    known = core_select(_LEAD.c.key).where(_LEAD.c.source == source, _LEAD.c.first_seen_at <= moment).limit(1)
    return any(value_of(session, known.where(_LEAD.c.key.in_(some))) is not None for some in _chunks(keys))


def _note_some(
    session: Session, source: str, by_key: Mapping[str, Lead], *, overlapped: bool, now: datetime
) -> list[Wanted]:
    found = session.exec(select(LeadRow).where(LeadRow.source == source, col(LeadRow.key).in_(list(by_key))))
    known = {row.key: row for row in found}
    fresh = [
        lead_columns(lead, key, overlapped=overlapped, now=now)
        for key, lead in by_key.items()
        if key not in known
    ]
    if fresh:
        session.connection().execute(_LEAD.insert(), fresh)
    wanted = [
        _again(session, lead, known[key])
        if key in known
        else Wanted(lead=lead, key=key, overlapped=overlapped)
        for key, lead in by_key.items()
    ]
    session.flush()
    for row in known.values():
        session.expunge(row)
    return [item for item in wanted if item is not None]


def _again(session: Session, lead: Lead, row: LeadRow) -> Wanted | None:
    """What a list says of a lead that is known; None where nothing new."""
    if lead.modified_at is None or (row.modified_at is not None and lead.modified_at <= row.modified_at):
        return None
    # a page refused under no date of change may be readable since: a post whose password was taken away
    changed = row.modified_at is not None or row.state == "refused"
    row.modified_at = lead.modified_at
    if changed:
        row.sqlmodel_update(
            {
                "state": "listed" if row.state == "listed" else "pending",
                "attempts": 0,
                "title": lead.title,
                **dated_columns(lead.dated),
            }
        )
    session.add(row)
    return Wanted(lead=lead, key=row.key, overlapped=row.overlapped) if changed else None


def _wanted(row: LeadRow, last_good_at: datetime | None) -> Wanted:
    return Wanted(
        lead=to_lead(row),
        key=row.key,
        overlapped=row.overlapped,
        is_old=last_good_at is not None and row.first_seen_at <= last_good_at,
    )


# Built once: every page of every crawl passes here, and to build them takes longer than to run them.
_LEAD, _VALIDATOR = table_of(LeadRow), table_of(ValidatorRow)
_ONE_LEAD = and_(_LEAD.c.source == bindparam("source_"), _LEAD.c.key == bindparam("key_"))
_STATE = Built(core_select(_LEAD.c.state).where(_ONE_LEAD))
_AIM = bindparam("state_", type_=_LEAD.c.state.type)
_STAYS = and_(_LEAD.c.state == "listed", _AIM != "kept")
_SETTLE = Built(
    _LEAD.update()
    .where(_ONE_LEAD)
    .values(
        state=case((_STAYS, literal("listed")), else_=_AIM),
        cause=bindparam("cause_", type_=_LEAD.c.cause.type),
        attempts=case((or_(_STAYS, *(literal(end) == _AIM for end in _AGAIN)), _LEAD.c.attempts + bindparam("tried_")), else_=0),
    )
)
_IS_PENDING = (_LEAD.c.state.in_(("pending", *_AGAIN)), _LEAD.c.attempts < MAX_ATTEMPTS)
_OF_SITEMAP = _LEAD.c.road == Road.SITEMAP.value
_AGE = case((_OF_SITEMAP, func.coalesce(_LEAD.c.published_at, _LEAD.c.modified_at)))
_PENDING_KEYS = (
    core_select(_LEAD.c.key)
    .where(_LEAD.c.source == bindparam("source_"), *_IS_PENDING)
    .order_by(_OF_SITEMAP, _AGE.desc().nulls_last(), _LEAD.c.first_seen_at)
)
_RECALL = core_select(_VALIDATOR).where(_VALIDATOR.c.address == bindparam("address_"))
_FORGET = Built(_VALIDATOR.delete().where(_VALIDATOR.c.address == bindparam("address_")))
