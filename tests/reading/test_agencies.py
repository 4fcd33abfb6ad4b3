"""Where an agency signs a text, and where a text only speaks of one."""

from collections.abc import Callable
from datetime import datetime

import pytest

from news.values import Article, Page
from reading import read_page, read_text
from reading.agencies import agency_of

MakePage = Callable[..., Page]
BODY = "The council of the sample town opened three small parks along the river and planted lime trees there."


@pytest.mark.parametrize(
    ("line", "agency"),
    [
        ("(AFP) Le maire a ouvert le parc hier soir.", "AFP"),
        ("PARIS (AFP) - Le maire a ouvert le parc.", "AFP"),
        ("PARIS, 3 mars (Reuters) — Le maire a ouvert le parc.", "Reuters"),
        ("PARIS, March 3 (Reuters) - The mayor opened the park.", "Reuters"),
        ("Paris, le 3 mars (AFP) – Le maire a ouvert le parc.", "AFP"),
        ("ANKARA (AA) - Belediye yeni parkı açtı.", "AA"),
        ("İSTANBUL (İHA) - Belediye yeni parkı açtı.", "İHA"),
        ("İZMİR, (DHA)- Belediye yeni parkı açtı.", "DHA"),
        ("Berlin (dpa) - Die Stadt öffnet den Park.", "dpa"),
        ("Musterstadt (dpa/lno) - Die Stadt öffnet den Park.", "dpa"),
        ("تهران- ایرنا- شهردار امروز بوستان را گشود.", "ایرنا"),
        ("تهران - ایرنا - شهردار امروز بوستان را گشود.", "ایرنا"),
        ("قم - مهر - شهردار امروز بوستان را گشود.", "مهر"),
        ("تهران (پانا) - شهردار امروز بوستان را گشود.", "پانا"),
        ("ایسنا/خراسان رضوی شهردار امروز بوستان را گشود.", "ایسنا"),
        ("به گزارش ایرنا، شهردار امروز بوستان را گشود.", "ایرنا"),
        ("به گزارش ایرنا از مشهد، شهردار بوستان را گشود.", "ایرنا"),
        ("به گزارش خبرگزاری مهر، شهردار بوستان را گشود.", "خبرگزاری مهر"),
        ("به گزارش خبرنگار ایمنا، شهردار بوستان را گشود.", "ایمنا"),
        ("به گزارش گروه اجتماعی خبرگزاری تسنیم، شهردار بوستان را گشود.", "خبرگزاری تسنیم"),
        ("به گزارش خبرگزاری نمونه\u200cنیوز، شهردار بوستان را گشود.", "خبرگزاری نمونه\u200cنیوز"),
        ("القاهرة - أ ش أ - افتتح المحافظ الحديقة.", "أ ش أ"),
        ("القاهرة - أ.ش.أ: افتتح المحافظ الحديقة.", "أ.ش.أ"),
        ("رام الله - وفا- افتتح رئيس البلدية الحديقة.", "وفا"),
        ("وفا- افتتح رئيس البلدية الحديقة.", "وفا"),
        ("عمان (بترا) - افتتح رئيس البلدية الحديقة.", "بترا"),
        ("(وكالات) افتتح رئيس البلدية الحديقة.", "وكالات"),
        ("МОСКВА, 3 марта - РИА Новости. Мэр открыл парк.", "РИА Новости"),
        ("МОСКВА, 3 марта. /ТАСС/. Мэр открыл парк.", "ТАСС"),
        ("\u200fتهران- ایرنا- شهردار امروز بوستان را گشود.", "ایرنا"),
        ("ANKARA (Örnek Haber Ajansı) - Belediye parkı açtı.", "Örnek Haber Ajansı"),
    ],
)
def test_a_dateline_or_opening_names_the_agency(line: str, agency: str, now: datetime) -> None:
    assert agency_of([line, BODY]) == agency
    found = read_text(f"A title\n{line}\n{BODY}", now=now)
    assert isinstance(found, Article)
    assert found.agency == agency
    assert line in found.text


@pytest.mark.parametrize(
    ("last", "agency"),
    [
        ("(AFP)", "AFP"),
        ("AFP/Reuters", "AFP"),
        ("İHA", "İHA"),
        ("(وكالات)", "وكالات"),
        (f"{BODY} (dpa)", "dpa"),
    ],
)
def test_an_agency_signs_at_the_foot(last: str, agency: str) -> None:
    assert agency_of([BODY, BODY, last]) == agency


