"""Pages of a live crawl: the record is what came over the wire, the parser's body what it unpacks to."""

import asyncio
import base64
import gzip
import hashlib
import threading
import zlib
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import brotli
import pytest
from scrapy import Request
from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.http import HtmlResponse
from scrapy.utils.test import get_crawler
from sqlmodel import select
from warcio.archiveiterator import ArchiveIterator

from crawler.evidence.opening import recorded_at
from crawler.evidence.unpacking import unpacked
from crawler.house import Facilities
from crawler.ingesting import Ingest
from crawler.rereading import Rereading
from news.settings import fixed_settings
from spiders.catalogue import load_sources
from storage import articles, evidence
from storage.tables import ArticleRow
from tests.crawler.conftest import Desk, item

try:
    from compression import zstd
except ImportError:
    from backports import zstd

PARAGRAPHS = [
    f"The council of the town met on day {n} and spoke at length about the new bridge." for n in range(9)
]


def lines(site):
    """Words that no other site of the module has said."""
    return [f"{line} So says {site.key}." for line in PARAGRAPHS]


def html(title):
    text = "".join(f"<p>{line}</p>" for line in PARAGRAPHS)
    return f"<html><head><title>{title}</title></head><body><article><h1>{title}</h1>{text}</article></body></html>"


PACKERS = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": zstd.compress,
    "gzip, br": lambda body: brotli.compress(gzip.compress(body)),
    "": lambda body: body,
}


@pytest.fixture
def chunking():
    """A server of HTTP/1.1 that sends pages packed in every way, in chunks."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            name = self.path.removeprefix("/news/")
            self.send_response(200 if self.path.startswith("/news/") else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("X-Odd", "caf\xe9")
            if encoding := name.replace("-", ", ").replace("plain", ""):
                self.send_header("Content-Encoding", encoding)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            body = PACKERS.get(encoding, bytes)(html(name).encode())
            for start in range(0, len(body), 100):
                piece = body[start : start + 100]
                self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            self.wfile.write(b"0\r\n\r\n")

        def log_message(self, *arguments):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def kept_pages(desk, key):
    """Each article's newest pages, by title."""
    with desk.store.reading() as session:
        rows = session.exec(select(ArticleRow).where(ArticleRow.source == key)).all()
        return {row.title: evidence.of_present(session, row.id) for row in rows}


def test_the_record_is_what_was_sent_and_unpacks_to_what_was_read(desk, site, chunking):
    names = {encoding.replace(", ", "-") or "plain": encoding for encoding in PACKERS}
    site.feed(*(item(f"{chunking}/news/{name}", "") for name in names))
    report = desk.crawl(site.key)
    assert report.error is None
    assert (report.run["new"] + report.run["duplicates"], report.run["pages"]) == (len(names), len(names))
    with desk.store.reading() as session:
        (number,) = session.exec(select(ArticleRow.id).where(ArticleRow.source == site.key)).all()
        groups = evidence.of_article(session, number)
    pointers = {group.pages[0].address.rpartition("/")[2]: group.pages[0] for group in groups}
    assert set(pointers) == set(names)
    for name, encoding in names.items():
        pointer = pointers[name]
        with (desk.settings.evidence_folder / pointer.file).open("rb") as file:
            file.seek(pointer.start)
            record = next(ArchiveIterator(file, check_digests="raise"))
            raw = record.raw_stream.read()
        assert record.rec_headers.get_header("WARC-Target-URI") == f"{chunking}/news/{name}"
        assert unpacked(raw, [encoding]) == html(name).encode()
        digest = base64.b32encode(hashlib.sha1(raw).digest()).decode()
        assert record.rec_headers.get_header("WARC-Payload-Digest") == f"sha1:{digest}" == pointer.digest
        http = record.http_headers
        assert http.get_header("Content-Encoding") == (encoding or None)
        assert http.get_header("Content-Length") == str(len(raw))
        assert http.get_header("Transfer-Encoding") is None
        assert http.get_header("X-Crawl-Transfer-Encoding") == "chunked"
        assert recorded_at(desk.settings.evidence_folder, pointer).page.body == html(name).encode()


def test_the_lists_own_words_lie_beside_the_page(desk, site):
    site.post("/news/1", *lines(site), title="A bridge")
    site.feed(item(f"{site.address}/news/1", "A bridge for the town"))
    desk.crawl(site.key)
    (kept,) = kept_pages(desk, site.key).values()
    found = recorded_at(desk.settings.evidence_folder, kept.pages[0])
    assert (found.lead.source, found.lead.title, found.lead.road) == (
        site.key,
        "A bridge for the town",
        "feed",
    )
    assert found.page.body == site.answers["/news/1"].body.encode()
    assert found.page.header("content-type") == "text/html; charset=utf-8"


