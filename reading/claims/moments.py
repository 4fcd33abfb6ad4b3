"""Which bare years beside a joining are still news."""

from __future__ import annotations

from datetime import datetime, timedelta

import jdatetime
from hijridate import Gregorian

#: A year that ended so long ago at most is still news: December's joining, told in February.
_STILL_NEWS = timedelta(days=60)


def recent_years(now: datetime) -> frozenset[str]:
    """The years of `now` and of two months before it, in the three calendars, in Western digits."""
    days = (now.date(), (now - _STILL_NEWS).date())
    return frozenset(
        str(year)
        for day in days
        for year in (
            day.year,
            jdatetime.date.fromgregorian(date=day).year,
            Gregorian(day.year, day.month, day.day).to_hijri().year,
        )
    )
