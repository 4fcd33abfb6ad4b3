"""What searches filter, order and count by, in memory: arrays indexed by an article's id, exact and up to date.

A million articles take some 60 MB and four seconds to read, or none where another process kept them beside a SQLite
database (`storage.snapshot`); later calls read what changed since (`search_change`). SQLite numbers changes under its writer's lock; on PostgreSQL a change bears its transaction, and a
reader takes up again all from the oldest one that was under way when it last looked.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from copy import copy
from threading import Lock, Thread
from time import monotonic
from typing import Any, cast
from weakref import WeakKeyDictionary

import numpy as np
from sqlalchemy import text
from sqlmodel import Session

from news.names import naming
from news.values import TagKind
from storage import snapshot
from storage.arrays import Columns, Ids

#: Where more than this share of the articles changed, all are read anew.
_SHARE, _FEW = 5, 1_024
#: Archives of so many articles are kept as a file, and again after so many changes, but not in so many seconds.
WORTH_KEEPING, _BEHIND, _PAUSE = 20_000, 2_000, 300.0
_MOMENTS = {
    True: "strftime('%s', sorted_at) * 1000000 + CAST(substr(sorted_at, 21, 6) AS INTEGER)",
    False: "CAST(extract(epoch FROM sorted_at) * 1000000 AS BIGINT)",
}
_GATHER = {True: "group_concat({})", False: "string_agg(CAST({} AS TEXT), ',')"}
_MOMENT_LENGTH = len("2024-05-01 09:00:00.000000")
#: All articles in one pass over the narrowest index; keys of sources and codes of languages hold no commas.
_ARTICLES = {
    True: "SELECT group_concat(id), group_concat(sorted_at, ''), group_concat(language), group_concat(source) FROM article",
    False: (
        "SELECT string_agg(CAST(id AS TEXT), ','), "
        "string_agg(CAST(CAST(extract(epoch FROM sorted_at) * 1000000 AS BIGINT) AS TEXT), ','), "
        "string_agg(language, ','), string_agg(source, ',') FROM article"
    ),
}
#: The last change, and the article that it was of.
_SEEN = {
    True: "SELECT stamp, article_id FROM search_change ORDER BY stamp DESC LIMIT 1",
    False: "SELECT CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS TEXT) AS BIGINT), 0",
}


_CHANGED = {
    True: "SELECT article_id FROM search_change WHERE stamp > {}",
    False: "SELECT article_id FROM search_change WHERE stamp >= {}",
}


class _Kept:
    """The columns of one database, and the last rankings, for later pages of the same search."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.columns: Columns | None = None
        self.rankings: OrderedDict[object, Any] = OrderedDict()
        #: changes that the file of columns lacks, as far as is known, and when this process may write it again
        self.unkept = 0
        self.rests_until = 0.0


_KEPT: WeakKeyDictionary[Any, _Kept] = WeakKeyDictionary()
_KEPT_LOCK = Lock()
_RANKINGS = 64


def _kept(session: Session) -> _Kept:
    pool = session.connection().engine.pool
    with _KEPT_LOCK:
        return _KEPT.setdefault(pool, _Kept())


def current(session: Session, *, is_writing: bool) -> Columns:
    """The columns as this session sees the archive; what a session that writes sees is not shared."""
    if is_writing:
        return _loaded(session)
    kept = _kept(session)
    with kept.lock:
        if kept.columns is None and (found := snapshot.load(session)):
            kept.columns = found
        if kept.columns is None:
            _load(session, kept)
        else:
            _refresh(session, kept)
        assert kept.columns is not None
        if kept.unkept > _BEHIND and monotonic() >= kept.rests_until:
            _keep(session, kept)
        return kept.columns


def _keep(session: Session, kept: _Kept) -> None:
    """Write the columns down for other processes; to wait for the disk is left to a thread."""
    assert kept.columns is not None
    kept.rests_until = monotonic() + _PAUSE
    if int(np.count_nonzero(kept.columns.alive)) < WORTH_KEEPING:
        return
    made = snapshot.draft(kept.columns, session)
    if made is not None:
        kept.unkept = 0
        _beside(lambda: snapshot.publish(made))


def _beside(action: Callable[[], None]) -> None:
    Thread(target=action, name="columns").start()


def remembered(session: Session, question: object) -> Any:
    """What was remembered under a question; None where nothing is."""
    kept = _kept(session)
    with kept.lock:
        return kept.rankings.get(question)


def remember(session: Session, question: object, answer: object) -> None:
    """Keep an answer for later pages, in place of the oldest."""
    kept = _kept(session)
    with kept.lock:
        kept.rankings[question] = answer
        kept.rankings.move_to_end(question)
        while len(kept.rankings) > _RANKINGS:
            kept.rankings.popitem(last=False)


def is_sqlite(session: Session) -> bool:
    """Which engine answers."""
    return session.get_bind().dialect.name == "sqlite"


def driver_rows(session: Session, statement: str, values: Sequence[object] = ()) -> Sequence[Any]:
    """What SQLite's driver answers, without what SQLAlchemy does with each row; on PostgreSQL by way of it, which knows its errors."""
    if not is_sqlite(session):
        return session.connection().exec_driver_sql(statement, tuple(values)).fetchall()
    with closing(session.connection().connection.cursor()) as cursor:
        cursor.execute(statement, tuple(values))
        return cast(list[Any], cursor.fetchall())


def numbers_of(gathered: str | None) -> Ids:
    """The numbers of a comma-separated text."""
    return (
        np.array(gathered.split(","), np.int64)
        if gathered and len(gathered) < 100
        else _parsed(gathered or "")
    )


