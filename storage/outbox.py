"""The outbox: events that no rule has seen yet, and deliveries, of articles too, until their receipt."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, func, insert, or_, update
from sqlmodel import Session, col, select

from news.values import MembershipEvent, Status
from storage import findings
from storage.findings import FoundArticle
from storage.register import to_events
from storage.rules import is_not_paused, rules
from storage.tables import DeliveryRow, EventRow

#: So many ids fit into one statement of every engine.
_IDS = 500


class DeliveryState(StrEnum):
    """How a delivery stands."""

    WAITING = "waiting"
    SENT = "sent"
    #: given up; a person may have it tried again
    DEAD = "dead"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One alert to one recipient, about an event or an article."""

    id: int
    rule: str
    recipient: str
    created_at: datetime
    #: tries, the one that was accepted included
    attempts: int
    sent_at: datetime | None
    #: why it was not accepted the last time
    error: str | None
    event: MembershipEvent | None = None
    #: the event's when the rule matched
    status: Status | None = None
    article: FoundArticle | None = None
    #: not before this; None means at once
    next_attempt_at: datetime | None = None
    died_at: datetime | None = None
    #: what the recipient's server said when it accepted
    answer: str | None = None
    #: the digest that carries it
    digest: int | None = None

    @property
    def about(self) -> MembershipEvent | FoundArticle:
        """What it tells of."""
        about = self.event or self.article
        assert about is not None
        return about

    @property
    def reference(self) -> str:
        """What it tells of, for logs: event=12, article=34."""
        return f"{'event' if self.event else 'article'}={self.about.id}"

    @property
    def state(self) -> DeliveryState:
        """Waiting, sent or dead."""
        if self.sent_at is not None:
            return DeliveryState.SENT
        return DeliveryState.WAITING if self.died_at is None else DeliveryState.DEAD


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """Deliveries that leave in one letter: one by itself, or all of a digest."""

    recipient: str
    digest: int | None
    deliveries: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A delivery that nobody has tried yet."""

    id: int
    rule: str
    recipient: str


def match(
    session: Session,
    choose: Callable[[MembershipEvent], Iterable[tuple[str, str]]],
    now: datetime,
    limit: int = 100,
) -> int:
    """Let `choose` name the (rule, recipient) pairs of each event nobody matched yet; returns how many were seen.

    Deliveries and mark go in one transaction, under a row lock: never a high-water mark on ids,
    because ids are committed out of order.
    """
    rows = session.exec(
        select(EventRow)
        .where(col(EventRow.matched_at).is_(None))
        .order_by(col(EventRow.id))
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    chosen = [list(dict.fromkeys(choose(event))) for event in to_events(session, rows)]
    _add_deliveries(session, rows, chosen, now)
    for row in rows:
        row.matched_at = now
    return len(rows)


def unsettled(session: Session) -> tuple[Waiting, ...]:
    """Deliveries for which no moment has been set yet, oldest first."""
    return _untried(session, col(DeliveryRow.next_attempt_at).is_(None))


def ripe(session: Session, now: datetime) -> tuple[Waiting, ...]:
    """Deliveries that were held until a moment that has come, oldest first: what a digest is closed with."""
    return _untried(session, col(DeliveryRow.next_attempt_at) <= now)


def hold(session: Session, deliveries: Collection[int], until: datetime) -> None:
    """Set the moment before which deliveries are not sent."""
    _update(session, deliveries, next_attempt_at=until)


def due(session: Session, now: datetime) -> tuple[Unit, ...]:
    """What waits for a receipt and may be tried now, oldest first. One process may send it, no more."""
    when = or_(col(DeliveryRow.next_attempt_at).is_(None), col(DeliveryRow.next_attempt_at) <= now)
    rows = session.exec(
        select(DeliveryRow.id, DeliveryRow.recipient, DeliveryRow.digest_id)
        .where(_is_waiting(), or_(col(DeliveryRow.digest_id).is_not(None), is_not_paused()), when)
        .order_by(col(DeliveryRow.id))
    )
    units: dict[tuple[int | None, int | None], list[tuple[int, str]]] = {}
    for delivery, recipient, digest in rows:
        assert delivery is not None
        units.setdefault((digest, None if digest else delivery), []).append((delivery, recipient))
    return tuple(
        Unit(recipient=members[0][1], digest=digest, deliveries=tuple(member for member, _ in members))
        for (digest, _), members in units.items()
    )


def load(session: Session, ids: Iterable[int]) -> tuple[Delivery, ...]:
    """Deliveries by id, in the order of the ids."""
    return _to_deliveries(session, [session.get_one(DeliveryRow, delivery) for delivery in ids])


def delivery(session: Session, number: int) -> Delivery | None:
    """One delivery by id."""
    row = session.get(DeliveryRow, number)
    return _to_deliveries(session, [row])[0] if row else None


def deliveries(
    session: Session, *, rule: str | None = None, state: DeliveryState | None = None, limit: int = 1000
) -> tuple[Delivery, ...]:
    """Deliveries, newest first."""
    query = select(DeliveryRow).order_by(col(DeliveryRow.id).desc()).limit(limit)
    query = query.where(DeliveryRow.rule == rule) if rule else query
    query = query.where(_stands(state)) if state else query
    return _to_deliveries(session, session.exec(query).all())


def count(session: Session, state: DeliveryState) -> int:
    """How many deliveries stand so."""
    return session.exec(select(func.count()).select_from(DeliveryRow).where(_stands(state))).one()


def letters_since(session: Session, recipient: str, since: datetime) -> int:
    """Letters about one event or article each that a recipient was sent since then, or is being sent."""
    begun = and_(_is_waiting(), col(DeliveryRow.attempts) > 0)
    query = select(func.count()).where(
        DeliveryRow.recipient == recipient,
        col(DeliveryRow.digest_id).is_(None),
        or_(col(DeliveryRow.sent_at) >= since, begun),
    )
    return session.exec(query).one()


def receipt(session: Session, deliveries: Collection[int], now: datetime, answer: str = "") -> None:
    """Note that the recipient accepted, and what its server said."""
    tried = DeliveryRow.attempts + 1
    _update(
        session, deliveries, sent_at=now, attempts=tried, error=None, next_attempt_at=None, died_at=None,
        answer=answer or None,
    )  # fmt: skip


def postpone(session: Session, deliveries: Collection[int], error: str, next_attempt_at: datetime) -> None:
    """Note that the recipient did not accept, and when to try again."""
    tried = DeliveryRow.attempts + 1
    _update(session, deliveries, attempts=tried, error=error, next_attempt_at=next_attempt_at)


def bury(session: Session, deliveries: Collection[int], error: str, now: datetime, *, tried: int = 1) -> None:
    """Give deliveries up; they stay where staff see them. `tried` is 0 for what was never attempted."""
    attempts = DeliveryRow.attempts + tried
    _update(session, deliveries, attempts=attempts, error=error, next_attempt_at=None, died_at=now)


def bury_waiting(session: Session, rule: str, error: str, now: datetime, recipient: str | None = None) -> int:
    """Give up what waits of a rule, or of one recipient of it; returns how many deliveries that were."""
    query = select(DeliveryRow.id).where(_is_waiting(), DeliveryRow.rule == rule)
    query = query.where(DeliveryRow.recipient == recipient) if recipient is not None else query
    found = [delivery for delivery in session.exec(query) if delivery is not None]
    bury(session, found, error, now, tried=0)
    return len(found)


def revive(session: Session, deliveries: Iterable[int] | None = None) -> tuple[int, ...]:
    """Have dead deliveries tried again, all of them where none is named; returns those that were dead.

    A digest lives again as a whole.
    """
    query = select(DeliveryRow.id, DeliveryRow.digest_id).where(_stands(DeliveryState.DEAD))
    dead = [(delivery, digest) for delivery, digest in session.exec(query) if delivery is not None]
    if deliveries is not None:
        wanted = set(deliveries)
        digests = {digest for delivery, digest in dead if delivery in wanted and digest}
        dead = [(delivery, digest) for delivery, digest in dead if delivery in wanted or digest in digests]
    found = tuple(sorted(delivery for delivery, _ in dead))
    _update(session, found, attempts=0, died_at=None, next_attempt_at=None)
    return found


def _untried(session: Session, when: ColumnElement[bool]) -> tuple[Waiting, ...]:
    rows = session.exec(
        select(DeliveryRow.id, DeliveryRow.rule, DeliveryRow.recipient)
        .where(
            _is_waiting(), is_not_paused(), when,
            col(DeliveryRow.attempts) == 0, col(DeliveryRow.digest_id).is_(None),
        )
        .order_by(col(DeliveryRow.id))
    )  # fmt: skip
    return tuple(
        Waiting(id=delivery or 0, rule=rule, recipient=recipient) for delivery, rule, recipient in rows
    )


def _is_waiting() -> ColumnElement[bool]:
    return and_(col(DeliveryRow.sent_at).is_(None), col(DeliveryRow.died_at).is_(None))


def _stands(state: DeliveryState) -> ColumnElement[bool]:
    if state is DeliveryState.WAITING:
        return _is_waiting()
    if state is DeliveryState.SENT:
        return col(DeliveryRow.sent_at).is_not(None)
    return and_(col(DeliveryRow.died_at).is_not(None), col(DeliveryRow.sent_at).is_(None))


def _update(session: Session, deliveries: Collection[int], **values: Any) -> None:
    ids = list(deliveries)
    for start in range(0, len(ids), _IDS):
        which = col(DeliveryRow.id).in_(ids[start : start + _IDS])
        session.connection().execute(update(DeliveryRow).where(which).values(**values))


def _add_deliveries(
    session: Session, events: Sequence[EventRow], chosen: Sequence[Sequence[tuple[str, str]]], now: datetime
) -> None:
    """Those of the pairs chosen for each event that are not there yet for the event as it stands."""
    told = select(DeliveryRow.event_id, DeliveryRow.status, DeliveryRow.rule, DeliveryRow.recipient).where(
        col(DeliveryRow.event_id).in_([event.id for event in events])
    )
    known = set(session.exec(told).all())
    missing = [
        {
            "event_id": event.id,
            "status": event.status,
            "rule": rule,
            "recipient": recipient,
            "created_at": now,
            "attempts": 0,
        }
        for event, pairs in zip(events, chosen, strict=True)
        for rule, recipient in pairs
        if (event.id, event.status, rule, recipient) not in known
    ]
    if missing:
        session.connection().execute(insert(DeliveryRow), missing)


def _to_deliveries(session: Session, rows: Sequence[DeliveryRow]) -> tuple[Delivery, ...]:
    told = dict.fromkeys(row.event_id for row in rows if row.event_id is not None)
    events = [session.get_one(EventRow, event) for event in told]
    known = {event.id: event for event in to_events(session, events)}
    queries = {rule.name: rule.query for rule in rules(session)} if len(told) < len(rows) else {}
    return tuple(
        _to_delivery(row, known.get(row.event_id or 0), _article(session, row, queries)) for row in rows
    )


def _article(session: Session, row: DeliveryRow, queries: Mapping[str, str]) -> FoundArticle | None:
    if row.article_id is None:
        return None
    return findings.load(session, row.article_id, queries.get(row.rule, ""))


def _to_delivery(row: DeliveryRow, event: MembershipEvent | None, article: FoundArticle | None) -> Delivery:
    assert row.id is not None
    return Delivery(
        id=row.id,
        event=event,
        status=Status(row.status) if event else None,
        article=article,
        rule=row.rule,
        recipient=row.recipient,
        created_at=row.created_at,
        attempts=row.attempts,
        sent_at=row.sent_at,
        error=row.error,
        next_attempt_at=row.next_attempt_at,
        died_at=row.died_at,
        answer=row.answer,
        digest=row.digest_id,
    )
