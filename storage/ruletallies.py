"""How the letters of each rule fare."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import Session, col

from storage.tables import DeliveryRow


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleTally:
    """A rule's deliveries: those sent, those that wait, those that were given up."""

    sent: int = 0
    waiting: int = 0
    dead: int = 0
    #: when the last one was accepted
    last_told: datetime | None = None


def tallies(session: Session) -> dict[str, RuleTally]:
    """The tally of every rule that ever told anybody of anything, or was to."""
    query = select(
        col(DeliveryRow.rule),
        func.count(),
        func.count(col(DeliveryRow.sent_at)),
        func.count(col(DeliveryRow.died_at)).filter(col(DeliveryRow.sent_at).is_(None)),
        func.max(DeliveryRow.sent_at),
    ).group_by(col(DeliveryRow.rule))
    return {
        rule: RuleTally(sent=sent, waiting=total - sent - dead, dead=dead, last_told=last)
        for rule, total, sent, dead, last in session.execute(query)
    }
