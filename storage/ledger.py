"""What was forgotten, in a file beside the archive: it outlives the restoring of an older backup.

A line of JSON for each article: when, why and by whom it was forgotten, and hashes of its addresses and its texts.
Nothing is ever taken out of it.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from sqlalchemy import inspect, select
from sqlmodel import Session

from news.errors import StorageError
from storage.engine import Store
from storage.statements import table_of
from storage.storytables import TombstoneRow

#: Its name in the home folder, and in that of a backup.
FILE_NAME = "forgotten.jsonl"
#: Before the hash of an address, or of a text, in a tombstone.
ADDRESS, TEXT = "address-sha256:", "sha256:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """That an article was forgotten; nothing of what it said, and no address of it."""

    #: SHA-256 of `storage.keys.row_key` of each of its addresses
    addresses: frozenset[str]
    #: `storage.prepared.hash_of` each of its texts
    texts: frozenset[str]
    reason: str
    forgotten_by: str
    forgotten_at: datetime


def hash_of_address(key: str) -> str:
    """SHA-256 of an address's key, in hexadecimal."""
    return hashlib.sha256(key.encode()).hexdigest()


def read(path: Path) -> tuple[Entry, ...]:
    """What a ledger says; nothing where there is none. Raises StorageError for a line that cannot be read."""
    try:
        with path.open("rb") as file:
            return tuple(_entries(path, file))
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise StorageError(f"{path} cannot be read: {error.strerror}") from error


def note(path: Path, entries: Iterable[Entry]) -> int:
    """Add what a ledger does not say yet, and bring it to the disk; returns how many lines that were.

    Processes take turns. Raises StorageError where the file cannot be written.
    """
    added = 0
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as file:  # noqa: PTH123 - for the mode
            fcntl.flock(file, fcntl.LOCK_EX)
            known = list(_entries(path, file))
            file.truncate()  # what a power cut left of a line
            for entry in entries:
                if not is_said(entry, known):
                    file.write(_line(entry))
                    known.append(entry)
                    added += 1
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise StorageError(f"{path} cannot be written: {error.strerror}") from error
    return added


def bring_up(store: Store, path: Path) -> int:
    """Note what the tombstones of a database say; returns how many lines were added."""
    with store.reading() as session:
        if not inspect(session.connection()).has_table(TombstoneRow.__tablename__):
            return 0
        found = entries_of(session)
    return note(path, found) if found else 0


def entries_of(session: Session) -> tuple[Entry, ...]:
    """What the tombstones of a database say, oldest first."""
    stone = table_of(TombstoneRow).c
    query = select(stone.key, stone.article_id, stone.reason, stone.forgotten_by, stone.forgotten_at)
    groups: dict[tuple[Any, ...], list[str]] = {}
    for key, *said in session.execute(query.order_by(stone.forgotten_at, stone.key)):
        groups.setdefault(tuple(said), []).append(key)
    return tuple(
        Entry(
            addresses=frozenset(
                key.removeprefix(ADDRESS) if key.startswith(ADDRESS) else hash_of_address(key)
                for key in keys if not key.startswith(TEXT)
            ),
            texts=frozenset(key.removeprefix(TEXT) for key in keys if key.startswith(TEXT)),
            reason=reason, forgotten_by=by, forgotten_at=moment,
        )
        for (_, reason, by, moment), keys in groups.items()
    )  # fmt: skip


def is_said(entry: Entry, known: Iterable[Entry]) -> bool:
    """Whether others say all that an entry says of addresses and texts."""
    addresses, texts = set(entry.addresses), set(entry.texts)
    for other in known:
        addresses -= other.addresses
        texts -= other.texts
    return not addresses and not texts


def _entries(path: Path, file: IO[bytes]) -> Iterator[Entry]:
    """Leaves the file behind the last whole line: one without an end was torn, and its article's forgetting goes on."""
    end = 0
    for number, line in enumerate(file, 1):
        if not line.endswith(b"\n"):
            break
        end += len(line)
        yield _entry(path, number, line)
    file.seek(end)


def _entry(path: Path, number: int, line: bytes) -> Entry:
    try:
        said = json.loads(line)
        return Entry(
            addresses=frozenset(said["addresses"]), texts=frozenset(said["texts"]), reason=said["reason"],
            forgotten_by=said["by"], forgotten_at=datetime.fromisoformat(said["at"]),
        )  # fmt: skip
    except (ValueError, KeyError, TypeError) as error:
        raise StorageError(
            f"{path}, line {number}, cannot be read ({error}): it says what was forgotten, put it right"
        ) from error


def _line(entry: Entry) -> bytes:
    said = {
        "at": entry.forgotten_at.isoformat(), "by": entry.forgotten_by, "reason": entry.reason,
        "addresses": sorted(entry.addresses), "texts": sorted(entry.texts),
    }  # fmt: skip
    return json.dumps(said, ensure_ascii=False).encode() + b"\n"
