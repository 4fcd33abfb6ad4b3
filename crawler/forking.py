"""The server that forks readers: it has loaded all that a page needs, and the forks share it."""

from __future__ import annotations

import multiprocessing
from multiprocessing import forkserver
from multiprocessing.context import ForkServerContext

_LOADED = ["reading.warmed", "crawler.readers"]


def reader_context() -> ForkServerContext:
    """In which readers are begun; the first of them starts the server where nobody has."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_LOADED)
    return context


def begin_forking() -> None:
    """Start the server now: it loads for a second, on another core, while this process loads what a crawl needs."""
    reader_context()
    forkserver.ensure_running()
