"""From events to receipts: match, settle, send, note; a kill anywhere loses nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path

from alerts.channels import Channels
from alerts.feeds import write_feed
from alerts.links import Links
from alerts.rules import choose
from alerts.sending import Clock, Failure, Patience, Sender
from alerts.settling import settle
from storage import findings, outbox, rules
from storage.engine import Store
from storage.outbox import Delivery

_BATCH, _ARTICLES = 500, 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """What the operator decides for all rules."""

    #: of the letters
    links: Links = field(default_factory=Links)
    #: address of the web page for the feeds, without a slash at the end; empty where there is none
    feeds_url: str = ""
    patience: Patience = field(default_factory=Patience)
    #: mails about one event or article that a recipient is sent a day; 0 bounds nothing
    budget: int = 20
    #: tells the kind of each source, for searches that ask for one
    kinds: Callable[[], Mapping[str, str]] = dict


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What one run did."""

    #: events that the rules were asked about
    events: int
    #: accepted in this run, with their receipts
    deliveries: tuple[Delivery, ...]
    failures: tuple[Failure, ...]
    #: rules whose feed was written
    feeds: tuple[str, ...]
    #: rule and reason of each feed that could not be written
    feed_failures: tuple[tuple[str, str], ...]


_STANDARD = Habits()


def run_once(
    store: Store, channels: Channels, feeds_folder: Path, clock: Clock, habits: Habits = _STANDARD
) -> Sent:
    """Match new events, send what is due, bring the feeds up to date; one failure hinders no other.

    A kill between a send and its receipt repeats that one message, under the same identity. Only one
    process may run this at a time.
    """
    events = match_events(store, clock())
    match_articles(store, clock(), habits.kinds)
    now = clock()
    settle(store, now, habits.budget)
    sender = Sender(store, channels, habits.links, clock, habits.patience)
    outcomes = tuple(sender.send(now))
    feeds, feed_failures = _write_feeds(store, feeds_folder, habits.feeds_url, clock())
    return Sent(
        events=events,
        deliveries=tuple(outcome for outcome in outcomes if isinstance(outcome, Delivery)),
        failures=tuple(outcome for outcome in outcomes if isinstance(outcome, Failure)),
        feeds=feeds,
        feed_failures=feed_failures,
    )


def match_events(store: Store, now: datetime) -> int:
    """Ask the rules about every event not matched yet, in short transactions; returns how many there were."""
    total = 0
    while True:
        with store.writing() as session:
            seen = outbox.match(session, partial(choose, rules.rules(session)), now, _BATCH)
        total += seen
        if seen < _BATCH:
            return total


def match_articles(store: Store, now: datetime, kinds: Callable[[], Mapping[str, str]] = dict) -> int:
    """Let the rules of searches see every article not matched yet, in short transactions; returns how many there were."""
    with store.reading() as session:
        if not findings.waits(session):
            return 0
    total, known = 0, kinds()
    while True:
        seen = findings.match(store, now, _ARTICLES, known)
        total += seen
        if seen < _ARTICLES:
            return total


def _write_feeds(
    store: Store, folder: Path, base_url: str, now: datetime
) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
    with store.reading() as session:
        names = [rule.name for rule in rules.rules(session)]
    written, failed = [], []
    for name in names:
        try:
            if write_feed(store, name, folder, base_url, now):
                written.append(name)
        except OSError as error:
            failed.append((name, str(error)))
    return tuple(written), tuple(failed)
