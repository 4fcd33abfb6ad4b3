from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from news.languages.profiles import codes, profile
from news.values import Calendar, Dated, Precision, Provenance
from reading.dates import names_day, parse_date
from reading.machine_dates import from_epoch

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
G, J, H = Calendar.GREGORIAN, Calendar.JALALI, Calendar.HIJRI
SECOND, MINUTE, DAY, MONTH = Precision.SECOND, Precision.MINUTE, Precision.DAY, Precision.MONTH
ZONES = {
    "fa": "Asia/Tehran",
    "ar": "Asia/Beirut",
    "tr": "Europe/Istanbul",
    "de": "Europe/Berlin",
    "fr": "Africa/Tunis",
}


def read(
    text: str, code: str, *, zone: str | None = None, calendar: Calendar | None = None, now: datetime = NOW
) -> Dated | None:
    spoken = profile(code)
    return parse_date(
        text,
        profile=spoken,
        zone=ZoneInfo(zone or ZONES.get(code, "UTC")),
        calendar=calendar or spoken.calendars[0],
        provenance=Provenance.TEXT,
        now=now,
    )


PERSIAN = [
    ("چهارشنبه ۱۵ مهر ۱۴۰۲", "2023-10-07", DAY, J),
    ("15 مهر 1402", "2023-10-07", DAY, J),
    ("١٥ مهر ١٤٠٢", "2023-10-07", DAY, J),
    ("۱۵مهر۱۴۰۲", "2023-10-07", DAY, J),
    ("۱۵ مهرماه ۱۴۰۲", "2023-10-07", DAY, J),
    ("۱۵ مهر ماه سال ۱۴۰۲", "2023-10-07", DAY, J),
    ("۱۰ دی‌ماه ۱۴۰۲", "2023-12-31", DAY, J),
    ("پانزدهم مهر ۱۴۰۲", "2023-10-07", DAY, J),
    ("بیست و یکم دی ۱۴۰۲", "2024-01-11", DAY, J),
    ("۱۰ ارديبهشت ۱۴۰۳", "2024-04-29", DAY, J),
    ("۱۵ مهر ۹۸", "2019-10-07", DAY, J),
    ("1402/07/15", "2023-10-07", DAY, J),
    ("۱۴۰۲/۰۷/۱۵", "2023-10-07", DAY, J),
    ("١٤٠٢-٠٧-١٥", "2023-10-07", DAY, J),
    ("۱۵/۰۷/۱۴۰۲", "2023-10-07", DAY, J),
    ("۱۴۰۲.۷.۱۵", "2023-10-07", DAY, J),
    ("99/07/15", "2020-10-06", DAY, J),
    ("۱۵/۷/۹۸", "2019-10-07", DAY, J),
    ("دوشنبه، 24 اردیبهشت 1403", "2024-05-13", DAY, J),
    ("سه‌شنبه ۲۵ اردیبهشت‌ماه ۱۴۰۳ ساعت ۱۰:۲۰", "2024-05-14T10:20", MINUTE, J),
    ("1403/2/25 10:20:31", "2024-05-14T10:20:31", SECOND, J),
    ("2024-05-14 10:20 IRST", "2024-05-14T10:20", MINUTE, G),
    ("۹ رمضان ۱۴۴۵", "2024-03-19", DAY, H),
    ("۱۴۰۳/۱۲/۳۰", "2025-03-20", DAY, J),
    ("مهر ۱۴۰۲", "2023-09-23", MONTH, J),
    ("۱۴۰۲/۰۷/۱۵ - ۱۴:۳۰", "2023-10-07T14:30", MINUTE, J),
    ("ساعت ۱۴:۳۰ چهارشنبه ۱۵ مهر ۱۴۰۲", "2023-10-07T14:30", MINUTE, J),
    ("تاریخ انتشار: ۱۵ مهر ۱۴۰۲ - ۲:۳۰ ب.ظ | کد خبر: ۱۲۳۴۵۶", "2023-10-07T14:30", MINUTE, J),
    ("1402-07-15 14:30:05", "2023-10-07T14:30:05", SECOND, J),
    ("1403-02-10T08:00+03:30", "2024-04-29T08:00", MINUTE, J),
    ("1403-02-10T08:00:00+03:30", "2024-04-29T08:00:00", SECOND, J),
    ("۱۰ می ۲۰۲۴", "2024-05-10", DAY, G),
    ("۷ اكتبر ۲۰۲۳", "2023-10-07", DAY, G),
    ("۱۵ مهر ۱۴۰۲ - 7 October 2023", "2023-10-07", DAY, J),
    ("۲۷ ربیع‌الاول ۱۴۴۵", "2023-10-12", DAY, H),
    ("۵ جدی ۱۴۰۲", "2023-12-26", DAY, J),
]
ARABIC = [
    ("10 أيار 2024", "2024-05-10", DAY, G),
    ("10 أيار/مايو 2024", "2024-05-10", DAY, G),
    ("١ كانون الثاني ٢٠٢٤", "2024-01-01", DAY, G),
    ("7 تشرين الأول 2023، الساعة 02:30 مساءً", "2023-10-07T14:30", MINUTE, G),
    ("٢٦ سبتمبر ٢٠٢٣", "2023-09-26", DAY, G),
    ("13 فيفري 2024", "2024-02-13", DAY, G),
    ("5 غشت 2024", "2024-08-05", DAY, G),
    ("10 جويلية 2023", "2023-07-10", DAY, G),
    ("أكتوبر 7, 2023", "2023-10-07", DAY, G),
    ("26 من شهر سبتمبر لعام 2023", "2023-09-26", DAY, G),
    ("12 ربيع الأول 1445 هـ", "2023-09-27", DAY, H),
    ("الثلاثاء 12 ربيع الأول 1445 هـ - 26 سبتمبر 2023 م", "2023-09-26", DAY, G),
    ("1445/09/01", "2024-03-11", DAY, H),
    ("07/10/2023", "2023-10-07", DAY, G),
    ("2023-10-07 02:30 م", "2023-10-07T14:30", MINUTE, G),
    ("نوفمبر 2023", "2023-11-01", MONTH, G),
    ("10 ماي 2024", "2024-05-10", DAY, G),
    ("3 جوان 2023", "2023-06-03", DAY, G),
    ("١٥ شتنبر ٢٠٢٣", "2023-09-15", DAY, G),
    ("2 دجنبر 2023", "2023-12-02", DAY, G),
    ("12 كانون الأول 2023", "2023-12-12", DAY, G),
    ("5 نيسان/أبريل 2024", "2024-04-05", DAY, G),
]
OTHERS = [
    ("tr", "20 Mart 2024", "2024-03-20", DAY),
    ("tr", "20 MART 2024 ÇARŞAMBA", "2024-03-20", DAY),
    ("tr", "5 KASIM 2023, 09:15", "2023-11-05T09:15", MINUTE),
    ("tr", "5 Kasım 2023 saat 14.30", "2023-11-05T14:30", MINUTE),
    ("tr", "03.04.2024 - 14:30", "2024-04-03T14:30", MINUTE),
    ("tr", "15 Ağu 2023", "2023-08-15", DAY),
    ("en", "October 7, 2023", "2023-10-07", DAY),
    ("en", "Oct. 7th, 2023 at 2:30 pm", "2023-10-07T14:30", MINUTE),
    ("en", "the 7th of October, 2023", "2023-10-07", DAY),
    ("en", "12:05 AM, May 10, 2024", "2024-05-10T00:05", MINUTE),
    ("en", "13/04/2024", "2024-04-13", DAY),
    ("en", "Published: 2024-05-10T08:00:00+03:00 by the press office", "2024-05-10T05:00:00", SECOND),
    ("fr", "1er mars 2024", "2024-03-01", DAY),
    ("fr", "le 15 août 2023 à 14h30", "2023-08-15T14:30", MINUTE),
    ("es", "5 de octubre de 2023", "2023-10-05", DAY),
    ("de", "20. März 2024, 14.30 Uhr", "2024-03-20T14:30", MINUTE),
    ("de", "3. Jänner 2024", "2024-01-03", DAY),
    ("ru", "20 марта 2024 г., 14:30", "2024-03-20T14:30", MINUTE),
    ("ru", "20-го марта 2024 года", "2024-03-20", DAY),
    ("uk", "20 березня 2024", "2024-03-20", DAY),
    ("it", "20 marzo 2024", "2024-03-20", DAY),
    ("pt", "20 de março de 2024 às 14h30", "2024-03-20T14:30", MINUTE),
    ("az", "20 mart 2024", "2024-03-20", DAY),
    ("de", "20.03.24", "2024-03-20", DAY),
    ("fr", "20/03/24", "2024-03-20", DAY),
    ("kk", "20 наурыз 2024", "2024-03-20", DAY),
    ("tg", "20 марти 2024", "2024-03-20", DAY),
    ("uz", "20-mart, 2024", "2024-03-20", DAY),
    ("uz", "20 март 2024", "2024-03-20", DAY),
    ("he", "7 באוקטובר 2023", "2023-10-07", DAY),
    ("ur", "15 اکتوبر 2023", "2023-10-15", DAY),
    ("id", "20 Maret 2024 pukul 14.30", "2024-03-20T14:30", MINUTE),
    ("zh", "2024年3月20日", "2024-03-20", DAY),
    ("ja", "2024年3月20日 14:30", "2024-03-20T14:30", MINUTE),
    ("und", "20 March 2024", "2024-03-20", DAY),
]
FEEDS = [
    ("Sat, 07 Oct 2023 14:30:00 +0330", "2023-10-07T11:00:00Z", SECOND),
    ("Sat, 07 Oct 2023 14:30:00 IRST", "2023-10-07T11:00:00Z", SECOND),
    ("Sat, 07 Oct 2023 14:30:00 GMT", "2023-10-07T14:30:00Z", SECOND),
    ("Sat, 07 Oct 23 10:00 EST", "2023-10-07T15:00:00Z", MINUTE),
    ("07 Oct 2023 14:30:00 -0500 (local)", "2023-10-07T19:30:00Z", SECOND),
    ("2023-10-07T11:00:00Z", "2023-10-07T11:00:00Z", SECOND),
    ("2023-10-07T11:00:00.123456+00:00", "2023-10-07T11:00:00Z", SECOND),
    ("20231007T110000Z", "2023-10-07T11:00:00Z", SECOND),
]
REFUSED = [
    ("en", "0000-00-00"),
    ("en", "0000-00-00 00:00:00"),
    ("en", "9999-01-01"),
    ("en", "1989-12-31"),
    ("en", "2026-11-03"),
    ("en", "03/04/2024"),
    ("en", "5 March 24 cities"),
    ("en", "2024-13-45"),
    ("en", "Version 1.2.3 of 12"),
    ("en", ""),
    ("en", "no date at all"),
    ("fa", "02/07/15"),
    ("fa", "۲ هفته پیش"),
    ("en", "3 months ago"),
    ("en", "-0001-11-30T00:00:00+00:00"),
    ("en", "1970-01-01"),
    ("en", "2027-01-01"),
    ("fa", "1406/01/01"),
    ("fa", "۱۴۰۲/۱۲/۳۰"),
    ("fa", "1368/01/01"),
    ("fa", "1500/01/01"),
    ("fa", "عضویت ۲۵ شهر"),
    ("fa", "15 مهر"),
    ("ar", "المادة 12/2020"),
    ("tr", "12 Mart Salı"),
    ("en", "31 June 2024"),
    ("en", "Wed, 31 Apr 2024 14:05:10 GMT"),
    ("en", "25 November 2026"),
    ("en", "3-5 April 2024"),
    ("en", "15 to 17 May 2024"),
    ("en", "v2024.05.10"),
    ("en", "1696674620"),
    ("fa", "۳۱ مهر ۱۴۰۲"),
    ("fa", "سی و دوم خرداد ۱۴۰۳"),
    ("fa", "۱۱ دی ۱۳۴۸"),
    ("ar", "31 يونيو 2024"),
]


