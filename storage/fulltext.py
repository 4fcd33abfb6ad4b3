"""The full-text index of both engines, fed with our own folded and stemmed words.

A word of a language with rules stands in the index as its stem with the mark of the language, so that no form of one
language meets another's; of other languages as it is folded. `forms` holds, without order, what else finds the article:
words as folded where the stem differs, what follows a clitic, and words joined over a zero-width non-joiner.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from sqlalchemy import text
from sqlmodel import Session

from news.languages.stems import Rules, rules_for, rules_of_script
from news.languages.tokens import Token, tokens

#: Stands between title and text, so that no phrase spans both.
BREAK = "\n"
#: PostgreSQL knows no higher position, and no more of them for a word: phrases are looked up in `words`.
_LAST_POSITION = 16_383
_MOST_POSITIONS = 250
_LONGEST_WORD = 240
#: A ligature may fold to several words, or to brackets: ﷺ, ⑴.
_PIECE = re.compile(r"[^\W_]+")
#: PostgreSQL's tsvector holds a megabyte; what lies beyond is found by neither engine.
_LONGEST_INDEX = 1_000_000
#: What a word costs there beside its bytes.
_WORD_COST = 8
#: Behind a stem: two letters of its language, moved to where no alphabet is.
_MARK_BASE = 0xE000
_ZWNJ = "\u200c"
#: A part of a split word has so many letters, unless it is one that often stands joined.
_LEAST_PART = 3
#: Words side by side of which each pair is also tried as one word.
_MOST_JOINED = 4


@dataclass(frozen=True, slots=True)
class Term:
    """A word of a text as the index knows it."""

    #: empty for one that stands for nothing
    text: str
    folded: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Entry:
    """What the index holds of an article."""

    title: tuple[str, ...]
    body: tuple[str, ...]
    forms: tuple[str, ...]


def mark(code: str) -> str:
    """The mark of a language behind its stems."""
    return "".join(chr(_MARK_BASE + ord(letter)) for letter in code[:2])


@lru_cache(maxsize=300_000)
def stem(word: str, language: str) -> str:
    """A folded word as the index holds it for a text of this language; empty for one that is no word of its own."""
    found = rules_for(word, language)
    if found is None:
        return word[:_LONGEST_WORD]
    return "" if word in found.dropped else marked(word, found)


def marked(word: str, found: Rules) -> str:
    """The stem of a word by these rules, with the mark of their language."""
    return found.stem(word)[:_LONGEST_WORD] + mark(found.code)


def terms(written: str, language: str) -> Iterator[Term]:
    """The words of a text in order, each with its place."""
    for token in tokens(written):
        for piece in _pieces(token):
            yield Term(stem(piece, language), piece, token.start, token.end)


def search_words(written: str) -> list[str]:
    """The folded words, cut as the index holds them."""
    return [piece[:_LONGEST_WORD] for token in tokens(written) for piece in _pieces(token)]


def _pieces(token: Token) -> list[str]:
    return [token.text] if token.text.isalnum() else _PIECE.findall(token.text)


def entry(title: str, body: str, language: str) -> Entry:
    """What the index shall hold of an article."""
    heads, rest = list(terms(title, language)), list(terms(body, language))
    forms = dict.fromkeys(
        form
        for written, found in ((title, heads), (body, rest))
        for form in (*_other_forms(found, language), *_joined(written, found, language))
    )
    fitted = list(_fitting([*_texts(heads), BREAK, *_texts(rest), BREAK, *forms]))
    first = fitted.index(BREAK)
    second = fitted.index(BREAK, first + 1)
    return Entry(tuple(fitted[:first]), tuple(fitted[first + 1 : second]), tuple(fitted[second + 1 :]))


def _texts(found: Iterable[Term]) -> Iterator[str]:
    return (term.text for term in found if term.text)


def _other_forms(found: Iterable[Term], language: str) -> Iterator[str]:
    for word in dict.fromkeys(term.folded for term in found):  # in one order in every process: `checking` compares
        yield from _forms_of(word, language)


@lru_cache(maxsize=300_000)
def _forms_of(word: str, language: str) -> tuple[str, ...]:
    applied = rules_for(word, language)
    if applied is None:
        return ()
    if word in applied.dropped:
        return (word[:_LONGEST_WORD],)
    behind = applied.inner(word)
    whole = () if marked(word, applied).startswith(word) else (word[:_LONGEST_WORD],)
    return whole if behind is None else (*whole, behind[:_LONGEST_WORD] + mark(applied.code))


def _joined(written: str, found: list[Term], language: str) -> Iterator[str]:
    """Words that a zero-width non-joiner parts, as one."""
    if _ZWNJ not in written:
        return
    for left, right in pairwise(found):
        if written[left.end : right.start] == _ZWNJ and right.text:
            yield stem(left.folded + right.folded, language)


def alternatives(
    words: tuple[str, ...], language: str | None, *, is_prefix: bool
) -> tuple[tuple[str, ...], ...]:
    """Phrases of index words of which one must stand in an article that holds these words side by side.

    For texts of one language where it is given, else of any; with `is_prefix` the last word of each is a beginning.
    """
    if is_prefix:
        heads = _side_by_side(words[:-1], language)
        return tuple(dict.fromkeys((*head, words[-1]) for head in heads))
    found = list(_side_by_side(words, language))
    if len(words) == 2 and _joins(words[0]):
        found += _side_by_side(("".join(words),), language)
    if len(words) == 1:
        found += _split(words[0], language)
    return tuple(dict.fromkeys(phrase for phrase in found if phrase))


def joined_pairs(words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The words with one pair of neighbours written as one, where their script has that habit."""
    if len(words) > _MOST_JOINED:
        return
    for at in range(len(words) - 1):
        if _joins(words[at]) and _joins(words[at + 1]):
            yield (*words[:at], words[at] + words[at + 1], *words[at + 2 :])


