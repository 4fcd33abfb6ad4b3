"""The tables of what readers ask for and answer, beside those of `storage.tables`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Column, ForeignKey, Integer, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from storage import tables
from storage.types import ByteOrdered, Remark, UtcDateTime

assert tables  # names the constraints, and holds what these tables point at


def _field(column: Column[Any]) -> Any:
    return Field(sa_column=column, default=None) if column.nullable else Field(sa_column=column)


def _about(table: str) -> Any:
    """What is gone leaves the row that speaks of it."""
    key = ForeignKey(f"{table}.id", ondelete="SET NULL")
    return _field(Column(Integer(), key, nullable=True, index=True))


class FreshArticleRow(SQLModel, table=True):
    """An article that was news when it came; an unmatched one (`matched_at` null) waits in the outbox."""

    __tablename__ = "fresh_article"

    article_id: int = _field(
        Column(Integer(), ForeignKey("article.id", ondelete="CASCADE"), primary_key=True)
    )
    arrived_at: datetime = _field(Column(UtcDateTime(), nullable=False))
    matched_at: datetime | None = _field(Column(UtcDateTime(), nullable=True, index=True))


class SavedSearchRow(SQLModel, table=True):
    """A query that somebody gave a name."""

    __tablename__ = "saved_search"

    name: str = _field(Column(ByteOrdered(), primary_key=True))
    query: str = _field(Column(Text(), nullable=False))
    saved_at: datetime = _field(Column(UtcDateTime(), nullable=False))


class AnswerRow(SQLModel, table=True):
    """What a reader said of a letter; what it was about is written down, since that may go."""

    __tablename__ = "answer"

    id: int | None = Field(default=None, primary_key=True)
    #: the letter's part that was judged; None for what was missed
    delivery_id: int | None = None
    event_id: int | None = _about("event")
    article_id: int | None = _about("article")
    rule: str = _field(Column(ByteOrdered(), nullable=False))
    recipient: str = _field(Column(ByteOrdered(), nullable=False))
    network: str | None = _field(Column(ByteOrdered(), nullable=True))
    language: str | None = _field(Column(ByteOrdered(), nullable=True))
    #: right, wrong or missed
    verdict: str
    #: the letter's headline
    subject: str = _field(Column(Text(), nullable=False))
    #: of what was missed
    address: str | None = _field(Column(Text(), nullable=True))
    note: str | None = _field(Column(Remark(), nullable=True))
    answered_at: datetime = _field(Column(UtcDateTime(), nullable=False, index=True))
    #: when a person of the staff dealt with it, who, whether the reader was right, and why
    settled_at: datetime | None = _field(Column(UtcDateTime(), nullable=True, index=True))
    settled_by: str | None = _field(Column(Text(), nullable=True))
    agreed: bool | None = None
    reason: str | None = _field(Column(Remark(), nullable=True))

    __table_args__ = (UniqueConstraint("delivery_id"),)
