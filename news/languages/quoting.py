"""Other people's words inside our own: one line, no control characters, right to left where they are."""

from __future__ import annotations

import unicodedata
from typing import Literal

Direction = Literal["ltr", "rtl", "auto"]

_ISOLATE, _END_ISOLATE = "\u2068", "\u2069"
_MARKS: dict[Direction, str] = {"ltr": "\u200e", "rtl": "\u200f", "auto": ""}
#: Embeddings, overrides and isolates: unbalanced ones would turn the text around the quotation.
_BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def one_line(text: str) -> str:
    """The text without what XML, a terminal or a mail header would choke on, its white space single."""
    return " ".join("".join(map(_harmless, text)).split())


def direction(text: str) -> Direction:
    """The direction most letters have, since Persian sentences may well begin with a Latin acronym."""
    kinds = [unicodedata.bidirectional(char) for char in text]
    right, left = sum(kind in ("R", "AL") for kind in kinds), kinds.count("L")
    if right == left == 0:
        return "auto"
    return "rtl" if right >= left else "ltr"


def isolated(text: str) -> str:
    """One line of foreign text between bidi isolates, to stand in a line of either direction.

    An isolate takes the direction of its first letter: a mark goes before it where most letters differ.
    """
    line = one_line(text)
    whole = direction(line)
    first = next((found for char in line if (found := direction(char)) != "auto"), "auto")
    return f"{_ISOLATE}{_MARKS[whole] if whole != first else ''}{line}{_END_ISOLATE}"


def _harmless(char: str) -> str:
    if char in _BIDI_CONTROLS or char in "\ufffe\uffff":
        return ""
    if char.isspace():
        return " "
    return "" if unicodedata.category(char) in ("Cc", "Cs") else char
