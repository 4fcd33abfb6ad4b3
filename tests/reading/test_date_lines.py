"""What a visible line is to the date of its page."""

from zoneinfo import ZoneInfo

import pytest

from news.languages.profiles import profile
from reading.date_lines import Kind, is_others_label, is_own_label, is_stamp, kind_of, names_venue

ZONE = ZoneInfo("Europe/Berlin")


def kind(text: str, code: str, shown: str = "") -> Kind:
    return kind_of(text, profile(code), zone=ZONE, shown=shown)


@pytest.mark.parametrize(
    ("code", "line"),
    [
        ("en", "The ferry pier reopened on 4 May 2026."),
        ("en", "Ferry pier reopened 4 May 2026"),
        ("en", "On 4 May 2026, the harbour board drew lots"),
        ("fa", "اسکله شمالی در ۱۴ اردیبهشت ۱۴۰۵ بازگشایی شد."),
        ("fa", "اسکله شمالی ۱۴ اردیبهشت ۱۴۰۵ باز شد"),
        ("ar", "افتتح الرصيف الشمالي في 4 مايو 2026."),
        ("tr", "Kuzey iskelesi 4 Mayıs 2026'da açıldı."),
        ("tr", "Kuzey iskelesi 4 Mayıs 2026 tarihinde hizmete girdi"),
        ("fr", "Le quai nord a rouvert le 4 mai 2026."),
        ("fr", "Réouverture du quai nord le 4 mai 2026"),
        ("de", "Der Nordkai wurde am 4. Mai 2026 wieder geöffnet."),
        ("de", "Stand 4. Mai 2026 sind alle Boote zurück."),
        ("ru", "Северный причал открылся 4 мая 2026 года."),
    ],
)
def test_a_sentence_is_running_text(code: str, line: str) -> None:
    assert kind(line, code) is Kind.RUNNING


@pytest.mark.parametrize(
    ("code", "line"),
    [
        ("en", "Entries deadline: 4 May 2026"),
        ("en", "Draw of the lots: 4 May 2026"),
        ("en", "Until Monday 4 May 2026"),
        ("en", "2 May 2026 - 4 May 2026"),
        ("en", "Monday 4 May 2026, 19:00, Customs Hall"),
        ("en", "Updated: 4 May 2026"),
        ("en", "Today: Monday 4 May 2026"),
        ("fa", "مهلت نام‌نویسی: ۱۴ اردیبهشت ۱۴۰۵"),
        ("fa", "قرعه‌کشی: ۱۴ اردیبهشت ۱۴۰۵"),
        ("fa", "تاریخ قرعه‌کشی: ۱۴ اردیبهشت ۱۴۰۵"),
        ("ar", "آخر موعد لتقديم الطلبات: 4 مايو 2026"),
        ("tr", "İhale tarihi: 04.05.2026"),
        ("fr", "Date limite : 4 mai 2026"),
        ("de", "Bewerbungsfrist: 4. Mai 2026"),
        ("de", "ab 4. Mai 2026"),
        ("ru", "Приём заявок до 4 мая 2026"),
    ],
)
def test_the_date_of_something_else_is_none_of_the_page(code: str, line: str) -> None:
    assert kind(line, code) is Kind.OTHER


@pytest.mark.parametrize(
    ("code", "line"),
    [
        ("en", "Monday, 4 May 2026 at 10:15"),
        ("en", "By Ann Miller on 4 May 2026"),
        ("en", "Harbour | 4 May 2026 | 214 views"),
        ("en", "Ann Miller, 3 hours ago"),
        ("fa", "روابط عمومی - ۱۴ اردیبهشت ۱۴۰۵ - ۱۴:۲۰"),
        ("fa", "۱۴ اردیبهشت ۱۴۰۵ برابر با ۱۷ ذی‌القعده ۱۴۴۷ و 4 May 2026"),
        ("ar", "الاثنين 17 ذو القعدة 1447 هـ الموافق 4 مايو 2026 م"),
        ("tr", "Haber Merkezi 4 Mayıs 2026 Pazartesi"),
        ("fr", "Tunis, le 4 mai 2026"),
        ("de", "Neustadt, den 4. Mai 2026"),
        ("ru", "4 мая 2026 г., 10:15 | Новости"),
        ("fa", "دیروز ساعت ۱۴:۳۰"),
        ("de", "vor 2 Stunden"),
    ],
)
def test_a_date_may_have_place_author_and_section_beside_it(code: str, line: str) -> None:
    assert kind(line, code) is Kind.PLAIN


