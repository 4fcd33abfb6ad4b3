"""Rules by which a network's name is found, each on its own."""

from __future__ import annotations

import pytest

from news.names import find_names
from news.values import Part, Source, SourceKind, Tag, TagKind

SCN = Source(key="scn", name="Strong Cities Network", kind=SourceKind.NETWORK, network="scn")


def tags(text: str, language: str = "en", *, title: str = "", source: Source | None = None) -> list[Tag]:
    found = find_names(title=title, text=text, language=language, source=source)
    return [tag for tag in found if tag.kind is TagKind.NETWORK]


def keys(text: str, language: str = "en", source: Source | None = None) -> list[tuple[str, str]]:
    return [(tag.key, tag.rule) for tag in tags(text, language, source=source)]


@pytest.mark.parametrize(
    ("text", "language", "key"),
    [
        ("مجمع شهرداران آسیایی", "fa", "amf"),
        ("مجمع شهرداران آسيايي", "fa", "amf"),
        ("سازمان شهرهای متحد و دولت‌های محلی", "fa", "uclg"),
        ("سازمان شهرهای متحد و دولتهای محلی", "fa", "uclg"),
        ("سازمان شهرهای متحد و دولت های محلی", "fa", "uclg"),
        ("شبکه جهانی شهرهای یادگیرنده یونسکو", "fa", "gnlc"),
        ("شبكة المدن القوية", "ar", "scn"),
        ("الشبكة العالمية لمدن التعلم لليونسكو", "ar", "gnlc"),
        ("Öğrenen Şehirler Küresel Ağı", "tr", "gnlc"),
        ("Réseau des villes créatives de l’UNESCO", "fr", "uccn"),
        ("Red de Ciudades Creativas de la Unesco", "es", "uccn"),
        ("联合国教科文组织创意城市网络", "zh", "uccn"),
    ],
)
def test_full_names(text: str, language: str, key: str) -> None:
    assert [found for found, _ in keys(text, language)] == [key]


@pytest.mark.parametrize(
    "text", ["لشبكة المدن القوية", "بشبكة المدن القوية", "وشبكة المدن القوية", "ولشبكة المدن القوية"]
)
def test_arabic_clitics(text: str) -> None:
    assert keys(text, "ar") == [("scn", "full-name")]


@pytest.mark.parametrize(
    "text",
    ["Güçlü Şehirler Ağı'na", "Güçlü Şehirler Ağı’nın", "Güçlü Şehirler Ağına", "Güçlü Şehirler Ağında"],
)
def test_turkish_suffixes(text: str) -> None:
    assert [key for key, _ in keys(text, "tr")] == ["scn"]


def test_russian_cases() -> None:
    assert keys("стал членом Всемирного союза исторических городов", "ru") == [("lhc", "full-name")]


def test_the_longest_name_wins_and_takes_its_words() -> None:
    assert keys("Global Covenant of Mayors for Climate & Energy") == [("gcom", "full-name")]
    assert [key for key, _ in keys("UCLG-MEWA met UCLG.")] == ["uclg-mewa", "uclg"]


def test_misprints_are_known() -> None:
    assert keys("رئیس منطقه سازمان USLG-MAWA", "fa") == [("uclg-mewa", "misprint")]
    assert keys("Global Parlimant of Mayors") == [("gpm", "misprint")]


def test_unverified_names_carry_their_own_rule() -> None:
    assert keys("منتدى رؤساء البلديات الآسيويين", "ar") == [("amf", "unverified-name")]


def test_an_ambiguous_acronym_alone_is_nothing() -> None:
    assert keys("The AMF fined the bank.") == []
    assert keys("MAP of the region") == []


def test_an_ambiguous_acronym_beside_its_name() -> None:
    assert ("amf", "acronym-with-name") in keys("The Asian Mayors Forum met. AMF was founded in Tehran.")


def test_an_ambiguous_acronym_beside_a_word_of_cities() -> None:
    assert keys("Several mayors came to the AMF meeting.") == [("amf", "acronym-in-context")]


def test_the_name_elsewhere_decides_between_two_networks() -> None:
    assert ("agmf", "acronym-with-name") in keys(
        "The ASEAN Governors and Mayors Forum met; the AMF is its old name."
    )


def test_an_ambiguous_acronym_keeps_its_capitals() -> None:
    assert keys("The mayors drew a map of the city.") == []
    assert keys("Metropolis counts many cities.") == [("metropolis", "acronym-in-context")]
    assert keys("The metropolis counts many cities.") == []


