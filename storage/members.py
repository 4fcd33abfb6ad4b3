"""The members that a network's own list names: their joining is no news."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete
from sqlmodel import Session, col, select

from storage.tables import KnownMemberRow


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownMember:
    """A member as a list names it."""

    #: catalogue key
    network: str
    #: place key
    member: str
    #: when the list said so, aware
    listed_at: datetime
    #: the file or address of the list
    origin: str


def add(session: Session, members: Iterable[KnownMember]) -> int:
    """Note members; returns how many were not known yet. One that is known keeps its earlier date."""
    added = 0
    for member in members:
        row = session.get(KnownMemberRow, (member.network, member.member))
        if row is None:
            session.add(_row(member))
            added += 1
        elif member.listed_at < row.listed_at:
            row.listed_at, row.origin = member.listed_at, member.origin
    return added


def forget(session: Session, network: str) -> int:
    """Take back a network's whole list; returns how many members it had."""
    gone = session.exec(delete(KnownMemberRow).where(col(KnownMemberRow.network) == network))
    return gone.rowcount


def known(session: Session, network: str | None = None) -> tuple[KnownMember, ...]:
    """Every member noted, by network and key."""
    query = select(KnownMemberRow).order_by(col(KnownMemberRow.network), col(KnownMemberRow.member))
    query = query.where(KnownMemberRow.network == network) if network else query
    return tuple(_member(row) for row in session.exec(query))


def listed_at(session: Session, network: str, member: str) -> datetime | None:
    """When a list of the network first named the member; None where none does."""
    row = session.get(KnownMemberRow, (network, member))
    return row.listed_at if row else None


def _row(member: KnownMember) -> KnownMemberRow:
    return KnownMemberRow(
        network=member.network, member=member.member, listed_at=member.listed_at, origin=member.origin
    )


def _member(row: KnownMemberRow) -> KnownMember:
    return KnownMember(network=row.network, member=row.member, listed_at=row.listed_at, origin=row.origin)
