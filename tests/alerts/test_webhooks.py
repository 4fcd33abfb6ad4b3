"""Signed webhooks against a real receiver: signature, receipts, retries, bounds, the guard."""

from __future__ import annotations

import base64
import hashlib
import hmac
import ipaddress
import json
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from alerts import payload
from alerts.addressbook import Webhook
from alerts.delivering import run_once
from alerts.letters import letter
from alerts.messages import Message, identity
from alerts.webhooks import Webhooks, signature
from news.errors import ChannelDown, DeliveryError, DeliveryRefused
from storage import outbox, rules
from storage.engine import Store
from storage.findings import FoundArticle
from storage.outbox import Delivery, DeliveryState
from storage.rules import Manner, Rule
from tests.alerts.receiver import Receiver, receiving
from tests.alerts.smtp import tls_contexts

LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"),)
KEYS = (b"k" * 32, b"old key of the receiver!")


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    found = Receiver()
    with receiving(found):
        yield found


def webhooks(address: str, networks: Any = LOOPBACK, timeout: float = 10, **options: Any) -> Webhooks:
    hooks = {"crm": Webhook(address=address, keys=KEYS)}
    return Webhooks(hooks, networks, timeout=timeout, agent="Jarchi/1 (+https://x.example)", **options)


def local(receiver: Receiver, path: str = "/hook", **options: Any) -> Webhooks:
    return webhooks(f"http://127.0.0.1:{receiver.port}{path}", **options)


def message(delivery: Delivery, recipient: str = "webhook:crm") -> Message:
    sent = replace(delivery, recipient=recipient)
    return Message(
        identity=identity(sent),
        recipient=recipient,
        dated=delivery.created_at,
        letter=letter(sent),
        body=payload.body(sent, "en", "https://jarchi.example"),
    )


def test_a_signature_is_the_one_of_standard_webhooks() -> None:
    """The worked example of docs/alerts.md, computed there with openssl."""
    assert (
        signature(b"0123456789abcdef0123456789abcdef", "msg1", 1714554000, b'{"type":"membership.joined"}')
        == "v1,Mgu6EDDYJrA79uH0t8yVV7I4zxK86CnIrH1FBLK0dLo="
    )


def test_a_receiver_can_verify_what_it_gets(receiver: Receiver, delivery: Delivery) -> None:
    now = datetime(2024, 5, 1, 10, tzinfo=UTC)
    answer = local(receiver, "/hook/شهر?a=1&b=%20", clock=lambda: now).send(message(delivery))
    assert answer == "204 No Content"
    (request,) = receiver.requests
    assert (request.method, request.path) == ("POST", "/hook/%D8%B4%D9%87%D8%B1?a=1&b=%20")
    assert request.headers["host"] == f"127.0.0.1:{receiver.port}"
    assert request.headers["webhook-timestamp"] == str(int(now.timestamp()))
    signed = b".".join(
        [request.headers["webhook-id"].encode(), request.headers["webhook-timestamp"].encode(), request.body]
    )
    expected = [base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode() for key in KEYS]
    assert request.headers["webhook-signature"] == " ".join(f"v1,{one}" for one in expected)


def test_a_body_says_what_happened_in_a_stable_shape(delivery: Delivery) -> None:
    said = json.loads(payload.body(delivery, "fa", "https://jarchi.example"))
    assert list(said) == ["type", "version", "timestamp", "sample", "data"]
    assert (said["type"], said["version"], said["timestamp"]) == (
        "membership.joined",
        1,
        "2024-05-01T09:00:00Z",
    )
    data = said["data"]
    assert data["member"] == {"key": "111822", "name": "یزد (ایران)", "country": "IR"}
    assert (data["network"]["key"], data["status"], data["reported_on"]) == ("amf", "announced", "2024-04-29")
    assert data["evidence"][0]["archive"] == "https://jarchi.example/articles/3"
    assert data["evidence_total"] == 2


def test_a_body_stays_small_whatever_the_evidence(delivery: Delivery) -> None:
    assert delivery.event
    long = replace(delivery.event.evidence[0], sentence="ش" * 9000, url="https://a.example/" + "a" * 9000)
    event = replace(delivery.event, evidence=(long,) * 50)
    assert len(payload.body(replace(delivery, event=event), "ar", "")) < 20_000


def test_an_article_of_a_saved_search_has_a_body_too(delivery: Delivery) -> None:
    found = FoundArticle(
        id=5, url="https://a.example/5", source="a", title="Title", language="en", published_at=None,
        first_seen_at=delivery.created_at, snippet="words",
    )  # fmt: skip
    said = json.loads(payload.body(replace(delivery, event=None, status=None, article=found), "en", ""))
    assert said["type"] == "article.found"
    assert (said["data"]["article"], said["data"]["published_at"]) == (5, None)


