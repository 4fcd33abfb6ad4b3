"""One process sends at a time; deliveries that an older program gave up are still dead."""

from __future__ import annotations

from typing import Any

from alembic import command
from sqlalchemy import text

from storage import outbox, rules, schema
from storage.engine import Store, connect
from storage.locks import sole_sender, sole_service
from storage.outbox import DeliveryState
from storage.rules import Manner
from storage.schema import open_store


def test_one_process_sends_at_a_time(store: Store) -> None:
    with sole_service(store), sole_sender(store) as first:
        assert first
        with sole_sender(store) as second:
            assert not second
    with sole_sender(store) as again:
        assert again


_EVENT = """
INSERT INTO event (id, member, network, verb, episode, status, confidence, first_reported, last_evidence, freshness)
VALUES (1, '111822', 'amf', 'joined', 1, 'announced', 0.9, '2024-05-01 09:00:00', '2024-05-01 09:00:00', 'news')
"""
_RULE = """
INSERT INTO rule (name, enabled, verbs, statuses, networks, cities, countries, confidence, recipients, created_at)
VALUES ('r', true, '["joined"]', '[]', '[]', '[]', '[]', 0.5, '["console"]', '2024-05-01 09:00:00')
"""
_DELIVERY = """
INSERT INTO delivery (event_id, status, rule, recipient, created_at, attempts, next_attempt_at, error)
VALUES (1, 'announced', 'r', :recipient, '2024-05-01 09:00:00', 24, :next, 'no')
"""


def test_an_older_database_keeps_its_rules_and_its_dead(any_url: str) -> None:
    older: Any = connect(any_url)
    with schema._config() as config, older.connecting() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0003")
    with older.writing() as session:
        for statement in (_EVENT, _RULE):
            session.connection().execute(text(statement))
        for recipient, moment in (("dead", "9999-01-01 00:00:00"), ("waiting", "2024-05-01 10:00:00")):
            session.connection().execute(text(_DELIVERY), {"recipient": recipient, "next": moment})
    assert schema.upgrade(older)[0] == "0003"
    older.close()
    store = open_store(any_url)
    with store.reading() as session:
        found = {item.recipient: item for item in outbox.deliveries(session)}
        (rule,) = rules.rules(session)
    store.close()
    assert found["dead"].state is DeliveryState.DEAD
    assert found["dead"].next_attempt_at is None
    assert found["waiting"].state is DeliveryState.WAITING
    assert found["waiting"].next_attempt_at is not None
    assert (rule.name, rule.manner, rule.languages) == ("r", Manner(), ())
