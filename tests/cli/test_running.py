"""The service as a server runs it: on schedule, stopped cleanly, killed, started twice."""

import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import pytest
from sqlmodel import select

from samples import manifest
from storage import articles
from storage.schema import open_store
from storage.tables import RunRow

ROOT = Path(__file__).parents[2]
SITES = {"aggregator-fa", "municipality-fa", "network-ar", "network-en-tr", "profile-fa"}
_PATIENCE = 60


class Running:
    """A service, its output read line by line as it comes."""

    def __init__(self, process: subprocess.Popen) -> None:
        self.process = process
        self.lines: queue.Queue[str | None] = queue.Queue()
        self.seen: list[str] = []
        self._readers = [
            threading.Thread(target=self._read, args=(stream,)) for stream in (process.stdout, process.stderr)
        ]
        for reader in self._readers:
            reader.start()

    def _read(self, stream) -> None:
        for line in stream:
            self.lines.put(line)
        self.lines.put(None)

    def wait_for(self, text: str, times: int = 1) -> str:
        """The line in which `text` came for the n-th time."""
        while True:
            line = self.lines.get(timeout=_PATIENCE)
            assert line is not None, "the service ended: " + "".join(self.seen[-30:])
            self.seen.append(line)
            times -= text in line
            if times == 0 and text in line:
                return line

    def stop(self, number: int) -> int:
        """End it and wait for the last process that holds its output, workers included."""
        self.process.send_signal(number)
        code = self.process.wait(_PATIENCE)
        for reader in self._readers:
            reader.join(_PATIENCE)
            assert not reader.is_alive(), "a process of the service lives on"
        return code


@pytest.fixture
def serve(environment, home):
    for path in (home / "sources").iterdir():
        path.write_text('schedule = "PT2S"\n' + path.read_text(encoding="utf-8"), encoding="utf-8")
    (home / "sources" / "shahrekhabar.toml").write_text("enabled = false\n", encoding="utf-8")
    settings = {"JARCHI_TICK": "PT0.5S", "JARCHI_WEB_PORT": "0", "JARCHI_LOG_LEVEL": "INFO"}

    @contextmanager
    def start(**variables: str) -> Iterator[Running]:
        process = subprocess.Popen(
            [sys.executable, "-u", "-m", "cli", "run"], cwd=ROOT, env={**environment, **settings, **variables},
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        with process:
            service = Running(process)
            try:
                yield service
            finally:
                service.stop(signal.SIGKILL)

    return start


@contextmanager
def reading(url):
    store = open_store(url)
    with closing(store), store.reading() as session:
        yield session


def crawl_of_each_site(service):
    done = set()
    while done != SITES:
        line = service.wait_for("crawled source=")
        done.add(line.partition("source=")[2].split()[0])


@pytest.mark.service
def test_it_crawls_on_schedule_alerts_when_the_sites_publish_and_stops_cleanly(serve, sites, any_url):
    with serve(JARCHI_DATABASE_URL=any_url) as service:
        address = service.wait_for("ready address=").partition("address=")[2].strip()
        crawl_of_each_site(service)
        sites.publish()
        service.wait_for("alerted event=", times=len(manifest().announcements))
        crawl_of_each_site(service)
        assert "شیراز" in httpx.get(f"{address}/", params={"q": "شیراز"}).text
        assert service.stop(signal.SIGTERM) == 0
    with reading(any_url) as session:
        assert articles.count(session) == manifest().kept
        assert not session.exec(select(RunRow).where(RunRow.state == "running")).all()


@pytest.mark.service
def test_a_second_start_on_the_same_database_refuses(serve, any_url):
    with serve(JARCHI_DATABASE_URL=any_url) as first:
        first.wait_for("ready address=")
        with serve(JARCHI_DATABASE_URL=any_url) as second:
            said = second.wait_for("already runs") + (second.lines.get(timeout=_PATIENCE) or "")
            assert "another Jarchi service" in said
            assert second.process.wait(_PATIENCE) == 1
        assert first.stop(signal.SIGTERM) == 0


@pytest.mark.service
def test_after_a_kill_it_picks_up_and_leaves_no_worker_behind(serve, home, any_url):
    with serve(JARCHI_DATABASE_URL=any_url, JARCHI_HOST_DELAY="0.2") as service:
        service.wait_for("kept source=", times=3)
        service.stop(signal.SIGKILL)
    with serve(JARCHI_DATABASE_URL=any_url) as service:
        crawl_of_each_site(service)
        assert service.stop(signal.SIGTERM) == 0
    with reading(any_url) as session:
        assert articles.count(session) == manifest().first_wave_kept
        assert not session.exec(select(RunRow).where(RunRow.state == "running")).all()


@pytest.mark.service
def test_a_killed_worker_costs_its_crawls_and_another_takes_them(serve, any_url):
    with serve(JARCHI_DATABASE_URL=any_url, JARCHI_HOST_DELAY="0.2") as service:
        service.wait_for("kept source=", times=2)
        with reading(any_url) as session:
            workers = {run.worker for run in session.exec(select(RunRow).where(RunRow.state == "running"))}
        (worker,) = workers
        os.kill(int(worker.rpartition(":")[2]), signal.SIGKILL)
        service.wait_for("worker died source=")
        crawl_of_each_site(service)
        assert service.stop(signal.SIGTERM) == 0
    with reading(any_url) as session:
        assert articles.count(session) == manifest().first_wave_kept
        states = [run.state for run in session.exec(select(RunRow))]
    assert "lost" in states
    assert "running" not in states
