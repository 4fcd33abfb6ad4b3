"""A site on loopback that a test writes page by page, and a crawl worker that crawls it for real."""

import asyncio
import itertools
import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from email.utils import format_datetime
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, select

from news.settings import Settings, load_settings
from news.values import Article
from scheduler.executor import LocalExecutor
from scheduler.protocol import Report
from storage import articles, runs
from storage.engine import Store
from storage.runs import SourceState
from storage.schema import open_store
from storage.tables import ArticleRow, LeadRow

_numbers = itertools.count(1)


@dataclass
class Answer:
    """What the site says; without a status it hangs up."""

    body: str | bytes = ""
    status: int | None = 200
    kind: str = "text/html; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)


class Site:
    """A site; its pages are changed between crawls, its requests kept."""

    def __init__(self) -> None:
        #: key of the source that watches it
        self.key = f"town{next(_numbers)}"
        self.answers: dict[str, Answer] = {}
        #: the same whatever the query
        self.scripts: dict[str, Answer] = {}
        #: what it says of what it does not have
        self.missing = Answer("<html><body>Not here</body></html>", 404)
        self.asked: list[str] = []
        #: what each of them said
        self.headers: list[dict[str, str]] = []
        #: whether it answers 304 to its own marks
        self.answers_304 = False
        #: when each request came, by a monotonic clock
        self.moments: list[float] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def show(self, path: str, body: str | bytes = "", **answer: object) -> None:
        self.answers[path] = Answer(body, **answer)

    def on(self, path: str, body: str, **answer: object) -> None:
        self.scripts[path] = Answer(body, **answer)

    def feed(self, *items: str, path: str = "/feed") -> None:
        head = '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>t</title>'
        self.show(path, f"{head}{''.join(items)}</channel></rss>", kind="application/rss+xml; charset=utf-8")

    def post(self, path: str, *paragraphs: str, title: str = "", foot: str = "", head: str = "") -> None:
        """An article page."""
        text = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in paragraphs)
        title = title or f"The plan of {self.key}"
        self.show(
            path,
            f"<html><head><title>{title}</title>{head}</head><body><article><h1>{title}</h1>{text}{foot}</article>"
            "</body></html>",
        )

    def count(self, path: str) -> int:
        return self.asked.count(path)

    def close(self) -> None:
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.moments.append(time.monotonic())
                site.asked.append(self.path)
                found = site.answers.get(self.path) or site.scripts.get(self.path.partition("?")[0], site.missing)
                if found.status is None:
                    self.close_connection = True
                    return
                site.headers.append({name.lower(): value for name, value in self.headers.items()})
                if site.answers_304 and found.status == 200 and _is_matched(self.headers, found.headers):
                    self.send_response(304)
                    self.end_headers()
                    return
                body = found.body.encode() if isinstance(found.body, str) else found.body
                self.send_response(found.status)
                for name, value in {"Content-Type": found.kind, **found.headers}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *arguments: object) -> None:
                pass

        return Handler


def _is_matched(asked: Mapping[str, str], own: dict[str, str]) -> bool:
    """As servers do: a mark decides, without one the date."""
    if asked.get("If-None-Match"):
        return asked["If-None-Match"] == own.get("ETag")
    return bool(own.get("Last-Modified")) and asked.get("If-Modified-Since") == own["Last-Modified"]


def item(address: str, title: str, *, body: str = "", summary: str = "", published: object = None) -> str:
    """An entry of a feed; `published` is a datetime."""
    parts = [f"<title>{escape(title)}</title><link>{escape(address)}</link>"]
    if summary:
        parts.append(f"<description>{escape(summary)}</description>")
    if body:
        parts.append(f"<content:encoded>{escape(body)}</content:encoded>")
    if published is not None:
        parts.append(f"<pubDate>{format_datetime(published)}</pubDate>")
    return f"<item>{''.join(parts)}</item>"


def assert_balanced(run: dict[str, Any]) -> None:
    """Every lead of a crawl ended in exactly one named outcome, and the sums agree."""
    ledger = run["ledger"]
    leads = ledger["seen"] - ledger["repeated"] + ledger["left_over"]
    outcomes, lists = Counter(ledger["outcomes"]), Counter(ledger["lists"])
    assert leads == outcomes.total(), ledger
    assert lists.pop("asked", 0) == lists.total(), ledger
    for outcome in ("failed", "refused", "not-article"):
        assert sum(ledger["causes"].get(outcome, {}).values()) == outcomes[outcome], ledger
    assert ledger["strays"] == {}, ledger
    assert (run["new"], run["updated"], run["duplicates"]) == tuple(
        outcomes[name] for name in ("new", "updated", "duplicate")
    ), run
    assert run["leads"] == ledger["seen"]
    assert run["known"] >= outcomes["known"]
    assert run["fetched"] >= run["read"] + run["not_article"], run


