"""The outbox: events that no rule has seen yet, and deliveries until their receipt."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_
from sqlmodel import Session, col, select

from news.values import MembershipEvent, Status, Verb
from storage.register import to_event
from storage.tables import DeliveryRow, EventRow, RuleRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Who is told of which membership events; an empty tuple matches everything."""

    name: str
    recipients: tuple[str, ...]
    verbs: tuple[Verb, ...] = (Verb.JOINED,)
    statuses: tuple[Status, ...] = (Status.ANNOUNCED,)
    networks: tuple[str, ...] = ()
    cities: tuple[str, ...] = ()
    #: ISO 3166 alpha-2, of the member
    countries: tuple[str, ...] = ()
    confidence: float = 0.0
    enabled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One alert to one recipient."""

    id: int
    event: MembershipEvent
    #: the event's status when the rule matched
    status: Status
    rule: str
    recipient: str
    created_at: datetime
    attempts: int
    sent_at: datetime | None
    error: str | None


def rules(session: Session) -> tuple[Rule, ...]:
    """Every rule, by name."""
    return tuple(_to_rule(row) for row in session.exec(select(RuleRow).order_by(col(RuleRow.name))))


def save_rule(session: Session, rule: Rule, now: datetime) -> None:
    """Add a rule, or replace the one of its name."""
    row = session.get(RuleRow, rule.name) or RuleRow(
        name=rule.name,
        verbs=[],
        statuses=[],
        networks=[],
        cities=[],
        countries=[],
        confidence=0.0,
        recipients=[],
        created_at=now,
    )
    row.sqlmodel_update(
        {
            "enabled": rule.enabled,
            "verbs": list(rule.verbs),
            "statuses": list(rule.statuses),
            "networks": list(rule.networks),
            "cities": list(rule.cities),
            "countries": list(rule.countries),
            "confidence": rule.confidence,
            "recipients": list(rule.recipients),
        }
    )
    session.add(row)


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
    for row in rows:
        for rule, recipient in choose(to_event(session, row)):
            _add_delivery(session, row, rule, recipient, now)
        row.matched_at = now
        session.add(row)
    return len(rows)


def due(session: Session, now: datetime, limit: int = 100) -> tuple[Delivery, ...]:
    """Deliveries without a receipt whose next try has come, oldest first. One process may send them, no more."""
    rows = session.exec(
        select(DeliveryRow)
        .where(
            col(DeliveryRow.sent_at).is_(None),
            or_(col(DeliveryRow.next_attempt_at).is_(None), col(DeliveryRow.next_attempt_at) <= now),
        )
        .order_by(col(DeliveryRow.id))
        .limit(limit)
    )
    return tuple(_to_delivery(session, row) for row in rows)


def deliveries(session: Session, *, rule: str | None = None, limit: int = 1000) -> tuple[Delivery, ...]:
    """Deliveries, newest first."""
    query = select(DeliveryRow).order_by(col(DeliveryRow.id).desc()).limit(limit)
    query = query.where(DeliveryRow.rule == rule) if rule else query
    return tuple(_to_delivery(session, row) for row in session.exec(query))


def receipt(session: Session, delivery: int, now: datetime) -> None:
    """Note that the recipient accepted."""
    row = session.get_one(DeliveryRow, delivery)
    row.sent_at, row.attempts, row.error, row.next_attempt_at = now, row.attempts + 1, None, None
    session.add(row)


def postpone(session: Session, delivery: int, error: str, next_attempt_at: datetime) -> None:
    """Note that the recipient did not accept, and when to try again."""
    row = session.get_one(DeliveryRow, delivery)
    row.attempts, row.error, row.next_attempt_at = row.attempts + 1, error, next_attempt_at
    session.add(row)


def _add_delivery(session: Session, event: EventRow, rule: str, recipient: str, now: datetime) -> None:
    assert event.id is not None
    known = select(DeliveryRow).where(
        DeliveryRow.event_id == event.id,
        DeliveryRow.status == event.status,
        DeliveryRow.rule == rule,
        DeliveryRow.recipient == recipient,
    )
    if session.exec(known).first() is None:
        session.add(
            DeliveryRow(
                event_id=event.id, status=event.status, rule=rule, recipient=recipient, created_at=now
            )
        )


def _to_rule(row: RuleRow) -> Rule:
    return Rule(
        name=row.name,
        recipients=tuple(row.recipients),
        verbs=tuple(map(Verb, row.verbs)),
        statuses=tuple(map(Status, row.statuses)),
        networks=tuple(row.networks),
        cities=tuple(row.cities),
        countries=tuple(row.countries),
        confidence=row.confidence,
        enabled=row.enabled,
    )


def _to_delivery(session: Session, row: DeliveryRow) -> Delivery:
    assert row.id is not None
    return Delivery(
        id=row.id,
        event=to_event(session, session.get_one(EventRow, row.event_id)),
        status=Status(row.status),
        rule=row.rule,
        recipient=row.recipient,
        created_at=row.created_at,
        attempts=row.attempts,
        sent_at=row.sent_at,
        error=row.error,
    )
