"""SIGKILL at random moments of crawls, against the service as it runs on a server.

The seed is printed; `KILLS_SEED=N` repeats a run, `KILLS=N` makes it shorter or longer.
"""

from __future__ import annotations

import os
import queue
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import islice
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

import psutil
import pytest
from sqlalchemy import text
from sqlmodel import Session, col, select

from alerts.messages import identity
from crawler.evidence.opening import recorded_at
from spiders.catalogue import load_sources
from storage import outbox, rules, runs
from storage.articles import load as load_article
from storage.articles import text_hash
from storage.engine import Store
from storage.evidence import Pointer
from storage.outbox import DeliveryState
from storage.rules import Rule
from storage.tables import AddressRow, ArticleRow, EventRow, EvidenceRow, LeadRow, RunRow
from tests.alerts.smtp import Postman, mail_server

pytestmark = [pytest.mark.system, pytest.mark.timeout(1800)]

ROOT = Path(__file__).parents[2]
KILLS = int(os.environ.get("KILLS", "10"))
#: pages that each source publishes before each kill
PAGES = 6
KEYS = ("by-feed", "by-list", "by-sitemap")
RECIPIENTS = ("a@example.org", "b@example.org")
_PATIENCE = 60.0
#: Each joins once; the moments of the kills are drawn so that there is always one left.
CITIES = """
Mashhad Isfahan Shiraz Tabriz Baku Tbilisi Tashkent Ankara Izmir Bursa Amman Beirut Cairo Tunis Rabat Lahore
Karachi Dhaka Colombo Kathmandu Manila Jakarta Hanoi Bangkok Seoul Osaka Vienna Prague Warsaw Lisbon Madrid Oslo
Helsinki Tallinn Riga Vilnius Nairobi Accra Dakar Lagos Lima Quito Bogota Montevideo Zagreb Sofia Bucharest Athens
"""
SUBJECTS = (
    "library",
    "bridge",
    "market",
    "harbour",
    "school",
    "garden",
    "tramway",
    "museum",
    "fountain",
    "playground",
)


class Town:
    """A site whose feed, list and sitemap show each a third of what it publishes; `on_request` hears each request."""

    def __init__(self) -> None:
        self.pages: dict[str, str] = {}
        self.titles: dict[str, str] = {}
        self.moments: dict[str, datetime] = {}
        self.announced: set[str] = set()
        self.on_request: Callable[[], None] = lambda: None
        self._numbers = iter(range(1, 10_000))
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def publish(self, key: str, count: int, city: str | None = None) -> None:
        """New articles of a source, one of which says that a city has joined a network."""
        for number in islice(self._numbers, count):
            title = f"News {number} of the {SUBJECTS[number % len(SUBJECTS)]}"
            words = f"The council spoke of plan {number} and of the {SUBJECTS[number * 7 % len(SUBJECTS)]} near it."
            if city:
                title = f"{city} joins the Strong Cities Network"
                words = (
                    f"The city of {city} has joined the Strong Cities Network as a new member, the mayor's office "
                    f"announced on Monday. {words}"
                )
                self.announced.add(city)
                city = None
            path = f"/{key}/{number}"
            self.moments[path] = datetime.now(UTC)
            self.titles[path] = title
            self.pages[path] = _page(title, words, number, self.moments[path])

    def copy(self, key: str, other: str) -> None:
        """The newest article of a source, at an address of another one too."""
        path = self.paths(key)[0]
        twin = f"/{other}/{next(self._numbers)}"
        self.pages[twin], self.moments[twin] = self.pages[path], self.moments[path]
        self.titles[twin] = self.titles[path]

    def paths(self, key: str) -> list[str]:
        """What a source has published, newest first."""
        return [path for path in reversed(self.pages) if path.startswith(f"/{key}/")]

    def source(self, key: str) -> str:
        """Its TOML."""
        if key == "by-list":
            return (
                f'name = "{key}"\n[[lists]]\nurl = "{self.origin}/by-list"\narticle = "^/by-list/[0-9]+$"\n'
            )
        road = {
            "by-feed": f'feeds = ["{self.origin}/feed"]',
            "by-sitemap": f'sitemaps = ["{self.origin}/map"]',
        }[key]
        return f'name = "{key}"\n{road}\n'

    def _answer(self, path: str) -> tuple[str, str] | None:
        if path == "/feed":
            return "application/rss+xml; charset=utf-8", self._feed()
        if path == "/map":
            return "application/xml; charset=utf-8", self._sitemap()
        if path == "/by-list":
            links = "".join(f'<li><a href="{one}">Article {one}</a></li>' for one in self.paths("by-list"))
            return "text/html; charset=utf-8", f"<html><body><h1>News</h1><ul>{links}</ul></body></html>"
        found = self.pages.get(path)
        return ("text/html; charset=utf-8", found) if found else None

    def _feed(self) -> str:
        items = "".join(
            f"<item><title>{self.titles[path]}</title><link>{self.origin}{path}</link>"
            f"<pubDate>{format_datetime(self.moments[path])}</pubDate></item>"
            for path in self.paths("by-feed")
        )
        return f'<rss version="2.0"><channel><title>Town</title>{items}</channel></rss>'

    def _sitemap(self) -> str:
        urls = "".join(f"<url><loc>{self.origin}{path}</loc></url>" for path in self.paths("by-sitemap"))
        return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        town = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                town.on_request()
                kind, body = town._answer(self.path) or ("text/plain", "")
                sent = body.encode()
                with suppress(ConnectionError):  # whoever asked may be dead
                    self.send_response(200 if sent else 404)
                    self.send_header("Content-Type", kind)
                    self.send_header("Content-Length", str(len(sent)))
                    self.end_headers()
                    self.wfile.write(sent)

            def log_message(self, *arguments: object) -> None:
                pass

        return Handler


