"""An article blanked everywhere in the database, with a tombstone in its place; files follow from what is noted here."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any

from sqlalchemy import delete, or_, text, update
from sqlalchemy import select as core_select
from sqlmodel import Session, col, select

from news.errors import DatabaseBusy, NotFound, UsageError
from storage import (
    articles,
    indexing,
    ledger,
    nearness,
    register,
    searchtables,
    snapshot,
    stories,
    tombstones,
)
from storage.engine import Store
from storage.keys import bounded, row_key
from storage.ledger import ADDRESS, TEXT, Entry
from storage.metadata import TABLES
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

#: Rows read at once.
_AT_ONCE = 5_000
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Remaining:
    """An article that holds the text of a forgotten one, or tells its story."""

    article: int
    url: str
    source: str
    title: str
    #: the text itself, at another outlet
    is_copy: bool


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


def remaining(session: Session, article_id: int) -> tuple[Remaining, ...]:
    """What else holds the text of an article, which may be forgotten already, or tells its story in other words."""
    row = session.get(ArticleRow, article_id)
    digests = (
        _buried_hashes(session, article_id) if row is None else (row.text_hash, *_former_hashes(session, row))
    )
    copies = session.exec(
        select(ArticleRow)
        .where(col(ArticleRow.text_hash).in_(list(digests)), col(ArticleRow.id) != article_id)
        .order_by(col(ArticleRow.id))
    )
    found = [_remaining(one.id or 0, one.url, one.source, one.title, is_copy=True) for one in copies]
    known = {article_id, *(one.article for one in found)}
    told = [one for one in stories.tellers(session, article_id) if one.article not in known]
    return (*found, *(_remaining(one.article, one.url, one.source, one.title, is_copy=False) for one in told))


def _remaining(article: int, url: str, source: str, title: str, *, is_copy: bool) -> Remaining:
    return Remaining(article=article, url=url, source=source, title=title, is_copy=is_copy)


def _buried_hashes(session: Session, article_id: int) -> Iterator[str]:
    """Of the texts of a forgotten article."""
    buried = select(TombstoneRow.key).where(TombstoneRow.article_id == article_id)
    yield from (key.removeprefix(TEXT) for key in session.exec(buried) if key.startswith(TEXT))


def blank(session: Session, wanted: Iterable[int], *, reason: str, by: str, now: datetime) -> None:
    """Take articles out of every table, leave their tombstones, and note what files hold of them.

    What they were evidence of is weighed anew. Nothing happens to those that are gone already.
    """
    said = [one for article_id in wanted if (one := _addressed(session, article_id)) is not None]
    take_turns(session, chain.from_iterable(_turns(session, one) for one in said))
    for one in said:
        _blank(session, one, reason, by, now)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Addressed:
    """An article with what leads to it."""

    article: int
    row: ArticleRow
    keys: tuple[str, ...]
    urls: tuple[str, ...]


def _addressed(session: Session, article_id: int) -> _Addressed | None:
    row = session.get(ArticleRow, article_id)
    if row is None:
        return None
    if session.exec(
        select(MemberChangeRow.position).where(MemberChangeRow.article_id == article_id).limit(1)
    ).first():
        raise UsageError(
            f"article {article_id} is a notice of Jarchi's own about a list of members: correct the list instead"
        )
    known = session.exec(select(AddressRow).where(AddressRow.article_id == article_id)).all()
    keys = tuple(dict.fromkeys((*(address.key for address in known), *_led_from(session, article_id))))
    return _Addressed(article=article_id, row=row, keys=keys, urls=tuple(address.url for address in known))


def _turns(session: Session, one: _Addressed) -> Iterator[str]:
    """What `storage.articles` takes turns for when it keeps such an article."""
    yield from (one.row.text_hash, *one.keys)
    yield from stories.turns(nearness.sketch(one.row.text))
    yield from register.turns_of(session, one.article)


def _blank(session: Session, one: _Addressed, reason: str, by: str, now: datetime) -> None:
    digests = (one.row.text_hash, *_former_hashes(session, one.row))
    _bury(session, one.article, (*one.keys, *map(text_key, digests)), reason, by, now)
    _note_files(session, one.article)
    _blank_around(session, one.article, one.keys, one.urls)
    shaken = register.events_of(session, one.article)
    _call_off(session, one.article, shaken)
    stories.leave(session, one.article)
    indexing.remove(session, one.article)
    session.execute(
        delete(ArticleRow).where(col(ArticleRow.id) == one.article)
    )  # what belongs to it goes with it
    session.expire_all()
    register.settle(session, shaken)


def is_due(session: Session, entries: Iterable[Entry]) -> bool:
    """Whether `again` would do something, or an interrupted call left something."""
    known = ledger.entries_of(session)
    return bool(unfinished(session)) or any(not ledger.is_said(entry, known) for entry in entries)


def again(session: Session, entries: Iterable[Entry], now: datetime) -> tuple[int, ...]:
    """Forget what a ledger says and the database does not know: the articles that it held, blanked once more.

    An article is known by its addresses, or by its text where it has none: what other outlets copied stays as it was
    left. What the database does not hold gets its tombstones, and is never fetched or kept.
    """
    known = ledger.entries_of(session)
    unknown = [entry for entry in entries if not ledger.is_said(entry, known)]
    if not unknown:
        return ()
    by_hash = {digest: entry for entry in unknown for digest in entry.addresses}
    found: dict[Entry, set[int]] = {entry: set(_without_address(session, entry.texts)) for entry in unknown}
    for key, article in _hashed_as(session, AddressRow.key, AddressRow.article_id, by_hash):
        found[by_hash[ledger.hash_of_address(key)]].add(article)
    for entry, own in found.items():
        blank(session, sorted(own), reason=entry.reason, by=entry.forgotten_by, now=entry.forgotten_at)
    _bury_rest(session, {entry: min(own, default=0) for entry, own in found.items()}, now)
    leads = {key for key, _ in _hashed_as(session, LeadRow.key, LeadRow.source, by_hash)}
    _blank_leads(session, leads)
    return tuple(sorted(set().union(*found.values())))


def _bury_rest(session: Session, entries: Mapping[Entry, int], now: datetime) -> None:
    """Tombstones for what the database does not hold; each entry with the article that it was found by, or 0."""
    known = ledger.entries_of(session)
    addresses = {one for entry in known for one in entry.addresses}
    texts = {one for entry in known for one in entry.texts}
    rows = [
        {
            "key": key, "article_id": article, "reason": entry.reason, "forgotten_by": entry.forgotten_by,
            "forgotten_at": entry.forgotten_at, "finished_at": None if article else now,
        }
        for entry, article in entries.items()
        for key in (
            *(f"{ADDRESS}{one}" for one in sorted(entry.addresses - addresses)),
            *(text_key(one) for one in sorted(entry.texts - texts)),
        )
    ]  # fmt: skip
    if rows:
        put(session, table_of(TombstoneRow), rows)


def _hashed_as(session: Session, key: Any, other: Any, wanted: Collection[str]) -> Iterator[tuple[str, Any]]:
    """Key and another column of the rows whose key has one of these hashes; all rows are read."""
    rows = session.execute(core_select(key, other), execution_options={"yield_per": _AT_ONCE})
    return ((found, owner) for found, owner in rows if ledger.hash_of_address(found) in wanted)


def _without_address(session: Session, texts: Iterable[str]) -> Sequence[int]:
    query = select(ArticleRow.id).where(ArticleRow.url == "", col(ArticleRow.text_hash).in_(list(texts)))
    return [article for article in session.exec(query) if article is not None]


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


def _blank_leads(session: Session, keys: Iterable[str]) -> None:
    """What lists say of addresses."""
    undated = dict.fromkeys(("published_at", "published_precision", "published_from", "published_calendar"))
    blanked = {**undated, "title": None, "state": "refused", "cause": CAUSE, "attempts": 0}
    session.execute(update(LeadRow).where(col(LeadRow.key).in_(list(keys))).values(**blanked))


def _blank_around(session: Session, article_id: int, keys: Sequence[str], urls: Sequence[str]) -> None:
    """What other tables say of it: its lists' titles, what its server gave, what readers answered, links to it."""
    _blank_leads(session, keys)
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


