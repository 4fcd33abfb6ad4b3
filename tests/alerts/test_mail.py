"""E-mail against a real server: accepting, refusing, slow, gone, dying."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from alerts.delivering import Habits, Sent, run_once
from alerts.letters import letter
from alerts.links import Links, read
from alerts.mail import Mailer, MailServer, compose, mail_server
from alerts.messages import Message, identity
from alerts.sending import Patience
from news.errors import ChannelDown, DeliveryError, DeliveryRefused
from news.mailboxes import mailbox
from news.settings import fixed_settings
from storage import outbox, rules
from storage.engine import Store
from storage.outbox import Delivery, DeliveryState
from storage.rules import Rule
from tests.alerts.smtp import Postman, accepts_password, free_port, tls_contexts
from tests.alerts.smtp import mail_server as serve

Keep = Callable[..., int]
SENDER = mailbox("Jarchi <jarchi@example.org>")
KEY = b"k" * 32
LINKS = Links(base_url="https://jarchi.example.org", key=KEY)


@pytest.fixture
def postman() -> Postman:
    return Postman()


@pytest.fixture
def message(delivery: Delivery) -> Message:
    return a_message(replace(delivery, recipient="a@example.org"))


def a_message(delivery: Delivery) -> Message:
    return Message(
        identity=identity(delivery),
        recipient=delivery.recipient,
        dated=delivery.created_at,
        letter=letter(delivery, links=LINKS),
        unsubscribe=LINKS.unsubscribe(delivery.recipient, [delivery.rule]),
    )


@contextmanager
def mailer(port: int, tls_context: ssl.SSLContext | None = None, **changes: Any) -> Iterator[Mailer]:
    server = MailServer(host="127.0.0.1", port=port, tls="none", sender=SENDER, timeout=10)
    ours = Mailer(replace(server, **changes), tls_context)
    try:
        yield ours
    finally:
        ours.close()


@pytest.fixture
def run(store: Store, tmp_path: Path, clock: Any) -> Callable[..., Sent]:
    """One run of the whole road to a server at a port."""

    def once(port: int, habits: Habits | None = None, timeout: float = 10) -> Sent:
        with mailer(port, timeout=timeout) as channel:
            return run_once(
                store, lambda _: channel, tmp_path / "feeds", clock, habits or Habits(links=LINKS)
            )

    return once


def tell(store: Store, clock: Any, *recipients: str) -> None:
    with store.writing() as session:
        rules.save_rule(session, Rule(name="r", recipients=recipients), clock())


def standing(store: Store) -> dict[str, tuple[DeliveryState, str | None]]:
    with store.reading() as session:
        found = outbox.deliveries(session)
    return {item.recipient: (item.state, item.answer or item.error) for item in found}


def test_a_mail_says_all_that_mail_programs_ask(postman: Postman, message: Message) -> None:
    with serve(postman) as port, mailer(port) as ours:
        assert ours.send(message) == "250 taken as 1"
    (mail,) = postman.mails
    assert postman.envelopes == [("jarchi@example.org", ["a@example.org"])]
    assert str(mail["from"]) == "Jarchi <jarchi@example.org>"
    assert str(mail["subject"]) == "Yazd (Iran) joined Asian Mayors Forum"
    assert mail["date"].datetime == message.dated
    assert mail["message-id"] == f"<{message.identity}@example.org>"
    assert mail["auto-submitted"] == "auto-generated"
    assert mail["content-language"] == "en"
    assert mail["list-unsubscribe-post"] == "List-Unsubscribe=One-Click"
    plain, html = mail.iter_parts()
    assert (plain.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    assert plain.get_content().replace("\r\n", "\n").rstrip() == message.letter.text
    assert "شهرداری یزد" in html.get_content()


def test_the_link_that_ends_the_letters_is_one_unbroken_line(message: Message) -> None:
    long = replace(message, unsubscribe=LINKS.unsubscribe("a" * 60 + "@example.org", ["قاعدهٔ تازه " * 8]))
    head = compose(long, SENDER).as_bytes().partition(b"\r\n\r\n")[0].decode("ascii")
    (line,) = (line for line in head.split("\r\n") if line.startswith("List-Unsubscribe:"))
    address = line.removeprefix("List-Unsubscribe: <").removesuffix(">")
    assert address == long.unsubscribe
    found = read(KEY, address.rpartition("/")[2])
    assert found is not None
    assert found.rules == ("قاعدهٔ تازه " * 8,)


def test_without_https_no_one_click_is_promised(message: Message) -> None:
    assert (
        compose(replace(message, unsubscribe="http://desk/unsubscribe/1"), SENDER)["list-unsubscribe-post"]
        is None
    )
    assert compose(replace(message, unsubscribe=None), SENDER)["list-unsubscribe"] is None


def test_every_try_sends_the_same_bytes(message: Message) -> None:
    assert compose(message, SENDER).as_bytes() == compose(message, SENDER).as_bytes()


def test_a_hostile_subject_adds_no_header(message: Message) -> None:
    hostile = replace(message.letter, subject="x\r\nBcc: all@example.org")
    with pytest.raises(ValueError, match="linefeed"):
        compose(replace(message, letter=hostile), SENDER)


def test_letters_share_one_connection(postman: Postman, message: Message) -> None:
    with serve(postman) as port, mailer(port) as ours:
        for number in range(5):
            ours.send(replace(message, identity=str(number)))
    assert (postman.sessions, len(postman.mails)) == (1, 5)


def test_a_login_and_a_secret_way(postman: Postman, message: Message, tmp_path: Path) -> None:
    theirs, trusting = tls_contexts(tmp_path)
    options = {"tls_context": theirs, "require_starttls": True, "auth_required": True}
    with serve(postman, authenticator=accepts_password("me", "secret"), **options) as port:
        with mailer(port, trusting, tls="starttls", user="me", password="secret") as ours:
            ours.send(message)
        with (
            mailer(port, trusting, tls="starttls", user="me", password="guess") as ours,
            pytest.raises(ChannelDown, match="535"),
        ):
            ours.send(message)
        with mailer(port, tls="starttls") as ours, pytest.raises(ChannelDown, match="certificate"):
            ours.send(message)
    with serve(postman, ssl_context=theirs) as port, mailer(port, trusting, tls="tls") as ours:
        ours.send(message)
    assert len(postman.mails) == 2


def test_a_server_without_starttls_gets_nothing_in_the_clear(postman: Postman, message: Message) -> None:
    with (
        serve(postman) as port,
        mailer(port, tls="starttls") as ours,
        pytest.raises(ChannelDown, match="STARTTLS"),
    ):
        ours.send(message)
    assert postman.mails == []


def test_a_setting_that_is_missing_is_named(message: Message, tmp_path: Path) -> None:
    assert mail_server(fixed_settings(home=tmp_path, smtp_host="mail.example.org")) is None
    ours = Mailer(None)
    with pytest.raises(ChannelDown, match="JARCHI_SMTP_HOST and JARCHI_SMTP_FROM"):
        ours.send(message)
    ours.close()


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ("550 no such user", DeliveryRefused),
        ("452 mailbox full", DeliveryError),
        ("530 log in", DeliveryError),
    ],
)
def test_what_the_server_says_of_a_recipient(
    postman: Postman, message: Message, answer: str, kind: type[DeliveryError]
) -> None:
    postman.on_rcpt = lambda address: answer if address == "a@example.org" else None
    with serve(postman) as port, mailer(port) as ours:
        with pytest.raises(DeliveryError, match=answer) as caught:
            ours.send(message)
        assert type(caught.value) is kind
        assert ours.send(replace(message, recipient="b@example.org")).startswith("250")
    assert postman.sessions == 1


def test_one_bad_recipient_holds_no_other(
    postman: Postman, run: Callable[..., Sent], store: Store, keep: Keep, clock: Any
) -> None:
    tell(store, clock, "a@example.org", "gone@example.org", "full@example.org", "z@example.org")
    keep()
    answers = {"gone@example.org": "550 5.1.1 no such user", "full@example.org": "452 4.2.2 full"}
    postman.on_rcpt = answers.get
    with serve(postman) as port:
        run(port)
        assert standing(store) == {
            "a@example.org": (DeliveryState.SENT, "250 taken as 1"),
            "gone@example.org": (DeliveryState.DEAD, "550 5.1.1 no such user"),
            "full@example.org": (DeliveryState.WAITING, "452 4.2.2 full"),
            "z@example.org": (DeliveryState.SENT, "250 taken as 2"),
        }
        answers.clear()
        clock.move(timedelta(minutes=1))
        (late,) = run(port).deliveries
    assert (late.recipient, late.answer) == ("full@example.org", "250 taken as 3")
    assert [rcpt for _, rcpt in postman.envelopes] == [
        ["a@example.org"],
        ["z@example.org"],
        ["full@example.org"],
    ]
    assert len(set(postman.identities)) == 3


def test_a_refused_content_is_dead_and_a_busy_server_is_tried_again(
    postman: Postman, run: Callable[..., Sent], store: Store, keep: Keep, clock: Any
) -> None:
    tell(store, clock, "a@example.org", "b@example.org")
    keep()
    said = {"a@example.org": "554 5.7.1 spam", "b@example.org": "451 4.7.1 greylisted"}
    postman.on_content = lambda mail: said.get(str(mail["to"]))
    with serve(postman) as port:
        run(port)
        assert {who: state for who, (state, _) in standing(store).items()} == {
            "a@example.org": DeliveryState.DEAD, "b@example.org": DeliveryState.WAITING,
        }  # fmt: skip
        said.clear()
        clock.move(timedelta(minutes=1))
        assert [item.recipient for item in run(port).deliveries] == ["b@example.org"]


def test_a_server_that_dies_after_data_is_asked_again_under_the_same_name(
    postman: Postman, run: Callable[..., Sent], store: Store, keep: Keep, clock: Any
) -> None:
    """It took the mail, and nobody heard it say so."""
    tell(store, clock, "a@example.org")
    keep()
    postman.hangs_up = True
    with serve(postman) as port:
        (failure,) = run(port).failures
        assert not failure.is_dead
        postman.hangs_up = False
        clock.move(timedelta(minutes=1))
        assert len(run(port).deliveries) == 1
    first, second = postman.mails
    assert first["message-id"] == second["message-id"]
    assert first.as_bytes() == second.as_bytes()


def test_a_slow_server_is_given_up_in_time_and_others_still_get_theirs(
    postman: Postman, run: Callable[..., Sent], store: Store, keep: Keep, clock: Any
) -> None:
    tell(store, clock, "a@example.org", "b@example.org")
    keep()
    postman.hangs = True

    def no_longer(address: str) -> None:
        postman.hangs = address == "a@example.org"

    postman.on_rcpt = no_longer
    with serve(postman) as port:
        sent = run(port, timeout=0.5)
    assert [item.recipient for item in sent.deliveries] == ["b@example.org"]
    assert "in time" in sent.failures[0].error


def test_a_server_that_is_down_for_a_day_gets_everything_then(
    postman: Postman, run: Callable[..., Sent], store: Store, keep: Keep, clock: Any
) -> None:
    tell(store, clock, "a@example.org", "b@example.org")
    keep(1)
    port, began = free_port(), clock()
    while clock() - began < timedelta(days=1):
        failures = run(port).failures
        assert not any(failure.is_dead for failure in failures)
        keep(2, member="112931")
        clock.now = min(failure.next_attempt_at for failure in failures if failure.next_attempt_at)
    with serve(postman, port):
        clock.move(timedelta(hours=6))
        assert len(run(port).deliveries) == 4
        assert run(port).deliveries == ()
    assert len(set(postman.identities)) == len(postman.mails) == 4
    assert {state for state, _ in standing(store).values()} == {DeliveryState.SENT}


def test_a_server_that_never_comes_back_leaves_dead_letters(
    run: Callable[..., Sent], store: Store, keep: Keep, clock: Any
) -> None:
    tell(store, clock, "a@example.org")
    keep()
    port, habits = free_port(), Habits(patience=Patience(give_up=timedelta(days=2)))
    began, tries = clock(), 0
    while (failure := run(port, habits).failures[0]).next_attempt_at is not None:
        tries += 1
        clock.now = failure.next_attempt_at
    assert timedelta(days=1) < clock() - began < timedelta(days=2)
    assert tries > 10
    assert standing(store)["a@example.org"][0] is DeliveryState.DEAD


def test_hundreds_of_mails_leave_in_one_run_over_one_connection(
    postman: Postman, run: Callable[..., Sent], store: Store, keep: Keep, clock: Any
) -> None:
    tell(store, clock, *(f"{number}@example.org" for number in range(200)))
    keep()
    with serve(postman) as port:
        assert len(run(port).deliveries) == 200
    assert (postman.sessions, len(set(postman.identities))) == (1, 200)
