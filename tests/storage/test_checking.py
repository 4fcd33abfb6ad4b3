"""The archive's faults are found, each named for what it is, and the index is mended."""

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from news.values import Status
from storage import evidence, forgetting, outbox
from storage.checking import Fault, check
from storage.engine import connect
from storage.evidence import Pointer
from storage.rules import Rule, save_rule
from storage.search import Filters, search
from storage.storytables import TombstoneRow
from storage.tables import DeliveryRow

ROOT = Path(__file__).parents[2]
MOMENT = datetime(2026, 5, 1, tzinfo=UTC)


def pointer(start: int, size: int, file: str = "jarchi-1.warc.gz") -> Pointer:
    return Pointer(address="https://a.example/1", file=file, start=start, size=size, digest="", captured_at=MOMENT)


def found(store, folder, *, mend=False, read=None) -> list[Fault]:
    return list(check(store, folder, mend=mend, progress=lambda *_: None, read=read))


def change(store, statement, **values):
    with store.writing() as session:
        session.connection().execute(text(statement), values)


def total(store, query):
    with store.reading() as session:
        return search(session, query, Filters()).total


@pytest.fixture
def three(store, make):
    """An archive with an edit, a claim and an event: nothing is wrong with it."""
    make.keep(store, make.article(1, claims=(make.claim(),)))
    make.keep(store, make.article(1, text="A tram for the harbour, and a depot beside it. " * 8))
    make.keep(store, make.article(2))
    make.keep(store, make.article(3, title="کتابخانه", text="Libraries stay open until midnight. " * 9))
    return store


def test_nothing_is_wrong_with_an_archive_as_the_program_leaves_it(three, tmp_path):
    assert found(three, tmp_path) == []


@pytest.mark.parametrize("harm", ["DELETE FROM article_search WHERE {key} = 3", "UPDATE article_search SET {words} WHERE {key} = 3"])
def test_an_index_that_does_not_agree_is_found_and_made_anew(three, tmp_path, harm):
    key = "rowid" if three.is_sqlite else "article_id"
    words = "body = 'wrong'" if three.is_sqlite else "words = ' wrong '"
    change(three, harm.format(key=key, words=words))
    assert_mended(three, tmp_path)
    assert total(three, "midnight") == 1


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)  # PostgreSQL takes the entry along with its article
def test_an_entry_without_an_article_is_taken_out(three, tmp_path):
    change(three, "DELETE FROM article WHERE id = 3")
    assert_mended(three, tmp_path)
    assert total(three, "midnight") == 0


def assert_mended(store, folder):
    (fault,) = found(store, folder)
    assert (fault.kind, fault.subject, fault.mended) == ("index", "article 3", False)
    (fault,) = found(store, folder, mend=True)
    assert fault.mended
    assert found(store, folder) == []


def test_sums_addresses_and_readings_are_counted_after(three, tmp_path):
    change(three, "UPDATE article SET text_hash = 'x' WHERE id = 2")
    change(three, "DELETE FROM address WHERE article_id = 2")
    change(three, "DELETE FROM version WHERE article_id = 1")
    assert {(fault.kind, fault.subject) for fault in found(three, tmp_path, mend=True)} == {
        ("sum", "article 2"), ("address", "article 2"), ("versions", "article 1"),
    }  # fmt: skip


def test_an_event_without_a_claim_is_named(three, make, tmp_path):
    make.keep(three, make.article(4, claims=(make.claim(member="112931"),)))
    change(three, "UPDATE claim SET event_id = NULL WHERE member = '112931'")
    (fault,) = found(three, tmp_path)
    assert (fault.kind, fault.said) == ("event", "rests on no claim")


def test_an_event_that_stays_as_denied_once_its_article_is_forgotten_is_no_fault(three, make, tmp_path):
    _, number = make.keep(three, make.article(4, claims=(make.claim(),)))
    with three.writing() as session:
        save_rule(session, Rule(name="all", recipients=("a@example.org",)), make.now)
        outbox.match(session, lambda _: [("all", "a@example.org")], make.now)
        outbox.receipt(session, outbox.due(session, make.now)[0].deliveries, make.now)
        forgetting.blank(session, [number], reason="a request", by="Mina", now=make.now)
    assert [event.status for event in make.events(three)] == [Status.DENIED]
    assert found(three, tmp_path) == []


