"""The process behind the sites: its lines, its log, and its end."""

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from samples import manifest
from samples.library import SITES
from samples.newsroom import Newsroom
from samples.serving import SampleSites, SampleSitesError

ROOT = Path(__file__).parents[2]
PATIENCE = 10


@pytest.fixture
def child() -> Iterator[subprocess.Popen[str]]:
    with start() as process:
        yield process
        process.kill()


def start(*options: str) -> subprocess.Popen[str]:
    pipe = subprocess.PIPE
    command = [sys.executable, "-m", "samples", *options]
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True, cwd=ROOT)


def test_it_says_where_it_listens_and_obeys_lines(child: subprocess.Popen[str]) -> None:
    assert child.stdin
    assert child.stdout
    ready = json.loads(child.stdout.readline())
    assert ready["ready"] is True
    assert tuple(ready["sites"]) == SITES
    for line in ("publish", "dance", "", "log", "quit"):
        print(line, file=child.stdin, flush=True)
    answers = [json.loads(line) for line in child.stdout]
    assert answers[0] == {"published": sum(manifest().second_wave.values())}
    assert "dance" in answers[1]["error"]
    assert answers[2:] == [{"log": []}]
    assert child.wait(PATIENCE) == 0


def test_it_ends_with_its_standard_input(child: subprocess.Popen[str]) -> None:
    assert child.stdin
    assert child.stdout
    child.stdout.readline()
    child.stdin.close()
    assert child.wait(PATIENCE) == 0
    assert child.stderr
    assert child.stderr.read() == ""


def test_it_ends_on_a_signal_though_its_standard_input_stays_open(child: subprocess.Popen[str]) -> None:
    assert child.stdout
    origin = json.loads(child.stdout.readline())["sites"]["network-ar"]
    assert httpx.get(origin, trust_env=False).status_code == 200
    child.send_signal(signal.SIGINT)
    assert child.wait(PATIENCE) == 130


def test_it_takes_the_ports_it_is_given() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with start("--ports", f"{port},0,0,0,0", "--published") as process:
        assert process.stdin
        assert process.stdout
        ready = json.loads(process.stdout.readline())
        assert ready["sites"]["network-ar"] == f"http://127.0.0.1:{port}/"
        feed = httpx.get(f"{ready['sites']['municipality-fa']}fa/rss", trust_env=False).text
        assert feed.count("<item>") == 17
        process.stdin.close()


@pytest.mark.parametrize(
    "options", [("--ports", "1,2"), ("--now", "2025-10-10T12:00:00"), ("--ports", "a,b")]
)
def test_bad_options_are_refused(options: tuple[str, ...]) -> None:
    with start(*options) as process:
        assert process.wait(PATIENCE) == 2


def test_a_child_that_cannot_start_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(SampleSitesError, match="exit code 1"):
        SampleSites.start()


def test_the_log_tells_each_request_with_its_validators(
    client: httpx.Client, fresh_sites: SampleSites
) -> None:
    before = datetime.now(UTC)
    feed = f"{fresh_sites.origins['network-ar']}feed/?paged=1"
    etag = client.get(feed).headers["etag"]
    client.get(feed, headers={"If-None-Match": etag})
    client.get(f"{fresh_sites.origins['profile-fa']}%D8%B4", headers={"If-Modified-Since": "yesterday"})
    first, second, third = fresh_sites.requests()
    assert (first.site, first.path, first.status, first.if_none_match) == (
        "network-ar",
        "/feed/?paged=1",
        200,
        None,
    )
    assert (second.status, second.if_none_match) == (304, etag)
    assert (third.site, third.path, third.status) == ("profile-fa", "/%D8%B4", 404)
    assert third.if_modified_since == "yesterday"
    assert abs((first.at - before).total_seconds()) < PATIENCE
    assert first.at <= second.at <= third.at


def test_closing_twice_is_harmless() -> None:
    sites = SampleSites.start(published=True)
    assert sites.publish() == 0
    sites.close()
    sites.close()


def test_a_clock_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        Newsroom(datetime(2025, 1, 1))  # noqa: DTZ001
