"""Which kept articles are near a text: bands looked up in a window of the newest, then an exact comparison."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache, lru_cache
from threading import Lock
from typing import Any

import numpy as np
from sqlalchemy import ARRAY, BigInteger, BindParameter, Connection, bindparam, delete, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session

from storage import nearness
from storage.nearness import Shingles, Sketch, Traits
from storage.statements import Built, put, table_of
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
#: Texts of which the pairs of words are remembered, some 7 KB each.
_MOST_REMEMBERED = 1_000
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrant:
    """An article that comes into the window."""

    article: int
    source: str
    text: str
    #: `storage.prepared.hash_of` it
    digest: str
    #: None for a text too short to be compared
    sketch: Sketch | None


def enter(session: Session, one: Entrant) -> tuple[Near, ...]:
    """Note the sketch of an article's text, and find what is near it without being the same, nearest first."""
    remove(session, one.article)
    if one.sketch is None:
        return ()
    found = look_up(session, one.sketch.keys)
    near = _verified(session, one, one.sketch, found.articles) if found.articles else ()
    _note(session, one, one.sketch, found.crowded)
    _slide(session, one.article)
    return near


def remove(session: Session, article_id: int) -> None:
    """Take an article out of the window."""
    least = _LEAST.value(session, id_=article_id)
    if least is not None:
        _take_out(session, [(article_id, least)])


def hold(session: Session, articles: Sequence[int]) -> None:
    """Keep articles in the window until the transaction ends, unless they are leaving: then wait until they have."""
    held = select(_SIGNATURE.c.article_id).where(_SIGNATURE.c.article_id.in_(articles))
    session.execute(held.order_by(_SIGNATURE.c.article_id).with_for_update())


def look_up(session: Session, keys: Sequence[int]) -> Candidates:
    """The articles that share a band, those of most bands first."""
    found = _sharing(session, keys)
    if not found:
        return Candidates(articles=(), crowded=frozenset())
    # of equals those of the least key, and the oldest
    best = sorted(found, key=lambda row: (-row[1], row[2], row[0]))
    return Candidates(
        articles=tuple(article for article, _, _ in best[:_CANDIDATES]),
        # no key has more articles than there are
        crowded=_crowded(session, keys) if len(found) >= _CROWD else frozenset(),
    )


def _sharing(session: Session, keys: Sequence[int]) -> Sequence[tuple[int, int, int]]:
    """Articles, how many of the keys each has, and the least of them."""
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        rows = connection.execute(_BY_KEYS, {"keys": list(keys)})
        return [(article, shared, least) for article, shared, least in rows]
    return _driven(connection, _BY_KEYS_SQLITE, keys)


def _crowded(session: Session, keys: Sequence[int]) -> frozenset[int]:
    """Keys that so many articles have that no further one is entered under them."""
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        return frozenset(connection.execute(_CROWDED, {"keys": list(keys), "crowd_": _CROWD}).scalars())
    return frozenset(key for (key,) in _driven(connection, _CROWDED_SQLITE, (*keys, _CROWD)))


def _driven(connection: Connection, statement: str, values: Sequence[int]) -> list[Any]:
    """Below SQLAlchemy, whose statement costs more than the look-up."""
    with closing(connection.connection.cursor()) as cursor:
        return list(cursor.execute(statement, values).fetchall())


def _verified(session: Session, one: Entrant, sketch: Sketch, candidates: Sequence[int]) -> tuple[Near, ...]:
    own = _Compared(
        article=one.article, source=one.source, digest=one.digest, least=sketch.least, text=one.text,
        known=_remember(one.digest, sketch.traits),
    )  # fmt: skip
    # the same text has no need of a comparison: `storage.twins`
    others = [other for other in _compared(session, candidates) if other.digest != one.digest]
    if not others:
        return ()
    likely = nearness.estimates(sketch.least, [other.least for other in others]) >= _ESTIMATED
    others = [other for other, is_likely in zip(others, likely, strict=True) if is_likely]
    _read(session, others)
    found = [
        Near(article=other.article, likeness=alike)
        for other in others
        if (alike := _Pair(session, own, other).likeness()) is not None
    ]
    return tuple(sorted(found, key=lambda near: (-near.likeness, near.article)))


#: By the sum of the text: articles of one story come one after the other.
_REMEMBERED: dict[str, Traits] = {}
_REMEMBERING = Lock()


def _remember(digest: str, traits: Traits) -> Traits:
    with _REMEMBERING:
        while len(_REMEMBERED) >= _MOST_REMEMBERED:
            del _REMEMBERED[next(iter(_REMEMBERED))]
        _REMEMBERED[digest] = traits
    return traits