def test_a_page_that_gave_nothing_new_is_not_written_again(desk, site):
    site.post("/news/1", *lines(site), title="Once")
    site.feed(item(f"{site.address}/news/1", "Once"))
    assert desk.crawl(site.key).run["pages"] == 1
    assert desk.crawl(site.key).run["pages"] == 0


def test_every_page_of_an_article_is_kept_in_its_order(desk, site):
    link = '<a rel="next" href="/news/1/2/">2</a>'
    site.post("/news/1/", *lines(site), title="Long", foot=link)
    more = [f"On page two the mayor answers question {n} of the citizens about the costs." for n in range(9)]
    site.post("/news/1/2/", *more, title="Long")
    site.feed(item(f"{site.address}/news/1/", "Long"))
    assert desk.crawl(site.key).run["pages"] == 2
    (kept,) = kept_pages(desk, site.key).values()
    found = [recorded_at(desk.settings.evidence_folder, pointer) for pointer in kept.pages]
    assert [each.page.final_address for each in found] == [
        f"{site.address}/news/1/",
        f"{site.address}/news/1/2/",
    ]
    assert [each.first for each in found] == [None, f"{site.address}/news/1/"]


def test_a_full_budget_costs_the_page_and_never_the_article(desk, make_site):
    site = make_site()
    site.post("/news/1", *lines(site), title="Still kept")
    site.feed(item(f"{site.address}/news/1", "Still kept"))
    poor = Desk(desk.settings.model_copy(update={"warc_budget": 1}))
    try:
        report = poor.crawl(site.key)
    finally:
        poor.close()
    assert report.error is None
    assert (report.run["new"], report.run["pages"], report.run["pages_missed"]) == (1, 0, {"budget": 1})
    assert kept_pages(desk, site.key) == {"Still kept": None}


def test_an_archive_can_be_made_anew_from_its_pages(desk, make_site, tmp_path):
    site = make_site(languages=["en"], timezone="Asia/Tehran")
    site.post("/news/1/", *lines(site), title="Long", foot='<a rel="next" href="/news/1/2/">2</a>')
    site.post("/news/1/2/", *[f"On page two the mayor of {site.key} answers question {n}." for n in range(9)])
    site.post("/news/2", *[f"A short note number {n} about the parks of {site.key}." for n in range(9)])
    day = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
    site.feed(
        item(f"{site.address}/news/1/", "Long", published=day),
        item(f"{site.address}/news/2", "Parks", published=day),
    )
    assert desk.crawl(site.key).run["pages"] == 3
    (path,) = {
        desk.settings.evidence_folder / kept.pages[0].file for kept in kept_pages(desk, site.key).values()
    }
    made = fixed_settings(home=tmp_path, warc_folder=desk.settings.evidence_folder, readers=1)
    counts, again = asyncio.run(made_anew(made, path, load_sources(desk.settings.sources_folder)))
    assert counts["broken"] == []
    assert again.counts["changed"] == again.counts["page_lost"] == again.counts["no_article_now"] == 0
    assert again.counts["same"] >= 2
    fresh = Desk(made)
    try:
        assert fresh.articles(site.key) == desk.articles(site.key)
        assert len(fresh.articles(site.key)) == 2
    finally:
        fresh.close()


async def made_anew(settings, path, sources):
    """Ingest a file of ours, then read every page of it once more."""
    facilities = Facilities(settings)
    try:
        taken = await Ingest(facilities, sources.values()).take(path)
        with facilities.store.reading() as session:
            numbers = articles.after(session, 0, limit=1000)
        again = Rereading(facilities, sources)
        await again.read(numbers)
        return taken.counts(), again
    finally:
        facilities.close()


@pytest.mark.parametrize("encoding", [name for name in PACKERS if name])
@pytest.mark.parametrize("cut", [0, 3])
def test_unpacking_gives_what_scrapy_gives(encoding, cut):
    packed = PACKERS[encoding](html("x").encode() * 50)
    packed = packed[: len(packed) - cut]
    middleware = HttpCompressionMiddleware.from_crawler(get_crawler())
    response = HtmlResponse("http://a.example/", headers={"Content-Encoding": encoding}, body=packed)
    try:
        expected = middleware.process_response(Request(response.url), response).body
    except Exception:  # noqa: BLE001 - such an answer never becomes a page
        expected = packed
    assert unpacked(packed, [encoding]) == expected
