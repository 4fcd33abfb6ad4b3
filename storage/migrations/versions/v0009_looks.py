"""Looks at known articles; the keys of addresses anew, since more spellings of one address share a key."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from alembic import op

from storage.keys import row_key
from storage.types import ByteOrdered, Remark, UtcDateTime

revision = "0009"
down_revision = "0007"
branch_labels = None
depends_on = None

#: Older articles are not looked at any more.
_SINCE = timedelta(days=63)

_article = sa.table(
    "article",
    sa.column("id", sa.Integer()),
    sa.column("source", sa.String()),
    sa.column("url", sa.Text()),
    sa.column("first_seen_at", UtcDateTime()),
)
_look = sa.table(
    "look",
    sa.column("article_id", sa.Integer()),
    sa.column("source", sa.String()),
    sa.column("titled", sa.Boolean()),
    sa.column("due_at", UtcDateTime()),
    sa.column("looks", sa.Integer()),
    sa.column("tries", sa.Integer()),
)
_notice = sa.table("member_change", sa.column("article_id", sa.Integer()))
_address = sa.table(
    "address",
    sa.column("key", sa.String()),
    sa.column("url", sa.Text()),
    sa.column("article_id", sa.Integer()),
)
_evidence = sa.table("evidence", sa.column("key", sa.String()), sa.column("article_id", sa.Integer()))
_lead = sa.table(
    "lead", sa.column("source", sa.String()), sa.column("key", sa.String()), sa.column("address", sa.Text())
)


def upgrade() -> None:
    """A table, a look at every article of late, and new keys where they differ."""
    op.create_table(
        "look",
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("source", ByteOrdered(), nullable=False),
        sa.Column("lead", ByteOrdered(), nullable=True),
        sa.Column("titled", sa.Boolean(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=True),
        sa.Column("looks", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("looked_at", UtcDateTime(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("cause", Remark(), nullable=True),
        *(sa.Column(name, UtcDateTime(), nullable=True) for name in ("missed_at", "gone_at")),
        sa.Column("gone_cause", sa.String(), nullable=True),
        sa.Column("moved_at", UtcDateTime(), nullable=True),
        sa.Column("moved_from", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.id"], name="fk_look_article_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("article_id", name="pk_look"),
    )
    op.create_index("ix_look_source_due_at", "look", ["source", "due_at"], unique=False)
    connection = op.get_bind()
    _look_at_articles(connection)
    _renew_addresses(connection)
    _renew_leads(connection)


def _look_at_articles(connection: sa.Connection) -> None:
    wanted = sa.select(
        _article.c.id, _article.c.source, sa.false(), _article.c.first_seen_at, sa.literal(0), sa.literal(0)
    ).where(
        _article.c.url != "",
        _article.c.source != "",
        _article.c.first_seen_at > datetime.now(UTC) - _SINCE,
        _article.c.id.not_in(sa.select(_notice.c.article_id)),
    )
    columns = ["article_id", "source", "titled", "due_at", "looks", "tries"]
    connection.execute(_look.insert().from_select(columns, wanted))


def _renew_addresses(connection: sa.Connection) -> None:
    """The key of an address, and of the pages kept under it; one that another row has already stays as it was."""
    rows = connection.execute(sa.select(_address.c.key, _address.c.url, _address.c.article_id)).all()
    keys = {row.key for row in rows}
    for old, url, article in rows:
        new = _renewed(old, url)
        if new in keys:
            continue
        keys.add(new)
        connection.execute(_address.update().where(_address.c.key == old).values(key=new))
        pages = _evidence.update().where(_evidence.c.article_id == article, _evidence.c.key == old)
        connection.execute(pages.values(key=new))


def _renew_leads(connection: sa.Connection) -> None:
    rows = connection.execute(sa.select(_lead.c.source, _lead.c.key, _lead.c.address)).all()
    keys = {(row.source, row.key) for row in rows}
    for source, old, address in rows:
        new = _renewed(old, address)
        if (source, new) in keys:
            continue
        keys.add((source, new))
        own = _lead.update().where(_lead.c.source == source, _lead.c.key == old)
        connection.execute(own.values(key=new))


def _renewed(key: str, address: str) -> str:
    """The key of today; one that carries a mark (a notice's, a digest) is left, and so is what is no address now."""
    if "#" in key:
        return key
    try:
        return row_key(address)
    except ValueError:
        return key
