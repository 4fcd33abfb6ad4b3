"""Networks' own lists of members through their readings: who is new, who is gone, and what shows it.

The first reading tells nobody: it says who is a member. From then on a row that is new makes a claim, and one that
two good readings in a row miss makes a `left` claim that waits for a person. A reading that misses too much is refused
whole. Every claim stands in a notice, an article of ours under the list's address.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlmodel import Session, col, select

from news.errors import JarchiError, NotFound, UsageError
from news.names import naming
from news.values import Status, Verb, as_utc
from storage import articles, leads, members, register, reviewing
from storage.articles import Arrival
from storage.leads import Validators
from storage.membermatch import ListedMember, pair_up
from storage.membernotice import Change, notice
from storage.members import KnownMember
from storage.reviewing import Correction, Judgement, Verdict
from storage.tables import (
    ClaimRow,
    DecisionRow,
    MemberChangeRow,
    MemberListRow,
    MemberRow,
    MemberSnapshotRow,
)
from storage.turns import take_turns

#: Rows that may be missing at once whatever their share: one is no shrinking.
_FEW = 1
#: New rows that are believed at once, and as many as were known.
_FLOOD = 10
#: New rows of a list of another make that are believed at once.
_FEW_NEW = 2


class RowState(StrEnum):
    """How a row stands."""

    LISTED = "listed"
    #: the last good reading did not show it
    MISSING = "missing"
    #: two good readings in a row did not
    GONE = "gone"


class ListRefused(JarchiError):
    """A reading that is not believed; `cause` is what the source's failure is counted under."""

    def __init__(self, cause: str, detail: str) -> None:
        super().__init__(detail)
        self.cause = cause


@dataclass(frozen=True, slots=True, kw_only=True)
class ListReading:
    """All pages of a list, read."""

    source: str
    #: catalogue key
    network: str
    #: of the list: where its claims are seen
    address: str
    #: what the source's file says of it; another description begins anew
    description: str
    #: how the list of each address was found
    layouts: Mapping[str, str]
    pages: int
    rows: tuple[ListedMember, ...]
    #: start of the crawl
    now: datetime
    #: share of the rows that may be missing at once
    shrinks: float
    #: of a list of one page
    validators: Validators | None = None
    max_age: timedelta = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListState:
    """What is known of a list before it is read again."""

    description: str
    layouts: Mapping[str, str]
    pages: int
    read_at: datetime
    #: rows that the last reading missed: a 304 would not say whether they are gone
    missing: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What a reading gave."""

    #: whether it was the first, which tells nobody
    is_first: bool
    rows: int
    resolved: int
    #: what the list shows with it
    snapshot: int
    new: int = 0
    missing: int = 0
    gone: int = 0
    #: the notice of what came and went
    article: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownRow:
    """A row for people."""

    id: int
    source: str
    network: str
    name: str
    country: str | None
    member: str | None
    link: str | None
    state: RowState
    first_at: datetime
    last_at: datetime
    corrected_by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """What a list showed from one moment to another."""

    id: int
    source: str
    taken_at: datetime
    last_at: datetime
    digest: str
    #: `[name, country, link]` of each row
    rows: tuple[tuple[str, str | None, str | None], ...]


def state(session: Session, source: str) -> ListState | None:
    """What is known of a source's list; None before its first good reading."""
    row = session.get(MemberListRow, source)
    if row is None:
        return None
    missing = sum(known.state == RowState.MISSING for known in _rows(session, source))
    return ListState(
        description=row.description,
        layouts=dict(row.layouts),
        pages=row.pages,
        read_at=row.read_at,
        missing=missing,
    )


def begin_anew(session: Session, source: str) -> None:
    """Take the next good reading as the first: it is believed whatever it shows, and tells nobody."""
    row = session.get(MemberListRow, source)
    if row is None:
        raise NotFound(f"no list of members was ever read for {source!r}")
    row.description = ""
    session.add(row)


def record(session: Session, reading: ListReading) -> Recorded:
    """Take over a good reading, with its claims and validators; raises ListRefused, and then nothing changes."""
    take_turns(session, (f"members {reading.source}",))
    head = session.get(MemberListRow, reading.source)
    rows = _rows(session, reading.source)
    _adopt_decisions(session, rows)
    update = _Update(session, reading, head, rows)
    return update.first() if update.is_first else update.next()


