"""Names that look like a network's and are in no catalogue."""

from __future__ import annotations

import pytest

from news.names import find_names, network_candidates
from news.values import Part


def candidates(text: str, language: str, *, title: str = "") -> list[str]:
    tags = find_names(title=title, text=text, language=language, source=None)
    return [one.text for one in network_candidates(title=title, text=text, tags=tags, language=language)]


@pytest.mark.parametrize(
    ("text", "language", "name"),
    [
        ("شیراز به شبکه شهرهای گل جهان پیوست", "fa", "شبکه شهرهای گل جهان"),
        ("انضمت صفاقس إلى شبكة مدن السلام العربية أمس", "ar", "شبكة مدن السلام العربية"),
        ("Sinop, Karadeniz Kıyı Belediyeler Birliği üyesi oldu", "tr", "Karadeniz Kıyı Belediyeler Birliği"),
        ("Kumasi joined the Network of Solar Cities last week", "en", "Network of Solar Cities"),
        ("It is in the African Smart Towns Network now", "en", "African Smart Towns Network"),
        (
            "Sousse rejoint le Réseau des villes durables de Méditerranée",
            "fr",
            "Réseau des villes durables de Méditerranée",
        ),
        ("Vigo entra en la Red de Ciudades Atlánticas", "es", "Red de Ciudades Atlánticas"),
        ("Jena tritt dem Städtenetzwerk Faire Städte bei", "de", "Städtenetzwerk Faire Städte"),
        ("Тула вступила в Союз зелёных городов", "ru", "Союз зелёных городов"),
    ],
)
def test_the_shape_of_a_name_is_enough(text: str, language: str, name: str) -> None:
    assert candidates(text, language) == [name]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("ساری به شبکه شهرهای خلاق یونسکو پیوست", "fa"),
        ("Gaziantep, Sağlıklı Kentler Birliği üyesi oldu", "tr"),
        ("The forum of the cities was long.", "en"),
        ("a network of roads between towns", "en"),
    ],
)
def test_known_networks_and_plain_words_are_none(text: str, language: str) -> None:
    assert candidates(text, language) == []


def test_a_candidate_tells_where_it_stands() -> None:
    title = "Kumasi in the Network of Solar Cities"
    (one,) = network_candidates(title=title, text="", tags=(), language="en")
    assert one.span.part is Part.TITLE
    assert title[one.span.start : one.span.end] == one.text == "Network of Solar Cities"
