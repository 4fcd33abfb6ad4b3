"""Rules by which a city's name is found, each on its own."""

from __future__ import annotations

from itertools import pairwise

import pytest

from news.names import find_names, place
from news.values import Source, TagKind


def rules(
    text: str, language: str = "en", *, title: str = "", source: Source | None = None
) -> list[tuple[str, str]]:
    found = find_names(title=title, text=text, language=language, source=source)
    return [(place(tag.key).name, tag.rule) for tag in found if tag.kind is TagKind.CITY]


def keys(text: str, language: str = "en") -> list[str]:
    found = find_names(title="", text=text, language=language, source=None)
    return [tag.key for tag in found if tag.kind is TagKind.CITY]


def cities(text: str, language: str = "en", source: Source | None = None) -> list[str]:
    return [name for name, _ in rules(text, language, source=source)]


@pytest.mark.parametrize(
    ("text", "language", "city"),
    [
        ("در تهران", "fa", "Tehran"),
        ("خرم‌آباد", "fa", "Khorramabad"),
        ("خرم آباد", "fa", "Khorramabad"),
        ("خرماباد", "fa", "Khorramabad"),
        ("آنكارا", "fa", "Ankara"),
        ("بارسلونای اسپانیا", "fa", "Barcelona"),
        ("غازیانتپ", "fa", "Gaziantep"),
        ("في الرباط", "ar", "Rabat"),
        ("للرياض", "ar", "Riyadh"),
        ("وبغداد", "ar", "Baghdad"),
        ("ببغداد", "ar", "Baghdad"),
        ("İstanbul'un", "tr", "Istanbul"),
        ("ISTANBUL", "tr", "Istanbul"),
        ("Şanlıurfa’daki", "tr", "Şanlıurfa"),
        ("Ankara'da", "tr", "Ankara"),
        ("мэр Казани", "ru", "Kazan"),
        ("в Москве", "ru", "Moscow"),
        ("Téhéran", "fr", "Tehran"),
    ],
)
def test_spellings_and_suffixes(text: str, language: str, city: str) -> None:
    assert cities(text, language) == [city]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("بازار شبی وان داشت", "fa"),
        ("وأن البلدية قالت", "ar"),
        ("كان بريدًا إلكترونيا", "ar"),
        ("the city is nice and the reading was of interest", "en"),
        ("Ordu bugün yürüdü", "tr"),
        ("روزنامه تهران امروز نوشت", "fa"),
        ("به گزارش شهر خبر", "fa"),
        ("The New York Times wrote", "en"),
        ("دانشگاه تهران", "fa"),
        ("University of London", "en"),
        ("تهرانی‌ها", "fa"),
        ("جامعه به این مسئله می‌پردازد", "fa"),
        ("مرمت خانه‌ها از یکی از محله‌ها آغاز شد", "fa"),
        ("ارتفاع برف به ده سانتی متر رسید", "fa"),
        ("سعر التذكرة دينار واحد", "ar"),
        ("قال إن صالح وصل", "ar"),
        ("Bana göre her kişi sıra bekler", "tr"),
    ],
)
def test_words_papers_and_universities_are_no_cities(text: str, language: str) -> None:
    assert cities(text, language) == []


def test_a_word_of_cities_must_be_adjacent() -> None:
    assert cities("شهرداری یزد خبر داد", "fa") == ["Yazd"]
    assert rules("شهرداری وان", "fa") == [("Van", "trigger")]
    assert cities("شهرداری بزرگ وان", "fa") == []
    assert rules("Van Büyükşehir Belediyesi", "tr") == [("Van", "trigger")]
    assert rules("the city of Austin") == [("Austin", "trigger")]


def test_countries_come_before_the_cities_of_their_name() -> None:
    assert cities("اجلاس در رباط مراکش", "fa") == ["Rabat"]
    assert cities("سفر به تونس", "fa") == []
    assert cities("شهر تونس", "fa") == ["Tunis"]
    assert cities("مدينة الكويت", "ar") == ["Kuwait City"]


def test_a_country_behind_the_name_is_evidence() -> None:
    assert rules("Annaba (Algeria)", "tr") == [("Annaba", "safe")]
    assert rules("Buy (Russia)") == [("Buy", "country-adjacent")]
    assert cities("Tripoli, Lebanon") == ["Tripoli"]
    assert [tag.key for tag in find_names(title="", text="Tripoli, Lebanon", language="en", source=None)] == [
        "266826"
    ]
    assert [tag.key for tag in find_names(title="", text="Tripoli, Libya", language="en", source=None)] == [
        "2210247"
    ]


