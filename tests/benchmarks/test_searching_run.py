"""The generated archive of the benchmark of searches: its short road leaves what the product's own road leaves."""

import pytest
from sqlalchemy import text

from benchmarks.searching.archive import article_of, draw
from benchmarks.searching.bulk import fill
from storage import articles
from storage.articles import Arrival
from storage.engine import Store
from storage.schema import open_store

_ARTICLES = 200
_TABLES = {
    "article": "id",
    "address": "key",
    "tag": "article_id, position",
    "signature": "article_id",
    "band": "key, article_id",
}
_SEARCH = {
    True: "SELECT rowid, title, body, forms FROM article_search ORDER BY rowid",
    False: "SELECT article_id, CAST(document AS TEXT), words FROM article_search ORDER BY article_id",
}
_OTHERS = ("version", "claim", "event", "fresh_article", "story_article", "delivery")


@pytest.fixture
def short_road(any_url):
    store = open_store(any_url)
    fill(store, any_url, _ARTICLES, plain=False, workers=0)
    yield store
    store.close()


@pytest.fixture
def own_road(store):
    with store.writing() as session:
        for drawn in draw(1, _ARTICLES, _ARTICLES):
            articles.save(session, article_of(drawn), Arrival(now=drawn.at))
    return store


def _rows(store: Store) -> dict[str, list[tuple[object, ...]]]:
    asked = {table: f"SELECT * FROM {table} ORDER BY {key}" for table, key in _TABLES.items()}
    asked |= {"article_search": _SEARCH[store.is_sqlite]}
    asked |= {"search_change": "SELECT article_id FROM search_change ORDER BY article_id"}
    asked |= {table: f"SELECT * FROM {table}" for table in _OTHERS}
    with store.reading() as session:
        found = {
            name: [tuple(row) for row in session.connection().execute(text(query))]
            for name, query in asked.items()
        }
    if store.is_sqlite:  # `forms` has no order
        found["article_search"] = [(*row[:3], sorted(str(row[3]).split())) for row in found["article_search"]]
    return found


def test_both_roads_leave_the_same_rows(short_road, own_road):
    made, kept = _rows(short_road), _rows(own_road)
    assert len(kept["article"]) == len(kept["article_search"]) == _ARTICLES
    assert len(kept["tag"]) > _ARTICLES
    for table, rows in kept.items():
        assert made[table] == rows, table


def test_an_article_that_comes_afterwards_gets_the_next_number(short_road):
    (newest,) = draw(5_001, 1, 5_001)
    with short_road.writing() as session:
        assert articles.save(session, article_of(newest), Arrival(now=newest.at))[1] == _ARTICLES + 1
