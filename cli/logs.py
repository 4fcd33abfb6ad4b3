"""Where a long-running command's logs go: one line an event, on standard error."""

from __future__ import annotations

import logging
import sys

from news.settings import Settings

#: Libraries that tell of every step; what they warn of is still heard.
_TALKATIVE = ("alembic", "apscheduler", "uvicorn", "asyncio")


def log_to_stderr(settings: Settings) -> None:
    """From the settings' level up."""
    logging.basicConfig(
        level=settings.log_level, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s %(message)s"
    )
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLogger().level))


def quiet(settings: Settings) -> Settings:
    """Child processes that log between the bars only what went wrong, unless a level was asked for."""
    if "log_level" in settings.model_fields_set:
        return settings
    return settings.model_copy(update={"log_level": "WARNING"})