class _Update:
    """One reading on its way into the database."""

    def __init__(
        self, session: Session, reading: ListReading, head: MemberListRow | None, rows: Sequence[MemberRow]
    ) -> None:
        self._session, self._reading, self._head, self._known = session, reading, head, rows
        self._pairs, self._new = pair_up(rows, reading.rows)
        paired = {row.id for row, _ in self._pairs}
        self._unseen = [row for row in rows if row.id not in paired]
        self.is_first = head is None or head.description != reading.description
        self._before = _latest(session, reading.source)

    def first(self) -> Recorded:
        """Who is a member, told nobody."""
        after = self._snapshot()
        for row, listed in self._pairs:
            self._see(row, listed, after)
        made = [self._add(listed, after) for listed in self._new]
        for row in self._unseen:
            row.state = RowState.GONE
            self._session.add(row)
        self._know([*(row for row, _ in self._pairs), *made])
        self._remember()
        return self._recorded(after)

    def next(self) -> Recorded:
        """What came and went since the last good reading."""
        self._refuse()
        after = self._snapshot()
        joined: list[MemberRow] = []
        for row, listed in self._pairs:
            if row.state == RowState.GONE and self._is_back(row):
                joined.append(row)
            self._see(row, listed, after)
        made = [self._add(listed, after) for listed in self._new]
        left = [row for row in self._unseen if self._miss(row)]
        before = self._before or after
        changes = [
            *(Change(row=row, verb=Verb.JOINED, before=before, after=after) for row in (*joined, *made)),
            *(Change(row=row, verb=Verb.LEFT, before=self._shown(row), after=after) for row in left),
        ]
        article = self._announce(changes) if changes else None
        # only now: a joining is no news of one that the register knows
        self._know([*(row for row, _ in self._pairs), *made])
        self._remember()
        missing = sum(row.state == RowState.MISSING for row in self._unseen)
        return self._recorded(after, new=len(joined) + len(made), missing=missing, gone=len(left), article=article)

    def _refuse(self) -> None:
        """Raise ListRefused where the difference is no network's doing."""
        reading, head = self._reading, self._head
        assert head is not None
        current = sum(row.state != RowState.GONE for row in self._known)
        lost = sum(row.state != RowState.GONE for row in self._unseen)
        other = dict(head.layouts) != dict(reading.layouts)
        if lost > _FEW and lost > reading.shrinks * current:
            cause = "layout-changed" if other else "list-shrank"
            raise ListRefused(cause, f"{lost} of {current} members are not on the list")
        if other and len(self._new) > _FEW_NEW and len(self._new) > reading.shrinks * current:
            raise ListRefused("layout-changed", f"{len(self._new)} rows are new on a list of another make")
        if len(self._new) > max(_FLOOD, current):
            raise ListRefused("list-grew", f"{len(self._new)} rows are new beside {current}")

    def _snapshot(self) -> MemberSnapshotRow:
        """What the reading shows; the last snapshot where that is the same."""
        rows = sorted((row.name, row.country or "", row.link or "") for row in self._reading.rows)
        plain = json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode()
        digest = hashlib.sha256(plain).hexdigest()
        found = self._before
        if found is None or found.digest != digest:
            found = MemberSnapshotRow(
                source=self._reading.source,
                taken_at=self._reading.now,
                last_at=self._reading.now,
                digest=digest,
                count=len(rows),
                rows=zlib.compress(plain, 6),
            )
        found.last_at = self._reading.now
        self._session.add(found)
        self._session.flush()
        return found

    def _see(self, row: MemberRow, listed: ListedMember, after: MemberSnapshotRow) -> None:
        """Note that a row is there; the place that a person gave it, or an earlier spelling, stays."""
        row.name, row.link, row.network = listed.name, listed.link, self._reading.network
        row.country = listed.country or row.country
        if row.corrected_by is None and listed.member is not None:
            row.member = listed.member
        row.state, row.missing_since = RowState.LISTED, None
        row.last_at, row.snapshot_id = self._reading.now, _id(after)
        self._session.add(row)

    def _add(self, listed: ListedMember, after: MemberSnapshotRow) -> MemberRow:
        now = self._reading.now
        row = MemberRow(
            source=self._reading.source,
            network=self._reading.network,
            name=listed.name,
            country=listed.country,
            member=listed.member,
            link=listed.link,
            state=RowState.LISTED,
            first_at=now,
            last_at=now,
            snapshot_id=_id(after),
        )
        self._session.add(row)
        self._session.flush()
        return row

    def _miss(self, row: MemberRow) -> bool:
        """Note that a row is not there; whether it is gone with this."""
        if row.state == RowState.GONE:
            return False
        is_gone = row.state == RowState.MISSING
        row.state = RowState.GONE if is_gone else RowState.MISSING
        row.missing_since = row.missing_since or self._reading.now
        self._session.add(row)
        return is_gone

    def _is_back(self, row: MemberRow) -> bool:
        """Whether a gone row that is there again has joined anew: only where a person agreed that it had left."""
        claim = _claim_of(self._session, row, Verb.LEFT)
        if claim is None:
            return False
        if claim.decision is None and claim.event_id is None:
            self._session.delete(claim)  # nobody needs to be asked any more
            return False
        return _has_left(self._session, row)

    def _shown(self, row: MemberRow) -> MemberSnapshotRow:
        return self._session.get_one(MemberSnapshotRow, row.snapshot_id)

    def _announce(self, changes: Sequence[Change]) -> int:
        reading, head = self._reading, self._head
        assert head is not None
        article = notice(changes, reading.network, reading.source, reading.address, reading.now)
        arrival = Arrival(
            now=reading.now, last_good_at=head.read_at, overlapped=True, max_age=reading.max_age
        )
        number = articles.announce(self._session, article, arrival, f"members-{reading.now:%Y%m%dT%H%M%S%f}")
        self._session.add_all(
            MemberChangeRow(
                article_id=number,
                position=position,
                row_id=_id(change.row),
                before_id=_id(change.before),
                after_id=_id(change.after),
            )
            for position, change in enumerate(changes)
        )
        return number

    def _know(self, rows: Iterable[MemberRow]) -> None:
        known = {member.member for member in members.known(self._session, self._reading.network)}
        _know(
            self._session,
            (row for row in rows if row.member not in known),
            self._reading.now,
            self._reading.address,
        )

    def _remember(self) -> None:
        reading = self._reading
        said: dict[str, Any] = {
            "network": reading.network,
            "description": reading.description,
            "layouts": dict(reading.layouts),
            "pages": reading.pages,
            "read_at": reading.now,
        }
        head = self._head or MemberListRow(source=reading.source, first_read_at=reading.now, **said)
        head.sqlmodel_update(said)
        self._session.add(head)
        validators = reading.validators or Validators(address=reading.address)
        leads.remember(self._session, validators, reading.now)

    def _recorded(self, after: MemberSnapshotRow, **counts: Any) -> Recorded:
        shown = [row for row, _ in self._pairs]
        resolved = sum(row.member is not None for row in shown) + sum(
            listed.member is not None for listed in self._new
        )
        return Recorded(
            is_first=self.is_first, rows=len(self._reading.rows), resolved=resolved, snapshot=_id(after), **counts
        )


