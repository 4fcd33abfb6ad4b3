"""The full-text index of both engines, fed with our own folded words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from sqlalchemy import text
from sqlmodel import Session

from news.languages.tokens import fold

#: Stands between title and text, so that no phrase spans both.
BREAK = "\n"
#: PostgreSQL knows no higher position, and no more of them for a word: phrases are looked up in `words`.
_LAST_POSITION = 16_383
_MOST_POSITIONS = 250
_LONGEST_WORD = 255
#: A ligature may fold to several words, or to brackets: ﷺ, ⑴.
_PIECE = re.compile(r"[^\W_]+")
#: PostgreSQL's tsvector holds a megabyte; what lies beyond is found by neither engine.
_LONGEST_INDEX = 1_000_000
#: What a word costs there beside its bytes.
_WORD_COST = 8


def search_words(written: str) -> list[str]:
    """The folded words, cut as the index holds them."""
    return [piece[:_LONGEST_WORD] for piece in _PIECE.findall(fold(written))]


def add(session: Session, article_id: int, title: str, body: str) -> None:
    """Put an article into the index, where nothing stands for it."""
    found = list(_fitting([*search_words(title), BREAK, *search_words(body)]))
    heads, rest = found[: found.index(BREAK)], found[found.index(BREAK) + 1 :]
    if session.get_bind().dialect.name == "postgresql":
        statement = "INSERT INTO article_search (article_id, document, words) VALUES (:id, CAST(:document AS tsvector), :words)"
        values = {"id": article_id, "document": tsvector(heads, rest), "words": f" {' '.join(found)} "}
        session.connection().execute(text(statement), values)
    else:
        statement = "INSERT INTO article_search (rowid, title, body) VALUES (:id, :title, :body)"
        values = {"id": article_id, "title": " ".join(heads), "body": " ".join(rest)}
        session.connection().execute(text(statement), values)


def remove(session: Session, article_id: int) -> None:
    """Take an article out of the index."""
    if session.get_bind().dialect.name == "postgresql":
        statement = text("DELETE FROM article_search WHERE article_id = :id")
    else:
        statement = text("DELETE FROM article_search WHERE rowid = :id")
    session.connection().execute(statement, {"id": article_id})


def tsvector(title: list[str], body: list[str]) -> str:
    """A tsvector literal with the title's words at weight A; words hold letters and digits alone, never quotes."""
    places: dict[str, list[str]] = {}
    for word, place in (*_placed(title, 1, "A"), *_placed(body, len(title) + 1, "")):
        places.setdefault(word, []).append(place)
    return " ".join(f"'{word}':{','.join(found[:_MOST_POSITIONS])}" for word, found in places.items())


def _placed(found: Iterable[str], start: int, weight: str) -> Iterator[tuple[str, str]]:
    for position, word in enumerate(found, start):
        yield word, f"{min(position, _LAST_POSITION)}{weight}"


def _fitting(found: Iterable[str]) -> Iterator[str]:
    words = list(found)
    if sum(map(len, words)) * 4 + len(words) * _WORD_COST <= _LONGEST_INDEX:  # no letter takes more bytes
        yield from words
        return
    room = _LONGEST_INDEX
    for word in words:
        room -= len(word.encode()) + _WORD_COST
        if room >= 0 or word == BREAK:
            yield word
