"""Views to read, which stand behind every upgrade: `storage.views`."""

from __future__ import annotations

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing: they are made after the last migration."""

