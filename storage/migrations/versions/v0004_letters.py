"""How rules wish to be told, digests, and deliveries that were given up or answered."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.types import ByteOrdered, Json, UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """New columns of rules and deliveries, added in place; one new table."""
    op.add_column("rule", sa.Column("languages", Json, nullable=True))
    for name in ("letters", "rhythm"):
        op.add_column("rule", sa.Column(name, sa.String(), nullable=True))
    for name in ("hour", "weekday"):
        op.add_column("rule", sa.Column(name, sa.Integer(), nullable=True))
    op.add_column("rule", sa.Column("zone", sa.String(), nullable=True))
    for name in ("quiet_from", "quiet_until"):
        op.add_column("rule", sa.Column(name, sa.Integer(), nullable=True))
    _digests()
    op.add_column("delivery", sa.Column("died_at", UtcDateTime(), nullable=True))
    op.add_column("delivery", sa.Column("answer", sa.Text(), nullable=True))
    op.add_column("delivery", sa.Column("digest_id", sa.Integer(), nullable=True))
    op.create_index("ix_delivery_digest_id", "delivery", ["digest_id"], unique=False)
    _bury_the_dead()


def _digests() -> None:
    op.create_table(
        "digest",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("identity", ByteOrdered(), nullable=False),
        sa.Column("recipient", ByteOrdered(), nullable=False),
        sa.Column("letters", sa.String(), nullable=False),
        sa.Column("closed_at", UtcDateTime(), nullable=False),
        sa.Column("unread", Json, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_digest"),
    )


def _bury_the_dead() -> None:
    """A delivery that was given up used to wait for the year 9999."""
    op.execute(
        "UPDATE delivery SET died_at = created_at, next_attempt_at = NULL WHERE next_attempt_at >= '9999-01-01'"
    )
