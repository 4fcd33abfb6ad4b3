"""Which kept articles are near a text: bands looked up in a window of the newest, then an exact comparison."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from operator import itemgetter

import numpy as np
from sqlalchemy import ARRAY, BigInteger, BindParameter, bindparam, delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session

from storage import nearness
from storage.nearness import Shingles, Signature
from storage.statements import put, table_of
from storage.storytables import BandRow, SignatureRow, StoryArticleRow
from storage.tables import ArticleRow

#: So many articles, the newest that came, are compared with what comes.
WINDOW = 200_000
#: What two texts of one story have at least: Jaccard's index of their shingles, and the part of the shorter that
#: stands in the longer.
_ALIKE, _HELD = 0.33, 0.5
#: Pairs whose signatures agree less are not compared; an estimate may lie so far below the truth.
_ESTIMATED = _ALIKE - 0.1
#: A key that so many articles have is a phrase of a site: further ones are not entered under it.
_CROWD = 24
#: Candidates that are compared, those of most bands first.
_CANDIDATES = 8
#: Articles of a site that are asked what its boilerplate is, and how many of them are read for it.
_NEIGHBOURS, _WITNESSES = 64, 4
#: The share of what two texts have in common from which a third one is a witness.
_ATTESTED = 0.05
#: Of one site, texts that differ in runs of no more words are one form filled in twice.
_FORM = 6
#: Of one site, each text's first quarter shares so much with the other: what stands under both is furniture.
_HEAD_HELD = 0.3
#: Words compared one by one; a form is shorter.
_COMPARED = 1_500
#: At most so many articles leave the window when one comes.
_LEAVING = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """A kept article that tells the story of a text."""

    article: int
    likeness: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """What the bands gave: articles by the number of bands that they share, and keys that are crowded."""

    articles: tuple[int, ...]
    crowded: frozenset[int]


def enter(session: Session, article_id: int, source: str, text: str) -> tuple[Near, ...]:
    """Note an article's signature, and find what is near it, nearest first."""
    remove(session, article_id)
    own = _signature(text)
    if own is None:
        return ()
    found = look_up(session, nearness.keys(own))
    near = _verified(session, article_id, source, text, found.articles)
    _note(session, article_id, source, own, found.crowded)
    _slide(session, article_id)
    return near


def keys_of(text: str) -> tuple[int, ...]:
    """The bands of a text; none for one too short to be compared."""
    own = _signature(text)
    return () if own is None else nearness.keys(own)


def remove(session: Session, article_id: int) -> None:
    """Take an article out of the window."""
    least = session.connection().execute(_LEAST, {"id_": article_id}).scalar()
    if least is not None:
        _take_out(session, [(article_id, least)])


def look_up(session: Session, keys: Sequence[int]) -> Candidates:
    """The articles that share a band, those of most bands first."""
    rows = _rows(session, keys)
    if not rows:
        return Candidates(articles=(), crowded=frozenset())
    shared = Counter(map(itemgetter(1), rows))
    crowd = Counter(map(itemgetter(0), rows)) if len(rows) >= _CROWD else {}
    return Candidates(
        articles=tuple(sorted(shared, key=shared.__getitem__, reverse=True)[:_CANDIDATES]),
        crowded=frozenset(key for key, count in crowd.items() if count >= _CROWD),
    )


def _rows(session: Session, keys: Sequence[int]) -> Sequence[tuple[int, int]]:
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        return [(key, article) for key, article in connection.execute(_BY_KEYS, {"keys": list(keys)})]
    # below SQLAlchemy, whose statement costs more than the look-up
    cursor = connection.connection.cursor()
    try:
        cursor.execute(_BY_KEYS_SQLITE, keys)
        found: Sequence[tuple[int, int]] = cursor.fetchall()
    finally:
        cursor.close()
    return found


def _verified(
    session: Session, article_id: int, source: str, text: str, candidates: Iterable[int]
) -> tuple[Near, ...]:
    own = _signature(text)
    assert own is not None
    rows = session.connection().execute(_CANDIDATE, {"ids": list(candidates)}).all() if candidates else ()
    found = []
    for row in rows:
        if row.article_id == article_id or nearness.estimate(own, nearness.unpacked(row.least)) < _ESTIMATED:
            continue
        pair = _Pair(session, (article_id, source, text), (row.article_id, row.source, row.text))
        if (alike := pair.likeness()) is not None:
            found.append(Near(article=row.article_id, likeness=alike))
    return tuple(sorted(found, key=lambda near: (-near.likeness, near.article)))


