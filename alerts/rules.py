"""Which rules an event concerns."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from news.names import naming
from news.values import Freshness, MembershipEvent
from storage import rules
from storage.engine import Store
from storage.rules import Rule

#: What a new installation begins with.
DEFAULT_RULE = Rule(name="new-memberships", recipients=("console",))


def accepts(rule: Rule, event: MembershipEvent, country: str | None) -> bool:
    """Whether the rule's recipients are told of the event; `country` is the member's, None when unknown."""
    return rule.enabled and event.freshness is Freshness.NEWS and concerns(rule, event, country)


def concerns(rule: Rule, event: MembershipEvent, country: str | None) -> bool:
    """Whether the rule speaks of such an event, be it news or not, the rule paused or not; one of a search of none."""
    return (
        not rule.query
        and (not rule.networks or event.network in rule.networks)
        and (not rule.countries or country in rule.countries)
        and (not rule.cities or event.member in rule.cities)
        and (not rule.verbs or event.verb in rule.verbs)
        and (not rule.statuses or event.status in rule.statuses)
        and event.confidence >= rule.confidence
        and (not rule.languages or any(item.language in rule.languages for item in event.evidence))
    )


def choose(among: Iterable[Rule], event: MembershipEvent) -> list[tuple[str, str]]:
    """The (rule, recipient) pairs that the event goes to, each once."""
    if event.freshness is not Freshness.NEWS:
        return []
    country = country_of(event)
    pairs = (
        (rule.name, recipient)
        for rule in among
        if accepts(rule, event, country)
        for recipient in rule.recipients
    )
    return list(dict.fromkeys(pairs))


def replay(rule: Rule, events: Iterable[MembershipEvent]) -> tuple[MembershipEvent, ...]:
    """The events of which the rule would have told, had every source been watched when they were reported.

    What a first crawl or a back-fill brought in counts; what the register knew already does not.
    """
    return tuple(
        event
        for event in events
        if event.freshness is not Freshness.KNOWN_MEMBER and concerns(rule, event, country_of(event))
    )


def country_of(event: MembershipEvent) -> str | None:
    """ISO 3166 code of the member's country; None where the catalogue does not know the member."""
    member = naming.place(event.member)
    return member.country if member else None


def ensure_default_rule(store: Store, now: datetime) -> bool:
    """Give a database without any rule the default one; returns whether it did."""
    with store.writing() as session:
        if rules.rules(session):
            return False
        rules.save_rule(session, DEFAULT_RULE, now)
        return True
