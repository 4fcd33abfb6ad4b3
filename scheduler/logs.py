"""Logs of the processes that crawl: to standard error, their libraries only where they warn."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterable

from news.settings import Settings

#: Loggers that tell of every step; what they warn of is still heard.
_TALKATIVE = (
    "scrapy", "twisted", "asyncio", "alembic", "trafilatura", "htmldate", "charset_normalizer", "filelock",
    "scrapy-playwright",
)  # fmt: skip
#: What these log with a traceback is counted under its cause.
_COUNTED = ("scrapy.downloadermiddlewares.robotstxt", "scrapy.core.scraper")


def log_to_stderr(settings: Settings, told: Iterable[str] = ()) -> None:
    """Begin to log; what the loggers `told` warn of is said in another way."""
    logging.basicConfig(
        level=settings.log_level, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s %(message)s"
    )
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLogger().level))
    for name in (*_COUNTED, *told):
        logging.getLogger(name).setLevel(logging.CRITICAL)
