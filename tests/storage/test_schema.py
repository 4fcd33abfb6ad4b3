"""Migrations and tables give one schema; upgrades keep rows and refuse what is not ours to change."""

from __future__ import annotations

import json
import multiprocessing
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text

import storage.migrations
from news.errors import DatabaseOutdated, DatabaseTooNew, DatabaseUnreachable, StorageError
from news.values import TagKind
from storage import articles, metadata, schema
from storage.engine import Store, connect
from storage.schema import open_store, revision, upgrade
from storage.search import search

#: the newest migration
HEAD = "0015"
_MIGRATIONS = Path(storage.migrations.__path__[0])

_COLUMNS = """
SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), l.collname, a.attnotnull,
       pg_get_expr(d.adbin, d.adrelid), a.attidentity
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
LEFT JOIN pg_collation l ON l.oid = a.attcollation
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY c.relname, a.attnum
"""
_CONSTRAINTS = """
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE connamespace = 'public'::regnamespace ORDER BY 1, 2
"""
_INDEXES = "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1"
_OTHERS = """
SELECT relname, relkind FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind NOT IN ('r', 'i') ORDER BY 1
"""


def _dump(store: Store) -> list[tuple[Any, ...]]:
    """Everything that the engine knows of the schema, without Alembic's own table."""
    if store.is_sqlite:
        rows = _rows(store, "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY name")
        shadows = re.compile(r"article_search_\w+$")
        return [
            (*row[:3], _plain(row[3] or ""))
            for row in rows
            if not shadows.match(row[2]) and row[2] != "alembic_version"
        ]
    found = [row for query in (_COLUMNS, _CONSTRAINTS, _INDEXES, _OTHERS) for row in _rows(store, query)]
    return [row for row in found if "alembic_version" not in str(row)]


def _plain(statement: str) -> str:
    """Without line breaks and quotation marks: a table that a migration rebuilt is written with other ones."""
    return re.sub(r"\s+", " ", statement).replace('"', "")


def _rows(store: Store, query: str) -> list[tuple[Any, ...]]:
    with store.reading() as session:
        return [tuple(row) for row in session.connection().execute(text(query))]


def test_the_files_of_migrations_are_named_by_their_place_in_the_chain():
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    chain = [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()]
    assert schema.revisions() == tuple(reversed(chain))


@pytest.fixture
def made_of_tables(any_url: str) -> Iterator[Store]:
    """A database of the tables as the classes describe them, without any migration."""
    engine = create_engine(any_url)
    metadata.METADATA.create_all(engine)
    engine.dispose()
    store = connect(any_url)
    yield store
    store.close()


def test_migrations_and_tables_give_the_same_schema(made_of_tables: Store, store: Store) -> None:
    migrated = _dump(store)
    assert len(migrated) > 20
    assert _dump(made_of_tables) == migrated


def test_the_dump_notices_a_difference(made_of_tables: Store, store: Store) -> None:
    with made_of_tables.writing() as session:
        session.connection().execute(text("ALTER TABLE run ADD COLUMN extra INTEGER"))
    assert _dump(made_of_tables) != _dump(store)


def test_no_migration_changes_with_the_tables() -> None:
    scripts = list((_MIGRATIONS / "versions").glob("v*.py"))
    assert scripts
    for script in scripts:
        written = script.read_text(encoding="utf-8")
        assert "storage.tables" not in written
        assert "searchtables" not in written
        assert "SQLModel" not in written


def test_a_new_database_stands_at_the_head(any_url: str) -> None:
    store = open_store(any_url)
    assert revision(store) == HEAD
    assert upgrade(store) == (HEAD, HEAD)
    store.close()


def _open_and_count(url: str, start: Any, answers: Any) -> None:
    start.wait()
    store = open_store(url)
    with store.reading() as session:
        answers.put(articles.count(session))
    store.close()


