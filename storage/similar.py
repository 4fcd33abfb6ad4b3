"""Articles on the same matter: the ones that share rare words and names with one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sqlmodel import Session, col, select

from storage import columns as memory
from storage.arrays import Columns, Ids
from storage.engine import writes
from storage.fulltext import entry
from storage.tables import ArticleRow, TagRow

#: Words looked up, words taken of them, and how many articles a word may be in to say something.
_CANDIDATES, _WORDS, _TOO_MANY = 30, 10, 2_000
#: A title's word counts so often.
_TITLE = 3
#: Words of so few letters say nothing.
_SHORT = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Similar:
    """An article on the same matter."""

    id: int
    title: str
    source: str
    language: str
    #: of the sum that an article with every word and name would have: 0 to 1
    likeness: float


def similar(session: Session, article: int, limit: int = 10) -> tuple[Similar, ...]:
    """Those most alike, best first; none for an article that is not there.

    What an article shares counts by its rarity; a word in more than 2,000 articles says nothing.
    """
    row = session.get(ArticleRow, article)
    if row is None:
        return ()
    columns = memory.current(session, is_writing=writes(session))
    size = int(columns.alive.sum())
    weights = np.zeros(len(columns.alive), np.float64)
    most = 0.0
    for ids in (*_by_words(session, row), *_by_names(session, columns, article)):
        rarity = float(np.log(1 + size / len(ids)))
        weights[ids] += rarity
        most += rarity
    weights[article] = 0
    weights[~columns.alive] = 0
    best = [int(one) for one in np.argsort(-weights, kind="stable")[:limit] if weights[one] > 0]
    known = select(ArticleRow.id, ArticleRow.title, ArticleRow.source, ArticleRow.language)
    rows = {found[0]: found for found in session.exec(known.where(col(ArticleRow.id).in_(best)))}
    return tuple(
        Similar(
            id=one,
            title=rows[one][1],
            source=rows[one][2],
            language=rows[one][3],
            likeness=float(weights[one]) / most,
        )
        for one in best
        if one in rows
    )


def _by_words(session: Session, row: ArticleRow) -> list[Ids]:
    """The articles of each of its rarest words that another one holds too."""
    found = entry(row.title, row.text, row.language)
    counted = Counter(
        word for word in (*found.title.split() * _TITLE, *found.body.split()) if sum(map(str.isalnum, word)) > _SHORT
    )
    postings = _postings(session, [word for word, _ in counted.most_common(_CANDIDATES)])
    telling = [ids for ids in postings if 1 < len(ids) <= _TOO_MANY]
    return sorted(telling, key=len)[:_WORDS]


def _postings(session: Session, words: Sequence[str]) -> list[Ids]:
    if memory.is_sqlite(session):
        return [_holding(session, word) for word in words]
    # as in `storage.matching`: the planner takes tsvectors for small, and would read all of them for a bound of rows
    driver = session.connection()
    driver.exec_driver_sql("SET LOCAL enable_seqscan = off")
    found = [_holding(session, word) for word in words]
    driver.exec_driver_sql("SET LOCAL enable_seqscan = on")
    return found


def _holding(session: Session, word: str) -> Ids:
    if memory.is_sqlite(session):
        found = "SELECT rowid AS id FROM article_search WHERE article_search MATCH ?"
        values = (f'"{word}"',)
    else:
        found, values = (
            "SELECT article_id AS id FROM article_search WHERE document @@ CAST(%s AS tsquery)",
            (f"'{word}'",),
        )
    rows = session.connection().exec_driver_sql(f"{found} LIMIT {_TOO_MANY + 1}", values)
    return np.array([one[0] for one in rows], np.int64)


def _by_names(session: Session, columns: Columns, article: int) -> list[Ids]:
    rows = session.exec(select(TagRow.kind, TagRow.key).where(TagRow.article_id == article).distinct()).all()
    found = (np.flatnonzero(columns.tagged(f"{kind} {key}")) for kind, key in rows)
    return [ids for ids in found if len(ids) > 1]
