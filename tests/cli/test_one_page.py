"""`crawl --url` and `crawl --since`, and what `show` says of an article's page since."""

import json
import re

import pytest


def first_link(sites, jarchi):
    """An article of a sample site, out of its first crawl."""
    jarchi("crawl", "municipality-fa", "--json")
    return json.loads(jarchi("search", "--source", "municipality-fa", "--json").stdout)["hits"][0]


def test_one_page_is_fetched_and_shown(jarchi, sites):
    hit = first_link(sites, jarchi)
    done = jarchi("crawl", "--url", f"{hit['url']}?utm_source=mail#top", "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert (found["source"], found["outcome"], found["cause"]) == ("municipality-fa", "same", None)
    assert (found["article"]["id"], found["article"]["look"]) == (hit["id"], "same")
    shown = json.loads(jarchi("show", str(hit["id"]), "--json").stdout)
    assert shown["looked_at"] is not None
    assert (shown["versions"], shown["former_versions"], shown["edited_at"], shown["gone_at"]) == (1, [], None, None)
    text = jarchi("show", str(hit["id"])).stdout
    assert re.search(r"looked at .* UTC: same, again from ", text)


def test_a_page_of_no_source_is_kept_by_hand(jarchi, sites, home):
    address = first_link(sites, jarchi)["url"]
    for file in (home / "sources").glob("*.toml"):
        file.unlink()
    fresh = jarchi("crawl", "--url", address, "--json", JARCHI_DATABASE_URL=f"sqlite:///{home}/other.db")
    assert fresh.returncode == 0, fresh.stderr
    found = json.loads(fresh.stdout)
    assert (found["source"], found["outcome"]) == ("by-hand", "new")
    assert found["article"]["source"] == "by-hand"


def test_a_page_that_cannot_be_had_says_why(jarchi, sites):
    origin = sites.origins["municipality-fa"]
    done = jarchi("crawl", "--url", f"{origin}nowhere/at/all")
    assert done.returncode == 1
    assert done.stdout.startswith("failed (http-404): ")


@pytest.mark.parametrize("arguments", [
    ("--url", "mailto:a@example.org"), ("--url", "https://a.example/", "--since", "2024-01-01"), ("--since", "2024-01-01"),
    ("municipality-fa", "--since", "never"), ("municipality-fa", "network-ar", "--url", "https://a.example/"),
])  # fmt: skip
def test_what_does_not_go_together_is_refused(jarchi, arguments):
    assert jarchi("crawl", *arguments).returncode == 2


def test_a_back_fill_is_a_crawl_that_goes_farther(jarchi, sites):
    jarchi("crawl", "municipality-fa", "--json")
    done = jarchi("crawl", "municipality-fa", "--since", "2000-01-01", "--json")
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert (answer["alerts"], answer["runs"][0]["not_modified"]) == (0, 0)
