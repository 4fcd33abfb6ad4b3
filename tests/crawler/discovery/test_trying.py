"""What a test of a source says of each of its roads, over real HTTP."""

import json

import pytest

from crawler.discovery.found import RoadState
from news.values import ListRoad, Road, Source
from scheduler.scouting import Errand, send_scout
from tests.crawler.conftest import Site
from tests.crawler.discovery.sites import SITEMAP, article, feed, headlines, published

ROADS = {
    "works": {"feeds": ["/feed"]},
    "empty": {"feeds": ["/empty"]},
    "gone": {"feeds": ["/gone"]},
    "page": {"feeds": ["/news"]},
    "unreadable-articles": {"feeds": ["/dead-links"]},
    "index": {"sitemaps": ["/index.xml"]},
    "closed-rest": {"wordpress": "/wp-json/"},
    "list": {"lists": ["/news"]},
    "stale-pattern": {"lists": ["/other"]},
    "two": {"feeds": ["/feed", "/gone"]},
}


@pytest.fixture(scope="module")
def site():
    made = Site()
    paths = [f"/news/{number}" for number in range(6)]
    for number, path in enumerate(paths):
        article(made, path, "en", number, "Town")
    feed(made, paths, "en", "/feed", "Town")
    feed(made, [], "en", "/empty", "Town")
    feed(made, ["/nowhere/1", "/nowhere/2"], "en", "/dead-links", "Town")
    made.show("/news", f"<html><body>{headlines(paths, 'en')}</body></html>")
    made.show("/other", "<html><body><a href='/about'>About</a></body></html>")
    part = "".join(f"<url><loc>{made.address}{path}</loc></url>" for path in paths)
    made.show(
        "/index.xml", SITEMAP.format("sitemapindex", f"<sitemap><loc>{made.address}/part.xml</loc></sitemap>")
    )
    made.show("/part.xml", SITEMAP.format("urlset", part))
    named = "".join(f"Sitemap: {made.address}/{name}.xml\n" for name in ("index", "more"))
    made.show("/robots.txt", f"User-agent: *\nAllow: /\n{named}", kind="text/plain")
    made.on(
        "/wp-json/wp/v2/posts", json.dumps({"code": "rest_forbidden"}), kind="application/json", status=401
    )
    yield made
    made.close()


@pytest.fixture(scope="module")
def reports(settings, site):
    def address(path):
        return site.address + path

    def source(key, roads):
        lists = tuple(ListRoad(url=address(path), article=r"^/news/\d+$") for path in roads.get("lists", ()))
        return Source(
            key=key,
            name=key,
            languages=("en",),
            feeds=tuple(map(address, roads.get("feeds", ()))),
            lists=lists,
            sitemaps=tuple(map(address, roads.get("sitemaps", ()))),
            wordpress=address(roads["wordpress"]) if "wordpress" in roads else None,
        )

    errands = [Errand(deadline=120, source=source(key, roads)) for key, roads in ROADS.items()]
    words = send_scout(settings, errands, lambda address: None)
    return {key: word.report for key, word in zip(ROADS, words, strict=True)}


def test_sitemaps_that_robots_txt_names_and_the_source_does_not_use_are_told(reports, site):
    index, more = f"{site.address}/index.xml", f"{site.address}/more.xml"
    assert (reports["works"].unused, reports["index"].unused) == ((index, more), (more,))


def test_a_feed_that_works_has_leads_a_newest_date_and_an_article(reports):
    (road,) = reports["works"].roads
    assert (road.road, road.state, road.cause, road.leads) == (Road.FEED, RoadState.WORKS, None, 6)
    assert road.newest == published(0)
    assert road.article.text
    assert reports["works"].is_good


@pytest.mark.parametrize(
    ("key", "state", "said"),
    [
        ("empty", RoadState.EMPTY, None), ("gone", RoadState.FAILED, "http-404"), ("page", RoadState.FAILED, "unreadable: not a feed"),
        ("unreadable-articles", RoadState.FAILED, "no article could be read: http-404"),
        ("closed-rest", RoadState.FAILED, "http-401"), ("stale-pattern", RoadState.EMPTY, None),
    ],
)  # fmt: skip
def test_a_road_that_does_not_work_says_why(reports, key, state, said):
    (road,) = reports[key].roads
    assert (road.state, road.cause) == (state, said)
    assert not reports[key].is_good


@pytest.mark.parametrize("key", ["index", "list"])
def test_indexes_are_followed_and_lists_read_by_their_pattern(reports, key):
    (road,) = reports[key].roads
    assert (road.state, road.leads) == (RoadState.WORKS, 6)


def test_one_dead_road_is_told_beside_one_that_works(reports):
    assert [road.state for road in reports["two"].roads] == [RoadState.WORKS, RoadState.FAILED]
    assert not reports["two"].is_good
