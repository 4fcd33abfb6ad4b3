"""The date of publication out of whatever text holds one."""

from __future__ import annotations

import re
from collections.abc import Sequence
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
from reading.written_dates import Clock, Written, any_of, clock_near, clocks, dates, fold_line

#: A date stands in a short text; what is longer is cut.
MAX_LENGTH = 400
_INVISIBLE = re.compile("[\u061c\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
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
    changed = labels(profile)
    return any(written.day is not None and not changed.is_change(line, written) for written in found)


def is_bare(text: str, profile: LanguageProfile, zone: ZoneInfo) -> bool:
    """Whether a text is a date with its label, weekday and time of day and says nothing else."""
    line = fold_line(_cut(text))
    found = [
        written
        for written in dates(line, profile, day_first=_day_first(profile, zone))
        if written.day is not None
    ]
    if not found:
        return bool(_has_ago(line, profile))
    spans = [(written.start, written.end) for written in found]
    spans += [(start, end) for _, start, end in clocks(line, profile)]
    rest = "".join(
        " " if any(start <= at < end for start, end in spans) else char for at, char in enumerate(line)
    )
    return not labels(profile).without(rest, _small_words(profile))


def _has_ago(line: str, language: LanguageProfile) -> bool:
    ago = _ago(language)
    found = ago.search(line) if ago else None
    return bool(found and not labels(language).without(line.replace(found.group(), " ")))


@lru_cache(maxsize=64)
def _small_words(language: LanguageProfile) -> tuple[str, ...]:
    """What stands between the parts of a date."""
    weekdays = (name for spoken in (language, read_profile("en")) for day in spoken.weekdays for name in day)
    words = (*language.fillers, *language.time_labels, *language.time_suffixes, *language.modified_labels)
    return (*weekdays, *words, *language.month_suffixes)


def _cut(text: str) -> str:
    return _INVISIBLE.sub("", text[:MAX_LENGTH]).strip()


@lru_cache(maxsize=256)
def _calendars(profile: LanguageProfile, preferred: Calendar) -> tuple[Calendar, ...]:
    return tuple(dict.fromkeys((preferred, *profile.calendars, *Calendar)))


def date_length(text: str, profile: LanguageProfile, zone: ZoneInfo) -> int:
    """How many characters of a folded line its longest date takes; 0 without one that names a day."""
    if not _ANY_DIGIT.search(text):
        return 0
    found = dates(fold_line(text[:MAX_LENGTH]), profile, day_first=_day_first(profile, zone))
    return max((written.end - written.start for written in found if written.day is not None), default=0)


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
            told = labels(language).is_publication(line, written)
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
    """The dates of a line that do not tell of a change; a month alone only where it is part of no day.

    «31 June 2024» names no day, and so does not name the month either.
    """
    days = [written for written in found if written.day is not None]
    changed = labels(language)
    return [
        written
        for written in found
        if not changed.is_change(line, written)
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
    then = here - number * _UNITS[unit]
    if unit == "minute" and not _larger_unit(language).search(line, 0, found.start()):
        return Moment(then.replace(second=0, microsecond=0), Precision.MINUTE, Calendar.GREGORIAN)
    return _that_day(here, then.date(), None)


def _day_word(line: str, language: LanguageProfile, here: datetime) -> Moment | None:
    """Read "yesterday", and "yesterday at 14:05", where the line says nothing else."""
    if not any(map(str.isalpha, line)):
        return None
    clock, start, end = next(clocks(line, language), (None, 0, 0))
    said = labels(language).without(
        f"{line[:start]} {line[end:]}", language.time_labels + language.time_suffixes
    )
    days = language.relative.days.get(said)
    return None if days is None else _that_day(here, (here - timedelta(days=days)).date(), clock)


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
