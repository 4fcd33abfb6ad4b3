"""Dates as machines write them: ISO 8601 and its relatives, and the dates of mail and feeds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo

from news.values import Calendar, Precision
from reading.calendars import century, resolve

_OFFSET = r"[+-]\d{2}(?::?\d{2})?"
#: An offset, be it behind "GMT", or a zone's abbreviation, which is not half of a day.
_ZONE = rf"(?:GMT|UTC)?{_OFFSET}|(?!am\b|pm\b)[a-z]{{1,5}}"
_ISO = re.compile(
    r"(?P<year>\d{4})-?(?P<month>\d{2})(?:-?(?P<day>\d{2})"
    r"(?:(?:T|\s+)(?P<hour>\d{2}):?(?P<minute>\d{2})(?::?(?P<second>\d{2})(?:[.,]\d+)?)?"
    rf"\s*(?P<zone>{_ZONE})?)?)?(?:\[[\w/+-]+\])?",
    re.IGNORECASE,
)
_MAIL = re.compile(
    r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6},?\s+)?(?P<day>\d{1,2})[\s-]"
    r"(?P<month>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*[\s-]"
    r"(?P<year>\d{4}|\d{2})\s+(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?"
    rf"\s*(?P<zone>{_ZONE})?(?:\s*\(.*\))?",
    re.IGNORECASE,
)
#: What `date`, asctime and JavaScript print: «Sat Oct 07 14:30:20 IRST 2023», «Sat Oct 07 2023 14:30:20 GMT+0330».
_SYSTEM = re.compile(
    r"[a-z]{3}\s+(?P<month>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\s+(?P<day>\d{1,2})\s+"
    r"(?:(?P<first_year>\d{4})\s+)?(?P<hour>\d{2}):(?P<minute>\d{2}):(?P<second>\d{2})"
    rf"(?:\s+(?P<zone>{_ZONE}))?(?(first_year)|\s+(?P<last_year>\d{{4}}))(?:\s*\(.*\))?",
    re.IGNORECASE,
)
#: Seconds or milliseconds since 1970, as scripts keep them in attributes.
_EPOCH = re.compile(r"\d{9,10}(?:\d{3})?")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
#: Minutes east of Greenwich. Mail libraries take the names that they do not know for UTC.
_ZONES = {
    **dict.fromkeys(("Z", "UT", "UTC", "GMT", "WET"), 0),
    **dict.fromkeys(("CET", "WEST", "BST"), 60),
    **dict.fromkeys(("CEST", "EET", "SAST"), 120),
    **dict.fromkeys(("EEST", "TRT", "MSK", "МСК"), 180),
    **dict.fromkeys(("IRST",), 210),
    **dict.fromkeys(("IRDT", "AFT"), 270),
    **dict.fromkeys(("PKT", "UZT"), 300),
    **dict.fromkeys(("WIB",), 420),
    **dict.fromkeys(("HKT",), 480),
    **dict.fromkeys(("JST", "KST"), 540),
    **dict.fromkeys(("EST", "CDT"), -300),
    **dict.fromkeys(("EDT",), -240),
    **dict.fromkeys(("CST", "MDT"), -360),
    **dict.fromkeys(("MST", "PDT"), -420),
    **dict.fromkeys(("PST",), -480),
}
#: «ut» and «z» are words and letters in running text.
_SHORT_ZONE = 2
_Parts = dict[str, str | None]


@dataclass(frozen=True, slots=True)
class Moment:
    """An aware moment, how exactly it was written, and in which calendar."""

    moment: datetime
    precision: Precision
    calendar: Calendar


def iso(text: str, *, calendars: Sequence[Calendar], zone: tzinfo, now: datetime) -> Moment | None:
    """An ISO date, be its year Jalali or Hijri; `zone` holds where it has no offset.

    Midnight is what software writes for a day without a time, and is read as that.
    """
    found = _ISO.fullmatch(text)
    if found is None:
        return None
    parts = found.groupdict()
    resolved = resolve(calendars, int(parts["year"]), int(parts["month"]), int(parts["day"] or 1), now)
    if resolved is None:
        return None
    return _moment(*resolved, parts, zone)


def mail(text: str, *, zone: tzinfo, now: datetime) -> Moment | None:
    """A date of RFC 822 and its successors, or as systems and scripts print it in English.

    `zone` holds where it names none, or one that nobody knows.
    """
    found = _MAIL.fullmatch(text) or _SYSTEM.fullmatch(text)
    if found is None:
        return None
    parts = found.groupdict()
    written = parts.get("year") or parts.get("first_year") or parts["last_year"]
    year = int(written) if len(written) == 4 else century(Calendar.GREGORIAN, int(written), now)
    month = _MONTHS.index(parts["month"].lower()) + 1
    resolved = resolve((Calendar.GREGORIAN,), year, month, int(parts["day"]), now)
    return None if resolved is None else _moment(*resolved, parts, zone)


def is_machine_date(text: str) -> bool:
    """Whether a text has the form of a machine's date that names a day, be it possible or not."""
    found = _ISO.fullmatch(text) or _MAIL.fullmatch(text) or _SYSTEM.fullmatch(text)
    return bool(found and found["day"])


def from_epoch(text: str) -> str:
    """Seconds or milliseconds since 1970 as an ISO date; every other text as it is."""
    written = text.strip()
    if not _EPOCH.fullmatch(written):
        return text
    seconds = int(written) // (1000 if len(written) > 10 else 1)
    return datetime.fromtimestamp(seconds, UTC).isoformat()


def at(day: date, clock: time | None, *, seconds: bool, zone: tzinfo) -> tuple[datetime, Precision]:
    """The moment of a day with its time of day, where one is written and is not midnight."""
    if clock is None or clock == time():
        return datetime.combine(day, time(), zone), Precision.DAY
    return datetime.combine(day, clock, zone), Precision.SECOND if seconds else Precision.MINUTE


def zone_names() -> tuple[str, ...]:
    """The abbreviations that are known and long enough to be told from a word, in lower case."""
    return tuple(name.lower() for name in _ZONES if len(name) > _SHORT_ZONE)


def known_zone(written: str | None) -> tzinfo | None:
    """The zone of an offset or an abbreviation; None for none, or one unknown."""
    if not written:
        return None
    sign = max(written.find("+"), written.find("-"))
    if sign >= 0:
        return _offset(written[sign:])
    minutes = _ZONES.get(written.upper())
    return None if minutes is None else _fixed(minutes)


def _offset(written: str) -> tzinfo | None:
    digits = written[1:].strip().replace(":", "")
    digits = (digits.zfill(2) if len(digits) < 3 else digits).ljust(4, "0")
    minutes = int(digits[:2]) * 60 + int(digits[2:])
    return _fixed(-minutes if written[0] == "-" else minutes) if minutes < 24 * 60 else None


def _fixed(minutes: int) -> tzinfo:
    return timezone(timedelta(minutes=minutes)) if minutes else UTC


def _moment(calendar: Calendar, day: date, parts: _Parts, zone: tzinfo) -> Moment | None:
    try:
        clock = time(int(parts["hour"] or 0), int(parts["minute"] or 0), int(parts["second"] or 0))
    except ValueError:
        return None
    moment, precision = at(day, clock, seconds=bool(parts["second"]), zone=known_zone(parts["zone"]) or zone)
    return Moment(moment, precision if parts.get("day") else Precision.MONTH, calendar)
