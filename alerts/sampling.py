"""Marked samples: the letter of a rule, about nothing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from alerts.letters import letter, sample
from alerts.links import Links
from alerts.messages import Message, sample_identity
from alerts.rules import concerns, country_of
from news.values import Evidence, Freshness, MembershipEvent, Status, Verb
from storage.outbox import Delivery
from storage.rules import Rule


def sample_event(rule: Rule, events: Iterable[MembershipEvent], now: datetime) -> MembershipEvent:
    """The first of the events that the rule speaks of; one made up where there is none."""
    fitting = (event for event in events if concerns(rule, event, country_of(event)))
    return next(fitting, _made_up(rule, now))


def sample_message(
    rule: Rule, recipient: str, event: MembershipEvent, links: Links, now: datetime
) -> Message:
    """The letter as the rule would send it, marked as a sample; no two are the same letter."""
    delivery = Delivery(
        id=0, event=event, status=event.status, rule=rule.name, recipient=recipient, created_at=now, attempts=0,
        sent_at=None, error=None,
    )  # fmt: skip
    return Message(
        identity=sample_identity(),
        recipient=recipient,
        dated=now,
        letter=sample(letter(delivery, rule.manner.letters, links)),
        unsubscribe=links.unsubscribe(recipient, [rule.name]),
    )


def _made_up(rule: Rule, now: datetime) -> MembershipEvent:
    """Of Yazd and the Asian Mayors Forum, or of what the rule names."""
    evidence = Evidence(
        article=0, url="https://www.example.org/news/1", source="example", confidence=1.0, language="fa",
        sentence="این جمله نمونه است: شهرداری به عضویت شبکه درآمد.",
    )  # fmt: skip
    return MembershipEvent(
        id=0,
        member=next(iter(rule.cities), "111822"),
        network=next(iter(rule.networks), "amf"),
        verb=next(iter(rule.verbs), Verb.JOINED),
        episode=1,
        status=next(iter(rule.statuses), Status.ANNOUNCED),
        confidence=1.0,
        first_reported=now,
        freshness=Freshness.NEWS,
        evidence=(evidence,),
    )
