"""What people decide of claims; the members that a network's own list names."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.types import ByteOrdered, Json, UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """New columns of claims, added in place; two new tables."""
    op.add_column("claim", sa.Column("member_name", sa.Text(), nullable=True))
    op.add_column("claim", sa.Column("network_name", sa.Text(), nullable=True))
    op.add_column("claim", sa.Column("freshness", sa.String(), nullable=True))
    op.add_column("claim", sa.Column("decision", ByteOrdered(), nullable=True))
    op.create_index("ix_claim_member_network", "claim", ["member", "network"], unique=False)
    _decisions()
    _known_members()


def _decisions() -> None:
    op.create_table(
        "decision",
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("statement", ByteOrdered(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("member", ByteOrdered(), nullable=True),
        sa.Column("network", ByteOrdered(), nullable=True),
        sa.Column("verb", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("before", Json, nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.id"], name="fk_decision_article_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("article_id", "statement", name="pk_decision"),
    )
    op.create_index("ix_decision_decided_at", "decision", ["decided_at"], unique=False)


def _known_members() -> None:
    op.create_table(
        "known_member",
        sa.Column("network", ByteOrdered(), nullable=False),
        sa.Column("member", ByteOrdered(), nullable=False),
        sa.Column("listed_at", UtcDateTime(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("network", "member", name="pk_known_member"),
    )
