"""A tiny run of each gate, and the data that the gates stand on."""

from collections import Counter
from dataclasses import replace

import pytest

from benchmarks.quality import body, date_pages, dates, language, memberships, scores, sites
from benchmarks.quality.layouts import LAYOUTS, make
from benchmarks.quality.layouts.making import LayoutNotMadeError
from benchmarks.quality.layouts.values import Maker
from benchmarks.quality.texts import LANGUAGES, texts
from news.languages.profiles import codes
from news.values import Precision
from samples import manifest

_ONE_OF_EACH = {layout.maker.command: layout for layout in LAYOUTS}.values()


def test_body_of_a_plain_page_is_read_whole(make_specimen):
    outcome = body.measure([make_specimen("here")])
    assert set(outcome.shares.values()) == {1.0}
    assert outcome.faults == []


def test_body_gate_sees_what_is_lost_and_what_is_added(make_specimen):
    outcome = body.measure([make_specimen("here", body=("یک جملهٔ دیگر می‌آید که در صفحه نیست.",))])
    assert outcome.shares["body.layouts.here"] < 0.5
    assert "lost" in outcome.faults[0]


def test_body_gate_counts_a_refused_page_as_lost(make_specimen):
    outcome = body.measure([replace(make_specimen("here"), html=b"")])
    assert outcome.shares["body.f1"] == 0.0
    assert "no article" in outcome.faults[0]


def test_an_invented_date_is_a_wrong_one(make_specimen):
    outcome = body.measure([replace(make_specimen("here"), day=None)])
    assert outcome.shares["body.dates-not-wrong"] == 0.0


@pytest.mark.parametrize("layout", _ONE_OF_EACH, ids=lambda layout: layout.name)
def test_every_software_makes_pages_that_hold_the_texts(layout, tmp_path):
    made = list(make([replace(layout, languages=("fa",))], tmp_path))
    assert [one.name.rpartition("/")[2] for one in made] == [text.slug for text in texts("fa")]
    for one in made:
        assert one.title in one.html.decode()
        assert scores.joined(one.body, one.html.decode())[0] > 0


def test_software_that_fails_is_named(tmp_path):
    broken = Maker(write=lambda _: (), command=lambda _: ("pelican", "--no-such-option"))
    with pytest.raises(LayoutNotMadeError, match=LAYOUTS[0].name):
        list(make([replace(LAYOUTS[0], maker=broken)], tmp_path))


def test_there_are_layouts_and_pages_enough():
    assert len(LAYOUTS) >= 12
    assert len({layout.name for layout in LAYOUTS}) == len(LAYOUTS)
    assert {language for layout in LAYOUTS for language in layout.languages} == set(LANGUAGES)
    assert sum(len(texts(language)) for layout in LAYOUTS for language in layout.languages) >= 60


def test_texts_are_long_and_short_and_persian_ones_have_joiners():
    every = [text for language in LANGUAGES for text in texts(language)]
    assert len({text.slug for text in every}) == len(every) >= 20
    lengths = [sum(map(len, text.paragraphs)) for text in every]
    assert min(lengths) < 200
    assert max(lengths) > 1000
    assert all("\u200c" in "".join(text.paragraphs) for text in texts("fa"))
    assert all(text.date.tzinfo for text in every)


def test_sample_sites_are_all_there():
    assert len(sites.specimens()) == manifest().articles
    assert all(one.html and one.address.startswith("https://") for one in sites.specimens().values())


def test_dates_are_many_in_every_language_and_none_comes_twice():
    forms = dates.forms()
    assert len(forms) >= 900
    assert {form.spoken.code for form in forms} == {*codes(), "und"}
    assert max(Counter((form.text, form.spoken.code, form.zone.key) for form in forms).values()) == 1


def test_dates_are_expected_to_the_month_day_minute_and_second_or_refused():
    by_precision = Counter(form.precision for form in dates.forms())
    assert by_precision[None] >= 20
    assert all(by_precision[precision] > 0 for precision in Precision)
    assert all(form.moment <= dates.now() for form in dates.forms() if form.moment)


def test_dates_gate_runs():
    some = [form for form in dates.forms() if form.text in ("۱۵ مهر ۱۴۰۲", "0000-00-00")]
    outcome = dates.measure(some)
    assert outcome.items == len(some) >= 2
    assert set(outcome.shares.values()) == {1.0}