def expected(text: str, zone: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))


@pytest.mark.parametrize(("text", "moment", "precision", "calendar"), PERSIAN)
def test_persian(text: str, moment: str, precision: Precision, calendar: Calendar) -> None:
    found = read(text, "fa")
    assert found is not None
    assert found.moment == expected(moment, "Asia/Tehran")
    assert (found.precision, found.calendar) == (precision, calendar)


@pytest.mark.parametrize(("text", "moment", "precision", "calendar"), ARABIC)
def test_arabic(text: str, moment: str, precision: Precision, calendar: Calendar) -> None:
    found = read(text, "ar")
    assert found is not None
    assert found.moment == expected(moment, "Asia/Beirut")
    assert (found.precision, found.calendar) == (precision, calendar)


@pytest.mark.parametrize(("code", "text", "moment", "precision"), OTHERS)
def test_other_languages(code: str, text: str, moment: str, precision: Precision) -> None:
    found = read(text, code)
    assert found is not None
    assert found.moment == expected(moment, ZONES.get(code, "UTC"))
    assert found.precision is precision


@pytest.mark.parametrize(("text", "moment", "precision"), FEEDS)
def test_feeds_carry_their_own_zone(text: str, moment: str, precision: Precision) -> None:
    found = read(text, "en", zone="Asia/Tokyo")
    assert found is not None
    assert found.moment == datetime.fromisoformat(moment)
    assert found.precision is precision


