"""What alerts say, and how they stand up to hostile and right-to-left sentences."""

import io
from dataclasses import replace
from pathlib import Path

import pytest

from alerts.channels import Console, FeedOnly, open_channels
from alerts.letters import headline, letter
from alerts.messages import Message, identity
from alerts.recipients import normal
from news.errors import DeliveryError, DeliveryRefused, UsageError
from news.languages.quoting import direction, isolated, one_line
from news.settings import fixed_settings
from news.values import Evidence, Status, Verb
from storage.outbox import Delivery

HOSTILE = "</p><script>alert(1)</script>\r\nBcc: all@example.org\x1b[2J\u202e\x00 &\ud800\ufffe"


def quoting(delivery: Delivery, sentence: str) -> Delivery:
    evidence = Evidence(
        article=1, url="https://a.example/?a=1&b=2", source="a", sentence=sentence, confidence=0.9
    )
    return replace(delivery, event=replace(delivery.event, evidence=(evidence,)))


def test_a_letter_names_member_network_country_day_and_evidence(delivery: Delivery) -> None:
    written = letter(delivery)
    assert written.subject == "Yazd (Iran) joined Asian Mayors Forum"
    assert (
        "First reported: 29 April 2024" in written.text
    )  # midnight in Tehran is 20:30 UTC of the day before
    assert "- https://yazd.example/1 (yazd)" in written.text
    assert "\u2068شهرداری یزد" in written.text
    assert written.text.count("\u2068") == written.text.count("\u2069")


def test_a_status_other_than_announced_is_said(delivery: Delivery) -> None:
    assert headline(delivery.event, Status.PLANNED).endswith("joined Asian Mayors Forum (planned)")


@pytest.mark.parametrize("verb", Verb)
def test_every_verb_has_words(delivery: Delivery, verb: Verb) -> None:
    assert headline(replace(delivery.event, verb=verb), Status.ANNOUNCED).startswith("Yazd (Iran) ")


def test_unknown_keys_are_shown_as_they_are(delivery: Delivery) -> None:
    event = replace(delivery.event, member="1", network="gone\nSubject: x")
    assert headline(event, Status.ANNOUNCED) == "place 1 joined network gone Subject: x"


def test_hostile_sentences_stay_one_harmless_line(delivery: Delivery) -> None:
    written = letter(quoting(delivery, HOSTILE))
    quoted = next(line for line in written.text.splitlines() if "alert(1)" in line)
    assert "Bcc" in quoted
    assert not set(written.text) & set("\x1b\x00\r\u202e\ud800\ufffe")
    assert "<script" not in written.html
    assert 'href="https://a.example/?a=1&amp;b=2"' in written.html


def test_only_web_addresses_become_links(delivery: Delivery) -> None:
    assert "javascript:" not in letter(delivery).html.replace(">javascript:alert(1)<", "")


def test_an_event_without_evidence_and_one_with_much_are_written(delivery: Delivery) -> None:
    bare = replace(delivery, event=replace(delivery.event, evidence=()))
    assert "“" not in letter(bare).text
    much = replace(delivery, event=replace(delivery.event, evidence=delivery.event.evidence * 8))
    assert "and 6 more in the archive" in letter(much).text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("شهرداری یزد", "rtl"),
        ("UCLG: شهرداری یزد عضو شد", "rtl"),
        ("Yazd joined", "ltr"),
        ("עיר", "rtl"),
        ("12 3", "auto"),
    ],
)
def test_direction_goes_by_most_letters(text: str, expected: str) -> None:
    assert direction(text) == expected


def test_a_mark_turns_an_isolate_whose_first_letter_misleads() -> None:
    assert isolated("AMF شهرداری یزد عضو شد") == "\u2068\u200fAMF شهرداری یزد عضو شد\u2069"
    assert isolated("شهرداری یزد") == "\u2068شهرداری یزد\u2069"
    assert isolated("a\u2069b") == "\u2068ab\u2069"


def test_joiners_are_kept() -> None:
    assert one_line("می\u200cپیوندد\u200f \n x") == "می\u200cپیوندد\u200f x"


def message(delivery: Delivery) -> Message:
    return Message(
        identity=identity(delivery),
        recipient=delivery.recipient,
        dated=delivery.created_at,
        letter=letter(delivery),
    )


def test_the_console_prints_persian(delivery: Delivery) -> None:
    stream = io.StringIO()
    Console(stream).send(message(delivery))
    assert "شهرداری یزد به عضویت" in stream.getvalue()
    assert stream.getvalue().endswith("\n\n")


def test_a_console_that_cannot_take_it_is_a_failed_delivery(delivery: Delivery) -> None:
    closed = io.StringIO()
    closed.close()
    narrow = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    for stream in (closed, narrow):
        with pytest.raises(DeliveryError, match="console"):
            Console(stream).send(message(delivery))


def test_the_feed_as_recipient_needs_nothing_more(delivery: Delivery, tmp_path: Path) -> None:
    with open_channels(fixed_settings(home=tmp_path), io.StringIO()) as channels:
        channel = channels("feed")
        assert isinstance(channel, FeedOnly)
        assert channel.send(message(delivery))


@pytest.mark.parametrize(
    "recipient", ["pigeon:7", "a@b@c", "a b@example.org", "a@example.org\nBcc: b@c.org", ""]
)
def test_a_recipient_that_is_none_is_named(recipient: str, tmp_path: Path) -> None:
    settings = fixed_settings(home=tmp_path)
    with (
        open_channels(settings, io.StringIO()) as channels,
        pytest.raises(DeliveryRefused, match="unknown recipient"),
    ):
        channels(recipient)
    with pytest.raises(UsageError, match="unknown recipient"):
        normal(recipient)


@pytest.mark.parametrize(
    ("text", "known"),
    [
        (" mailto:Desk@Example.ORG", "Desk@example.org"),
        ("a@bücher.example", "a@xn--bcher-kva.example"),
        ("console", "console"),
    ],
)
def test_a_recipient_has_one_spelling(text: str, known: str) -> None:
    assert normal(text) == known
