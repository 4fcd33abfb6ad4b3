"""Dates as people write them: worded in a language, or in numbers, with the time of day beside them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import time, tzinfo
from functools import lru_cache

from news.languages.folding import fold_word
from news.languages.profiles import LanguageProfile, profile
from news.values import Calendar
from reading.machine_dates import known_zone

_LETTER = r"[^\W\d_]"
_GAP = r"[\s,،.\-/–]*"
#: How far from its date a time of day may stand.
_REACH = 40
#: «۱۵ مهر ۹۸»: two digits are a year only where they can be nothing else.
_SHORT_JALALI = range(60, 100)

_NUMBERS = re.compile(
    r"(?<![\d/.:])(?:"
    r"(?P<y>\d{4})\s?(?:[/.\-–]|年|년)\s?(?P<m>\d{1,2})\s?(?:[/.\-–]|月|월)\s?(?P<d>\d{1,2})(?![\d/])"
    r"|(?P<first>\d{1,2})(?P<sep>[/.\-])(?P<second>\d{1,2})(?P=sep)(?P<last>\d{4}|\d{2})(?![\d/:]|\.\d)"
    r")"
)


@dataclass(frozen=True, slots=True)
class Written:
    """The numbers of a date as they stand, and where they stand in the folded line."""

    #: the calendar that the wording tells; None where only the year can tell
    calendar: Calendar | None
    year: int
    month: int
    #: None where only the month is written
    day: int | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day, and the zone where one is written beside it."""

    time: time
    seconds: bool
    zone: tzinfo | None


@dataclass(frozen=True, slots=True)
class _Patterns:
    worded: tuple[re.Pattern[str], ...]
    clocks: tuple[re.Pattern[str], ...]
    #: letters of the name → what it may mean
    months: dict[str, tuple[tuple[Calendar, int], ...]]
    days: dict[str, int]
    pm: frozenset[str]
    am: frozenset[str]


def fold_line(text: str) -> str:
    """The text folded word by word, its punctuation kept."""
    return re.sub(r"\S+", lambda match: fold_word(match.group()), unicodedata.normalize("NFKC", text))


def any_of(phrases: Sequence[str]) -> str:
    """A pattern of folded phrases, the longest first, whose words may stand apart or together."""
    ordered = sorted(phrases, key=len, reverse=True)
    return "|".join(r"[\s.\-'’`]{0,3}".join(map(re.escape, phrase.split())) for phrase in ordered)


def dates(line: str, language: LanguageProfile, *, day_first: bool | None) -> Iterator[Written]:
    """Every date in a folded line, in the language's own names, in English ones and in numbers."""
    for spoken in dict.fromkeys((language, profile("en"))):
        yield from _worded(line, spoken)
    jalali = language.calendars[0] is Calendar.JALALI
    for match in _NUMBERS.finditer(line):
        written = _year_first(match) if match["y"] else _year_last(match, day_first=day_first, jalali=jalali)
        if written:
            yield written


def clock_near(line: str, written: Written, language: LanguageProfile) -> Clock | None:
    """The time of day that stands nearest to a date, before it or after it."""
    low, high = max(0, written.start - _REACH), min(len(line), written.end + _REACH)
    patterns = _patterns(language)
    found = [
        (max(written.start - match.end(), match.start() - written.end), match)
        for pattern in patterns.clocks
        for match in pattern.finditer(line, low, high)
    ]
    beside = sorted((entry for entry in found if entry[0] >= 0), key=lambda entry: entry[0])
    return next((clock for _, match in beside if (clock := _clock(match, patterns))), None)


def _year_first(match: re.Match[str]) -> Written:
    return Written(None, int(match["y"]), int(match["m"]), int(match["d"]), match.start(), match.end())


def _year_last(match: re.Match[str], *, day_first: bool | None, jalali: bool) -> Written | None:
    first, second, last = (int(match[name]) for name in ("first", "second", "last"))
    if jalali and len(match["last"]) == 2:
        if first <= 31 and last in _SHORT_JALALI:
            first, last = last, first
        if first not in _SHORT_JALALI:
            return None
        return Written(Calendar.JALALI, 1300 + first, second, last, match.start(), match.end())
    if len(match["last"]) == 2:
        if not day_first:
            return None
        last += 2000 if last < 90 else 1900
    if first <= 12 and second <= 12 and first != second and day_first is None:
        return None
    month_first = second > 12 or (first <= 12 and day_first is False)
    day, month = (second, first) if month_first else (first, second)
    return Written(None, last, month, day, match.start(), match.end())


def _worded(line: str, language: LanguageProfile) -> Iterator[Written]:
    patterns = _patterns(language)
    for pattern in patterns.worded:
        for match in pattern.finditer(line):
            yield from _meanings(match, patterns)


def _meanings(match: re.Match[str], patterns: _Patterns) -> Iterator[Written]:
    parts = match.groupdict()
    day = _day(parts.get("day"), patterns)
    year = int(parts["year"].lstrip("'"))
    for calendar, month in patterns.months[_letters(parts["month"])]:
        full = _full_year(year, calendar, marked=parts["year"].startswith("'"))
        if full:
            yield Written(calendar, full, month, day, match.start(), match.end())


