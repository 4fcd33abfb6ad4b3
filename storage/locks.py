"""One service to a database."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import text

from news.errors import AlreadyRunning
from storage.engine import Store

#: PostgreSQL advisory locks: of the service, "jarchi" in ASCII, and of whoever sends alerts.
_ADVISORY_KEY = 0x6A6172636869
_SENDING_KEY = _ADVISORY_KEY + 1


@contextmanager
def sole_service(store: Store) -> Iterator[None]:
    """Hold the database for one service; the lock goes with the process, however it ends.

    Raises AlreadyRunning where another service holds it.
    """
    with _file_lock(store) if store.is_sqlite else _advisory_lock(store):
        yield


@contextmanager
def sole_sender(store: Store) -> Iterator[bool]:
    """Whether this process may send alerts now; False while another one does. The lock goes with the process."""
    if store.is_sqlite:
        with store.beside(".alerts.lock").open("a", encoding="ascii") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
            else:
                yield True
        return
    with store.session_connection() as connection:
        yield bool(connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": _SENDING_KEY}).scalar())


@contextmanager
def _file_lock(store: Store) -> Iterator[None]:
    with store.beside(".lock").open("a+", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise AlreadyRunning(_message(store, f" (process {file.read().strip()})")) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


@contextmanager
def _advisory_lock(store: Store) -> Iterator[None]:
    with store.session_connection() as connection:
        if not connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": _ADVISORY_KEY}).scalar():
            raise AlreadyRunning(_message(store, ""))
        yield


def _message(store: Store, who: str) -> str:
    return f"another Jarchi service{who} already runs on {store.url}; stop it first"