def test_two_processes_make_one_new_database(any_url: str) -> None:
    context = multiprocessing.get_context("spawn")
    start, answers = context.Barrier(3), context.Queue()
    openers = [context.Process(target=_open_and_count, args=(any_url, start, answers)) for _ in range(2)]
    for opener in openers:
        opener.start()
    start.wait(60)
    assert [answers.get(timeout=60) for _ in openers] == [0, 0]
    for opener in openers:
        opener.join()
        assert opener.exitcode == 0


_NEXT = """
import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "9999", "0015", None, None


def upgrade():
    rebuilt = "always" if op.get_bind().dialect.name == "sqlite" else "never"
    with op.batch_alter_table("article", recreate=rebuilt) as table:
        table.add_column(sa.Column("summary", sa.Text()))
"""


@pytest.fixture
def with_next_migration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Lets the program know one migration more, which rebuilds a table that others point at."""

    def add(*, script: str = _NEXT) -> None:
        folder = tmp_path / "100% migrations"
        shutil.copytree(_MIGRATIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))
        (folder / "versions" / "v9999_next.py").write_text(script, encoding="utf-8")

        monkeypatch.setattr(schema, "_migrations", lambda: folder)

    return add


def test_an_older_database_waits_for_the_upgrade_and_keeps_its_rows(
    store: Store, make: Any, with_next_migration: Callable[..., None]
) -> None:
    _, article_id = make.keep(store, make.article(claims=(make.claim(),)))
    with_next_migration()
    with pytest.raises(DatabaseOutdated, match="jarchi db upgrade"):
        schema.require_current(store)
    assert upgrade(store) == (HEAD, "9999")
    with store.reading() as session:
        assert articles.load(session, article_id) == make.article(claims=(make.claim(),))
        assert articles.addresses(session, article_id) == (make.article().url,)
    assert len(make.events(store)) == 1


_ORPHAN = """
    op.execute("INSERT INTO address (key, url, source, article_id) VALUES ('k', 'u', 's', 4711)")
