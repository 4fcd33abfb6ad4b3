"""The room that pages take: what is used, what a day takes, when it will be full."""

from datetime import UTC, datetime, timedelta

import pytest

from crawler.evidence.budget import Room, measure, size

NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)
MB = 10**6


def room(**changes):
    return Room(**{"used": 10 * MB, "budget": 100 * MB, "free": 1000 * MB, "a_day": 1 * MB, **changes})


def write(folder, day, length, number=1):
    (folder / f"jarchi-{day:%Y%m%d}-host-{number:03d}.warc.gz").write_bytes(b"0" * length)


def test_a_folder_that_is_not_there_is_empty(tmp_path):
    found = measure(tmp_path / "a" / "warc", 100, NOW)
    assert (found.used, found.a_day, found.days_left, found.warning()) == (0, 0, None, None)
    assert found.free > 0


def test_the_rate_is_that_of_the_last_two_weeks(tmp_path):
    for days, length in ((0, 100), (1, 300), (13, 1000), (14, 9000), (100, 9000)):
        write(tmp_path, NOW - timedelta(days=days), length)
    write(tmp_path, NOW, 50, number=2)
    (tmp_path / "other.warc.gz").write_bytes(b"0" * 7)
    (tmp_path / "notes.txt").write_bytes(b"0" * 7)
    found = measure(tmp_path, 10**6, NOW)
    assert found.used == 100 + 300 + 1000 + 9000 + 9000 + 50 + 7
    assert found.a_day == pytest.approx(1450 / 14)


def test_the_rate_of_a_young_archive_counts_its_own_days(tmp_path):
    write(tmp_path, NOW - timedelta(days=1), 300)
    write(tmp_path, NOW, 100)
    assert measure(tmp_path, 10**6, NOW).a_day == 200


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (room(), None),
        (room(budget=0), None),
        (room(a_day=0), None),
        (room(a_day=9 * MB), "full in 10 days at 9 MB a day"),
        (room(free=3 * MB), "full in 3 days"),
        (room(a_day=200 * MB), "full in less than a day"),
        (room(used=95 * MB, a_day=0.01 * MB), "nearly full"),
        (room(used=100 * MB), "is full (100 MB of 100 MB used"),
        (room(free=0), "is full"),
    ],
)
def test_a_warning_comes_before_the_room_is_full(found, words):
    warning = found.warning()
    assert warning is None if words is None else words in warning
    assert found.as_object()["warning"] == warning


def test_sizes_for_people():
    assert [size(n) for n in (0, 999, 1500, 2 * MB, 50 * 10**9)] == [
        "0 bytes",
        "999 bytes",
        "1.5 kB",
        "2 MB",
        "50 GB",
    ]