@pytest.mark.parametrize(("code", "text"), REFUSED)
def test_nothing_is_invented(code: str, text: str) -> None:
    assert read(text, code) is None


@pytest.mark.parametrize("code", ["fa", "tr", "en", "und"])
def test_a_jalali_year_is_known_in_an_iso_attribute_whatever_the_language(code: str) -> None:
    found = read("1403-02-10T08:00+03:30", code, calendar=Calendar.GREGORIAN)
    assert found is not None
    assert found.moment == datetime(2024, 4, 29, 4, 30, tzinfo=UTC)
    assert found.calendar is Calendar.JALALI


def test_a_local_date_of_wordpress_is_in_the_zone_of_its_source() -> None:
    found = read("2024-05-10T08:00:00", "fa")
    assert found is not None
    assert found.moment == datetime(2024, 5, 10, 4, 30, tzinfo=UTC)


def test_midnight_to_the_second_is_a_day_without_a_time() -> None:
    found = read("2024-05-10T00:00:00+00:00", "en")
    assert found is not None
    assert found.precision is Precision.DAY


@pytest.mark.parametrize(("zone", "month"), [("America/New_York", 3), ("Europe/London", 4)])
def test_an_english_numeric_date_follows_the_habits_of_its_zone(zone: str, month: int) -> None:
    found = read("03/04/2024", "en", zone=zone)
    assert found is not None
    assert found.moment.astimezone(ZoneInfo(zone)).month == month


