"""Which rules an event concerns."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from alerts import naming
from news.values import Freshness, MembershipEvent
from storage import outbox
from storage.engine import Store
from storage.outbox import Rule

#: What a new installation begins with.
DEFAULT_RULE = Rule(name="new-memberships", recipients=("console",))


def accepts(rule: Rule, event: MembershipEvent, country: str | None) -> bool:
    """Whether the rule's recipients are told of the event; `country` is the member's, None when unknown."""
    return (
        rule.enabled
        and event.freshness is Freshness.NEWS
        and event.confidence >= rule.confidence
        and _allows(rule.verbs, event.verb)
        and _allows(rule.statuses, event.status)
        and _allows(rule.networks, event.network)
        and _allows(rule.cities, event.member)
        and _allows(rule.countries, country)
    )


def choose(rules: Iterable[Rule], event: MembershipEvent) -> list[tuple[str, str]]:
    """The (rule, recipient) pairs that the event goes to, each once."""
    member = naming.place(event.member)
    country = member.country if member else None
    pairs = (
        (rule.name, recipient)
        for rule in rules
        if accepts(rule, event, country)
        for recipient in rule.recipients
    )
    return list(dict.fromkeys(pairs))


def ensure_default_rule(store: Store, now: datetime) -> bool:
    """Give a database without any rule the default one; returns whether it did."""
    with store.writing() as session:
        if outbox.rules(session):
            return False
        outbox.save_rule(session, DEFAULT_RULE, now)
        return True


def _allows(wanted: tuple[str, ...], value: str | None) -> bool:
    return not wanted or value in wanted
