"""Pages that scripts draw, on a real server, drawn by the system's Chromium."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from tests.crawler.discovery.sites import TEXTS, TITLES
from tests.system.servers import ROOT, Jarchi

pytestmark = pytest.mark.system

TITLE, TEXT = TITLES["en"], TEXTS["en"]
SHELL = (
    "<!doctype html><html lang='en'><head><meta charset='utf-8'><title>Town</title>"
    "<link rel='stylesheet' href='/site.css'>{head}</head>"
    "<body><img src='/logo.png'><iframe src='/frame'></iframe><div id='app'></div>{foot}</body></html>"
)
#: Draws a list or an article out of what it asks for, and tries all that it is not to have.
APP = """
const seen = localStorage.getItem('seen') || document.cookie;
localStorage.setItem('seen', 'seen before'); document.cookie = 'seen=before';
const quietly = action => { try { const done = action(); if (done && done.catch) done.catch(() => 0); } catch {} };
quietly(() => navigator.serviceWorker.register('/worker.js'));
quietly(() => fetch('/hop', {mode: 'no-cors'}));
quietly(() => fetch('/closed/data'));
quietly(() => fetch('OTHER/direct', {mode: 'no-cors'}));
quietly(() => { new WebSocket('ws://127.0.0.1:PORT/socket'); new WebSocket('OTHER/socket'.replace('http', 'ws')); });
quietly(() => navigator.sendBeacon('/beacon', 'x'));
quietly(() => window.open('/window'));
quietly(() => { const link = document.createElement('a'); link.href = '/file.zip'; link.download = 'x'; link.click(); });
quietly(() => {
  const peer = new RTCPeerConnection({iceServers: [{urls: 'stun:127.0.0.1:UDP'}, {urls: 'stun:127.0.0.2:UDP'}]});
  peer.createDataChannel('x'); peer.createOffer().then(offer => peer.setLocalDescription(offer));
});
fetch('/api' + location.pathname).then(answer => answer.json()).then(page => {
  const app = document.getElementById('app');
  if (page.links) {
    for (const [address, title] of page.links) app.innerHTML += `<h3><a href="${address}">${title}</a></h3>`;
    return;
  }
  document.title = page.title;
  app.innerHTML = `<article><h1>${page.title}</h1>` + page.text.map(part => `<p>${part}</p>`).join('') +
    `<p>The visitor was ${seen || 'never seen'} at the town hall, says its register of Monday.</p></article>`;
});
"""
#: What each odd page does once it is there.
ODD = {
    "alert": "<script>alert('Cookies!')</script><script src='/app.js'></script>",
    "boxes": "<script>while (true) alert('again')</script>",
    "busy": "<script src='/app.js'></script><script>while (true) {}</script>",
    "endless": "<script src='/app.js'></script><script src='/drip.js'></script>",
    "bomb": "<script>const all = []; while (true) all.push(new Array(1e6).fill(Math.random()))</script>",
    "killed": "<script src='/kill.js'></script>",
    "leaves": "<script>location = 'OTHER/private'</script>",
    "leaves-well": "<script>location = '/news/1'</script>",
    "turns": "<script>location.reload()</script>",
}


class Drawn:
    """A town whose pages are empty until its script has run; a second server lies at an address that is not opened."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self.elsewhere: list[str] = []
        self.agents: set[str] = set()
        self.on_kill: Callable[[], None] = lambda: None
        self.slow = False
        with ExitStack() as stack:
            self._udp = [
                stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) for _ in range(2)
            ]
            self._udp[0].bind(("127.0.0.1", 0))
            self.udp = self._udp[0].getsockname()[1]
            self._udp[1].bind(("127.0.0.2", self.udp))
            self._other = stack.enter_context(self._served("127.0.0.2", self._other_handler()))
            self._server = stack.enter_context(self._served("127.0.0.1", self._handler()))
            self.close = stack.pop_all().close

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def other(self) -> str:
        return f"http://127.0.0.2:{self._other.server_port}"

    def datagrams(self) -> int:
        """How many came past the proxy."""
        found = 0
        for udp in self._udp:
            udp.setblocking(False)
            with suppress(BlockingIOError):
                while udp.recv(2048):
                    found += 1
        return found

    def watch(self, jarchi: Jarchi, key: str, path: str = "/", more: str = "render = true") -> None:
        road = f'{{url = "{self.address}{path}", article = "^/news/"}}'
        jarchi.watch(key, f'name = "{key}"\nlanguages = ["en"]\nlists = [{road}]\n{more}\n')

    def answer(self, path: str) -> tuple[int, str, str, dict[str, str]]:
        folder, _, name = path.rpartition("/")
        if path in ("/hop", "/news/private"):
            return 302, "text/plain", "", {"Location": f"{self.other}/{name}"}
        if path == "/robots.txt":
            return 200, "text/plain", "User-agent: *\nDisallow: /closed/\nDisallow: /news/9\n", {}
        if path == "/app.js":
            app = APP.replace("OTHER", self.other).replace("PORT", str(self._server.server_port))
            return 200, "text/javascript", app.replace("UDP", str(self.udp)), {}
        if path.startswith("/api/"):
            return 200, "application/json", json.dumps(self._data(path.removeprefix("/api"))), {}
        page = (
            f"<a href='/news/{name}'>What the council says of {name}</a>"
            if folder == "/odd"
            else self._shell(name)
        )
        return 200, "text/html", page, {"ETag": '"same"', "Set-Cookie": "seen=before"}

    def _shell(self, name: str) -> str:
        foot = ODD.get(name, "<script src='/app.js'></script>").replace("OTHER", self.other)
        return SHELL.format(head="", foot=foot)

    def _data(self, path: str) -> dict[str, object]:
        if path == "/":
            return {
                "links": [(f"/news/{number}", TITLE[number]) for number in (0, 1, 2)]
                + [("/news/9", "Closed")]
            }
        number = int(path[-1]) if path[-1].isdecimal() else 3
        return {
            "title": TITLE[number],
            "text": [*TEXT, f"This is page {number} of the town's news of this week."],
        }

    def _served(self, host: str, handler: type[BaseHTTPRequestHandler]) -> ThreadingHTTPServer:
        server = ThreadingHTTPServer((host, 0), handler)
        server.daemon_threads = True
        Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        return server

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                path = self.path.partition("?")[0]
                site.asked[path] += 1
                site.agents.add(self.headers.get("User-Agent", ""))
                if path == "/drip.js":
                    self._drip()
                    return
                if path == "/kill.js":
                    site.on_kill()
                status, kind, body, headers = site.answer(path)
                if self.headers.get("If-None-Match") == '"same"':
                    status, body = 304, ""
                data = body.encode()
                self.send_response(status)
                for name, value in {
                    "Content-Type": kind,
                    "Content-Length": str(len(data)),
                    **headers,
                }.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(data)

            def do_POST(self) -> None:
                self.do_GET()

            def _drip(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/javascript")
                self.end_headers()
                with suppress(OSError):
                    while True:
                        self.wfile.write(b" ")
                        time.sleep(0.5)  # a server that never ends is what this is

            def log_message(self, *arguments: object) -> None:
                pass

        return Handler

    def _other_handler(self) -> type[BaseHTTPRequestHandler]:
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.elsewhere.append(self.path)
                self.send_response(200)
                self.end_headers()
                self.wfile.write(b"<html><body>secret</body></html>")

            def log_message(self, *arguments: object) -> None:
                pass

        return Handler


@pytest.fixture(scope="module")
def town() -> Iterator[Drawn]:
    made = Drawn()
    yield made
    made.close()


def chromiums(above: int) -> list[int]:
    """Chromiums that were started to draw a page, by descendants of a process."""
    found = []
    for entry in Path("/proc").iterdir():
        with suppress(OSError, ValueError):
            if b"\0--jarchi-page=" in (entry / "cmdline").read_bytes() and above in ancestors(
                int(entry.name)
            ):
                found.append(int(entry.name))
    return found


def ancestors(pid: int) -> Iterator[int]:
    while pid > 1:
        pid = int((Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()[1])
        yield pid


def test_a_list_and_its_articles_are_drawn_and_kept_as_they_were_drawn(town, jarchi):
    town.watch(jarchi, "town")
    run = jarchi.crawl("town")
    assert (run["new"], run["failed"], run["code"]) == (3, {"robots": 1}, 0), run
    articles = jarchi.articles()
    assert set(articles) == set(TITLE[:3])
    for title, article in articles.items():
        assert TEXT[0] in article["text"]
        assert "The visitor was never seen" in article["text"], "a page knows of another one"
        shown = jarchi.run("show", str(article["id"]), "--page", "--json")
        page = json.loads(shown.stdout)
        headers = {name.lower(): value for name, value in page["headers"]}
        assert f"<h1>{escape(title)}</h1>" in page["body"]
        assert headers["x-crawl-drawn"].startswith("Chromium ")
        assert headers["x-crawl-etag"] == '"same"'
        assert "etag" not in headers
    (file,) = (jarchi.home / "warc").glob("*.warc.gz")
    records = subprocess.run(["zcat", file], capture_output=True, check=True).stdout
    assert records.count(b"\r\ndrawn-by: Chromium ") == 3


def test_only_what_the_text_needs_is_asked_for_and_nothing_past_the_guard(town, jarchi):
    town.asked.clear()
    town.watch(jarchi, "needs")
    run = jarchi.crawl("needs")
    assert run["new"] == 3
    assert set(town.asked) == {
        "/robots.txt", "/", "/news/0", "/news/1", "/news/2", "/app.js", "/hop",
        "/api/", "/api/news/0", "/api/news/1", "/api/news/2",
    }  # fmt: skip
    assert town.elsewhere == []
    assert town.datagrams() == 0
    assert run["requests"] == town.asked.total() + 1, (
        "every request, and the other host's robots.txt, which was refused"
    )
    assert all(agent.startswith("Jarchi/") for agent in town.agents)
    (host,) = json.loads(jarchi.run("sources", "politeness", "needs", "--json").stdout)["hosts"]
    assert host["requests"] == host["today"] == town.asked.total()


def test_a_page_that_is_sent_unchanged_is_drawn_again(town, jarchi):
    town.watch(jarchi, "again")
    assert jarchi.crawl("again")["new"] == 3
    run = jarchi.crawl("again")
    assert (run["leads"], run["not_modified"], run["new"]) == (4, 0, 0), run


def test_without_render_there_is_nothing_to_read(town, jarchi):
    town.watch(jarchi, "plain", more="")
    assert jarchi.crawl("plain")["leads"] == 0


@pytest.mark.parametrize(
    ("name", "cause"),
    [
        ("boxes", "render-dialogs"), ("busy", "render-timeout"), ("endless", "render-timeout"),
        ("private", "private-address"), ("leaves", "private-address"), ("turns", "redirects"),
    ],
)  # fmt: skip
def test_an_odd_page_ends_in_a_named_failure(town, jarchi, name, cause):
    town.watch(jarchi, name, f"/odd/{name}")
    run = jarchi.crawl(name)
    assert run["failed"] == {cause: 1}, run
    assert run["seconds"] < 90
    assert town.elsewhere == []
    assert chromiums(os.getpid()) == []


def test_a_page_that_eats_memory_is_ended(town, jarchi):
    town.watch(jarchi, "bomb", "/odd/bomb")
    (cause,) = jarchi.crawl("bomb")["failed"]
    assert cause in ("render-crash", "render-memory")


def test_a_chromium_that_dies_costs_one_page(town, jarchi):
    def kill() -> None:
        """Its own Chromium waits for this answer, the other source's comes and goes."""
        while len(found := chromiums(os.getpid())) != 1:
            time.sleep(0.01)
        os.kill(found[0], signal.SIGKILL)

    town.on_kill = kill
    town.watch(jarchi, "killed", "/odd/killed")
    town.watch(jarchi, "unharmed")
    done = jarchi.run("crawl", "killed", "unharmed", "--json")
    runs = {run["source"]: run for run in json.loads(done.stdout)["runs"]}
    assert runs["killed"]["failed"] == {"render-crash": 1}
    assert runs["unharmed"]["new"] == 3
    town.on_kill = lambda: None


@pytest.mark.parametrize("name", ["alert", "leaves-well"])
def test_a_box_or_a_script_that_leads_on_costs_nothing(town, jarchi, name):
    town.watch(jarchi, name, f"/odd/{name}")
    run = jarchi.crawl(name)
    assert (run["new"], run["failed"]) == (1, {}), run


def test_the_roads_of_a_drawn_source_are_tested_as_they_are_crawled(town, jarchi):
    town.watch(jarchi, "tried")
    done = jarchi.run("sources", "test", "tried", "--json")
    told = json.loads(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr
    assert [(road["state"], road["leads"]) for road in told["roads"]] == [("works", 4)]


def test_adding_a_site_offers_to_draw_it_and_draws_it_when_asked_to(town, jarchi):
    refused = jarchi.run("sources", "add", town.address, "--json")
    assert refused.returncode == 1
    assert "--render" in refused.stderr
    done = jarchi.run("sources", "add", town.address, "--render", "--key", "added", "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["source"]["render"] is True
    assert len(found["samples"]) == 3
    assert jarchi.crawl("added")["new"] >= 3


def test_without_chromium_the_crawl_says_so_and_other_sources_go_on(town, jarchi, tmp_path):
    folder = tmp_path / "bin"
    folder.mkdir()
    town.watch(jarchi, "drawn")
    jarchi.watch("fed", f'name = "fed"\nmay_be_empty = true\nlists = ["{town.address}/"]\n')
    jarchi.variables["PATH"] = str(folder)
    done = jarchi.run("crawl", "drawn", "fed", "--json")
    runs = {run["source"]: run for run in json.loads(done.stdout)["runs"]}
    assert runs["drawn"]["failed"] == {"browser-missing": 1}
    assert runs["fed"]["failed"] == {}
    assert "drawn: render = true needs a browser" in done.stderr
    assert "apt install chromium" in done.stderr
    tried = jarchi.run("sources", "test", "drawn")
    assert tried.returncode == 1
    assert "apt install chromium" in tried.stderr


def test_a_killed_crawl_leaves_no_browser_behind(town, jarchi):
    town.asked.clear()
    town.watch(jarchi, "killed", "/odd/endless")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("JARCHI_")}
    command = [sys.executable, "-m", "cli", "crawl", "killed"]
    with subprocess.Popen(
        command, cwd=ROOT, env={**inherited, **jarchi.variables}, stderr=subprocess.DEVNULL
    ) as crawl:
        wait_until(lambda: town.asked["/drip.js"] > 0)
        (browser,) = chromiums(crawl.pid)
        worker = next(pid for pid in ancestors(browser) if crawl.pid in list(ancestors(pid))[:1])
        os.kill(worker, signal.SIGKILL)
        crawl.kill()
    wait_until(lambda: not (Path("/proc") / str(browser)).exists())


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.05)
