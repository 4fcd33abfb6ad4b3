"""A crawl of a real WordPress over three roads at once: feed, REST interface, sitemap."""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import unquote

import pytest

from tests.system.servers import Jarchi
from tests.system.wordpress_site import TEHRAN, Post, WordPress

pytestmark = pytest.mark.system

FORUM = (
    "شهردار شیراز صبح امروز در دیدار با هیئت سمرقند گفت که دو شهر از بهار آینده کارگاه مشترک مرمت خانه‌های تاریخی برپا می‌کنند.",
    "به گفته او ده استادکار از هر شهر در این کارگاه درس می‌دهند و هزینه سفر آنان را شهرداری میزبان می‌پردازد.",
    "هیئت سمرقند از بازار وکیل و باغ ارم دیدن کرد و قرار است تفاهم‌نامه نهایی در نشست پاییز امضا شود.",
)
TREES = (
    "سازمان سیما و منظر اعلام کرد که کاشت سه هزار نهال زیتون در حاشیه بزرگراه شمالی از هفته آینده آغاز می‌شود.",
    "مدیر این سازمان گفت آبیاری نهال‌ها با پساب تصفیه‌شده انجام می‌شود و هیچ چاه تازه‌ای حفر نخواهد شد.",
    "شهروندان می‌توانند برای نگهداری از هر ردیف درخت در دفتر محله نام‌نویسی کنند.",
)
HARBOUR = (
    "The city council approved the second stage of the harbour tram on Tuesday, after two years of talks with shopkeepers.",
    "Nine stops will link the ferry terminal with the university hospital, and the first rails are to be laid in March.",
    "The mayor said that the line would carry twelve thousand passengers a day once the depot has been enlarged.",
)
LIBRARY = (
    "Three branch libraries will stay open until midnight during the examination weeks, the city announced.",
    "Students had asked for quiet rooms near their dormitories, and volunteers will walk them home after closing time.",
    "The extra hours cost the city less than one reading room that was planned and never built.",
)
MUSEUM = (
    "The old waterworks reopened as a museum of the river, with pumps that visitors may set in motion themselves.",
    "Engineers who once served the machines lead the tours, and school classes enter free of charge on Mondays.",
    "A glass floor shows the tunnel through which the first drinking water reached the upper town.",
)
BUDGET = (
    "This draft of the budget is for councillors only, and must not be shown to anybody before the vote in December.",
    "It moves two million from road works to the repair of school roofs, and leaves the cultural fund untouched.",
    "The treasurer will explain the figures in a closed session on the last Thursday of the month.",
)
LAMPS = (
    "Workers replaced the last of the old bridge lamps with ones that turn their light away from the water.",
    "Anglers and bat watchers had asked for darker banks, and the city found that the bill falls by a third.",
    "The old lanterns go to the museum of the river, where two of them will light the entrance hall.",
)
MIDNIGHT = (datetime.now(TEHRAN) - timedelta(days=3)).replace(hour=0, minute=20, second=0, microsecond=0)
LONG_TITLE = "کارگاه مشترک مرمت خانه‌های تاریخی شیراز و سمرقند با حضور بیست استادکار از هر دو شهر برپا می‌شود"


@pytest.fixture
def posts(site: WordPress) -> dict[str, Post]:
    """Five posts and a protected one, of the days before; the feed has room for four."""
    return {
        "forum": site.insert(LONG_TITLE, FORUM, MIDNIGHT),
        "trees": site.insert("کاشت سه هزار نهال زیتون آغاز می‌شود", TREES, MIDNIGHT + timedelta(hours=30)),
        "harbour": site.insert("Council approves harbour tram", HARBOUR, MIDNIGHT + timedelta(hours=31)),
        "budget": site.insert(
            "Draft budget", BUDGET, MIDNIGHT + timedelta(hours=32), post_password="secret"
        ),
        "library": site.insert("Libraries open until midnight", LIBRARY, MIDNIGHT - timedelta(days=2)),
        "museum": site.insert("Museum of the river opens", MUSEUM, MIDNIGHT - timedelta(days=9)),
    }


