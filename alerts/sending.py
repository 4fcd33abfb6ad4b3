"""From deliveries that are due to their receipts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlmodel import Session

from alerts import payload
from alerts.channels import Channels
from alerts.letters import digest, letter
from alerts.links import Links
from alerts.messages import Message, identity
from alerts.recipients import Road, is_program, road
from news.errors import ChannelDown, DeliveryError, DeliveryRefused
from storage import digests, outbox, rules
from storage.engine import Store
from storage.outbox import Delivery, Unit

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long a failed delivery is tried, and how long one road may keep others waiting."""

    first_wait: timedelta = timedelta(minutes=1)
    longest_wait: timedelta = timedelta(hours=6)
    #: after so long it is dead
    give_up: timedelta = timedelta(days=4)
    #: of one run, for one kind of road
    run_limit: timedelta = timedelta(minutes=1)

    def wait(self, failed: int) -> timedelta:
        """The wait after so many failed tries, the last one included: doubling up to the longest."""
        return min(self.longest_wait, self.first_wait * (1 << min(failed - 1, 30)))

    def is_over(self, failed: int) -> bool:
        """Whether the waits behind so many tries add up to all that a delivery is given."""
        waited, tries = timedelta(0), 0
        while tries < failed and waited < self.give_up:
            tries += 1
            waited += self.wait(tries)
        return waited >= self.give_up


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A delivery that was not accepted, with the reason."""

    delivery: Delivery
    error: str
    #: None for one that is dead
    next_attempt_at: datetime | None

    @property
    def is_dead(self) -> bool:
        """Whether it will not be tried again by itself."""
        return self.next_attempt_at is None


Outcome = Delivery | Failure


class Sender:
    """Sends what is due, road by road; one failure hinders no other."""

    def __init__(
        self, store: Store, channels: Channels, links: Links, clock: Clock, patience: Patience
    ) -> None:
        self._store, self._channels, self._links = store, channels, links
        self._clock, self._patience = clock, patience

    def send(self, now: datetime) -> Iterator[Outcome]:
        """Everything due at that moment, once: what fails waits beyond it. What is quick goes before the mails."""
        with self._store.reading() as session:
            due = outbox.due(session, now)
        ways: defaultdict[tuple[int, str], list[Unit]] = defaultdict(list)
        for unit in due:
            ways[_way(unit.recipient)].append(unit)
        ends: dict[int, datetime] = {}
        for kind, whom in sorted(ways):
            until = ends.setdefault(kind, self._clock() + self._patience.run_limit)
            yield from self._send_road(ways[kind, whom], until)

    def _send_road(self, units: Sequence[Unit], until: datetime) -> Iterator[Outcome]:
        """Until the road closes or its kind had its time; the rest of a closed one counts as tried, that of a slow one waits."""
        for number, unit in enumerate(units):
            if self._clock() >= until:
                return
            with self._store.reading() as session:
                deliveries = outbox.load(session, unit.deliveries)
                message = compose(session, unit, deliveries, self._links)
            try:
                yield from self._send_one(message, deliveries)
            except ChannelDown as error:
                for waiting in units[number:]:
                    yield from self._put_off(waiting, str(error))
                return

    def _send_one(self, message: Message, deliveries: Sequence[Delivery]) -> Iterable[Outcome]:
        """No transaction is open while the channel works."""
        try:
            answer = self._channels(message.recipient).send(message)
        except ChannelDown:
            raise
        except DeliveryError as error:
            return self._failed(deliveries, str(error), is_final=isinstance(error, DeliveryRefused))
        now = self._clock()
        with self._store.writing() as session:
            outbox.receipt(session, _ids(deliveries), now, answer)
        return [
            replace(
                item, sent_at=now, attempts=item.attempts + 1, error=None, next_attempt_at=None, answer=answer
            )
            for item in deliveries
        ]

    def _put_off(self, unit: Unit, error: str) -> Iterable[Outcome]:
        with self._store.reading() as session:
            deliveries = outbox.load(session, unit.deliveries)
        return self._failed(deliveries, error, is_final=False)

    def _failed(self, deliveries: Sequence[Delivery], error: str, *, is_final: bool) -> Iterable[Outcome]:
        now, failed = self._clock(), max(item.attempts for item in deliveries) + 1
        is_dead = is_final or self._patience.is_over(failed)
        again = None if is_dead else now + self._patience.wait(failed)
        with self._store.writing() as session:
            if again is None:
                outbox.bury(session, _ids(deliveries), error, now)
            else:
                outbox.postpone(session, _ids(deliveries), error, again)
        return [
            Failure(
                delivery=replace(item, attempts=item.attempts + 1, error=error, next_attempt_at=again),
                error=error,
                next_attempt_at=again,
            )
            for item in deliveries
        ]


def compose(session: Session, unit: Unit, deliveries: Sequence[Delivery], links: Links) -> Message:
    """What a unit says, the same at every try."""
    unsubscribe = links.unsubscribe(unit.recipient, (item.rule for item in deliveries))
    if unit.digest is None:
        (delivery,) = deliveries
        rule = rules.rule(session, delivery.rule)
        language = rule.manner.letters if rule else "en"
        return Message(
            identity=identity(delivery),
            recipient=unit.recipient,
            dated=delivery.created_at,
            letter=letter(delivery, language, links),
            body=payload.body(delivery, language, links.base_url) if is_program(unit.recipient) else b"",
            unsubscribe=unsubscribe,
        )
    closed = digests.digest(session, unit.digest)
    return Message(
        identity=closed.identity,
        recipient=unit.recipient,
        dated=closed.closed_at,
        letter=digest(deliveries, closed.unread, closed.closed_at, closed.letters, links),
        unsubscribe=unsubscribe,
    )


def _way(recipient: str) -> tuple[int, str]:
    """The kind, in the order of sending, and what closes together: mails share a server, channels and webhooks do not."""
    try:
        found = road(recipient)
    except DeliveryRefused:
        return 0, ""
    order = (Road.CONSOLE, Road.FEED, Road.WEBHOOK, Road.APPRISE, Road.MAIL).index(found)
    return order, recipient if found in (Road.WEBHOOK, Road.APPRISE) else ""


def _ids(deliveries: Iterable[Delivery]) -> list[int]:
    return [delivery.id for delivery in deliveries]
