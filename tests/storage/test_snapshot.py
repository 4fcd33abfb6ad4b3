"""The file of columns beside a SQLite archive: as good as the database itself, or not used."""

from __future__ import annotations

import os
import shutil
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from news.errors import StorageError
from news.values import Language, TagKind
from storage import arrays, articles, columns, forgetting, indexing, mapped
from storage.checking import check
from storage.engine import Store
from storage.mapped import Mapped
from storage.schema import open_store
from storage.search import Found, search

Open = Callable[[], Store]


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small archives are worth a file too, and it is there when the search answers."""
    for name, value in (("WORTH_KEEPING", 1), ("_BEHIND", 0), ("_PAUSE", 0.0)):
        monkeypatch.setattr(columns, name, value)
    monkeypatch.setattr(columns, "_beside", lambda action: action())


@pytest.fixture
def loads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """An entry for each time that every article was read."""
    loaded, found = columns._loaded, list[str]()

    def counting(session: Any) -> Any:
        found.append("all")
        return loaded(session)

    monkeypatch.setattr(columns, "_loaded", counting)
    return found


@pytest.fixture
def archive(tmp_path: Path, sqlite_template: Path) -> Iterator[Open]:
    """Opens one SQLite archive, as a new process would."""
    path, opened = tmp_path / "archive.db", list[Store]()
    shutil.copyfile(sqlite_template, path)

    def open_it() -> Store:
        opened.append(open_store(f"sqlite:///{path}"))
        return opened[-1]

    yield open_it
    for store in opened:
        store.close()


def _asked(store: Store, query: str = "") -> Found:
    with store.reading() as session:
        return search(session, query, facets=True)


def _file(store: Store) -> Path:
    return store.beside(".columns")


def _fill(store: Store, make: Any, count: int = 4) -> None:
    for number in range(1, count + 1):
        tags = (make.tag(TagKind.CITY, "111822"), make.tag(TagKind.NETWORK, "amf"))
        make.keep(store, make.article(number, tags=tags[: number % 3], dated=make.dated(make.now - number * make.day)))


@pytest.mark.usefixtures("at_once")
def test_a_new_process_reads_no_article_that_the_file_holds(archive: Open, make: Any, loads: list[str]) -> None:
    store = archive()
    _fill(store, make)
    first = _asked(store)
    assert loads == ["all"]
    assert [_asked(archive(), query) for query in ("", "network:amf")] == [first, _asked(store, "network:amf")]
    assert loads == ["all"]
    assert (first.total, first.facets["city"], first.facets["country"]) == (4, (("111822", 3),), (("IR", 3),))


def test_what_changed_behind_the_file_is_read_from_the_database(
    archive: Open, make: Any, loads: list[str], at_once: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = archive()
    _fill(store, make)
    _asked(store)
    monkeypatch.setattr(columns, "WORTH_KEEPING", 100)
    changed = make.article(1, text="متنی دیگر", language=Language(code="ar", confidence=1.0))
    make.keep(store, replace(changed, tags=(make.tag(TagKind.CITY, "745044"),)))
    make.keep(store, make.article(9, source="shiraz", tags=(make.tag(TagKind.CITY, "111822"),)))
    with store.writing() as session:
        indexing.remove(session, 2)
        session.delete(session.get_one(articles.ArticleRow, 2))
    mapped_ones = _asked(archive())
    assert loads == ["all"]
    _file(store).unlink()
    assert _asked(archive()) == mapped_ones
    assert loads == ["all", "all"]
    assert {hit.id for hit in mapped_ones.hits} == {1, 3, 4, 5}


@pytest.mark.usefixtures("at_once")
def test_an_article_with_the_number_of_a_forgotten_one_has_none_of_its_tags(
    archive: Open, make: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arrays, "_OFTEN", 0)  # no tag is borne by so many that it has a bitmap
    store = archive()
    _fill(store, make)
    make.keep(store, make.article(5, tags=(make.tag(TagKind.NETWORK, "amf"),)))
    _asked(store)
    with store.writing() as session:
        forgetting.blank(session, [5], reason="a request", by="Mina", now=make.now)
    make.keep(store, make.article(1, text="متنی دیگر"))
    assert _asked(store, "network:amf").total == 1
    with closing(archive()) as other:
        make.keep(other, make.article(6))
        found = _asked(other, "network:amf")
        assert (found.total, found.facets["network"]) == (1, (("amf", 1),))


def _raise_a_moment(held: Mapped) -> None:
    held.arrays["moment"][2] += 1


def _give_a_tag_to_another(held: Mapped) -> None:
    held.arrays["owners"][0] = 4


def _lead_out_of_the_arrays(held: Mapped) -> None:
    held.arrays["owners"][0] = 2**40


def _call_a_language_another(held: Mapped) -> None:
    held.said["languages"][0] = "tr"


def _lose_a_bit(held: Mapped) -> None:
    held.arrays["often_bits"][0] ^= np.uint64(4)


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize(
    "spoil", [_raise_a_moment, _give_a_tag_to_another, _lead_out_of_the_arrays, _call_a_language_another, _lose_a_bit]
)
def test_a_file_that_says_another_thing_than_the_articles_is_found_and_taken_away(
    archive: Open, make: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spoil: Callable[[Mapped], None]
) -> None:
    monkeypatch.setattr(arrays, "_OFTEN", 2)  # one tag has a bitmap, the others have none
    store = archive()
    _fill(store, make, 5)
    _asked(store)
    monkeypatch.setattr(columns, "WORTH_KEEPING", 100)
    make.keep(store, make.article(9, tags=(make.tag(TagKind.CITY, "745044"),)))  # behind the file
    assert list(check(store, tmp_path, mend=False, progress=lambda *_: None)) == []
    held = mapped.read(_file(store))
    assert held is not None
    spoil(held)
    mapped.publish(mapped.draft(_file(store), held), _file(store), 0o600)
    for mend in (False, True):
        (fault,) = check(store, tmp_path, mend=mend, progress=lambda *_: None)
        assert (fault.kind, fault.subject, fault.mended) == ("index", str(_file(store)), mend)
    assert list(check(store, tmp_path, mend=False, progress=lambda *_: None)) == []


@pytest.mark.usefixtures("at_once")
def test_the_file_of_another_history_is_not_believed(archive: Open, make: Any, loads: list[str]) -> None:
    store = archive()
    _fill(store, make, 2)
    store.close()
    database = store.beside("")
    backup = database.with_name("backup.db")
    shutil.copyfile(database, backup)
    with closing(archive()) as lost:
        make.keep(lost, make.article(3, tags=(make.tag(TagKind.CITY, "111822"),)))
        assert _asked(lost).facets["city"] == (("111822", 3),)
        written = _file(lost).read_bytes()
    shutil.copyfile(backup, database)
    with closing(archive()) as restored:
        assert _asked(restored).total == 2
    shutil.copyfile(backup, database)
    _file(store).write_bytes(written)
    with closing(archive()) as restored:
        make.keep(restored, make.article(3, tags=(make.tag(TagKind.CITY, "745044"),)))
        assert _asked(restored).facets["city"] == (("111822", 2), ("745044", 1))
    assert loads == ["all"] * 3


def _cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _other_head(path: Path) -> None:
    found = bytearray(path.read_bytes())
    found[40] ^= 1
    path.write_bytes(found)


def _other_schema(path: Path) -> None:
    held = mapped.read(path)
    assert held is not None
    said = {**held.said, "made for": [held.said["made for"][0], "0001", held.said["made for"][2]]}
    mapped.publish(mapped.draft(path, Mapped(said=said, arrays=held.arrays)), path, 0o600)


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("spoil", [_cut, _empty, _other_head, _other_schema])
def test_a_file_that_is_broken_or_of_another_schema_is_made_anew(
    archive: Open, make: Any, loads: list[str], spoil: Callable[[Path], None]
) -> None:
    store = archive()
    _fill(store, make)
    first = _asked(store)
    spoil(_file(store))
    assert [_asked(archive()), _asked(archive())] == [first, first]
    assert loads == ["all", "all"]


@pytest.mark.usefixtures("at_once")
def test_where_no_file_can_be_written_searches_read_the_database(
    archive: Open, make: Any, loads: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> Any:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(mapped.tempfile, "mkstemp", refuse)
    store = archive()
    _fill(store, make)
    assert [_asked(archive()).total, _asked(archive()).total] == [4, 4]
    assert (loads, _file(store).exists()) == (["all", "all"], False)


@pytest.mark.usefixtures("at_once")
def test_a_process_that_ends_before_its_file_is_whole_leaves_nothing_that_is_used(
    archive: Open, make: Any, loads: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    store = archive()
    _fill(store, make)
    monkeypatch.setattr(columns, "_beside", lambda _: None)
    _asked(store)
    (left,) = store.beside("").parent.glob("*.draft")
    assert not _file(store).exists()
    long_ago = time.time() - 7_200
    os.utime(left, (long_ago, long_ago))
    monkeypatch.setattr(columns, "_beside", lambda action: action())
    assert _asked(archive()).total == 4
    assert (loads, left.exists(), _file(store).exists()) == (["all", "all"], False, True)


@pytest.mark.usefixtures("at_once")
def test_what_is_not_committed_is_in_no_file(archive: Open, make: Any) -> None:
    store = archive()
    _fill(store, make, 1)

    def look(session: Any) -> None:
        articles.save(session, make.article(2, text="شهرداری دیگر"), make.arrival())
        assert search(session, "").total == 2

    with pytest.raises(InterruptedError):
        make.interrupted(store, look)
    assert not _file(store).exists()


@pytest.mark.usefixtures("at_once")
def test_who_may_read_the_database_may_read_the_file(archive: Open, make: Any) -> None:
    store = archive()
    _fill(store, make)
    store.beside("").chmod(0o640)
    _asked(store)
    assert stat.S_IMODE(_file(store).stat().st_mode) == 0o640


@pytest.mark.usefixtures("at_once")
def test_forgetting_takes_the_file_away(archive: Open, make: Any) -> None:
    store = archive()
    _fill(store, make)
    _asked(store)
    forgetting.scrub(store)
    assert not _file(store).exists()


def test_a_file_that_cannot_be_taken_away_is_named(archive: Open) -> None:
    store = archive()
    (_file(store) / "of somebody").mkdir(parents=True)
    assert _asked(store).total == 0  # nor is it one
    with pytest.raises(StorageError, match=r"archive\.db\.columns cannot be taken away"):
        forgetting.scrub(store)


def test_arrays_come_back_as_they_were_and_changes_stay_in_the_process(tmp_path: Path) -> None:
    path, numbers = tmp_path / "held", np.arange(1_000, dtype=np.int64)
    held = Mapped(said={"name": "یزد"}, arrays={"a": numbers, "none": numbers[:0], "b": numbers[::2] > 9})
    mapped.publish(mapped.draft(path, held), path, 0o600)
    for _ in range(2):
        found = mapped.read(path)
        assert found is not None
        assert found.said == held.said
        assert all(np.array_equal(found.arrays[name], array) for name, array in held.arrays.items())
        found.arrays["a"][:] = 0
    assert [one.name for one in tmp_path.iterdir()] == ["held"]
