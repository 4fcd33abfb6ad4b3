"""Sentences with their names marked: `C` for a city or a list of cities, `N` for a network, `Y` for a year."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from news.languages.sentences import sentence_spans
from news.languages.tokens import Token, columns, fold, tokens
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
_LIST_GAP = re.compile(r"^[\s,،()&/'’\d]*$")
#: "Mardin, Bursa'daki toplantıda": a subject and a venue, no list
_LOCATED = re.compile("['’ʼ`][dt][ae]")
#: marks from a city to the next of its list, with the words between
_LONGEST_GAP = 8
#: Languages whose lists have one "and", before the last: "Belfast, Glasgow and Cardiff, Swansea" is a list and a city.
_CLOSING_JOINT = frozenset({"en", "de", "fr", "es", "it", "pt", "tr", "ru"})
#: a comma with words on one side of it at least
_SERIES = re.compile(r"\w.*[,،]|[,،].*\w")
_COMMA_LAST = re.compile(r"[,،]\s*$")
_BRACKET = re.compile(r"\([^()]{1,40}\)")


@dataclass(frozen=True, slots=True)
class Mark:
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
            marks = _marks(list(_tokens(content, start, end)), names, content, language, recent)
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


def named_lines(title: str, text: str, tags: Sequence[Tag]) -> Iterator[str]:
    """The folded words of each sentence that has a name, without marks: " word word "."""
    for part, content in ((Part.TITLE, title), (Part.TEXT, text)):
        starts = sorted(tag.span.start for tag in tags if tag.span.part is part)
        found = columns(content)
        for start, end in sentence_spans(content) if starts else ():
            if bisect_left(starts, start) < bisect_left(starts, end):
                own = slice(bisect_left(found.starts, start), bisect_left(found.starts, end))
                yield f" {' '.join(found.words[own])} "


def _tokens(content: str, start: int, end: int) -> Iterator[Token]:
    """The words of a piece, with their places in the whole."""
    found = columns(content)
    own = slice(bisect_left(found.starts, start), bisect_left(found.starts, end))
    return map(Token, found.words[own], found.starts[own], found.ends[own])


def _marks(
    words: Sequence[Token], names: Sequence[Tag], content: str, language: str, recent: frozenset[str]
) -> list[Mark]:
    marks: list[Mark] = []
    waiting = list(reversed(names))
    for token in words:
        while waiting and waiting[-1].span.end <= token.start:
            waiting.pop()
        name = waiting[-1] if waiting and waiting[-1].span.start <= token.start else None
        if name is None:
            past = _YEAR.match(token.text) and token.text not in recent
            past = past and bool(_LONG_PAST.match(token.text) or not _ends_a_date(marks))
            marks.append(Mark("Y" if past else token.text, token.start, token.end))
        elif not (marks and marks[-1].tags and marks[-1].tags[-1] is name):
            symbol = "C" if name.kind is TagKind.CITY else "N"
            marks.append(Mark(symbol, name.span.start, name.span.end, (name,)))
    return _joined(marks, content, language)


def _ends_a_date(before: Sequence[Mark]) -> bool:
    """Whether a year right after these words belongs to a day: "14 March", "March 14", "14.3."; such a day is news."""
    last = [mark.symbol for mark in before[-3:]]
    return any(map(_DAY.match, last[-2:])) and len(last) > 1


def _joined(marks: Sequence[Mark], content: str, language: str) -> list[Mark]:
    """Lists of cities made one mark."""
    joins = cues(language).joins
    phrases = lexicon(language)
    links = phrases.links if phrases else frozenset()
    found: list[Mark] = []
    for mark in marks:
        left = next(
            (
                at
                for at in range(len(found) - 1, max(-1, len(found) - _LONGEST_GAP), -1)
                if found[at].symbol == "C"
            ),
            None,
        )
        if (
            mark.symbol == "C"
            and left is not None
            and _listed(found[left], mark, content, joins, links, language)
        ):
            found[left:] = [Mark("C", found[left].start, mark.end, (*found[left].tags, *mark.tags))]
        else:
            found.append(mark)
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
    clauses, pieces, kept = [], [], []
    clause, before = 0, start
    for mark in marks:
        gap = content[before : mark.start]
        if len(gap) > 1 or not gap.isspace():
            divided = bool(strong.search(gap))
            if divided:
                pieces.append(BREAK)
                kept.append(Mark(BREAK, before, mark.start))
                clauses.append(clause)
            clause += divided or bool(_WEAK.search(gap))
        clauses.append(clause)
        pieces.append(mark.symbol)
        kept.append(mark)
        before = mark.end
    offsets, position = [], 1
    for piece in pieces:
        offsets.append(position)
        position += len(piece) + 1
    line = f" {' '.join(pieces)} " if pieces else " "
    return Sentence(
        part, number, content[start:end], start, tuple(kept), tuple(clauses), line, tuple(offsets)
    )
