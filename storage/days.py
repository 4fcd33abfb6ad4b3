"""Days as people type them in a search: Gregorian or Jalali, whole or only month or year, in digits of any script."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, tzinfo

import jdatetime

from news.languages.profiles import profile

_DAY = re.compile(r"(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2}))?)?")
#: Years of the Jalali calendar that a search may mean; Gregorian years are greater.
_JALALI = range(1200, 1600)


def day_span(written: str, zone: tzinfo = UTC) -> tuple[datetime, datetime] | None:
    """The first moment of a day, month or year, and the first one after it, UTC; None for what is none.

    A year between 1200 and 1599 is Jalali, and begins in Tehran; other days begin in `zone`.
    """
    found = _DAY.fullmatch(written.strip().rstrip("/-."))
    if found is None:
        return None
    year, month, day = (int(part) if part else None for part in found.groups())
    assert year is not None
    is_jalali = year in _JALALI
    first = (year, 1 if month is None else month, 1 if day is None else day)
    after = _following(year, month, day)
    where = profile("fa").zone_info if is_jalali else zone
    try:
        begin = _gregorian(first, is_jalali=is_jalali)
        end = (
            date.fromordinal(begin.toordinal() + 1)
            if after is None
            else _gregorian(after, is_jalali=is_jalali)
        )
        return _midnight(begin, where), _midnight(end, where)
    except (ValueError, OverflowError):
        return None


def _following(year: int, month: int | None, day: int | None) -> tuple[int, int, int] | None:
    """The first day after a month or year; None for a day."""
    if month is None:
        return (year + 1, 1, 1)
    if day is None:
        return (year + month // 12, month % 12 + 1, 1)
    return None


def _gregorian(parts: tuple[int, int, int], *, is_jalali: bool) -> date:
    if is_jalali:
        found: date = jdatetime.date(*parts).togregorian()
        return found
    return date(*parts)


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
