"""Sentences with their names marked: `C` for a city or a list of cities, `N` for a network, `Y` for a year."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

from news.languages.sentences import sentence_spans
from news.languages.tokens import Columns, columns, fold, tokens
from news.names.cues import cues
from news.values import Part, Span, Tag, TagKind
from reading.claims.lexicon import BREAK, lexicon

#: Years that can be past; a later one is a target.
_YEAR = re.compile(r"(?:1[34]\d\d|19[5-9]\d|20[0-2]\d)$")
#: Years so far back that even a full date in them is no news.
_LONG_PAST = re.compile(r"(?:13[0-8]\d|19\d\d|20[01]\d)$")
_DAY = re.compile(r"\d{1,2}(?:st|nd|rd|th|er)?$")
_STRONG = re.compile(r"[;؛]|\s[–—|]\s")
#: In Russian a dash is also the verb "is".
_STRONG_BUT_DASH = re.compile(r"[;؛|]")
_WEAK = re.compile(r"[,،:–—]|\s-\s")
#: what all of these begin or are known by
_SEPARATOR = re.compile(r"[;؛|,،:–—-]")
_LIST_GAP = re.compile(r"^[\s,،()&/'’\d]*$")
#: "Mardin, Bursa'daki toplantıda": a subject and a venue, no list
_LOCATED = re.compile("['’ʼ`][dt][ae]")
#: marks from a city to the next of its list, with the words between
_LONGEST_GAP = 8
#: Languages whose lists have one "and", before the last: "Belfast, Glasgow and Cardiff, Swansea" is a list and a city.
_CLOSING_JOINT = frozenset({"en", "de", "fr", "es", "it", "pt", "tr", "ru"})
#: a comma with words on one side of it at least
_SERIES = re.compile(r"\w.*[,،]|[,،].*\w")
#: Letters of a preposition.
_SHORT_WORD = 4
_NAMES = frozenset({"C", "N", "Y", ""})
_COMMA_LAST = re.compile(r"[,،]\s*$")
_BRACKET = re.compile(r"\([^()]{1,40}\)")


class Mark(NamedTuple):
    """A word of a marked sentence, or a name standing for several."""

    symbol: str
    start: int
    end: int
    #: the cities of a list, or the network; empty for a plain word
    tags: tuple[Tag, ...] = ()


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence as a line of symbols, with the way back from the line to the text."""

    part: Part
    #: counted through the article, the title's first
    number: int
    text: str
    start: int
    marks: tuple[Mark, ...]
    #: the clause each mark stands in, counted from 0
    clauses: tuple[int, ...]
    #: " word C word N ": one space around each symbol
    line: str
    offsets: tuple[int, ...]

    @property
    def span(self) -> Span:
        """Where it stands."""
        return Span(part=self.part, start=self.start, end=self.start + len(self.text))

    def at(self, start: int, end: int) -> range:
        """The marks that characters `start` up to `end` of the line touch."""
        return range(bisect_right(self.offsets, start) - 1, bisect_left(self.offsets, end))

    def words(self, at: int, size: int) -> tuple[str, ...]:
        """`size` symbols from a mark on."""
        return tuple(mark.symbol for mark in self.marks[at : at + size])

    def written(self, marks: range) -> str:
        """What the text has from the first of these marks to the last."""
        return self.text[self.marks[marks[0]].start - self.start : self.marks[marks[-1]].end - self.start]

    def is_name(self, at: int) -> bool:
        """Whether a mark is a word that begins with a capital, and no known name."""
        return not self.marks[at].tags and self._initial(at).isupper()

    def has_capitals(self, at: int) -> bool:
        """Whether a mark is of a script that has capitals."""
        return self._initial(at).lower() != self._initial(at).upper()

    def _initial(self, at: int) -> str:
        start = self.marks[at].start - self.start
        return self.text[start : start + 1]

    def of_kind(self, kind: TagKind) -> Iterator[int]:
        """Positions of the marks that are cities, or networks."""
        return (at for at, mark in enumerate(self.marks) if mark.tags and mark.tags[0].kind is kind)


