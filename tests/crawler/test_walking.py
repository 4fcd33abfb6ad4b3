"""Roads walked back: to what the last good crawl knew, and to a date."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from crawler.roads.feeds import older_feed
from news.values import Freshness
from storage import register
from storage.tables import ArticleRow, LeadRow

from .conftest import item

NOW = datetime.now(UTC)
GENERATOR = "<generator>https://wordpress.org/?v=6.1</generator>"


def write(site, *numbers):
    """Pages of articles."""
    for n in numbers:
        lines = [
            f"The council of {site.key} debated plan {n} in part {part} of its session." for part in range(6)
        ]
        site.post(f"/news/{n}", *lines, title=f"Plan {n} of {site.key}")


def entry(site, n, days=None):
    published = None if days is None else NOW - timedelta(days=days)
    return item(f"{site.address}/news/{n}", f"Plan {n} of {site.key}", published=published)


def paged_feed(site, *pages):
    """A feed of WordPress: its older pages are at ?paged=, and end in 404."""
    for number, entries in enumerate(pages, 1):
        site.feed(GENERATOR, *entries, path="/feed" if number == 1 else f"/feed?paged={number}")


def leads(desk, site):
    with desk.store.reading() as session:
        rows = session.exec(select(LeadRow).where(LeadRow.source == site.key))
        return {int(row.address.rpartition("/")[2]): row.overlapped for row in rows}


def test_a_gap_is_closed_by_older_pages_and_said(site, desk):
    write(site, *range(1, 9))
    paged_feed(site, [entry(site, 1), entry(site, 2)])
    desk.crawl(site.key)
    paged_feed(
        site,
        [entry(site, 7), entry(site, 6)],
        [entry(site, 5), entry(site, 4)],
        [entry(site, 3), entry(site, 2)],
        [entry(site, 1)],
    )
    report = desk.crawl(site.key)
    assert (report.error, report.run["new"]) == (None, 5)
    assert report.run["gaps"] == [{"list": f"{site.address}/feed", "pages": 3, "closed": True}]
    assert "/feed?paged=4" not in site.asked
    # what lies between two lists that overlap is news even without a date
    assert leads(desk, site) == {1: False, 2: False, 3: True, 4: True, 5: True, 6: True, 7: True}
    assert "gaps" not in desk.crawl(site.key).run


def test_a_gap_that_stays_open_is_said(site, desk):
    write(site, 1, 5, 6)
    site.feed(entry(site, 1))
    desk.crawl(site.key)
    paged_feed(site, [entry(site, 6)], [entry(site, 5)])
    report = desk.crawl(site.key)
    assert (report.error, report.run["new"]) == (None, 2)
    assert report.run["gaps"] == [{"list": f"{site.address}/feed", "pages": 3, "closed": False}]
    assert report.run["ledger"]["lists"] == {"asked": 3, "read": 3}
    assert leads(desk, site)[5] is False


def test_a_feed_that_turns_in_a_circle_is_left(site, desk):
    write(site, 1, 5)
    site.feed(entry(site, 1))
    desk.crawl(site.key)
    paged_feed(site, [entry(site, 5)], [entry(site, 5)])
    assert desk.crawl(site.key).run["gaps"] == [{"list": f"{site.address}/feed", "pages": 2, "closed": False}]


def test_a_gap_in_a_list_is_followed_farther_than_a_first_crawl_goes(site, desk):
    desk.watch_list(site, "/list", "^/news/", "a.older")

    def page(path, numbers, older=""):
        links = "".join(f'<p><a href="/news/{n}">Plan {n} of {site.key}</a></p>' for n in numbers)
        site.show(
            path, f"<html><body>{links}{older and f'<a class=older href={older}>older</a>'}</body></html>"
        )

    write(site, *range(1, 8))
    page("/list", [1])
    desk.crawl(site.key)
    for number in range(2, 8):
        page("/list" if number == 7 else f"/list{number}", [number], f"/list{number - 1}")
    page("/list1", [1])
    report = desk.crawl(site.key)
    assert report.run["new"] == 6
    assert report.run["gaps"] == [{"list": f"{site.address}/list", "pages": 7, "closed": True}]


def backfill(desk, site, days):
    return desk.crawl(site.key, since=NOW - timedelta(days=days))


def test_a_back_fill_walks_a_feed_to_its_date(site, desk):
    write(site, *range(1, 7))
    pages = [
        [entry(site, 6, 1)],
        [entry(site, 5, 10), entry(site, 4, 20)],
        [entry(site, 3, 30), entry(site, 2, 40)],
        [entry(site, 1, 50)],
    ]
    paged_feed(site, *pages)
    assert desk.crawl(site.key).run["new"] == 1
    report = backfill(desk, site, 35)
    assert (report.error, report.run["new"]) == (None, 3)
    assert site.asked.count("/feed?paged=4") == 1  # the third still showed what is not too old
    assert set(leads(desk, site)) == {3, 4, 5, 6}
    assert backfill(desk, site, 365).run["new"] == 2


def test_a_back_fill_asks_although_nothing_changed(site, desk):
    write(site, 1, 2)
    paged_feed(site, [entry(site, 2, 1)], [entry(site, 1, 9)])
    site.answers["/feed"].headers["ETag"] = '"f"'
    site.answers_304 = True
    desk.crawl(site.key)
    assert desk.crawl(site.key).run["not_modified"] == 1
    assert backfill(desk, site, 30).run["new"] == 1


def test_a_back_fill_goes_through_rest(make_site, desk):
    site = make_site(wordpress="/wp-json/")
    write(site, *range(1, 4))

    def posts(*numbers):
        return json.dumps([
            {"link": f"{site.address}/news/{n}", "title": {"rendered": f"Plan {n} of {site.key}"},
             "date_gmt": f"{NOW - timedelta(days=10 * n):%Y-%m-%dT%H:%M:%S}",
             "modified_gmt": f"{NOW - timedelta(days=10 * n):%Y-%m-%dT%H:%M:%S}", "content": {"protected": False}}
            for n in numbers
        ])  # fmt: skip

    site.on("/wp-json/wp/v2/posts", posts(1), kind="application/json")
    assert desk.crawl(site.key).run["new"] == 1
    site.on("/wp-json/wp/v2/posts", "[]", kind="application/json")
    since = (NOW - timedelta(days=60)).strftime("%Y-%m-%dT%H%%3A%M%%3A%SZ")
    fields = (
        "link%2Ctitle%2Cdate_gmt%2Cmodified_gmt%2Ccontent.rendered%2Ccontent.protected%2Cexcerpt.rendered"
    )
    for page, number in ((1, 2), (2, 3)):
        path = f"/wp-json/wp/v2/posts?per_page=50&page={page}&orderby=date&order=desc&_fields={fields}&after={since}"
        site.show(path, posts(number), kind="application/json", headers={"X-WP-TotalPages": "2"})
    assert backfill(desk, site, 60).run["new"] == 2


def test_a_back_fill_tells_nobody(site, desk):
    write(site, 9)
    paged_feed(site, [entry(site, 9, 0)])
    assert desk.crawl(site.key).error is None
    said = "The city of Yazd has joined the Asian Mayors Forum, the municipality announced on Tuesday."
    for n in (1, 2):
        site.post(
            f"/news/{n}",
            said,
            f"That is report {n} of {site.key} on the matter, and there is more.",
            title=f"Yazd {n}",
        )
    old = [entry(site, 9, 0)], [entry(site, 2, 5), entry(site, 1)]
    paged_feed(site, *old)
    assert backfill(desk, site, 30).run["new"] == 2
    with desk.store.reading() as session:
        ids = set(session.exec(select(ArticleRow.id).where(ArticleRow.source == site.key)).all())
        (event,) = [one for one in register.events(session) if {each.article for each in one.evidence} & ids]
    assert event.freshness is not Freshness.NEWS


@pytest.mark.parametrize(("head", "base", "older"), [
    (GENERATOR, "https://a.example/feed/", "https://a.example/feed/?paged=2"),
    (GENERATOR, "https://a.example/feed/?cat=3&paged=2", "https://a.example/feed/?cat=3&paged=3"),
    ('<atom:link rel="next" href="?page=2&amp;x=1"/>', "https://a.example/feed", "https://a.example/feed?page=2&x=1"),
    ('<link href="/archive/1" rel="prev-archive"/>', "https://a.example/feed", "https://a.example/archive/1"),
    ('<link rel="next" href="javascript:x"/>', "https://a.example/feed", None),
    (GENERATOR, "https://a.example/feed/?paged=x", None),
    ('<link rel="self" href="/feed"/><item><link rel="next" href="/no"/>', "https://a.example/feed", None),
    ("", "https://a.example/feed", None),
])  # fmt: skip
def test_where_a_feed_goes_on(head, base, older):
    assert older_feed(f"<rss><channel>{head}<item></item></channel></rss>".encode(), base) == older


def test_one_page_is_fetched_by_the_same_road(site, desk):
    write(site, 1)
    address = f"{site.address}/news/1"
    assert desk.crawl(site.key, address=address).run["became"]["outcome"] == "new"
    assert site.asked == ["/robots.txt", "/news/1"]
    assert desk.crawl(site.key, address=address).run["became"]["outcome"] == "same"
    missing = desk.crawl(site.key, address=f"{site.address}/news/2").run["became"]
    assert missing == {"outcome": "failed", "cause": "http-404", "article": None}
    assert desk.state(site.key).last_run_at is None
