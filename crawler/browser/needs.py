"""What drawing needs of the machine: the extra `[browser]` and a Chromium."""

from __future__ import annotations

import shutil
from importlib.util import find_spec

from news.values import Source

#: The names of Chromium's command, Debian's first.
_COMMANDS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
_MODULES = ("playwright", "scrapy_playwright")

#: The cause of a crawl that cannot draw what its source's file asks for.
MISSING = "browser-missing"

_HANDLER = "crawler.browser.handler.DrawingHandler"
#: Scrapy's settings for a source that is drawn: few pages wait for their place, so that robots.txt finds one.
SETTINGS = {
    "DOWNLOAD_HANDLERS": {
        "http": _HANDLER,
        "https": _HANDLER,
        "data": None,
        "file": None,
        "ftp": None,
        "s3": None,
    },
    "CONCURRENT_REQUESTS": 2,
}


def chromium() -> str | None:
    """The path of the system's Chromium; None where there is none."""
    return next((path for name in _COMMANDS if (path := shutil.which(name))), None)


def missing() -> str | None:
    """What has to be installed before a page can be drawn; None where all is there."""
    if any(find_spec(name) is None for name in _MODULES):
        return "the extra [browser] is not installed: pip install 'jarchi[browser]'"
    if chromium() is None:
        return "there is no Chromium: install it (Debian: apt install chromium)"
    return None


def fault_of(source: Source) -> str | None:
    """Why the pages of a source cannot be drawn as its file asks, naming the source; None where they can, or need not."""
    lacking = missing() if source.render else None
    return f"{source.key}: render = true needs a browser, and {lacking}" if lacking else None
