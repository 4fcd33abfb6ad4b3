"""Statements built once and sent below the session: they give and take what the session would."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import bindparam, select
from sqlalchemy.exc import IntegrityError, InvalidRequestError

from news.errors import StorageError
from storage.engine import connect
from storage.rows import article_columns
from storage.statements import Built, insert, insert_one, put, table_of
from storage.tables import AddressRow, ArticleRow, LookRow

ARTICLE, LOOK = table_of(ArticleRow), table_of(LookRow)
SEEN = Built(select(ARTICLE.c.first_seen_at, ARTICLE.c.authors).where(ARTICLE.c.id == bindparam("id_")))
LOOKS = Built(select(LOOK.c.looks, LOOK.c.tries, LOOK.c.due_at).where(LOOK.c.article_id == bindparam("id_")))
TEHRAN = timezone(timedelta(hours=3, minutes=30))


def _row(make, **changes):
    row = {**article_columns(make.article(authors=("Ålesund", "یزد"))), "text_hash": "x", "versions": 1}
    return row | {"first_seen_at": make.now, "sorted_at": make.now} | changes


def test_moments_and_lists_come_back_as_they_were_put_in(store, make):
    moment = datetime(2024, 5, 1, 3, 0, 0, 250, tzinfo=TEHRAN)
    with store.writing() as session:
        number = insert_one(session, ARTICLE, _row(make, first_seen_at=moment))
        ((seen, authors),) = SEEN.rows(session, id_=number)
        row = session.get_one(ArticleRow, number)
        assert (row.first_seen_at, row.authors) == (seen, authors) == (moment, ["Ålesund", "یزد"])
    assert seen.tzinfo is UTC


def test_a_column_that_nobody_names_has_its_default_and_is_left_alone_later(store, make):
    with store.writing() as session:
        number = insert_one(session, ARTICLE, _row(make))
        row = {"article_id": number, "source": "yazd", "lead": "k", "titled": True, "due_at": make.now}
        put(session, LOOK, [row])
        assert [tuple(one) for one in LOOKS.rows(session, id_=number)] == [(0, 0, make.now)]
        session.get_one(LookRow, number).looks = 3
        session.flush()
        put(session, LOOK, [row | {"due_at": None}])
        assert [tuple(one) for one in LOOKS.rows(session, id_=number)] == [(3, 0, None)]


def test_nothing_found_is_none(store):
    with store.reading() as session:
        assert SEEN.value(session, id_=1) is None
        assert list(SEEN.rows(session, id_=1)) == []


def test_a_naive_moment_is_refused(store, make):
    with pytest.raises(Exception, match="naive"), store.writing() as session:
        insert(session, ARTICLE, [_row(make, first_seen_at=datetime(2024, 5, 1))])  # noqa: DTZ001 - on purpose


def test_one_statement_serves_several_databases(make_store, make):
    for store in (make_store(), make_store()):
        with store.writing() as session:
            assert insert_one(session, ARTICLE, _row(make)) == 1


def test_what_the_database_cannot_do_is_said_in_our_words(sqlite_template, tmp_path):
    path = tmp_path / "closed.db"
    path.write_bytes(sqlite_template.read_bytes())
    store = connect(f"sqlite:///{path}")

    def change():
        with store.writing() as session:
            session.connection().exec_driver_sql("PRAGMA query_only=ON")
            insert(session, table_of(AddressRow), [{"key": "k", "url": "u", "source": "s", "article_id": 1}])

    with pytest.raises(StorageError):
        change()
    store.close()


def test_a_session_that_goes_on_after_its_transaction_sees_what_was_kept_since(store, make):
    with store.reading() as session:
        assert not SEEN.rows(session, id_=1)
        with store.writing() as writing:
            number = insert_one(writing, ARTICLE, _row(make))
        session.rollback()
        assert len(SEEN.rows(session, id_=number)) == 1


def test_a_transaction_that_failed_takes_no_statement_more(store, make):
    def write():
        with store.writing() as session:
            insert_one(session, ARTICLE, _row(make))
            session.add(LookRow(article_id=-1, source="yazd", lead="k", titled=True, due_at=make.now))
            with suppress(IntegrityError):
                session.flush()
            insert_one(session, ARTICLE, _row(make, url="https://town.example/2"))

    with pytest.raises(InvalidRequestError):
        write()
    with store.reading() as session:
        assert not session.execute(select(ARTICLE.c.id)).all()
