"""`jarchi ingest`, `reread --pages` and `show --page`: pages kept, taken in, opened and read again."""

import gzip
import io
import json
import shutil
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlmodel import select
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from cli.ingest import nothing_new
from crawler.ingesting import Taken
from storage import articles, evidence, register
from storage.schema import open_store
from storage.tables import ArticleRow, DeliveryRow, EventRow, VersionRow

JOINED = "<p>شهرداری یزد به عضویت مجمع شهرداران آسیا درآمد.</p>"
MORE = "".join(
    f"<p>The council of the town met on day {n} and spoke at length about the bridge.</p>" for n in range(9)
)
FA = "".join(
    f"<p>شورای شهر در روز {n} درباره ساخت پل تازه شهر به درازا سخن گفت و گزارش شنید.</p>" for n in range(9)
)


def page(title, text):
    return f"<html><head><title>{title}</title></head><body><article><h1>{title}</h1>{text}</article></body></html>"


def warc(path: Path, *pages, day="2024-05-06"):
    """A file as another program writes it: pages are (address, HTML)."""
    with path.open("wb") as out:
        writer = WARCWriter(out, gzip=True)
        for address, text in pages:
            body = text.encode()
            headers = [("Content-Type", "text/html; charset=utf-8"), ("X-Crawl-Content-Encoding", "gzip")]
            writer.write_record(
                writer.create_warc_record(
                    address, "response", payload=io.BytesIO(body), length=len(body),
                    warc_headers_dict={"WARC-Date": f"{day}T07:08:09Z"},
                    http_headers=StatusAndHeaders("200 OK", headers, protocol="HTTP/1.1"),
                )
            )  # fmt: skip
    return path


@pytest.fixture
def home(tmp_path):
    """A home without sites: nothing here is fetched."""
    folder = tmp_path / "home"
    (folder / "sources").mkdir(parents=True)
    source = 'name = "Yazd"\nhome = "https://www.yazd.example/"\nfeeds = ["https://yazd.example/feed"]\n'
    (folder / "sources" / "yazd.toml").write_text(source, encoding="utf-8")
    return folder


@pytest.fixture
def store(home):
    opened = open_store(f"sqlite:///{home / 'jarchi.db'}")
    yield opened
    opened.close()


def ingested(jarchi, *arguments, code=0):
    done = jarchi("ingest", "--json", *map(str, arguments))
    assert done.returncode == code, done.stderr
    return json.loads(done.stdout)["files"]


def rows(store, table):
    with store.reading() as session:
        return session.exec(select(table)).all()


def test_a_foreign_file_takes_the_road_of_a_crawl_and_alerts_nobody(jarchi, store, tmp_path):
    path = warc(
        tmp_path / "CC-NEWS-1.warc.gz",
        ("https://yazd.example/news/1", page("یزد", JOINED + FA)),
        ("https://elsewhere.example/2", page("Another town", MORE.replace("bridge", "road"))),
        ("https://elsewhere.example/3", page("A copy", MORE.replace("bridge", "road"))),
        ("https://elsewhere.example/4", "<html><body></body></html>"),
    )
    (file,) = ingested(jarchi, path)
    assert (file["pages"], file["new"], file["duplicate"], file["not_article"]) == (4, 2, 1, 1)
    assert file["broken"] == []
    with store.reading() as session:
        (event,) = register.events(session)
        first, second = (article for _, article in articles.load_many(session, (1, 2)))
    assert (event.member, event.network) == ("111822", "amf")
    assert (first.source, second.source) == ("yazd", "")
    assert first.fetched_at == datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)
    (row,) = rows(store, EventRow)
    assert row.freshness == "first-crawl"
    jarchi("alerts", "test")
    assert rows(store, DeliveryRow) == []
    shown = json.loads(jarchi("show", "1", "--json").stdout)
    assert shown["pages"][0]["file"] == str(path)
    assert jarchi("show", "1", "--page").stdout == page("یزد", JOINED + FA)


def test_a_second_ingest_stores_nothing_new(jarchi, store, tmp_path):
    address = "https://yazd.example/news/1"
    path = warc(
        tmp_path / "two.warc.gz", (address, page("A bridge", MORE)), (address, page("A bridge", MORE + "<p>Mended.</p>")),
        day="2024-05-06",
    )  # fmt: skip
    (first,) = ingested(jarchi, path)
    before = (rows(store, ArticleRow), rows(store, VersionRow))
    (again,) = ingested(jarchi, path)
    assert again["known_file"]
    assert "two.warc.gz: all of it was taken in before" in jarchi("ingest", str(path)).stdout
    copy = shutil.copy(path, tmp_path / "renamed.warc.gz")
    assert ingested(jarchi, copy)[0]["known_file"]
    (whole,) = ingested(jarchi, path, "--again")
    assert (whole["pages"], whole["new"], whole["duplicate"]) == (2, 0, 0)
    assert first["new"] == 1
    assert len(before[0]) == 1
    assert [row.text for row in rows(store, ArticleRow)] == [row.text for row in before[0]]


def test_an_older_capture_replaces_nothing(jarchi, store, tmp_path):
    address = "https://yazd.example/news/1"
    newer = warc(
        tmp_path / "newer.warc.gz", (address, page("A bridge", MORE + "<p>Mended.</p>")), day="2024-06-01"
    )
    older = warc(tmp_path / "older.warc.gz", (address, page("A bridge", MORE)), day="2024-05-01")
    files = ingested(jarchi, newer, older, "--source", "yazd")
    assert [file["known"] for file in files] == [0, 1]
    (row,) = rows(store, ArticleRow)
    assert "Mended." in row.text
    assert row.versions == 1


