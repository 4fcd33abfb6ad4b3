"""From events to receipts: match, send, note; a kill anywhere loses nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from alerts.channels import Channels
from alerts.feeds import write_feed
from alerts.letters import letter
from alerts.rules import choose
from news.errors import DeliveryError
from storage import outbox
from storage.engine import Store
from storage.outbox import Delivery

Clock = Callable[[], datetime]

_FIRST_WAIT, _LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=6)
#: Failed tries after which a delivery is dead: nearly four days.
MAX_ATTEMPTS = 24
#: When a dead delivery is tried again; a person may set it otherwise.
NEVER = datetime(9999, 1, 1, tzinfo=UTC)
_BATCH = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A delivery that was not accepted, with the reason."""

    delivery: Delivery
    error: str
    next_attempt_at: datetime

    @property
    def is_dead(self) -> bool:
        """Whether it will not be tried again by itself."""
        return self.next_attempt_at == NEVER


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


def run_once(
    store: Store, channels: Channels, feeds_folder: Path, clock: Clock, *, base_url: str = ""
) -> Sent:
    """Match new events, send what is due, bring the feeds up to date; one failure hinders no other.

    A kill between a send and its receipt repeats that one delivery. Only one process may run this at a time.
    """
    events = match_events(store, clock())
    outcomes = tuple(_send_due(store, channels, clock))
    feeds, feed_failures = _write_feeds(store, feeds_folder, base_url, clock())
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
            rules = outbox.rules(session)
            seen = outbox.match(session, partial(choose, rules), now, _BATCH)
        total += seen
        if seen < _BATCH:
            return total


def back_off(failed: int) -> timedelta:
    """The wait after so many failed tries, the last one included: a minute, doubling up to six hours."""
    return min(_LONGEST_WAIT, _FIRST_WAIT * (1 << min(failed - 1, 10)))


def _send_due(store: Store, channels: Channels, clock: Clock) -> Iterator[Delivery | Failure]:
    """Every delivery due when the run began, once: one that fails waits beyond that moment."""
    started = clock()
    while True:
        with store.reading() as session:
            batch = outbox.due(session, started, _BATCH)
        for delivery in batch:
            yield _send(store, channels, delivery, clock)
        if len(batch) < _BATCH:
            return


def _send(store: Store, channels: Channels, delivery: Delivery, clock: Clock) -> Delivery | Failure:
    """No transaction is open while the channel works."""
    try:
        channels(delivery.recipient).send(delivery, letter(delivery))
    except DeliveryError as error:
        return _postpone(store, delivery, str(error), clock())
    now = clock()
    with store.writing() as session:
        outbox.receipt(session, delivery.id, now)
    return replace(delivery, sent_at=now, attempts=delivery.attempts + 1, error=None)


def _postpone(store: Store, delivery: Delivery, error: str, now: datetime) -> Failure:
    failed = delivery.attempts + 1
    again = NEVER if failed >= MAX_ATTEMPTS else now + back_off(failed)
    with store.writing() as session:
        outbox.postpone(session, delivery.id, error, again)
    return Failure(
        delivery=replace(delivery, attempts=failed, error=error), error=error, next_attempt_at=again
    )


def _write_feeds(
    store: Store, folder: Path, base_url: str, now: datetime
) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
    with store.reading() as session:
        names = [rule.name for rule in outbox.rules(session)]
    written, failed = [], []
    for name in names:
        try:
            if write_feed(store, name, folder, base_url, now):
                written.append(name)
        except OSError as error:
            failed.append((name, str(error)))
    return tuple(written), tuple(failed)
