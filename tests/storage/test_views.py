"""What people with SQL may rely on."""

import re
from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from news.errors import StorageError
from storage.schema import upgrade
from storage.views import VIEWS

DOCS = Path(__file__).parents[2] / "docs" / "data-model.md"


def columns(store):
    with store.reading() as session:
        found = inspect(session.connection())
        return {name: [column["name"] for column in found.get_columns(name)] for name in found.get_view_names()}


def test_every_view_can_be_read_and_tells_of_an_article_and_its_membership(store, make):
    make.keep(store, make.article(claims=(make.claim(),)))
    with store.reading() as session:
        ((title, network, claims),) = session.connection().execute(
            text(
                "SELECT articles.title, memberships.network, memberships.claims FROM articles "
                "JOIN claims ON claims.article_id = articles.id JOIN memberships ON memberships.id = membership_id"
            )
        )
        assert (title, network, claims) == ("خبر 1", "amf", 1)
        for name in VIEWS:
            session.connection().execute(text(f"SELECT * FROM {name}")).all()


def test_views_outlast_an_upgrade_and_show_no_recipients(store):
    before = columns(store)
    upgrade(store)
    assert columns(store) == before
    assert before.keys() == VIEWS.keys()
    assert not any("recipient" in column for shown in before.values() for column in shown)


def test_the_document_names_every_view_with_its_columns(store):
    said = dict(re.findall(r"^\| `(\w+)` \| [^|]+ \| ([^|]+) \|$", DOCS.read_text(encoding="utf-8"), re.MULTILINE))
    assert {name: re.findall(r"`(\w+)`", listed) for name, listed in said.items()} == columns(store)


@pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)
def test_others_views_are_left_alone_and_what_was_built_on_ours_is_named(store):
    with store.writing() as session:
        session.connection().execute(text("CREATE VIEW mine AS SELECT id FROM articles"))
    with pytest.raises(StorageError, match=r"built on Jarchi's views.*mine"):
        upgrade(store)
    with store.writing() as session:
        session.connection().execute(text("DROP VIEW mine"))
        session.connection().execute(text("DROP VIEW crawls"))
        session.connection().execute(text("CREATE VIEW crawls AS SELECT 'theirs' AS word"))
    with pytest.raises(StorageError, match="not Jarchi's: crawls"):
        upgrade(store)
    with store.reading() as session:
        assert session.connection().execute(text("SELECT word FROM crawls")).scalar() == "theirs"
        assert session.connection().execute(text("SELECT count(*) FROM articles")).scalar() == 0
    with store.writing() as session:  # the next test has this database too
        session.connection().execute(text("DROP VIEW crawls"))
    upgrade(store)
