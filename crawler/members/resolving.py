"""What a row of a list names: its place, its country, and the name without the words around it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

from news.languages.tokens import words
from news.names import cues
from news.names.catalogue import Place
from news.names.countries import country_called, division_called, flag_in, without_flags
from news.names.gazetteer import LANGUAGES, gazetteer
from news.names.keys import key
from news.names.lookup import AmbiguousPlace, place_called, places_called

#: Characters of a member's name at most.
LONGEST = 90
#: So many times larger than the next, a place is meant whatever region beside it nobody knows.
_BY_FAR = 25
#: What parts a name from its country or region.
_PARTS = re.compile(r"\s*[,،;؛|/•·]\s*|\s+[–—-]\s+|\s*:\s+")
_BRACKETS = re.compile(r"\s*[(\[（]([^()\[\]（）]*)[)\]）]\s*")
_NUMBER = re.compile(r"^\s*[\d۰-۹٠-٩]{1,4}\s*[.):\-–]\s*")
_SPACE = re.compile(r"\s+")
_LETTER = re.compile(r"[^\W\d_]")

Phrase = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A row's name, read."""

    #: as the list writes it, without its country
    name: str
    #: ISO 3166 alpha-2, where the list says one
    country: str | None
    #: place key; None where no place is called so, or several are
    member: str | None
    #: the places that may be meant, where several may
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Split:
    """A text taken apart."""

    names: tuple[str, ...]
    country: str | None
    #: what is told between the two: mostly a region
    regions: tuple[str, ...]


def tidy(text: str) -> str:
    """A name without numbers before it, flags and doubled spaces."""
    return _SPACE.sub(" ", _NUMBER.sub("", without_flags(text))).strip(" •*–—-:;,،")


def has_letters(text: str) -> bool:
    """Whether a text can be a name at all."""
    return _LETTER.search(text) is not None


def read_name(text: str, country: str | None = None) -> Named:
    """The place that a row's text names; `country` is what the list says elsewhere in the row or above it."""
    split = _split(text)
    where = split.country or country
    name = split.names[0] if split.names else tidy(text)
    choices: tuple[str, ...] = ()
    for candidate in split.names:
        for spelling in _spellings(candidate):
            try:
                found = _place(spelling, where, split.regions)
            except AmbiguousPlace as error:
                choices = choices or tuple(place.key for place in error.places)
                break
            if found is not None:
                return Named(name=name, country=where, member=found.key)
    return Named(name=name, country=where, member=None, choices=choices)


@lru_cache(maxsize=50_000)
def names_place(text: str) -> bool:
    """Whether a text is likely the name of a place with a council; a country's alone is none."""
    if not has_letters(text) or len(text) > LONGEST:
        return False
    split = _split(text)
    if split.country is not None and not split.names:
        return False
    return any(places_called(spelling) for name in split.names for spelling in _spellings(name))


@lru_cache(maxsize=50_000)
def country_of(text: str) -> str | None:
    """The country that a cell, a heading or a flag's text names, and nothing else."""
    if len(text) > LONGEST:
        return None
    if (found := country_called(text)) is not None:
        return found
    brackets = _BRACKETS.sub(" ", text).strip()
    if brackets and brackets != text.strip() and (found := country_called(brackets)) is not None:
        return found
    told = tuple(words(text))
    for phrase in _words()["flags"]:
        if told[: len(phrase)] == phrase and (found := country_called(" ".join(told[len(phrase) :]))):
            return found
        if told[-len(phrase) :] == phrase and (found := country_called(" ".join(told[: -len(phrase)]))):
            return found
    return None


@lru_cache(maxsize=50_000)
def _split(text: str) -> _Split:
    """Names, the likeliest first, and what says where they lie: "Portland, Oregon (USA)"."""
    country = flag_in(text)
    for inside in _BRACKETS.findall(text):
        country = country or country_of(inside)
    bare = tidy(_BRACKETS.sub(" ", text))
    parts = [part for part in map(tidy, _PARTS.split(bare)) if part]
    if len(parts) > 1 and (found := country_of(parts[-1])) is not None:
        country, parts = country or found, parts[:-1]
    elif len(parts) > 1 and (found := country_of(parts[0])) is not None:
        country, parts = country or found, parts[1:]
    elif len(parts) == 1 and country is None and (found := country_of(parts[0])) is not None:
        # a country alone; a city that is one has its name
        return _Split(tuple(parts) if places_called(parts[0]) else (), found, ())
    if country is None:
        area = next((area for part in parts[1:] if (area := division_called(part))), None)
        country = area.partition(".")[0] if area else None
    # what follows a name, in brackets too, is as often the region around it: never taken in its place
    names = dict.fromkeys([*parts[:1], *([bare] if len(parts) > 1 else [])])
    return _Split(tuple(filter(has_letters, names)), country, tuple(filter(has_letters, parts[1:])))


def _place(name: str, country: str | None, regions: Sequence[str]) -> Place | None:
    """As `place_called`; of several places the one in the regions told.

    Raises AmbiguousPlace where the regions say nothing of several places, unless one is by far the largest.
    """
    found = places_called(name, country) if regions else ()
    if len(found) < 2:
        return place_called(name, country)
    told = {division for region in regions for division in _divisions(region)}
    within = [place for place in found if (place.country, _division(place.key)) in told]
    if len(within) == 1:
        return within[0]
    if within or found[0].population < _BY_FAR * found[1].population:
        raise AmbiguousPlace(name, tuple(within) or found)
    return found[0]


def _divisions(region: str) -> Iterator[tuple[str, str]]:
    """The first-level divisions that a name may mean, each with its country."""
    if (area := division_called(region)) is not None:
        country, _, code = area.partition(".")
        yield country, code
    for identity in gazetteer().regions(key(region)):
        record = gazetteer().record(identity)
        yield record.country, record.division


def _division(identity: str) -> str:
    try:
        return gazetteer().record(identity).division
    except KeyError:
        return ""


def _spellings(name: str) -> Iterator[str]:
    """The name as written, then without the words of cities around it."""
    yield name
    told, seen = tuple(words(name)), set()
    while told:
        shorter = _shortened(told)
        if shorter is None or shorter in seen:
            return
        seen.add(shorter)
        yield " ".join(shorter)
        told = shorter


def _shortened(told: Phrase) -> Phrase | None:
    known = _around()
    for count in range(min(len(told) - 1, known.longest), 0, -1):
        if told[:count] in known.before:
            return told[count:]
        if told[-count:] in known.after:
            return told[:-count]
    return None


@dataclass(frozen=True, slots=True)
class _Around:
    before: frozenset[Phrase]
    after: frozenset[Phrase]
    longest: int


@cache
def _around() -> _Around:
    """The words of cities and regions of every language, and those of lists."""
    all_cues = [cues.cues(language) for language in LANGUAGES]
    own = _words()
    before = frozenset(own["before"]).union(*(one.city_before | one.region_before for one in all_cues))
    after = frozenset(own["after"]).union(*(one.city_after | one.region_after for one in all_cues))
    return _Around(before, after, max(map(len, (*before, *after))))


@cache
def _words() -> dict[str, Sequence[Phrase]]:
    text = (files("crawler.members") / "data" / "words.toml").read_text(encoding="utf-8")
    return {
        name: sorted((tuple(words(phrase)) for phrase in phrases), key=len, reverse=True)
        for name, phrases in tomllib.loads(text).items()
    }
