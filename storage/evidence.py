"""Where the pages of articles lie as they came, and how far WARC files were ingested."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam
from sqlalchemy import select as core_select
from sqlmodel import Session, col, select

from news.values import Article, as_utc
from storage.articles import text_hash
from storage.keys import bounded, row_key
from storage.statements import Built, insert, table_of
from storage.tables import ArticleRow, EvidenceRow, IngestRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Pointer:
    """A page's record in a WARC file."""

    #: of the page, as it was answered
    address: str
    #: name in the folder of WARC files, or the whole path of a file that lies elsewhere
    file: str
    #: of the record in its file, bytes
    start: int
    size: int
    #: WARC-Payload-Digest
    digest: str
    captured_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """The pages that one reading of an article was made of, in their order."""

    #: of the article, from 1
    version: int
    #: `row_key` of the address that the article was read under
    key: str
    pages: tuple[Pointer, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingested:
    """How far a file was taken in."""

    offset: int
    counts: Mapping[str, Any]
    finished_at: datetime | None


def attach(session: Session, article_id: int, article: Article, pages: Iterable[Pointer]) -> None:
    """Note the pages that the article's present version, or a copy of it, was read from."""
    session.flush()
    version = _VERSION.value(session, id_=article_id)
    key = row_key(article.url) if article.url else ""
    rows = [
        {
            "article_id": article_id, "version": version, "key": key, "position": position, "address": page.address,
            "file": page.file, "start": page.start, "size": page.size, "digest": page.digest,
            "captured_at": page.captured_at,
        }
        for position, page in enumerate(pages)
    ]  # fmt: skip
    if rows:
        insert(session, _EVIDENCE, rows)


def lacks(session: Session, article_id: int, article: Article) -> bool:
    """Whether the present version says what was read, and no page of that address shows it."""
    row = session.get(ArticleRow, article_id)
    if row is None or not article.url or row.text_hash != text_hash(article):
        return False
    query = select(EvidenceRow.id).where(
        EvidenceRow.article_id == article_id,
        EvidenceRow.version == row.versions,
        EvidenceRow.key == row_key(article.url),
    )
    return session.exec(query.limit(1)).first() is None


def of_article(session: Session, article_id: int) -> tuple[Evidence, ...]:
    """All that is kept of an article: newest version first, in it the article's own address."""
    row = session.get(ArticleRow, article_id)
    own = row_key(row.url) if row and row.url else ""
    rows = session.exec(
        select(EvidenceRow).where(EvidenceRow.article_id == article_id).order_by(col(EvidenceRow.id))
    )
    groups: dict[tuple[int, str], list[EvidenceRow]] = {}
    for found in rows:
        groups.setdefault((found.version, found.key), []).append(found)
    ordered = sorted(groups.items(), key=lambda item: (-item[0][0], item[0][1] != own))
    return tuple(
        Evidence(version=version, key=key, pages=tuple(map(_to_pointer, _latest(pages))))
        for (version, key), pages in ordered
    )


def of_present(session: Session, article_id: int) -> Evidence | None:
    """The pages that the article as it stands was read from; None where none is kept."""
    row = session.get(ArticleRow, article_id)
    if row is None or not row.url:
        return None
    own = row_key(row.url)
    found = (item for item in of_article(session, article_id) if item.version == row.versions)
    return next((item for item in found if item.key == own), None)


def ingested(session: Session, fingerprint: str) -> Ingested | None:
    """How far a file was taken in; None for one never met."""
    row = session.get(IngestRow, bounded(fingerprint))
    if row is None:
        return None
    return Ingested(offset=row.offset, counts=dict(row.counts), finished_at=row.finished_at)


def note_ingest(
    session: Session,
    fingerprint: str,
    file: str,
    now: datetime,
    *,
    offset: int,
    counts: Mapping[str, Any],
    finished: bool = False,
) -> None:
    """Note that every record before `offset` is settled."""
    row = session.get(IngestRow, bounded(fingerprint))
    if row is None:
        row = IngestRow(
            fingerprint=bounded(fingerprint), file=file, offset=0, counts={}, begun_at=as_utc(now)
        )
    row.file, row.offset, row.counts = file, offset, dict(counts)
    row.finished_at = now if finished else None
    session.add(row)


def _latest(rows: list[EvidenceRow]) -> list[EvidenceRow]:
    """The pages of the newest capture: noted together, each begins at position 0."""
    begin = max(index for index, row in enumerate(rows) if row.position == 0)
    return rows[begin:]


def _to_pointer(row: EvidenceRow) -> Pointer:
    return Pointer(
        address=row.address,
        file=row.file,
        start=row.start,
        size=row.size,
        digest=row.digest,
        captured_at=row.captured_at,
    )


_ARTICLE, _EVIDENCE = table_of(ArticleRow), table_of(EvidenceRow)
_VERSION = Built(core_select(_ARTICLE.c.versions).where(_ARTICLE.c.id == bindparam("id_")))
