"""The news agency that a text says it comes from, in its dateline, its byline or at its foot.

Only where an agency signs: a sentence about one names it without its being the author. Which agencies there are
is data (`data/agencies.toml`). The text keeps the words.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files

from pydantic import BaseModel, ConfigDict

from news.languages.tokens import fold

#: Lines at the head and at the foot in which a signature counts, and how many characters of each are looked at.
_HEAD, _FOOT, _OPENING = 3, 3, 160
#: Longer lines are no byline.
_BYLINE = 60
#: Words of a place and a date before a signature; words of a name that is not listed.
_PLACE_WORDS, _NAME_WORDS = 6, 5
#: Words of a place with its date in two calendars.
_DATED_WORDS = 14
#: Latin letters of an abbreviation, whose case counts.
_SHORT = 5
_DASH = "-–—−"
_INITIALS = r"(?:\w\.\s?){2,4}\w?"
_MARKS = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_BRACKETED = re.compile(
    rf"(?P<place>[^()\[\]]{{0,60}}?)\s*[(\[](?P<name>[^()\[\]]{{2,50}})[)\]]\s*(?P<stop>[{_DASH}:.،,]?)"
)
_DASHED = re.compile(
    rf"(?P<place>[^{_DASH}!?؟؛]{{2,60}}?)\s*[{_DASH}/]\s*(?P<name>{_INITIALS}|[^{_DASH}:/.()،,]{{2,40}}?)\s*(?:[{_DASH}:/.]|$)"
)
_SLASHED = re.compile(r"(?P<place>[^/]{0,60}?)\s*/\s*(?P<name>[^/]{2,40}?)\s*/")
_LEADING = re.compile(rf"(?P<name>{_INITIALS}|[^{_DASH}:/()،,.]{{2,40}}?)\s*[{_DASH}:/؛]\s*")
#: A place and a date, and the name right behind them: «رام الله 12/11/2026 وفا-».
_TRAILING = re.compile(
    rf"(?P<place>[^{_DASH}:!?؟؛،]{{2,90}}?\d[^{_DASH}:!?؟؛،]{{0,12}}?)\s(?P<name>[^\W\d]+(?: [^\W\d]+)?)\s*[{_DASH}:]"
)
_YEARED = re.compile(r"\b\d{4}(?P<era>\s?(?:م|هـ|ه))?\s(?P<name>[^\W\d]+)\s")
_DATE = re.compile(rf"(?<=\d)[{_DASH}](?=\d)")
_ENDING = re.compile(r"[(\[](?P<name>[^()\[\]]{2,40})[)\]]\s*[.۔]?$")
_BY = re.compile(r"^(?:by|von|par|por|di|da|от|بقلم|نویسنده|kaynak|foto|©)\s*:?\s+", re.IGNORECASE)
_JOINED = re.compile(r"\s*[/,;،&|+]\s*|\s+(?:and|und|et|ve|و|with|avec|mit)\s+")
_STOPS, _AROUND_SIGN = (".", "!", "?", "؟", "…", "۔"), " \"'»”"
_AROUND = f" \t\"'«»“”()[]{_DASH}/:.،,©*"


class _Agency(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    names: tuple[str, ...]
    weak: tuple[str, ...] = ()
    country: str = ""


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    before: tuple[str, ...]
    behind: tuple[str, ...]
    openers: tuple[str, ...]
    between: tuple[str, ...]
    agency: tuple[_Agency, ...]


def agency_of(lines: Sequence[str], authors: Sequence[str] = ()) -> str | None:
    """The agency as the text writes it: dateline or opening words, byline, stated author, foot."""
    head = [_MARKS.sub("", line)[:_OPENING].strip() for line in lines[:_HEAD]]
    foot = [_MARKS.sub("", line).strip() for line in lines[-_FOOT:]]
    found = (
        *map(_byline, head),
        *map(_signed, head),
        *map(_opened, head),
        *(_named(author, weak=True) for author in authors),
        *map(_byline, reversed(foot)),
        *map(_ended, foot[-1:]),
        *map(_closed, (_MARKS.sub("", line).strip() for line in lines[:1])),
    )
    return next(filter(None, found), None)


def _signed(line: str) -> str:
    """The agency of a dateline: «تهران- ایرنا-», `PARIS, 3 mars (AFP) —`."""
    found = _BRACKETED.match(line)
    if found and (name := _named(found["name"], weak=bool(found["stop"]))):
        place = found["place"].strip()
        if _is_place(place) and (found["stop"] or not place or place.upper() == place):
            return name
    for pattern in (_DASHED, _SLASHED):
        found = pattern.match(line)
        if found and _is_place(found["place"]) and (name := _named(found["name"], weak=True)):
            return name
    found = _LEADING.match(line)
    return _dated(line) or (_named(found["name"]) if found else "")


def _dated(line: str) -> str:
    """The agency right behind a place and a date, which has no mark of its own before it."""
    whole = _DATE.sub("/", line)
    found = _TRAILING.match(whole)
    if found and len(found["place"].split()) <= _DATED_WORDS and (name := _named(found["name"], weak=True)):
        return name
    for year in _YEARED.finditer(whole):
        if len(whole[: year.start()].split()) <= _DATED_WORDS and (
            name := _named(year["name"], weak=bool(year["era"]))
        ):
            return name
    return ""


def _is_place(text: str) -> bool:
    """Whether the words can be a place and a date: few of them, and names where the script tells names."""
    words = [word for word in re.split(r"[\s,،./]+", text) if word]
    if len(words) > _PLACE_WORDS:
        return False
    dated = any(letter.isdecimal() for letter in text)
    small = [word for word in words if word[0].islower()]
    return not small or (dated and len(small) <= 2 and words[0][0].isupper())


def _opened(line: str) -> str:
    """The agency in the opening words: «به گزارش خبرنگار ایرنا از مشهد،»."""
    for opener in _openers():
        rest = line.removeprefix(opener)
        if rest == line or not rest[:1].isspace():
            continue
        clause = re.split(r"[،,:؛;.]", rest, maxsplit=1)[0].split()
        while clause and fold(clause[0]) in _between():
            clause.pop(0)
        for size in range(min(_NAME_WORDS, len(clause)), 0, -1):
            followed = size == len(clause) or fold(clause[size]) in ("از", "در", "به")
            if followed and (name := _named(" ".join(clause[:size]), weak=True)):
                return name
    return ""


def _byline(line: str) -> str:
    """The agency where agencies are all that a line says."""
    if len(line) > _BYLINE:
        return ""
    whole = _BY.sub("", line).strip(_AROUND)
    names = [whole] if _is_agency(whole, weak=False) else list(_written(whole))[1:]
    return names[0] if all(_is_agency(name, weak=False) for name in names) else ""


def _ended(line: str) -> str:
    """The agency in brackets behind the last sentence."""
    found = _ENDING.search(line)
    return _named(found["name"]) if found else ""


def _closed(line: str) -> str:
    """The agency in brackets behind a sentence that has ended, as it signs a first paragraph."""
    found = _ENDING.search(line)
    return _ended(line) if found and line[: found.start()].rstrip(_AROUND_SIGN).endswith(_STOPS) else ""


def _named(text: str, *, weak: bool = False) -> str:
    """The first agency among joined names; empty where there is none."""
    whole = text.strip(_AROUND)
    return next((part for part in _written(whole) if _is_agency(part, weak=weak)), "")


def _written(whole: str) -> Iterator[str]:
    yield whole
    yield from (part.strip(_AROUND) for part in _JOINED.split(whole))


def _is_agency(name: str, *, weak: bool) -> bool:
    folded = fold(name)
    if not folded:
        return False
    if folded in _names() or (weak and folded in _weak()):
        return len(name) > _SHORT or not name.isascii() or name in _as_written()
    words = folded.split()
    if not 2 <= len(words) <= _NAME_WORDS:
        return False
    before, behind = _kinds()
    return folded.startswith(before) or folded.endswith(behind)


@cache
def _data() -> _Data:
    text = (files("reading") / "data" / "agencies.toml").read_text(encoding="utf-8")
    return _Data.model_validate(tomllib.loads(text))


@cache
def _names() -> frozenset[str]:
    return frozenset(fold(name) for agency in _data().agency for name in agency.names)


@cache
def _weak() -> frozenset[str]:
    return frozenset(fold(name) for agency in _data().agency for name in agency.weak)


@cache
def _as_written() -> frozenset[str]:
    return frozenset(name for agency in _data().agency for name in (*agency.names, *agency.weak))


@cache
def _kinds() -> tuple[tuple[str, ...], tuple[str, ...]]:
    data = _data()
    return tuple(f"{fold(word)} " for word in data.before), tuple(f" {fold(word)}" for word in data.behind)


@cache
def _openers() -> tuple[str, ...]:
    return _data().openers


@cache
def _between() -> frozenset[str]:
    return frozenset(map(fold, _data().between))
