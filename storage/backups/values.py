"""What a backup is: a folder with a copy of the database, the WARC files, and a manifest that says what it holds."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any

from news.errors import BackupError

MANIFEST = "manifest.json"
#: Where a backup keeps what: the pages as they came, and what people wrote into the home folder.
PAGES, HOME = "warc", "home"
_FORMAT = 1
_CHUNK = 2**20

#: Told of the bytes done and of all bytes, again and again.
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """A file of a backup."""

    #: path in the backup's folder, with slashes
    name: str
    size: int
    #: SHA-256, in hexadecimal
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """A backup that is whole."""

    folder: Path
    made_at: datetime
    #: of the program that made it
    version: str
    #: `sqlite` or `postgresql`
    engine: str
    #: the migration that the database stood at
    schema: str
    #: the file of `files` that is the database
    database: str
    articles: int
    files: tuple[Copied, ...]

    @property
    def size(self) -> int:
        """Of all files together, bytes."""
        return sum(file.size for file in self.files)

    def within(self, part: str) -> tuple[Copied, ...]:
        """The files under one folder of the backup."""
        return tuple(file for file in self.files if PurePosixPath(file.name).parts[0] == part)

    def as_object(self) -> dict[str, Any]:
        """As it is printed."""
        return {
            "folder": str(self.folder), "made_at": self.made_at.isoformat(), "version": self.version,
            "engine": self.engine, "schema": self.schema, "articles": self.articles, "size": self.size,
            "files": len(self.files), "pages": len(self.within(PAGES)),
        }  # fmt: skip


def write_manifest(backup: Backup, folder: Path) -> None:
    """Say what a folder holds: the last thing that is written into it."""
    files = [{"name": file.name, "size": file.size, "sha256": file.digest} for file in backup.files]
    said = {
        "format": _FORMAT, "made_at": backup.made_at.isoformat(), "version": backup.version, "engine": backup.engine,
        "schema": backup.schema, "database": backup.database, "articles": backup.articles, "files": files,
    }  # fmt: skip
    (folder / MANIFEST).write_text(json.dumps(said, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def read_backup(folder: Path) -> Backup:
    """What a folder says that it holds; raises BackupError where that is no backup."""
    try:
        said = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if said["format"] != _FORMAT:
            raise BackupError(f"{folder}: made by another version of the program (format {said['format']})")
        backup = Backup(
            folder=folder, made_at=datetime.fromisoformat(said["made_at"]), version=said["version"],
            engine=said["engine"], schema=said["schema"], database=said["database"], articles=said["articles"],
            files=tuple(_copied(folder, file) for file in said["files"]),
        )  # fmt: skip
    except FileNotFoundError as error:
        raise BackupError(f"{folder}: no backup, it holds no {MANIFEST}") from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BackupError(f"{folder / MANIFEST} cannot be read: {error}") from error
    if backup.database not in {file.name for file in backup.files}:
        raise BackupError(f"{folder / MANIFEST}: its database {backup.database} is none of its files")
    return backup


def faults_of(backup: Backup, progress: Progress) -> Iterator[str]:
    """What is missing or differs from what the manifest says; reads every byte."""
    done = 0
    for file in backup.files:
        path = backup.folder / file.name
        if not path.is_file():
            yield f"{path} is missing"
        elif path.stat().st_size != file.size:
            yield f"{path} has {path.stat().st_size} bytes, not {file.size}"
        elif digest_of(path, file.size) != file.digest:
            yield f"{path} has changed since it was made"
        done += file.size
        progress(done, backup.size)


def digest_of(path: Path, size: int) -> str:
    """SHA-256 of a file's first bytes."""
    digest = hashlib.sha256()
    for chunk in _chunks(path, size):
        digest.update(chunk)
    return digest.hexdigest()


def copy(path: Path, folder: Path, name: str, size: int | None = None) -> Copied:
    """Copy a file, or what it had in `size` bytes: it may be written to meanwhile. Read by its owner alone."""
    target = folder / name
    target.parent.mkdir(parents=True, exist_ok=True)
    wanted = path.stat().st_size if size is None else size
    digest = hashlib.sha256()
    with target.open("wb") as written:
        target.chmod(0o600)
        for chunk in _chunks(path, wanted):
            digest.update(chunk)
            written.write(chunk)
        return Copied(name=name, size=written.tell(), digest=digest.hexdigest())


def _chunks(path: Path, size: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        while size > 0 and (chunk := file.read(min(_CHUNK, size))):
            size -= len(chunk)
            yield chunk


def _copied(folder: Path, said: dict[str, Any]) -> Copied:
    name = PurePosixPath(said["name"])
    if name.is_absolute() or ".." in name.parts:
        raise BackupError(f"{folder / MANIFEST} names {said['name']}, which is not within it")
    return Copied(name=str(name), size=int(said["size"]), digest=said["sha256"])
