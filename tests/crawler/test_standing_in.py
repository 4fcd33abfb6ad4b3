"""A list's own full text in place of a page that cannot be had, until the page can."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from news.values import Provenance
from storage.tables import EventRow
from tests.crawler.conftest import item

LINE = "{}: the council of the harbour town {} will meet on Monday, and it will decide on the money for the bridge."
WHEN = datetime(2026, 10, 30, 9, 15, tzinfo=UTC)
WALL = "<html><head><title>Just a moment...</title></head><body><h1>Just a moment...</h1></body></html>"


def lines(site, count=6):
    return [LINE.format(number, site.key) for number in range(count)]


def body(site, count=6):
    return "".join(f"<p>{line}</p>" for line in lines(site, count))


def publish(site, text=None, path="/plan", **fields):
    whole = body(site) if text is None else text
    site.feed(
        item(
            site.address + path,
            "The plan",
            body=whole,
            summary="The council meets.",
            published=WHEN,
            **fields,
        )
    )


@pytest.mark.parametrize(
    ("answer", "cause"),
    [({"status": 403}, "http-403"), ({"status": 404}, "http-404"), ({"status": None}, "connection-lost")],
)
def test_a_page_that_cannot_be_had_is_stood_in_for(desk, site, answer, cause):
    publish(site)
    site.show("/plan", **answer)
    report = desk.crawl(site.key)
    run = report.run
    assert (run["new"], run["from_list"], run["failed"], report.error) == (1, 1, {cause: 1}, None)
    (article,) = desk.articles(site.key)
    assert (article.url, article.title) == (f"{site.address}/plan", "The plan")
    assert article.text.split("\n") == lines(site)
    assert (article.dated.moment, article.dated.provenance) == (WHEN, Provenance.FEED)
    assert desk.leads(site.key) == {"plan": f"listed {cause}"}


def test_a_bot_wall_is_counted_and_stood_in_for(desk, site):
    publish(site)
    site.show("/plan", WALL)
    run = desk.crawl(site.key).run
    assert (run["not_article_causes"], run["from_list"]) == ({"challenge": 1}, 1)
    assert [article.text.split("\n") for article in desk.articles(site.key)] == [lines(site)]


def test_what_robots_txt_forbids_to_fetch_the_feed_may_still_give(desk, site):
    publish(site)
    site.show("/robots.txt", "User-agent: *\nDisallow: /plan\n", kind="text/plain")
    run = desk.crawl(site.key).run
    assert (run["refused"], run["from_list"], run["failed"]) == (1, 1, {"robots": 1})
    assert site.count("/plan") == 0


def test_the_page_takes_the_lists_place_as_soon_as_it_can_be_had(desk, site):
    publish(site)
    site.show("/plan", status=503)
    desk.crawl(site.key)
    site.show("/plan", WALL)  # once more in vain: the list's text stays, and so does the wish for the page
    desk.crawl(site.key)
    assert desk.leads(site.key) == {"plan": "listed challenge"}
    site.post("/plan", *lines(site, 9), title="The plan")
    run = desk.crawl(site.key).run
    assert (run["new"], run["updated"], run["from_list"]) == (0, 1, 0)
    assert [article.text.split("\n") for article in desk.articles(site.key)] == [lines(site, 9)]
    assert desk.versions(site.key) == [2]
    assert desk.leads(site.key) == {"plan": "kept"}


def test_a_page_that_turns_up_at_another_address_is_the_same_article(desk, site):
    publish(site, path="/?p=7")
    site.show("/?p=7", status=503)
    desk.crawl(site.key)
    site.show("/?p=7", status=301, headers={"Location": "/plan"})
    site.post("/plan", *lines(site, 9), title="The plan")
    assert desk.crawl(site.key).run["updated"] == 1
    (article,) = desk.articles(site.key)
    assert article.url == f"{site.address}/plan"


def test_a_page_that_was_read_is_not_replaced_by_less(desk, make_site):
    site = make_site(wordpress="/wp-json/")
    publish_posts(desk, site, modified="2026-11-01T10:00:00")
    site.post("/plan", *lines(site, 9), title="The plan")
    desk.crawl(site.key)
    publish_posts(desk, site, modified="2026-11-02T10:00:00")
    site.show("/plan", status=403)
    run = desk.crawl(site.key).run
    assert (run["failed"], run["updated"]) == ({"http-403": 1}, 0)
    assert [article.text.split("\n") for article in desk.articles(site.key)] == [lines(site, 9)]


def test_wordpress_gives_the_text_where_the_page_is_walled(desk, make_site):
    site = make_site(wordpress="/wp-json/", languages=["fa"])
    title = "طرح تازه شهر"
    text = [
        f"{number}: شورای شهر {site.key} روز دوشنبه در ساختمان شهرداری درباره بودجه پل تصمیم می‌گیرد."
        for number in range(6)
    ]
    publish_posts(desk, site, title=title, content="".join(f"<p>{line}</p>" for line in text))
    site.show("/plan", status=403)
    run = desk.crawl(site.key).run
    assert (run["new"], run["from_list"]) == (1, 1)
    (article,) = desk.articles(site.key)
    assert (article.title, article.text.split("\n"), article.language.code) == (title, text, "fa")
    assert article.dated.provenance is Provenance.REST


@pytest.mark.parametrize("answer", [{"status": 410}, {"status": 403}])
def test_a_teaser_or_an_article_taken_back_is_not_stood_in_for(desk, site, answer):
    cut = "<p>The council of the harbour town will meet on Monday, and it will decide on the money for the …</p>"
    publish(site, text=body(site) if answer["status"] == 410 else cut * 5)
    site.show("/plan", **answer)
    run = desk.crawl(site.key).run
    assert (run["from_list"], run["new"]) == (0, 0)
    assert desk.articles(site.key) == []


def test_a_page_that_is_a_list_is_not_stood_in_for(desk, site):
    publish(site)
    teasers = "".join(
        f'<article><h2><a href="/news/{n}">What the council of the town said on day {n}</a></h2></article>'
        for n in range(20)
    )
    site.show("/plan", f'<html><body class="archive">{teasers}</body></html>')
    run = desk.crawl(site.key).run
    assert (run["not_article_causes"], run["from_list"]) == ({"list-page": 1}, 0)


def publish_posts(desk, site, title="The plan", content=None, modified="2026-11-01T10:00:00"):
    """WordPress's answer, whatever it is asked for."""
    post = {
        "link": f"{site.address}/plan", "title": {"rendered": title}, "date_gmt": "2026-11-01T10:00:00",
        "modified_gmt": modified, "excerpt": {"rendered": "<p>Short.</p>"},
        "content": {"rendered": content or body(site), "protected": False},
    }  # fmt: skip
    site.on("/wp-json/wp/v2/posts", json.dumps([post]), kind="application/json")


def test_news_from_a_lists_text_is_news_once(desk, site):
    """The announcement is known from the feed; the page that follows says the same and announces nothing more."""
    told = "The city of Shiraz has joined the Asian Mayors Forum, the municipality of Shiraz announced on Monday."
    site.feed(item(f"{site.address}/old", "Old"))
    site.post("/old", *lines(site), title="Old")
    desk.crawl(site.key)
    text = f"<p>{told}</p>{body(site)}"
    now = datetime.now(UTC) - timedelta(minutes=1)
    site.feed(
        item(f"{site.address}/new", "Shiraz joins", body=text, published=now),
        item(f"{site.address}/old", "Old"),
    )
    site.show("/new", status=403)
    assert desk.crawl(site.key).run["from_list"] == 1
    first = events(desk)
    assert [(event.member, event.freshness, event.episode) for event in first] == [("115019", "news", 1)]
    site.post("/new", told, *lines(site, 9), title="Shiraz joins")
    assert desk.crawl(site.key).run["updated"] == 1
    assert [(event.id, event.freshness) for event in events(desk)] == [(first[0].id, "news")]


def events(desk):
    with desk.store.reading() as session:
        return list(session.exec(select(EventRow).where(EventRow.member == "115019")).all())
