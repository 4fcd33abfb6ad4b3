"""What the robots.txt of each host said when it was last had, so that not every crawl asks for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, Integer, Text
from sqlmodel import Field, Session, SQLModel

from storage.types import ByteOrdered, Remark, UtcDateTime


class RobotsRow(SQLModel, table=True):
    """A host's robots.txt: how it answered last, and what stands."""

    __tablename__ = "robots"

    #: `news.addresses.host_key`
    host: str = Field(sa_column=Column(ByteOrdered(), primary_key=True))
    #: the last answer, whatever it was
    asked_at: datetime = Field(sa_column=Column(UtcDateTime(), nullable=False))
    asked_status: int = Field(sa_column=Column(Integer(), nullable=False))
    #: when what stands was last had, or confirmed by a 304; None where nothing ever was
    stands_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime(), nullable=True))
    text: str | None = Field(default=None, sa_column=Column(Remark(), nullable=True))
    etag: str | None = Field(default=None, sa_column=Column(Text(), nullable=True))
    last_modified: str | None = Field(default=None, sa_column=Column(Text(), nullable=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotsSeen:
    """How a host answered for its robots.txt; without a text, what was had before goes on standing."""

    host: str
    status: int
    text: str | None = None
    #: what it asks for, in seconds
    delay: float | None = None
    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotsKept:
    """A robots.txt that was had; one that is not there has no text."""

    text: str
    #: when it was had, or confirmed
    at: datetime
    etag: str | None = None
    last_modified: str | None = None

    @property
    def has_marks(self) -> bool:
        """Whether a server can be asked if it has changed since."""
        return bool(self.etag or self.last_modified)


def kept(session: Session, host: str) -> RobotsKept | None:
    """What stands of a host, however old."""
    row = session.get(RobotsRow, host)
    if row is None or row.stands_at is None:
        return None
    return RobotsKept(text=row.text or "", at=row.stands_at, etag=row.etag, last_modified=row.last_modified)


def note(session: Session, seen: RobotsSeen, now: datetime) -> None:
    """Store an answer; one without a text confirms what stands where it is a 304 to marks of it, and else says nothing of it."""
    row = session.get(RobotsRow, seen.host) or RobotsRow(
        host=seen.host, asked_at=now, asked_status=seen.status
    )
    row.asked_at, row.asked_status = now, seen.status
    if seen.text is not None:
        row.text, row.etag, row.last_modified = seen.text, seen.etag, seen.last_modified
    is_confirmed = seen.status == 304 and row.stands_at is not None and (row.etag or row.last_modified)
    if seen.text is not None or is_confirmed:
        row.stands_at = now
    session.add(row)
