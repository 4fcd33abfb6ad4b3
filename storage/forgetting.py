"""An article blanked everywhere in the database, with a tombstone in its place; files follow from what is noted here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from sqlalchemy import delete, or_, text, update
from sqlmodel import Session, SQLModel, col, select

from news.errors import DatabaseBusy, NotFound, UsageError
from storage import articles, indexing, nearness, register, searchtables, stories, tombstones
from storage.engine import Store
from storage.keys import bounded, row_key
from storage.prepared import hash_of
from storage.readertables import AnswerRow
from storage.statements import put, table_of
from storage.storytables import AlternateRow, ErasureRow, TombstoneRow
from storage.tables import (
    AddressRow,
    ArticleRow,
    ClaimRow,
    DeliveryRow,
    EvidenceRow,
    LeadRow,
    LookRow,
    MemberChangeRow,
    ValidatorRow,
)
from storage.tombstones import text_key
from storage.turns import take_turns

#: Why a lead is not asked for.
CAUSE = "forgotten"


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A record of a WARC file that is still to be overwritten."""

    id: int
    #: name in the folder of WARC files, or the whole path of a file that lies elsewhere
    file: str
    start: int
    size: int


def find(session: Session, wanted: str) -> int:
    """The id of the article with an id or an address, which may be forgotten already.

    Raises NotFound; UsageError where the id was that of a forgotten article, and is another's now.
    """
    if not wanted.isdecimal():
        return _at(session, wanted)
    number = int(wanted)
    buried = tombstones.all_tombstones(session, article_id=number)
    article = session.get(ArticleRow, number)
    if article is not None and buried:
        raise UsageError(
            f"article {number} was forgotten on {buried[0].forgotten_at:%Y-%m-%d}, and another has its number now: "
            f"name that by its address, {article.url}"
        )
    if article is None and not buried:
        raise NotFound(f"no article has the id {number}")
    return number


def _at(session: Session, address: str) -> int:
    key = row_key(address)
    known = session.get(AddressRow, key)
    if known is not None:
        return known.article_id
    buried = session.get(TombstoneRow, key)
    if buried is None:
        raise NotFound(f"no article has the address {address}")
    return buried.article_id


def title_of(session: Session, article_id: int) -> str | None:
    """The title of an article that is still there."""
    row = session.get(ArticleRow, article_id)
    return row.title if row else None


def blank(session: Session, article_id: int, *, reason: str, by: str, now: datetime) -> None:
    """Take an article out of every table, leave its tombstones, and note what files hold of it.

    What it was evidence of is weighed anew. Nothing happens where it is gone already.
    """
    row = session.get(ArticleRow, article_id)
    if row is None:
        return
    if session.exec(
        select(MemberChangeRow.position).where(MemberChangeRow.article_id == article_id).limit(1)
    ).first():
        raise UsageError(
            f"article {article_id} is a notice of Jarchi's own about a list of members: correct the list instead"
        )
    known = session.exec(select(AddressRow).where(AddressRow.article_id == article_id)).all()
    keys = list(dict.fromkeys((*(address.key for address in known), *_led_from(session, article_id))))
    take_turns(session, chain((row.text_hash, *keys), stories.turns(nearness.sketch(row.text))))
    digests = (row.text_hash, *_former_hashes(session, row))
    _bury(session, article_id, (*keys, *map(text_key, digests)), reason, by, now)
    _note_files(session, article_id)
    _blank_around(session, article_id, keys, [address.url for address in known])
    shaken = register.events_of(session, article_id)
    _call_off(session, article_id, shaken)
    stories.leave(session, article_id)
    indexing.remove(session, article_id)
    session.execute(
        delete(ArticleRow).where(col(ArticleRow.id) == article_id)
    )  # what belongs to it goes with it
    session.expire_all()
    register.settle(session, shaken)


def _former_hashes(session: Session, row: ArticleRow) -> Iterator[str]:
    """Of what it said before it was edited."""
    for version in articles.versions(session, row.id or 0):
        yield hash_of(version.title, version.text)


def _led_from(session: Session, article_id: int) -> Iterator[str]:
    """The keys of addresses that led to it, where its page says another is its own."""
    for address in session.exec(select(EvidenceRow.address).where(EvidenceRow.article_id == article_id)):
        yield row_key(address)
    look = session.get(LookRow, article_id)
    if look is not None:
        yield from (key for key in (look.lead, look.moved_from and row_key(look.moved_from)) if key)