@pytest.mark.parametrize(
    ("status", "problem"),
    [
        (b"500 Broken", DeliveryError),
        (b"404 Not Found", DeliveryError),
        (b"429 Too Many Requests", DeliveryError),
        (b"410 Gone", DeliveryRefused),
    ],
)
def test_an_answer_other_than_2xx_is_no_receipt(
    receiver: Receiver, delivery: Delivery, status: bytes, problem: type[DeliveryError]
) -> None:
    receiver.answer = lambda _: b"HTTP/1.1 %s\r\nContent-Length: 0\r\n\r\n" % status
    with pytest.raises(DeliveryError, match=status.decode()) as caught:
        local(receiver).send(message(delivery))
    assert caught.type is problem


def test_redirects_are_not_followed(receiver: Receiver, delivery: Delivery) -> None:
    receiver.answer = lambda _: b"HTTP/1.1 307 Elsewhere\r\nLocation: /other\r\nContent-Length: 0\r\n\r\n"
    with pytest.raises(DeliveryError, match="307"):
        local(receiver).send(message(delivery))
    assert len(receiver.requests) == 1


def test_interim_answers_are_passed_over(receiver: Receiver, delivery: Delivery) -> None:
    receiver.answer = lambda _: (
        b"HTTP/1.1 102 Wait\r\n\r\nHTTP/1.1 202 Later\r\nContent-Length: 9999999\r\n\r\nab"
    )
    assert local(receiver).send(message(delivery)) == "202 Later"


@pytest.mark.parametrize(
    "answer", [b"", b"\x16\x03\x01 no HTTP\r\n\r\n", b"HTTP/1.1 200 OK\r\nX: " + b"a" * 2**20]
)
def test_what_is_no_answer_closes_the_receiver_for_this_time(
    receiver: Receiver, delivery: Delivery, answer: bytes
) -> None:
    receiver.answer = lambda _: answer
    with pytest.raises(ChannelDown):
        local(receiver).send(message(delivery))


def test_a_receiver_that_does_not_answer_in_time_is_down(receiver: Receiver, delivery: Delivery) -> None:
    ended = threading.Event()
    receiver.answer = lambda _: (ended.wait(30), b"")[1]
    try:
        with pytest.raises(ChannelDown, match=r"within 0\.3 seconds"):
            local(receiver, timeout=0.3).send(message(delivery))
    finally:
        ended.set()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "0x7f.1", "169.254.169.254", "10.0.0.1"])
def test_private_addresses_are_not_dialled_unless_they_are_opened(
    receiver: Receiver, delivery: Delivery, host: str
) -> None:
    hooks = webhooks(f"http://{host}:{receiver.port}/", networks=())
    with pytest.raises(ChannelDown, match="JARCHI_ALLOW_NETWORKS"):
        hooks.send(message(delivery))
    assert receiver.requests == []


def test_a_name_that_leads_home_is_not_dialled(
    receiver: Receiver, delivery: Delivery, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: [(2, 1, 6, "", ("127.0.0.1", receiver.port))])
    with pytest.raises(ChannelDown, match=r"hook\.example is not public"):
        webhooks(f"http://hook.example:{receiver.port}/", networks=()).send(message(delivery))
    assert receiver.requests == []


def test_a_certificate_is_checked(delivery: Delivery, tmp_path: Path) -> None:
    import socket  # noqa: PLC0415

    server, client = tls_contexts(tmp_path)
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]

    def serve() -> None:
        for _ in range(2):
            raw, _ = listener.accept()
            try:
                with server.wrap_socket(raw, server_side=True) as peer:
                    peer.recv(65536)
                    peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            except OSError:
                raw.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    with pytest.raises(ChannelDown, match=r"(?i)certificate"):
        webhooks(f"https://127.0.0.1:{port}/").send(message(delivery))
    assert webhooks(f"https://127.0.0.1:{port}/", tls_context=client).send(message(delivery)) == "200 OK"
    thread.join()
    listener.close()


def test_a_name_that_the_address_book_lacks_waits_for_the_operator(delivery: Delivery) -> None:
    with pytest.raises(ChannelDown, match="no webhook of the name 'other'"):
        webhooks("http://127.0.0.1/").send(message(delivery, "webhook:other"))


