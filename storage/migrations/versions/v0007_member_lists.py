"""Networks' own lists of members: their rows, what they showed when, and the claims made of the difference."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.types import ByteOrdered, Json, UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Four new tables."""
    op.create_table(
        "member_list",
        sa.Column("source", ByteOrdered(), nullable=False),
        sa.Column("network", ByteOrdered(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("layouts", Json, nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("first_read_at", UtcDateTime(), nullable=False),
        sa.Column("read_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("source", name="pk_member_list"),
    )
    op.create_table(
        "member_snapshot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", ByteOrdered(), nullable=False),
        sa.Column("taken_at", UtcDateTime(), nullable=False),
        sa.Column("last_at", UtcDateTime(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("rows", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_member_snapshot"),
    )
    op.create_index("ix_member_snapshot_source", "member_snapshot", ["source"], unique=False)
    _rows()
    _changes()


def _rows() -> None:
    op.create_table(
        "member_row",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", ByteOrdered(), nullable=False),
        sa.Column("network", ByteOrdered(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("country", sa.String(), nullable=True),
        sa.Column("member", ByteOrdered(), nullable=True),
        sa.Column("link", sa.Text(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("missing_since", UtcDateTime(), nullable=True),
        sa.Column("first_at", UtcDateTime(), nullable=False),
        sa.Column("last_at", UtcDateTime(), nullable=False),
        sa.Column("snapshot_id", sa.Integer(), nullable=False),
        sa.Column("corrected_by", sa.Text(), nullable=True),
        sa.Column("corrected_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["snapshot_id"],
            ["member_snapshot.id"],
            name="fk_member_row_snapshot_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_member_row"),
    )
    for column in ("source", "network"):
        op.create_index(f"ix_member_row_{column}", "member_row", [column], unique=False)


def _changes() -> None:
    owners = (
        ("article_id", "article"),
        ("row_id", "member_row"),
        ("before_id", "member_snapshot"),
        ("after_id", "member_snapshot"),
    )
    op.create_table(
        "member_change",
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name, _ in owners[1:]),
        *(
            sa.ForeignKeyConstraint(
                [name], [f"{table}.id"], name=f"fk_member_change_{name}", ondelete="CASCADE"
            )
            for name, table in owners
        ),
        sa.PrimaryKeyConstraint("article_id", "position", name="pk_member_change"),
    )
    op.create_index("ix_member_change_row_id", "member_change", ["row_id"], unique=False)
