"""The migration that gave addresses new keys."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib import import_module
from typing import Any

from sqlmodel import select

from news.values import Lead, Road
from storage import articles, evidence, leads, looks
from storage.engine import Store
from storage.evidence import Pointer
from storage.tables import AddressRow, EvidenceRow, LeadRow, LookRow

_migration = import_module("storage.migrations.versions.v0009_looks")


def test_rows_under_a_former_key_are_found_under_the_new_one(store: Store, make: Any) -> None:
    article = make.article(1, url="https://yazd.example/news/1/print")
    _, number = make.keep(store, article)
    page = Pointer(address=article.url, file="a", start=0, size=1, digest="sha1:x", captured_at=make.now)
    with store.writing() as session:
        evidence.attach(session, number, article, [page])
        leads.record_list(
            session, "yazd", [Lead(address=article.url, source="yazd", road=Road.FEED)], None, make.now
        )
        for row in (
            *session.exec(select(AddressRow)),
            *session.exec(select(EvidenceRow)),
            *session.exec(select(LeadRow)),
        ):
            row.key = "yazd.example/news/1/print"
            session.add(row)
    with store.writing() as session:
        _migration._renew_addresses(session.connection())
        _migration._renew_leads(session.connection())
    with store.reading() as session:
        assert leads.is_lead(session, "yazd", "https://yazd.example/news/1")
        assert articles.addresses(session, number) == (article.url,)
        present = evidence.of_present(session, number)
    assert present is not None
    assert present.pages == (page,)


def test_two_rows_that_became_one_spelling_stay_as_they_are(store: Store, make: Any) -> None:
    numbers = [make.keep(store, make.article(n))[1] for n in (1, 2)]
    with store.writing() as session:
        for row in session.exec(select(AddressRow)):
            if row.article_id == numbers[1]:
                row.key, row.url = "yazd.example/news/1/print", "https://yazd.example/news/1/print"
                session.add(row)
    with store.writing() as session:
        _migration._renew_addresses(session.connection())
    with store.reading() as session:
        assert {row.key for row in session.exec(select(AddressRow))} == {
            "yazd.example/news/1",
            "yazd.example/news/1/print",
        }


def test_articles_of_late_are_looked_at(store: Store, make: Any) -> None:
    _, fresh = make.keep(store, make.article(1), now=datetime.now(UTC))
    make.keep(store, make.article(2))
    make.keep(store, make.article(3, url=""), now=datetime.now(UTC))
    with store.writing() as session:
        _migration._look_at_articles(session.connection())
    with store.reading() as session:
        assert [row.article_id for row in session.exec(select(LookRow))] == [fresh]
        assert [look.article for look in looks.due(session, "yazd", datetime.now(UTC), 9)] == [fresh]