def test_descriptive_names_need_the_full_name() -> None:
    assert keys("المدن القوية تحتاج إلى بلديات", "ar") == []
    assert ("scn", "short-name") in keys("شبكة المدن القوية. المدن القوية شبكة مستقلة", "ar")


def test_a_networks_own_site_vouches_for_short_names() -> None:
    assert keys("المدن القوية شبكة مستقلة", "ar", SCN)[0] == ("scn", "publisher")
    assert keys("Join this network.", source=SCN) == [("scn", "publisher")]
    assert keys("اجتمعت المدن في الشبكة", "ar", SCN) == [("scn", "publisher")]
    assert keys("Join this network.") == []


def test_spans_count_in_the_unfolded_text() -> None:
    title, text = "Ağ: UCLG", "«سازمانِ شهرهای متحد و دولت‌های محلی» (UCLG)"
    for tag in tags(text, "fa", title=title):
        whole = title if tag.span.part is Part.TITLE else text
        assert whole[tag.span.start : tag.span.end] == tag.alias
    assert len(tags(text, "fa", title=title)) == 3


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Lagos and Accra joined C40 Cities", "en"),
        ("a grant from C40 Cities", "en"),
        ("C40 Kentleri yeni bir rapor yayımladı", "tr"),
        ("گزارش تازه شبکه C40", "fa"),
        ("le rapport du Groupe C40", "fr"),
    ],
)
def test_an_ambiguous_acronym_with_a_word_beside_it_is_a_full_name(text: str, language: str) -> None:
    assert keys(text, language) == [("c40", "full-name")]


def test_the_bare_acronym_still_needs_evidence() -> None:
    assert keys("The C40 engine was sold") == []
    assert keys("C40 Cities met. Then C40 spoke.") == [("c40", "full-name"), ("c40", "acronym-with-name")]


@pytest.mark.parametrize(
    ("text", "language", "key"),
    [
        ("Tabriz signed up to the Global Network of Learning City towns", "en", "gnlc"),
        ("la ville a rejoint le réseau des ville créative", "fr", "uccn"),
        ("im globalen Netzwerk der lernenden Städte", "de", "gnlc"),
        ("des Rates der Gemeinden und Regionen Europas", "de", "cemr"),
        ("Merlərin Qlobal Sazişinə qoşulub", "az", "gcom"),
        ("endama Tora Bajarên Afirînerê", "ku", "uccn"),
        ("в Глобальном парламенте мэров", "ru", "gpm"),
        ("加入全球气候与能源市长盟约", "zh", "gcom"),
        ("平和首長会議に加盟", "ja", "mayors-for-peace"),
        ("anggota Jejaring Kota Kreatif", "id", "uccn"),
    ],
)
def test_bent_and_translated_names(text: str, language: str, key: str) -> None:
    assert [found for found, _ in keys(text, language)] == [key]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Москва приняла C40", "ru"),
        ("Москва приняла С40", "ru"),
        ("Bogotá ya está en C40", "es"),
        ("Ankara C40'a girdi", "tr"),
        ("Surabaya masuk C40", "id"),
        ("成都加入C40", "zh"),
    ],
)
def test_a_city_vouches_for_an_acronym_that_means_little_else(text: str, language: str) -> None:
    assert keys(text, language) == [("c40", "acronym-near-city")]


def test_a_city_vouches_for_no_common_acronym() -> None:
    assert keys("The AMF fined a bank in Paris.") == []
    assert keys("A C40 of the old make was sold") == []


def test_the_host_vouches_for_a_descriptive_phrase() -> None:
    assert keys("L'Unesco a fait de Thiès une ville créative", "fr") == [("uccn", "short-name")]
    assert keys("Thiès veut être une ville créative", "fr") == []
    assert keys("who made this a healthy city?") == []


def test_a_region_beside_the_whole_means_its_section() -> None:
    assert keys("رئيسا لقسم الشرق الأوسط وغرب آسيا في منظمة المدن والحكومات المحلية المتحدة", "ar") == [
        ("uclg-mewa", "section")
    ]
    assert keys("بخش آسیا و اقیانوسیه سازمان شهرها و دولت‌های محلی متحد", "fa") == [("uclg-aspac", "section")]
    assert [key for key, _ in keys("UCLG met. The Asia-Pacific region grows.")] == ["uclg"]


def test_a_name_that_is_also_a_noun_keeps_its_capital() -> None:
    assert keys("la red Metrópolis reúne a muchas ciudades", "es") != []
    assert keys("una metrópolis de muchas ciudades", "es") == []
