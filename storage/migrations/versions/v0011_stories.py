"""Near-duplicates, stories and tombstones."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from storage.types import ByteOrdered, UtcDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """New tables; articles that are kept already get signatures with `jarchi stories compare`."""
    _nearness()
    _stories()
    _versions()
    _tombstones()


def _nearness() -> None:
    op.create_table(
        "signature",
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("source", ByteOrdered(), nullable=False),
        sa.Column("least", sa.LargeBinary(), nullable=False),
        _owned("signature", "article_id"),
        sa.PrimaryKeyConstraint("article_id", name="pk_signature"),
    )
    op.create_index("ix_signature_source", "signature", ["source", "article_id"], unique=False)
    op.create_table(
        "band",
        sa.Column("key", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("article_id", sa.Integer(), nullable=False, autoincrement=False),
        sa.PrimaryKeyConstraint("key", "article_id", name="pk_band"),
        sqlite_with_rowid=False,
    )


def _stories() -> None:
    op.create_table(
        "story",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_story"),
    )
    op.create_table(
        "story_article",
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("story_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("likeness", sa.Float(), nullable=True),
        _owned("story_article", "article_id"),
        sa.ForeignKeyConstraint(
            ["story_id"], ["story.id"], name="fk_story_article_story_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("article_id", name="pk_story_article"),
    )
    op.create_index("ix_story_article_story_id", "story_article", ["story_id"], unique=False)
    op.create_table(
        "story_decision",
        sa.Column("one_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=False),
        _owned("story_decision", "one_id"),
        _owned("story_decision", "other_id"),
        sa.PrimaryKeyConstraint("one_id", "other_id", name="pk_story_decision"),
    )
    op.create_index("ix_story_decision_other_id", "story_decision", ["other_id"], unique=False)
    op.create_table(
        "outlet",
        sa.Column("name", ByteOrdered(), nullable=False),
        sa.Column("source", ByteOrdered(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_outlet"),
    )


def _versions() -> None:
    op.create_table(
        "alternate",
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("key", ByteOrdered(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        _owned("alternate", "article_id"),
        sa.PrimaryKeyConstraint("article_id", "key", name="pk_alternate"),
    )
    op.create_index("ix_alternate_key", "alternate", ["key"], unique=False)


def _tombstones() -> None:
    op.create_table(
        "tombstone",
        sa.Column("key", ByteOrdered(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("forgotten_by", sa.Text(), nullable=False),
        sa.Column("forgotten_at", UtcDateTime(), nullable=False),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("key", name="pk_tombstone"),
    )
    op.create_index("ix_tombstone_article_id", "tombstone", ["article_id"], unique=False)
    op.create_table(
        "erasure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_erasure"),
    )
    op.create_index("ix_erasure_article_id", "erasure", ["article_id"], unique=False)


def _owned(table: str, column: str) -> Any:
    return sa.ForeignKeyConstraint([column], ["article.id"], name=f"fk_{table}_{column}", ondelete="CASCADE")
