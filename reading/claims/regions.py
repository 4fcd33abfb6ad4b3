"""Regions and counties as members: "Kent County Council", «استان گیلان», "Région Bretagne"."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache

from news.names.cues import Phrase, cues
from news.names.lookup import region_called
from reading.claims.marking import Sentence

#: Words of a region's name.
_LONGEST_NAME = 4


@dataclass(frozen=True, slots=True)
class Region:
    """A region that a sentence names with a word for one."""

    #: the marks of the word and the name
    marks: range
    #: as the text has it, word and all; and the name without the word
    names: tuple[str, str]
    #: GeoNames id; None for one that no table knows
    key: str | None


def is_regions(sentence: Sentence, at: int, language: str) -> bool:
    """Whether a word beside a city's name makes it that of a region or county."""
    known = cues(language)
    if not (known.region_before or known.region_after):
        return False
    behind = _phrase_at(sentence, at + 1, known.region_after)
    return bool(behind) or bool(_phrase_until(sentence, at, known.region_before))


def regions(sentence: Sentence, language: str, countries: Collection[str]) -> Iterator[Region]:
    """The regions that a sentence names, left to right; `countries` (ISO codes) tell namesakes apart."""
    known, openings = cues(language), _first_words(language)
    for at, mark in enumerate(sentence.marks):
        if mark.symbol not in openings:
            continue
        if length := _phrase_at(sentence, at, known.region_before):
            named = _known(sentence, _behind(sentence, at + length), at, language, countries)
        elif length := _phrase_at(sentence, at, known.region_after):
            named = _known(sentence, _before(sentence, at), at + length, language, countries)
        else:
            continue
        if named:
            yield named


@cache
def _first_words(language: str) -> frozenset[str]:
    known = cues(language)
    return frozenset(phrase[0] for phrase in (*known.region_before, *known.region_after))


def _known(
    sentence: Sentence, names: list[range], edge: int, language: str, countries: Collection[str]
) -> Region | None:
    """The longest name that a table has, else the longest that reads like one."""
    found = None
    for name in names:
        marks = range(min(edge, name.start), max(edge, name.stop))
        written = (sentence.written(marks), sentence.written(name))
        place = region_called(written, language=language, countries=countries)
        if place:
            return Region(marks, written, place.key)
        if found is None and sentence.has_capitals(name.start):
            found = Region(marks, written, None)
    return found


def _behind(sentence: Sentence, at: int) -> list[range]:
    """What may be a name from a mark on, longest first; in scripts without capitals any words may."""
    end = at
    while end < len(sentence.marks) and end - at < _LONGEST_NAME and _may_be_named(sentence, end):
        end += 1
    return [range(at, stop) for stop in range(end, at, -1)]


def _before(sentence: Sentence, at: int) -> list[range]:
    start = at
    while start > 0 and at - start < _LONGEST_NAME and _may_be_named(sentence, start - 1):
        start -= 1
    return [range(first, at) for first in range(start, at)]


def _may_be_named(sentence: Sentence, at: int) -> bool:
    mark = sentence.marks[at]
    if mark.tags:
        return len(mark.tags) == 1 and mark.symbol == "C"
    return sentence.is_name(at) or (not sentence.has_capitals(at) and mark.symbol.isalpha())


def _phrase_at(sentence: Sentence, at: int, phrases: frozenset[Phrase]) -> int:
    """How many marks the longest of some phrases takes from a mark on; 0 where none stands there."""
    sizes = (n for n in (3, 2, 1) if at + n <= len(sentence.marks) and sentence.words(at, n) in phrases)
    return next(sizes, 0)


def _phrase_until(sentence: Sentence, at: int, phrases: frozenset[Phrase]) -> int:
    return next((n for n in (3, 2, 1) if n <= at and sentence.words(at - n, n) in phrases), 0)
