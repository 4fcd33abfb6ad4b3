"""Sentences with their names marked: `C` for a city or a list of cities, `N` for a network, `Y` for a year."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from news.languages.sentences import sentence_spans
from news.languages.tokens import Token, tokens
from news.names.cues import cues
from news.values import Part, Span, Tag, TagKind
from reading.claims.lexicon import BREAK

_YEAR = re.compile(r"(?:1[34]\d\d|19[5-9]\d|20[0-4]\d)$")
_STRONG = re.compile(r"[;؛]|\s[–—|]\s")
_WEAK = re.compile(r"[,،:–—]|\s-\s")
_LIST_GAP = re.compile(r"^[\s,،()&/'’\d]*$")
#: "Mardin, Bursa'daki toplantıda": a subject and a venue, no list
_LOCATED = re.compile("['’ʼ`][dt][ae]")
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

    def of_kind(self, kind: TagKind) -> Iterator[int]:
        """Positions of the marks that are cities, or networks."""
        return (at for at, mark in enumerate(self.marks) if mark.tags and mark.tags[0].kind is kind)


def mark(title: str, text: str, tags: Sequence[Tag], language: str) -> tuple[Sentence, ...]:
    """The sentences of an article, title first, with the names of `tags` marked."""
    found: list[Sentence] = []
    for part, content in ((Part.TITLE, title), (Part.TEXT, text)):
        own = sorted((tag for tag in tags if tag.span.part is part), key=lambda tag: tag.span.start)
        all_tokens = list(tokens(content))
        starts = [token.start for token in all_tokens]
        for start, end in sentence_spans(content):
            inside = all_tokens[bisect_left(starts, start) : bisect_left(starts, end)]
            names = [tag for tag in own if start <= tag.span.start < end]
            found.append(
                _sentence(part, len(found), content, start, end, _marks(inside, names, content, language))
            )
    return tuple(found)


def _marks(words: Sequence[Token], names: Sequence[Tag], content: str, language: str) -> list[Mark]:
    marks: list[Mark] = []
    waiting = list(reversed(names))
    for token in words:
        while waiting and waiting[-1].span.end <= token.start:
            waiting.pop()
        name = waiting[-1] if waiting and waiting[-1].span.start <= token.start else None
        if name is None:
            marks.append(Mark("Y" if _YEAR.match(token.text) else token.text, token.start, token.end))
        elif not (marks and marks[-1].tags and marks[-1].tags[-1] is name):
            symbol = "C" if name.kind is TagKind.CITY else "N"
            marks.append(Mark(symbol, name.span.start, name.span.end, (name,)))
    return _joined(marks, content, language)


def _joined(marks: Sequence[Mark], content: str, language: str) -> list[Mark]:
    """Lists of cities made one mark."""
    joins = cues(language).joins
    found: list[Mark] = []
    for mark in marks:
        left = next(
            (at for at in range(len(found) - 1, max(-1, len(found) - 6), -1) if found[at].symbol == "C"), None
        )
        if mark.symbol == "C" and left is not None and _listed(found[left], mark, content, joins):
            found[left:] = [Mark("C", found[left].start, mark.end, (*found[left].tags, *mark.tags))]
        else:
            found.append(mark)
    return found


def _listed(left: Mark, right: Mark, content: str, joins: frozenset[str]) -> bool:
    gap = _BRACKET.sub(" ", content[left.end : right.start])
    between = [token.text for token in tokens(gap)]
    bare = re.sub(r"[^\W\d_]+", "", gap)
    if not between and len(left.tags) == 1 and _LOCATED.match(content, right.end):
        return False
    linked = bool(between) or bool(bare.strip()) or content[right.start] == "و"
    return all(word in joins for word in between) and bool(_LIST_GAP.match(bare)) and linked


def _sentence(part: Part, number: int, content: str, start: int, end: int, marks: Sequence[Mark]) -> Sentence:
    clauses, pieces, kept = [], [], []
    clause, before = 0, start
    for mark in marks:
        gap = content[before : mark.start]
        if _STRONG.search(gap):
            pieces.append(BREAK)
            kept.append(Mark(BREAK, before, mark.start))
            clauses.append(clause)
        clause += bool(_STRONG.search(gap) or _WEAK.search(gap))
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