def test_a_date_that_means_something_else_is_silently_wrong():
    form = next(form for form in dates.forms() if form.text == "۱۵ مهر ۱۴۰۲")
    assert form.moment is not None
    outcome = dates.measure([replace(form, moment=form.moment.replace(year=2022))])
    assert outcome.shares == {"dates.right": 0.0, "dates.not-silently-wrong": 0.0, "dates.refused": 0.0}
    assert "۱۵ مهر ۱۴۰۲" in outcome.faults[0]


def test_a_date_that_says_too_little_is_not_right_and_not_false():
    form = next(form for form in dates.forms() if form.precision is Precision.MONTH)
    outcome = dates.measure([replace(form, precision=Precision.DAY)])
    assert (outcome.shares["dates.right"], outcome.shares["dates.not-silently-wrong"]) == (0.0, 1.0)


def test_pages_with_dates_are_many_and_half_of_them_are_traps():
    pages = date_pages.date_pages()
    assert len(pages) >= 80
    assert {"fa", "ar", "tr", "en", "fr", "de", "ru"} <= {page.language for page in pages}
    assert len({(page.language, page.piece) for page in pages}) == len(pages)
    assert 0.3 < sum(page.day is None for page in pages) / len(pages) < 0.7


def test_a_page_that_is_dated_by_its_deadline_is_wrong():
    page = next(page for page in date_pages.date_pages() if page.day is not None)
    assert set(date_pages.measure([page]).shares.values()) == {1.0}
    outcome = date_pages.measure([replace(page, day=None)])
    assert outcome.shares == {"dates.pages-right": 0.0, "dates.pages-not-wrong": 0.0}
    lost = date_pages.measure([replace(page, html="")])
    assert lost.shares == {"dates.pages-right": 0.0, "dates.pages-not-wrong": 1.0}
    assert "no article" in lost.faults[0]


def test_languages_are_many_and_each_has_texts_and_cuts_enough():
    assert len(language.languages()) >= 48
    for name in language.languages():
        assert 6 <= len(language.texts(name)) <= 30
        assert len(language.cuts(name, 60)) >= 2
        assert all(60 <= len(cut) <= 100 for cut in language.cuts(name, 60))
    for name in (name for name in language.languages() if "-" not in name or name.endswith("-news")):
        assert len(language.cuts(name, 60)) >= (7 if name.startswith(("ja", "zh")) else 10)
        assert len(language.cuts(name, 200)) >= 2


def test_every_profile_has_a_set_of_news():
    assert {f"{code}-news" for code in codes()} <= set(language.languages())


def test_strange_texts_are_told_by_what_they_are():
    others, undecidable = map(language.strange, (language.OTHERS, language.UNDECIDABLE))
    assert len(others) >= 100
    assert len(undecidable) >= 20
    assert not {kind for kind, _ in others} & set(codes())
    assert all(kind and text for kind, text in (*others, *undecidable))


def test_persian_on_an_arabic_keyboard_has_no_persian_yeh_or_kaf():
    typed = "".join(language.texts("fa-arabic-keys"))
    assert not set("یک") & set(typed)
    assert "ي" in typed


def test_language_gate_runs_and_knows_kurmanji_by_both_names():
    assert "fa" in codes()
    outcome = language.measure(["fa", "ku"])
    assert outcome.shares["language.whole.fa"] == 1.0
    assert outcome.shares["language.whole.ku"] == 1.0


def test_memberships_gate_runs():
    announcements = manifest().announcements
    outcome = memberships.measure([announcement.article for announcement in announcements])
    assert outcome.items == len(announcements) == 3
    assert outcome.shares["memberships.found"] == 1.0
    assert outcome.shares["memberships.true"] == 1.0


def test_memberships_gate_sees_silence_and_false_alarms(monkeypatch):
    announced, *_ = (announcement.article for announcement in manifest().announcements)
    quiet = "municipality-fa/metro-station"
    monkeypatch.setattr(memberships, "_alerting", lambda ref: {("1", "owhc")} if ref == quiet else set())
    outcome = memberships.measure([announced, quiet])
    assert outcome.shares == {
        "memberships.found": 0.0,
        "memberships.reported": 0.0,
        "memberships.true": 0.0,
    }
    assert len(outcome.faults) == 2


def test_scores_count_words_as_often_as_they_come():
    assert scores.f1("یک دو دو", "یک دو دو") == 1.0
    assert scores.f1("a b b", "a b") == pytest.approx(0.8)
    assert scores.f1("a", "b") == 0.0
    assert scores.f1("", "") == 1.0


def test_scores_miss_a_joiner_and_a_vowel_sign():
    assert scores.joined("می‌شود و می‌رود", "می‌شود و میرود") == (1, 2)
    assert scores.f1("ينظّم", "ينظم") == 0.0
