"""When a reader wishes to be written to: digests, quiet hours, the reader's own day."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from storage.rules import Manner, Rhythm

_DAY = timedelta(days=1)


def moment(manner: Manner, now: datetime) -> datetime | None:
    """When an alert of now is due, UTC; None for at once."""
    if manner.rhythm is Rhythm.IMMEDIATE:
        return _loud(manner, now) if is_quiet(manner, now) else None
    return next_digest(manner, now)


def next_digest(manner: Manner, now: datetime) -> datetime:
    """The next moment after now for a digest, never in quiet hours, UTC; daily for alerts that do not wait otherwise."""
    if manner.rhythm is Rhythm.HOURLY:
        local = now.astimezone(ZoneInfo(manner.zone))
        whole = local.replace(minute=0, second=0, microsecond=0).astimezone(UTC) + timedelta(hours=1)
        return _loud(manner, whole)
    return _loud(manner, _next_hour(manner, now, manner.hour, is_weekly=manner.rhythm is Rhythm.WEEKLY))


def day_start(manner: Manner, now: datetime) -> datetime:
    """Midnight of the reader's day, UTC."""
    zone = ZoneInfo(manner.zone)
    return _at(now.astimezone(zone).date(), 0, zone)


def is_quiet(manner: Manner, now: datetime) -> bool:
    """Whether the reader sleeps."""
    if manner.quiet is None:
        return False
    first, last = manner.quiet
    hour = now.astimezone(ZoneInfo(manner.zone)).hour
    return first <= hour < last if first < last else hour >= first or hour < last


def _loud(manner: Manner, planned: datetime) -> datetime:
    """The moment itself, or the end of the quiet hours it falls into."""
    if manner.quiet is None or not is_quiet(manner, planned):
        return planned.astimezone(UTC)
    return _next_hour(manner, planned, manner.quiet[1])


def _next_hour(manner: Manner, now: datetime, hour: int, *, is_weekly: bool = False) -> datetime:
    """The next time that the reader's clock shows the hour, on the weekday where that is asked."""
    zone = ZoneInfo(manner.zone)
    day = now.astimezone(zone).date()
    while (found := _at(day, hour, zone)) <= now or (is_weekly and day.weekday() != manner.weekday):
        day += _DAY
    return found


def _at(day: date, hour: int, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(hour), zone).astimezone(UTC)
