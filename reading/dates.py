"""The date of publication out of whatever text holds one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from news.languages.profiles import LanguageProfile
from news.values import Calendar, Dated, Precision, Provenance
from reading.calendars import LATEST_AFTER_NOW, resolve
from reading.machine_dates import Moment, at, iso, mail
from reading.written_dates import any_of, clock_near, dates, fold_line

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
    """The first date in a short text, as exact as it is written and no more.

    `zone` holds where none is written, `calendar` is the one that the source prefers. Dates before
    1990, more than a day after `now`, or of two readings (03/04 on a page of unknown habits) give None.
    """
    cut = _INVISIBLE.sub("", text[:MAX_LENGTH]).strip()
    calendars = tuple(dict.fromkeys((calendar, *profile.calendars, *Calendar)))
    found = (
        iso(cut, calendars=calendars, zone=zone, now=now)
        or mail(cut, zone=zone, now=now)
        or _written(fold_line(cut), profile, calendars, zone, now)
        or _relative(fold_line(cut), profile, zone, now)
    )
    if found is None or found.moment > now + LATEST_AFTER_NOW:
        return None
    return Dated(
        moment=found.moment, precision=found.precision, provenance=provenance, calendar=found.calendar
    )


def date_length(text: str, profile: LanguageProfile, zone: ZoneInfo) -> int:
    """How many characters of a folded line its longest date takes; 0 without one that names a day."""
    if not _ANY_DIGIT.search(text):
        return 0
    found = dates(fold_line(text[:MAX_LENGTH]), profile, day_first=_day_first(profile, zone))
    return max((written.end - written.start for written in found if written.day), default=0)


def _written(
    line: str, language: LanguageProfile, calendars: Sequence[Calendar], zone: ZoneInfo, now: datetime
) -> Moment | None:
    if not _ANY_DIGIT.search(line):
        return None
    found = []
    for written in dates(line, language, day_first=_day_first(language, zone)):
        allowed = calendars if written.calendar is None else (written.calendar,)
        resolved = resolve(allowed, written.year, written.month, written.day or 1, now)
        if resolved:
            rank = (written.day is None, calendars.index(resolved[0]), written.start)
            found.append((rank, written, resolved))
    if not found:
        return None
    _, written, (calendar, day) = min(found, key=lambda entry: entry[0])
    clock = clock_near(line, written, language) if written.day else None
    if clock is None:
        moment, precision = at(day, None, seconds=False, zone=zone)
    else:
        moment, precision = at(day, clock.time, seconds=clock.seconds, zone=clock.zone or zone)
    return Moment(moment, precision if written.day else Precision.MONTH, calendar)


def _day_first(language: LanguageProfile, zone: ZoneInfo) -> bool | None:
    if language.day_first is not None:
        return language.day_first
    if zone.key.startswith(_MONTH_FIRST):
        return False
    return None if zone.key in ("UTC", "Etc/UTC", "GMT") else True


def _relative(line: str, language: LanguageProfile, zone: ZoneInfo, now: datetime) -> Moment | None:
    """Read "two hours ago" to the day, "five minutes ago" to the minute; `now` is when it was read."""
    here = now.astimezone(zone)
    ago = _ago(language)
    found = ago.search(line) if ago else None
    if found:
        unit = language.relative.units[found["unit"] or found["unit2"]]
        count = found["count"] or found["count2"] or "1"
        number = int(count) if count.isdecimal() else language.relative.counts[count]
        then = here - number * _UNITS[unit]
        if unit == "minute":
            return Moment(then.replace(second=0, microsecond=0), Precision.MINUTE, Calendar.GREGORIAN)
        return Moment(datetime.combine(then.date(), time(), zone), Precision.DAY, Calendar.GREGORIAN)
    days = language.relative.days.get(" ".join(re.findall(r"\w+", line)))
    if days is None:
        return None
    day = (here - timedelta(days=days)).date()
    return Moment(datetime.combine(day, time(), zone), Precision.DAY, Calendar.GREGORIAN)


@lru_cache(maxsize=64)
def _ago(language: LanguageProfile) -> re.Pattern[str] | None:
    relative = language.relative
    if not relative.units:
        return None
    units = any_of(tuple(relative.units))
    number = "|".join((r"\d{1,2}", *map(re.escape, relative.counts)))
    more = "?" if relative.bare else ""
    after = rf"(?:(?P<count>{number})\s*){more}(?P<unit>{units})\s+(?:{any_of(relative.ago) or '(?!)'})(?!\w)"
    before = rf"(?:{any_of(relative.ago_first) or '(?!)'})\s+(?:(?P<count2>{number})\s*){more}(?P<unit2>{units})(?!\w)"
    return re.compile(rf"(?<!\w)(?:{after}|{before})")
