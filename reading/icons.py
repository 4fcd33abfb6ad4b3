"""Names of icons that an image font leaves in the text; of which words they are made is data (`data/icons.toml`)."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files

from pydantic import BaseModel, ConfigDict

#: Characters of a line that may be nothing but names of icons, and of a name.
LONGEST_LINE = 600
_LONGEST = 60
#: A letter of another script than the Latin one.
_FOREIGN = r"[^\W\d_\u0000-\u036f\u1e00-\u1eff]"
_NAME = r"[a-z][a-z0-9]*(?:[_-][a-z0-9]+)+"
_JOINED = re.compile(r"[a-z][_-][a-z]")
_ENDS = re.compile(rf"^({_NAME})(?=\s|{_FOREIGN})"), re.compile(rf"(?:(?<=\s)|(?<={_FOREIGN}))({_NAME})$")
_BETWEEN, _TRIMMED = re.compile(r"[\s,|·•/]+"), " \t,|·•/"


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    words: tuple[str, ...]
    pieces: tuple[str, ...]
    prefixes: tuple[str, ...]
    classes: tuple[str, ...]
    alone: tuple[str, ...]
    sure: tuple[str, ...]


def is_icons(line: str, *, foreign: bool = False) -> bool:
    """Whether a line holds names of icons alone; `foreign` where the text is not in Latin letters."""
    first = line.lstrip(_TRIMMED)[:1]
    if not "a" <= first <= "z" or len(line) > LONGEST_LINE:
        return False
    names = _BETWEEN.split(line.strip(_TRIMMED))
    if len(names) == 1 and not foreign and names[0] in _words():
        return names[0] in _data().alone
    return all(map(is_icon, names))


def is_icon(name: str) -> bool:
    """Whether a word can be the name of an icon; many of them are everyday words too."""
    return 0 < len(name) <= _LONGEST and name[0].islower() and bool(_icon().fullmatch(name.lower()))


def is_foreign(text: str) -> bool:
    """Whether a text holds letters of another script than the Latin one."""
    return not text.isascii() and bool(re.search(_FOREIGN, text))


def without_icons(line: str) -> str:
    """The line without names of icons at its ends: those of joined words, which hardly anyone writes.

    A hyphen joins words of prose too; such a name must stand beside another script and say what it is.
    """
    ends = line[:_LONGEST] + line[-_LONGEST:]
    if not (("_" in ends or "-" in ends) and _JOINED.search(ends)):
        return line
    foreign, stripped = is_foreign(line), line
    for pattern in _ENDS:
        while (found := pattern.search(stripped)) and _is_left_behind(found[1], foreign=foreign):
            stripped = (stripped[: found.start()] + stripped[found.end() :]).strip()
    return stripped or line


def _is_left_behind(name: str, *, foreign: bool) -> bool:
    if not is_icon(name):
        return False
    return "_" in name or (foreign and any(word in _data().sure for word in name.split("-")))


def icon_classes() -> frozenset[str]:
    """The words of `class` by which an element is told to hold an icon."""
    return frozenset(_data().classes)


@cache
def _words() -> frozenset[str]:
    return frozenset(_data().words)


@cache
def _data() -> _Data:
    text = (files("reading") / "data" / "icons.toml").read_text(encoding="utf-8")
    return _Data.model_validate(tomllib.loads(text))


@cache
def _icon() -> re.Pattern[str]:
    """Words, joined or run together, with pieces between and behind them."""
    data = _data()
    words = "|".join(sorted(map(re.escape, data.words), key=len, reverse=True))
    pieces = "|".join(map(re.escape, data.pieces))
    prefixes = "|".join(map(re.escape, data.prefixes))
    joined = rf"(?:(?:{pieces})[_-])?(?:{words})(?:[_-](?:{pieces}|\d{{1,2}})(?=[_-]|$)|[_-]?(?:{words}))*"
    return re.compile(rf"(?:{prefixes})-[a-z0-9]+(?:[_-][a-z0-9]+)*|{joined}")
