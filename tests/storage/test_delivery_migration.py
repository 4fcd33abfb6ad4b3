"""The migration that lets deliveries be about articles keeps those there are."""

from __future__ import annotations

from typing import Any

from alembic import command
from sqlalchemy import text

from storage import outbox, schema
from storage.engine import connect
from storage.schema import upgrade

_EVENT = """
INSERT INTO event (id, member, network, verb, episode, status, confidence, first_reported, last_evidence, freshness)
VALUES (1, '111822', 'amf', 'joined', 1, 'announced', 0.9, :now, :now, 'news')
"""
_DELIVERY = """
INSERT INTO delivery (id, event_id, status, rule, recipient, created_at, attempts, error, sent_at, answer, digest_id)
VALUES (:id, 1, 'announced', 'r', :who, :now, 2, 'busy', :now, '250 taken', NULL)
"""


def test_every_delivery_is_kept_with_its_receipt(any_url: str, make: Any) -> None:
    store = connect(any_url)
    with schema._config() as config, store.connecting() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0009")
    now = "2024-05-01 09:00:00+00:00" if not store.is_sqlite else "2024-05-01 09:00:00.000000"
    with store.writing() as session:
        session.connection().execute(text(_EVENT), {"now": now})
        for number, who in enumerate(("a@example.org", "b@example.org"), 7):
            session.connection().execute(text(_DELIVERY), {"id": number, "who": who, "now": now})
    upgrade(store)
    with store.reading() as session:
        second, first = outbox.deliveries(session)
    assert (first.id, first.recipient, second.id, second.recipient) == (
        7,
        "a@example.org",
        8,
        "b@example.org",
    )
    assert (first.attempts, first.error, first.sent_at, first.answer) == (2, "busy", make.now, "250 taken")
    assert (first.event is not None, first.article) == (True, None)
    store.close()
