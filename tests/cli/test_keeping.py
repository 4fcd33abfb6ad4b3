"""`jarchi db backup`, `restore` and `check` as a person calls them."""

import json
import os
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from news.values import Article, Language
from storage import articles
from storage.articles import Arrival
from storage.schema import open_store
from tests.cli import commands


@pytest.fixture
def home(tmp_path):
    """A home with an article and a source of its own."""
    folder = tmp_path / "home"
    (folder / "sources").mkdir(parents=True)
    (folder / "sources" / "mine.toml").write_text("name = 'Mine'\n", encoding="utf-8")
    now = datetime(2026, 5, 1, tzinfo=UTC)
    article = Article(
        url="https://yazd.example/1", source="mine", title="یزد", text="شهرداری یزد میزبان نشست شهرداران بود. " * 9,
        language=Language(code="fa", confidence=1.0), fetched_at=now, dated=None,
    )  # fmt: skip
    store = open_store(f"sqlite:///{folder / 'jarchi.db'}")
    with store.writing() as session:
        articles.save(session, article, Arrival(now=now, last_good_at=None, overlapped=False))
    store.close()
    return folder


@pytest.fixture
def db(home):
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("JARCHI_")}

    def run(*arguments, at=home):
        return commands.run("db", *arguments, environment={**inherited, "JARCHI_HOME": str(at), "COLUMNS": "200"})

    return run


def test_a_backup_is_made_beside_the_archive_and_put_back_elsewhere(db, tmp_path):
    made = json.loads(db("backup", "--json").stdout)
    assert (made["articles"], made["engine"]) == (1, "sqlite")
    assert Path(made["folder"]).parent == tmp_path / "home" / "backups"
    done = json.loads(db("restore", made["folder"], "--json", at=tmp_path / "other").stdout)
    assert str(tmp_path / "other" / "sources" / "mine.toml") in done["brought"]
    assert done["aside"] is None
    assert "there was no archive before" in db("restore", made["folder"], at=tmp_path / "third").stdout
    refused = db("restore", made["folder"])
    assert refused.returncode == 1
    assert "holds 1 articles: --replace" in refused.stderr
    assert "the archive that was there before is kept: " in db("restore", made["folder"], "--replace").stdout
    assert db("check", at=tmp_path / "other").stdout == "nothing is wrong\n"
    assert "no backup" in db("restore", str(tmp_path)).stderr


def test_what_is_wrong_is_told_until_it_is_mended(db, home):
    store = open_store(f"sqlite:///{home / 'jarchi.db'}")
    with store.writing() as session:
        session.connection().execute(text("DELETE FROM article_search"))
    store.close()
    told = db("check")
    assert told.returncode == 1
    assert "article 1: is not in the index" in told.stdout
    assert "--mend" in told.stdout
    mended = db("check", "--mend", "--json")
    assert (mended.returncode, json.loads(mended.stdout)["left"]) == (0, 0)
    assert db("check", "--pages").returncode == 0


def test_a_broken_database_is_explained_and_a_backup_put_in_its_place(db, home):
    made = json.loads(db("backup", "--json").stdout)["folder"]
    path = home / "jarchi.db"
    with closing(sqlite3.connect(path)) as connection:
        roots = "SELECT rootpage FROM sqlite_master WHERE tbl_name = 'article'"
        pages = [page for (page,) in connection.execute(roots)]
    with path.open("r+b") as file:
        for page in pages:
            file.seek((page - 1) * 4096)
            file.write(b"noise" * 800)
    told = db("check")
    assert told.returncode == 1
    assert "`jarchi db restore` puts a backup in its place" in told.stdout
    assert db("restore", made, "--replace").returncode == 0
    assert db("check").stdout == "nothing is wrong\n"


def test_what_was_forgotten_since_a_backup_is_forgotten_again(db, home, jarchi, tmp_path):
    made = json.loads(db("backup", "--json").stdout)["folder"]
    at_home = {"JARCHI_HOME": str(home)}
    assert jarchi("forget", "1", "--reason", "a request", "--by", "Mina", "--yes", **at_home).returncode == 0
    restored = db("restore", made, "--replace")
    assert "1 articles that were forgotten before were forgotten again: 1" in restored.stdout
    assert jarchi("show", "1", **at_home).returncode == 1
    (stone,) = json.loads(jarchi("forget", "--list", "--json", **at_home).stdout)["forgotten"]
    assert (stone["addresses"], stone["by"]) == (["yazd.example/1"], "Mina")
    # a fresh machine learns of it by a later backup, also where it takes the older one back then
    later = json.loads(db("backup", str(tmp_path / "later"), "--json").stdout)["folder"]
    fresh = tmp_path / "fresh"
    assert json.loads(db("restore", later, "--json", at=fresh).stdout)["forgotten_again"] == 0
    assert json.loads(db("restore", made, "--replace", "--json", at=fresh).stdout)["forgotten_again"] == 1
    # what was copied by hand is noticed by a check
    (fresh / "jarchi.db").unlink()
    (fresh / "jarchi.db").write_bytes((Path(made) / "database.sqlite").read_bytes())
    assert json.loads(db("check", "--json", at=fresh).stdout) == {"faults": [], "left": 0, "forgotten_again": 1}
    assert db("check", at=fresh).stdout == "nothing is wrong\n"


@pytest.mark.parametrize("arguments", [("show",), ("similar",), ("stories", "show")])
def test_a_number_that_no_article_can_have_is_bad_usage(jarchi, arguments):
    done = jarchi(*arguments, "99999999999999999999999")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_a_sheet_that_cannot_be_written_is_named(jarchi, tmp_path):
    done = jarchi("search", "--xlsx", str(tmp_path / "none" / "found.xlsx"))
    assert done.returncode == 2
    assert "found.xlsx cannot be written" in done.stderr
