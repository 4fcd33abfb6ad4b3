"""The outlet that a copied story names as its origin."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from news.languages.profiles import LanguageProfile
from news.languages.tokens import fold, tokens

#: Lines at the end of a text in which a label counts, and the longest name after one.
_FOOT, _NAME = 6, 60
#: «به نقل از» counts within so many characters of the first lines.
_OPENING, _OPENING_LINES = 220, 2
#: A longer line is a paragraph, however it ends.
_FURNITURE = 120
_STOPS, _CLOSING = (".", "!", "?", "؟", "…", "。"), "\"'»”)]} "
_QUOTES = " \t\"'«»“”„()[]:：.،,|/-–—"
#: A label, the mark behind it, and the rest; a bracket that is opened and not closed.
_LABELLED = re.compile(r"([^:/|]*?)\s*(:|\s[/|]\s|$)(.*)", re.DOTALL)
_OPENED = re.compile(r"\([^()]*$")
_MARKS = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def split_origin(lines: Sequence[str], profile: LanguageProfile) -> tuple[str | None, list[str]]:
    """The original source that a text names, and the text without the line at its foot that does.

    What follows that line without being a sentence is the page's own: advertising, further headlines.
    """
    kept = list(lines)
    for index in range(len(kept) - 1, max(-1, len(kept) - 1 - _FOOT), -1):
        named = _labelled(kept[index], profile)
        if named is None:
            continue
        if named:
            return named, kept[:index] + _sentences(kept[index + 1 :])
        if index + 1 < len(kept) and len(kept[index + 1]) <= _NAME:
            return _name(kept[index + 1]), kept[:index] + _sentences(kept[index + 2 :])
    return _opened(kept, profile), kept


def _sentences(lines: Sequence[str]) -> list[str]:
    return [line for line in lines if len(line) > _FURNITURE or line.rstrip(_CLOSING).endswith(_STOPS)]


def _labelled(line: str, profile: LanguageProfile) -> str | None:
    """The name after a label; empty where the label stands alone; None where the line has none."""
    if fold(_MARKS.sub("", line)) in profile.source_labels:
        return ""
    found = _LABELLED.match(line.replace("：", ":"))
    label, mark, rest = found.groups() if found else ("", "", "")
    if not mark or fold(_MARKS.sub("", label)) not in profile.source_labels:
        return None
    name = _name(rest)
    return name if len(name) <= _NAME else None


def _opened(lines: Sequence[str], profile: LanguageProfile) -> str | None:
    openers = [opener.split() for opener in profile.source_openers]
    for line in lines[:_OPENING_LINES]:
        found = list(tokens(line[:_OPENING]))
        for index in range(len(found)):
            for opener in openers:
                end = index + len(opener)
                if [token.text for token in found[index:end]] == opener:
                    return _clause(line[found[end - 1].end :]) or None
    return None


def _clause(rest: str) -> str:
    """The words up to the first stop, where they are few enough to be a name."""
    words = re.split(r"[،,:؛;.»\n]|\s[-–—]\s", rest.strip(_QUOTES), maxsplit=1)[0]
    return _name(words) if len(words) <= _NAME and words != rest.strip(_QUOTES) else ""


def _name(written: str) -> str:
    """The outlet alone: what follows a bar is the site's own, an address is known by its host."""
    name = re.split(r"\s[|•]\s|\s{3,}", _MARKS.sub("", written).strip(_QUOTES))[0].strip(_QUOTES)
    if _OPENED.search(name):
        name += ")"
    if "://" in name or name.startswith("www."):
        address = name if "://" in name else f"//{name}"
        return (urlsplit(address.split()[0]).hostname or "").removeprefix("www.")
    return name
