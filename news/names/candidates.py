"""Names that look like a network's and are not in the catalogue: kept, so that a person can judge them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from news.names.cues import cues
from news.values import Part, Span, Tag, TagKind

#: More words than the longest official name has.
_LONGEST = 9
_WORD = r"[^\W\d_]+(?:['’\u200c-][^\W\d_]+)*"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class NetworkCandidate:
    """Words that read like the name of a network of cities, and where they stand."""

    span: Span
    #: as the article writes them
    text: str


@cache
def _patterns(language: str) -> tuple[re.Pattern[str], ...]:
    """The shapes of names of networks in a language; in cues.toml `W` stands for a word, `C` for one with a capital."""
    capital = r"(?=[^\W\d_a-zа-яё])" + _WORD
    shapes = (
        re.sub(r"\b[WC]\b", lambda one: _WORD if one[0] == "W" else capital, shape).replace(
            " ", r"[ \u200c]+"
        )
        for shape in cues(language).networks
    )
    return tuple(re.compile(rf"(?<!\w){shape}(?!\w)") for shape in shapes)


def network_candidates(
    *, title: str, text: str, tags: tuple[Tag, ...], language: str
) -> tuple[NetworkCandidate, ...]:
    """The unknown networks that an article names, title first; none where a known one stands."""
    found = {
        candidate
        for part, written in ((Part.TITLE, title), (Part.TEXT, text))
        for candidate in _of_part(part, written, language)
        if not any(tag.kind is TagKind.NETWORK and _overlap(tag.span, candidate.span) for tag in tags)
    }
    longest = (
        one for one in found if not any(_holds(other.span, one.span) for other in found if other != one)
    )
    return tuple(sorted(longest, key=lambda one: (one.span.part is Part.TEXT, one.span.start)))


def _of_part(part: Part, text: str, language: str) -> Iterator[NetworkCandidate]:
    for pattern in _patterns(language):
        for match in pattern.finditer(text):
            if len(match.group().split()) <= _LONGEST:
                span = Span(part=part, start=match.start(), end=match.end())
                yield NetworkCandidate(span=span, text=match.group())


def _overlap(left: Span, right: Span) -> bool:
    return left.part is right.part and left.start < right.end and right.start < left.end


def _holds(outer: Span, inner: Span) -> bool:
    return outer.part is inner.part and outer.start <= inner.start and inner.end <= outer.end