def _full_year(year: int, calendar: Calendar, *, marked: bool) -> int | None:
    if year > 99:
        return year
    if marked and calendar is Calendar.GREGORIAN:
        return year + (2000 if year < 90 else 1900)
    return 1300 + year if calendar is Calendar.JALALI and year in _SHORT_JALALI else None


def _day(written: str | None, patterns: _Patterns) -> int | None:
    if written is None:
        return None
    return int(written) if written.isdecimal() else patterns.days[_letters(written)]


def _letters(name: str) -> str:
    return "".join(char for char in name if char.isalpha())


def _clock(match: re.Match[str], patterns: _Patterns) -> Clock | None:
    parts = match.groupdict()
    hour = _hour(int(parts["hour"]), _letters(parts.get("half") or ""), patterns)
    try:
        clock = time(hour, int(parts["minute"] or 0), int(parts.get("second") or 0))
    except ValueError:
        return None
    return Clock(clock, bool(parts.get("second")), known_zone(parts.get("zone")))


def _hour(hour: int, half: str, patterns: _Patterns) -> int:
    if half in patterns.pm and hour < 12:
        return hour + 12
    return 0 if half in patterns.am and hour == 12 else hour


@lru_cache(maxsize=64)
def _patterns(language: LanguageProfile) -> _Patterns:
    english = profile("en")
    months: dict[str, tuple[tuple[Calendar, int], ...]] = {}
    for calendar, table in language.months.items():
        for name, number in table.items():
            months[_letters(name)] = (*months.get(_letters(name), ()), (calendar, number))
    return _Patterns(
        worded=tuple(map(re.compile, _date_patterns(language))) if months else (),
        clocks=tuple(map(re.compile, _clock_patterns(language))),
        months=months,
        days={_letters(words): number for words, number in language.day_words.items()},
        pm=frozenset(map(_letters, (*language.pm, *english.pm))),
        am=frozenset(map(_letters, (*language.am, *english.am))),
    )


def _optional(phrases: Sequence[str], before: str = "") -> str:
    return f"(?:{before}(?:{any_of(phrases)}))?" if phrases else ""


def _date_patterns(language: LanguageProfile) -> tuple[str, ...]:
    """Day month year; month day year; year month day; month year."""
    names = any_of([name for table in language.months.values() for name in table])
    prefix, suffix = _optional(language.month_prefixes), _optional(language.month_suffixes, r"\s?")
    month = rf"(?<!{_LETTER}){prefix}(?P<month>{names}){suffix}(?!{_LETTER})(?:\s*[/(]\s*(?:{names})\s*\)?)?"
    words = "|".join((r"\d{1,2}(?!\d)", *([any_of(tuple(language.day_words))] if language.day_words else ())))
    ordinal = _optional(language.day_suffixes, "-?")
    day = rf"(?<![\d:/.])(?<!{_LETTER})(?P<day>{words}){ordinal}"
    fillers = rf"(?:(?:{any_of(language.fillers)})(?!{_LETTER}){_GAP})*" if language.fillers else ""
    join = _GAP + fillers
    year = r"(?P<year>\d{4})(?![\d:])"
    any_year = r"(?P<year>\d{4}(?![\d:])|'\d{2}(?!\d)|\d{2}(?![\d:./]))"
    return (
        day + join + month + join + any_year,
        month + join + day + join + year,
        rf"(?<!\d){year}{join}{month}{join}{day}(?![\d:])",
        month + join + year,
    )


def _clock_patterns(language: LanguageProfile) -> Iterator[str]:
    """With a colon; with a letter; with a full stop where a word beside it tells that it is a time."""
    english = profile("en")
    halves = any_of((*language.am, *language.pm, *english.am, *english.pm))
    half = rf"(?:\s*(?P<half>{halves})(?!{_LETTER}))?"
    zone = r"(?:\s*(?P<zone>gmt|utc|irst|cet|cest|est|edt|[+]\d\d:?\d\d))?"
    hour, minute = r"(?P<hour>\d{1,2})", r"(?P<minute>\d{2})"
    second = r"(?:\s?:\s?(?P<second>\d{2}))?(?![\d/])"
    yield rf"(?<![\d:+/.]){hour}\s?:\s?{minute}{second}{half}{zone}"
    if language.hour_letter:
        yield rf"(?<![\d:]){hour}\s?h\s?{minute}?(?!{_LETTER}|\d)"
    if language.dotted_time and language.time_labels:
        yield rf"(?<!{_LETTER})(?:{any_of(language.time_labels)})\s*:?\s*{hour}\.{minute}(?!\d)"
    if language.dotted_time and language.time_suffixes:
        yield rf"(?<![\d.]){hour}\.{minute}\s*(?:{any_of(language.time_suffixes)})(?!{_LETTER})"