@dataclass(slots=True, kw_only=True)
class _Compared:
    """An article as it is compared with others."""

    article: int
    source: str
    #: of its text
    digest: str
    least: bytes
    #: None until they are needed
    text: str | None = None
    known: Traits | None = None

    @property
    def traits(self) -> Traits:
        """What it is compared by first."""
        if self.known is None:
            self.known = _remember(self.digest, nearness.traits(self.bones()))
        return self.known

    def bones(self) -> list[str]:
        """The skeletons of its words in order."""
        assert self.text is not None
        return _skeletons(self.text)


def _compared(session: Session, articles: Sequence[int]) -> list[_Compared]:
    ids = {f"id{at}": article for at, article in enumerate(articles)}
    return [
        _Compared(article=article, least=least, source=source, digest=digest, known=_REMEMBERED.get(digest))
        for article, least, source, digest in _candidates(len(ids)).rows(session, **ids)
    ]


def _read(session: Session, texts: Sequence[_Compared], *, whole: bool = False) -> None:
    """Read the texts of which nothing is remembered; of all where `whole` texts are wanted."""
    wanted = {one.article: one for one in texts if one.text is None and (whole or one.known is None)}
    if wanted:
        for article, text in session.connection().execute(_TEXTS, {"ids": list(wanted)}):
            wanted[article].text = text


class _Pair:
    """Two texts, compared exactly, without what the sites print under everything."""

    def __init__(self, session: Session, one: _Compared, other: _Compared) -> None:
        self._session, self._one, self._other = session, one, other

    def likeness(self) -> float | None:
        """Jaccard's index where they tell one story."""
        one, other = self._one.traits.shingles, self._other.traits.shingles
        if not _are_alike(one, other):
            return None
        if self._of_one_site() and self._is_series():
            return None
        boilerplate = self._boilerplate(one, other)
        if len(boilerplate):
            one, other = one.without(boilerplate), other.without(boilerplate)
            if min(len(one), len(other)) < nearness.FEWEST or not _are_alike(one, other):
                return None
        return nearness.likeness(one, other)[0]

    def _of_one_site(self) -> bool:
        return self._one.source == self._other.source

    def _is_series(self) -> bool:
        """Whether they are a form filled in twice, or begin differently."""
        one, other = self._one, self._other
        figures, others = one.traits.numbers, other.traits.numbers
        if figures - others and others - figures:
            return True
        _read(self._session, (one, other), whole=True)
        return _is_form(one.bones(), other.bones()) or not (
            _holds_head(one, other) and _holds_head(other, one)
        )

    def _boilerplate(self, one: Shingles, other: Shingles) -> nearness.Hashes:
        """What the two have in common and other articles of their sites have, too."""
        common = nearness.common(one.hashes, other.hashes)
        wanted = 1 if self._of_one_site() else 2
        parts = []
        for source in {self._one.source, self._other.source}:
            found = [nearness.common(common, text.hashes) for text in self._witnesses(source)]
            if len(found) >= wanted:
                hashes, counts = np.unique(np.concatenate(found), return_counts=True)
                parts.append(hashes[counts >= wanted])
        return np.unique(np.concatenate(parts)) if parts else common[:0]

    def _witnesses(self, source: str) -> list[Shingles]:
        """Texts of other stories of a site that show parts of what the two have in common."""
        one, other = nearness.unpacked(self._one.least), nearness.unpacked(self._other.least)
        agreed = one == other
        values = {"source_": source, "ids": [self._one.article, self._other.article], "limit_": _NEIGHBOURS}
        rows = self._session.connection().execute(_SITE, values).all()
        if not rows:
            return []
        least = np.stack([nearness.unpacked(row.least) for row in rows])
        shares = (least[:, agreed] == one[agreed]).mean(axis=1)
        best = [int(at) for at in np.argsort(-shares)[:_WITNESSES] if shares[at] >= _ATTESTED]
        if not best:
            return []
        found = _compared(self._session, [rows[at].article_id for at in best])
        _read(self._session, found)
        return [text.traits.shingles for text in found]


def _are_alike(one: Shingles, other: Shingles) -> bool:
    alike, held = nearness.likeness(one, other)
    return alike >= _ALIKE and held >= _HELD


