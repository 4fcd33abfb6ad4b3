"""Putting a backup back: nothing is changed before it is proved, and what was there is set aside."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import chain, count
from pathlib import Path, PurePosixPath
from typing import Any

from news.errors import BackupError, DatabaseBroken
from storage import articles, ledger, schema
from storage.backups.dumping import restore_postgresql, sqlite_file
from storage.backups.making import Archive, make_backup
from storage.backups.values import HOME, PAGES, Backup, Copied, Progress, digest_of, faults_of
from storage.engine import Store, untried
from storage.locks import sole_service

_UNFINISHED = ".restoring"
_LEDGER = f"{HOME}/{ledger.FILE_NAME}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What was put back."""

    backup: Backup
    #: what the database held before: a file, or a backup of its own; None for an empty one
    aside: Path | None
    #: files of the home folder and of the pages that were put back, and those that stand there differently
    brought: tuple[Path, ...]
    left: tuple[Path, ...]

    def as_object(self) -> dict[str, Any]:
        """As it is printed."""
        return {
            **self.backup.as_object(), "aside": str(self.aside) if self.aside else None,
            "brought": list(map(str, self.brought)), "left": list(map(str, self.left)),
        }  # fmt: skip


def restore(
    backup: Backup, archive: Archive, home: Path, now: datetime, progress: Progress, *, in_place: bool
) -> Restored:
    """Put a backup in the place of the archive; the ledger of what was forgotten stays, and has to be applied then.

    Raises BackupError where a file of it is missing or changed, where it is of the other kind of database, or where
    the archive holds articles, or cannot be read, and is not to be replaced; AlreadyRunning while a service runs on it.
    """
    if backup.schema not in schema.revisions():
        raise BackupError(
            f"{backup.folder} was made by a newer Jarchi (schema {backup.schema}): update the program"
        )
    for fault in faults_of(backup, progress):
        raise BackupError(f"{fault}: nothing was restored")
    store = untried(archive.url)
    try:
        if store.is_sqlite != (backup.engine == "sqlite"):
            raise BackupError(f"{backup.folder} is a backup of {backup.engine}, and {store.url} is not")
        with sole_service(store):
            if (held := _held(store)) and not in_place:
                raise BackupError(f"{store.url} {held}: --replace puts the backup in their place")
            # the database last: what stops before has taken nothing away
            _keep_ledger(store, backup, archive.ledger)
            placed = [_placed(backup, file, archive.pages, PAGES) for file in backup.within(PAGES)]
            placed += [_placed(backup, file, home, HOME) for file in backup.within(HOME) if file.name != _LEDGER]
            aside = _exchange(store, backup, archive, now, progress)
    except OSError as error:
        raise BackupError(f"{error.filename or archive.url} cannot be written: {error.strerror or error}") from error
    finally:
        store.close()
    return Restored(
        backup=backup, aside=aside, brought=tuple(path for path, is_new in placed if is_new),
        left=tuple(path for path, is_new in placed if is_new is False),
    )  # fmt: skip


def _keep_ledger(store: Store, backup: Backup, path: Path | None) -> None:
    """What was forgotten here, or before the backup was made: neither takes anything back of the other."""
    if path is None:
        return
    with suppress(DatabaseBroken):  # then the ledger knows what it can
        ledger.bring_up(store, path)
    ledger.note(path, ledger.read(backup.folder / _LEDGER))


def _held(store: Store) -> str | None:
    """What it would cost to replace a database; None for one without articles."""
    try:
        number = _count(store)
    except DatabaseBroken:  # what a backup is put back for
        return "is broken, and may hold articles"
    return f"holds {number} articles" if number else None


def _count(store: Store) -> int:
    """The articles that it holds; none where it has no tables."""
    if schema.revision(store) is None:
        return 0
    with store.reading() as session:
        return articles.count(session)


def _exchange(store: Store, backup: Backup, archive: Archive, now: datetime, progress: Progress) -> Path | None:
    source = backup.folder / backup.database
    if store.is_sqlite:
        store.close()
        return _exchange_file(sqlite_file(archive.url), source, now)
    parent = backup.folder.parent / "before-restoring"
    aside = make_backup(store, replace(archive, pages=None), parent, now, progress).folder if schema.revision(store) else None
    try:
        restore_postgresql(store, archive.url, source, archive.tools)
    except BackupError as error:
        raise BackupError(f"{error}\nWhat {store.url} held is in {aside}" if aside else str(error)) from error
    return aside


def _exchange_file(path: Path, source: Path, now: datetime) -> Path | None:
    """At every moment there is a whole database under the name: the old one, which is kept beside it then, or the new one."""
    unfinished = _copied(source, path, 0o640)
    try:
        _leave_alone(path)
        aside = _set_aside(path, now)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return aside


def _set_aside(path: Path, now: datetime) -> Path | None:
    """A second name for the old database, with the moment behind it; what logs a broken one has go along."""
    if not path.exists() or path.stat().st_size == 0:  # opening it has made an empty one
        return None
    aside = _unused(path.with_name(f"{path.name}.before-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"))
    for end in ("-wal", "-shm", "-journal"):
        if (part := path.with_name(path.name + end)).exists():
            part.rename(aside.with_name(aside.name + end))
    try:
        aside.hardlink_to(path)
    except OSError:  # the file system knows no second names
        path.rename(aside)
    return aside


def _unused(path: Path) -> Path:
    """The path, with a number behind it where something is there: the clock may have been set back."""
    numbered = (path.with_name(f"{path.name}-{number}") for number in count(2))
    return next(one for one in chain((path,), numbered) if not one.exists())


def _copied(source: Path, target: Path, mode: int) -> Path:
    """A copy for the place of `target`, beside it and on the disk; raises BackupError, and leaves nothing, without room."""
    unfinished = target.with_name(target.name + _UNFINISHED)
    try:
        unfinished.touch()
        unfinished.chmod(mode)
        shutil.copyfile(source, unfinished)
        with unfinished.open("rb") as file:
            os.fsync(file.fileno())
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        raise BackupError(f"{target} cannot be written: {error.strerror or error}") from error
    return unfinished


def _leave_alone(path: Path) -> None:
    """Make sure that nobody else has a database open: only then can its log be put into it, and be taken away."""
    if not path.exists():
        return
    try:
        with closing(sqlite3.connect(path, timeout=1)) as connection:
            connection.execute("PRAGMA journal_mode=DELETE").fetchone()
    except sqlite3.OperationalError as error:
        raise BackupError(f"{path} is open in another process ({error}): end it first; nothing was restored") from error
    except sqlite3.DatabaseError:
        return  # so broken that nobody uses it: what it is restored for


def _placed(backup: Backup, file: Copied, folder: Path | None, part: str) -> tuple[Path, bool | None]:
    """Where a file belongs, and whether it was brought there: None where it stands so, False where it differs."""
    assert folder is not None
    target = folder / PurePosixPath(file.name).relative_to(part)
    if target.exists() and not _is_beginning(target, backup.folder / file.name, file.size):
        # a file of pages only grows
        same = target.stat().st_size >= file.size and digest_of(target, file.size) == file.digest
        return target, None if same and (part == PAGES or target.stat().st_size == file.size) else False
    target.parent.mkdir(parents=True, exist_ok=True)
    _copied(backup.folder / file.name, target, 0o600 if part == HOME else 0o640).replace(target)
    return target, True


def _is_beginning(path: Path, whole: Path, size: int) -> bool:
    """Whether a file is what an interrupted copy, or a full disk, left of another."""
    length = path.stat().st_size
    return length < size and digest_of(path, length) == digest_of(whole, length)
