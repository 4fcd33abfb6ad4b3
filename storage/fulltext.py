"""What the full-text index of both engines holds of an article: our own folded and stemmed words.

A word of a language with rules stands in the index as its stem with the mark of the language, so that no form of one
language meets another's; of other languages as it is folded. `forms` holds, without order, what else finds the article:
words as folded where the stem differs, what follows a clitic, and words joined over a zero-width non-joiner.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from news.languages.stems import Rules, rules_for, rules_of_script
from news.languages.tokens import Columns, columns, tokens

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
#: Words of a language whose index words are remembered, and languages: a few megabytes each.
_MOST_KNOWN, _MOST_LANGUAGES = 30_000, 8


@dataclass(frozen=True, slots=True)
class Entry:
    """What the index holds of an article: the words of each part in order, one space between them."""

    title: str
    body: str
    forms: str


def mark(code: str) -> str:
    """The mark of a language behind its stems."""
    return "".join(chr(_MARK_BASE + ord(letter)) for letter in code[:2])


@lru_cache(maxsize=300_000)
def stem(word: str, language: str) -> str:
    """A folded word as the index holds it for a text of this language; empty for one that is no word of its own."""
    return _stemmed(word, language)


def _stemmed(word: str, language: str) -> str:
    found = rules_for(word, language)
    if found is None:
        return word[:_LONGEST_WORD]
    return "" if word in found.dropped else marked(word, found)


def marked(word: str, found: Rules) -> str:
    """The stem of a word by these rules, with the mark of their language."""
    return found.stem(word)[:_LONGEST_WORD] + mark(found.code)


def search_words(written: str) -> list[str]:
    """The folded words, cut as the index holds them."""
    return [piece[:_LONGEST_WORD] for token in tokens(written) for piece in _pieces(token.text)]


def _pieces(word: str) -> list[str]:
    return [word] if word.isalnum() else _PIECE.findall(word)


def entry(title: str, body: str, language: str) -> Entry:
    """What the index shall hold of an article."""
    known = _known(language)
    parts = [(written, columns(written)) for written in (title, body)]
    heads, rest = (list(filter(None, map(known.terms.__getitem__, found.words))) for _, found in parts)
    forms = dict.fromkeys(form for written, found in parts for form in _forms(written, found, language))
    return _fitting(heads, rest, list(forms))


class _Terms(dict[str, str]):
    """The index words of each folded word in texts of a language, found out when it is first met."""

    def __init__(self, language: str) -> None:
        self._language = language

    def __missing__(self, word: str) -> str:
        if len(self) >= _MOST_KNOWN:
            self.clear()
        found = self[word] = " ".join(
            filter(None, (_stemmed(piece, self._language) for piece in _pieces(word)))
        )
        return found


class _Forms(dict[str, tuple[str, ...]]):
    """The other forms of each folded word in the same way."""

    def __init__(self, language: str) -> None:
        self._language = language

    def __missing__(self, word: str) -> tuple[str, ...]:
        if len(self) >= _MOST_KNOWN:
            self.clear()
        found = self[word] = tuple(
            form for piece in _pieces(word) for form in _forms_of(piece, self._language)
        )
        return found


@dataclass(frozen=True, slots=True)
class _Known:
    terms: _Terms
    forms: _Forms


@lru_cache(maxsize=_MOST_LANGUAGES)
def _known(language: str) -> _Known:
    return _Known(_Terms(language), _Forms(language))


def _forms(written: str, found: Columns, language: str) -> Iterator[str]:
    """In one order in every process, for `checking` compares."""
    for forms in map(_known(language).forms.__getitem__, dict.fromkeys(found.words)):
        yield from forms
    yield from _joined(written, found, language)


def _forms_of(word: str, language: str) -> tuple[str, ...]:
    applied = rules_for(word, language)
    if applied is None:
        return ()
    if word in applied.dropped:
        return (word[:_LONGEST_WORD],)
    behind = applied.inner(word)
    whole = () if marked(word, applied).startswith(word) else (word[:_LONGEST_WORD],)
    return whole if behind is None else (*whole, behind[:_LONGEST_WORD] + mark(applied.code))


def _joined(written: str, found: Columns, language: str) -> Iterator[str]:
    """Words that a zero-width non-joiner parts, as one."""
    if _ZWNJ not in written:
        return
    for at in range(1, len(found.words)):
        start = found.starts[at]
        if written[start - 1] == _ZWNJ and found.ends[at - 1] == start - 1:
            left, right = _pieces(found.words[at - 1]), _pieces(found.words[at])
            if left and right and stem(right[0], language):
                yield stem(left[-1] + right[0], language)


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


def tsvector(found: Entry) -> str:
    """A tsvector literal, title at weight A, forms at C; words hold letters, digits and marks alone, never quotes."""
    places: dict[str, list[str]] = {}
    title, body, forms = found.title.split(), found.body.split(), found.forms.split()
    placed = (
        *_placed(title, 1, "A"),
        *_placed(body, len(title) + 1, ""),
        *((form, f"{_LAST_POSITION}C") for form in forms),
    )
    for word, place in placed:
        places.setdefault(word, []).append(place)
    return " ".join(f"'{word}':{','.join(at[:_MOST_POSITIONS])}" for word, at in places.items())


def in_order(found: Entry) -> str:
    """The words of title and text as PostgreSQL keeps them for phrases."""
    return f" {' '.join(filter(None, (found.title, BREAK, found.body)))} "


def _placed(found: Iterable[str], start: int, weight: str) -> Iterator[tuple[str, str]]:
    for position, word in enumerate(found, start):
        yield word, f"{min(position, _LAST_POSITION)}{weight}"


def _fitting(*parts: Sequence[str]) -> Entry:
    """As much of the parts, from their beginning, as PostgreSQL holds."""
    whole = [" ".join(part) for part in parts]
    # a word of n letters costs no more than 4 n and its own cost: less than n and a space do here
    if sum(len(part) + 1 for part in whole) * _WORD_COST <= _LONGEST_INDEX:
        return Entry(*whole)
    room, kept = _LONGEST_INDEX, list[str]()
    for part in whole:
        fitted = []
        for word in part.split(" ") if part else ():
            room -= len(word.encode()) + _WORD_COST
            if room < 0:
                break
            fitted.append(word)
        room -= len(BREAK) + _WORD_COST
        kept.append(" ".join(fitted))
    return Entry(*kept)
