"""`jarchi forget`: not a word is left in the database's files or the WARC files, whatever interrupts it."""

from __future__ import annotations

import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from alerts.feeds import feed_path, write_feed
from crawler import forgetting as crawling
from crawler.evidence.erasing import erase
from crawler.evidence.files import EvidenceFiles
from crawler.evidence.opening import Recorded, recorded_at, records
from crawler.evidence.records import pack
from crawler.forgetting import Forgetting, Places, forget, forget_again
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
from storage import articles, evidence, forgetting, leads, ledger, outbox, register, stories, tombstones
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

    @property
    def places(self) -> Places:
        home = self.folder.parent
        return Places(pages=self.folder, ledger=home / "forgotten.jsonl", feeds=home / "feeds")

    def forget(self, **changes):
        values = {"article": self.number, "reason": "a court order", "by": "Sara", "now": NOW, **changes}
        return forget(self.store, self.places, Forgetting(**values))

    def restore_an_older_one(self):
        """What a restored backup is: no tombstone, and the article as it was."""
        with self.store.writing() as session:
            session.execute(text("DELETE FROM tombstone"))
        self.number = self.keep(article())
        self.files.close()

    def left(self) -> set[str]:
        """Words that stand somewhere in the files."""
        found = set()
        ledger = (path for path in (self.places.ledger,) if path.exists())
        for path in (*self._database(), *self.folder.iterdir(), *ledger):
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


def test_no_feed_of_alerts_quotes_it_any_longer(archive):
    feeds = archive.places.feeds
    assert write_feed(archive.store, "all", feeds, "", NOW)
    assert SECRET in feed_path(feeds, "all").read_text(encoding="utf-8")
    (feeds / ".killed.tmp").write_text(SENTENCE, encoding="utf-8")
    archive.forget()
    assert list(feeds.iterdir()) == []
    assert write_feed(archive.store, "all", feeds, "", NOW)
    assert SECRET not in feed_path(feeds, "all").read_text(encoding="utf-8")


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
folder = Path(sys.argv[2])
home = folder.parent
places = forgetting.Places(pages=folder, ledger=home / "forgotten.jsonl", feeds=home / "feeds")
forgetting.forget(store, places, wanted)
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


def copied(outlet, number=17, **changes):
    """The article as another outlet copies it."""
    return article(f"https://{outlet}.example/{number}", source=outlet, **changes)


def test_copies_at_other_outlets_stay_and_are_named(archive):
    copy = archive.keep(copied("isna"))
    done = archive.forget()
    assert [(one.article, one.source, one.is_copy) for one in done.remaining] == [(copy, "isna", True)]
    assert done.copies == ()
    with archive.store.writing() as session:
        assert articles.load(session, copy).text == article().text
        assert stories.tellers(session, copy) == ()
        # its own page may be met again, and brings nothing back
        later = copied("isna", fetched_at=NOW + timedelta(days=1))
        assert articles.save(session, later, Arrival(now=NOW)) == (Saved.KNOWN, copy)
        assert articles.revise(session, copy, later, Arrival(now=NOW))[0] is Saved.KNOWN
        assert articles.save(session, copied("irna"), Arrival(now=NOW)) == (Saved.FORGOTTEN, 0)
        edited = copied("isna", body="Something else. " * 30, fetched_at=NOW + timedelta(days=2))
        assert articles.save(session, edited, Arrival(now=NOW)) == (Saved.UPDATED, copy)
    assert archive.forget().remaining == ()  # what it says now is another text


def test_copies_go_with_it_where_that_is_said(archive):
    copy = archive.keep(copied("isna"))
    archive.files.close()
    if not archive.store.is_sqlite:  # whose samples of columns hold what several rows say
        with archive.store.session_connection() as connection:
            connection.execute(text("ANALYZE"))
            connection.execute(text("CHECKPOINT"))
    done = archive.forget(copies=True)
    assert [one.article for one in done.copies] == [copy]
    assert (done.records, done.remaining) == (3, ())
    assert archive.left() == set()
    with archive.store.reading() as session:
        assert {one.article for one in tombstones.all_tombstones(session)} == {archive.number, copy}
        assert register.events(session) == ()


