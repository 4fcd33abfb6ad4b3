"""The main job, from sites to three alerts, through the command alone."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from samples import manifest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def demo() -> dict:
    environment = {**os.environ, "JARCHI_DATABASE_URL": "sqlite:////nonexistent/never-used.db"}
    done = subprocess.run(
        [sys.executable, "-m", "cli", "demo", "--exit", "--json"], cwd=ROOT, env=environment,
        capture_output=True, text=True, check=False, timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    return json.loads(done.stdout)


def test_five_sources_are_crawled_without_a_failure(demo):
    expected = dict(manifest().first_wave)
    assert {run["source"]: run["fetched"] for run in demo["sources"]} == expected
    assert all(not run["failed"] and not run["refused"] for run in demo["sources"])


def test_every_article_is_kept_once_for_each_site_that_tells_it(demo):
    assert demo["articles"] == manifest().kept
    kept = sum(run["new"] for run in demo["sources"] + demo["published_crawl"])
    assert kept == demo["articles"]
    repeated = [one for one in manifest().duplicates if one.is_of_one_site]
    assert sum(run["duplicates"] for run in demo["sources"]) == len(repeated)
    assert len(repeated) < len(manifest().duplicates)


def test_the_three_memberships_are_found_each_with_its_sentence(demo):
    expected = {(item.membership.city, item.membership.network) for item in manifest().announcements}
    assert {(item["city"], item["network"]) for item in demo["memberships"]} == expected
    assert len(demo["memberships"]) == 3
    for item in demo["memberships"]:
        assert item["verb"] == "joined"
        assert item["status"] == "announced"
        assert item["evidence"][0]["sentence"]


def test_the_story_that_two_sites_carry_is_one_membership_with_two_witnesses(demo):
    shiraz = next(item for item in demo["memberships"] if item["city"] == "Shiraz")
    assert {"municipality-fa", "aggregator-fa"} <= {evidence["source"] for evidence in shiraz["evidence"]}


def test_the_first_crawl_is_silent_and_the_second_alerts_three_times(demo):
    assert demo["first_crawl"]["alerts"] == 0
    assert len(demo["alerts"]) == 3
    assert len({alert["event"] for alert in demo["alerts"]}) == 3
    assert all(alert["sent_at"] for alert in demo["alerts"])


def test_the_alerts_come_as_three_mails_that_one_can_read(demo):
    assert len(demo["mails"]) == 3
    assert len({mail["message_id"] for mail in demo["mails"]}) == 3
    assert {mail["to"] for mail in demo["mails"]} == {alert["recipient"] for alert in demo["alerts"]} == {"desk@jarchi.example"}
    assert all(mail["subject"] in mail["text"] and "First reported" in mail["text"] for mail in demo["mails"])


def test_a_further_crawl_finds_nothing_and_fetches_almost_nothing(demo):
    further = demo["second_crawl"]
    assert (further["new"], further["updated"], further["alerts"]) == (0, 0, 0)
    assert further["requests"] <= 7
    assert further["not_modified"] >= 4


def test_searches_in_three_languages_find_something(demo):
    assert len(demo["searches"]) == 3
    assert all(item["total"] > 0 for item in demo["searches"])


@pytest.fixture
def running(tmp_path):
    """The demo with its page, its temporary folder in `tmp_path`, in a session of its own."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("JARCHI_")}
    with subprocess.Popen(
        [sys.executable, "-m", "cli", "demo"], cwd=ROOT, env={**environment, "TMPDIR": str(tmp_path)},
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, start_new_session=True,
    ) as process:
        yield process
        process.kill()


def session_of(process):
    found = subprocess.run(["ps", "-ww", "-o", "args=", "-s", str(process.pid)], capture_output=True, text=True, check=False)
    return found.stdout.splitlines()


def children_of(process):
    found = subprocess.run(
        ["ps", "-ww", "-o", "args=", "--ppid", str(process.pid)], capture_output=True, text=True, check=False
    )
    return found.stdout.splitlines()


def wait_for_line(process, text):
    for line in process.stderr:
        if text in line:
            return line
    raise AssertionError(f"ended without saying {text!r}")


@pytest.mark.service
@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_demo_that_is_stopped_while_it_crawls_leaves_nothing(running, tmp_path, number, code):
    wait_for_line(running, "First crawl")
    while not any("scheduler.worker" in line for line in children_of(running)):
        assert running.poll() is None
    running.send_signal(number)
    _, said = running.communicate(timeout=60)
    assert running.returncode == code
    assert "Traceback" not in said
    assert said.rstrip().endswith("stopped") == (number == signal.SIGINT)
    assert list(tmp_path.iterdir()) == []
    assert session_of(running) == []


@pytest.mark.service
def test_the_page_of_a_demo_takes_a_free_port_and_goes_with_it(running, tmp_path):
    address = wait_for_line(running, "The archive:")
    assert ":8321" not in address
    running.send_signal(signal.SIGTERM)
    running.communicate(timeout=60)
    assert running.returncode == 143
    assert list(tmp_path.iterdir()) == []
