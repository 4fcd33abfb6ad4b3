"""Dates as people write them: worded in a language, or in numbers, with the time of day beside them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from news.languages.folding import fold_word
from news.languages.profiles import LanguageProfile, profile
from news.values import Calendar
from reading.machine_dates import known_zone, zone_names

_LETTER = r"[^\W\d_]"
_GAP = r"[\s,،.\-/–]*"
#: How far from its date a time of day may stand, and how far its weekday.
_REACH, _NEIGHBOUR = 40, 15
#: A number of a year that is one of the Gregorian calendar.
_WESTERN = 1700
#: «۱۵ مهر ۹۸»: two digits are a year only where they can be nothing else.
_SHORT_JALALI = range(60, 100)

_ANY_LETTER, _ENGLISH = re.compile(_LETTER), re.compile(r"[a-z]{3}")
#: Folding takes the syllables of Korean apart.
_YEAR, _MONTH, _DAY = (f"(?:{han}|{fold_word(hangul)})" for han, hangul in ("年년", "月월", "日일"))
_NUMBERS = re.compile(
    r"(?<![\d/.])(?<!\d:)(?<![a-z])(?:"
    rf"(?P<y>\d{{4}})\s?(?:[/.\-–]|{_YEAR})\s?(?P<m>\d{{1,2}})\s?(?:[/.\-–]|{_MONTH})\s?(?P<d>\d{{1,2}})(?![\d/])(?!-\d+(?![\d:]))"
    r"|(?P<first>\d{1,2})(?:"
    r"(?P<sep>[/.\-])(?P<second>\d{1,2})(?P=sep)(?P<last>\d{4}|\d{2})"
    r"|\s?(?P<far>[/.])\s(?P<middle>\d{1,2})\s?(?P=far)\s(?P<end>\d{4})"
    r")(?![\d/:]|\.\d)"
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
    #: what stands before a day that ends a span («15 to 17 May»)
    before_day: re.Pattern[str]
    #: what stands before a month that is part of a day of which no more can be made
    unread_day: re.Pattern[str]
    weekday: re.Pattern[str] | None
    weekdays: dict[str, int]
    zones: dict[str, tzinfo]
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
    if _ANY_LETTER.search(line):
        yield from _worded(line, language)
    english = profile("en")
    if language is not english and _ENGLISH.search(line):
        yield from _worded(line, english)
    if language.eras:
        yield from _counted_by_eras(line, language)
    jalali = language.calendars[0] is Calendar.JALALI
    for match in _NUMBERS.finditer(line):
        if match["y"]:
            yield _year_first(match)
        else:
            yield from _year_last(match, language, day_first=day_first, jalali=jalali)


def yearless_days(line: str, language: LanguageProfile) -> list[tuple[int, int]]:
    """Where a folded line names a day and its month in words: «27 November» and «November 27»."""
    names = [name for table in language.months.values() for name in table]
    return [match.span() for match in _yearless(language).finditer(line)] if names else []


@lru_cache(maxsize=64)
def _yearless(language: LanguageProfile) -> re.Pattern[str]:
    names = any_of([name for table in language.months.values() for name in table])
    prefix, suffix = _optional(language.month_prefixes), _optional(language.month_suffixes, r"\s?")
    month = rf"(?<!{_LETTER}){prefix}(?:{names}){suffix}(?!{_LETTER})"
    day = _day_pattern(language)
    return re.compile(rf"{day}{_GAP}{month}|{month}{_GAP}{day.replace('?P<day>', '?:')}(?!\d)")


def clocks(line: str, language: LanguageProfile) -> Iterator[tuple[Clock, int, int]]:
    """Every time of day in a folded line, and where it starts and ends."""
    patterns = _patterns(language)
    for pattern in patterns.clocks:
        for match in pattern.finditer(line):
            if clock := _clock(match, patterns):
                yield clock, match.start(), match.end()


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


def _year_last(
    match: re.Match[str], language: LanguageProfile, *, day_first: bool | None, jalali: bool
) -> Iterator[Written]:
    names = ("first", "second", "last") if match["sep"] else ("first", "middle", "end")
    first, second, last = (int(match[name]) for name in names)
    short = len(match[names[2]]) == 2
    if jalali and short:
        if first <= 31 and last in _SHORT_JALALI:
            first, last = last, first
        if first in _SHORT_JALALI:
            yield Written(Calendar.JALALI, 1300 + first, second, last, match.start(), match.end())
        return
    if short:
        last += 2000 if last < 90 else 1900
    if 1 <= first <= 12 and 1 <= second <= 12 and first != second:
        day_first = _told_by_weekday(match, language, (first, second, last), day_first=day_first)
        if day_first is None:
            return
    elif short and day_first is None:
        return
    month_first = second > 12 or (first <= 12 and day_first is False)
    day, month = (second, first) if month_first else (first, second)
    yield Written(None, last, month, day, match.start(), match.end())


def _told_by_weekday(
    match: re.Match[str], language: LanguageProfile, numbers: tuple[int, int, int], *, day_first: bool | None
) -> bool | None:
    """Whether the day comes first, by the weekday where one stands beside it, else as is the habit."""
    first, second, year = numbers
    if year < _WESTERN:
        return day_first
    low, high = max(0, match.start() - _NEIGHBOUR), match.end() + _NEIGHBOUR
    beside = f"{match.string[low : match.start()]}|{match.string[match.end() : high]}"
    named = _weekdays(beside, language)
    readings = {True: date(year, second, first).weekday(), False: date(year, first, second).weekday()}
    fitting = [order for order, weekday in readings.items() if weekday in named]
    return fitting[0] if len(fitting) == 1 else day_first


def _weekdays(text: str, language: LanguageProfile) -> set[int]:
    """The weekdays that a folded text names, Monday 0."""
    found = set()
    for spoken in dict.fromkeys((language, profile("en"))):
        patterns = _patterns(spoken)
        if patterns.weekday:
            found |= {patterns.weekdays[_letters(match.group())] for match in patterns.weekday.finditer(text)}
    return found


def _counted_by_eras(line: str, language: LanguageProfile) -> Iterator[Written]:
    """Years of a reign or a republic: «令和6年4月3日»."""
    for match in _eras(language).finditer(line):
        year, month, day = (int(match[name]) for name in ("y", "m", "d"))
        year += language.eras[match["era"]]
        yield Written(Calendar.GREGORIAN, year, month, day, match.start(), match.end())


@lru_cache(maxsize=8)
def _eras(language: LanguageProfile) -> re.Pattern[str]:
    era = "|".join(map(re.escape, language.eras))
    return re.compile(
        rf"(?P<era>{era})\s?(?P<y>\d{{1,3}})\s?{_YEAR}\s?(?P<m>\d{{1,2}})\s?{_MONTH}\s?(?P<d>\d{{1,2}})\s?{_DAY}"
    )


def _worded(line: str, language: LanguageProfile) -> Iterator[Written]:
    patterns = _patterns(language)
    for pattern in patterns.worded:
        for match in pattern.finditer(line):
            before = patterns.before_day if "day" in pattern.groupindex else patterns.unread_day
            if not before.search(line, max(0, match.start() - _NEIGHBOUR), match.start()):
                yield from _meanings(match, patterns)


def _meanings(match: re.Match[str], patterns: _Patterns) -> Iterator[Written]:
    parts = match.groupdict()
    day = _day(parts.get("day"), patterns)
    for calendar, month in patterns.months[_letters(parts["month"])]:
        full = _full_year(parts["year"], calendar)
        if full:
            yield Written(calendar, full, month, day, match.start(), match.end())


def _full_year(written: str, calendar: Calendar) -> int | None:
    year = int(written.lstrip("'"))
    if year > 99:
        return year
    if written.startswith("'"):
        return year + (2000 if year < 90 else 1900) if calendar is Calendar.GREGORIAN else None
    if calendar is not Calendar.JALALI:
        return None
    if written.startswith("0"):
        return 1400 + year
    return 1300 + year if year in _SHORT_JALALI else None


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
    zone = parts.get("zone")
    return Clock(
        clock, bool(parts.get("second")), patterns.zones.get(_letters(zone or "")) or known_zone(zone)
    )


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
        before_day=re.compile(rf"(?<![\d:/.])\d{{1,2}}\s*(?:{any_of(language.span_words) or '(?!)'})\s*$"),
        unread_day=_unread_day(language),
        weekday=_weekday_pattern(language),
        weekdays={_letters(name): at for at, names in enumerate(language.weekdays) for name in names},
        zones={_letters(words): ZoneInfo(key) for words, key in language.zone_words.items()},
        pm=frozenset(map(_letters, (*language.pm, *english.pm))),
        am=frozenset(map(_letters, (*language.am, *english.am))),
    )


def _optional(phrases: Sequence[str], before: str = "") -> str:
    return f"(?:{before}(?:{any_of(phrases)}))?" if phrases else ""


def _unread_day(language: LanguageProfile) -> re.Pattern[str]:
    words = f"|{any_of(tuple(language.day_words))}" if language.day_words else ""
    return re.compile(rf"(?:\d{_LETTER}{{0,3}}{words})[\W_]{{0,3}}$")


def _weekday_pattern(language: LanguageProfile) -> re.Pattern[str] | None:
    names = [name for day in language.weekdays for name in day]
    return re.compile(rf"(?<!{_LETTER})(?:{any_of(names)})(?!{_LETTER})") if names else None


def _date_patterns(language: LanguageProfile) -> tuple[str, ...]:
    """Day month year; month day year; year month day; year day month where that is said; month year."""
    names = any_of([name for table in language.months.values() for name in table])
    prefix, suffix = _optional(language.month_prefixes), _optional(language.month_suffixes, r"\s?")
    month = rf"(?<!{_LETTER}){prefix}(?P<month>{names}){suffix}(?!{_LETTER})(?:\s*[/(]\s*(?:{names})\s*\)?)?"
    fillers = rf"(?:(?:{any_of(language.fillers)})(?!{_LETTER}){_GAP})*" if language.fillers else ""
    join = _GAP + fillers
    year = r"(?P<year>\d{4})(?![\d:])"
    any_year = r"(?P<year>\d{4}(?![\d:])|'\d{2}(?!\d)|\d{2}(?![\d:./]))"
    day = _day_pattern(language)
    patterns = [
        day + join + month + join + any_year,
        month + join + day + join + year,
        rf"(?<!\d){year}{join}{month}{join}{day}(?![\d:])",
        month + join + year,
    ]
    if language.year_words:
        said = rf"[\s-]*(?:{any_of(language.year_words)})(?!{_LETTER})"
        patterns.insert(3, rf"(?<!\d){year}{said}{join}{day}{join}{month}")
    return tuple(patterns)


def _day_pattern(language: LanguageProfile) -> str:
    """A day in figures or words, which is not the end of a longer one («سی و دوم») or of a range («3-5»)."""
    tens = {phrase.rpartition(" ")[0] for phrase in language.day_words}
    no_more = "".join(rf"(?<!{re.escape(words)}\s)" for words in sorted(tens - {""}))
    words = [any_of(tuple(language.day_words))] if language.day_words else []
    named = "|".join((r"(?<!\d[-–])\d{1,2}(?!\d)", *words))
    ordinal = _optional(language.day_suffixes, "[-'’]?")
    return rf"(?<![\d/.])(?<!\d:)(?<!{_LETTER}){no_more}(?P<day>{named})°?{ordinal}"


def _clock_patterns(language: LanguageProfile) -> Iterator[str]:
    """With a colon; with letters; with a full stop where a word or a zone beside it tells that it is a time."""
    english = profile("en")
    halves = any_of((*language.am, *language.pm, *english.am, *english.pm))
    half = rf"(?:\s*(?P<half>{halves})(?!{_LETTER}))?"
    spoken = f"|{any_of(tuple(language.zone_words))}" if language.zone_words else ""
    zone = rf"\(?(?P<zone>(?:gmt|utc)?[+-]\d\d?(?::?\d\d)?|{'|'.join(zone_names())}{spoken})(?![^\W_])"
    hour, minute = r"(?P<hour>\d{1,2})", r"(?P<minute>\d{2})"
    second = r"(?:\s?:\s?(?P<second>\d{2}))?(?![\d/])"
    yield rf"(?<![\d+/.])(?<!\d:){hour}\s?:\s?{minute}{second}{half}(?:\s*{zone})?"
    yield rf"(?<![\d:.])(?P<hour>\d{{1,2}})\s?(?:[时時點点]|{fold_word('시')})\s?(?P<minute>\d{{1,2}})\s?(?:分|{fold_word('분')})"
    yield rf"(?<![\d.]){hour}\.{minute}(?:\s*{zone}|\s*(?P<half>{halves})(?!{_LETTER}))"
    if language.hour_letter:
        yield rf"(?<![\d:]){hour}\s?h\s?{minute}?(?!{_LETTER}|\d)"
    if language.dotted_time and language.time_labels:
        yield rf"(?<!{_LETTER})(?:{any_of(language.time_labels)})\s*:?\s*{hour}\.{minute}(?!\d)"
    if language.dotted_time and language.time_suffixes:
        yield rf"(?<![\d.]){hour}\.{minute}\s*(?:{any_of(language.time_suffixes)})(?!{_LETTER})"