class _Pair:
    """Two texts, compared exactly, without what the sites print under everything."""

    def __init__(self, session: Session, one: tuple[int, str, str], other: tuple[int, str, str]) -> None:
        self._session = session
        self._ids, self._sources, self._texts = (one[0], other[0]), (one[1], other[1]), (one[2], other[2])

    def likeness(self) -> float | None:
        """Jaccard's index where they tell one story."""
        one, other = map(_shingles, self._texts)
        if not _are_alike(one, other):
            return None
        if self._of_one_site() and (_is_form(*self._texts) or not _begin_alike(*self._texts)):
            return None
        boilerplate = self._boilerplate(one, other)
        if len(boilerplate):
            one, other = one.without(boilerplate), other.without(boilerplate)
            if min(len(one), len(other)) < nearness.FEWEST or not _are_alike(one, other):
                return None
        return nearness.likeness(one, other)[0]

    def _of_one_site(self) -> bool:
        return self._sources[0] == self._sources[1]

    def _boilerplate(self, one: Shingles, other: Shingles) -> nearness.Hashes:
        """What the two have in common and other articles of their sites have, too."""
        common = np.intersect1d(one.hashes, other.hashes, assume_unique=True)
        wanted = 1 if self._of_one_site() else 2
        parts = []
        for source in set(self._sources):
            found = [np.intersect1d(common, text.hashes) for text in self._witnesses(source)]
            if len(found) >= wanted:
                hashes, counts = np.unique(np.concatenate(found), return_counts=True)
                parts.append(hashes[counts >= wanted])
        return np.unique(np.concatenate(parts)) if parts else common[:0]

    def _witnesses(self, source: str) -> list[Shingles]:
        """Texts of other stories of a site that show parts of what the two have in common."""
        one, other = (_signature(text) for text in self._texts)
        assert one is not None
        assert other is not None
        agreed = one == other
        values = {"source_": source, "ids": list(self._ids), "limit_": _NEIGHBOURS}
        rows = self._session.connection().execute(_SITE, values).all()
        if not rows:
            return []
        least = np.stack([nearness.unpacked(row.least) for row in rows])
        shares = (least[:, agreed] == one[agreed]).mean(axis=1)
        best = [int(at) for at in np.argsort(-shares)[:_WITNESSES] if shares[at] >= _ATTESTED]
        if not best:
            return []
        ids = [rows[at].article_id for at in best]
        return [_shingles(text) for (text,) in self._session.connection().execute(_TEXTS, {"ids": ids})]


def _are_alike(one: Shingles, other: Shingles) -> bool:
    alike, held = nearness.likeness(one, other)
    return alike >= _ALIKE and held >= _HELD


def _is_form(one: str, other: str) -> bool:
    """Whether each has numbers of its own, or nothing but short runs of words differ: what a site prints each week."""
    if _numbers(one) - _numbers(other) and _numbers(other) - _numbers(one):
        return True
    first, second = (_skeletons(text)[:_COMPARED] for text in (one, other))
    steps = SequenceMatcher(a=first, b=second, autojunk=False).get_opcodes()
    runs = [
        max(a_end - a_start, b_end - b_start)
        for kind, a_start, a_end, b_start, b_end in steps
        if kind != "equal"
    ]
    return bool(runs) and max(runs) <= _FORM


def _begin_alike(one: str, other: str) -> bool:
    return _holds_head(one, other) and _holds_head(other, one)


