"""Apprise's channels against a real receiver: one call for each message, secrets hidden, addresses looked at."""

from __future__ import annotations

import ipaddress
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from alerts.channels import open_channels
from alerts.delivering import run_once
from alerts.letters import letter
from alerts.messages import Message, identity
from alerts.messenger import Messenger, masked
from news.errors import ChannelDown, DeliveryError
from news.settings import fixed_settings
from storage import outbox, rules
from storage.engine import Store
from storage.outbox import Delivery
from storage.rules import Manner, Rhythm, Rule
from tests.alerts.receiver import Receiver, receiving

LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"),)
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    found = Receiver(answer=lambda _: OK)
    with receiving(found):
        yield found


@pytest.fixture(scope="module")
def messenger(receiver: Receiver) -> Iterator[Messenger]:
    at = f"127.0.0.1:{receiver.port}"
    channels = {
        "json": f"json://user:s3cretword@{at}/t0kenpath?+X-Key=key12345",
        "ntfy": f"ntfy://{at}/secret-topic",
        "matrix": f"matrix://us3rname:passw0rd@{at}/#room",
        "away": f"json://{at}/away",
        "wrong": "no-such-service://abcdefgh/ijkl",
        "here": "syslog://",
        "local": "rsyslog://10.1.2.3",
    }
    with_child = Messenger(channels, LOOPBACK, timeout=20)
    yield with_child
    with_child.close()


def message(delivery: Delivery, name: str, language: str = "fa") -> Message:
    recipient = f"apprise:{name}"
    sent = replace(delivery, recipient=recipient)
    return Message(
        identity=identity(sent),
        recipient=recipient,
        dated=delivery.created_at,
        letter=letter(sent, language),
    )


@pytest.fixture(autouse=True)
def forget(receiver: Receiver) -> None:
    receiver.requests.clear()
    receiver.answer = lambda _: OK


def test_a_letter_reaches_a_service_in_one_call(
    messenger: Messenger, receiver: Receiver, delivery: Delivery
) -> None:
    assert messenger.send(message(delivery, "json")).startswith("taken by ")
    (request,) = receiver.requests
    said = json.loads(request.body)
    assert (request.path, request.headers["x-key"]) == ("/t0kenpath", "key12345")
    assert said["title"] == letter(delivery, "fa").subject
    assert "شهرداری یزد به عضویت" in said["message"]
    assert said["title"] not in said["message"]


def test_ntfy_gets_title_and_text(messenger: Messenger, receiver: Receiver, delivery: Delivery) -> None:
    messenger.send(message(delivery, "ntfy", "en"))
    (request,) = receiver.requests
    said = json.loads(request.body)
    assert (said["topic"], said["title"]) == ("secret-topic", "Yazd (Iran) joined Asian Mayors Forum")
    assert "First reported: 29 April 2024" in said["message"]


@pytest.mark.parametrize("name", ["json", "ntfy", "matrix"])
def test_a_refusal_tells_why_and_nothing_of_the_address(
    messenger: Messenger, receiver: Receiver, delivery: Delivery, name: str
) -> None:
    receiver.answer = lambda request: (
        b"HTTP/1.1 503 %s\r\nContent-Length: 0\r\n\r\n" % request.path.replace("/", " ").encode()
    )
    with pytest.raises(DeliveryError) as caught:
        messenger.send(message(delivery, name))
    said = str(caught.value)
    assert said
    assert not any(
        part in said
        for part in ("s3cretword", "t0kenpath", "key12345", "secret-topic", "passw0rd", "us3rname")
    )


def test_redirects_are_not_followed(messenger: Messenger, receiver: Receiver, delivery: Delivery) -> None:
    receiver.answer = lambda _: b"HTTP/1.1 307 Else\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n"
    with pytest.raises(DeliveryError, match="307"):
        messenger.send(message(delivery, "away"))
    assert len(receiver.requests) == 1


def test_private_addresses_are_not_dialled_by_any_plugin(receiver: Receiver, delivery: Delivery) -> None:
    at = f"127.0.0.1:{receiver.port}"
    channels = {
        "json": f"json://{at}/",
        "name": f"ntfy://localhost:{receiver.port}/topic",
        "datagrams": "rsyslog://127.0.0.1",
        "irc": f"irc://{at}/#c",
    }
    closed = Messenger(channels, (), timeout=20)
    try:
        for name in channels:
            with pytest.raises(DeliveryError, match="not public, and not in JARCHI_ALLOW_NETWORKS"):
                closed.send(message(delivery, name))
    finally:
        closed.close()
    assert receiver.requests == []


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("wrong", "not an address that Apprise reads"),
        ("here", "not asked for"),
        ("gone", "no channel of the name"),
    ],
)
def test_what_cannot_be_sent_says_so(messenger: Messenger, delivery: Delivery, name: str, said: str) -> None:
    with pytest.raises(DeliveryError, match=said):
        messenger.send(message(delivery, name))


def test_a_service_that_hangs_is_given_up_and_the_next_one_is_served(
    receiver: Receiver, delivery: Delivery
) -> None:
    ended = threading.Event()
    receiver.answer = lambda request: (ended.wait(30), OK)[1] if request.path == "/slow" else OK
    at = f"127.0.0.1:{receiver.port}"
    patient = f"json://{at}/slow?rto=30"
    messenger = Messenger({"slow": patient, "quick": f"json://{at}/quick"}, LOOPBACK, timeout=0.5)
    try:
        messenger.send(message(delivery, "quick"))
        with pytest.raises(ChannelDown, match=r"no answer within 0\.5 seconds"):
            messenger.send(message(delivery, "slow"))
        assert messenger.send(message(delivery, "quick"))
    finally:
        ended.set()
        messenger.close()


def test_every_part_of_an_address_is_hidden() -> None:
    address = "tgram://123456789:abcdef%2Fgh/-100200300/?k=värd"
    text = "failed at https://api.telegram.org/bot123456789:abcdef/gh/send chat -100200300 VÄRD"
    assert masked(text, address) == "failed at https://api.telegram.org/bot…:…/send chat … …"


def test_chats_keep_the_hours_of_their_readers_and_the_archive_knows_only_names(
    store: Store, keep: Callable[..., int], receiver: Receiver, tmp_path: Path, clock: Any
) -> None:
    settings = fixed_settings(
        home=tmp_path,
        allow_networks=LOOPBACK,
        channels=f'[apprise]\ndesk = "json://127.0.0.1:{receiver.port}/t0kenpath"',
    )
    with store.writing() as session:
        rules.save_rule(session, Rule(name="now", recipients=("apprise:desk",)), clock())
        daily = Rule(name="daily", recipients=("apprise:desk",), manner=Manner(rhythm=Rhythm.DAILY, hour=8))
        rules.save_rule(session, daily, clock())
    keep()
    import io  # noqa: PLC0415

    with open_channels(settings, io.StringIO()) as channels:
        sent = run_once(store, channels, tmp_path, clock)
    assert [one.rule for one in sent.deliveries] == ["now"]
    assert len(receiver.requests) == 1
    with store.reading() as session:
        told = outbox.deliveries(session)
    assert "t0kenpath" not in repr(told)
    waiting = next(one for one in told if one.rule == "daily")
    assert waiting.next_attempt_at is not None
