"""Digests: letters about several deliveries, closed before they are first sent."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, update
from sqlmodel import Session, col, select

from storage.tables import DeliveryRow, DigestRow, SourceRow

#: A source that nobody asked for so long is not watched any more.
_WATCHED = timedelta(days=8)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """A source whose last crawl failed."""

    source: str
    #: start of the last crawl that succeeded; None where none did
    since: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """What every try of a digest has in common."""

    id: int
    identity: str
    recipient: str
    #: language of the letter
    letters: str
    closed_at: datetime
    unread: tuple[Unread, ...]


def close(
    session: Session,
    deliveries: Collection[int],
    *,
    identity: str,
    recipient: str,
    letters: str,
    now: datetime,
) -> int:
    """Bind deliveries to a new digest, with what cannot be read at this moment; returns its id."""
    unread = [
        [item.source, item.since.isoformat() if item.since else None] for item in unreadable(session, now)
    ]
    row = DigestRow(identity=identity, recipient=recipient, letters=letters, closed_at=now, unread=unread)
    session.add(row)
    session.flush()
    assert row.id is not None
    bound = update(DeliveryRow).where(col(DeliveryRow.id).in_(list(deliveries)))
    session.connection().execute(bound.values(digest_id=row.id, next_attempt_at=None))
    return row.id


def digest(session: Session, digest_id: int) -> Digest:
    """A digest by id; raises NoResultFound for one that is not there."""
    row = session.get_one(DigestRow, digest_id)
    return Digest(
        id=digest_id,
        identity=row.identity,
        recipient=row.recipient,
        letters=row.letters,
        closed_at=row.closed_at,
        unread=tuple(map(_unread, row.unread)),
    )


def unreadable(session: Session, now: datetime) -> tuple[Unread, ...]:
    """Watched sources whose last crawl failed, those unread for longest first."""
    rows = session.exec(
        select(SourceRow).where(
            col(SourceRow.failures) > 0,
            col(SourceRow.last_run_at) >= now - _WATCHED,
            or_(col(SourceRow.enabled).is_(None), col(SourceRow.enabled).is_(True)),
        )
    )
    found = [Unread(source=row.key, since=row.last_good_at) for row in rows]
    return tuple(sorted(found, key=lambda item: (item.since is not None, item.since or now, item.source)))


def _unread(pair: list[str | None]) -> Unread:
    source, since = pair
    return Unread(source=source or "", since=datetime.fromisoformat(since) if since else None)