def test_the_sources_own_country_is_evidence() -> None:
    source = Source(key="a", name="A", country="TN")
    assert rules("سوسة جميلة", "ar") == []
    assert rules("سوسة جميلة", "ar", source=source) == [("Sousse", "own-country")]


def test_the_publishers_own_city_is_evidence() -> None:
    source = Source(key="van", name="Van", country="TR", city="298117")
    assert rules("Van yarın", "tr") == []
    assert rules("Van yarın", "tr", source=source) == [("Van", "publisher-city")]


def test_siblings_in_a_list_are_evidence() -> None:
    assert rules("تهران (2008)، استانبول (2011) و دوشنبه (2022)", "fa")[-1] == ("Dushanbe", "sibling")
    assert rules("روز دوشنبه", "fa") == []


def test_a_normal_name_in_title_and_text() -> None:
    assert rules("صيدا مدينة جميلة", "ar") == []
    assert rules("صيدا مدينة جميلة", "ar", title="صيدا") == [("Sidon", "repeated"), ("Sidon", "repeated")]


def test_names_of_networks_hold_no_cities() -> None:
    assert cities("the Milan Urban Food Policy Pact") == []


def test_a_word_that_announces_cities_is_none() -> None:
    assert cities("في مدينة الرباط", "ar") == ["Rabat"]


def test_spans_are_those_of_the_text() -> None:
    text = "سفر از «خرم‌آباد» به İstanbul'a"
    for tag in find_names(title="", text=text, language="fa", source=None):
        assert text[tag.span.start : tag.span.end] == tag.alias


def test_names_take_each_word_once() -> None:
    text = "تهران، مشهد، مجمع شهرداران آسیایی، UCLG-MEWA، پاریس و لندن"
    spans = sorted(
        (tag.span.start, tag.span.end) for tag in find_names(title="", text=text, language="fa", source=None)
    )
    assert all(left[1] <= right[0] for left, right in pairwise(spans))
    assert len(spans) == 6


@pytest.mark.parametrize(
    "text",
    [
        "صادق المجلس الشعبي لمدينة وهران على الميزانية",
        "تملك وهران مطارا، وللمدينة ميناء قديم",
        "التقى رئيس بلدية المدينة ضيوفه في وهران",
        "زار الوفد وهران والمدينة القديمة",
        "وصل القطار إلى المدينة قادما من وهران، وبالمدينة محطتان",
    ],
)
def test_the_city_is_not_medina(text: str) -> None:
    assert cities(text, "ar") == ["Oran"]


@pytest.mark.parametrize(
    "text",
    [
        "زار الوفد المدينة المنورة",
        "بلدية المدينة المنورة",
        "وصل إلى المدينة، السعودية، أمس",
        "للمدينة المنورة",
    ],
)
def test_medina_by_its_full_name_or_its_country(text: str) -> None:
    assert cities(text, "ar") == ["Medina"]


def test_the_mark_tells_amman_from_oman() -> None:
    assert rules("وصلت الطائرة إلى عمّان مساء", "ar") == [("Amman", "spelt-out")]
    assert rules("وصلت الطائرة إلى عمان مساء", "ar") == []


def test_a_country_or_state_may_stand_behind_a_preposition_or_as_an_adjective() -> None:
    assert keys("Tripoli in Lebanon") == ["266826"]
    assert keys("طرابلس في لبنان", "ar") == ["266826"]
    assert keys("کوردوبا در اسپانیا", "fa") == ["2519240"]
    assert keys("Birmingham, Alabama") == ["4049979"]
    assert cities("صور اللبنانية", "ar") == ["Tyre"]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("the writer Jack London spoke", "en"),
        ("a prize for Paris Hilton", "en"),
        ("das Buch von Frau Basler und Herr Hamburg", "de"),
        ("le match de l’Olympique de Marseille", "fr"),
        ("selon M. Strasbourg", "fr"),
        ("el concejal Ramón Cáceres habló", "es"),
        ("Başkan Vekili Ali Van konuştu", "tr"),
        ("trafik Ankara Caddesi boyunca durdu", "tr"),
        ("تیم منچستر یونایتد برد", "fa"),
        ("آقای کاشان آمد", "fa"),
    ],
)
def test_persons_clubs_and_streets_are_no_cities(text: str, language: str) -> None:
    assert cities(text, language) == []


def test_a_capital_that_begins_a_sentence_makes_no_name_with_the_city() -> None:
    assert cities("Ödül verildi. Törene Lefkoşa da katıldı.", "tr") == ["Nicosia"]


