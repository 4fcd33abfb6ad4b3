"""The tables of stories, language versions and tombstones."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, Text
from sqlmodel import Field, SQLModel

from storage import tables
from storage.types import ByteOrdered, UtcDateTime

assert tables  # names the constraints, and holds what these tables point at


def _article(*, primary: bool = True, index: bool = False) -> Column[int]:
    key = ForeignKey("article.id", ondelete="CASCADE")
    return Column(Integer(), key, primary_key=primary, nullable=False, index=index)


class SignatureRow(SQLModel, table=True):
    """The MinHash signature of an article within the window in which near-duplicates are looked for."""

    __tablename__ = "signature"

    article_id: int = Field(sa_column=_article())
    source: str = Field(sa_column=Column(ByteOrdered(), nullable=False))
    #: `storage.nearness.packed`
    least: bytes = Field(sa_column=Column(LargeBinary(), nullable=False))

    __table_args__ = (Index("ix_signature_source", "source", "article_id"),)


class BandRow(SQLModel, table=True):
    """A band of a signature: articles that share its key may be near each other."""

    __tablename__ = "band"

    key: int = Field(sa_column=Column(BigInteger(), primary_key=True, autoincrement=False))
    article_id: int = Field(sa_column=Column(Integer(), primary_key=True, autoincrement=False))

    __table_args__ = ({"sqlite_with_rowid": False},)


class StoryRow(SQLModel, table=True):
    """A story that several articles tell."""

    __tablename__ = "story"

    id: int | None = Field(default=None, primary_key=True)
    made_at: datetime = Field(sa_column=Column(UtcDateTime(), nullable=False))


class StoryArticleRow(SQLModel, table=True):
    """An article as one of its story; an article without others has no row."""

    __tablename__ = "story_article"

    article_id: int = Field(sa_column=_article())
    story_id: int = Field(
        sa_column=Column(Integer(), ForeignKey("story.id", ondelete="CASCADE"), nullable=False, index=True)
    )
    #: 0 leads, the others follow as they were published
    place: int
    #: with the article by which it came here; None where a person said so
    likeness: float | None = None


class StoryDecisionRow(SQLModel, table=True):
    """What a person said of two articles; it holds for every later comparison."""

    __tablename__ = "story_decision"

    #: the lower and the higher id
    one_id: int = Field(sa_column=_article())
    other_id: int = Field(
        sa_column=Column(
            Integer(),
            ForeignKey("article.id", ondelete="CASCADE"),
            primary_key=True,
            nullable=False,
            index=True,
        )
    )
    #: same or apart
    verdict: str
    decided_by: str = Field(sa_column=Column(Text(), nullable=False))
    decided_at: datetime = Field(sa_column=Column(UtcDateTime(), nullable=False))


class OutletRow(SQLModel, table=True):
    """A name by which copies call a source that is watched."""

    __tablename__ = "outlet"

    #: folded
    name: str = Field(sa_column=Column(ByteOrdered(), primary_key=True))
    source: str = Field(sa_column=Column(ByteOrdered(), nullable=False))


class AlternateRow(SQLModel, table=True):
    """An address at which an article's page says that it is to be read in another language."""

    __tablename__ = "alternate"

    article_id: int = Field(sa_column=_article())
    #: `storage.keys.row_key`
    key: str = Field(sa_column=Column(ByteOrdered(), primary_key=True, index=True))
    url: str = Field(sa_column=Column(Text(), nullable=False))
    #: as the page says, lower case
    language: str


class TombstoneRow(SQLModel, table=True):
    """What must never be fetched or kept again."""

    __tablename__ = "tombstone"

    #: `storage.keys.row_key` of an address, or `sha256:` and the hash of the text
    key: str = Field(sa_column=Column(ByteOrdered(), primary_key=True))
    #: the id that the article had
    article_id: int = Field(sa_column=Column(Integer(), nullable=False, index=True))
    reason: str = Field(sa_column=Column(Text(), nullable=False))
    forgotten_by: str = Field(sa_column=Column(Text(), nullable=False))
    forgotten_at: datetime = Field(sa_column=Column(UtcDateTime(), nullable=False))
    #: when nothing of it was left in files either
    finished_at: datetime | None = Field(sa_column=Column(UtcDateTime(), nullable=True), default=None)


class ErasureRow(SQLModel, table=True):
    """A record of a WARC file that is still to be overwritten."""

    __tablename__ = "erasure"

    id: int | None = Field(default=None, primary_key=True)
    #: the id that its article had
    article_id: int = Field(sa_column=Column(Integer(), nullable=False, index=True))
    file: str = Field(sa_column=Column(Text(), nullable=False))
    start: int = Field(sa_column=Column(BigInteger(), nullable=False))
    size: int = Field(sa_column=Column(BigInteger(), nullable=False))
