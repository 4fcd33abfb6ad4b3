"""Hosts: when each may be asked next, and the requests to each by the hour."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.types import ByteOrdered, Json, Remark, UtcDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Two new tables."""
    op.create_table(
        "host",
        sa.Column("host", ByteOrdered(), nullable=False),
        *(sa.Column(name, UtcDateTime(), nullable=True) for name in ("asked_at", "next_at", "day")),
        sa.Column("today", sa.Integer(), nullable=False),
        *(
            sa.Column(name, UtcDateTime(), nullable=True)
            for name in ("closed_at", "closed_until", "opened_at")
        ),
        sa.Column("robots_at", UtcDateTime(), nullable=True),
        sa.Column("robots_status", sa.Integer(), nullable=True),
        sa.Column("robots", Remark(), nullable=True),
        sa.Column("crawl_delay", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("host", name="pk_host"),
    )
    op.create_table(
        "host_hour",
        sa.Column("host", ByteOrdered(), nullable=False),
        sa.Column("hour", UtcDateTime(), nullable=False),
        sa.Column("requests", sa.Integer(), nullable=False),
        sa.Column("shortest_gap", sa.Float(), nullable=True),
        sa.Column("gaps", Json, nullable=False),
        sa.Column("told_to_wait", sa.Integer(), nullable=False),
        sa.Column("put_off", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("host", "hour", name="pk_host_hour"),
    )
