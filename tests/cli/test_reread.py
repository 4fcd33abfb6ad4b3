"""`jarchi reread`: what an older reader missed is found, and what it imagined goes."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from news.values import Article, Dated, Freshness, Precision, Provenance
from reading import read_text
from storage import articles, register, runs
from storage.articles import Arrival
from storage.engine import Store
from storage.schema import open_store

TEXT = "شهرداری یزد به عضویت مجمع شهرداران آسیا درآمد."
FALSE = "The city council met on Tuesday and discussed the budget of the swimming pool."


@pytest.fixture
def store(home: Path):
    opened = open_store(f"sqlite:///{home / 'jarchi.db'}")
    yield opened
    opened.close()


@pytest.fixture
def keep(store: Store) -> Callable[..., None]:
    """Keep a text of three hours ago, changed as an older reader would have left it."""

    def save(number: int, title: str, text: str, **changes: Any) -> None:
        now = datetime.now(UTC)
        read = read_text(text, url=f"https://a.example/{number}", title=title, now=now)
        assert isinstance(read, Article)
        dated = Dated(moment=now - timedelta(hours=3), precision=Precision.MINUTE, provenance=Provenance.FEED)
        with store.writing() as session:
            arrival = Arrival(now=now, last_good_at=now - timedelta(hours=9), overlapped=True)
            articles.save(session, replace(read, source="a", dated=dated, **changes), arrival)

    return save


def _reread(jarchi: Any, *arguments: str) -> dict[str, int]:
    done = jarchi("reread", "--json", *arguments)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_what_was_missed_is_found(jarchi: Any, store: Store, keep: Callable[..., None]) -> None:
    keep(1, "یزد", TEXT, tags=(), claims=())
    keep(2, "Budget", FALSE)
    assert _reread(jarchi) == {"read": 2, "changed": 1}
    with store.reading() as session:
        (event,) = register.events(session)
    assert (event.member, event.network) == ("111822", "amf")
    assert _reread(jarchi) == {"read": 2, "changed": 0}


def test_what_is_found_again_is_no_news_however_young_it_is(
    jarchi: Any, store: Store, keep: Callable[..., None]
) -> None:
    began = datetime.now(UTC) - timedelta(hours=2)
    with store.writing() as session:
        runs.finish(session, runs.begin(session, "a", began), {}, None, began)
    keep(1, "یزد", TEXT, tags=(), claims=())
    assert _reread(jarchi)["changed"] == 1
    with store.reading() as session:
        (event,) = register.events(session)
    assert event.freshness is Freshness.FIRST_CRAWL


def test_what_was_imagined_goes(jarchi: Any, store: Store, keep: Callable[..., None]) -> None:
    now = datetime.now(UTC)
    imagined = read_text(TEXT, title="یزد", now=now)
    assert isinstance(imagined, Article)
    keep(1, "Budget", FALSE, tags=imagined.tags, claims=imagined.claims)
    with store.reading() as session:
        assert len(register.events(session)) == 1
    assert _reread(jarchi) == {"read": 1, "changed": 1}
    with store.reading() as session:
        assert register.events(session) == ()
        assert articles.load(session, 1) is not None


def test_only_what_is_asked_for(jarchi: Any, store: Store, keep: Callable[..., None]) -> None:
    keep(1, "یزد", TEXT, tags=(), claims=())
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).date().isoformat()
    assert _reread(jarchi, "--since", tomorrow) == {"read": 0, "changed": 0}


def test_an_unknown_source_is_named(jarchi: Any, store: Store) -> None:
    done = jarchi("reread", "--source", "nowhere")
    assert done.returncode == 2
    assert "nowhere" in done.stderr