def _parsed(gathered: str) -> Ids:
    found: Ids = np.fromstring(gathered, np.int64, sep=",") if gathered else np.zeros(0, np.int64)
    return found


def _loaded(session: Session) -> Columns:
    sqlite = is_sqlite(session)
    columns = Columns.empty()
    columns.seen, columns.changed = _seen(session)
    connection, gather = session.connection(), _GATHER[sqlite]
    ids, moments, languages, sources = connection.execute(text(_ARTICLES[sqlite])).one()
    tagged = connection.execute(
        text(f"SELECT kind, key, {gather.format('article_id')} FROM tag GROUP BY kind, key")  # noqa: S608
    )
    columns.fill(
        numbers_of(ids),
        _moments_of(moments or "") if sqlite else numbers_of(moments),
        ((languages or "").split(","), (sources or "").split(",")),
        _with_countries((kind, key, _each_once(numbers_of(found))) for kind, key, found in tagged),
    )
    return columns


def _each_once(ids: Ids) -> Ids:
    """In order; an index has them so."""
    steps = np.diff(ids)
    return np.unique(ids) if (steps < 0).any() else ids[np.concatenate(([True], steps > 0))]


def _moments_of(written: str) -> Ids:
    """Microseconds since 1970 of moments as SQLite holds them, one behind the other: `2024-05-01 09:00:00.000000`."""
    digits = np.frombuffer(written.encode(), np.uint8).reshape(-1, _MOMENT_LENGTH) - np.uint8(ord("0"))

    def number(start: int, end: int) -> Ids:
        found = np.zeros(len(digits), np.int64)
        for place in range(start, end):
            found = found * 10 + digits[:, place]
        return found

    months = (number(0, 4) - 1970) * 12 + number(5, 7) - 1
    days = months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64) + number(8, 10) - 1
    seconds = ((days * 24 + number(11, 13)) * 60 + number(14, 16)) * 60 + number(17, 19)
    return seconds * 1_000_000 + number(20, 26)


def _with_countries(tagged: Iterable[tuple[str, str, Ids]]) -> Iterable[tuple[str, Ids]]:
    countries: dict[str, list[Ids]] = {}
    for kind, key, ids in tagged:
        yield f"{kind} {key}", ids
        if kind == TagKind.CITY and (country := _country(key)):
            countries.setdefault(country, []).append(ids)
    for country, found in countries.items():
        yield f"country {country}", np.unique(np.concatenate(found))


def _country(city: str) -> str | None:
    found = naming.place(city)
    return found.country if found else None


def _seen(session: Session) -> tuple[int, int]:
    rows = driver_rows(session, _SEEN[is_sqlite(session)])
    return (int(rows[0][0]), int(rows[0][1])) if rows else (0, 0)


def _load(session: Session, kept: _Kept) -> None:
    kept.columns = _loaded(session)
    kept.unkept = _BEHIND + 1


def _refresh(session: Session, kept: _Kept) -> None:
    columns = kept.columns
    assert columns is not None
    seen, last = _seen(session)
    if seen < columns.seen or (is_sqlite(session) and seen == columns.seen):
        return  # no later state than the one in memory, which holds it too
    changed = [row[0] for row in driver_rows(session, _CHANGED[is_sqlite(session)].format(columns.seen))]
    if len(changed) * _SHARE > max(_FEW, int(np.count_nonzero(columns.alive))):
        _load(session, kept)
        return
    columns = copy(columns)  # who searches meanwhile goes on with arrays of one length, and the same articles
    if changed:
        columns.alive = columns.alive.copy()
        _take_over(session, columns, changed)
        kept.unkept += len(changed)
    columns.seen, columns.changed = seen, last
    kept.columns = columns


def kept_beside(session: Session) -> Columns | None:
    """The columns as the file has them with what changed behind it, whether they are true or not; None without a file."""
    found = snapshot.load(session)
    if found is not None:
        rows = driver_rows(session, _CHANGED[True].format(found.seen))
        _take_over(session, found, [row[0] for row in rows])
    return found


def of(session: Session, articles: Iterable[int]) -> Columns:
    """The columns of some articles alone, as the session sees them."""
    columns = Columns.empty()
    _take_over(session, columns, list(articles))
    return columns


def _take_over(session: Session, columns: Columns, articles: list[int]) -> None:
    for start in range(0, len(articles), 500):
        some = articles[start : start + 500]
        where = ",".join(map(str, some))
        rows = session.connection().execute(
            text(
                f"SELECT id, {_MOMENTS[is_sqlite(session)]}, language, source FROM article WHERE id IN ({where})"  # noqa: S608
            )
        )
        found = [(row[0], row[1], row[2], row[3]) for row in rows]
        columns.put(found, _tags_of(session, where))
        for gone in set(some).difference(row[0] for row in found):
            if gone < len(columns.alive):
                columns.alive[gone] = False


def _tags_of(session: Session, where: str) -> dict[int, list[str]]:
    found: dict[int, dict[str, None]] = {}
    query = (
        f"SELECT article_id, kind, key FROM tag WHERE article_id IN ({where}) ORDER BY article_id, position"  # noqa: S608
    )
    rows = session.connection().exec_driver_sql(query)
    for article, kind, key in rows:
        names = found.setdefault(article, {})
        names[f"{kind} {key}"] = None
        if kind == TagKind.CITY and (country := _country(key)):
            names[f"country {country}"] = None
    return {article: list(names) for article, names in found.items()}
