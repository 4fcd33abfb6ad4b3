import pytest

from reading.boilerplate import clean
from reading.icons import is_icons, without_icons

FA = "شورای شهر نمونه امروز دربارهٔ ساخت سه بوستان محلی در کناره‌های رود گفت‌وگو کرد و رأی داد."
EN = "The council of the sample town voted today on three small parks along the river."


@pytest.mark.parametrize(
    "line",
    [
        "arrow_back", "keyboard_double_arrow_left", "local_parking", "location_on", "fa-solid", "glyphicon-print", "chevron-right", "icon-clock2",
        "play_circle_outline", "open_in_new", "facebook-f linkedin-in x-twitter", "closefacebooklinkedinsearch", "arrow-leftarrow-right",
        "menu", "search", "share", "thumb_up", "calendar_month | access_time", "rss_feed", "visibility_off",
    ],
)  # fmt: skip
def test_names_of_icons_alone_on_a_line_are_none_of_the_text(line: str) -> None:
    assert clean([FA, line, FA]) == [FA, FA]
    assert clean([EN, line, EN]) == [EN, EN]


@pytest.mark.parametrize("line", ["person", "calendar", "visibility", "schedule"])
def test_a_lone_word_is_an_icon_only_beside_another_script(line: str) -> None:
    assert clean([FA, line, FA]) == [FA, FA]
    assert clean([EN, line, EN]) == [EN, line, EN]


@pytest.mark.parametrize(
    "line",
    [
        "eBay", "iPhone", "UCLG", "Eurocities", "adidas", "wi-fi", "covid-19", "e-government", "al-quds", "info@example.org", "www.example.org", "#smart_city",
        "@sample_city", "mashhad_news", "ISO 37120", "Share", "bus, tram, metro", "h2o", "nginx", "Resilient Cities Network",
    ],
)  # fmt: skip
def test_names_and_addresses_in_latin_letters_stay(line: str) -> None:
    assert not is_icons(line, foreign=True)
    assert without_icons(f"{line} در شهر ما") == f"{line} در شهر ما"
    assert without_icons(f"در شهر ما {line}") == f"در شهر ما {line}"


@pytest.mark.parametrize(
    ("line", "rest"),
    [
        ("arrow_backبازگشت شهردار از سفر", "بازگشت شهردار از سفر"),
        ("افتتاح الجسر chevron_right", "افتتاح الجسر"),
        ("chevron-leftخبر بعدی", "خبر بعدی"),
        ("location_on میدان مرکزی می\u200cشود", "میدان مرکزی می\u200cشود"),
        ("local_parking Yeni otopark hizmete girdi", "Yeni otopark hizmete girdi"),
        ("up-to-date نگه داشتن داده\u200cها", "up-to-date نگه داشتن داده\u200cها"),
        ("خدمات drive-in در پارکینگ", "خدمات drive-in در پارکینگ"),
        ("ثبت\u200cنام با sign-up", "ثبت\u200cنام با sign-up"),
        ("arrow-left is the name of the file", "arrow-left is the name of the file"),
        ("email خود را بنویسید", "email خود را بنویسید"),
    ],
)
def test_a_name_glued_to_a_line_is_taken_off(line: str, rest: str) -> None:
    assert without_icons(line) == rest


def test_a_list_of_everyday_words_stays() -> None:
    assert clean([EN, "bus", "train", "car", EN]) == [EN, "bus", "train", "car", EN]