def test_a_countrys_name_is_no_small_towns() -> None:
    assert cities("Ministers from Lebanon, Jordan and Mali met") == []
    assert cities("تستضيف مراكش القمة", "ar") == ["Marrakesh"]
    assert cities("سفر به مراکش", "fa") == []


def test_a_preposition_of_place_is_evidence_for_a_name_that_is_no_word() -> None:
    assert ("Bor", "preposition") not in rules("one day in March")
    assert cities("one day in March") == []


def test_a_name_with_its_french_article_swallowed() -> None:
    assert cities("du port au Havre", "fr") == ["Le Havre"]
    assert cities("le maire du Mans", "fr") == ["Le Mans"]


def test_districts_of_turkey_are_cities_of_their_own() -> None:
    assert keys("Kadıköy Belediyesi", "tr") == ["7732501"]
    assert cities("Trabzon'un Of ilçesi", "tr") == ["Trabzon", "Of"]
    assert cities("Mehmetçik Büyükkonuk Belediyesi", "tr") == ["Mehmetçik Büyükkonuk"]


def test_short_names_of_two_words_need_both_capitals() -> None:
    assert cities("La Paz y Quito", "es") == ["La Paz", "Quito"]
    assert cities("la paz llega", "es") == []


def test_what_is_left_of_an_arabic_word_must_be_well_known() -> None:
    assert cities("استقبلت مدينة وهران وفدا", "ar") == ["Oran"]


def test_an_arabic_word_with_a_clitic_keeps_the_hamza_of_its_name() -> None:
    assert cities("وصل الوفد من الرياض إلى بأبها", "ar") == ["Riyadh", "Abha"]
    assert cities("مدينة الرياض فتحت بابها للزوار", "ar") == ["Riyadh"]
    assert cities("شارك مكتب مدينة ابها", "ar") == ["Abha"]


@pytest.mark.parametrize(
    ("text", "language"),
    [("Mayors from Africa and Asia met.", "en"), ("Ciudades de África y América", "es")],
)
def test_a_continents_name_is_no_towns(text: str, language: str) -> None:
    assert cities(text, language) == []


def test_a_word_of_the_languages_own_is_a_word_there_alone() -> None:
    assert cities("Die Stadt Essen", "de") == ["Essen"]
    assert cities("das Essen war gut", "de") == []
    assert cities("The choir flew to Essen", "en") == ["Essen"]


@pytest.mark.parametrize(
    ("text", "city"),
    [
        ("im Erfurter Rathaus", "Erfurt"),
        ("die Bremer Bürgerschaft", "Bremen"),
        ("der Basler Stadtpräsident", "Basel"),
        ("Kölns Brücken", "Köln"),
    ],
)
def test_german_forms_of_a_towns_name(text: str, city: str) -> None:
    assert cities(text, "de") == [city]


@pytest.mark.parametrize("text", ["Frankfurter Würstchen", "Jeder Bürgermeister", "Präsidentin Mantas"])
def test_german_words_that_only_look_like_forms_of_a_towns_name(text: str) -> None:
    assert cities(text, "de") == []


def test_another_city_of_its_country_is_evidence() -> None:
    assert rules("عادت نابل مع صفاقس", "ar") == [("Nabeul", "neighbour"), ("Sfax", "safe")]


def test_of_two_homonyms_the_one_beside_its_country_wins_each_time() -> None:
    assert keys("Granada (Spain), Granada (Nicaragua)") == ["2517117", "3619136"]


@pytest.mark.parametrize(
    ("text", "language", "city"),
    [
        ("成都加入网络", "zh", "Chengdu"),
        ("臺北市簽署", "zh", "Taipei"),
        ("長崎市長が出席", "ja", "Nagasaki"),
        ("マンチェスターで開かれた", "ja", "Manchester"),
        ("Gəncədə sessiya", "az", "Ganja"),
        ("Bakıdakı oyun", "az", "Baku"),
        ("Li Silêmaniyê pêşangeh vebû", "ku", "Sulaymaniyah"),
        ("şaredariya Amedê", "ku", "Diyarbakır"),
        ("мэр Череповца", "ru", "Cherepovets"),
        ("в Саратове", "ru", "Saratov"),
        ("Galway City Council voted", "en", "Galway"),
        ("زار الوفد سنغافورة", "ar", "Singapore"),
    ],
)
def test_forms_and_scripts_of_more_languages(text: str, language: str, city: str) -> None:
    assert cities(text, language) == [city]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Mersin Limanı'nda", "tr"),
        ("впереди Славянский базар", "ru"),
        ("встреча с Ростовым", "ru"),
        ("ローマンな夜", "ja"),
        ("奈良県の発表", "ja"),
        ("联合声明", "zh"),
    ],
)
def test_words_that_only_begin_like_a_city(text: str, language: str) -> None:
    assert not set(cities(text, language)) - {"Mersin"}


