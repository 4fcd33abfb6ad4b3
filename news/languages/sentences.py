"""Sentences of running text with their places."""

from __future__ import annotations

import re
from collections.abc import Iterator

#: Ends: a line break; a full stop, question or exclamation mark before a space or a closing quote.
_END = re.compile(r"\n+|[.!?؟…]+[\"'”»)\]]*(?=\s)|[。！？]+[」』”]?")
#: A full stop after one of these ends nothing: initials, "Dr.", «г.», "No."
_ABBREVIATION = re.compile(
    r"(?:^|[\s(«\"])(?:[^\W\d_]|Mr|Mrs|Ms|Dr|Prof|St|No|Nr|vs|ca|bzw|Av|Sok|Cad|им|ул|др|гг|обл)$", re.IGNORECASE
)


def sentence_spans(text: str) -> Iterator[tuple[int, int]]:
    """(start, end) of each sentence, without the white space around it."""
    start = 0
    for match in _END.finditer(text):
        if match.group()[0] == "." and _ABBREVIATION.search(text, start, match.start()):
            continue
        yield from _trimmed(text, start, match.end())
        start = match.end()
    yield from _trimmed(text, start, len(text))


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    piece = text[start:end]
    left = start + len(piece) - len(piece.lstrip())
    right = start + len(piece.rstrip())
    if left < right:
        yield left, right
