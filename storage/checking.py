"""What is not as it should be in the archive: found, explained, and where the index alone is at fault, mended."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlmodel import Session, col, func, select

from news.errors import DatabaseBroken
from news.values import Status
from storage import columns, fulltext, indexing, snapshot
from storage.articles import load_many, text_hash
from storage.engine import Store
from storage.evidence import Pointer
from storage.storytables import BandRow, StoryArticleRow, StoryRow, TombstoneRow
from storage.tables import (
    AddressRow,
    ArticleRow,
    ClaimRow,
    DeliveryRow,
    DigestRow,
    EventRow,
    EvidenceRow,
    VersionRow,
)

#: Articles looked at in one read: a writer's log of SQLite grows as long as a reader stays in its state.
_BATCH = 500

#: Told of the articles done and of all.
Progress = Callable[[int, int], None]
#: Says what is wrong with the page that a pointer leads to; None for nothing.
Reading = Callable[[Pointer], str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something that is not as it should be."""

    #: file, rows, sum, address, index, versions, event, story, delivery, forgotten or page
    kind: str
    #: what it is about: "article 12"
    subject: str
    said: str
    #: whether it was put right
    mended: bool = False

    def as_object(self) -> dict[str, Any]:
        """As it is printed."""
        return asdict(self)


def check(
    store: Store, pages: Path, *, mend: bool, progress: Progress, read: Reading | None = None
) -> Iterator[Fault]:
    """Every fault of the archive; with `mend` an index that does not agree with its articles is made anew.

    With `read` each page of the WARC files is read, too, which takes as long as reading all of them.
    """
    try:
        with store.reading() as session:
            yield from _engine_faults(store, session)
            yield from _row_faults(session)
            yield from _rows_left(session)
        yield from _article_faults(store, mend=mend, progress=progress)
        yield from _surplus(store, mend=mend)
        yield from _column_faults(store, mend=mend)
        yield from _page_faults(store, pages, read)
    except DatabaseBroken:
        yield Fault(kind="file", subject=store.url, said="cannot be read to its end")


def _engine_faults(store: Store, session: Session) -> Iterator[Fault]:
    """PostgreSQL keeps its own files and references right, or refuses to work."""
    if not store.is_sqlite:
        return
    connection = session.connection()
    for (said,) in connection.execute(text("PRAGMA integrity_check(20)")):
        if said != "ok":
            yield Fault(kind="file", subject=store.url, said=said)
    for table, row, owner, _ in connection.execute(text("PRAGMA foreign_key_check")):
        yield Fault(
            kind="rows", subject=f"{table} {row}", said=f"belongs to a row of {owner} that is not there"
        )


def _row_faults(session: Session) -> Iterator[Fault]:
    addressed = select(AddressRow.key).where(AddressRow.article_id == ArticleRow.id).exists()
    homeless = select(ArticleRow.id).where(ArticleRow.url != "", ~addressed)
    for number in session.exec(homeless):
        yield Fault(
            kind="address",
            subject=f"article {number}",
            said="is kept under no address: it would be kept twice",
        )
    kept = select(VersionRow.article_id, func.count().label("readings")).group_by(col(VersionRow.article_id)).subquery()
    readings = (
        select(ArticleRow.id, ArticleRow.versions, kept.c.readings)
        .outerjoin(kept, kept.c.article_id == ArticleRow.id)
        .where(ArticleRow.versions - 1 != func.coalesce(kept.c.readings, 0))
    )
    for number, versions, earlier in session.exec(readings):
        said = f"has {versions} readings, and {earlier or 0} earlier ones are kept"
        yield Fault(kind="versions", subject=f"article {number}", said=said)
    claimed = select(ClaimRow.article_id).where(ClaimRow.event_id == EventRow.id).exists()
    # one that somebody was told of stays as denied where its evidence went
    empty = select(EventRow.id).where(~claimed, EventRow.status != Status.DENIED.value)
    for number in session.exec(empty):
        yield Fault(kind="event", subject=f"event {number}", said="rests on no claim")
    closed = select(DigestRow.id).where(DigestRow.id == DeliveryRow.digest_id).exists()
    lost = select(DeliveryRow.id, DeliveryRow.digest_id).where(col(DeliveryRow.digest_id).is_not(None), ~closed)
    for number, digest in session.exec(lost):
        yield Fault(
            kind="delivery",
            subject=f"delivery {number}",
            said=f"belongs to digest {digest}, which is not there",
        )