def mark(
    title: str,
    text: str,
    tags: Sequence[Tag],
    language: str,
    *,
    recent: frozenset[str] = frozenset(),
    only_named: bool = False,
) -> tuple[Sentence, ...]:
    """The sentences of an article, title first, with the names of `tags` marked.

    `recent` years are no `Y`; `only_named` leaves out the sentences without a name.
    """
    found: list[Sentence] = []
    tags = [tag for tag in tags if not _is_a_common_word(tag, language)]
    for part, content in ((Part.TITLE, title), (Part.TEXT, text)):
        own = sorted((tag for tag in tags if tag.span.part is part), key=lambda tag: tag.span.start)
        starts = [tag.span.start for tag in own]
        for start, end in sentence_spans(content):
            names = own[bisect_left(starts, start) : bisect_left(starts, end)]
            if only_named and not names:
                continue
            marks = _joined(_marks(_words_between(content, start, end), names, recent), content, language)
            strong = _STRONG_BUT_DASH if language == "ru" else _STRONG
            found.append(_sentence(part, len(found), content, start, end, marks, strong=strong))
    return tuple(found)


def _is_a_common_word(tag: Tag, language: str) -> bool:
    """Whether a city's name is rather a word for "the city" or "the network": «المدينة», "Ağın"."""
    phrases = lexicon(language)
    if tag.kind is not TagKind.CITY or phrases is None:
        return False
    name = f" {fold(tag.alias)} "
    return any(word and word.fullmatch(name, 1) for word in (phrases.city_word, phrases.network_word))


