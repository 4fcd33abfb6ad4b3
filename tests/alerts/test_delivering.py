"""From events to receipts, through failures and kills."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from io import StringIO
from pathlib import Path
from typing import Any

import feedparser
import pytest

from alerts.channels import Channel, channel_for
from alerts.delivering import MAX_ATTEMPTS, NEVER, Sent, back_off, run_once
from alerts.feeds import feed_path
from alerts.rules import ensure_default_rule
from news.errors import DeliveryError
from news.values import Status
from storage import outbox
from storage.engine import Store
from storage.outbox import Delivery, Rule

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
        outbox.save_rule(session, rule, now)


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
    waits = [back_off(failed) / timedelta(minutes=1) for failed in range(1, 12)]
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360]
    assert back_off(10_000) == timedelta(hours=6)


def test_a_delivery_that_fails_for_days_is_dead_and_says_why(
    store: Store, keep: Keep, tmp_path: Path, clock: Any
) -> None:
    add_rule(store, Rule(name="r", recipients=("pigeon:7", "console")), clock())
    keep()
    out = StringIO()
    run = partial(run_once, store, partial(channel_for, stream=out), tmp_path, clock)
    sent = run()
    assert len(sent.deliveries) == 1
    failures = list(sent.failures)
    while not failures[-1].is_dead:
        clock.now = failures[-1].next_attempt_at
        failures += run().failures
    assert len(failures) == MAX_ATTEMPTS
    assert timedelta(days=3) < clock() - failures[0].delivery.created_at < timedelta(days=4)
    clock.move(timedelta(days=365))
    assert run().failures == ()
    dead = next(delivery for delivery in all_deliveries(store) if delivery.sent_at is None)
    assert dead.attempts == MAX_ATTEMPTS
    assert "unknown recipient 'pigeon:7'" in (dead.error or "")
    assert failures[-1].next_attempt_at == NEVER
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
    assert len(channel.letters) == 4
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
        def send(self, delivery: Delivery, letter: object) -> None:
            add_rule(store, Rule(name="other", recipients=()), clock())

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
