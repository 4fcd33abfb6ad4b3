"""The news agency whose byline an article carries; of articles read before, none is known."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One column, added in place: an archive of a million articles is not copied for it."""
    op.add_column("article", sa.Column("agency", sa.Text(), nullable=True))
