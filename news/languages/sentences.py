"""Sentences of running text with their places."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

#: Ends: a line break; a full stop, question or exclamation mark before a space or a closing quote.
#: The first class alone is quick to look for; what was found of it decides how the end goes on.
_END = re.compile(
    r"[\n.!?؟…。！？](?:(?<=\n)\n*|(?<=[.!?؟…])[.!?؟…]*[\"'”»)\]]*(?=\s)|(?<=[。！？])[。！？]*[」』”]?)"
)
#: A full stop after one of these ends nothing: initials, "Dr.", «г.», "No."
_ABBREVIATION = re.compile(
    r"(?:^|[\s(«\"])(?:[^\W\d_]|Mr|Mrs|Ms|Dr|Prof|St|No|Nr|vs|ca|bzw|Av|Sok|Cad|им|ул|др|гг|обл)$",
    re.IGNORECASE,
)
#: Letters of the longest of them, and what stands before it.
_LONGEST_ABBREVIATION = 5

#: An ordinal of German: "am 3. Oktober", "das 48. Mitglied".
_ORDINAL = re.compile(
    r"(?:^|[\s(«„\"])(?:am|vom|zum|zur|der|dem|den|das|die|als|ab|beim|bis|ihr|ihre|sein|seine|unser)\s\d{1,3}$",
    re.IGNORECASE,
)

#: A month of German behind the full stop of its day: "seit 1. Juli".
_MONTH = re.compile(
    r"\s(?:Januar|Jänner|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember)\b"
)


@lru_cache(maxsize=8)
def sentence_spans(text: str) -> tuple[tuple[int, int], ...]:
    """(start, end) of each sentence, without the white space around it; the last few texts are kept."""
    return tuple(_spans(text))


def _spans(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for match in _END.finditer(text):
        if match.group() == "." and _ends_nothing(text, start, match):
            continue
        yield from _trimmed(text, start, match.end())
        start = match.end()
    yield from _trimmed(text, start, len(text))


def _ends_nothing(text: str, start: int, stop: re.Match[str]) -> bool:
    """Whether a full stop belongs to an abbreviation or an ordinal."""
    if not text[stop.start() - 1 : stop.start()].isdigit():
        near = max(start, stop.start() - _LONGEST_ABBREVIATION)
        return bool(_ABBREVIATION.search(text, near, stop.start()))
    behind = text[stop.end() : stop.end() + 2].strip()
    if behind[:1].islower() or _MONTH.match(text, stop.end()):
        return True
    return bool(_ORDINAL.search(text, max(start, stop.start() - 12), stop.start()))


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    piece = text[start:end]
    left = start + len(piece) - len(piece.lstrip())
    right = start + len(piece.rstrip())
    if left < right:
        yield left, right