@pytest.fixture
def watched(jarchi: Jarchi, site: WordPress) -> Jarchi:
    origin = site.nginx.origin
    jarchi.watch("desk", f"""
        name = "City desk"
        languages = ["fa", "en"]
        timezone = "Asia/Tehran"
        feeds = ["{origin}feed/"]
        wordpress = "{origin}wp-json/"
        sitemaps = ["{origin}wp-sitemap.xml"]
        article = '^/\\d{{4}}/\\d\\d/'
    """)
    return jarchi


def asked(site: WordPress, post: Post, since: int) -> int:
    """How often a post's page was asked for, in whatever spelling of its address."""
    path = unquote(post.link.removeprefix(site.nginx.origin.rstrip("/")))
    return sum(unquote(request.path) == path for request in site.nginx.requests(since))


def test_every_open_post_is_found_once_whatever_road_leads_to_it(watched, site, posts):
    before = len(site.nginx.requests())
    run = watched.crawl("desk")
    assert (run["code"], run["failed"], run["not_article_causes"]) == (0, {}, {"no-text": 1})
    assert run["new"] == 5
    assert {key: asked(site, post, before) for key, post in posts.items()} == dict.fromkeys(posts, 1)
    assert {request.status for request in site.nginx.requests(before)} == {200}

    archive = watched.articles()
    assert set(archive) == {
        LONG_TITLE, "کاشت سه هزار نهال زیتون آغاز می‌شود", "Council approves harbour tram",
        "Libraries open until midnight", "Museum of the river opens",
    }
    forum, museum = archive[LONG_TITLE], archive["Museum of the river opens"]
    assert forum["text"].splitlines() == list(FORUM)
    assert museum["text"].splitlines() == list(MUSEUM)
    assert (forum["language"], museum["language"]) == ("fa", "en")
    assert datetime.fromisoformat(forum["published_at"]) == MIDNIGHT
    assert datetime.fromisoformat(museum["published_at"]) == MIDNIGHT - timedelta(days=9)
    assert {article["published_precision"] for article in archive.values()} <= {"second", "minute"}


def test_a_second_crawl_fetches_no_post_and_gets_304_for_the_feed_behind_gzip(watched, site, posts):
    watched.crawl("desk")
    before = len(site.nginx.requests())
    run = watched.crawl("desk")
    assert (run["code"], run["fetched"], run["new"], run["updated"], run["not_modified"]) == (0, 0, 0, 0, 1)
    (feed,) = (request for request in site.nginx.requests(before) if request.path == "/feed/")
    assert feed.status == 304
    first = next(request for request in site.nginx.requests() if request.path == "/feed/" and "Jarchi" in request.agent)
    assert first.etag.startswith('W/"')
    assert first.encoding == "gzip"


def test_an_edited_post_becomes_a_new_version_and_an_unlocked_one_an_article(watched, site, posts):
    watched.crawl("desk")
    site.edit(posts["harbour"], (*HARBOUR, "A depot at the old slaughterhouse was added to the plan overnight."))
    site.unlock(posts["budget"])
    run = watched.crawl("desk")
    assert (run["code"], run["updated"], run["new"], run["fetched"]) == (0, 1, 1, 2)
    archive = watched.articles()
    assert "slaughterhouse" in archive["Council approves harbour tram"]["text"]
    published = datetime.fromisoformat(archive["Council approves harbour tram"]["published_at"])
    assert published == MIDNIGHT + timedelta(hours=31)
    assert archive["Draft budget"]["text"].splitlines() == list(BUDGET)


def test_a_back_dated_post_is_found_and_a_deleted_one_stays(watched, site, posts):
    watched.crawl("desk")
    written = MIDNIGHT - timedelta(days=200)
    added = site.publish("Bridge lamps replaced", LAMPS, written)
    site.trash(posts["library"])
    before = len(site.nginx.requests())
    run = watched.crawl("desk")
    assert (run["code"], run["failed"], run["new"], run["fetched"]) == (0, {}, 1, 1)
    assert asked(site, added, before) == 1
    archive = watched.articles()
    assert datetime.fromisoformat(archive["Bridge lamps replaced"]["published_at"]) == written
    assert "Libraries open until midnight" in archive
