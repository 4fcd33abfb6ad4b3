"""What a look finds on sites of each shape, over real HTTP."""

import re

import pytest

from crawler.discovery.found import Wishes
from crawler.discovery.patterns import path_of
from news.values import Article, Calendar, SourceKind
from scheduler.scouting import Errand, send_scout
from spiders.checks import faults_of
from spiders.writing import to_toml


def articles_of(site, found):
    """Which of the site's paths the pattern of the first list takes."""
    pattern = found.source.lists[0].article
    return sorted(path for path in site.answers if re.search(pattern, path_of(f"http://x{path}")))


def test_wordpress_gives_feed_rest_and_its_own_zone(looks, sites):
    found = looks.found("wordpress")
    home = sites["wordpress"].address
    assert (found.feeds, found.wordpress) == ((f"{home}/feed/",), f"{home}/wp-json/")
    assert found.source.feeds == found.feeds
    assert (found.source.sitemaps, found.source.lists) == ((), ())
    assert (found.source.name, found.source.timezone, found.source.languages) == (
        "The Harbour Gazette",
        "Europe/Lisbon",
        ("en",),
    )


def test_an_empty_feed_that_the_head_names_wrongly_is_passed_over_for_one_that_works(looks, sites):
    found = looks.found("mistyped")
    assert found.feeds == (f"{sites['mistyped'].address}/rss.xml",)
    assert found.source.name == "Valley Town"


def test_a_packed_sitemap_is_narrowed_to_what_reads_as_news(looks, sites):
    found = looks.found("sitemap")
    assert found.source.sitemaps == (f"{sites['sitemap'].address}/maps/index.xml",)
    taken = [path for path in sites["sitemap"].answers if re.search(found.source.article, path)]
    assert len(taken) == 6
    assert all(path.startswith("/bulletin/") for path in taken)


def test_a_list_of_numbers_is_as_good_as_one_of_dates(looks, sites):
    found = looks.found("numbers")
    (road,) = found.source.lists
    assert (road.url, road.next) == (f"{sites['numbers'].address}/all", "a.older")
    assert articles_of(sites["numbers"], found) == [f"/news/{number}" for number in range(1200, 1206)]


def test_dates_in_paths_are_no_part_of_what_stays_the_same(looks, sites):
    found = looks.found("dates")
    assert len(articles_of(sites["dates"], found)) == 6
    assert re.search(found.source.lists[0].article, "/2031/01/a-title-of-another-year.html")
    assert not re.search(found.source.lists[0].article, "/about")


def test_a_persian_portal_is_known_by_its_city_its_calendar_and_its_zone(looks, sites):
    source = looks.found("portal-fa").source
    assert (source.name, source.kind, source.city, source.country) == (
        "شهرداری یزد",
        SourceKind.MUNICIPALITY,
        "111822",
        "IR",
    )
    assert (source.languages, source.calendar, source.timezone) == (("fa",), Calendar.JALALI, "Asia/Tehran")
    assert source.lists[0].article == r"^/fa/news/\d+/"


def test_the_dates_of_a_persian_portal_are_read_as_jalali(looks):
    years = {article.dated.moment.year for article in looks.found("portal-fa").samples}
    assert years == {2026}


def test_an_arabic_and_a_turkish_site_are_known_by_city_and_language(looks):
    arabic, turkish = looks.found("arabic").source, looks.found("turkish").source
    assert (arabic.languages, arabic.kind, arabic.calendar) == (
        ("ar",),
        SourceKind.MUNICIPALITY,
        Calendar.GREGORIAN,
    )
    assert arabic.lists[0].article == r"^/node/\d+$"
    assert (turkish.languages, turkish.city, turkish.timezone) == (("tr",), "306571", "Europe/Istanbul")
    assert turkish.lists[0].article == r"^/haberdetay\.aspx\?HaberID=\d+"


def test_each_language_of_a_site_brings_its_feed(looks, sites):
    found = looks.found("versions")
    home = sites["versions"].address
    assert found.source.feeds == (f"{home}/feed", f"{home}/en/feed")
    assert found.source.languages == ("tr", "en")
    assert (found.source.network, found.source.timezone) == ("uclg-mewa", "Europe/Istanbul")
    assert {article.language.code for article in found.samples} == {"tr", "en"}


def test_a_list_that_no_feed_shows_is_watched_beside_the_feed(looks, sites):
    source = looks.found("stale").source
    assert source.feeds == (f"{sites['stale'].address}/rss",)
    assert [road.article for road in source.lists] == [r"^/posts/\d+$"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("nothing", "nothing to watch"), ("empty", "is empty"), ("challenge", "prove that they are human"),
        ("forbidden", "robots.txt forbids"), ("broken", "HTTP 404"),
    ],
)  # fmt: skip
def test_a_site_that_cannot_be_watched_is_said_to_be_so_with_its_cause(looks, sites, name, said):
    assert said in looks.error(name)
    assert sites[name].address in looks.error(name)


def test_what_robots_txt_forbids_is_not_asked_for(looks, sites):
    assert looks.error("forbidden")
    assert sites["forbidden"].asked == ["/robots.txt"]


GOOD = (
    "wordpress",
    "mistyped",
    "sitemap",
    "numbers",
    "dates",
    "portal-fa",
    "arabic",
    "turkish",
    "versions",
    "stale",
)


@pytest.mark.parametrize("name", GOOD)
def test_what_is_found_is_short_whole_and_shown_with_three_articles(looks, name):
    found = looks.found(name)
    assert list(faults_of(found.source)) == []
    lines = [line for line in to_toml(found.source).splitlines() if line]
    assert 2 <= len(lines) <= 10, lines
    assert len(found.samples) == 3
    assert all(isinstance(article, Article) and len(article.text) > 300 for article in found.samples)
    assert found.requests <= 40


def test_a_feed_given_instead_of_a_home_page_is_watched_alone(settings, sites):
    site = sites["versions"]
    errand = Errand(
        deadline=120,
        address=f"{site.address}/en/feed",
        wishes=Wishes(key="town", language="en", city="115019"),
    )
    (word,) = send_scout(settings, (errand,), lambda address: None)
    source = word.finding.source
    assert (source.key, source.feeds, source.home) == (
        "town",
        (f"{site.address}/en/feed",),
        f"{site.address}/",
    )
    assert (source.languages, source.city, source.kind) == (("en",), "115019", SourceKind.MUNICIPALITY)


def test_each_address_is_told_before_it_is_asked_for(settings, sites):
    told = []
    errand = Errand(deadline=120, address=f"{sites['nothing'].address}/", wishes=Wishes())
    (word,) = send_scout(settings, (errand,), told.append)
    assert "nothing to watch" in word.error
    assert told[0] == f"{sites['nothing'].address}/"
    assert len(told) == len(set(told)) <= 20
