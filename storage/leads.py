"""Leads: what the lists of a source showed, what is still to be fetched, and how it ended."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from news.values import Lead, Road
from storage.keys import bounded, row_key
from storage.rows import dated_columns, lead_row, to_lead
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
    known = _known(session, source, list(by_key))
    overlapped = _is_old(known, last_good_at)
    if validators is not None:
        remember(session, validators, now)
    wanted = [
        _note(session, lead, key, known.get(key), overlapped=overlapped, now=now)
        for key, lead in by_key.items()
    ]
    return Noted(wanted=tuple(item for item in wanted if item is not None), overlapped=overlapped)


def overlaps(session: Session, source: str, leads: Iterable[Lead], last_good_at: datetime | None) -> bool:
    """Whether one of the leads was known by the start of the last good crawl."""
    return _is_old(_known(session, source, [row_key(lead.address) for lead in leads]), last_good_at)


def pending(session: Session, source: str, last_good_at: datetime | None = None) -> tuple[Wanted, ...]:
    """Leads of earlier crawls whose pages were not had, oldest first."""
    rows = session.exec(
        select(LeadRow)
        .where(
            LeadRow.source == source,
            col(LeadRow.state).in_(["pending", "failed", "listed"]),
            col(LeadRow.attempts) < MAX_ATTEMPTS,
        )
        .order_by(col(LeadRow.first_seen_at))
    )
    return tuple(_wanted(row, last_good_at) for row in rows)


def of_address(session: Session, source: str, address: str) -> Wanted:
    """The lead of an address, as its list shows it where one does."""
    row = session.get(LeadRow, (source, row_key(address)))
    if row is not None:
        return _wanted(row, None)
    return Wanted(lead=Lead(address=address, source=source, road=Road.LIST), key=row_key(address), overlapped=False)


def is_listed(session: Session, source: str, key: str) -> bool:
    """Whether the article of a lead was kept as its list gives it, because its page could not be had."""
    row = session.get(LeadRow, (source, bounded(key)))
    return row is not None and row.state == "listed"


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
    row = session.get(LeadRow, (source, bounded(key)))
    if row is None:
        return
    row.state, row.cause = "listed" if row.state == "listed" and state != "kept" else state, cause
    if row.state not in _AGAIN:
        row.attempts = 0
    elif is_asked and cause not in _SITE_FAULTS:
        row.attempts += 1
    session.add(row)


def remember(session: Session, validators: Validators, now: datetime) -> None:
    """Store what to ask an address with next time; without any, forget what was stored."""
    key = bounded(validators.address)
    row = session.get(ValidatorRow, key)
    if validators.etag is None and validators.last_modified is None:
        if row is not None:
            session.delete(row)
        return
    row = row or ValidatorRow(address=key, checked_at=now)
    row.etag, row.last_modified, row.checked_at = validators.etag, validators.last_modified, now
    session.add(row)


def recall(session: Session, address: str, last_good_at: datetime) -> Validators | None:
    """What to ask an address with; nothing that a crawl noted after the last good one, which may not have paged on."""
    row = session.get(ValidatorRow, bounded(address))
    if row is None or row.checked_at > last_good_at:
        return None
    return Validators(address=address, etag=row.etag, last_modified=row.last_modified)


def _known(session: Session, source: str, keys: list[str]) -> dict[str, LeadRow]:
    found: dict[str, LeadRow] = {}
    for start in range(0, len(keys), _CHUNK):
        some = col(LeadRow.key).in_(keys[start : start + _CHUNK])
        found.update(
            (row.key, row) for row in session.exec(select(LeadRow).where(LeadRow.source == source, some))
        )
    return found


def _is_old(known: Mapping[str, LeadRow], last_good_at: datetime | None) -> bool:
    return last_good_at is not None and any(row.first_seen_at <= last_good_at for row in known.values())


def _note(
    session: Session, lead: Lead, key: str, row: LeadRow | None, *, overlapped: bool, now: datetime
) -> Wanted | None:
    if row is None:
        session.add(lead_row(lead, key, overlapped=overlapped, now=now))
        return Wanted(lead=lead, key=key, overlapped=overlapped)
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
    return Wanted(lead=lead, key=key, overlapped=row.overlapped) if changed else None


def _wanted(row: LeadRow, last_good_at: datetime | None) -> Wanted:
    return Wanted(
        lead=to_lead(row),
        key=row.key,
        overlapped=row.overlapped,
        is_old=_is_old({row.key: row}, last_good_at),
    )