def test_a_receiver_that_was_down_for_a_day_gets_each_event_once_under_one_id(
    store: Store, keep: Callable[..., int], tmp_path: Path, clock: Any
) -> None:
    with store.writing() as session:
        manner = Manner(letters="fa", zone="Asia/Tehran", quiet=(0, 23))
        rules.save_rule(session, Rule(name="r", recipients=("webhook:crm",), manner=manner), clock())
    for number in range(3):
        keep(number, member=str(1_000_000 + number))
    receiver = Receiver(answer=lambda _: b"HTTP/1.1 503 Later\r\nContent-Length: 0\r\n\r\n")
    with receiving(receiver):
        hooks = local(receiver, clock=clock)
        run_once(store, lambda _: hooks, tmp_path, clock)
    closed = run_once(store, lambda _: hooks, tmp_path, clock)
    assert (closed.deliveries, closed.failures) == ((), ())  # not due yet
    for _ in range(12):
        clock.move(timedelta(hours=2))
        down = run_once(store, lambda _: hooks, tmp_path, clock)
        assert down.deliveries == ()
    receiver.answer = Receiver().answer
    clock.move(timedelta(hours=6))
    with receiving(receiver, receiver.port):
        assert len(run_once(store, lambda _: hooks, tmp_path, clock).deliveries) == 3
        clock.move(timedelta(days=1))
        assert run_once(store, lambda _: hooks, tmp_path, clock).deliveries == ()
    refused = [request.headers for request in receiver.requests[:3]]
    taken = [request.headers for request in receiver.taken]
    assert [one["webhook-id"] for one in taken] == [one["webhook-id"] for one in refused]
    assert {one["webhook-timestamp"] for one in taken}.isdisjoint(one["webhook-timestamp"] for one in refused)
    with store.reading() as session:
        assert {one.answer for one in outbox.deliveries(session)} == {"204 No Content"}


def test_a_receiver_that_is_gone_is_dead_at_once_and_hinders_no_other(
    store: Store, keep: Callable[..., int], receiver: Receiver, tmp_path: Path, clock: Any
) -> None:
    with store.writing() as session:
        rules.save_rule(session, Rule(name="r", recipients=("webhook:old", "webhook:crm")), clock())
    keep()
    gone = b"HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n"
    receiver.answer = lambda request: gone if request.path == "/old" else b"HTTP/1.1 200 OK\r\n\r\n"
    base = f"http://127.0.0.1:{receiver.port}"
    book = {name: Webhook(address=f"{base}/{name}", keys=KEYS) for name in ("old", "crm")}
    hooks = Webhooks(book, LOOPBACK, timeout=10, agent="x")
    sent = run_once(store, lambda _: hooks, tmp_path, clock)
    assert [one.recipient for one in sent.deliveries] == ["webhook:crm"]
    (failure,) = sent.failures
    assert failure.is_dead
    with store.reading() as session:
        (dead,) = outbox.deliveries(session, state=DeliveryState.DEAD)
    assert (dead.recipient, dead.error) == ("webhook:old", "410 Gone")


def test_the_example_of_the_documents_verifies_what_is_sent(receiver: Receiver, delivery: Delivery) -> None:
    text = (Path(__file__).parents[2] / "docs" / "alerts.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    names: dict[str, Any] = {}
    exec(example, names)
    now = datetime(2024, 5, 1, 10, tzinfo=UTC)
    local(receiver, clock=lambda: now).send(message(delivery))
    (request,) = receiver.requests
    secrets = ["whsec_" + base64.b64encode(key).decode() for key in (*KEYS, b"x" * 32)]
    moment = now.timestamp()
    verified = [names["verify"](secret, request.headers, request.body, moment + 9) for secret in secrets]
    assert verified == [True, True, False]
    assert not names["verify"](secrets[0], request.headers, request.body + b" ", moment)
    assert not names["verify"](secrets[0], request.headers, request.body, moment + 301)


def test_receivers_that_are_slow_together_have_the_time_of_one_kind(
    store: Store, keep: Callable[..., int], recorder: Any, tmp_path: Path, clock: Any
) -> None:
    to = ("webhook:a", "webhook:b", "webhook:c", "desk@example.org")
    with store.writing() as session:
        rules.save_rule(session, Rule(name="r", recipients=to), clock())
    keep()

    class Slow:
        def send(self, message: Message) -> str:
            clock.move(timedelta(seconds=40))
            raise ChannelDown("no answer")

    slow, mails = Slow(), recorder()
    sent = run_once(store, lambda who: mails if "@" in who else slow, tmp_path, clock)
    assert [failure.delivery.recipient for failure in sent.failures] == ["webhook:a", "webhook:b"]
    assert [delivery.recipient for delivery in sent.deliveries] == ["desk@example.org"]
    again = run_once(store, lambda who: mails if "@" in who else recorder(), tmp_path, clock)
    assert "webhook:c" in [delivery.recipient for delivery in again.deliveries]
