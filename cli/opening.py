"""What most commands begin with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from news.names import own
from news.names.own_file import read_own_names
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


def know_own_names(settings: Settings) -> None:
    """Let this process know the names that the users of the archive added; raises SettingsError for a broken file."""
    own.use(read_own_names(settings.names_file))
