"""Making a backup."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from news.errors import BackupError
from storage import articles, ledger
from storage.backups.dumping import POSTGRESQL_COPY, SQLITE_COPY, counted, dump_postgresql, dump_sqlite
from storage.backups.values import HOME, PAGES, Backup, Copied, Progress, copy, digest_of, write_manifest
from storage.engine import Store
from storage.schema import revision

#: Behind the name of a backup that is not whole yet.
_PARTIAL = ".partial"


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """What is kept, and where."""

    #: address of the database, with its password
    url: str
    #: of the WARC files; None leaves them out
    pages: Path | None
    #: what people wrote, by its place in the home folder
    home: Mapping[str, Path]
    #: of PostgreSQL's tools; None looks for them
    tools: Path | None
    #: of this program
    version: str
    #: what was forgotten, which no restore takes back (`storage.ledger`); None knows of nothing
    ledger: Path | None = None


def make_backup(store: Store, archive: Archive, parent: Path, now: datetime, progress: Progress) -> Backup:
    """Copy database, pages and what people wrote into a folder of its own, which has its name once it is whole.

    The pages are copied after the database: each page that it points to was written before. Raises BackupError,
    also where there is no room.
    """
    folder = parent / f"jarchi-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    partial = folder.with_name(folder.name + _PARTIAL)
    if folder.exists():
        raise BackupError(f"{folder} is there already")
    try:
        with _begun(partial):
            backup = _filled(store, archive, partial, now, progress)
            write_manifest(backup, partial)
            _sync(partial)
            partial.rename(folder)
    except OSError as error:
        raise BackupError(f"{partial} cannot be written: {error.strerror or error}") from error
    return replace(backup, folder=folder)


@contextmanager
def _begun(partial: Path) -> Iterator[None]:
    """A folder for what is under way, gone at the end; so are those of processes that were killed."""
    for left in partial.parent.glob(f"jarchi-*{_PARTIAL}"):
        with _claimed(left) as is_ours:
            if is_ours:
                shutil.rmtree(left, ignore_errors=True)
    partial.mkdir(parents=True, mode=0o700)
    try:
        with _claimed(partial):
            yield
    finally:
        shutil.rmtree(partial, ignore_errors=True)


@contextmanager
def _claimed(folder: Path) -> Iterator[bool]:
    """Whether no other process is at work in a folder; none begins there until the end, or until this one is killed."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        is_ours = True
    except OSError:  # or the file system has no locks for folders
        is_ours = False
    try:
        yield is_ours
    finally:
        os.close(descriptor)


def _filled(store: Store, archive: Archive, folder: Path, now: datetime, progress: Progress) -> Backup:
    database = _dumped(store, archive, folder, progress)
    files = [Copied(name=database.name, size=database.stat().st_size, digest=_digest(database))]
    files += [copy(path, folder, f"{HOME}/{name}") for name, path in archive.home.items() if path.is_file()]
    if archive.ledger is not None:
        ledger.bring_up(store, archive.ledger)
        if archive.ledger.is_file():
            files.append(copy(archive.ledger, folder, f"{HOME}/{ledger.FILE_NAME}"))
    files += _pages(archive.pages, folder, progress)
    schema, count = _counted(store, database)
    return Backup(
        folder=folder, made_at=now.astimezone(UTC), version=archive.version,
        engine="sqlite" if store.is_sqlite else "postgresql", schema=schema, database=database.name,
        articles=count, files=tuple(files),
    )  # fmt: skip


def _dumped(store: Store, archive: Archive, folder: Path, progress: Progress) -> Path:
    if store.is_sqlite:
        target = folder / SQLITE_COPY
        dump_sqlite(archive.url, target, progress)
    else:
        target = folder / POSTGRESQL_COPY
        dump_postgresql(store, archive.url, target, archive.tools)
    return target


def _counted(store: Store, database: Path) -> tuple[str, int]:
    """Schema and articles: of the copy itself where it can be opened, else of the database a moment later."""
    if store.is_sqlite:
        return counted(database)
    with store.reading() as session:
        return revision(store) or "", articles.count(session)


def _pages(source: Path | None, folder: Path, progress: Progress) -> list[Copied]:
    if source is None or not source.is_dir():
        return []
    sizes = {path: path.stat().st_size for path in sorted(source.rglob("*")) if path.is_file()}
    done, found = 0, []
    for path, size in sizes.items():
        found.append(copy(path, folder, f"{PAGES}/{path.relative_to(source).as_posix()}", size))
        done += size
        progress(done, sum(sizes.values()))
    return found


def _digest(path: Path) -> str:
    return digest_of(path, path.stat().st_size)


def _sync(folder: Path) -> None:
    """Bring everything to the disk before the name says that it is whole."""
    for path in (*folder.rglob("*"), folder):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