def _joins(word: str) -> bool:
    return any(found.joiners is not None for found in rules_of_script(word))


def _side_by_side(words: tuple[str, ...], language: str | None) -> Iterator[tuple[str, ...]]:
    """The words as a text of each language would hold them."""
    codes = [language] if language else dict.fromkeys(code for word in words for code in _codes(word))
    for code in codes or [""]:
        yield tuple(term for word in words if (term := stem(word, code)))
    if not language:
        yield tuple(words)  # in a text of a language without rules


@lru_cache(maxsize=10_000)
def _codes(word: str) -> tuple[str, ...]:
    return tuple(found.code for found in rules_of_script(word))


def _split(word: str, language: str | None) -> Iterator[tuple[str, ...]]:
    """A word written as one that a text may write as two."""
    for found in rules_of_script(word):
        if found.joiners is None or language not in (None, found.code):
            continue
        for at in range(2, len(word) - 1):
            left, right = word[:at], word[at:]
            if len(right) >= _LEAST_PART and (at >= _LEAST_PART or left in found.joiners):
                parts = (stem(left, found.code), stem(right, found.code))
                if all(parts):
                    yield parts


def add(session: Session, article_id: int, title: str, body: str, language: str) -> None:
    """Put an article into the index, where nothing stands for it."""
    found = entry(title, body, language)
    if session.get_bind().dialect.name == "postgresql":
        statement = "INSERT INTO article_search (article_id, document, words) VALUES (:id, CAST(:document AS tsvector), :words)"
        values = {"id": article_id, "document": tsvector(found), "words": in_order(found)}
    else:
        statement = (
            "INSERT INTO article_search (rowid, title, body, forms) VALUES (:id, :title, :body, :forms)"
        )
        values = {
            "id": article_id,
            **{part: " ".join(getattr(found, part)) for part in ("title", "body", "forms")},
        }
    session.connection().execute(text(statement), values)
    _stamp(session, article_id)


def remove(session: Session, article_id: int) -> None:
    """Take an article out of the index."""
    if session.get_bind().dialect.name == "postgresql":
        statement = text("DELETE FROM article_search WHERE article_id = :id")
    else:
        statement = text("DELETE FROM article_search WHERE rowid = :id")
    session.connection().execute(statement, {"id": article_id})
    _stamp(session, article_id)


def _stamp(session: Session, article_id: int) -> None:
    """Tell the readers that keep columns in memory (`storage.columns`) that this article changed."""
    if session.get_bind().dialect.name == "postgresql":
        following = "CAST(CAST(pg_current_xact_id() AS TEXT) AS BIGINT)"
    else:
        following = "(SELECT coalesce(max(stamp), 0) + 1 FROM search_change)"
    statement = (
        f"INSERT INTO search_change (article_id, stamp) VALUES (:id, {following}) "  # noqa: S608
        "ON CONFLICT (article_id) DO UPDATE SET stamp = excluded.stamp"
    )
    session.connection().execute(text(statement), {"id": article_id})


def tsvector(found: Entry) -> str:
    """A tsvector literal, title at weight A, forms at C; words hold letters, digits and marks alone, never quotes."""
    places: dict[str, list[str]] = {}
    placed = (
        *_placed(found.title, 1, "A"),
        *_placed(found.body, len(found.title) + 1, ""),
        *((form, f"{_LAST_POSITION}C") for form in found.forms),
    )
    for word, place in placed:
        places.setdefault(word, []).append(place)
    return " ".join(f"'{word}':{','.join(found[:_MOST_POSITIONS])}" for word, found in places.items())


def in_order(found: Entry) -> str:
    """The words of title and text as PostgreSQL keeps them for phrases."""
    return f" {' '.join((*found.title, BREAK, *found.body))} "


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
