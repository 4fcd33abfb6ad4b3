"""The room that kept pages take, as commands tell of it."""

from __future__ import annotations

from datetime import UTC, datetime

from cli.output import warn
from crawler.evidence.budget import Room, measure
from news.settings import Settings


def room(settings: Settings) -> Room:
    """How much is used now, and how much is left."""
    return measure(settings.evidence_folder, settings.warc_budget, datetime.now(UTC))


def warn_of_room(found: Room) -> None:
    """Say on standard error when the room is full, or soon will be."""
    if warning := found.warning():
        warn(warning)