@pytest.mark.parametrize(
    ("code", "line"),
    [
        ("en", "Published: 4 May 2026 | Deadline: 9 May 2026"),
        ("en", "Published 3 hours ago"),
        ("en", "Posted in Harbour on 4 May 2026"),
        ("fa", "کد خبر: ۱۲ تاریخ انتشار: ۱۴ اردیبهشت ۱۴۰۵"),
        ("ar", "تاريخ النشر: 4 مايو 2026"),
        ("tr", "Kategori: Liman Tarih: 4 Mayıs 2026"),
        ("fr", "Communiqué du 4 mai 2026"),
        ("de", "Pressemitteilung vom 4. Mai 2026"),
        ("ru", "Опубликовано: 04.05.2026, обновлено: 06.05.2026"),
    ],
)
def test_a_label_of_publication_is_believed(code: str, line: str) -> None:
    assert kind(line, code) is Kind.LABELLED


def test_a_line_without_a_day_is_none() -> None:
    assert kind("The harbour board drew lots", "en") is Kind.NONE


def test_what_markup_calls_a_date_needs_no_year() -> None:
    assert kind("Harbour news of the week, seen by our readers, 4 May", "en", "4 May") is Kind.PLAIN
    assert kind("Deadline: 4 May", "en", "4 May") is Kind.OTHER
    assert kind("The pier was closed on 4 May after the storm.", "en", "4 May") is Kind.RUNNING


@pytest.mark.parametrize(
    ("code", "line"),
    [
        ("fa", "۲۷ آبان"),
        ("en", "November 27"),
        ("en", "03/04/2026"),
        ("de", "Pressemitteilung vom 16.11.2026"),
        ("ar", "الأحد 5 جمادى الآخرة 1448 هـ الموافق 15 نونبر 2026 م"),
        ("ru", "12 ноября 2026 г."),
        ("tr", "3 saat önce"),
        ("fr", "Mis à jour le 4 mai 2026"),
    ],
)
def test_a_stamp_is_a_date_and_little_else(code: str, line: str) -> None:
    assert is_stamp(line, profile(code), zone=ZONE)


@pytest.mark.parametrize(
    ("code", "line"),
    [
        ("en", "Deadline: 10 November 2026"),
        ("en", "The pier opened on 4 May 2026."),
        ("fa", "مهلت ثبت نام: ۱۵ آبان ۱۴۰۵"),
        ("fa", "۲۷ قایق تازه"),
        ("de", "Stand 2. November 2026 sind alle Boote zurück."),
        ("tr", "İhale tarihi: 10.11.2026"),
    ],
)
def test_what_says_more_than_a_date_is_no_stamp(code: str, line: str) -> None:
    assert not is_stamp(line, profile(code), zone=ZONE)


def test_labels_above_a_date_are_told_apart() -> None:
    english, persian = profile("en"), profile("fa")
    assert is_others_label("Application deadline", english)
    assert is_others_label("Draw of the lots:", english)
    assert not is_others_label("Published:", english)
    assert not is_others_label("Ann Miller", english)
    assert is_others_label("آخرین مهلت", persian)
    assert is_own_label("تاریخ انتشار:", persian)
    assert not is_own_label("تاریخ برگزاری:", persian)


def test_a_place_beside_a_time_of_day_tells_of_an_event() -> None:
    french = profile("fr")
    assert names_venue("Salle des fêtes", french, timed=True)
    assert not names_venue("Salle des fêtes", french, timed=False)
    assert names_venue("Lieu : gymnase", french, timed=False)
    assert not names_venue("La salle est ouverte à tous.", french, timed=True)
