"""Regions with councils of their own are members, the city of their name is not; unknown networks wait for a person."""

from __future__ import annotations

import pytest

from news.names import find_names, place
from news.values import Claim
from reading.claims import read_claims


def claimed(text: str, language: str) -> list[Claim]:
    tags = find_names(title="", text=text, language=language, source=None)
    return list(read_claims(title="", text=text, tags=tags, language=language, source=None))


@pytest.mark.parametrize(
    ("text", "language", "member"),
    [
        ("The Region of Catalonia has become a member of ICLEI.", "en", "Catalonia"),
        ("La Région Bretagne a rejoint le réseau ICLEI ce lundi.", "fr", "Brittany"),
        ("Le département de la Gironde a adhéré à CGLU.", "fr", "Gironde"),
        ("La Regione Toscana ha aderito a ICLEI.", "it", "Tuscany"),
        ("استان آذربایجان شرقی به عضویت شبکه ایکلی درآمد.", "fa", "East Azerbaijan"),
        ("Московская область вступила в ОГМВ.", "ru", "Moscow Province"),
        ("انضمت جهة سوس ماسة إلى منظمة إيكلي.", "ar", "Souss-Massa"),
    ],
)
def test_a_region_with_a_word_for_one_is_the_member(text: str, language: str, member: str) -> None:
    (claim,) = claimed(text, language)
    assert claim.member is not None
    assert (place(claim.member).name, claim.alerts) == (member, True)
    assert place(claim.member).kind in ("region", "county")


@pytest.mark.parametrize(
    ("text", "language", "name"),
    [
        ("Der Landkreis Göttingen ist dem Klima-Bündnis beigetreten.", "de", "Landkreis Göttingen"),
        ("Kent County Council has joined ICLEI as a full member.", "en", "Kent County Council"),
        ("La provincia de Córdoba se ha incorporado a ICLEI.", "es", "provincia de Córdoba"),
    ],
)
def test_a_region_that_no_table_tells_apart_waits_under_its_name(text: str, language: str, name: str) -> None:
    (claim,) = claimed(text, language)
    assert (claim.member, claim.member_name, claim.alerts) == (None, name, False)


@pytest.mark.parametrize(
    ("text", "language", "member"),
    [
        (
            "Die Stadt Duderstadt im Landkreis Göttingen ist dem Klima-Bündnis beigetreten.",
            "de",
            "Duderstadt",
        ),
        ("شهر رشت در استان گیلان به عضویت شبکه ایکلی درآمد.", "fa", "Rasht"),
        ("Konya ilinin Akşehir ilçesi Cittaslow üyeliğine kabul edildi.", "tr", "Akşehir"),
    ],
)
def test_the_region_of_a_town_is_no_member(text: str, language: str, member: str) -> None:
    (claim,) = claimed(text, language)
    assert claim.member is not None
    assert place(claim.member).name == member


@pytest.mark.parametrize(
    ("text", "language", "name"),
    [
        ("شیراز به شبکه شهرهای گل جهان پیوست", "fa", "شبکه شهرهای گل جهان"),
        ("انضمت صفاقس إلى شبكة مدن السلام العربية أمس", "ar", "شبكة مدن السلام العربية"),
        (
            "Sousse rejoint le Réseau des villes durables de Méditerranée",
            "fr",
            "Réseau des villes durables de Méditerranée",
        ),
        ("Vigo entra en la Red de Ciudades Atlánticas", "es", "Red de Ciudades Atlánticas"),
    ],
)
def test_an_unknown_network_waits_under_its_whole_name(text: str, language: str, name: str) -> None:
    (claim,) = claimed(text, language)
    assert (claim.network, claim.network_name, claim.alerts) == (None, name, False)
