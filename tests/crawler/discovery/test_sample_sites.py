"""The sample sites, looked at as strangers: what is found is what their committed files say."""

import re
import tomllib
from urllib.parse import urlsplit

import pytest

from crawler.discovery.found import Wishes
from crawler.discovery.patterns import path_of
from samples import sources
from samples.serving import SampleSites
from scheduler.scouting import Errand, send_scout

KEYS = ("network-ar", "municipality-fa", "aggregator-fa", "profile-fa", "network-en-tr")


@pytest.fixture(scope="module")
def looked_at(settings):
    """(what is committed, what was found) of each sample site."""
    with SampleSites.start() as running:
        committed = {key: tomllib.loads(text) for key, text in sources(running.origins).items()}
        errands = [Errand(deadline=120, address=running.origins[key], wishes=Wishes()) for key in KEYS]
        words = send_scout(settings, errands, lambda address: None)
        found = {key: word.finding for key, word in zip(KEYS, words, strict=True)}
        assert all(found.values()), [word.error for word in words]
        tries = [Errand(deadline=120, source=finding.source) for finding in found.values()]
        reports = dict(zip(KEYS, send_scout(settings, tries, lambda address: None), strict=True))
    return {key: (committed[key], found[key], reports[key].report) for key in KEYS}


@pytest.mark.parametrize("key", KEYS)
def test_the_roads_are_those_of_the_committed_file(looked_at, key):
    committed, found, _ = looked_at[key]
    source = found.source
    assert list(source.feeds) == committed.get("feeds", [])
    assert list(source.sitemaps) == committed.get("sitemaps", [])
    assert source.wordpress == committed.get("wordpress")
    assert source.article == committed.get("article")
    roads = committed.get("lists", [])
    assert [urlsplit(road.url).path for road in source.lists] == [
        urlsplit(road["url"]).path for road in roads
    ]
    for own, road in zip(source.lists, roads, strict=True):
        assert bool(own.next) == ("next" in road)
        assert all(re.search(road["article"], path_of(article.url)) for article in found.samples)


@pytest.mark.parametrize("key", KEYS)
def test_its_languages_zone_calendar_and_publisher_are_those_of_the_committed_file(looked_at, key):
    committed, found, _ = looked_at[key]
    table = found.source.model_dump(mode="json")
    for name in ("languages", "timezone", "calendar", "network", "city", "home"):
        assert table[name] == committed.get(name), name


@pytest.mark.parametrize("key", KEYS)
def test_each_road_that_was_found_works(looked_at, key):
    _, found, report = looked_at[key]
    assert report.is_good, report
    assert all(road.leads >= 3 and road.article for road in report.roads)
    assert len(found.samples) == 3
