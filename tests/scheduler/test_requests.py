"""A request for a crawl outlives the service that took it."""

from datetime import UTC, datetime, timedelta

from news.settings import fixed_settings
from news.values import Source
from scheduler.service import CRAWL_NOW, Service
from storage import runs
from storage.schema import open_store

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_what_a_killed_service_had_taken_is_taken_by_the_next_one(tmp_path):
    settings = fixed_settings(home=tmp_path)
    store = open_store(settings.database)
    sources = {"town": Source(key="town", name="Town", feeds=("https://town.example/feed",), enabled=False)}
    now = NOON

    def service():
        return Service(settings, store, lambda: sources, lambda: None, clock=lambda: now)

    def taken(by):
        with store.writing() as session:
            return by._take(session, sources)

    with store.writing() as session:
        number = runs.ask(session, CRAWL_NOW, "town", now)
    killed, following = service(), service()
    assert taken(killed) == [("town", number)]
    now += timedelta(seconds=30)
    assert taken(following) == []
    now += timedelta(seconds=31)
    assert taken(following) == [("town", number)]
    following._requests.add(number)
    now += timedelta(hours=1)
    assert taken(following) == []
    store.close()