@pytest.mark.parametrize(
    ("code", "text", "days", "precision"),
    [
        ("fa", "۲ ساعت پیش", 0, DAY),
        ("fa", "دیروز", 1, DAY),
        ("fa", "۳ روز قبل", 3, DAY),
        ("ar", "منذ 3 أيام", 3, DAY),
        ("tr", "2 gün önce", 2, DAY),
        ("en", "Yesterday", 1, DAY),
        ("en", "10 minutes ago", 0, MINUTE),
        ("fr", "il y a 2 jours", 2, DAY),
        ("es", "hace 5 días", 5, DAY),
        ("de", "vor 3 Tagen", 3, DAY),
        ("ru", "2 дня назад", 2, DAY),
        ("ru", "час назад", 0, DAY),
        ("fa", "یک ساعت پیش", 0, DAY),
        ("fa", "دو روز پیش", 2, DAY),
        ("ar", "منذ ساعة", 0, DAY),
        ("ar", "منذ يومين", 2, DAY),
        ("tr", "bir gün önce", 1, DAY),
        ("en", "an hour ago", 0, DAY),
        ("de", "vor einem Tag", 1, DAY),
        ("it", "2 giorni fa", 2, DAY),
        ("it", "ieri", 1, DAY),
        ("pt", "há 3 dias", 3, DAY),
        ("pt", "ontem", 1, DAY),
    ],
)
def test_relative_dates_are_as_exact_as_they_say(
    code: str, text: str, days: int, precision: Precision
) -> None:
    zone = ZoneInfo(ZONES.get(code, "UTC"))
    found = read(text, code)
    assert found is not None
    assert found.precision is precision
    assert found.moment.astimezone(zone).date() == (NOW.astimezone(zone) - timedelta(days=days)).date()