def rows(
    session: Session, network: str | None = None, *, unresolved: bool = False, source: str | None = None
) -> tuple[KnownRow, ...]:
    """The rows of lists by source and name, those that are gone left out; only those of unknown places, if wanted."""
    query = select(MemberRow).where(MemberRow.state != RowState.GONE)
    query = query.where(MemberRow.network == network) if network else query
    query = query.where(MemberRow.source == source) if source else query
    query = query.where(col(MemberRow.member).is_(None)) if unresolved else query
    found = session.exec(query.order_by(col(MemberRow.source), col(MemberRow.id)))
    return tuple(map(_to_known, found))


def correct(
    session: Session, row_id: int, member: str, *, by: str, now: datetime, max_age: timedelta
) -> KnownRow:
    """Say which place a row is, for every later reading too; raises NotFound, UsageError.

    Where the place stood on the list under another name that is missing now, the row is that member renamed: neither
    has joined or left. Otherwise a claim of the row that waits for its place is answered with yes.
    """
    row = session.get(MemberRow, row_id)
    if row is None:
        raise NotFound(
            f"no list of members has a row {row_id}; `jarchi memberships known --unresolved` lists them"
        )
    if naming.place(member) is None:
        raise UsageError(f"no place has the GeoNames id {member}")
    take_turns(session, (f"members {row.source}",))
    row.member, row.corrected_by, row.corrected_at = member, by, as_utc(now)
    session.add(row)
    former = [
        other
        for other in _rows(session, row.source)
        if other.member == member and other.id != row.id and not _has_left(session, other)
    ]
    if any(other.state == RowState.LISTED for other in former):
        raise UsageError(f"another row of {row.source} is {naming.full_place_name(member)} already")
    if former:
        _rename(session, row, former)
    else:
        _answer(session, row, by, now, max_age)
    _know(session, [row], now, row.source)
    session.flush()
    return _to_known(row)


def snapshots(session: Session, source: str) -> tuple[Snapshot, ...]:
    """What a source's list showed, newest first."""
    query = select(MemberSnapshotRow).where(MemberSnapshotRow.source == source)
    return tuple(map(_to_snapshot, session.exec(query.order_by(col(MemberSnapshotRow.id).desc()))))


def evidence_of(session: Session, article: int, position: int) -> tuple[Snapshot, Snapshot]:
    """What the list showed before and after what a claim says; raises NotFound where no list made it."""
    change = session.get(MemberChangeRow, (article, position))
    if change is None:
        raise NotFound(f"claim {article}.{position} was made by no list of members")
    before, after = (session.get_one(MemberSnapshotRow, key) for key in (change.before_id, change.after_id))
    return _to_snapshot(before), _to_snapshot(after)


