"""What makes a crawl a good one, and what each failure is called."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from news.values import Freshness
from storage.tables import EventRow
from tests.crawler.conftest import item

LINE = "{}: the council of the harbour town {} will meet on Monday, and it will decide on the money for the bridge."


def post(site, number, *lines):
    site.post(
        f"/{number}",
        *(lines or [LINE.format(f"{number}.{n}", site.key) for n in range(4)]),
        title=f"Plan {number}",
    )


def feed(site, *numbers, published=None):
    site.feed(
        *(item(f"{site.address}/{number}", f"Plan {number}", published=published) for number in numbers)
    )


@pytest.mark.parametrize(
    ("answers", "causes"),
    [
        (({"status": 403}, {"status": 500}), {"http-403 (1)", "http-500 (1)"}),
        (({"body": ""}, {"body": "<html><title>Just a moment...</title><h1>Just a moment...</h1></html>"}), {"empty (1)", "challenge (1)"}),
    ],
)  # fmt: skip
def test_a_crawl_that_read_none_of_its_pages_is_not_good(desk, site, answers, causes):
    feed(site, 1, 2)
    for number, answer in enumerate(answers, 1):
        site.show(f"/{number}", **answer)
    report = desk.crawl(site.key)
    assert report.error.startswith("no page could be read: ")
    assert set(report.error.partition(": ")[2].split(", ")) == causes
    state = desk.state(site.key)
    assert (state.last_good_at, state.failures, state.last_error) == (None, 1, report.error)


def test_one_page_read_makes_a_crawl_good(desk, site):
    feed(site, 1, 2)
    post(site, 1)
    report = desk.crawl(site.key)
    assert (report.error, report.run["failed"]) == (None, {"http-404": 1})
    assert desk.state(site.key).last_good_at is not None


def test_a_crawl_with_nothing_to_fetch_is_good(desk, site):
    feed(site, 1)
    post(site, 1)
    desk.crawl(site.key)
    report = desk.crawl(site.key)
    assert (report.error, report.run["fetched"]) == (None, 0)


def test_a_list_that_shows_nothing_is_a_fault_until_its_source_says_otherwise(desk, site):
    feed(site)
    report = desk.crawl(site.key)
    assert (report.error, report.run["faults"]) == ("lists not read: empty-list (1)", {"empty-list": 1})
    desk.watch(site, feeds=[f"{site.address}/feed"], may_be_empty=True)
    assert desk.crawl(site.key).error is None


def test_a_list_that_showed_articles_and_shows_none_has_changed(desk, site):
    desk.watch_list(site, "/news", r"^/\d+$", "a.next")
    site.show("/news", '<html><body><a href="/1">Plan 1</a></body></html>')
    post(site, 1)
    assert desk.crawl(site.key).error is None
    site.show("/news", '<html><body><a href="/stories/plan-2">Plan 2</a></body></html>')
    report = desk.crawl(site.key)
    assert (report.run["failed"], report.run["faults"]) == ({"layout-changed": 1}, {"layout-changed": 1})


def test_a_page_behind_a_wall_is_asked_for_again(desk, site):
    """A wall says nothing of the article, however often it stands there."""
    feed(site, 1)
    site.show("/1", "<html><title>Just a moment...</title><h1>Just a moment...</h1></html>")
    for _ in range(6):
        assert desk.crawl(site.key).run["faults"] == {"bot-wall": 1}
    assert desk.leads(site.key) == {"1": "failed challenge"}
    post(site, 1)
    assert desk.crawl(site.key).run["new"] == 1


def test_an_old_dead_link_makes_no_later_crawl_bad(desk, site):
    feed(site, 1, 2)
    post(site, 1)
    desk.crawl(site.key)
    report = desk.crawl(site.key)
    assert (report.error, report.run["failed"]) == (None, {"http-404": 1})


def test_the_gap_of_a_crawl_without_pages_still_alerts_and_alerts_once(desk, site):
    """The site shuts us out for a crawl: what it announced in between is news when it lets us in again."""
    feed(site, 1)
    post(site, 1)
    desk.crawl(site.key)
    good = desk.state(site.key).last_good_at
    told = "The city of Yazd has joined the Asian Mayors Forum, the municipality of Yazd announced on Monday."
    feed(site, 2, 1, published=datetime.now(UTC) - timedelta(minutes=1))
    site.show("/2", status=403)
    assert desk.crawl(site.key).error == "no page could be read: http-403 (1)"
    assert desk.state(site.key).last_good_at == good
    post(site, 2, told, *[LINE.format(n, site.key) for n in range(3)])
    assert desk.crawl(site.key).error is None
    assert desk.state(site.key).last_good_at > good
    desk.crawl(site.key)
    with desk.store.reading() as session:
        events = session.exec(select(EventRow).where(EventRow.network == "amf")).all()
    assert [(event.member, event.freshness) for event in events] == [("111822", Freshness.NEWS.value)]


def test_a_robots_txt_that_cannot_be_had_forbids_all_under_its_cause(desk, site):
    feed(site, 1)
    post(site, 1)
    site.show("/robots.txt", status=None)
    report = desk.crawl(site.key)
    assert report.run["failed"] == {"connection-lost": 1}
    assert set(site.asked) == {"/robots.txt"}
    assert report.error == "lists not read: connection-lost (1)"


def test_a_robots_txt_that_is_not_there_forbids_nothing(desk, site):
    feed(site, 1)
    post(site, 1)
    assert desk.crawl(site.key).run["new"] == 1


def test_no_attempt_is_counted_while_robots_txt_is_away(desk, make_site):
    site, other = make_site(), make_site()
    site.feed(item(f"{other.address}/1", "Plan 1"))
    other.show("/robots.txt", status=None)
    for _ in range(6):
        assert desk.crawl(site.key).run["failed"] == {"connection-lost": 1}
    other.show("/robots.txt", "", kind="text/plain")
    post(other, 1)
    assert desk.crawl(site.key).run["new"] == 1


@pytest.mark.parametrize(
    "target", ["javascript:void(0)", "file:///etc/passwd", "mailto:desk@example.org", "data:text/html,x"]
)
def test_a_list_whose_way_on_is_no_web_address_ends_there(desk, make_site, target):
    site = make_site()
    link = f'<a href="/news/1">The council met on Monday</a><a class="next" href="{target}">older</a>'
    site.show("/news", f"<html><body>{link}</body></html>")
    site.post("/news/1", *[LINE.format(n, site.key) for n in range(4)], title="The council met on Monday")
    desk.watch_list(site, "/news", "^/news/", "a.next")
    report = desk.crawl(site.key)
    assert (report.error, report.run["failed"], report.run["new"]) == (None, {}, 1)


@pytest.mark.parametrize(
    "target",
    [
        "javascript:alert(1)",
        "mailto:a@example.org",
        "file:///etc/passwd",
        "data:text/html,x",
        "http://./x",
        "",
    ],
)
def test_whatever_a_page_claims_its_address_to_be_it_is_kept_under_a_web_address(desk, site, target):
    feed(site, 1)
    lines = [LINE.format(n, site.key) for n in range(4)]
    site.post(
        "/1",
        *lines,
        title="Plan 1",
        head=f'<link rel="canonical" href="{target}"><meta property="og:url" content="{target}">',
    )
    report = desk.crawl(site.key)
    assert (report.error, report.run["new"]) == (None, 1)
    assert [article.url for article in desk.articles(site.key)] == [f"{site.address}/1"]


def test_a_list_may_name_what_is_no_web_address(desk, site):
    odd = (
        "javascript:alert(1)",
        "mailto:a@example.org",
        "file:///etc/passwd",
        "http://./x",
        "http://../",
        "",
    )
    site.feed(*(item(address, "Odd") for address in odd), item(f"{site.address}/1", "Plan 1"))
    post(site, 1)
    report = desk.crawl(site.key)
    assert (report.error, report.run["leads"], report.run["new"]) == (None, 1, 1)


@pytest.mark.parametrize(
    ("target", "cause"),
    [
        ("file:///etc/passwd", "http-302"),
        ("ftp://example.org/1", "http-302"),
        ("javascript:alert(1)", "bad-address"),
    ],
)
def test_a_page_that_leads_out_of_the_web_is_a_failure_with_a_name(desk, site, target, cause):
    feed(site, 1)
    site.show("/1", status=302, headers={"Location": target})
    assert desk.crawl(site.key).run["failed"] == {cause: 1}
