"""What searches filter, order and count by, in memory: arrays indexed by an article's id, exact and up to date.

A million articles take some 100 MB and about three seconds to read; later calls read what changed since
(`search_change`). SQLite numbers changes under its writer's lock; on PostgreSQL a change bears its transaction, and a
reader takes up again all from the oldest one that was under way when it last looked.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Self
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import text
from sqlmodel import Session

from news.names import naming
from news.values import TagKind

Ids = NDArray[np.int64]
Mask = NDArray[np.bool_]

_GROWTH = 1024
#: Where more than this share of the articles changed, all are read anew.
_SHARE = 5
#: Where the tags of what was found are more than this part of all, all are looked through in order.
_DENSE = 6
_TAG_FACETS = ("network", "city", "country")
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
_SEEN = {
    True: "SELECT coalesce(max(stamp), 0) FROM search_change",
    False: "SELECT CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS TEXT) AS BIGINT)",
}


class Codes:
    """Short numbers for keys, in the order they were met."""

    def __init__(self) -> None:
        self.keys: list[str] = []
        self._numbers: dict[str, int] = {}

    def number(self, key: str) -> int:
        """The number of a key, a new one where it is met first."""
        found = self._numbers.get(key)
        if found is None:
            found = self._numbers[key] = len(self.keys)
            self.keys.append(key)
        return found

    def numbers(self, keys: Sequence[str]) -> NDArray[np.int16]:
        """The numbers of many keys, of which few differ."""
        known = {key: self.number(key) for key in sorted(set(keys))}
        return np.fromiter(map(known.__getitem__, keys), np.int16, len(keys))

    def known(self, key: str) -> int:
        """The number of a key; -1 where no article has it."""
        return self._numbers.get(key, -1)


@dataclass(slots=True)
class Columns:
    """One column for each thing that a search asks of an article; row 0 is nobody."""

    alive: Mask
    #: microseconds since 1970, UTC
    moment: Ids
    #: months since 1970
    month: NDArray[np.int32]
    language: NDArray[np.int16]
    source: NDArray[np.int16]
    #: where an article's tags begin in `tags`, and how many there are
    tags_at: Ids
    tags_of: NDArray[np.int32]
    #: numbers of networks, cities and countries, each once for an article
    tags: NDArray[np.int32]
    #: the article of each place in `tags`; nobody where it is no longer used
    owners: Ids
    languages: Codes = field(default_factory=Codes)
    sources: Codes = field(default_factory=Codes)
    #: "network amf", "city 111822", "country IR"
    names: Codes = field(default_factory=Codes)
    seen: int = 0
    _used: int = 0

    @classmethod
    def empty(cls) -> Self:
        """No article."""
        return cls(
            alive=np.zeros(_GROWTH, np.bool_),
            moment=np.zeros(_GROWTH, np.int64),
            month=np.zeros(_GROWTH, np.int32),
            language=np.zeros(_GROWTH, np.int16),
            source=np.zeros(_GROWTH, np.int16),
            tags_at=np.zeros(_GROWTH, np.int64),
            tags_of=np.zeros(_GROWTH, np.int32),
            tags=np.zeros(_GROWTH, np.int32),
            owners=np.zeros(_GROWTH, np.int64),
        )

    @property
    def last(self) -> int:
        """The highest id there is; 0 where there is none."""
        behind = int(np.argmax(self.alive[::-1]))
        return len(self.alive) - 1 - behind if self.alive[len(self.alive) - 1 - behind] else 0

    def mask(self, ids: Ids) -> Mask:
        """True for these articles, as far as they are known."""
        found = np.zeros(len(self.alive), np.bool_)
        found[ids[ids < len(found)]] = True
        return found & self.alive

    def tagged(self, name: str) -> Mask:
        """Articles with this tag, written as in `names`."""
        number = self.names.known(name)
        found = np.zeros(len(self.alive), np.bool_)
        if number >= 0:
            found[self.owners[: self._used][self.tags[: self._used] == number]] = True
        return found & self.alive

    def newest(self, ids: Ids, count: int) -> Ids:
        """The newest of some articles in order; of the same moment the one that came last is first."""
        if count < len(ids):
            moments = self.moment[ids]
            ids = ids[moments >= np.partition(moments, len(ids) - count)[len(ids) - count]]
        return ids[np.lexsort((-ids, -self.moment[ids]))][:count]

    def count(self, facet: str, ids: Ids) -> dict[str, int]:
        """How many of the articles have each value of a facet."""
        if facet == "language":
            return _counted(self.languages, self.language[ids])
        if facet == "source":
            return _counted(self.sources, self.source[ids])
        return self._months(ids)

    def count_tags(self, ids: Ids) -> dict[str, dict[str, int]]:
        """How many of the articles have each network, city and country."""
        numbers = np.bincount(self._numbers_of(ids), minlength=len(self.names.keys))
        found: dict[str, dict[str, int]] = {facet: {} for facet in _TAG_FACETS}
        for number in np.flatnonzero(numbers):
            facet, _, key = self.names.keys[number].partition(" ")
            found[facet][key] = int(numbers[number])
        return found

    def _numbers_of(self, ids: Ids) -> NDArray[np.int32]:
        """All tags of these articles."""
        begin, size = self.tags_at[ids], self.tags_of[ids].astype(np.int64)
        total = int(size.sum())
        if total * _DENSE > self._used:
            found = np.zeros(len(self.alive), np.bool_)
            found[ids] = True
            return self.tags[: self._used][found[self.owners[: self._used]]]
        return self.tags[np.repeat(begin - (np.cumsum(size) - size), size) + np.arange(total)]

    def _months(self, ids: Ids) -> dict[str, int]:
        if not len(ids):
            return {}
        months = self.month[ids]
        first = int(months.min())
        counts = np.bincount(months - first)
        return {str(np.datetime64(int(at + first), "M")): int(counts[at]) for at in np.flatnonzero(counts)}

    def put(self, rows: Iterable[tuple[int, int, str, str]], tags: Mapping[int, Sequence[str]]) -> None:
        """Take over articles: (id, moment, language, source), and their tags by id."""
        for article, moment, language, source in rows:
            self._room(article)
            self.moment[article] = moment
            self.month[article] = _months_of(np.array(moment))
            self.language[article] = self.languages.number(language)
            self.source[article] = self.sources.number(source)
            self._put_tags(article, [self.names.number(name) for name in tags.get(article, ())])
            self.alive[article] = True

    def _put_tags(self, article: int, numbers: list[int]) -> None:
        former = int(self.tags_at[article])
        self.owners[former : former + int(self.tags_of[article])] = 0
        begin, end = self._used, self._used + len(numbers)
        while end > len(self.tags):
            more = max(len(self.tags), _GROWTH)
            self.tags = np.concatenate([self.tags, np.zeros(more, self.tags.dtype)])
            self.owners = np.concatenate([self.owners, np.zeros(more, self.owners.dtype)])
        self.tags[begin:end], self.owners[begin:end] = numbers, article
        self.tags_at[article], self.tags_of[article] = begin, len(numbers)
        self._used = end

    def _room(self, article: int) -> None:
        size = len(self.alive)
        if article < size:
            return
        more = max(article + 1 - size, size // 4)
        for name in ("moment", "month", "language", "source", "tags_at", "tags_of", "alive"):
            column = getattr(self, name)
            setattr(self, name, np.concatenate([column, np.zeros(more, column.dtype)]))

    def fill(
        self, ids: Ids, moments: Ids, kept: tuple[list[str], list[str]], tagged: Iterable[tuple[str, Ids]]
    ) -> None:
        """Take over a whole archive: `kept` are language and source of each article; ids by the name of a tag."""
        if not len(ids):
            return
        self._room(int(ids.max()))
        self.moment[ids], self.alive[ids] = moments, True
        self.month[ids] = _months_of(moments)
        self.language[ids], self.source[ids] = self.languages.numbers(kept[0]), self.sources.numbers(kept[1])
        found = [(self.names.number(name), ids) for name, ids in tagged]
        if not found:
            return
        owners = np.concatenate([ids for _, ids in found])
        numbers = np.repeat(
            np.array([number for number, _ in found], np.int32), [len(ids) for _, ids in found]
        )
        known = owners < len(self.alive)
        owners, numbers = owners[known], numbers[known]
        order = np.argsort(owners, kind="stable")
        self.owners, self.tags, self._used = owners[order], numbers[order], len(owners)
        counts = np.bincount(owners, minlength=len(self.alive))
        self.tags_of = counts.astype(np.int32)
        self.tags_at = np.cumsum(counts) - counts


def _months_of(moments: Ids) -> Ids:
    found: Ids = moments.astype("datetime64[us]").astype("datetime64[M]").astype(np.int64)
    return found


def _counted(codes: Codes, numbers: NDArray[np.int16]) -> dict[str, int]:
    counts = np.bincount(numbers) if len(numbers) else np.zeros(0, np.int64)
    return {codes.keys[number]: int(counts[number]) for number in np.flatnonzero(counts)}


class _Kept:
    """The columns of one database, and the last rankings, for later pages of the same search."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.columns: Columns | None = None
        self.rankings: OrderedDict[object, Any] = OrderedDict()


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
        if kept.columns is None:
            kept.columns = _loaded(session)
        else:
            _refresh(session, kept)
        return kept.columns


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
    columns.seen = _seen(session)
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


def _seen(session: Session) -> int:
    return int(session.connection().execute(text(_SEEN[is_sqlite(session)])).scalar_one())


def _refresh(session: Session, kept: _Kept) -> None:
    columns = kept.columns
    assert columns is not None
    seen, comparison = _seen(session), ">" if is_sqlite(session) else ">="
    if seen < columns.seen:
        return  # an older state than the one in memory, which holds it too
    statement = text(f"SELECT article_id FROM search_change WHERE stamp {comparison} :seen")  # noqa: S608
    changed = [row[0] for row in session.connection().execute(statement, {"seen": columns.seen})]
    if len(changed) * _SHARE > max(_GROWTH, int(np.count_nonzero(columns.alive))):
        kept.columns = _loaded(session)
        return
    columns = copy(columns)  # who searches meanwhile goes on with arrays of one length, and the same articles
    if changed:
        columns.alive = columns.alive.copy()
        _take_over(session, columns, changed)
    columns.seen = seen
    kept.columns = columns


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