def _is_form(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether nothing but short runs of words differ: what a site prints each week."""
    steps = SequenceMatcher(
        a=one[: nearness.COMPARED], b=other[: nearness.COMPARED], autojunk=False
    ).get_opcodes()
    runs = [
        max(a_end - a_start, b_end - b_start)
        for kind, a_start, a_end, b_start, b_end in steps
        if kind != "equal"
    ]
    return bool(runs) and max(runs) <= _FORM


def _holds_head(whole: _Compared, text: _Compared) -> bool:
    """Whether the beginning of a text stands in another."""
    bones = text.bones()
    head = nearness.shingles_of(bones[: max(nearness.FEWEST + 1, len(bones) // 4)])
    return len(nearness.common(head.hashes, whole.traits.shingles.hashes)) >= _HEAD_HELD * len(head)


def _note(session: Session, one: Entrant, sketch: Sketch, crowded: frozenset[int]) -> None:
    put(session, _SIGNATURE, [{"article_id": one.article, "source": one.source, "least": sketch.least}])
    rows = [(key, one.article) for key in dict.fromkeys(sketch.keys) if key not in crowded]
    if not rows:
        return
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        connection.execute(_ENTER, {"keys": [key for key, _ in rows], "id_": one.article})
        return
    with closing(connection.connection.cursor()) as cursor:
        cursor.executemany("INSERT OR IGNORE INTO band (key, article_id) VALUES (?, ?)", sorted(rows))


def _slide(session: Session, newest: int) -> None:
    """Let those that came first leave the window."""
    if newest > WINDOW:
        values = {"before_": newest - WINDOW, "limit_": _LEAVING}
        _take_out(session, [(article, least) for article, least in _OLDEST.rows(session, **values)])


def _take_out(session: Session, leaving: Sequence[tuple[int, bytes]]) -> None:
    for article_id, least in leaving:
        keys = list(nearness.keys(nearness.unpacked(least)))
        session.connection().execute(_TAKE_BANDS, {"keys": keys, "id_": article_id})
        session.connection().execute(_TAKE_SIGNATURE, {"id_": article_id})


@lru_cache(maxsize=64)
def _skeletons(text: str) -> list[str]:
    return nearness.skeletons(text)


# Built once, as in `storage.articles`.
_BAND, _SIGNATURE, _ARTICLE = table_of(BandRow), table_of(SignatureRow), table_of(ArticleRow)
_STORY_ARTICLE = table_of(StoryArticleRow)
_MANY: BindParameter[list[int]] = bindparam("ids", expanding=True)
_ONE: BindParameter[int] = bindparam("id_")
_LEAST = Built(select(_SIGNATURE.c.least).where(_SIGNATURE.c.article_id == _ONE))
_AMONG = _BAND.c.key == func.any(bindparam("keys", type_=ARRAY(BigInteger)))
_BY_KEYS = (
    select(_BAND.c.article_id, func.count(), func.min(_BAND.c.key)).where(_AMONG).group_by(_BAND.c.article_id)
)
_CROWDED = select(_BAND.c.key).where(_AMONG).group_by(_BAND.c.key).having(func.count() >= bindparam("crowd_"))
_PLACES = ",".join("?" * nearness.BANDS)
_BY_KEYS_SQLITE = (
    f"SELECT article_id, count(*), min(key) FROM band WHERE key IN ({_PLACES}) GROUP BY article_id"  # noqa: S608
)
_CROWDED_SQLITE = f"SELECT key FROM band WHERE key IN ({_PLACES}) GROUP BY key HAVING count(*) >= ?"  # noqa: S608


@cache
def _candidates(count: int) -> Built:
    wanted = (_SIGNATURE.c.article_id == bindparam(f"id{at}") for at in range(count))
    columns = (_SIGNATURE.c.article_id, _SIGNATURE.c.least, _ARTICLE.c.source, _ARTICLE.c.text_hash)
    return Built(
        select(*columns).join(_ARTICLE, _ARTICLE.c.id == _SIGNATURE.c.article_id).where(or_(*wanted))
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
_TEXTS = select(_ARTICLE.c.id, _ARTICLE.c.text).where(_ARTICLE.c.id.in_(_MANY))
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
_OLDEST = Built(
    select(_SIGNATURE.c.article_id, _SIGNATURE.c.least)
    .where(_SIGNATURE.c.article_id <= bindparam("before_"))
    .order_by(_SIGNATURE.c.article_id)
    .limit(bindparam("limit_"))
    .with_for_update(skip_locked=True)  # what another takes out need not be waited for
)
_TAKE_BANDS = delete(_BAND).where(
    _BAND.c.key.in_(bindparam("keys", expanding=True)), _BAND.c.article_id == _ONE
)
_TAKE_SIGNATURE = delete(_SIGNATURE).where(_SIGNATURE.c.article_id == _ONE)
