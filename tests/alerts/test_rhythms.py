"""When readers are written to, in their own zone."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.rhythms import day_start, is_quiet, moment, next_digest
from storage.rules import Manner, Rhythm


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+00:00")


@pytest.mark.parametrize(
    ("manner", "now", "expected"),
    [
        ({}, "2024-05-01T09:00", None),
        ({"rhythm": Rhythm.HOURLY}, "2024-05-01T09:00", "2024-05-01T10:00"),
        # half an hour beside UTC: the reader's whole hour
        ({"rhythm": Rhythm.HOURLY, "zone": "Asia/Tehran"}, "2024-05-01T09:10", "2024-05-01T09:30"),
        ({"rhythm": Rhythm.DAILY, "zone": "Asia/Tehran"}, "2024-05-01T09:00", "2024-05-02T04:30"),
        ({"rhythm": Rhythm.DAILY, "zone": "Asia/Tehran", "hour": 18}, "2024-05-01T09:00", "2024-05-01T14:30"),
        ({"rhythm": Rhythm.DAILY}, "2024-05-01T08:00", "2024-05-02T08:00"),
        # a Wednesday; the reader's Saturday
        (
            {"rhythm": Rhythm.WEEKLY, "weekday": 5, "zone": "Asia/Tehran"},
            "2024-05-01T09:00",
            "2024-05-04T04:30",
        ),
        ({"rhythm": Rhythm.WEEKLY, "weekday": 2}, "2024-05-01T07:00", "2024-05-01T08:00"),
        ({"rhythm": Rhythm.WEEKLY, "weekday": 2}, "2024-05-01T09:00", "2024-05-08T08:00"),
        ({"quiet": (22, 7)}, "2024-05-01T21:59", None),
        ({"quiet": (22, 7)}, "2024-05-01T22:00", "2024-05-02T07:00"),
        ({"quiet": (22, 7)}, "2024-05-02T06:59", "2024-05-02T07:00"),
        ({"quiet": (22, 7)}, "2024-05-02T07:00", None),
        ({"quiet": (12, 14), "zone": "Asia/Tehran"}, "2024-05-01T09:00", "2024-05-01T10:30"),
        ({"rhythm": Rhythm.HOURLY, "quiet": (22, 7)}, "2024-05-01T21:30", "2024-05-02T07:00"),
        ({"rhythm": Rhythm.DAILY, "hour": 23, "quiet": (22, 7)}, "2024-05-01T09:00", "2024-05-02T07:00"),
        # the clocks of Berlin go forward in that night
        ({"rhythm": Rhythm.DAILY, "zone": "Europe/Berlin"}, "2024-03-30T09:00", "2024-03-31T06:00"),
    ],
)
def test_an_alert_is_due(manner: dict[str, Any], now: str, expected: str | None) -> None:
    assert moment(Manner(**manner), at(now)) == (at(expected) if expected else None)


def test_the_readers_day_begins_at_the_readers_midnight() -> None:
    assert day_start(Manner(zone="Asia/Tehran"), at("2024-05-01T20:00")) == at("2024-04-30T20:30")
    assert day_start(Manner(zone="Asia/Tehran"), at("2024-05-01T20:30")) == at("2024-05-01T20:30")


hours = st.integers(0, 23)
manners = st.builds(
    Manner,
    rhythm=st.sampled_from(Rhythm),
    hour=hours,
    weekday=st.integers(0, 6),
    zone=st.sampled_from(["UTC", "Asia/Tehran", "Europe/Berlin", "America/New_York", "Asia/Kathmandu"]),
    quiet=st.none() | st.tuples(hours, hours).filter(lambda pair: pair[0] != pair[1]),
)


@given(manner=manners, now=st.datetimes(datetime(2024, 1, 1), datetime(2026, 1, 1)))  # noqa: DTZ001 - in UTC below
def test_a_digest_comes_after_now_within_a_week_and_a_day_and_never_at_night(
    manner: Manner, now: datetime
) -> None:
    found = next_digest(manner, now.replace(tzinfo=UTC))
    assert timedelta(0) < found - now.replace(tzinfo=UTC) <= timedelta(days=8, hours=1)
    assert not is_quiet(manner, found)


@pytest.mark.parametrize(
    "wrong",
    [
        {"hour": 24},
        {"weekday": 7},
        {"zone": "Tehran"},
        {"zone": "../etc"},
        {"quiet": (7, 7)},
        {"quiet": (22, 30)},
    ],
)
def test_a_manner_that_is_none_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"not an? |never end"):
        Manner(**wrong)