def test_a_small_town_of_the_languages_own_country_needs_an_article_on_towns() -> None:
    assert cities("Überlingen ist schön", "de") == []
    assert rules("Überlingen ist schön. Der Gemeinderat tagte.", "de") == [("Überlingen", "at-home")]


def test_an_apostrophe_makes_an_everyday_word_of_turkish_a_name() -> None:
    assert rules("Belediyeler Kars'ın sevincini paylaştı", "tr") == [("Kars", "suffixed")]
    assert rules("Belediyeler Foça'yı tebrik etti", "tr") == [("Foça", "suffixed")]
    assert cities("Belediyeler yeni bir kars gördü", "tr") == []


@pytest.mark.parametrize(
    "text",
    ["خبر را اعلام کرد و بندرعباس شاد شد", "شهر تازه بندرعباس", "این هفته پایان یافت، بندرعباس شاد شد"],
)
def test_an_everyday_word_is_no_small_town_beside_a_city(text: str) -> None:
    assert cities(text, "fa") == ["Bandar Abbas"]


@pytest.mark.parametrize("text", ["کیش به عضویت شبکه درآمد", "با عضویت کیش در شبکه موافقت شد"])
def test_a_town_between_words_of_membership(text: str) -> None:
    assert rules(text, "fa") == [("Kish", "member")]


def test_an_everyday_word_before_a_verb_of_membership_is_no_town() -> None:
    assert cities("این رسم با کیش ما بیگانه بود", "fa") == []


@pytest.mark.parametrize(
    ("text", "language", "city"),
    [
        ("Псков официально принят в союз.", "ru", "Pskov"),
        ("Им стала Тула.", "ru", "Tula"),
        ("Salamanca entra en la red.", "es", "Salamanca"),
        ("Segovia recibe el diploma.", "es", "Segovia"),
        ("شهردار ساوه خبر داد.", "fa", "Saveh"),
        ("نالت مسقط عضوية المنظمة، كما قالت البلدية.", "ar", "Muscat"),
        ("Bari's admission was ratified.", "en", "Bari"),
        ("The City of Greater Geelong met.", "en", "Geelong"),
    ],
)
def test_towns_whose_namesakes_or_endings_hid_them(text: str, language: str, city: str) -> None:
    assert cities(text, language) == [city]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Планы мэрии на будущий год.", "ru"),
        ("Столица Армении теперь участник сети.", "ru"),
        ("Bu ağın üyesi. Körfez ülkeleri ve termal su.", "tr"),
        ("Ağın üyeleri termal suyu konuştu. Termal su boldur.", "tr"),
        ("Greater Paris joined on Monday.", "en"),
    ],
)
def test_words_that_are_no_town_here(text: str, language: str) -> None:
    assert cities(text, language) == []


def test_a_name_that_is_a_word_too_is_a_town_beside_a_network() -> None:
    assert rules("Listeye ICLEI'nin kabul ettiği Düzce eklendi.", "tr") == [("Düzce", "beside-network")]
    assert cities("Listeye Düzce bir yol eklendi.", "tr") == []


@pytest.mark.parametrize(
    ("text", "language", "town"),
    [
        ("Союз балтийских городов: плюс один. Плюс этот — Пярну.", "ru", "Pärnu"),
        ("وقعت نابل عقدا مع منظمة المدن والحكومات المحلية المتحدة.", "ar", "Nabeul"),
    ],
)
def test_a_town_is_one_beside_a_sentence_that_names_a_network(text: str, language: str, town: str) -> None:
    assert (town, "of-a-network") in rules(text, language)


def test_a_town_far_from_the_network_needs_evidence_of_its_own() -> None:
    said = "Союз балтийских городов растёт. Погода хороша. Дождя нет. Пярну спит."
    assert cities(said, "ru") == []


def test_a_name_that_waits_for_a_city_speaks_of_towns() -> None:
    assert cities("Unser Coburg ist Teil von Energy Cities.", "de") == ["Coburg"]
    assert cities("Unser Coburg ist Teil von allem.", "de") == []


@pytest.mark.parametrize(
    ("text", "language", "key"), [("Sinop mutlu.", "tr", "739600"), ("آبادان گرم است.", "fa", "145459")]
)
def test_a_hand_kept_town_at_home_leads_its_larger_namesakes_abroad(
    text: str, language: str, key: str
) -> None:
    assert keys(text, language) == [key]