def test_rows_that_no_reference_holds_together_are_named(three, make, tmp_path):
    change(three, "INSERT INTO band (key, article_id) VALUES (7, 77)")
    change(three, "INSERT INTO story (id, made_at) VALUES (5, '2026-05-01 00:00:00.000000')")
    change(three, "INSERT INTO story_article (article_id, story_id, place) VALUES (2, 5, 0)")
    with three.writing() as session:
        url = session.connection().execute(text("SELECT key FROM address WHERE article_id = 3")).scalar_one()
        tombstone = TombstoneRow(key=url, article_id=9, reason="x", forgotten_by="Mina", forgotten_at=MOMENT)
        delivery = DeliveryRow(status="", rule="all", recipient="a@example.org", created_at=MOMENT)
        session.add_all((tombstone, delivery))
    assert {(fault.kind, fault.subject) for fault in found(three, tmp_path, mend=True)} == {
        ("rows", "band of article 77"), ("story", "story 5"), ("delivery", "delivery 1"), ("forgotten", "article 3"),
    }  # fmt: skip


def test_pages_that_are_gone_cut_short_or_unreadable_are_named(three, make, tmp_path):
    (tmp_path / "jarchi-1.warc.gz").write_bytes(b"x" * 100)
    with three.writing() as session:
        evidence.attach(session, 2, make.article(2), (pointer(0, 50), pointer(90, 20), pointer(0, 5, "gone.warc.gz")))
    cut, gone = (fault.said for fault in found(three, tmp_path))
    assert "behind the end of jarchi-1.warc.gz" in cut
    assert "gone.warc.gz, which is not there" in gone
    read: list[Pointer] = []

    def unreadable(page: Pointer) -> str:
        read.append(page)
        return "was changed"

    assert [fault.kind for fault in found(three, tmp_path, read=unreadable)] == ["page"] * 3
    assert [page.start for page in read] == [0]


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_a_sqlite_file_with_a_broken_page_says_so(store, make, tmp_path):
    for number in range(40):
        make.keep(store, make.article(number, text=f"Story {number} of the council. " * 200))
    with store.reading() as session:
        root = "SELECT rootpage FROM sqlite_master WHERE name = 'ix_article_text_hash'"
        page = session.connection().execute(text(root)).scalar_one()
    path, url = make_url(store.url).database, store.url
    store.close()
    with Path(path).open("r+b") as file:
        file.seek((page - 1) * 4096 + 8)
        file.write(b"\xff" * 64)
    broken = connect(url)
    assert "file" in {fault.kind for fault in found(broken, tmp_path)}
    broken.close()


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_a_file_that_cannot_be_read_to_its_end_is_one_fault_and_no_error(store, make, tmp_path):
    for number in range(40):
        make.keep(store, make.article(number, text=f"Story {number} of the council. " * 200))
    path, url = Path(make_url(store.url).database), store.url
    store.use_wal()
    store.close()
    with path.open("r+b") as file:
        file.seek(path.stat().st_size * 2 // 3)
        file.write(b"noise" * 16_000)
    broken = connect(url)
    faults = found(broken, tmp_path)
    broken.close()
    assert {fault.kind for fault in faults} == {"file"}
    assert faults[-1].said == "cannot be read to its end"


def test_the_index_entry_of_a_text_is_the_same_in_every_process():
    program = (
        "from storage.fulltext import entry; "
        "print(entry('شهرداران یزد', 'شهرهای آسیا و شهرداری‌های استان‌ها در نشست کتابخانه‌های مردمی. ' * 3, 'fa'))"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", program], env={**os.environ, "PYTHONHASHSEED": seed}, cwd=ROOT, check=True,
            capture_output=True,
        ).stdout
        for seed in ("0", "1", "2")
    }
    assert len(said) == 1