def _rows_left(session: Session) -> Iterator[Fault]:
    """What no reference of the database's own holds together."""
    there = select(ArticleRow.id).where(ArticleRow.id == BandRow.article_id).exists()
    for number in session.exec(select(BandRow.article_id).where(~there).distinct()):
        yield Fault(kind="rows", subject=f"band of article {number}", said="is compared with, and is no article")
    tellers = select(func.count()).where(StoryArticleRow.story_id == StoryRow.id).scalar_subquery()
    for story, count in session.exec(select(StoryRow.id, tellers).where(tellers < 2)):
        said = "is told by one article alone" if count else "is told by no article"
        yield Fault(kind="story", subject=f"story {story}", said=said)
    about_nothing = select(DeliveryRow.id).where(
        col(DeliveryRow.event_id).is_(None), col(DeliveryRow.article_id).is_(None)
    )
    for delivery in session.exec(about_nothing):
        yield Fault(kind="delivery", subject=f"delivery {delivery}", said="is about no event and no article")
    kept = select(AddressRow.article_id, AddressRow.url).join(TombstoneRow, col(TombstoneRow.key) == AddressRow.key)
    for number, url in session.exec(kept):
        said = f"is kept under {url}, which was forgotten: forget it again"
        yield Fault(kind="forgotten", subject=f"article {number}", said=said)


def _article_faults(store: Store, *, mend: bool, progress: Progress) -> Iterator[Fault]:
    last, done = 0, 0
    with store.reading() as session:
        total = session.exec(select(func.count()).select_from(ArticleRow)).one()
    while True:
        with store.reading() as session:
            rows = session.exec(
                select(ArticleRow.id, ArticleRow.text_hash)
                .where(col(ArticleRow.id) > last)
                .order_by(col(ArticleRow.id))
                .limit(_BATCH)
            ).all()
            if not rows:
                return
            sums = {number: digest for number, digest in rows if number is not None}
            found = list(_faults_of(session, store, sums))
        last, done = max(sums), done + len(sums)
        progress(done, total)
        yield from (_mended(store, fault, number) if mend else fault for number, fault in found)


def _faults_of(session: Session, store: Store, sums: dict[int, str]) -> Iterator[tuple[int, Fault]]:
    indexed = _indexed(session, store, sums)
    for number, article in load_many(session, sums):
        subject = f"article {number}"
        if text_hash(article) != sums[number]:
            said = "its text is not the one that its sum was made of: copies of it are not recognised"
            yield number, Fault(kind="sum", subject=subject, said=said)
        if number not in indexed:
            yield number, Fault(kind="index", subject=subject, said="is not in the index: no search finds it")
        elif indexed[number] != _expected(
            session, store, fulltext.entry(article.title, article.text, article.language.code)
        ):
            yield (
                number,
                Fault(kind="index", subject=subject, said="the index holds other words than its text"),
            )


def _indexed(session: Session, store: Store, numbers: Iterable[int]) -> dict[int, str]:
    """What the index holds of articles, as one text each."""
    listed = ", ".join(map(str, numbers))
    if store.is_sqlite:
        query = f"SELECT rowid, title || char(10) || body || char(10) || forms FROM article_search WHERE rowid IN ({listed})"  # noqa: S608
    else:
        query = (
            "SELECT article_id, md5(CAST(document AS text)) || words FROM article_search "  # noqa: S608
            f"WHERE article_id IN ({listed})"
        )
    return {row[0]: row[1] for row in session.connection().execute(text(query))}