def test_a_broken_file_is_named_and_what_was_read_is_kept(jarchi, store, tmp_path):
    pages = [
        (f"https://yazd.example/{n}", page(f"Day {n}", MORE.replace("bridge", f"plan {n}"))) for n in range(3)
    ]
    path = warc(tmp_path / "torn.warc.gz", *pages)
    path.write_bytes(path.read_bytes()[:-40])
    other = warc(tmp_path / "whole.warc.gz", ("https://yazd.example/9", page("Nine", MORE)))
    done = jarchi("ingest", "--json", str(path), str(other))
    assert done.returncode == 1
    assert f"{path}: broken at byte" in done.stderr.replace("\n", "")
    files = json.loads(done.stdout)["files"]
    assert [file["new"] for file in files] == [2, 1]
    done = jarchi("ingest", str(tmp_path / "none.warc.gz"))
    assert done.returncode == 2
    assert "none.warc.gz: no such file" in done.stderr


def test_an_interrupted_ingest_goes_on_where_it_was(jarchi, store, tmp_path):
    pages = [
        (f"https://yazd.example/{n}", page(f"Day {n}", MORE.replace("bridge", f"plan {n}"))) for n in range(3)
    ]
    path = warc(tmp_path / "x.warc.gz", *pages)
    (whole,) = ingested(jarchi, path)
    with store.writing() as session:
        mark = session.exec(select(evidence.IngestRow)).one()
        (second,) = session.exec(
            select(evidence.EvidenceRow).where(evidence.EvidenceRow.address == pages[1][0])
        ).all()
        counts = {**mark.counts, "pages": 1, "new": 1}
        evidence.note_ingest(
            session, mark.fingerprint, mark.file, datetime.now(UTC), offset=second.start, counts=counts
        )
    (file,) = ingested(jarchi, path)
    assert (file["pages"], file["new"], file["known"]) == (
        3,
        1,
        2,
    )  # the two behind the mark were read once more
    assert whole["new"] == 3


def test_pages_are_read_again_and_what_changed_becomes_a_version(jarchi, store, tmp_path, home):
    path = warc(
        tmp_path / "x.warc.gz", ("https://yazd.example/1", page("یزد", JOINED + FA)),
        ("https://yazd.example/2", page("Kept", MORE.replace("bridge", "road"))),
    )  # fmt: skip
    ingested(jarchi, path)
    with store.writing() as session:  # as an older reader left it
        row = session.get_one(ArticleRow, 1)
        row.text = row.text.partition("\n")[0]
        row.title = "Menu"
    done = jarchi("reread", "--pages", "--json")
    assert json.loads(done.stdout) == {
        "read": 2, "changed": 1, "same": 1, "without_page": 0, "page_lost": 0, "no_article_now": 0
    }  # fmt: skip
    (version,) = rows(store, VersionRow)
    assert version.title == "Menu"
    row = rows(store, ArticleRow)[0]
    assert (row.title, row.versions) == ("یزد", 2)
    assert row.fetched_at == datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)
    assert json.loads(jarchi("reread", "--pages", "--json").stdout)["changed"] == 0
    assert [event.freshness for event in rows(store, EventRow)] == ["first-crawl"]
    for version in ("1", "2"):
        assert jarchi("show", "1", "--page", "--version", version).stdout == page("یزد", JOINED + FA)
    path.unlink()
    done = jarchi("reread", "--pages", "--json")
    assert (done.returncode, json.loads(done.stdout)["page_lost"]) == (1, 2)
    assert str(path) in done.stderr.replace("\n", "")


def test_what_is_not_kept_is_said(jarchi, store, tmp_path):
    done = jarchi("show", "1", "--version", "1")
    assert done.returncode == 2
    ingested(jarchi, warc(tmp_path / "x.warc.gz", ("https://yazd.example/1", page("Kept", MORE))))
    done = jarchi("show", "1", "--page", "--version", "7")
    assert (done.returncode, "no page is kept of version 7 of article 1" in done.stderr) == (1, True)


def test_the_room_is_shown_with_the_sources(jarchi, home):
    (home / "warc").mkdir()
    (home / "warc" / "old.warc.gz").write_bytes(gzip.compress(b"x") * 1000)
    done = jarchi("sources", "list", "--json", JARCHI_WARC_BUDGET="10 kB")
    left = json.loads(done.stdout)["room"]
    assert left["full"]
    assert "articles are kept without them" in left["warning"]
    done = jarchi("sources", "list", JARCHI_WARC_BUDGET="10 kB")
    assert "pages as they came: 21 kB of 10 kB" in done.stdout
    assert "articles are kept without them" in done.stderr


def test_a_file_that_brings_nothing_says_so():
    taken = Taken(file="a.warc.gz", size=1, pages=3, outcomes=Counter(known=2, duplicate=1))
    assert nothing_new(taken) == "every article of it was known: nothing is new of 3"
    assert nothing_new(replace(taken, outcomes=Counter(known=2, updated=1))) == ""
    assert nothing_new(replace(taken, outcomes=Counter())) == ""
