from zoneinfo import ZoneInfo

import pytest

from news.languages.profiles import NEUTRAL, ProfileError, codes, profile, read_profile
from news.languages.tokens import fold
from news.values import Calendar

MAIN = ("ar", "de", "en", "es", "fa", "fr", "ru", "tr")
WITHOUT_MONTH_NAMES = {"ja", "zh"}


def test_the_main_languages_are_there() -> None:
    assert set(MAIN) <= set(codes())


@pytest.mark.parametrize("code", codes())
def test_every_file_is_whole(code: str) -> None:
    found = profile(code)
    assert found.code == code
    assert ZoneInfo(found.zone)
    assert found.calendars
    assert len(found.weekdays) == 7
    assert found.source_labels
    if code not in WITHOUT_MONTH_NAMES:
        for table in found.months.values():
            assert set(table.values()) == set(range(1, 13))


@pytest.mark.parametrize("code", codes())
def test_names_are_kept_folded(code: str) -> None:
    found = profile(code)
    names = [name for table in found.months.values() for name in table]
    for name in (*names, *found.source_labels, *found.date_labels, *found.common):
        assert fold(name) == name


@pytest.mark.parametrize("code", MAIN)
def test_the_main_languages_can_tell_relative_dates_and_sources(code: str) -> None:
    found = profile(code)
    assert found.relative.days
    assert found.relative.units
    assert found.relative.ago or found.relative.ago_first
    assert found.date_labels
    assert found.common


def test_a_weekday_and_a_month_have_one_meaning() -> None:
    persian = profile("fa")
    days = [name for names in persian.weekdays for name in names]
    assert len(days) == len(set(days))
    assert fold("سه‌شنبه") in persian.weekdays[1]
    assert persian.months[Calendar.JALALI][fold("اسفند")] == 12


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("أيار", 5),
        ("مايو", 5),
        ("ماي", 5),
        ("جويلية", 7),
        ("يوليوز", 7),
        ("غشت", 8),
        ("كانون الثاني", 1),
        ("دجنبر", 12),
    ],
)
def test_arabic_months_of_the_levant_the_maghreb_and_egypt(name: str, number: int) -> None:
    assert profile("ar").months[Calendar.GREGORIAN][fold(name)] == number


def test_regions_are_ignored_and_strangers_get_the_neutral_profile() -> None:
    assert profile("fa-IR") is profile("fa")
    assert profile("pt_BR") is profile("pt")
    assert profile("xx") is NEUTRAL
    assert profile("und") is NEUTRAL
    assert profile("../fa") is NEUTRAL


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('code = "xx"\nname = "X"\nscript = "Latn"\nfoo = 1', "foo"),
        ('code = "xx"\nname = "X"\nscript = "Latn"\n[months]\ngregorian = [["a"]]', "months.gregorian"),
        ('code = "xx"\nname = "X"\nscript = "Latn"\nweekdays = [["a"]]', "weekdays"),
        ('code = "yy"\nname = "X"\nscript = "Latn"', "code"),
        ('code = "xx"\nname = "X"\nscript = "Latn"\nsource_labels = ["—"]', "source_labels"),
        ("code = ", "xx.toml"),
    ],
)
def test_a_wrong_file_is_named_with_its_key(text: str, complaint: str) -> None:
    with pytest.raises(ProfileError, match=complaint):
        read_profile("xx.toml", text)


def test_a_month_cannot_have_two_numbers() -> None:
    months = ", ".join(f'["{name}"]' for name in "abcdefghijka")
    with pytest.raises(ProfileError, match="two months"):
        read_profile("xx.toml", f'code="xx"\nname="X"\nscript="Latn"\n[months]\ngregorian=[{months}]')
