"""What most commands begin with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from news.settings import Settings, load_settings
from storage.engine import Store
from storage.schema import open_store


@contextmanager
def archive(settings: Settings | None = None) -> Iterator[Store]:
    """The database of the settings, closed afterwards."""
    store = open_store((settings or load_settings()).database)
    try:
        yield store
    finally:
        store.close()