"""


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)  # PostgreSQL refuses such a row at once
def test_a_migration_that_would_leave_orphans_changes_nothing(
    store: Store, make: Any, with_next_migration: Callable[..., None]
) -> None:
    _, article_id = make.keep(store, make.article())
    before = _dump(store)
    with_next_migration(script=_NEXT + _ORPHAN)
    with pytest.raises(StorageError, match="without what they belong to; nothing was changed"):
        upgrade(store)
    assert revision(store) == HEAD
    assert _dump(store) == before
    with store.reading() as session:
        assert articles.load(session, article_id) == make.article()


def _mark(store: Store, mark: str) -> None:
    with store.writing() as session:
        session.connection().execute(text("UPDATE alembic_version SET version_num = :mark"), {"mark": mark})


def test_a_newer_database_is_left_alone(any_url: str, make: Any) -> None:
    store = open_store(any_url)
    make.keep(store, make.article())
    _mark(store, "0999")
    store.close()
    path = Path(any_url.removeprefix("sqlite:///")) if store.is_sqlite else None
    before = path.read_bytes() if path else b""
    with pytest.raises(DatabaseTooNew, match=r"newer Jarchi \(schema 0999\)") as caught:
        open_store(any_url)
    assert store.url in str(caught.value)
    assert before == (path.read_bytes() if path else b"")
    again = connect(any_url)
    with pytest.raises(DatabaseTooNew):
        upgrade(again)
    with again.reading() as session:
        assert articles.count(session) == 1
    again.close()
    assert before == (path.read_bytes() if path else b"")


def test_another_programs_database_is_left_alone(any_url: str) -> None:
    theirs = connect(any_url)
    with theirs.writing() as session:
        session.connection().execute(text("CREATE TABLE article (id INTEGER PRIMARY KEY, price INTEGER)"))
        session.connection().execute(text("INSERT INTO article VALUES (1, 99)"))
    before = _dump(theirs)
    with pytest.raises(DatabaseUnreachable, match=r"not Jarchi's: article"):
        open_store(any_url)
    assert _dump(theirs) == before
    assert _rows(theirs, "SELECT price FROM article") == [(99,)]
    theirs.close()


def test_another_programs_sqlite_file_stays_byte_for_byte(tmp_path: Path) -> None:
    path = tmp_path / "places.sqlite"
    theirs = connect(f"sqlite:///{path}")
    with theirs.writing() as session:
        session.connection().execute(text("CREATE TABLE bookmark (id INTEGER PRIMARY KEY)"))
    theirs.close()
    before = path.read_bytes()
    with pytest.raises(DatabaseUnreachable, match="bookmark"):
        open_store(f"sqlite:///{path}")
    assert path.read_bytes() == before
    assert [found.name for found in tmp_path.iterdir()] == ["places.sqlite"]


def test_another_programs_migrations_are_not_taken_for_newer_ones(any_url: str) -> None:
    theirs = connect(any_url)
    with theirs.writing() as session:
        session.connection().execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
        session.connection().execute(text("INSERT INTO alembic_version VALUES ('a1b2c3')"))
    with pytest.raises(DatabaseUnreachable, match="another program's database"):
        open_store(any_url)
    theirs.close()


_TABLES = ("article", "event", "address", "claim", "tag", "version", "lead", "source", "run", "article_search")


def _first_schema(url: str) -> Store:
    """A database as the first version of the program made it."""
    store = connect(url)
    with schema._config() as config, store.connecting() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    return store


def _copy(store: Store, older: Store) -> None:
    """Every row of a database into one of an older schema, column by column."""
    for table in _TABLES:
        with older.reading() as session:
            names = list(session.connection().execute(text(f"SELECT * FROM {table}")).keys())
        if store.is_sqlite and table == "article_search":
            names.insert(0, "rowid")
        columns, marks = ", ".join(names), ", ".join(f":{name}" for name in names)
        for row in _rows(store, f"SELECT {columns} FROM {table}"):
            values = dict(zip(names, (json.dumps(v) if isinstance(v, list | dict) else v for v in row), strict=True))
            with older.writing() as session:
                session.connection().execute(text(f"INSERT INTO {table} ({columns}) VALUES ({marks})"), values)
        if "id" in names and not store.is_sqlite:
            with older.writing() as session:
                session.connection().execute(
                    text(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}")
                )


def test_a_database_of_the_first_version_keeps_everything(store: Store, any_url: str, make: Any) -> None:
    tag = make.tag(TagKind.CITY, "111822")
    known = make.article(claims=(make.claim(),), tags=(tag,), original_source="ایرنا")
    edited = replace(known, text=f"{known.text} و بس")
    _, article_id = make.keep(store, known)
    for article in (edited, make.article(2), make.article(3)):
        make.keep(store, article)
    older = _first_schema(any_url)
    _copy(store, older)
    before = {table: _rows(older, f"SELECT count(*) FROM {table}") for table in _TABLES}
    assert (before["article"], before["version"], before["claim"]) == ([(3,)], [(1,)], [(1,)])
    older.close()
    with pytest.raises(DatabaseOutdated, match="jarchi db upgrade"):
        open_store(any_url)
    older = connect(any_url)
    assert upgrade(older) == ("0001", HEAD)
    older.close()
    upgraded = open_store(any_url)
    assert {table: _rows(upgraded, f"SELECT count(*) FROM {table}") for table in _TABLES} == before
    assert _dump(upgraded) == _dump(store)
    assert make.events(upgraded) == make.events(store)
    _, newer = make.keep(upgraded, make.article(4, agency="ایسنا"))
    with upgraded.reading() as session:
        assert articles.load(session, article_id) == edited
        assert articles.load(session, newer) == make.article(4, agency="ایسنا")
        assert search(session, "عضویت").total == 4
    upgraded.close()