@pytest.mark.parametrize(
    ("authors", "agency"),
    [
        (("AFP",), "AFP"),
        (("Agence France-Presse",), "Agence France-Presse"),
        (("Reuters, Ankara",), "Reuters"),
    ],
)
def test_an_author_that_is_an_agency(authors: tuple[str, ...], agency: str) -> None:
    assert agency_of([BODY], authors) == agency


@pytest.mark.parametrize(
    "line",
    [
        "The torch takes two AA batteries, which the town hall collects.",
        "Batteries (AA) are collected at the town hall.",
        "Two batteries (AA) - or four small ones - are enough.",
        "AA - the size of most batteries - is collected at the town hall.",
        "The mayor told Reuters that the park would open in May.",
        "The office of Reuters (the agency) moved to the old mill.",
        "The town rented a house to AFP, which opens in May.",
        "Der Bürgermeister sagte der dpa, der Park öffne im Mai.",
        "مدیر ایرنا با شهردار دیدار کرد و از او دربارهٔ بوستان پرسید.",
        "به گزارش روابط عمومی شهرداری، بوستان گشوده شد.",
        "به گزارش شهردار به شورا، بوستان‌ها تا مهر گشوده می‌شوند.",
        "در گفت‌وگو با ایسنا، شهردار از بوستان گفت.",
        "زار وفد من وكالة الأنباء الحديقة الجديدة يوم أمس.",
        "قال المدير لوكالة فرانس برس إن الحديقة ستفتح.",
        "Başkan, AA muhabirine parkın açılacağını söyledi.",
        "Мэр рассказал ТАСС, что парк откроют в мае.",
        "Opening hours (May - June): the park opens at nine.",
        "Mehr - mehr Grün für die Stadt, sagt der Rat.",
    ],
)
def test_a_sentence_about_an_agency_is_none_of_its_own(line: str) -> None:
    assert agency_of([line, BODY, BODY, BODY]) is None


def test_later_paragraphs_do_not_count() -> None:
    assert agency_of([BODY, BODY, BODY, "PARIS (AFP) - Later on.", BODY, BODY, BODY]) is None


def test_the_agency_of_a_page_stands_beside_the_stated_source(make_page: MakePage, now: datetime) -> None:
    lines = [
        "تهران- ایرنا- شهردار نمونه امروز سه بوستان تازه را در کنار رود گشود.",
        "او گفت درخت‌ها را مردم کاشته‌اند.",
        "منبع: روزنامهٔ نمونه",
    ]
    html = "".join(f"<p>{line}</p>" for line in lines)
    found = read_page(make_page(f"<article><h1>سه بوستان گشوده شد</h1>{html}</article>"), now=now)
    assert isinstance(found, Article)
    assert (found.agency, found.original_source) == ("ایرنا", "روزنامهٔ نمونه")
    assert found.text.startswith("تهران- ایرنا-")


def test_a_pages_author_may_be_an_agency(make_page: MakePage, now: datetime) -> None:
    head = '<head><meta name="author" content="AFP"></head>'
    found = read_page(
        make_page(f"<html>{head}<article><h1>Parks</h1><p>{BODY}</p></article></html>"), now=now
    )
    assert isinstance(found, Article)
    assert found.agency == "AFP"


@pytest.mark.parametrize(
    ("lines", "name"),
    [
        (["خبرگزاری فارس؛ شورا دیروز برنامه را پذیرفت."], "خبرگزاری فارس"),
        (["Meclis dün planı kabul etti. (DHA)", "Çalışmalar mayısta başlıyor."], "DHA"),
        (["The plan of the agency (AFP) was read aloud.", "It begins in May."], None),
        (["رام الله 12-11-2026 وفا- أقر المجلس الخطة أمس."], "وفا"),
        (["الرياض 2 جمادى الآخرة 1448 هـ الموافق 12 نوفمبر 2026 م واس أقر المجلس الخطة."], "واس"),
        (["في عام 2026 واس المجلس أهل الحي بعد الحريق."], None),
        (["The council of 2026 met - and voted for the plan."], None),
    ],
)
def test_datelines_without_a_mark_before_the_name(lines: list[str], name: str | None) -> None:
    assert agency_of(lines) == name