def _page(title: str, words: str, number: int, moment: datetime) -> str:
    text = "".join(
        f"<p>{words} Part {part} will cost {number * 17 + part} thousand, says the mayor, "
        f"who showed {number % 9 + 2} drawings to the {SUBJECTS[(number + part) % len(SUBJECTS)]} committee.</p>"
        for part in range(4)
    )
    meta = f'<meta property="article:published_time" content="{moment.isoformat()}">'
    return f"<html lang=en><head><title>{title}</title>{meta}</head><body><article><h1>{title}</h1>{text}</article></html>"


@dataclass
class Heard:
    """What services have said, all together; `on_kept` hears of each page that was announced as kept."""

    lines: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    on_kept: Callable[[], None] = lambda: None

    def take(self, line: str) -> None:
        self.lines.append(line)
        if " kept source=" in line:
            self.kept.append(line.rpartition("address=")[2].strip())
            self.on_kept()


class Service:
    """`jarchi run`, with all processes that it brings."""

    def __init__(self, home: Path, variables: dict[str, str], heard: Heard) -> None:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("JARCHI_")}
        self.home, self._heard = home, heard
        self.process = subprocess.Popen(
            [sys.executable, "-u", "-m", "cli", "run"], cwd=ROOT, env={**inherited, **variables},
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        self._lines: queue.Queue[str | None] = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._heard.take(line)
            self._lines.put(line)
        self._lines.put(None)

    def lines(self) -> Iterator[str]:
        """What it says from here on, until its last process has ended."""
        while (line := self._lines.get(timeout=_PATIENCE)) is not None:
            yield line

    def wait_for(self, words: str) -> bool:
        """Whether it says so before it ends."""
        return any(words in line for line in self.lines())

    def crawls_that_end(self, keys: Iterable[str]) -> dict[str, str]:
        """How the next crawl of each source ended, by its log."""
        left, outcomes = set(keys), dict[str, str]()
        for line in self.lines():
            if " crawled source=" in line or " crawl failed source=" in line:
                key = line.partition("source=")[2].split()[0].rstrip(":")
                left.discard(key)
                outcomes[key] = line.partition("outcome=")[2].partition(" run=")[0]
            if not left:
                return outcomes
        raise AssertionError("the service ended: " + "".join(self._heard.lines[-40:]))

    def kill(self, victim: str) -> list[psutil.Process]:
        """SIGKILL to one of its processes, or to all of them at once; returns those that must be gone then."""
        doomed = []
        for process in self._victims(victim):
            with suppress(psutil.NoSuchProcess):
                doomed += [process, *process.children(recursive=True)]
        for process in doomed if victim == "all" else self._victims(victim):
            with suppress(psutil.NoSuchProcess):
                process.kill()
        return doomed

    def _victims(self, victim: str) -> list[psutil.Process]:
        with suppress(psutil.NoSuchProcess):
            service = psutil.Process(self.process.pid)
            if victim == "service":
                return [service]
            if victim == "all":
                return [service]
            family = service.children(recursive=True)
            workers = [one for one in family if "scheduler.worker" in " ".join(one.cmdline())]
            if victim == "worker":
                return workers
            servers = [
                one for one in family if one.parent() in workers and "forkserver" in " ".join(one.cmdline())
            ]
            return (
                servers
                if victim == "forkserver"
                else [child for one in servers for child in one.children()][:1]
            )
        return []

    def ended(self) -> int:
        """Wait until it and everything that holds its output is gone; how it ended."""
        code = self.process.wait(_PATIENCE)
        self._reader.join(_PATIENCE)
        assert not self._reader.is_alive(), f"left behind: {processes_of(self.home)}"
        assert self.process.stdout is not None
        self.process.stdout.close()
        return code


def processes_of(home: Path) -> list[str]:
    """Every process of the machine that works for a home, by its environment."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.status() != psutil.STATUS_ZOMBIE and process.environ().get("JARCHI_HOME") == str(home):
                found.append(f"{process.pid} {' '.join(process.cmdline())[:120]}")
    return found


class Trial:
    """A home, its town and its post, and the checks after each kill."""

    def __init__(self, store: Store, home: Path, town: Town, postman: Postman, port: int) -> None:
        self.store, self.home, self.town, self.postman = store, home, town, postman
        self.heard = Heard()
        self.variables = {
            "JARCHI_HOME": str(home), "JARCHI_ALLOW_NETWORKS": "127.0.0.0/8", "JARCHI_HOST_DELAY": "0",
            "JARCHI_DATABASE_URL": store._writers.url.render_as_string(hide_password=False),
            "JARCHI_TICK": "PT0.1S", "JARCHI_WEB_PORT": "0", "JARCHI_LOG_LEVEL": "INFO",
            "JARCHI_SMTP_HOST": "127.0.0.1", "JARCHI_SMTP_PORT": str(port), "JARCHI_SMTP_TLS": "none",
            "JARCHI_SMTP_FROM": "jarchi@example.org", "JARCHI_ALERT_BUDGET": "0", "JARCHI_READERS": "2",
        }  # fmt: skip
        self.service: Service | None = None

    def start(self) -> Service:
        """A service that is ready; PostgreSQL may hold a dead one's lock for a moment."""
        for _ in range(20):
            service = Service(self.home, self.variables, self.heard)
            if service.wait_for("ready address="):
                self.service = service
                return service
            service.ended()
        raise AssertionError("no service starts: " + "".join(self.heard.lines[-40:]))

    def make_due(self) -> None:
        """Every source, by the schedule."""
        with self.store.writing() as session:
            for key in KEYS:
                runs.set_due(session, key, datetime.now(UTC) - timedelta(seconds=1))

    def crawl_clean(self) -> None:
        """A crawl of each source that nobody disturbs."""
        self.make_due()
        service = self.service or self.start()
        outcomes = self.crawls_that_end(service)
        assert outcomes == dict.fromkeys(KEYS, "done"), "".join(self.heard.lines[-60:])

    def crawls_that_end(self, service: Service) -> dict[str, str]:
        """How the next crawl of each source ends; the service has noted that when this returns."""
        outcomes = service.crawls_that_end(KEYS)
        wait_until(self._is_none_due, "a crawl's end is not noted")
        return outcomes

    def _is_none_due(self) -> bool:
        with self.store.reading() as session:
            due = [runs.state(session, key).next_due_at for key in KEYS]
        return all(moment and moment > datetime.now(UTC) for moment in due)

    def suffer(self, strike: Strike) -> None:
        """A crawl of each source with a kill in it, until all is quiet again; no process is left behind."""
        service = self.service or self.start()
        strike.arm(self, service)
        self.make_due()
        assert strike.is_over.wait(_PATIENCE), f"{strike}: never came\n" + "".join(self.heard.lines[-60:])
        self.town.on_request = self.heard.on_kept = lambda: None
        self.postman.on_data = lambda _: None
        if strike.victim in ("service", "all"):
            assert service.ended() == -signal.SIGKILL
            self.service = None
            wait_until(
                lambda: not processes_of(self.home), f"{strike}: left behind {processes_of(self.home)}"
            )
        else:
            self.crawls_that_end(service)
        wait_until(lambda: all(map(has_gone, strike.doomed)), f"{strike}: left behind {strike.doomed}")

    def stop(self) -> None:
        """As an operator does, and nothing is left behind."""
        assert self.service is not None
        self.service.process.send_signal(signal.SIGTERM)
        assert self.service.ended() == 0
        self.service = None
        assert processes_of(self.home) == []

    def check(self) -> None:
        """What holds after a clean crawl, whatever came before it."""
        with self.store.reading() as session:
            self._check_pages(session)
            self._check_integrity(session)

    def check_alerts(self, kills: int) -> None:
        """Each announcement was told once to each recipient; a kill may repeat the one letter that was on its way."""
        wait_until(self._all_is_told, "alerts still wait")
        with self.store.reading() as session:
            events = session.exec(select(EventRow)).all()
            told = outbox.deliveries(session)
        assert len(events) == len(self.town.announced)
        assert {event.freshness for event in events} == {"news"}
        assert Counter(delivery.recipient for delivery in told) == dict.fromkeys(RECIPIENTS, len(events))
        assert {delivery.state for delivery in told} == {DeliveryState.SENT}
        letters = Counter(self.postman.identities)
        assert set(letters) == {f"<{identity(delivery)}@example.org>" for delivery in told}
        assert letters.total() - len(letters) <= kills

    def _all_is_told(self) -> bool:
        with self.store.reading() as session:
            unmatched = session.exec(select(EventRow.id).where(col(EventRow.matched_at).is_(None))).first()
            return unmatched is None and not outbox.due(session, datetime.now(UTC) + timedelta(days=9))

    def _check_pages(self, session: Session) -> None:
        published = Counter(f"{self.town.origin}{path}" for path in self.town.pages)
        stored = Counter(session.exec(select(AddressRow.url)).all())
        assert set(self.heard.kept) <= set(stored), "announced as kept, and lost"
        assert stored == published
        rows = session.exec(select(ArticleRow)).all()
        assert len(rows) == len(set(self.town.pages.values())), "stored twice, or lost"
        assert len({row.text_hash for row in rows}) == len(rows)
        assert {row.versions for row in rows} == {1}
        assert {row.state for row in session.exec(select(LeadRow))} == {"kept"}
        assert not session.exec(select(RunRow.id).where(RunRow.state == "running")).all()
        assert Counter(session.exec(select(EvidenceRow.address)).all()) == published, (
            "a page without its record"
        )

    def check_evidence(self) -> None:
        """Each pointer leads to the page; each article can be loaded whole."""
        with self.store.reading() as session:
            for row in session.exec(select(EvidenceRow).order_by(col(EvidenceRow.id))):
                pointer = Pointer(
                    address=row.address, file=row.file, start=row.start, size=row.size, digest=row.digest,
                    captured_at=row.captured_at,
                )  # fmt: skip
                page = recorded_at(self.home / "warc", pointer).page
                assert page.body.decode() == self.town.pages[urlsplit(row.address).path]
                article = load_article(session, row.article_id)
                assert article is not None
                assert text_hash(article) == session.get_one(ArticleRow, row.article_id).text_hash

    def _check_integrity(self, session: Session) -> None:
        connection = session.connection()
        indexed = (
            "SELECT rowid FROM article_search"
            if self.store.is_sqlite
            else "SELECT article_id FROM article_search"
        )
        assert set(connection.execute(text(indexed)).scalars()) == set(session.exec(select(ArticleRow.id)))
        if self.store.is_sqlite:
            assert connection.execute(text("PRAGMA integrity_check")).scalars().all() == ["ok"]
            assert connection.execute(text("PRAGMA foreign_key_check")).all() == []


class Strike:
    """One kill: whom it hits, and when."""

    VICTIMS = ("worker", "worker", "service", "service", "all", "reader", "forkserver")
    MOMENTS = ("clock", "request", "kept", "letter")

    def __init__(self, chance: random.Random) -> None:
        self.victim, self.moment = chance.choice(self.VICTIMS), chance.choice(self.MOMENTS)
        most = {"clock": 1, "request": 3 * PAGES, "kept": 2 * PAGES, "letter": len(RECIPIENTS)}[self.moment]
        self._left = chance.randint(1, most)
        #: after the first request, seconds
        self._delay = chance.uniform(0, 1.5)
        self.is_over = threading.Event()
        self.doomed: list[psutil.Process] = []
        self._once = threading.Lock()

    def __str__(self) -> str:
        when = f"{self._delay:.2f} s after the first" if self.moment == "clock" else f"{self._left}."
        return f"{self.victim} at the {when} {self.moment.replace('clock', 'request')}"

    def arm(self, trial: Trial, service: Service) -> None:
        """From now on it may strike."""

        def hit(moment: str) -> None:
            with self._once:
                self._left -= moment == self.moment
                if self._left or moment != self.moment:
                    return
            self.doomed = service.kill(self.victim)
            self.is_over.set()

        def requested() -> None:
            if self.moment == "clock" and self._left == 1:
                self._left = 2
                threading.Timer(self._delay, lambda: (setattr(self, "_left", 1), hit("clock"))).start()
            hit("request")

        trial.town.on_request = requested
        trial.heard.on_kept = lambda: hit("kept")
        trial.postman.on_data = lambda _: hit("letter")


def wait_until(is_true: Callable[[], bool], what: str) -> None:
    """Look again and again; fails with what was waited for."""
    deadline = time.monotonic() + _PATIENCE
    while not is_true():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


def has_gone(process: psutil.Process) -> bool:
    """Whether a process has ended, reaped or not."""
    with suppress(psutil.NoSuchProcess):
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    return True


@pytest.fixture
def trial(store: Store, tmp_path: Path) -> Iterator[Trial]:
    home, postman = tmp_path / "home", Postman()
    (home / "sources").mkdir(parents=True)
    for key, source in load_sources().items():
        if source.enabled:
            (home / "sources" / f"{key}.toml").write_text("enabled = false\n", encoding="utf-8")
    with store.writing() as session:
        rules.save_rule(session, Rule(name="new-memberships", recipients=RECIPIENTS), datetime.now(UTC))
    with Town() as town, mail_server(postman) as port:
        for key in KEYS:
            (home / "sources" / f"{key}.toml").write_text(town.source(key), encoding="utf-8")
        made = Trial(store, home, town, postman, port)
        yield made
        if made.service is not None:
            made.service.kill("all")
            made.service.ended()
        sys.stdout.writelines(made.heard.lines[-120:])  # shown when the test fails


def test_crawls_killed_at_random_moments_lose_nothing_and_store_nothing_twice(trial: Trial) -> None:
    seed = int(os.environ.get("KILLS_SEED") or random.randrange(2**32))
    sys.stdout.write(f"KILLS_SEED={seed}\n")
    chance = random.Random(seed)
    for key in KEYS:
        trial.town.publish(key, PAGES)
    trial.crawl_clean()
    trial.check()
    for number, city in enumerate(chance.sample(CITIES.split(), KILLS), 1):
        strike = Strike(chance)
        sys.stdout.write(f"{number}: {strike}\n")
        for key in KEYS:
            trial.town.publish(key, PAGES)
        trial.town.publish(key := chance.choice(KEYS), 1, city)
        trial.town.copy(key, chance.choice(KEYS))
        trial.suffer(strike)
        trial.crawl_clean()
        trial.check()
        trial.check_alerts(kills=number)
    trial.check_evidence()
    trial.stop()
