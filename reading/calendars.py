"""Days of the three calendars as days of one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import jdatetime
from hijridate import Hijri

from news.values import Calendar

#: Nothing on the web was published before.
EARLIEST = date(1990, 1, 1)
#: Clocks and zones differ, so a page may be dated a little after it was fetched.
LATEST_AFTER_NOW = timedelta(days=1)
#: First years that can only be Gregorian.
_GREGORIAN_FROM = 1700


def to_gregorian(calendar: Calendar, year: int, month: int, day: int) -> date | None:
    """The Gregorian day, or None where the calendar has no such day."""
    try:
        match calendar:
            case Calendar.JALALI:
                found = jdatetime.date(year, month, day).togregorian()
            case Calendar.HIJRI:
                found = Hijri(year, month, day).to_gregorian()
            case Calendar.GREGORIAN:
                found = date(year, month, day)
    except (ValueError, OverflowError):
        return None
    return date(found.year, found.month, found.day)


def plausible(day: date, now: datetime) -> bool:
    """Whether something can have been published on that day."""
    return EARLIEST <= day <= (now.astimezone(UTC) + LATEST_AFTER_NOW).date()


def resolve(
    calendars: Sequence[Calendar], year: int, month: int, day: int, now: datetime
) -> tuple[Calendar, date] | None:
    """The first of the calendars in which the numbers are a day that can have been news."""
    allowed = (Calendar.GREGORIAN,) if year >= _GREGORIAN_FROM else tuple(calendars)
    for calendar in allowed:
        found = to_gregorian(calendar, year, month, day)
        if found is not None and plausible(found, now):
            return calendar, found
    return None


def century(calendar: Calendar, short_year: int, now: datetime) -> int:
    """A year of two digits in full: the latest one that is not in the future."""
    this = {Calendar.JALALI: now.year - 621, Calendar.HIJRI: int((now.year - 622) * 33 / 32) + 1}.get(
        calendar, now.year
    )
    year = this - this % 100 + short_year
    return year if year <= this else year - 100
