"""What the house knows of each language: one TOML file in `data/` each, nothing of it in code.

Names of months, days and labels are kept folded, so that text must be folded before it is compared.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Annotated, ClassVar, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, ConfigDict, TypeAdapter, ValidationError

from news.languages.tokens import fold, words
from news.values import UNDETERMINED, Calendar

_STRICT = ConfigDict(extra="forbid")
_DATA = files("news.languages") / "data"


class ProfileError(ValueError):
    """A language's file is wrong; the message names file and key."""


def _folded(phrase: object) -> object:
    if not isinstance(phrase, str):
        return phrase
    folded = fold(phrase)
    if not folded:
        raise ValueError(f"{phrase!r} folds to nothing")
    return folded


def _numbered(rows: object) -> object:
    """Twelve rows of names become one table from folded name to number."""
    if not isinstance(rows, list) or len(rows) != 12:
        raise ValueError("twelve months are needed")
    table: dict[str, int] = {}
    for number, names in enumerate(rows, start=1):
        for name in map(fold, names):
            if table.setdefault(name, number) != number:
                raise ValueError(f"{name!r} names two months")
    return table


def _single_words(phrases: object) -> object:
    if not isinstance(phrases, list):
        return phrases
    return [word for phrase in phrases for word in words(phrase)]


def _seven(days: tuple[tuple[str, ...], ...]) -> tuple[tuple[str, ...], ...]:
    if days and len(days) != 7:
        raise ValueError("seven days are needed, Monday first")
    return days


Phrase = Annotated[str, BeforeValidator(_folded)]
Phrases = tuple[Phrase, ...]
MonthTable = Annotated[Mapping[str, int], BeforeValidator(_numbered)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Relative:
    """How the language says "two hours ago" and "yesterday"."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    #: phrase → days before today
    days: Mapping[Phrase, int] = field(default_factory=dict)
    #: words after the number and unit, and words before them
    ago: Phrases = ()
    ago_first: Phrases = ()
    units: Mapping[Phrase, Literal["minute", "hour", "day"]] = field(default_factory=dict)
    #: one word for two units (Arabic «ساعتين»)
    pairs: Mapping[Phrase, Literal["minute", "hour", "day"]] = field(default_factory=dict)
    #: words for a number of units, and whether a unit without one is one («час назад»)
    counts: Mapping[Phrase, int] = field(default_factory=dict)
    bare: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LanguageProfile:
    """One language: how it writes dates, names its sources, and is told from its neighbours."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    #: ISO 639: two letters where they exist
    code: str
    #: in English
    name: str
    #: ISO 15924
    script: str
    #: scripts in which it is written besides
    other_scripts: tuple[str, ...] = ()
    rtl: bool = False
    #: the zone of a page whose source names none; UTC where the language has many
    zone: str = "UTC"
    #: tried in this order where a page shows a date in several
    calendars: tuple[Calendar, ...] = (Calendar.GREGORIAN,)
    #: whether 03/04 is the third of April; None where usage differs
    day_first: bool | None = None
    #: folded name → number, by calendar
    months: Mapping[Calendar, MonthTable] = field(default_factory=dict)
    #: what may be glued to a month's name
    month_prefixes: Phrases = ()
    month_suffixes: Phrases = ()
    #: seven tuples of names, Monday first
    weekdays: Annotated[tuple[Phrases, ...], AfterValidator(_seven)] = ()
    #: what may be glued to a day's number, and days written as words
    day_suffixes: Phrases = ()
    day_words: Mapping[Phrase, int] = field(default_factory=dict)
    #: words that may stand between the parts of a date
    fillers: Phrases = ()
    #: words between the days of a span, which is no date of publication («15 to 17 May 2024»)
    span_words: Phrases = ()
    #: words after a year that stands before day and month («2024 жылғы 3 сәуір»)
    year_words: Phrases = ()
    #: years counted otherwise: name of the era → the Gregorian year before its first
    eras: Mapping[str, int] = field(default_factory=dict)
    time_labels: Phrases = ()
    time_suffixes: Phrases = ()
    #: words after a time of day → the zone that they name
    zone_words: Mapping[Phrase, str] = field(default_factory=dict)
    am: Phrases = ()
    pm: Phrases = ()
    #: 14h30
    hour_letter: bool = False
    #: 14.30, beside a time label
    dotted_time: bool = False
    #: words that mark a date as that of the visit
    today: Phrases = ()
    #: what introduces a date of publication
    date_labels: Phrases = ()
    #: what introduces a date of change, which says nothing of publication
    modified_labels: Phrases = ()
    #: what introduces a date of something else: a deadline, a meeting, a tender
    event_labels: Phrases = ()
    #: words right before a date that make it the bound or the time of something («until»)
    bound_words: Phrases = ()
    #: words right before a date that tie it into a sentence, where more than a place stands before them
    linking_words: Phrases = ()
    #: what introduces the author behind a date
    author_words: Phrases = ()
    #: words that stand in sentences and not in the line of a date: verbs, pronouns, conjunctions
    running_words: Phrases = ()
    #: what tells the place of an event, in the line of its date or right above or below it
    venue_words: Phrases = ()
    #: words that go with a date and add nothing: eras, what joins the days of two calendars
    date_words: Phrases = ()
    #: what introduces the original source on a line of its own, and within the first sentence
    source_labels: Phrases = ()
    source_openers: Phrases = ()
    #: a full stop after one of these ends no sentence
    abbreviations: tuple[str, ...] = ()
    #: letters beyond the plain ones of its scripts, and letters that only tell keyboards apart (unfolded)
    letters: str = ""
    keys: str = ""
    #: frequent words, shared ones too
    common: Annotated[tuple[str, ...], BeforeValidator(_single_words)] = ()
    relative: Relative = Relative()

    @property
    def zone_info(self) -> ZoneInfo:
        """The default zone, ready for use."""
        return ZoneInfo(self.zone)


#: The profile of "not sure": numbers, ISO dates and nothing else.
NEUTRAL = LanguageProfile(code=UNDETERMINED, name="Undetermined", script="Zyyy")

_adapter = TypeAdapter(LanguageProfile)


@cache
def codes() -> tuple[str, ...]:
    """The languages that have a profile; `fa.membership.toml` and its like are other rooms' files."""
    stems = (entry.name.removesuffix(".toml") for entry in _DATA.iterdir() if entry.name.endswith(".toml"))
    return tuple(sorted(stem for stem in stems if "." not in stem))


def profile(code: str) -> LanguageProfile:
    """The profile of a language code (a region is ignored: `fa-IR`); the neutral one where there is none."""
    return _profile(code.replace("_", "-").partition("-")[0].lower())


@cache
def _profile(code: str) -> LanguageProfile:
    if code not in codes():
        return NEUTRAL
    return read_profile(f"{code}.toml", (_DATA / f"{code}.toml").read_text(encoding="utf-8"))


def read_profile(name: str, text: str) -> LanguageProfile:
    """The profile that a file's text describes; raises ProfileError, naming file and key."""
    try:
        found = _adapter.validate_python(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise ProfileError(f"{name}: {error}") from error
    except ValidationError as error:
        places = (f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors())
        raise ProfileError(f"{name}: {'; '.join(places)}") from error
    if found.code != name.removesuffix(".toml"):
        raise ProfileError(f"{name}: code: {found.code!r} is not the name of the file")
    return found