def _rename(session: Session, row: MemberRow, former: Sequence[MemberRow]) -> None:
    """A member under a new name: its former rows go, and what was claimed of the difference with them."""
    _withdraw(session, _claim_of(session, row, Verb.JOINED))
    for other in former:
        row.first_at = min(row.first_at, other.first_at)
        _withdraw(session, _claim_of(session, other, Verb.LEFT))
        for change in session.exec(select(MemberChangeRow).where(MemberChangeRow.row_id == other.id)):
            change.row_id = _id(row)
            session.add(change)
        session.flush()
        session.delete(other)


def _has_left(session: Session, row: MemberRow) -> bool:
    """Whether a person agreed that a row's member has left."""
    claim = _claim_of(session, row, Verb.LEFT)
    return claim is not None and claim.event_id is not None


def _withdraw(session: Session, claim: ClaimRow | None) -> None:
    """Take back a claim that no person has judged."""
    if claim is not None and claim.decision is None:
        shaken = () if claim.event_id is None else (claim.event_id,)
        session.delete(claim)
        session.flush()
        register.settle(session, shaken)


def _answer(session: Session, row: MemberRow, by: str, now: datetime, max_age: timedelta) -> None:
    claim = _claim_of(session, row, Verb.JOINED)
    if claim is not None and claim.decision is None and claim.member != row.member:
        judgement = Judgement(verdict=Verdict.YES, by=by, correction=Correction(member=row.member))
        reviewing.decide(session, claim.article_id, claim.position, judgement, now=now, max_age=max_age)


def _adopt_decisions(session: Session, rows: Sequence[MemberRow]) -> None:
    """What persons said of the claims of rows holds for the rows: `jarchi review yes CLAIM --city`."""
    by_id = {row.id: row for row in rows}
    query = (
        select(MemberChangeRow.row_id, ClaimRow.member, DecisionRow)
        .join(
            ClaimRow,
            (col(ClaimRow.article_id) == col(MemberChangeRow.article_id))
            & (col(ClaimRow.position) == col(MemberChangeRow.position)),
        )
        .join(
            DecisionRow,
            (col(DecisionRow.article_id) == col(ClaimRow.article_id))
            & (col(DecisionRow.statement) == col(ClaimRow.decision)),
        )
        .where(DecisionRow.verdict == Verdict.YES)
    )
    for row_id, member, decision in session.exec(query):
        row = by_id.get(row_id)
        if row is None or member is None or row.member == member or row.corrected_by is not None:
            continue
        row.member, row.corrected_by, row.corrected_at = member, decision.decided_by, decision.decided_at
        session.add(row)


def _claim_of(session: Session, row: MemberRow, verb: Verb) -> ClaimRow | None:
    """The newest claim of a row."""
    query = (
        select(ClaimRow)
        .join(
            MemberChangeRow,
            (col(ClaimRow.article_id) == col(MemberChangeRow.article_id))
            & (col(ClaimRow.position) == col(MemberChangeRow.position)),
        )
        .where(MemberChangeRow.row_id == row.id, ClaimRow.verb == verb, ClaimRow.status == Status.ANNOUNCED)
        .order_by(col(ClaimRow.article_id).desc())
        .limit(1)
    )
    return session.exec(query).first()


def _know(session: Session, rows: Iterable[MemberRow], now: datetime, origin: str) -> None:
    found = {row.member: row for row in rows if row.member is not None}
    members.add(
        session,
        (
            KnownMember(network=row.network, member=key, listed_at=now, origin=origin)
            for key, row in found.items()
        ),
    )


def _rows(session: Session, source: str) -> Sequence[MemberRow]:
    query = select(MemberRow).where(MemberRow.source == source).order_by(col(MemberRow.id))
    return session.exec(query).all()


def _latest(session: Session, source: str) -> MemberSnapshotRow | None:
    query = select(MemberSnapshotRow).where(MemberSnapshotRow.source == source)
    return session.exec(query.order_by(col(MemberSnapshotRow.id).desc()).limit(1)).first()


def _to_known(row: MemberRow) -> KnownRow:
    return KnownRow(
        id=_id(row),
        source=row.source,
        network=row.network,
        name=row.name,
        country=row.country,
        member=row.member,
        link=row.link,
        state=RowState(row.state),
        first_at=row.first_at,
        last_at=row.last_at,
        corrected_by=row.corrected_by,
    )


def _to_snapshot(row: MemberSnapshotRow) -> Snapshot:
    kept = json.loads(zlib.decompress(row.rows))
    return Snapshot(
        id=_id(row),
        source=row.source,
        taken_at=row.taken_at,
        last_at=row.last_at,
        digest=row.digest,
        rows=tuple((name, country or None, link or None) for name, country, link in kept),
    )


def _id(row: MemberRow | MemberSnapshotRow) -> int:
    assert row.id is not None
    return row.id
