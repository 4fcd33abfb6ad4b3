"""What robots.txt said, no longer in the row that every request changes; the pages of lists of members."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.types import ByteOrdered, Remark, UtcDateTime

revision = "0015"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Two new tables; what was seen last of robots.txt moves into one of them."""
    _robots()
    _list_pages()


def _robots() -> None:
    op.create_table(
        "robots",
        sa.Column("host", ByteOrdered(), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("asked_status", sa.Integer(), nullable=False),
        sa.Column("stands_at", UtcDateTime(), nullable=True),
        sa.Column("text", Remark(), nullable=True),
        sa.Column("etag", sa.Text(), nullable=True),
        sa.Column("last_modified", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("host", name="pk_robots"),
    )
    op.execute(
        "INSERT INTO robots (host, asked_at, asked_status, stands_at, text) "
        "SELECT host, robots_at, robots_status, CASE WHEN robots_status < 500 THEN robots_at END, robots "
        "FROM host WHERE robots_at IS NOT NULL AND robots_status IS NOT NULL"
    )
    for name in ("robots_at", "robots_status", "robots"):
        op.drop_column("host", name)


def _list_pages() -> None:
    op.create_table(
        "member_page",
        sa.Column("snapshot_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("captured_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["snapshot_id"], ["member_snapshot.id"], name="fk_member_page_snapshot_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("snapshot_id", "position", name="pk_member_page"),
    )
