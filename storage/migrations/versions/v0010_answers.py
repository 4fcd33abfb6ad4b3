"""Rules of searches, saved searches, articles that wait to be told of, and what readers answered."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.types import ByteOrdered, Remark, UtcDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_KEPT = (
    "id", "event_id", "status", "rule", "recipient", "created_at", "attempts", "next_attempt_at", "sent_at", "error",
    "died_at", "answer", "digest_id",
)  # fmt: skip


def upgrade() -> None:
    """Three new tables; a delivery is about an event or an article."""
    op.add_column("rule", sa.Column("query", sa.Text(), nullable=True))
    _fresh_articles()
    _saved_searches()
    _answers()
    if op.get_bind().dialect.name == "postgresql":
        _alter_deliveries()
    else:
        _rebuild_deliveries()


def _fresh_articles() -> None:
    op.create_table(
        "fresh_article",
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("arrived_at", UtcDateTime(), nullable=False),
        sa.Column("matched_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.id"], name="fk_fresh_article_article_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("article_id", name="pk_fresh_article"),
    )
    op.create_index("ix_fresh_article_matched_at", "fresh_article", ["matched_at"], unique=False)


def _saved_searches() -> None:
    op.create_table(
        "saved_search",
        sa.Column("name", ByteOrdered(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("saved_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_saved_search"),
    )


def _answers() -> None:
    op.create_table(
        "answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("delivery_id", sa.Integer(), nullable=True),
        sa.Column("event_id", sa.Integer(), nullable=True),
        sa.Column("article_id", sa.Integer(), nullable=True),
        sa.Column("rule", ByteOrdered(), nullable=False),
        sa.Column("recipient", ByteOrdered(), nullable=False),
        sa.Column("network", ByteOrdered(), nullable=True),
        sa.Column("language", ByteOrdered(), nullable=True),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("note", Remark(), nullable=True),
        sa.Column("answered_at", UtcDateTime(), nullable=False),
        sa.Column("settled_at", UtcDateTime(), nullable=True),
        sa.Column("settled_by", sa.Text(), nullable=True),
        sa.Column("agreed", sa.Boolean(), nullable=True),
        sa.Column("reason", Remark(), nullable=True),
        sa.UniqueConstraint("delivery_id", name="uq_answer_delivery_id"),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_answer_event_id", ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.id"], name="fk_answer_article_id", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_answer"),
    )
    for name in ("event_id", "article_id", "answered_at", "settled_at"):
        op.create_index(f"ix_answer_{name}", "answer", [name], unique=False)


def _alter_deliveries() -> None:
    op.alter_column("delivery", "event_id", nullable=True)
    op.add_column("delivery", sa.Column("article_id", sa.Integer(), nullable=True))
    op.create_foreign_key(
        "fk_delivery_article_id", "delivery", "article", ["article_id"], ["id"], ondelete="CASCADE"
    )
    op.create_unique_constraint(
        "uq_delivery_article_id_rule_recipient", "delivery", ["article_id", "rule", "recipient"]
    )


def _rebuild_deliveries() -> None:
    """SQLite cannot take NOT NULL away from a column."""
    op.create_table(
        "delivery_rebuilt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("rule", ByteOrdered(), nullable=False),
        sa.Column("recipient", ByteOrdered(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", UtcDateTime(), nullable=True),
        sa.Column("sent_at", UtcDateTime(), nullable=True),
        sa.Column("error", Remark(), nullable=True),
        sa.Column("died_at", UtcDateTime(), nullable=True),
        sa.Column("answer", Remark(), nullable=True),
        sa.Column("digest_id", sa.Integer(), nullable=True),
        sa.Column("article_id", sa.Integer(), nullable=True),
        sa.UniqueConstraint(
            "event_id", "status", "rule", "recipient", name="uq_delivery_event_id_status_rule_recipient"
        ),
        sa.UniqueConstraint("article_id", "rule", "recipient", name="uq_delivery_article_id_rule_recipient"),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_delivery_event_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.id"], name="fk_delivery_article_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_delivery"),
    )
    old, new = (sa.table(name, *map(sa.column, _KEPT)) for name in ("delivery", "delivery_rebuilt"))
    op.execute(new.insert().from_select(_KEPT, sa.select(old)))
    op.drop_table("delivery")
    op.rename_table("delivery_rebuilt", "delivery")
    for name in ("next_attempt_at", "digest_id"):
        op.create_index(f"ix_delivery_{name}", "delivery", [name], unique=False)