def _holds_head(whole: str, text: str) -> bool:
    """Whether the beginning of a text stands in another."""
    bones = _skeletons(text)
    head = nearness.shingles_of(bones[: max(nearness.FEWEST + 1, len(bones) // 4)])
    common = np.intersect1d(head.hashes, _shingles(whole).hashes, assume_unique=True)
    return len(common) >= _HEAD_HELD * len(head)


def _note(session: Session, article_id: int, source: str, own: Signature, crowded: frozenset[int]) -> None:
    put(session, _SIGNATURE, [{"article_id": article_id, "source": source, "least": nearness.packed(own)}])
    rows = [(key, article_id) for key in dict.fromkeys(nearness.keys(own)) if key not in crowded]
    if not rows:
        return
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        connection.execute(_ENTER, {"keys": [key for key, _ in rows], "id_": article_id})
        return
    cursor = connection.connection.cursor()
    try:
        cursor.executemany("INSERT OR IGNORE INTO band (key, article_id) VALUES (?, ?)", sorted(rows))
    finally:
        cursor.close()


def _slide(session: Session, newest: int) -> None:
    """Let those that came first leave the window."""
    if newest > WINDOW:
        values = {"before_": newest - WINDOW, "limit_": _LEAVING}
        rows = session.connection().execute(_OLDEST, values).all()
        _take_out(session, [(row.article_id, row.least) for row in rows])


def _take_out(session: Session, leaving: Sequence[tuple[int, bytes]]) -> None:
    for article_id, least in leaving:
        keys = list(nearness.keys(nearness.unpacked(least)))
        session.connection().execute(_TAKE_BANDS, {"keys": keys, "id_": article_id})
        session.connection().execute(_TAKE_SIGNATURE, {"id_": article_id})


@lru_cache(maxsize=64)
def _skeletons(text: str) -> list[str]:
    return nearness.skeletons(text)


@lru_cache(maxsize=64)
def _numbers(text: str) -> frozenset[str]:
    return frozenset(word for word in _skeletons(text)[:_COMPARED] if any(map(str.isdigit, word)))


@lru_cache(maxsize=64)
def _shingles(text: str) -> Shingles:
    return nearness.shingles_of(_skeletons(text))


@lru_cache(maxsize=64)
def _signature(text: str) -> Signature | None:
    return nearness.signature(_shingles(text))


# Built once, as in `storage.articles`.
_BAND, _SIGNATURE, _ARTICLE = table_of(BandRow), table_of(SignatureRow), table_of(ArticleRow)
_STORY_ARTICLE = table_of(StoryArticleRow)
_MANY: BindParameter[list[int]] = bindparam("ids", expanding=True)
_ONE: BindParameter[int] = bindparam("id_")
_LEAST = select(_SIGNATURE.c.least).where(_SIGNATURE.c.article_id == _ONE)
_BY_KEYS = select(_BAND.c.key, _BAND.c.article_id).where(
    _BAND.c.key == func.any(bindparam("keys", type_=ARRAY(BigInteger)))
)
_BY_KEYS_SQLITE = f"SELECT key, article_id FROM band WHERE key IN ({','.join('?' * nearness.BANDS)})"  # noqa: S608
_CANDIDATE = (
    select(_SIGNATURE.c.article_id, _SIGNATURE.c.least, _ARTICLE.c.source, _ARTICLE.c.text)
    .join(_ARTICLE, _ARTICLE.c.id == _SIGNATURE.c.article_id)
    .where(_SIGNATURE.c.article_id.in_(_MANY))
)
_SAME_STORY = (
    select(_STORY_ARTICLE.c.article_id)
    .where(
        _STORY_ARTICLE.c.story_id.in_(
            select(_STORY_ARTICLE.c.story_id).where(_STORY_ARTICLE.c.article_id.in_(_MANY))
        )
    )
)  # fmt: skip
_SITE = (
    select(_SIGNATURE.c.article_id, _SIGNATURE.c.least)
    .where(
        _SIGNATURE.c.source == bindparam("source_"),
        _SIGNATURE.c.article_id.not_in(_MANY),
        _SIGNATURE.c.article_id.not_in(_SAME_STORY),
    )
    .order_by(_SIGNATURE.c.article_id.desc())
    .limit(bindparam("limit_"))
)
_TEXTS = select(_ARTICLE.c.text).where(_ARTICLE.c.id.in_(_MANY))
_ENTER = (
    insert(_BAND)
    .from_select(
        ["key", "article_id"],
        select(
            func.unnest(bindparam("keys", type_=ARRAY(BigInteger))),
            bindparam("id_", type_=_BAND.c.article_id.type),
        ),
    )
    .on_conflict_do_nothing()
)
_OLDEST = (
    select(_SIGNATURE.c.article_id, _SIGNATURE.c.least)
    .where(_SIGNATURE.c.article_id <= bindparam("before_"))
    .order_by(_SIGNATURE.c.article_id)
    .limit(bindparam("limit_"))
)
_TAKE_BANDS = delete(_BAND).where(
    _BAND.c.key.in_(bindparam("keys", expanding=True)), _BAND.c.article_id == _ONE
)
_TAKE_SIGNATURE = delete(_SIGNATURE).where(_SIGNATURE.c.article_id == _ONE)