def test_direction_marks_do_not_hide_a_date() -> None:
    found = read("\u200f۱۵\u200e مهر \u200f۱۴۰۲\u202c", "fa")
    assert found is not None
    assert found.moment == expected("2023-10-07", "Asia/Tehran")


def test_the_provenance_is_the_callers() -> None:
    found = parse_date(
        "2024-05-10",
        profile=profile("en"),
        zone=ZoneInfo("UTC"),
        calendar=Calendar.GREGORIAN,
        provenance=Provenance.FEED,
        now=NOW,
    )
    assert found is not None
    assert found.provenance is Provenance.FEED


@given(st.integers(min_value=1, max_value=36 * 365 * 86400))
def test_every_iso_moment_is_read_as_it_is(seconds: int) -> None:
    whole = datetime(1990, 1, 2, tzinfo=UTC) + timedelta(seconds=seconds)
    found = read(whole.isoformat(), "fa")
    assert found is not None
    assert found.moment == whole


@given(st.text(max_size=60), st.sampled_from(codes()))
def test_no_text_breaks_it_and_no_date_leaves_its_bounds(text: str, code: str) -> None:
    found = read(text, code)
    assert found is None or datetime(1989, 12, 31, tzinfo=UTC) <= found.moment <= NOW + timedelta(days=1)


@pytest.mark.parametrize(
    ("code", "text", "moment", "precision"),
    [
        ("en", "Published 20 May 2024 | Updated 25 May 2024", "2024-05-20T00:00", DAY),
        ("en", "Updated: 25 May 2024 Published: 20 May 2024", "2024-05-20T00:00", DAY),
        ("en", "Updated: 25 May 2024, 10:00 Published: 20 May 2024", "2024-05-20T00:00", DAY),
        ("en", "20 May 2024, 14:30 (updated 25 May 2024)", "2024-05-20T14:30", MINUTE),
        ("fa", "آخرین به‌روزرسانی: ۲۷ خرداد ۱۴۰۳ - تاریخ انتشار: ۲۳ خرداد ۱۴۰۳", "2024-06-12T00:00", DAY),
        ("tr", "Güncelleme: 16.10.2023 - 09:00 Yayın: 15.10.2023 - 14:30", "2023-10-15T14:30", MINUTE),
    ],
)
def test_publication_beats_change_in_one_line(
    code: str, text: str, moment: str, precision: Precision
) -> None:
    found = read(text, code)
    assert found is not None
    assert (found.moment, found.precision) == (expected(moment, ZONES.get(code, "UTC")), precision)


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("en", "Last updated 25 May 2024"),
        ("en", "Updated 25 May 2024 14:30"),
        ("en", "Updated 2 hours ago"),
        ("en", "25 May 2024, updated"),
        ("fa", "۲۷ خرداد ۱۴۰۳ به‌روزرسانی شد"),
        ("ja", "更新日：2024年4月5日"),
    ],
)
def test_a_date_of_change_is_none_of_publication(code: str, text: str) -> None:
    assert read(text, code) is None


@pytest.mark.parametrize(
    ("text", "zone", "date"),
    [
        ("Wednesday 03/04/2024", "UTC", "2024-04-03"),
        ("Monday 03/04/2024", "UTC", "2024-03-04"),
        ("Wed, 04/03/2024 - 14:05", "Europe/London", "2024-04-03"),
        ("Sunday 03/04/2024", "Europe/London", "2024-04-03"),
    ],
)
def test_the_weekday_decides_between_day_and_month(text: str, zone: str, date: str) -> None:
    found = read(text, "en", zone=zone)
    assert found is not None
    assert found.moment.astimezone(ZoneInfo(zone)).date().isoformat() == date


@pytest.mark.parametrize(
    ("code", "text", "moment"),
    [
        ("en", "Yesterday at 2:05 PM", "2026-10-31T14:05"),
        ("fa", "امروز ساعت ۱۰:۲۵", "2026-11-01T10:25"),
        ("tr", "Dün, 22:10", "2026-10-31T22:10"),
        ("de", "Gestern, 14:05 Uhr", "2026-10-31T14:05"),
        ("fr", "Hier à 14h05", "2026-10-31T14:05"),
    ],
)
def test_yesterday_may_have_a_time(code: str, text: str, moment: str) -> None:
    found = read(text, code)
    assert found is not None
    assert (found.moment, found.precision) == (expected(moment, ZONES.get(code, "UTC")), MINUTE)