def sentences_of_words(
    title: str, text: str, tags: Sequence[Tag], *, only_named: bool
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each sentence with its folded words, names among them; `only_named` leaves out those without a name."""
    for part, content in ((Part.TITLE, title), (Part.TEXT, text)):
        starts = sorted(tag.span.start for tag in tags if tag.span.part is part)
        if only_named and not starts:
            continue
        for start, end in sentence_spans(content):
            if not only_named or bisect_left(starts, start) < bisect_left(starts, end):
                yield content[start:end], _words_between(content, start, end).words


def _words_between(content: str, start: int, end: int) -> Columns:
    """The words of a piece, with their places in the whole."""
    found = columns(content)
    own = slice(bisect_left(found.starts, start), bisect_left(found.starts, end))
    return Columns(found.words[own], found.starts[own], found.ends[own])


def _marks(words: Columns, names: Sequence[Tag], recent: frozenset[str]) -> list[Mark]:
    """A mark for each name, and one for each word between them."""
    marks: list[Mark] = []
    plain = list(map(Mark, *words))
    behind = 0
    for name in names:
        first = bisect_left(words.starts, name.span.start, behind)
        marks += plain[behind:first]
        behind = bisect_left(words.starts, name.span.end, first)
        if behind > first:
            symbol = "C" if name.kind is TagKind.CITY else "N"
            marks.append(Mark(symbol, name.span.start, name.span.end, (name,)))
    marks += plain[behind:]
    if any(map(_YEAR.match, words.words)):
        _mark_years(marks, recent)
    return marks


def _mark_years(marks: list[Mark], recent: frozenset[str]) -> None:
    """Make each bare year of the past a `Y`."""
    for at, (word, start, end, _) in enumerate(marks):
        if not _YEAR.match(word) or word in recent:
            continue
        if _LONG_PAST.match(word) or not _ends_a_date(marks[max(0, at - 2) : at]):
            marks[at] = Mark("Y", start, end)


def _ends_a_date(before: Sequence[Mark]) -> bool:
    """Whether a year right after these two words belongs to a day: "14 March", "March 14", "14.3."; such a day is news."""
    return len(before) > 1 and any(_DAY.match(mark.symbol) for mark in before)


def _joined(marks: list[Mark], content: str, language: str) -> list[Mark]:
    """Lists of cities made one mark."""
    if [mark.symbol for mark in marks].count("C") < 2:
        return marks
    joins = cues(language).joins
    phrases = lexicon(language)
    links = phrases.links if phrases else frozenset()
    found: list[Mark] = []
    last = -_LONGEST_GAP
    for at, mark in enumerate(marks):
        if mark.symbol != "C":
            found.append(mark)
            continue
        near = last > len(found) - _LONGEST_GAP
        behind = marks[at + 1].symbol if at + 1 < len(marks) else ""
        if near and (
            _listed(found[last], mark, content, joins, links, language)
            or _is_parallel(found[last + 1 :], mark, behind, content, joins)
        ):
            found[last:] = [Mark("C", found[last].start, mark.end, (*found[last].tags, *mark.tags))]
        else:
            found.append(mark)
        last = len(found) - 1
    return [part for mark in found for part in _divided(mark, content, joins)]


def _divided(mark: Mark, content: str, joins: frozenset[str]) -> Sequence[Mark]:
    """Two cities that only a comma joins are a venue and a subject, and no list."""
    if mark.symbol != "C" or len(mark.tags) != 2:
        return (mark,)
    first, second = mark.tags
    gap = content[first.span.end : second.span.start]
    if not _COMMA_LAST.search(gap) or not joins.isdisjoint(_words(gap)):
        return (mark,)
    return (
        Mark("C", mark.start, first.span.end, (first,)),
        Mark("C", second.span.start, mark.end, (second,)),
    )


def _is_closed(listed: Mark, content: str, joins: frozenset[str]) -> bool:
    """Whether a list of three cities or more has had its "and": what follows a comma then is no part of it."""
    if len(listed.tags) < 3:
        return False
    gap = content[listed.tags[-2].span.end : listed.tags[-1].span.start]
    return not joins.isdisjoint(_words(gap))


def _listed(
    left: Mark, right: Mark, content: str, joins: frozenset[str], links: frozenset[str], language: str
) -> bool:
    gap = _BRACKET.sub(" ", content[left.end : right.start])
    between = _words(gap)
    bare = re.sub(r"[^\W\d_]+", "", gap)
    if not between and len(left.tags) == 1 and _LOCATED.match(content, right.end):
        return False
    grown = content[right.start] == "و"
    linked = bool(between) or bool(bare.strip()) or grown
    if language in _CLOSING_JOINT and _is_closed(left, content, joins) and joins.isdisjoint(between):
        return False
    closed = not joins or grown or not joins.isdisjoint(between) or _in_a_series(gap, content, right.end)
    joint = joins | links if closed else joins
    return all(word in joint for word in between) and bool(_LIST_GAP.match(bare)) and linked


def _is_parallel(
    between: Sequence[Mark], right: Mark, behind: str, content: str, joins: frozenset[str]
) -> bool:
    """Whether the cities of a list each have the same short word behind them: "C for film, C for crafts and C for music"."""
    if not between or len(behind) > _SHORT_WORD or behind in _NAMES or between[0].symbol != behind:
        return False
    gap = content[between[-1].end : right.start]
    ends = "," in gap or "،" in gap or between[-1].symbol in joins or content[right.start] == "و"
    return ends and behind not in joins and all(mark.symbol not in _NAMES for mark in between)


def _words(gap: str) -> list[str]:
    return [token.text for token in tokens(gap)]


def _in_a_series(gap: str, content: str, end: int) -> bool:
    """Whether a comma goes on with a list whose cities have words of their own: "Kazakistan'dan Taraz"."""
    return bool(_SERIES.search(gap)) and not _LOCATED.match(content, end)


def _sentence(
    part: Part,
    number: int,
    content: str,
    start: int,
    end: int,
    marks: Sequence[Mark],
    *,
    strong: re.Pattern[str],
) -> Sentence:
    clauses: list[int] = []
    kept: list[Mark] = []
    clause = behind = 0
    for at, gap_start, divided in _divisions(content, start, end, marks, strong):
        kept += marks[behind:at]
        clauses += [clause] * (at - behind)
        if divided:
            kept.append(Mark(BREAK, gap_start, marks[at].start))
            clauses.append(clause)
        clause += 1
        behind = at
    kept += marks[behind:]
    clauses += [clause] * (len(marks) - behind)
    pieces = [mark.symbol for mark in kept]
    offsets = tuple(accumulate([len(piece) + 1 for piece in pieces], initial=1))[:-1]
    line = f" {' '.join(pieces)} " if pieces else " "
    return Sentence(part, number, content[start:end], start, tuple(kept), tuple(clauses), line, offsets)


def _divisions(
    content: str, start: int, end: int, marks: Sequence[Mark], strong: re.Pattern[str]
) -> Iterator[tuple[int, int, bool]]:
    """The marks that begin a clause, where the gap before each starts, and whether a strong separator stands in it."""
    starts = [mark.start for mark in marks]
    seen = -1
    for separator in _SEPARATOR.finditer(content, start, end):
        at = bisect_right(starts, separator.start())
        if at == len(marks):
            return
        gap_start = marks[at - 1].end if at else start
        if at == seen or separator.start() < gap_start:
            continue
        seen = at
        gap = content[gap_start : starts[at]]
        divided = bool(strong.search(gap))
        if divided or _WEAK.search(gap):
            yield at, gap_start, divided