def unfinished(session: Session) -> tuple[int, ...]:
    """The articles of which files may still hold something."""
    query = select(TombstoneRow.article_id).where(col(TombstoneRow.finished_at).is_(None))
    return tuple(session.exec(query.distinct().order_by(col(TombstoneRow.article_id))))


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
    snapshot.remove(store.beside(""))
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
        # the planner's samples of columns are words too; of an empty table it would keep the old ones
        if connection.execute(text("SELECT current_setting('server_version_num')::int >= 180000")).scalar():
            connection.execute(_CLEAR_SAMPLES, {"names": _with_words()})
        for name in _with_words():
            connection.execute(text(f"VACUUM (FULL, ANALYZE) {name}"))
        connection.execute(text("VACUUM (FULL) pg_statistic"))
        if connection.execute(text("SELECT pg_has_role('pg_checkpoint', 'MEMBER')")).scalar():
            connection.execute(text("CHECKPOINT"))  # else files that are no more wait for the next one


def _with_words() -> list[str]:
    """Our tables that hold, or held, words of articles: a database may hold other programs' too."""
    found = {table.name for table in TABLES.values() if {"article_id", "title"} & set(table.columns.keys())}
    return sorted({*found, *searchtables.NAMES, "event", "article", "validator"})


_CLEAR_SAMPLES = text(
    "SELECT pg_clear_attribute_stats(schemaname, tablename, attname, inherited) FROM pg_stats "
    "WHERE schemaname = 'public' AND tablename = ANY(:names)"
)
