"""The outlet that a copied story names at its foot."""

import pytest

from news.languages.profiles import profile
from reading.origin import split_origin

BODY = "The council met on Monday and voted for the plan."


@pytest.mark.parametrize(
    ("language", "foot", "name"),
    [
        ("ar", ["المصدر: وكالة الأنباء الأردنية (بترا)"], "وكالة الأنباء الأردنية (بترا)"),
        ("en", ["Source: Harbour News (weekly)"], "Harbour News (weekly)"),
        ("en", ["(Source: Harbour News)"], "Harbour News"),
        ("fa", ["منبع خبر", "ایسنا"], "ایسنا"),
        ("fa", ["منبع / ایسنا"], "ایسنا"),
        ("fa", ["منبع: «ایسنا»"], "ایسنا"),
        ("en", ["Via: Harbour Weekly"], "Harbour Weekly"),
        ("ru", ["По материалам: РИА Новости"], "РИА Новости"),
        ("tr", ["Kaynak | Liman Gazetesi"], "Liman Gazetesi"),
        ("fa", ["منبع آب شهر / رودخانه تازه شد."], None),
        ("en", ["Via the harbour / the old road it takes an hour."], None),
    ],
)
def test_the_label_at_the_foot_names_it(language: str, foot: list[str], name: str | None) -> None:
    found, lines = split_origin([BODY, *foot], profile(language))
    assert found == name
    assert lines == ([BODY] if name else [BODY, *foot])
