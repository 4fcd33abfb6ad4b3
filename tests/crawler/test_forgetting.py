"""`jarchi forget`: not a word is left in the database's files or the WARC files, whatever interrupts it."""

from __future__ import annotations

import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from crawler import forgetting as crawling
from crawler.evidence.erasing import erase
from crawler.evidence.files import EvidenceFiles
from crawler.evidence.opening import Recorded, recorded_at, records
from crawler.evidence.records import pack
from crawler.forgetting import Forgetting, forget
from news.errors import NotFound, StorageError, UsageError
from news.values import (
    Article,
    Claim,
    Dated,
    Language,
    Lead,
    Part,
    Precision,
    Provenance,
    Road,
    Span,
    Status,
    Tag,
    TagKind,
    Verb,
)
from storage import articles, evidence, forgetting, leads, outbox, register, stories, tombstones
from storage.articles import Arrival, Saved
from storage.engine import Store
from storage.rules import Rule, save_rule
from tests.crawler.evidence.conftest import exposure

NOW = datetime(2026, 3, 4, 9, tzinfo=UTC)
SECRET = "زعفرانیه"
SENTENCE = "شهرداری زعفرانیه به عضویت مجمع شهرداران آسیا درآمد."
ADDRESS = "https://yazd.example/news/17"
#: Words of it alone: as written, as folded, of a former version, of its list's title, in its page.
WORDS = (SECRET, "سنجاقک", "مرغابیان", "Xylophonia", "غازلان")
NEIGHBOUR = "https://yazd.example/news/18"


def article(
    address=ADDRESS,
    body=f"{SENTENCE} «سنجاقک» گفت شهر آماده است.\nXylophonia came. " + "شهر بیدار است. " * 20,
    **changes,
):
    values = {
        "url": address, "source": "yazd", "title": f"{SECRET} پیوست", "text": body, "fetched_at": NOW,
        "language": Language(code="fa", confidence=1.0),
        "dated": Dated(moment=NOW - timedelta(hours=1), precision=Precision.MINUTE, provenance=Provenance.FEED),
        "tags": (Tag(kind=TagKind.NETWORK, key="amf", alias=SECRET, span=Span(part=Part.TEXT, start=0, end=1), rule="name"),),
        "claims": (
            Claim(
                member="111822", network="amf", verb=Verb.JOINED, status=Status.ANNOUNCED, confidence=0.9,
                sentence=SENTENCE, rule="joined-fa", span=Span(part=Part.TEXT, start=0, end=len(SENTENCE)),
                member_name=SECRET,
            ),
        ),
    }  # fmt: skip
    return Article(**{**values, **changes})


class Archive:
    """An archive of the article to forget and of one to keep, with their pages."""

    def __init__(self, store: Store, folder: Path) -> None:
        self.store, self.folder = store, folder
        self.files = EvidenceFiles(
            folder, budget=10**9, file_size=10**8, software="Jarchi/test", clock=lambda: NOW
        )
        lead = Lead(address=ADDRESS, source="yazd", road=Road.FEED, title="مرغابیان")
        with store.writing() as session:
            leads.record_list(session, "yazd", [lead], None, NOW)
            save_rule(session, Rule(name="all", recipients=("a@example.org",)), NOW)
        self.keep(article(body=f"{SENTENCE} غازلان آمد. " * 9))
        self.number = self.keep(article())
        self.neighbour = self.keep(
            article(NEIGHBOUR, "خبر دیگری از شهر یزد است. " * 30, title="خبر", tags=(), claims=())
        )
        with store.writing() as session:
            outbox.match(session, lambda _: [("all", "a@example.org")], NOW)
        self.files.close()

    def keep(self, one: Article) -> int:
        page = pack(exposure(one.url, f"<h1>{one.title}</h1><p>{one.text}</p>".encode(), now=NOW))
        with self.store.writing() as session:
            _, number = articles.save(
                session, one, Arrival(now=NOW, last_good_at=NOW - timedelta(hours=2), overlapped=True)
            )
            evidence.attach(session, number, one, self.files.append([page]))
        return number

    def forget(self, **changes):
        values = {"article": self.number, "reason": "a court order", "by": "Sara", "now": NOW, **changes}
        return forget(self.store, self.folder, Forgetting(**values))

    def left(self) -> set[str]:
        """Words that stand somewhere in the files."""
        found = set()
        for path in (*self._database(), *self.folder.iterdir()):
            data = path.read_bytes()
            found |= {word for word in WORDS if word.encode() in data}
        for path in self.folder.glob("*.warc.gz"):
            for record in records(path):
                body = record.page.body if isinstance(record, Recorded) else b""
                found |= {word for word in WORDS if word.encode() in body}
        return found

    def _database(self):
        if self.store.is_sqlite:
            path = Path(self.store.url.removeprefix("sqlite:///"))
            return path.parent.glob(f"{path.name}*")
        with self.store.reading() as session:
            query = "SELECT current_setting('data_directory') || '/base/' || oid FROM pg_database WHERE datname = current_database()"
            folder = Path(session.connection().execute(text(query)).scalar_one())
        return (path for path in folder.iterdir() if path.is_file())


@pytest.fixture
def archive(store, tmp_path):
    return Archive(store, tmp_path / "warc")


def test_not_a_word_is_left_in_any_file(archive):
    if not archive.store.is_sqlite:
        with archive.store.session_connection() as connection:
            connection.execute(text("CHECKPOINT"))
    assert archive.left() == set(WORDS)
    done = archive.forget()
    assert archive.left() == set()
    assert (done.records, done.missing) == (2, ())
    with archive.store.reading() as session:
        assert articles.load(session, archive.number) is None
        assert register.events(session) == ()


