"""`jarchi forget`: an article blanked in the database and in the files that hold its pages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from crawler.evidence import erasing
from crawler.evidence.budget import OWN
from news.errors import StorageError
from storage import forgetting, tombstones
from storage.engine import Store
from storage.forgetting import Record
from storage.keys import row_key
from storage.tombstones import Tombstone


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgetting:
    """What to forget, why, and who says so."""

    article: int
    reason: str
    by: str
    now: datetime
    #: look through every file of the folder, for records that nothing points to
    thorough: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """What was done."""

    tombstone: Tombstone
    #: records that were overwritten
    records: int
    #: files that are no more where they were: copies of them elsewhere are not known here
    missing: tuple[str, ...]


def forget(store: Store, folder: Path, wanted: Forgetting) -> Forgotten:
    """Blank an article everywhere; what an interrupted call left is made good by the next.

    First the database, in one transaction with the tombstone; then the records of its pages, each noted as it is
    overwritten; then the database's own files. Raises StorageError where a file cannot be written.
    """
    with store.writing() as session:
        forgetting.blank(session, wanted.article, reason=wanted.reason, by=wanted.by, now=wanted.now)
        buried = tombstones.all_tombstones(session, article_id=wanted.article)
    written, missing = _erase_all(store, folder, wanted, frozenset(key for one in buried for key in one.keys))
    forgetting.scrub(store)
    with store.writing() as session:
        forgetting.finish(session, wanted.article, wanted.now)
        tombstone = tombstones.all_tombstones(session, article_id=wanted.article)[0]
    return Forgotten(tombstone=tombstone, records=written, missing=missing)


def _erase_all(
    store: Store, folder: Path, wanted: Forgetting, keys: frozenset[str]
) -> tuple[int, tuple[str, ...]]:
    with store.reading() as session:
        pending = forgetting.records(session, wanted.article)
    files = {folder / record.file for record in pending}
    written, missing = 0, []
    for path in sorted(files | (_own(folder) if wanted.thorough else set())):
        known = [record for record in pending if folder / record.file == path]
        try:
            written += sum(1 for _ in _erase(path, known, keys, wanted.now))
        except FileNotFoundError:
            missing.append(str(path))
        except OSError as error:
            raise StorageError(
                f"{path} cannot be written ({error.strerror}): the article is out of the database, and its pages are "
                "still there; call `jarchi forget` again"
            ) from error
        with store.writing() as session:
            for record in known:
                forgetting.erased(session, record)
    return written, tuple(missing)


def _erase(path: Path, known: list[Record], keys: frozenset[str], now: datetime) -> Iterator[tuple[int, int]]:
    """The places that were overwritten: those that are known, then those of the same addresses that nothing points to."""
    for record in known:
        if erasing.erase(path, record.start, record.size, now):
            yield record.start, record.size
    others = list(erasing.places(path, lambda address: _key(address) in keys))
    for start, size in others:
        if erasing.erase(path, start, size, now):
            yield start, size


def _key(address: str) -> str | None:
    try:
        return row_key(address)
    except ValueError:
        return None


def _own(folder: Path) -> set[Path]:
    return (
        {path for path in folder.glob("*.warc.gz") if OWN.fullmatch(path.name)} if folder.is_dir() else set()
    )