def _expected(session: Session, store: Store, entry: fulltext.Entry) -> str:
    if store.is_sqlite:
        return f"{entry.title}\n{entry.body}\n{entry.forms}"
    document = session.connection().execute(
        text("SELECT CAST(CAST(:document AS tsvector) AS text)"), {"document": fulltext.tsvector(entry)}
    )
    return hashlib.md5(document.scalar_one().encode(), usedforsecurity=False).hexdigest() + fulltext.in_order(
        entry
    )


def _mended(store: Store, fault: Fault, number: int) -> Fault:
    if fault.kind != "index":
        return fault
    with store.writing() as session:
        row = session.get(ArticleRow, number)
        if row is None:
            return fault
        indexing.remove(session, number)
        indexing.add(session, number, fulltext.entry(row.title, row.text, row.language))
    return Fault(kind=fault.kind, subject=fault.subject, said=fault.said, mended=True)


def _surplus(store: Store, *, mend: bool) -> Iterator[Fault]:
    key = "rowid" if store.is_sqlite else "article_id"
    query = (
        f"SELECT {key} FROM article_search "  # noqa: S608
        f"WHERE NOT EXISTS (SELECT 1 FROM article WHERE article.id = article_search.{key})"
    )
    with store.reading() as session:
        numbers = [number for (number,) in session.connection().execute(text(query))]
    for number in numbers:
        if mend:
            with store.writing() as session:
                indexing.remove(session, number)
        yield Fault(
            kind="index", subject=f"article {number}", said="is in the index, and is no article", mended=mend
        )


def _column_faults(store: Store, *, mend: bool) -> Iterator[Fault]:
    """The file of columns that searches map in place of reading every article; PostgreSQL has none."""
    if not store.is_sqlite:
        return
    with store.reading() as session:
        if _columns_are_true(session):
            return
    if mend:
        snapshot.remove(store.beside(""))
    said = "does not say what the articles say: searches filter and count wrongly"
    yield Fault(kind="index", subject=str(store.beside(snapshot.END)), said=said, mended=mend)


def _columns_are_true(session: Session) -> bool:
    try:
        found = columns.kept_beside(session)
        return found is None or found.says_as(columns.current(session, is_writing=True))
    except (IndexError, OverflowError):  # a number that leads out of the arrays
        return False


def _page_faults(store: Store, folder: Path, read: Reading | None) -> Iterator[Fault]:
    """In the order of the records, a batch to a transaction: to read a page takes long."""
    sizes: dict[str, int | None] = {}
    last = 0
    while True:
        with store.reading() as session:
            query = select(EvidenceRow).where(col(EvidenceRow.id) > last).order_by(col(EvidenceRow.id)).limit(_BATCH)
            rows = session.exec(query).all()
        if not rows:
            return
        last = rows[-1].id or 0
        for row in rows:
            said = _said_of(row, folder, sizes)
            if said is None and read is not None:
                said = read(_pointer(row))
            if said is not None:
                yield Fault(kind="page", subject=f"article {row.article_id}", said=said)


def _said_of(row: EvidenceRow, folder: Path, sizes: dict[str, int | None]) -> str | None:
    if row.file not in sizes:
        path = folder / row.file
        sizes[row.file] = path.stat().st_size if path.is_file() else None
    size = sizes[row.file]
    if size is None:
        return f"its page {row.address} lies in {row.file}, which is not there"
    if row.start + row.size > size:
        return f"its page {row.address} lies behind the end of {row.file}"
    return None


def _pointer(row: EvidenceRow) -> Pointer:
    return Pointer(
        address=row.address,
        file=row.file,
        start=row.start,
        size=row.size,
        digest=row.digest,
        captured_at=row.captured_at,
    )
