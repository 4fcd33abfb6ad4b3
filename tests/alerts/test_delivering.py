"""From events to receipts, through failures and kills."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from io import StringIO
from pathlib import Path
from typing import Any

import feedparser
import pytest

from alerts.channels import Channel, open_channels
from alerts.delivering import Habits, Sent, match_events, run_once
from alerts.feeds import feed_path
from alerts.messages import Message
from alerts.rules import ensure_default_rule
from alerts.sending import Patience
from news.errors import ChannelDown, DeliveryError
from news.settings import fixed_settings
from news.values import Status
from storage import outbox, rules
from storage.engine import Store
from storage.outbox import Delivery, DeliveryState
from storage.rules import Rule

Keep = Callable[..., int]


@pytest.fixture
def run(store: Store, tmp_path: Path, clock: Any) -> Callable[..., Sent]:
    """One run in which every recipient is reached through the channel given."""
    ensure_default_rule(store, clock())

    def once(channel: Channel) -> Sent:
        return run_once(store, lambda _: channel, tmp_path / "feeds", clock)

    return once


def all_deliveries(store: Store) -> tuple[Delivery, ...]:
    with store.reading() as session:
        return outbox.deliveries(session)


def add_rule(store: Store, rule: Rule, now: datetime) -> None:
    with store.writing() as session:
        rules.save_rule(session, rule, now)


def test_an_announcement_is_sent_once(
    run: Callable[..., Sent], keep: Keep, recorder: Any, store: Store, clock: Any
) -> None:
    keep()
    channel = recorder()
    sent = run(channel)
    assert (sent.events, len(sent.deliveries), sent.failures) == (1, 1, ())
    assert sent.deliveries == all_deliveries(store)
    assert sent.deliveries[0].sent_at == clock()
    again = run(channel)
    assert (again.events, again.deliveries, again.feeds) == (0, (), ())
    assert channel.calls == 1


def test_what_is_no_news_is_matched_and_silent(run: Callable[..., Sent], keep: Keep, recorder: Any) -> None:
    keep(is_news=False)
    channel = recorder()
    assert run(channel).events == 1
    assert channel.calls == 0
    assert run(channel).events == 0


def test_more_evidence_for_a_membership_is_no_second_alert(
    run: Callable[..., Sent], keep: Keep, recorder: Any
) -> None:
    channel = recorder()
    keep(1)
    run(channel)
    keep(2, sentence="Yazd joined the Asian Mayors Forum, the agency reported.")
    run(channel)
    assert channel.calls == 1


def test_a_failure_hinders_no_other_and_is_tried_again_later(
    run: Callable[..., Sent], keep: Keep, recorder: Any, clock: Any
) -> None:
    keep(1)
    keep(2, member="112931")
    channel = recorder(DeliveryError("mail server down"))
    sent = run(channel)
    assert [delivery.event.member for delivery in sent.deliveries] == ["112931"]
    (failure,) = sent.failures
    assert failure.error == "mail server down"
    assert failure.next_attempt_at == clock() + timedelta(minutes=1)
    clock.move(timedelta(seconds=59))
    assert run(channel).deliveries == ()
    clock.move(timedelta(seconds=1))
    (delivery,) = run(channel).deliveries
    assert (delivery.event.member, delivery.attempts, delivery.error) == ("111822", 2, None)


def test_waits_double_up_to_six_hours() -> None:
    patience = Patience()
    waits = [patience.wait(failed) / timedelta(minutes=1) for failed in range(1, 12)]
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360]
    assert patience.wait(10_000) == timedelta(hours=6)


def test_a_delivery_that_fails_for_days_is_dead_and_says_why(
    store: Store, keep: Keep, recorder: Any, tmp_path: Path, clock: Any
) -> None:
    add_rule(store, Rule(name="r", recipients=("a@example.org", "console")), clock())
    keep()
    mails, console = recorder(*[DeliveryError("451 try later")] * 99), recorder()
    roads = {"a@example.org": mails, "console": console}
    run = partial(run_once, store, roads.__getitem__, tmp_path, clock)
    sent = run()
    assert len(sent.deliveries) == 1
    failures = list(sent.failures)
    while not failures[-1].is_dead:
        clock.now = failures[-1].next_attempt_at
        failures += run().failures
    assert timedelta(days=3) < clock() - failures[0].delivery.created_at < timedelta(days=4)
    clock.move(timedelta(days=365))
    assert run().failures == ()
    dead = next(delivery for delivery in all_deliveries(store) if delivery.state is DeliveryState.DEAD)
    assert (dead.attempts, dead.error, dead.next_attempt_at) == (len(failures), "451 try later", None)
    assert (len(failures), console.calls) == (24, 1)


def test_an_unknown_recipient_is_dead_at_once(store: Store, keep: Keep, tmp_path: Path, clock: Any) -> None:
    add_rule(store, Rule(name="r", recipients=("pigeon:7", "console")), clock())
    keep()
    out = StringIO()
    with open_channels(fixed_settings(home=tmp_path), out) as channels:
        sent = run_once(store, channels, tmp_path, clock)
    (failure,) = sent.failures
    assert failure.is_dead
    assert "unknown recipient 'pigeon:7'" in failure.error
    assert out.getvalue().count("Asian Mayors Forum") == 2  # headline and sentence


@pytest.mark.parametrize("kill", [KeyboardInterrupt, SystemExit])
def test_a_kill_between_send_and_receipt_repeats_that_delivery_alone(
    run: Callable[..., Sent], keep: Keep, recorder: Any, store: Store, kill: type[BaseException]
) -> None:
    for number, member in enumerate(("111822", "112931", "113646")):
        keep(number, member=member)
    channel = recorder(None, kill())
    with pytest.raises(kill):
        run(channel)
    sent = run(channel)
    assert [delivery.event.member for delivery in sent.deliveries] == ["112931", "113646"]
    assert len(channel.messages) == 4
    assert all(delivery.sent_at for delivery in all_deliveries(store))
    assert run(channel).deliveries == ()


def test_a_kill_before_the_feed_is_made_good_by_the_next_run(
    run: Callable[..., Sent], keep: Keep, recorder: Any, tmp_path: Path
) -> None:
    keep()
    with pytest.raises(KeyboardInterrupt):
        run(recorder(KeyboardInterrupt()))
    assert run(recorder()).feeds == ("new-memberships",)
    entries = feedparser.parse(feed_path(tmp_path / "feeds", "new-memberships").read_bytes()).entries
    assert len(entries) == 1


def test_a_feed_that_cannot_be_written_hinders_no_delivery(
    run: Callable[..., Sent], keep: Keep, recorder: Any, tmp_path: Path
) -> None:
    keep()
    (tmp_path / "feeds").write_text("a file where the folder should be")
    sent = run(recorder())
    assert len(sent.deliveries) == 1
    assert [rule for rule, _ in sent.feed_failures] == ["new-memberships"]


def test_hundreds_of_events_are_matched_and_sent_in_one_run(
    run: Callable[..., Sent], keep: Keep, recorder: Any
) -> None:
    for number in range(230):
        keep(number, member=str(1_000_000 + number))
    channel = recorder(DeliveryError("busy"))
    sent = run(channel)
    assert (sent.events, len(sent.deliveries), len(sent.failures)) == (230, 229, 1)
    assert channel.calls == 230


def test_a_channel_may_use_the_database_while_it_sends(
    store: Store, keep: Keep, tmp_path: Path, clock: Any
) -> None:
    """A write transaction held across a send would make this wait for the time-out and fail."""

    class Writer:
        def send(self, message: Message) -> str:
            add_rule(store, Rule(name="other", recipients=()), clock())
            return ""

    ensure_default_rule(store, clock())
    keep()
    assert len(run_once(store, lambda _: Writer(), tmp_path, clock).deliveries) == 1


def test_a_plan_that_comes_true_is_told_once_more(
    run: Callable[..., Sent], keep: Keep, recorder: Any
) -> None:
    keep(1, status=Status.PLANNED)
    channel = recorder()
    assert (run(channel).events, channel.calls) == (1, 0)
    keep(2, status=Status.ANNOUNCED, sentence="Yazd has now joined the Asian Mayors Forum.")
    assert len(run(channel).deliveries) == 1


def test_a_road_that_is_closed_is_tried_once_a_run_and_blocks_no_other(
    store: Store, keep: Keep, recorder: Any, tmp_path: Path, clock: Any
) -> None:
    add_rule(store, Rule(name="r", recipients=("a@example.org", "b@example.org", "console")), clock())
    for number in range(3):
        keep(number, member=str(1_000_000 + number))
    mails, console = recorder(ChannelDown("no route")), recorder()
    sent = run_once(store, lambda recipient: console if recipient == "console" else mails, tmp_path, clock)
    assert (mails.calls, console.calls) == (1, 3)
    assert {(failure.error, failure.next_attempt_at) for failure in sent.failures} == {
        ("no route", clock() + timedelta(minutes=1))
    }
    assert len(sent.failures) == 6
    clock.move(timedelta(minutes=1))
    assert len(run_once(store, lambda _: mails, tmp_path, clock).deliveries) == 6


def test_a_slow_road_has_its_time_and_goes_on_in_the_next_run(
    store: Store, keep: Keep, tmp_path: Path, clock: Any
) -> None:
    class Slow:
        def send(self, message: Message) -> str:
            clock.move(timedelta(seconds=25))
            return "250 at last"

    add_rule(store, Rule(name="r", recipients=("a@example.org",)), clock())
    for number in range(5):
        keep(number, member=str(1_000_000 + number))
    run = partial(run_once, store, lambda _: Slow(), tmp_path, clock)
    assert [len(run().deliveries) for _ in range(3)] == [3, 2, 0]


def test_a_rule_that_is_paused_keeps_what_it_matched(
    store: Store, keep: Keep, recorder: Any, tmp_path: Path, clock: Any
) -> None:
    rule = Rule(name="r", recipients=("a@example.org",))
    add_rule(store, rule, clock())
    keep(1)
    match_events(store, clock())
    add_rule(store, replace(rule, enabled=False), clock())
    keep(2, member="112931")
    channel = recorder()
    run = partial(run_once, store, lambda _: channel, tmp_path, clock)
    assert run().deliveries == ()
    add_rule(store, rule, clock())
    assert [delivery.event.member for delivery in run().deliveries] == ["111822"]


def test_the_dead_live_again_when_a_person_says_so(
    store: Store, keep: Keep, recorder: Any, tmp_path: Path, clock: Any
) -> None:
    add_rule(store, Rule(name="r", recipients=("a@example.org",)), clock())
    keep()
    habits = Habits(patience=Patience(give_up=timedelta(seconds=1)))
    channel = recorder(DeliveryError("550 who?"))
    (failure,) = run_once(store, lambda _: channel, tmp_path, clock, habits).failures
    assert failure.is_dead
    with store.writing() as session:
        assert outbox.revive(session, [failure.delivery.id, 4711]) == (failure.delivery.id,)
        assert outbox.revive(session) == ()
    (delivery,) = run_once(store, lambda _: channel, tmp_path, clock).deliveries
    assert (delivery.state, delivery.answer) == (DeliveryState.SENT, "taken")
    assert all_deliveries(store) == (delivery,)
