"""Crawls of the sample sites by the rules of the service, on both engines."""

import json
import subprocess
import sys
from pathlib import Path

from samples import manifest
from samples.serving import SampleSites

SITES = ("aggregator-fa", "municipality-fa", "network-ar", "network-en-tr", "profile-fa")


def runs(done):
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_first_crawl_of_sites_that_have_already_published_alerts_nobody(jarchi, sites):
    sites.publish()
    answer = runs(jarchi("crawl", *SITES, "--json"))
    assert answer["alerts"] == 0
    register = json.loads(jarchi("memberships", "--verb", "joined", "--status", "announced", "--json").stdout)["memberships"]
    assert len(register) == len(manifest().announcements)


def test_both_engines_alert_three_times_and_then_never_again(jarchi, sites, any_url):
    assert runs(jarchi("crawl", *SITES, "--json", JARCHI_DATABASE_URL=any_url))["alerts"] == 0
    sites.publish()
    assert runs(jarchi("crawl", *SITES, "--json", JARCHI_DATABASE_URL=any_url))["alerts"] == 3
    again = runs(jarchi("crawl", *SITES, "--json", JARCHI_DATABASE_URL=any_url))
    assert again["alerts"] == 0
    assert sum(run["new"] + run["updated"] for run in again["runs"]) == 0


def test_a_source_is_asked_only_for_what_changed(jarchi, sites):
    runs(jarchi("crawl", "municipality-fa", "--json"))
    before = len(sites.requests())
    (run,) = runs(jarchi("crawl", "municipality-fa", "--json"))["runs"]
    asked = sites.requests()[before:]
    assert [request.status for request in asked if "rss" in request.path] == [304]
    assert (run["not_modified"], run["fetched"]) == (1, 0)
    assert len(asked) == run["requests"] == 1  # the feed alone: robots.txt is kept


def test_private_addresses_are_refused_until_they_are_allowed(jarchi, sites):
    done = jarchi("crawl", "profile-fa", "--json", JARCHI_ALLOW_NETWORKS="")
    assert done.returncode == 1
    (run,) = json.loads(done.stdout)["runs"]
    assert run["failed"] == {"private-address": 1}
    assert sites.requests() == ()


def test_a_site_that_is_down_is_a_failed_crawl_with_its_cause(jarchi, home):
    with SampleSites.start() as gone:
        address = gone.origins["profile-fa"]
    (home / "sources" / "gone.toml").write_text(f'name = "Gone"\nfeeds = ["{address}feed"]\n', encoding="utf-8")
    done = jarchi("crawl", "gone", "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["runs"][0]["failed"] == {"connection-refused": 1}
    assert "gone" in done.stderr
    listed = json.loads(jarchi("sources", "list", "--json").stdout)["sources"]
    assert next(item["failures"] for item in listed if item["key"] == "gone") == 1


def test_an_unknown_source_is_bad_usage(jarchi):
    done = jarchi("crawl", "profile-f")
    assert done.returncode == 2
    assert "profile-fa" in done.stderr


def test_scrapy_itself_lists_and_crawls_the_sources(environment, jarchi):
    def scrapy(*arguments):
        return subprocess.run(
            [sys.executable, "-m", "scrapy", *arguments], cwd=Path(__file__).parents[2], env=environment,
            capture_output=True, text=True, check=False, timeout=120,
        )

    listed = scrapy("list")
    assert set(SITES) <= set(listed.stdout.split())
    crawled = scrapy("crawl", "profile-fa")
    assert crawled.returncode == 0, crawled.stderr
    found = json.loads(jarchi("search", "--json", "--limit", "50").stdout)
    assert found["total"] == manifest().first_wave["profile-fa"]
