"""The date of publication out of whatever text holds one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from news.languages.profiles import LanguageProfile
from news.languages.profiles import profile as read_profile
from news.languages.tokens import fold
from news.values import Calendar, Dated, Precision, Provenance
from reading.calendars import LATEST_AFTER_NOW, resolve
from reading.date_labels import labels
from reading.machine_dates import Moment, at, is_machine_date, iso, mail
from reading.written_dates import (
    Clock,
    Written,
    any_of,
    clock_near,
    clocks,
    dates,
    fold_line,
    yearless_days,
)

#: A date stands in a short text; what is longer is cut.
MAX_LENGTH = 400
_INVISIBLE = re.compile("[\u061c\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
_UNREAD = re.compile(r"(?<!\d)\d{1,2}(?P<mark>[/.-])\d{1,2}(?P=mark)(?:\d{4}|\d\d)(?!\d)")
_ANY_DIGIT = re.compile(r"\d")
#: Zones in which 03/04 is the fourth of March.
_MONTH_FIRST = ("America/", "US/", "Pacific/Honolulu")
_UNITS = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1)}


def parse_date(
    text: str,
    *,
    profile: LanguageProfile,
    zone: ZoneInfo,
    calendar: Calendar,
    provenance: Provenance,
    now: datetime,
) -> Dated | None:
    """The date of publication in a short text, as exact as it is written and no more.

    `zone` holds where none is written, `calendar` is the one that the source prefers. A date that its
    label calls one of change is passed over. Dates before 1990, more than a day after `now`, of no
    such day, or of two readings (03/04 on a page of unknown habits) give None.
    """
    cut = _cut(text)
    calendars = _calendars(profile, calendar)
    found = iso(cut, calendars=calendars, zone=zone, now=now) or mail(cut, zone=zone, now=now)
    if found is None:
        line = fold_line(cut)
        found = _written(line, profile, calendars, zone, now) or _relative(line, profile, zone, now)
    if found is None or found.moment > now + LATEST_AFTER_NOW:
        return None
    return Dated(
        moment=found.moment, precision=found.precision, provenance=provenance, calendar=found.calendar
    )


def names_day(text: str, *, profile: LanguageProfile, zone: ZoneInfo) -> bool:
    """Whether a text names a day of publication, be it one that nobody can believe."""
    cut = _cut(text)
    if is_machine_date(cut):
        return True
    line = fold_line(cut)
    found = dates(line, profile, day_first=_day_first(profile, zone)) if _ANY_DIGIT.search(line) else ()
    known = labels(profile)
    return any(written.day is not None and not known.is_other(line, written) for written in found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """Where a folded line tells of days and times of day."""

    #: the days, be they written or counted back from now («two hours ago», whose numbers are none)
    days: Sequence[Written]
    #: start and end of each of them and of each time of day
    spans: Sequence[tuple[int, int]]
    has_clock: bool


def marked_days(line: str, profile: LanguageProfile, *, zone: ZoneInfo) -> Marked:
    """The days and times of day in a folded line; those that only name a month are left out."""
    day_first = _day_first(profile, zone)
    found = list(dates(line, profile, day_first=day_first)) if _ANY_DIGIT.search(line) else []
    days = [written for written in found if written.day is not None]
    times = [(start, end) for _, start, end in clocks(line, profile)]
    if not days and (span := _relative_span(line, profile)):
        days = [Written(None, 0, 0, None, *span)]
        times = [] if span == (0, len(line)) else times
    return Marked(
        days=days, spans=[*((day.start, day.end) for day in days), *times], has_clock=len(times) > 0
    )


def _relative_span(line: str, language: LanguageProfile) -> tuple[int, int] | None:
    """Where a line says "two hours ago"; all of it where it says "yesterday at 14:05" and no more."""
    ago = _ago(language)
    if found := ago.search(line) if ago else None:
        return found.span()
    return (0, len(line)) if _days_back(line, language) else None


def is_bare(text: str, profile: LanguageProfile, *, zone: ZoneInfo) -> bool:
    """Whether a text is a date with its label, weekday and time of day and says nothing else.

    A date without its year is one here, and one of two readings: no line of a text is made of it.
    """
    line = fold_line(_cut(text))
    found = marked_days(line, profile, zone=zone)
    spans = list(found.spans) or [
        *yearless_days(line, profile),
        *(each.span() for each in _UNREAD.finditer(line)),
    ]
    if not spans or (found.days and all(labels(profile).is_event(line, day) for day in found.days)):
        return False
    for start, end in (*spans, *((start, end) for _, start, end in clocks(line, profile))):
        line = line[:start] + " " * (end - start) + line[end:]
    return not labels(profile).without(line, (*small_words(profile), *profile.modified_labels))


@lru_cache(maxsize=64)
def small_words(language: LanguageProfile) -> tuple[str, ...]:
    """What stands between and beside the parts of a date and says nothing else."""
    weekdays = (name for spoken in (language, read_profile("en")) for day in spoken.weekdays for name in day)
    words = (*language.fillers, *language.time_labels, *language.time_suffixes, *language.date_words)
    return (*weekdays, *words, *language.month_suffixes)


def _cut(text: str) -> str:
    return _INVISIBLE.sub("", text[:MAX_LENGTH]).strip()


@lru_cache(maxsize=256)
def _calendars(profile: LanguageProfile, preferred: Calendar) -> tuple[Calendar, ...]:
    return tuple(dict.fromkeys((preferred, *profile.calendars, *Calendar)))


def _written(
    line: str, language: LanguageProfile, calendars: Sequence[Calendar], zone: ZoneInfo, now: datetime
) -> Moment | None:
    if not _ANY_DIGIT.search(line):
        return None
    found = list(dates(line, language, day_first=_day_first(language, zone)))
    best = None
    for written in _believed(found, line, language):
        allowed = calendars if written.calendar is None else (written.calendar,)
        day_number = 1 if written.day is None else written.day
        resolved = resolve(allowed, written.year, written.month, day_number, now)
        if resolved:
            told = labels(language).publication(line, written) is not None
            rank = (written.day is None, not told, calendars.index(resolved[0]), written.start)
            if best is None or rank < best[0]:
                best = (rank, written, resolved)
    if best is None:
        return None
    _, written, (calendar, day) = best
    if written.day is None:
        return Moment(at(day, None, seconds=False, zone=zone)[0], Precision.MONTH, calendar)
    clock = clock_near(labels(language).without_change(line, found), written, language)
    if clock is None:
        return Moment(*at(day, None, seconds=False, zone=zone), calendar)
    return Moment(*at(day, clock.time, seconds=clock.seconds, zone=clock.zone or zone), calendar)


def _believed(found: Sequence[Written], line: str, language: LanguageProfile) -> list[Written]:
    """The dates of a line that tell of nothing but publication; a month alone only where it is part of no day.

    «31 June 2024» names no day, and so does not name the month either.
    """
    days = [written for written in found if written.day is not None]
    known = labels(language)
    return [
        written
        for written in found
        if not known.is_other(line, written)
        and (
            written.day is not None
            or not any(day.start < written.end and written.start < day.end for day in days)
        )
    ]


def _day_first(language: LanguageProfile, zone: ZoneInfo) -> bool | None:
    if language.day_first is not None:
        return language.day_first
    if zone.key.startswith(_MONTH_FIRST):
        return False
    return None if zone.key in ("UTC", "Etc/UTC", "GMT") else True


def _relative(line: str, language: LanguageProfile, zone: ZoneInfo, now: datetime) -> Moment | None:
    """Read "two hours ago" to the day, "five minutes ago" to the minute; `now` is when it was read."""
    here = now.astimezone(zone)
    if labels(language).begins_with_change(line):
        return None
    ago = _ago(language)
    found = ago.search(line) if ago else None
    if found is None:
        return _day_word(line, language, here)
    relative = language.relative
    named = fold(found["unit"] or found["unit2"])
    unit = relative.pairs.get(named) or relative.units[named]
    count = found["count"] or found["count2"] or ("2" if named in relative.pairs else "1")
    number = int(count) if count.isdecimal() else relative.counts[count]
    then = _back(here, number, unit)
    if unit == "minute" and not _larger_unit(language).search(line, 0, found.start()):
        return Moment(then.replace(second=0, microsecond=0), Precision.MINUTE, Calendar.GREGORIAN)
    return _that_day(here, then.date(), None)


def _back(here: datetime, number: int, unit: str) -> datetime:
    """So many units before a moment; hours are counted by the clock that no summer changes, days by the calendar."""
    if unit == "day":
        return here - timedelta(days=number)
    return (here.astimezone(UTC) - number * _UNITS[unit]).astimezone(here.tzinfo)


def _day_word(line: str, language: LanguageProfile, here: datetime) -> Moment | None:
    """Read "yesterday", and "yesterday at 14:05", where the line says nothing else."""
    found = _days_back(line, language)
    if found is None:
        return None
    days, clock = found
    return _that_day(here, (here - timedelta(days=days)).date(), clock)


def _days_back(line: str, language: LanguageProfile) -> tuple[int, Clock | None] | None:
    """How many days back a line reckons that holds no more than "yesterday" and a time of day."""
    if not any(map(str.isalpha, line)):
        return None
    clock, start, end = next(clocks(line, language), (None, 0, 0))
    said = labels(language).without(
        f"{line[:start]} {line[end:]}", language.time_labels + language.time_suffixes
    )
    days = language.relative.days.get(said)
    return None if days is None else (days, clock)


def _that_day(here: datetime, day: date, clock: Clock | None) -> Moment:
    zone = here.tzinfo or UTC
    if clock is None:
        return Moment(datetime.combine(day, time(), zone), Precision.DAY, Calendar.GREGORIAN)
    return Moment(
        *at(day, clock.time, seconds=clock.seconds, zone=clock.zone or zone), calendar=Calendar.GREGORIAN
    )


@lru_cache(maxsize=64)
def _larger_unit(language: LanguageProfile) -> re.Pattern[str]:
    """The hours before the minutes of «1 hour 20 minutes ago», which then are only read to the day."""
    return re.compile(rf"\d\s*(?:{any_of(tuple(language.relative.units))})\W*\w{{0,3}}\W*$")


@lru_cache(maxsize=64)
def _ago(language: LanguageProfile) -> re.Pattern[str] | None:
    relative = language.relative
    if not relative.units:
        return None
    units = any_of((*relative.units, *relative.pairs))
    number = "|".join((r"\d{1,2}", *map(re.escape, relative.counts)))
    more = "?" if relative.bare or relative.pairs else ""
    after = (
        rf"(?:(?P<count>{number})[\s'’]*){more}(?P<unit>{units})\s*(?:{any_of(relative.ago) or '(?!)'})(?!\w)"
    )
    before = rf"(?:{any_of(relative.ago_first) or '(?!)'})\s+(?:(?P<count2>{number})\s*){more}(?P<unit2>{units})(?!\w)"
    return re.compile(rf"(?<!\w)(?:{after}|{before})")