def _bury(
    session: Session, article_id: int, keys: Iterable[str], reason: str, by: str, now: datetime
) -> None:
    rows = [
        {
            "key": key, "article_id": article_id, "reason": reason, "forgotten_by": by, "forgotten_at": now,
            "finished_at": None,
        }
        for key in dict.fromkeys(keys)
    ]  # fmt: skip
    put(session, table_of(TombstoneRow), rows)


def _note_files(session: Session, article_id: int) -> None:
    rows = session.exec(select(EvidenceRow).where(EvidenceRow.article_id == article_id)).all()
    places = dict.fromkeys((row.file, row.start, row.size) for row in rows)
    session.add_all(
        ErasureRow(article_id=article_id, file=file, start=start, size=size) for file, start, size in places
    )


def _blank_around(session: Session, article_id: int, keys: list[str], urls: list[str]) -> None:
    """What other tables say of it: its lists' titles, what its server gave, what readers answered, links to it."""
    undated = dict.fromkeys(("published_at", "published_precision", "published_from", "published_calendar"))
    blanked = {**undated, "title": None, "state": "refused", "cause": CAUSE, "attempts": 0}
    session.execute(update(LeadRow).where(col(LeadRow.key).in_(keys)).values(**blanked))
    asked = [bounded(url) for url in urls]
    session.execute(delete(ValidatorRow).where(col(ValidatorRow.address).in_(asked)))
    session.execute(delete(AlternateRow).where(col(AlternateRow.key).in_(keys)))
    about = or_(col(AnswerRow.article_id) == article_id, col(AnswerRow.address).in_(urls))
    session.execute(update(AnswerRow).where(about).values(subject="", address=None, note=None))


def _call_off(session: Session, article_id: int, events: Iterable[int]) -> None:
    """Alerts that nobody was sent yet, about what no other article says."""
    for event in events:
        others = select(ClaimRow.position).where(
            ClaimRow.event_id == event, ClaimRow.article_id != article_id
        )
        if session.exec(others.limit(1)).first() is None:
            waiting = delete(DeliveryRow).where(
                col(DeliveryRow.event_id) == event, col(DeliveryRow.sent_at).is_(None)
            )
            session.execute(waiting)


def records(session: Session, article_id: int) -> tuple[Record, ...]:
    """What files still hold of a forgotten article."""
    rows = session.exec(
        select(ErasureRow).where(ErasureRow.article_id == article_id).order_by(col(ErasureRow.id))
    )
    return tuple(Record(id=row.id or 0, file=row.file, start=row.start, size=row.size) for row in rows)


def erased(session: Session, record: Record) -> None:
    """Note that a record was overwritten."""
    session.execute(delete(ErasureRow).where(col(ErasureRow.id) == record.id))


def finish(session: Session, article_id: int, now: datetime) -> None:
    """Note that nothing is left of a forgotten article."""
    done = update(TombstoneRow).where(
        col(TombstoneRow.article_id) == article_id, col(TombstoneRow.finished_at).is_(None)
    )
    session.execute(done.values(finished_at=now))


def scrub(store: Store) -> None:
    """Write the database's files anew without what was deleted; takes minutes and room where they are large.

    Raises DatabaseBusy where somebody holds an old state of it for longer than the time-out.
    """
    if store.is_sqlite:
        _scrub_sqlite(store)
    else:
        _scrub_postgresql(store)


def _scrub_sqlite(store: Store) -> None:
    with store.driver() as cursor:
        indexes = cursor.execute(
            "SELECT name FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL TABLE%fts5%'"
        ).fetchall()
        for (name,) in indexes:  # which keeps the words of deleted rows until its parts are merged
            cursor.execute(f"INSERT INTO {name}({name}) VALUES ('optimize')")  # noqa: S608
        cursor.execute("VACUUM")
        is_busy, *_ = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if is_busy:
            raise DatabaseBusy(
                f"{store.url}: a reader keeps an old state of the database: call `jarchi forget` again"
            )


def _scrub_postgresql(store: Store) -> None:
    with store.session_connection() as connection:
        for name in _with_words():
            connection.execute(text(f"VACUUM (FULL, ANALYZE) {name}"))
        if connection.execute(text("SELECT pg_has_role('pg_checkpoint', 'MEMBER')")).scalar():
            connection.execute(text("CHECKPOINT"))  # else files that are no more wait for the next one


def _with_words() -> list[str]:
    """Our tables that hold, or held, words of articles: a database may hold other programs' too."""
    metadata = SQLModel.metadata.tables.values()
    found = {table.name for table in metadata if {"article_id", "title"} & set(table.columns.keys())}
    return sorted({*found, *searchtables.NAMES, "event", "article", "validator"})