def test_a_tombstone_says_when_why_and_who(archive):
    stone = archive.forget().tombstone
    assert (stone.article, stone.reason, stone.forgotten_by) == (archive.number, "a court order", "Sara")
    assert (stone.forgotten_at, stone.finished_at, stone.keys) == (NOW, NOW, ("yazd.example/news/17",))


def test_it_is_neither_fetched_nor_kept_again(archive):
    archive.forget()
    lead = Lead(address=ADDRESS, source="yazd", road=Road.FEED, title="مرغابیان", modified_at=NOW)
    elsewhere = Lead(address=ADDRESS, source="other", road=Road.SITEMAP)
    with archive.store.writing() as session:
        assert leads.record_list(session, "yazd", [lead], None, NOW).wanted == ()
        assert leads.record_list(session, "other", [elsewhere], None, NOW).wanted == ()
        assert leads.pending(session, "yazd") == ()
        assert articles.save(session, article(), Arrival(now=NOW)) == (Saved.FORGOTTEN, 0)
        edited = article(body="Something else. " * 30)
        assert articles.save(session, edited, Arrival(now=NOW)) == (Saved.FORGOTTEN, 0)
        same_text = article("https://yazd.example/again")
        assert articles.save(session, same_text, Arrival(now=NOW)) == (Saved.FORGOTTEN, 0)
    assert archive.left() == set()


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_every_other_page_stays_where_its_pointer_says(archive):
    archive.forget()
    with archive.store.reading() as session:
        assert stories.tellers(session, archive.neighbour) == ()
        (kept,) = evidence.of_article(session, archive.neighbour)
    assert "خبر دیگری" in recorded_at(archive.folder, kept.pages[0]).page.body.decode()
    (path,) = archive.folder.glob("*.warc.gz")
    assert not [found for found in records(path) if type(found).__name__ == "Break"]


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_a_record_that_nothing_points_to_goes_too(archive):
    archive.files.append([pack(exposure(ADDRESS, SECRET.encode(), now=NOW))])
    archive.files.close()
    assert archive.forget().records == 3
    assert archive.left() == set()


def test_of_an_alert_not_yet_sent_nothing_goes_out(archive):
    with archive.store.reading() as session:
        assert len(outbox.due(session, NOW)) == 1
    archive.forget()
    with archive.store.reading() as session:
        assert outbox.due(session, NOW) == ()
        assert register.events(session) == ()


def test_who_was_told_stays_noted(archive):
    with archive.store.writing() as session:
        outbox.receipt(session, outbox.due(session, NOW)[0].deliveries, NOW)
    archive.forget()
    with archive.store.reading() as session:
        (event,) = register.events(session)
    assert (event.status, event.evidence) == (Status.DENIED, ())
    assert archive.left() == set()


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_a_file_that_cannot_be_written_is_named_and_made_good_by_the_next_call(archive, monkeypatch):
    def full(*_):
        raise OSError(30, "Read-only file system")

    with monkeypatch.context() as patch:
        patch.setattr(crawling.erasing, "erase", full)
        with pytest.raises(StorageError, match="Read-only"):
            archive.forget()
    with archive.store.reading() as session:
        assert forgetting.find(session, str(archive.number)) == archive.number
        assert tombstones.all_tombstones(session)[0].finished_at is None
    archive.forget()
    assert archive.left() == set()


_KILLED = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from crawler import forgetting
from storage.schema import open_store

def torn(path, start, size, moment):
    with path.open("r+b") as file:
        file.seek(start)
        file.write(bytes(size // 2))
    os.kill(os.getpid(), signal.SIGKILL)

forgetting.erasing.erase = torn
store = open_store(sys.argv[1])
wanted = forgetting.Forgetting(article=int(sys.argv[3]), reason="r", by="b", now=datetime.now(UTC))
forgetting.forget(store, Path(sys.argv[2]), wanted)
"""


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_killed_half_way_a_second_call_completes_it(archive):
    command = [sys.executable, "-c", _KILLED, archive.store.url, str(archive.folder), str(archive.number)]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    assert archive.left()
    archive.forget()
    assert archive.left() == set()
    with archive.store.reading() as session:
        (kept,) = evidence.of_article(session, archive.neighbour)
    assert recorded_at(archive.folder, kept.pages[0]).page.body


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_an_id_that_another_article_has_now_is_not_forgotten_by_mistake(archive):
    archive.number = archive.neighbour  # the last id, which SQLite gives again
    archive.forget()
    fresh = archive.keep(
        article("https://yazd.example/news/19", "خبر سوم. " * 60, title="سوم", tags=(), claims=())
    )
    with archive.store.reading() as session:
        if fresh == archive.neighbour:
            with pytest.raises(UsageError, match="by its address"):
                forgetting.find(session, str(fresh))
        assert forgetting.find(session, "https://yazd.example/news/19") == fresh
        with pytest.raises(NotFound):
            forgetting.find(session, "99")


def test_a_plain_file_keeps_its_places(tmp_path):
    path = tmp_path / "plain.warc"
    path.write_bytes(b"WARC/1.1\r\n" + b"x" * 990)
    assert erase(path, 100, 700, NOW)
    data = path.read_bytes()
    assert (len(data), data[100:108]) == (1000, b"WARC/1.1")
    assert not erase(path, 900, 700, NOW)
