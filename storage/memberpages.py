"""Where the pages of a list of members lie as they came: what its snapshots were read from."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, Text
from sqlmodel import Field, Session, SQLModel, col, select

from storage.evidence import Pointer
from storage.tables import MemberChangeRow
from storage.types import UtcDateTime


class MemberPageRow(SQLModel, table=True):
    """A page of a list, a record of a WARC file, of the first reading that gave a snapshot."""

    __tablename__ = "member_page"

    snapshot_id: int = Field(
        sa_column=Column(Integer(), ForeignKey("member_snapshot.id", ondelete="CASCADE"), primary_key=True)
    )
    #: of the page among all pages of the reading, from 0
    position: int = Field(sa_column=Column(Integer(), primary_key=True))
    address: str = Field(sa_column=Column(Text(), nullable=False))
    #: its name in the folder of WARC files
    file: str = Field(sa_column=Column(Text(), nullable=False))
    #: of the record, bytes
    start: int = Field(sa_column=Column(BigInteger(), nullable=False))
    size: int = Field(sa_column=Column(BigInteger(), nullable=False))
    #: of the payload: WARC-Payload-Digest
    digest: str = Field(sa_column=Column(Text(), nullable=False))
    captured_at: datetime = Field(sa_column=Column(UtcDateTime(), nullable=False))


def lacks(session: Session, snapshot: int) -> bool:
    """Whether no page of a snapshot is kept."""
    return session.get(MemberPageRow, (snapshot, 0)) is None


def attach(session: Session, snapshot: int, pages: Iterable[Pointer]) -> None:
    """Note the pages that a snapshot was read from, in their order."""
    session.add_all(
        MemberPageRow(
            snapshot_id=snapshot, position=position, address=page.address, file=page.file, start=page.start,
            size=page.size, digest=page.digest, captured_at=page.captured_at,
        )
        for position, page in enumerate(pages)
    )  # fmt: skip


def of_snapshot(session: Session, snapshot: int) -> tuple[Pointer, ...]:
    """The pages that a snapshot was read from."""
    query = select(MemberPageRow).where(MemberPageRow.snapshot_id == snapshot)
    return tuple(
        Pointer(
            address=row.address, file=row.file, start=row.start, size=row.size, digest=row.digest,
            captured_at=row.captured_at,
        )
        for row in session.exec(query.order_by(col(MemberPageRow.position)))
    )  # fmt: skip


def of_notice(session: Session, article: int) -> tuple[int, ...]:
    """The snapshots before and after what a notice says, oldest first; none for any other article."""
    changes = session.exec(select(MemberChangeRow).where(MemberChangeRow.article_id == article))
    return tuple(sorted({key for change in changes for key in (change.before_id, change.after_id)}))