def test_a_copy_left_by_an_interrupted_call_goes_with_the_next(archive):
    archive.forget()
    with archive.store.writing() as session:  # as if it had been kept before the tombstone was written
        session.execute(text("DELETE FROM tombstone WHERE key LIKE 'sha256:%'"))
    copy = archive.keep(copied("isna"))
    archive.files.close()
    assert archive.forget(article=copy, copies=True).copies == ()
    assert archive.left() == set()


def test_a_retelling_is_named_and_stays(archive):
    told = article().text.replace("شهر بیدار است. " * 10, "مردم شهر خوابیده‌اند. " * 5)
    other = archive.keep(copied("isna", body=told))
    done = archive.forget(copies=True)
    assert [(one.article, one.is_copy) for one in done.remaining] == [(other, False)]


def test_what_an_older_backup_brings_back_is_forgotten_again(archive):
    archive.forget()
    archive.restore_an_older_one()
    copy = archive.keep(copied("isna", body=f"{article().text} And more."))
    assert SECRET in archive.left()
    assert forget_again(archive.store, archive.places, NOW) == (archive.number,)
    with archive.store.reading() as session:
        assert articles.load(session, archive.number) is None
        assert articles.load(session, copy) is not None
        stones = tombstones.all_tombstones(session, article_id=archive.number)
    assert [(one.reason, one.forgotten_at, one.finished_at) for one in stones] == [("a court order", NOW, NOW)]
    assert forget_again(archive.store, archive.places, NOW) == ()
    archive.forget(article=copy)
    assert archive.left() == set()


def test_what_a_backup_does_not_hold_yet_is_never_kept(archive):
    archive.forget()
    with archive.store.writing() as session:
        session.execute(text("DELETE FROM tombstone"))
        session.execute(text("UPDATE lead SET state = 'pending', title = 'مرغابیان', cause = NULL"))
    assert forget_again(archive.store, archive.places, NOW) == ()
    lead = Lead(address=ADDRESS, source="other", road=Road.SITEMAP, title="مرغابیان")
    with archive.store.writing() as session:
        assert leads.pending(session, "yazd") == ()
        assert leads.record_list(session, "other", [lead], None, NOW).wanted == ()
        again = article(body="Something else. " * 30)
        assert articles.save(session, again, Arrival(now=NOW)) == (Saved.FORGOTTEN, 0)
        assert articles.save(session, copied("isna"), Arrival(now=NOW)) == (Saved.FORGOTTEN, 0)
        (stone,) = tombstones.all_tombstones(session)
        assert (stone.article, stone.keys, stone.reason) == (0, (), "a court order")
        assert tombstones.standing(session, ["yazd.example/news/17", "yazd.example/news/18"]) == {"yazd.example/news/17"}
    forgetting.scrub(archive.store)
    assert archive.left() == set()


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_the_ledger_holds_hashes_alone_and_grows_by_what_is_new(archive):
    archive.forget()
    (line,) = archive.places.ledger.read_text(encoding="utf-8").splitlines()
    assert "yazd" not in line
    assert "a court order" in line
    assert archive.places.ledger.stat().st_mode & 0o077 == 0
    with archive.places.ledger.open("a", encoding="utf-8") as file:
        file.write('{"at": "2026-')  # torn by a power cut
    archive.forget(article=archive.neighbour, now=NOW + timedelta(hours=1))
    archive.forget()
    assert len(ledger.read(archive.places.ledger)) == 2


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_a_ledger_that_cannot_be_read_is_named_with_its_line(archive):
    archive.places.ledger.write_text('{"at": 3}\n', encoding="utf-8")
    with pytest.raises(StorageError, match=r"forgotten\.jsonl, line 1, cannot be read"):
        forget_again(archive.store, archive.places, NOW)
