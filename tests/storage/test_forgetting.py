"""Articles taken out of every table, while others are at work."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import text

from storage import articles, forgetting, register
from storage.engine import Store
from storage.turns import take_turns

MAY = datetime(2026, 5, 4, tzinfo=UTC)


def _forget(store: Store, article_id: int) -> None:
    with store.writing() as session:
        forgetting.blank(session, [article_id], reason="asked for", by="Sara", now=MAY)


def _waits(store: Store, done: Future[None]) -> bool:
    """Whether a transaction came to wait for another one before it was done."""
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    while not done.done():
        with store.reading() as session:
            if session.connection().execute(waiting).scalar():
                return True
    return False


@pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)
def test_who_forgets_the_evidence_of_an_event_waits_for_who_settles_it(store: Store, make: Any) -> None:
    """Else each would come to hold what the other wants: the stories, and the event."""
    claim = make.claim(confidence=0.9)
    make.keep(store, make.article(1, claims=(claim,)))
    with ThreadPoolExecutor(1) as pool:
        with store.writing() as session:
            take_turns(session, register.turns([claim]))
            done = pool.submit(_forget, store, 1)
            assert _waits(store, done)
        done.result()
    with store.reading() as session:
        assert not [*articles.load_many(session, [1])]
