"""Digests: at the reader's hour, closed once, the same at every try."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from alerts.delivering import Habits, Sent, run_once
from alerts.links import Links, read
from news.errors import ChannelDown, DeliveryError
from storage import outbox, rules, runs
from storage.engine import Store
from storage.outbox import DeliveryState
from storage.rules import Manner, Rhythm, Rule

Keep = Callable[..., int]
DESK = "desk@example.org"
KEY = b"k" * 32
#: the clock of the tests begins at nine
DAILY = Manner(rhythm=Rhythm.DAILY, hour=10)


@pytest.fixture
def run(store: Store, tmp_path: Path, clock: Any) -> Callable[..., Sent]:
    def once(channel: Any, budget: int = 20) -> Sent:
        habits = Habits(links=Links(base_url="https://jarchi.example", key=KEY), budget=budget)
        return run_once(store, lambda _: channel, tmp_path / "feeds", clock, habits)

    return once


def save(store: Store, clock: Any, *wanted: Rule) -> None:
    with store.writing() as session:
        for rule in wanted:
            rules.save_rule(session, rule, clock())


def fail(store: Store, source: str, now: datetime) -> None:
    with store.writing() as session:
        runs.finish(session, runs.begin(session, source, now), {}, "503", now)


def test_a_daily_rule_waits_for_its_hour_and_tells_all_at_once(
    run: Callable[..., Sent], keep: Keep, recorder: Any, store: Store, clock: Any
) -> None:
    save(store, clock, Rule(name="r", recipients=(DESK, "console"), manner=DAILY))
    keep(1)
    channel = recorder()
    assert [item.recipient for item in run(channel).deliveries] == ["console"]
    keep(2, member="112931")
    clock.move(timedelta(minutes=59))
    assert [item.recipient for item in run(channel).deliveries] == ["console"]
    clock.move(timedelta(minutes=1))
    assert [item.recipient for item in run(channel).deliveries] == [DESK, DESK]
    digest = channel.messages[-1]
    assert digest.letter.subject == "2 reports of memberships, 1 May 2024 (12 Ordibehesht 1403)"
    assert digest.letter.text.count("joined Asian Mayors Forum") == 2
    assert digest.dated == clock()
    assert run(channel).deliveries == ()


def test_a_digest_is_the_same_at_every_try_and_what_comes_later_waits_for_the_next(
    run: Callable[..., Sent], keep: Keep, recorder: Any, store: Store, clock: Any
) -> None:
    save(store, clock, Rule(name="r", recipients=(DESK,), manner=DAILY))
    keep(1)
    keep(2, member="112931")
    run(recorder())
    clock.move(timedelta(hours=1))
    fail(store, "yazd", clock())
    channel = recorder(KeyboardInterrupt(), ChannelDown("down"), DeliveryError("451 busy"))
    with pytest.raises(KeyboardInterrupt):
        run(channel)
    keep(3, member="113646")
    fail(store, "shiraz", clock())
    for _ in range(2):
        assert len(run(channel).failures) == 2
        clock.move(timedelta(minutes=5))
    assert len(run(channel).deliveries) == 2
    killed, accepted = channel.messages
    assert killed == accepted
    assert "yazd: never so far" in accepted.letter.text
    assert "shiraz" not in accepted.letter.text
    clock.move(timedelta(days=1))
    assert [item.event.member for item in run(channel).deliveries] == ["113646"]
    assert channel.messages[-1].identity != accepted.identity


def test_a_digest_says_since_when_a_source_was_not_read(
    run: Callable[..., Sent], keep: Keep, recorder: Any, store: Store, clock: Any
) -> None:
    save(store, clock, Rule(name="r", recipients=(DESK,), manner=DAILY))
    keep()
    with store.writing() as session:
        runs.finish(session, runs.begin(session, "yazd", clock()), {}, None, clock())
        runs.set_enabled(session, "off", False)
    fail(store, "yazd", clock())
    fail(store, "off", clock())
    fail(store, "forgotten", clock() - timedelta(days=30))
    channel = recorder()
    run(channel)
    clock.move(timedelta(hours=1))
    run(channel)
    text = channel.messages[0].letter.text
    assert "Sources that could not be read" in text
    assert "- yazd: not since 1 May 2024" in text
    assert "off" not in text
    assert "forgotten" not in text


def test_quiet_hours_end_in_one_letter(
    run: Callable[..., Sent], keep: Keep, recorder: Any, store: Store, clock: Any
) -> None:
    save(store, clock, Rule(name="r", recipients=(DESK,), manner=Manner(quiet=(8, 12))))
    for number in range(3):
        keep(number, member=str(1_000_000 + number))
    channel = recorder()
    assert run(channel).deliveries == ()
    clock.move(timedelta(hours=3))
    assert len(run(channel).deliveries) == 3
    assert len(channel.messages) == 1
    keep(4, member="112931")
    assert len(run(channel).deliveries) == 1


def test_alerts_beyond_the_days_budget_fold_into_one_digest(
    run: Callable[..., Sent], keep: Keep, recorder: Any, store: Store, clock: Any
) -> None:
    save(store, clock, Rule(name="r", recipients=(DESK, "other@example.org", "feed")))
    channel = recorder()
    for number in range(2):
        keep(number, member=str(1_000_000 + number))
    run(channel, budget=3)
    for number in range(2, 7):
        keep(number, member=str(1_000_000 + number))
    run(channel, budget=3)
    letters = [message.recipient for message in channel.messages]
    assert (letters.count(DESK), letters.count("other@example.org"), letters.count("feed")) == (3, 3, 7)
    clock.move(timedelta(hours=23))
    sent = run(channel, budget=3)
    assert len(sent.deliveries) == 8
    assert [message.recipient for message in channel.messages[-2:]] == [DESK, "other@example.org"]
    keep(8, member="112931")
    assert len(run(channel, budget=3).deliveries) == 3


def test_rules_that_are_due_at_once_make_one_digest_for_each_language(
    run: Callable[..., Sent], keep: Keep, recorder: Any, store: Store, clock: Any
) -> None:
    persian = Manner(rhythm=Rhythm.DAILY, hour=10, letters="fa")
    save(
        store, clock, Rule(name="a", recipients=(DESK,), manner=DAILY), Rule(name="b", recipients=(DESK,), manner=DAILY),
        Rule(name="c", recipients=(DESK,), manner=persian),
    )  # fmt: skip
    keep(1)
    keep(2, member="112931")
    channel = recorder()
    run(channel)
    clock.move(timedelta(hours=1))
    assert len(run(channel).deliveries) == 6
    assert {message.letter.language for message in channel.messages} == {"en", "fa"}
    english = next(message for message in channel.messages if message.letter.language == "en")
    assert english.letter.text.count("joined Asian Mayors Forum") == 2  # told once though two rules say so
    subscription = read(KEY, (english.unsubscribe or "").rpartition("/")[2])
    assert subscription is not None
    assert subscription.rules == ("a", "b")


def test_a_dead_digest_lives_again_as_a_whole(
    run: Callable[..., Sent], keep: Keep, recorder: Any, store: Store, clock: Any
) -> None:
    save(store, clock, Rule(name="r", recipients=(DESK,), manner=DAILY))
    keep(1)
    keep(2, member="112931")
    run(recorder())
    clock.move(timedelta(hours=1))
    channel = recorder(*[DeliveryError("451 busy")] * 30)
    while any(not failure.is_dead for failure in run(channel).failures):
        clock.move(timedelta(hours=6))
    with store.writing() as session:
        dead = outbox.deliveries(session, state=DeliveryState.DEAD)
        assert len(dead) == 2
        assert len(outbox.revive(session, [dead[0].id])) == 2
    assert len(run(recorder()).deliveries) == 2


def test_a_rule_that_is_paused_holds_its_digest_back(
    run: Callable[..., Sent], keep: Keep, recorder: Any, store: Store, clock: Any
) -> None:
    save(store, clock, Rule(name="r", recipients=(DESK,), manner=DAILY))
    keep()
    run(recorder())
    save(store, clock, Rule(name="r", recipients=(DESK,), manner=DAILY, enabled=False))
    clock.move(timedelta(days=2))
    assert run(recorder()).deliveries == ()
    save(store, clock, Rule(name="r", recipients=(DESK,), manner=DAILY))
    assert len(run(recorder()).deliveries) == 1
