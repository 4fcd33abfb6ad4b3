"""When each new delivery leaves: at once, or in a digest."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlmodel import Session

from alerts import rhythms
from alerts.messages import digest_identity
from alerts.recipients import is_person
from storage import digests, outbox, rules
from storage.engine import Store
from storage.outbox import Waiting
from storage.rules import Manner, Rule

_STANDARD = Manner()


def settle(store: Store, now: datetime, budget: int) -> None:
    """Hold what has to wait for its reader's hour, then close the digests whose hour has come.

    `budget` is how many letters about one event a recipient is sent a day; 0 bounds nothing.
    """
    with store.reading() as session:
        moments = _moments(session, outbox.unsettled(session), now, budget)
        is_ripe = bool(outbox.ripe(session, now))
    if moments:
        with store.writing() as session:
            for moment, deliveries in moments.items():
                outbox.hold(session, deliveries, moment)
    if is_ripe:
        with store.writing() as session:
            _close(session, now)


def _moments(
    session: Session, waiting: Iterable[Waiting], now: datetime, budget: int
) -> Mapping[datetime, Sequence[int]]:
    """The deliveries that must wait, by the moment they wait for."""
    manners = _manners(session)
    letters: Counter[str] = Counter()
    held: defaultdict[datetime, list[int]] = defaultdict(list)
    for delivery in waiting:
        if not is_person(delivery.recipient):
            continue
        manner = manners.get(delivery.rule, _STANDARD)
        moment = rhythms.moment(manner, now)
        if moment is None and budget:
            if delivery.recipient not in letters:
                since = rhythms.day_start(manner, now)
                letters[delivery.recipient] = outbox.letters_since(session, delivery.recipient, since)
            letters[delivery.recipient] += 1
            moment = rhythms.next_digest(manner, now) if letters[delivery.recipient] > budget else None
        if moment is not None:
            held[moment].append(delivery.id)
    return held


def _close(session: Session, now: datetime) -> None:
    """One digest for each recipient and language, whatever rules speak in it."""
    manners = _manners(session)
    groups: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for delivery in outbox.ripe(session, now):
        letters = manners.get(delivery.rule, _STANDARD).letters
        groups[delivery.recipient, letters].append(delivery.id)
    for (recipient, letters), deliveries in groups.items():
        identity = digest_identity(outbox.load(session, deliveries))
        digests.close(session, deliveries, identity=identity, recipient=recipient, letters=letters, now=now)


def _manners(session: Session) -> dict[str, Manner]:
    return {rule.name: rule.manner for rule in _all(session)}


def _all(session: Session) -> tuple[Rule, ...]:
    return rules.rules(session)
