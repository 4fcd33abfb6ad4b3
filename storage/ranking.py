"""In what order what a search found is shown: the newest matches by their words, the others behind them by date.

Where a search found hundreds of thousands, they are not sorted before somebody asks for what lies behind the first ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from storage import columns as memory
from storage.arrays import Columns, Ids, Mask
from storage.matching import Asked, words_expression
from storage.query import All, Either, Node, Words, positive_words

#: A title's word weighs so many times a body's in the ranking, and one of another form so much.
TITLE_WEIGHT, FORM_WEIGHT = 5.0, 0.5
#: Of two articles with the same words the one so much older has half the score.
HALF_LIFE_DAYS = 730.0
#: So many of the newest matches are ranked; ranking costs by the match, and on PostgreSQL more.
RANKED_SQLITE, RANKED_POSTGRESQL = 2_500, 1_000
#: Where archived out of order, the newest may lie among many others: no more than these are looked at.
_MOST_SCANNED = 20_000
#: So many of the newest are sorted where no word is sought.
_SORTED = 500
_MICROSECONDS_A_DAY = 86_400_000_000
#: FTS5 counts a word that most articles hold as nearly nothing; it is found all the same.
_LEAST_SCORE = 1e-6

Scores = NDArray[np.float64]


class Ranking:
    """What a search found: all in no order, and those that stand first in theirs."""

    def __init__(self, ids: Ids, first: Ids, scores: Sequence[float], pin: int) -> None:
        self.ids = ids
        self.pin = pin
        #: of the first ones; the others were not ranked
        self.scores = scores
        self._ordered = first

    def between(self, columns: Columns, start: int, end: int) -> list[int]:
        """Those of a page, in order."""
        ordered = self._ordered if end <= len(self._ordered) else self.ordered(columns)
        found: list[int] = ordered[start:end].tolist()
        return found

    def ordered(self, columns: Columns) -> Ids:
        """All in order."""
        if len(self._ordered) < len(self.ids):
            behind = np.setdiff1d(self.ids, self._ordered, assume_unique=True)
            self._ordered = np.concatenate([self._ordered, columns.newest(behind, len(behind))])
        return self._ordered


def ranking(asked: Asked, node: Node | None, found: Mask, pin: int, *, by_date: bool) -> Ranking:
    """The order of these matches of a query."""
    ids = np.flatnonzero(found)
    if by_date or not any(positive_words(node)):
        return Ranking(ids, asked.columns.newest(ids, _SORTED), (), pin)
    window = _window(asked, found, ids)
    scores = _scores(asked, node, window)
    order = np.lexsort((-window, -asked.columns.moment[window], -scores))
    return Ranking(ids, window[order], scores[order].tolist(), pin)


def _window(asked: Asked, found: Mask, ids: Ids) -> Ids:
    """The matches that are ranked: the newest, or those that came last where too many lie between the newest."""
    if not memory.is_sqlite(asked.session):
        return asked.columns.newest(ids, RANKED_POSTGRESQL)
    window = asked.columns.newest(ids, RANKED_SQLITE)
    if len(window) and np.count_nonzero(found[window.min() : window.max() + 1]) > _MOST_SCANNED:
        return ids[-RANKED_SQLITE:]
    return window


def _scores(asked: Asked, node: Node | None, window: Ids) -> Scores:
    """How well each of these matches, 0 where no word was found, halved with every two years behind the newest."""
    if not len(window):
        return np.zeros(0, np.float64)
    rank = _bm25 if memory.is_sqlite(asked.session) else _ts_rank
    moments = asked.columns.moment[window]
    age = (moments.max() - moments) / _MICROSECONDS_A_DAY
    found: Scores = _of(window, rank(asked, node, window)) * np.exp2(-age / HALF_LIFE_DAYS)
    return found


def _of(window: Ids, rows: Sequence[Any]) -> Scores:
    """The scores of these articles, from rows of articles and scores in any order; of several of one the sum."""
    scores = np.zeros(len(window), np.float64)
    if rows:
        found = np.array(rows, np.float64)
        order = np.argsort(window)
        np.add.at(scores, order[np.searchsorted(window, found[:, 0], sorter=order)], found[:, 1])
    return scores


def _bm25(asked: Asked, node: Node | None, window: Ids) -> Sequence[Any]:
    """Rows of articles and scores; what several expressions give adds up, for bm25 is a sum over words."""
    first, last = int(window.min()), int(window.max())
    among = np.zeros(last - first + 1, np.uint8)
    among[window - first] = 1
    return [
        row
        for expression in _ranked_by(asked, node)
        # below SQLAlchemy, whose rows cost more than the ranking
        for row in memory.driver_rows(asked.session, _BM25, (expression, first, last, among.tobytes(), first))
    ]


_BM25 = (
    f"SELECT rowid, max(-bm25(article_search, {TITLE_WEIGHT}, 1.0, {FORM_WEIGHT}), {_LEAST_SCORE}) "  # noqa: S608
    "FROM article_search WHERE article_search MATCH ? AND rowid BETWEEN ? AND ? AND substr(?, rowid - ? + 1, 1) = x'01'"
)


def _ranked_by(asked: Asked, node: Node | None) -> list[str]:
    """Expressions that between them hold every word of a query once, and find as little beside the matches as can be."""
    if node is None:
        return []
    if (whole := _of_words(asked, node)) is not None:
        return [whole]
    if isinstance(node, All):
        together = tuple(part for part in node.parts if _of_words(asked, part) is not None)
        others = [part for part in node.parts if part not in together]
        return [
            one
            for part in (*([All(together)] if together else []), *others)
            for one in _ranked_by(asked, part)
        ]
    parts = [words_expression(asked.session, part, asked.language).written for part in positive_words(node)]
    return [_joined(parts, " OR ")] if parts else []


def _of_words(asked: Asked, node: Node) -> str | None:
    """The expression of a node that has nothing but words; None for any other."""
    if isinstance(node, Words):
        return words_expression(asked.session, node, asked.language).written
    if not isinstance(node, All | Either):
        return None
    parts = [_of_words(asked, part) for part in node.parts]
    found = [part for part in parts if part is not None]
    return _joined(found, " AND " if isinstance(node, All) else " OR ") if len(found) == len(parts) else None


def _joined(parts: Sequence[str], word: str) -> str:
    return word.join(f"({part})" for part in parts)


def _ts_rank(asked: Asked, node: Node | None, window: Ids) -> Sequence[Any]:
    parts = [words_expression(asked.session, part, asked.language) for part in positive_words(node)]
    queries = [value for part in parts for value in part.values if "'" in value]
    ids = ",".join(map(str, window.tolist()))
    rank = "ts_rank('{0.2, 0.1, 0.2, 1.0}', document, CAST(%s AS tsquery))"
    statement = f"SELECT article_id, {rank} FROM article_search WHERE article_id IN ({ids})"  # noqa: S608
    values = (" | ".join(f"({query})" for query in queries),)
    return memory.driver_rows(asked.session, statement, values)
