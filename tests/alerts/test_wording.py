"""The languages of the letters: whole catalogues, both calendars, both directions."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from string import Formatter

import pytest
from babel.messages import Catalog, Message
from lxml import html as parse

from alerts import catalogues
from alerts.letters import digest, headline, letter, sample
from alerts.links import Links
from alerts.wording import LANGUAGES, words
from news.values import Evidence, Status, Verb
from storage.digests import Unread
from storage.outbox import Delivery

HOSTILE = "</p><script>alert(1)</script>\r\nBcc: all@example.org\x1b[2J\u202e\x00 {rule} &\ud800"
OTHERS = LANGUAGES[1:]
ISOLATE, END = "\u2068", "\u2069"


def messages(catalogue: Catalog) -> Iterator[tuple[str, Message]]:
    for message in catalogue:
        if message.id:
            yield (message.id if isinstance(message.id, str) else message.id[0]), message


def strings(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string)


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("language", OTHERS)
def test_every_message_of_the_code_is_translated_and_no_other(language: str) -> None:
    wanted = {key for key, _ in messages(catalogues.extracted())}
    assert len(wanted) > 30
    catalogue = catalogues.read(language)
    assert {key for key, _ in messages(catalogue)} == wanted
    for key, message in messages(catalogue):
        assert all(strings(message)), key
        assert not message.fuzzy, key
        assert len(strings(message)) == (catalogue.num_plurals if message.pluralizable else 1), key


@pytest.mark.parametrize("language", OTHERS)
def test_translations_have_the_placeholders_of_their_message(language: str) -> None:
    for key, message in messages(catalogues.read(language)):
        for string in strings(message):
            spoken = {"number"} if message.pluralizable else set()  # "one more" needs no figure
            assert placeholders(key) - spoken <= placeholders(string) <= placeholders(key), key


def test_the_catalogues_are_as_the_command_writes_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {path.name: path.read_bytes() for path in catalogues.FOLDER.glob("*.po")}
    for name, content in before.items():
        (tmp_path / name).write_bytes(content)
    monkeypatch.setattr(catalogues, "FOLDER", tmp_path)
    catalogues.main()
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
    assert set(before) == {f"{language}.po" for language in OTHERS}


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", "29 April 2024 (10 Ordibehesht 1403)"),
        ("fa", "۱۰ اردیبهشت ۱۴۰۳ (۲۹ آوریل ۲۰۲۴)"),
        ("ar", "٢٩ أبريل ٢٠٢٤ (١٠ أرديبهشت ١٤٠٣)"),
        ("tr", "29 Nisan 2024 (10 Ordibeheşt 1403)"),
    ],
)
def test_a_day_in_both_calendars(language: str, expected: str) -> None:
    assert words(language).day(date(2024, 4, 29)) == expected


def test_a_day_before_the_persian_calendar_has_one_name() -> None:
    assert words("en").day(date(600, 1, 1)) == "1 January 600"


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("fa", "یزد (ایران) به عضویت مجمع شهرداران آسیایی درآمد"),
        ("ar", "انضمت يزد (إيران) إلى منتدى رؤساء بلديات آسيا"),
        ("tr", "Yezd (İran), Asya Belediye Başkanı Forumu üyesi oldu"),
    ],
)
def test_member_and_network_have_the_readers_names(delivery: Delivery, language: str, expected: str) -> None:
    assert letter(delivery, language).subject == expected


def test_a_name_that_the_language_lacks_stands_apart(delivery: Delivery) -> None:
    event = replace(delivery.event, network="gpm")
    subject = headline(event, Status.ANNOUNCED, words("ar"))
    assert f"{ISOLATE}Global Parliament of Mayors{END}" in subject


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("status", Status)
def test_every_verb_and_status_has_words(delivery: Delivery, language: str, status: Status) -> None:
    for verb in Verb:
        event = replace(delivery.event, verb=verb, member="1", network="gone")
        line = headline(event, status, words(language))
        assert "gone" in line
        assert "{" not in line
        assert line.count(ISOLATE) == line.count(END)


def test_a_right_to_left_line_that_begins_with_latin_letters_is_turned() -> None:
    assert words("fa").say("{source}: never so far", source="yazd").startswith(ISOLATE)
    assert words("fa")._line("UCLG عضو شد", {}) == "\u200fUCLG عضو شد"
    assert words("en")._line("شهر joined", {}) == "شهر joined"


@pytest.mark.parametrize("language", LANGUAGES)
def test_hostile_pages_put_nothing_into_a_letter(delivery: Delivery, language: str) -> None:
    evidence = Evidence(
        article=1, url=f'https://a.example/"><b>{HOSTILE}', source=HOSTILE, sentence=HOSTILE, confidence=1
    )
    event = replace(
        delivery.event, evidence=(evidence, replace(evidence, url="javascript:alert(1)")), network=HOSTILE
    )
    hostile = replace(delivery, event=event, rule=HOSTILE.replace("\ud800", ""))  # which no database can hold
    links = Links(base_url="https://jarchi.example", key=b"k" * 32)
    unread = [
        Unread(source=HOSTILE, since=None),
        Unread(source=HOSTILE, since=datetime(2024, 1, 1, tzinfo=UTC)),
    ]
    for written in (
        letter(hostile, language, links),
        digest([hostile, delivery], unread, delivery.created_at, language, links),
        sample(letter(hostile, language, links)),
    ):
        assert not set(written.subject) & set("\r\n\x00\x1b\u202e\ud800")
        assert not set(written.text) & set("\r\x00\x1b\u202e\ud800")
        assert not any(line.startswith("Bcc") for line in written.text.splitlines())
        page = parse.document_fromstring(written.html)
        assert not page.xpath("//script | //b")
        assert all(link.startswith(("https://", "http://")) for link in page.xpath("//@href"))
        assert written.text.count(ISOLATE) == written.text.count(END)


@pytest.mark.parametrize("language", LANGUAGES)
def test_html_says_its_language_and_direction(delivery: Delivery, language: str) -> None:
    page = parse.document_fromstring(letter(delivery, language).html)
    assert page.get("lang") == language
    assert page.get("dir") == page.find("body").get("dir") == ("rtl" if language in ("fa", "ar") else "ltr")
    assert page.xpath("//blockquote/@dir") == ["rtl"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_counts_are_right_in_every_number(delivery: Delivery, language: str) -> None:
    for number in (2, 3, 11, 100, 101, 130):
        several = [
            replace(delivery, id=n, event=replace(delivery.event, id=n, evidence=delivery.event.evidence[:1]))
            for n in range(1, number + 1)
        ]
        written = digest(several, [], delivery.created_at, language, Links())
        assert written.text.count(delivery.event.evidence[0].sentence) == min(number, 100)
        if language != "ar" or number > 2:
            assert words(language).digits(str(number)) in written.subject


def test_a_long_subject_is_cut_and_its_heading_is_not(delivery: Delivery) -> None:
    event = replace(delivery.event, network="x" * 300)
    written = letter(replace(delivery, event=event))
    assert len(written.subject) == 200
    assert "x" * 300 in written.text


def test_a_sample_says_that_it_is_one(delivery: Delivery) -> None:
    written = sample(letter(delivery, "tr"))
    assert written.subject.startswith("Örnek: ")
    assert "hiçbir şey olmadı" in written.text
    assert "hiçbir şey olmadı" in written.html
