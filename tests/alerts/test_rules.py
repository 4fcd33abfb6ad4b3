"""Which rules accept which events."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from alerts.rules import DEFAULT_RULE, accepts, choose, ensure_default_rule
from news.values import Freshness, MembershipEvent, Status, Verb
from storage import rules
from storage.engine import Store
from storage.rules import Rule

OPEN = Rule(name="all", recipients=("console",), verbs=(), statuses=())
NOW = datetime(2024, 5, 1, tzinfo=UTC)


def test_a_rule_without_conditions_takes_every_event_that_is_news(event: MembershipEvent) -> None:
    for verb in Verb:
        for status in Status:
            assert accepts(OPEN, replace(event, verb=verb, status=status), "IR")


@pytest.mark.parametrize("freshness", [kind for kind in Freshness if kind is not Freshness.NEWS])
def test_only_news_alerts(event: MembershipEvent, freshness: Freshness) -> None:
    assert not accepts(OPEN, replace(event, freshness=freshness), "IR")


@pytest.mark.parametrize(
    ("condition", "is_met"),
    [
        ({"enabled": False}, False),
        ({"verbs": (Verb.JOINED, Verb.LEFT)}, True),
        ({"verbs": (Verb.LEFT,)}, False),
        ({"statuses": (Status.ANNOUNCED,)}, True),
        ({"statuses": (Status.PLANNED,)}, False),
        ({"networks": ("uclg", "amf")}, True),
        ({"networks": ("uclg",)}, False),
        ({"cities": ("111822",)}, True),
        ({"cities": ("112931",)}, False),
        ({"countries": ("IR", "TR")}, True),
        ({"countries": ("TR",)}, False),
        ({"confidence": 0.8}, True),
        ({"confidence": 0.81}, False),
    ],
)
def test_each_condition_alone(event: MembershipEvent, condition: dict[str, Any], is_met: bool) -> None:
    assert accepts(replace(OPEN, **condition), event, "IR") is is_met


def test_a_country_that_is_unknown_meets_no_condition_on_countries(event: MembershipEvent) -> None:
    assert accepts(OPEN, event, None)
    assert not accepts(replace(OPEN, countries=("IR",)), event, None)


def test_recipients_are_chosen_once_each_by_the_country_of_the_member(event: MembershipEvent) -> None:
    iran = replace(OPEN, name="iran", countries=("IR",), recipients=("console", "feed", "console"))
    turkey = replace(OPEN, name="turkey", countries=("TR",))
    assert choose((iran, turkey), event) == [("iran", "console"), ("iran", "feed")]


def test_a_member_that_the_catalogue_lost_still_alerts(event: MembershipEvent) -> None:
    assert choose((DEFAULT_RULE,), replace(event, member="999999999")) == [("new-memberships", "console")]


def test_the_default_rule_is_for_databases_without_any(store: Store) -> None:
    assert ensure_default_rule(store, NOW)
    assert not ensure_default_rule(store, NOW)
    with store.reading() as session:
        assert rules.rules(session) == (DEFAULT_RULE,)


def test_the_default_rule_does_not_join_rules_that_are_there(store: Store) -> None:
    with store.writing() as session:
        rules.save_rule(session, OPEN, NOW)
    assert not ensure_default_rule(store, NOW)
    with store.reading() as session:
        assert rules.rules(session) == (OPEN,)