def test_hours_before_the_minutes_are_not_lost() -> None:
    found = read("1 hour 20 minutes ago", "en")
    assert found is not None
    assert (found.moment.date(), found.precision) == (NOW.date(), DAY)


@pytest.mark.parametrize(
    ("code", "text", "moment"),
    [
        ("ar", "10 مايو 2024 الساعة 11:30 (بتوقيت غرينتش)", "2024-05-10T11:30:00Z"),
        ("fa", "۲۳ خرداد ۱۴۰۳، ۰۶:۵۵ به وقت گرینویچ", "2024-06-12T06:55:00Z"),
        ("en", "Wed 3 Apr 2024 14.05 BST", "2024-04-03T13:05:00Z"),
        ("en", "3 Apr 2024 14:05 GMT+03:30", "2024-04-03T10:35:00Z"),
        ("en", "Sat Oct 07 14:30:20 IRST 2023", "2023-10-07T11:00:20Z"),
        ("en", "Sat Oct 07 2023 14:30:20 GMT+0330 (Iran Standard Time)", "2023-10-07T11:00:20Z"),
    ],
)
def test_a_zone_beside_the_time_beats_the_sources(code: str, text: str, moment: str) -> None:
    found = read(text, code, zone="Asia/Tokyo")
    assert found is not None
    assert found.moment == datetime.fromisoformat(moment)


@pytest.mark.parametrize(
    ("code", "text", "date"),
    [
        ("ja", "令和6年4月3日", "2024-04-03"),
        ("zh", "民國113年5月10日", "2024-05-10"),
        ("kk", "2024 жылғы 3 сәуір", "2024-04-03"),
        ("uz", "2024-yil 3-aprel", "2024-04-03"),
        ("ps", "د ۱۴۰۲ کال د تلې ۱۵مه", "2023-10-07"),
        ("und", "2024년 4월 3일", "2024-04-03"),
    ],
)
def test_years_that_stand_first_or_are_counted_otherwise(code: str, text: str, date: str) -> None:
    spoken = profile(code)
    found = read(text, code, zone=spoken.zone)
    assert found is not None
    assert found.moment.astimezone(spoken.zone_info).date().isoformat() == date


@pytest.mark.parametrize(
    ("code", "text", "named"),
    [
        ("en", "Published: 31 June 2024", True),
        ("en", "0000-00-00T00:00:00+03:30", True),
        ("fa", "۳۰ اسفند ۱۴۰۲", True),
        ("en", "25 December 2031", True),
        ("en", "Updated: 31 June 2024", False),
        ("en", "Room 14:30, floor 3", False),
        ("en", "May 2031", False),
        ("en", "", False),
    ],
)
def test_a_day_that_is_refused_is_known_as_one(code: str, text: str, named: bool) -> None:
    assert names_day(text, profile=profile(code), zone=ZoneInfo("UTC")) is named


@pytest.mark.parametrize(
    ("written", "iso"),
    [
        ("1696674620", "2023-10-07T10:30:20+00:00"),
        (" 1696674620123 ", "2023-10-07T10:30:20+00:00"),
        ("0", "0"),
        ("20231007", "20231007"),
        ("2023-10-07", "2023-10-07"),
    ],
)
def test_an_epoch_is_seconds_or_milliseconds(written: str, iso: str) -> None:
    assert from_epoch(written) == iso


@pytest.mark.parametrize("form", ["0/5/2026", "5/0/2026", "00.00.2026", "1/2/0000", "0/0/0000", "12/12/9999"])
def test_numbers_that_are_no_day_are_no_fault_either(form: str) -> None:
    for language in ("en", "fa", "tr", "und"):
        assert parse_date(
            form, profile=profile(language), zone=ZoneInfo("UTC"), calendar=Calendar.GREGORIAN,
            provenance=Provenance.TEXT, now=datetime(2026, 11, 15, tzinfo=UTC),
        ) is None  # fmt: skip