class Desk:
    """A home with its database, and a worker that crawls for it."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._runner = asyncio.Runner()
        self._executor = LocalExecutor(settings)
        self._store: Store | None = None

    @property
    def store(self) -> Store:
        self._store = self._store or open_store(self.settings.database)
        return self._store

    def crawl(self, key: str, **job: Any) -> Report:
        (report,) = self.crawl_together(key, **job)
        return report

    def crawl_together(self, *keys: str, **job: Any) -> list[Report]:
        """Crawl side by side in one worker; the books of each crawl must balance."""

        async def all_of_them() -> list[Report]:
            return list(await asyncio.gather(*(self._executor.crawl(key, **job) for key in keys)))

        reports = self._runner.run(all_of_them())
        for report in reports:
            assert_balanced(report.run)
            if "address" not in job:  # of one page no run is noted
                assert_balanced(self.stored(report.source))
        return reports

    def stored(self, key: str) -> dict[str, Any]:
        """The counts of a source's last crawl, as they were stored."""
        with self.store.reading() as session:
            return runs.recent(session, key, 1)[0].counts

    def watch(self, site: Site, **fields: object) -> None:
        lines = [f"{name} = {json.dumps(value)}" for name, value in {"name": site.key, **fields}.items()]
        path = self.settings.sources_folder / f"{site.key}.toml"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")

    def watch_list(self, site: Site, path: str, article: str, older: str) -> None:
        road = {"url": site.address + path, "article": article, "next": older}
        text = "".join(f"{name} = {json.dumps(value)}\n" for name, value in road.items())
        file = self.settings.sources_folder / f"{site.key}.toml"
        file.write_text(f"name = {json.dumps(site.key)}\n[[lists]]\n{text}", encoding="utf-8")

    def articles(self, key: str) -> list[Article]:
        with self.store.reading() as session:
            ids = session.exec(
                select(ArticleRow.id).where(ArticleRow.source == key).order_by(col(ArticleRow.id))
            ).all()
            return [article for _, article in articles.load_many(session, [number or 0 for number in ids])]

    def versions(self, key: str) -> list[int]:
        with self.store.reading() as session:
            return list(session.exec(select(ArticleRow.versions).where(ArticleRow.source == key)).all())

    def leads(self, key: str) -> dict[str, str]:
        """State and cause of each lead, by the end of its address."""
        with self.store.reading() as session:
            rows = session.exec(select(LeadRow).where(LeadRow.source == key)).all()
            return {
                row.address.partition("/")[2].rpartition("127.0.0.1")[2].partition("/")[2]: " ".join(
                    filter(None, (row.state, row.cause))
                )
                for row in rows
            }

    def write(self, key: str, text: str) -> None:
        """Watch what a file says."""
        path = self.settings.sources_folder / f"{key}.toml"
        path.write_text(f"name = {json.dumps(key)}\n{text}\n", encoding="utf-8")

    def state(self, key: str) -> SourceState:
        with self.store.reading() as session:
            return runs.state(session, key)

    def close(self) -> None:
        self._runner.run(self._executor.close())
        self._runner.close()
        if self._store is not None:
            self._store.close()


def open_desk(home: Path, **variables: str) -> Desk:
    (home / "sources").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {
            "JARCHI_HOME": str(home), "JARCHI_ALLOW_NETWORKS": "127.0.0.0/8", "JARCHI_HOST_DELAY": "0",
            "JARCHI_LOG_LEVEL": "WARNING", "JARCHI_READERS": "1", **variables,
        }.items():  # fmt: skip
            patch.setenv(name, value)
        return Desk(load_settings())


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    opened = open_desk(tmp_path_factory.mktemp("home"))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def narrow_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk that gives requests little time, and to which one address of loopback alone is open."""
    opened = open_desk(
        tmp_path_factory.mktemp("narrow"), JARCHI_ALLOW_NETWORKS="127.0.0.1/32", JARCHI_REQUEST_TIMEOUT="4s",
        JARCHI_LOG_LEVEL="ERROR",
    )  # fmt: skip
    yield opened
    opened.close()


@pytest.fixture
def make_site(desk: Desk) -> Iterator[Callable[..., Site]]:
    """Makes a running site that the desk watches by its feed, or by what else is said."""
    made: list[Site] = []

    def make(**fields: object) -> Site:
        site = Site()
        made.append(site)
        roads = {
            name: [f"{site.address}{path}" for path in fields.pop(name)]
            for name in ("feeds", "sitemaps")
            if name in fields
        }
        if "wordpress" in fields:
            roads["wordpress"] = f"{site.address}{fields.pop('wordpress')}"
        desk.watch(site, **(roads or {"feeds": [f"{site.address}/feed"]}), **fields)
        return site

    yield make
    for site in made:
        site.close()


@pytest.fixture
def site(make_site: Callable[..., Site]) -> Site:
    """A site with a feed at /feed."""
    return make_site()
