"""`jarchi forget`: an article blanked in the database and in the files that hold its pages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from crawler.evidence import erasing
from crawler.evidence.budget import OWN
from news.errors import StorageError
from storage import forgetting, ledger, tombstones
from storage.engine import Store
from storage.forgetting import Record, Remaining
from storage.keys import row_key
from storage.tombstones import Tombstone


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgetting:
    """What to forget, why, and who says so."""

    article: int
    reason: str
    by: str
    now: datetime
    #: what other outlets copied too
    copies: bool = False
    #: look through every file of the folder, for records that nothing points to
    thorough: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """What was done."""

    tombstone: Tombstone
    #: articles of other outlets that went with it
    copies: tuple[Remaining, ...]
    #: articles that hold its text or tell its story, and stay
    remaining: tuple[Remaining, ...]
    #: records that were overwritten
    records: int
    #: files that are no more where they were: copies of them elsewhere are not known here
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where an article may lie, and where it is noted that it was forgotten."""

    #: of the WARC files
    pages: Path
    #: `storage.ledger`
    ledger: Path
    #: of the feeds of alerts, which quote articles
    feeds: Path


def forget(store: Store, places: Places, wanted: Forgetting) -> Forgotten:
    """Blank an article everywhere; what an interrupted call left is made good by the next.

    First the database, in one transaction with the tombstone, and the ledger; then the records of its pages, each noted
    as it is overwritten; then the database's own files. The feeds of alerts are taken away, and written anew by who sends
    alerts next. Raises StorageError where a file cannot be written.
    """
    with store.writing() as session:
        left = forgetting.remaining(session, wanted.article)
        copies = tuple(one for one in left if one.is_copy and wanted.copies)
        articles = (wanted.article, *(one.article for one in copies))
        forgetting.blank(session, articles, reason=wanted.reason, by=wanted.by, now=wanted.now)
    ledger.bring_up(store, places.ledger)
    with store.reading() as session:  # an interrupted call may have left others
        articles = tuple(dict.fromkeys((*articles, *forgetting.unfinished(session))))
    written, missing = _clear(store, places, articles, wanted.now, thorough=wanted.thorough)
    with store.reading() as session:
        tombstone = tombstones.all_tombstones(session, article_id=wanted.article)[0]
    return Forgotten(
        tombstone=tombstone, copies=copies, remaining=tuple(one for one in left if one not in copies),
        records=written, missing=missing,
    )  # fmt: skip


def forget_again(store: Store, places: Places, now: datetime) -> tuple[int, ...]:
    """Blank what the ledger says was forgotten and a restore brought back; returns the articles.

    What an interrupted `forget` left is made good too. Afterwards ledger and database say the same. Raises StorageError as `forget` does.
    """
    entries = ledger.read(places.ledger)
    with store.writing() as session:
        articles = forgetting.again(session, entries, now)
    ledger.bring_up(store, places.ledger)
    with store.reading() as session:
        left = forgetting.unfinished(session)
    if left:
        _clear(store, places, left, now)
    return articles


def _clear(
    store: Store, places: Places, articles: Sequence[int], now: datetime, *, thorough: bool = False
) -> tuple[int, tuple[str, ...]]:
    """Overwrite what files hold of blanked articles: how many records that were, and the files that are not there."""
    written = 0
    missing: list[str] = []
    for article in articles:
        some, gone = _erase_all(store, places.pages, article, now, thorough=thorough)
        written, missing = written + some, [*missing, *gone]
    _take_away(places.feeds)
    forgetting.scrub(store)
    with store.writing() as session:
        for article in articles:
            forgetting.finish(session, article, now)
    return written, tuple(dict.fromkeys(missing))


def _take_away(feeds: Path) -> None:
    """What was written for readers to fetch, and what a killed writer left of it."""
    for path in (*feeds.glob("*.xml"), *feeds.glob(".*.tmp")):
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise StorageError(
                f"{path} cannot be taken away ({error.strerror}), and may quote the article; call `jarchi forget` again"
            ) from error


def _erase_all(
    store: Store, folder: Path, article: int, now: datetime, *, thorough: bool
) -> tuple[int, tuple[str, ...]]:
    with store.reading() as session:
        pending = forgetting.records(session, article)
        keys = frozenset(
            key for one in tombstones.all_tombstones(session, article_id=article) for key in one.keys
        )
    files = {folder / record.file for record in pending}
    written, missing = 0, []
    for path in sorted(files | (_own(folder) if thorough else set())):
        known = [record for record in pending if folder / record.file == path]
        try:
            written += sum(1 for _ in _erase(path, known, keys, now))
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
