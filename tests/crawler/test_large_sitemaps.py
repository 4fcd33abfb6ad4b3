"""Sitemaps of any size: the newest pages first, few of them at once, and the rest left to the next crawl."""

import gzip
import resource
from datetime import UTC, datetime, timedelta

import pytest

from crawler.backlog import Backlog
from crawler.roads.sitemaps import MAX_ENTRIES, sitemap_entries
from news.values import Lead, Road, Source
from storage.leads import Wanted

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
SOURCE = Source(key="town", name="Town", sitemaps=("https://town.example/map.xml",))


def sitemap(base, count):
    """The oldest first."""
    urls = (
        f"<url><loc>{base}/news/{n}</loc><lastmod>{NOON + timedelta(hours=n - count):%Y-%m-%dT%H:%M:%SZ}</lastmod></url>"
        for n in range(count)
    )
    return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{"".join(urls)}</urlset>'


def wanted(number, *, road=Road.SITEMAP, hours=None):
    moment = None if hours is None else NOON - timedelta(hours=hours)
    lead = Lead(address=f"https://town.example/{number}", source="town", road=road, modified_at=moment)
    return Wanted(lead=lead, key=str(number), overlapped=False)


def test_a_packed_sitemap_is_read_entry_by_entry_newest_first():
    body = gzip.compress(b"\n" * 200_000 + sitemap("https://town.example", 5_000).encode())
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    _, leads = sitemap_entries(body, "https://town.example/map.xml", SOURCE)
    assert [lead.address.rpartition("/")[2] for lead in leads] == [str(n) for n in reversed(range(5_000))]
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000, "kilobytes"


def test_no_more_entries_are_read_than_the_format_allows():
    tiny = "".join(f"<url><loc>/{n}</loc></url>" for n in range(MAX_ENTRIES + 50))
    _, leads = sitemap_entries(f"<urlset>{tiny}</urlset>".encode(), "https://town.example/map.xml", SOURCE)
    assert len(leads) == MAX_ENTRIES


def test_the_parts_of_an_index_come_newest_first():
    parts = "".join(
        f"<sitemap><loc>/{name}.xml</loc>{f'<lastmod>{day}</lastmod>' if day else ''}</sitemap>"
        for name, day in (("a", "2024-01-01"), ("b", ""), ("c", "2026-01-01"), ("d", ""))
    )
    further, _ = sitemap_entries(
        f"<sitemapindex>{parts}</sitemapindex>".encode(), "https://town.example/map.xml", SOURCE
    )
    assert [address.rpartition("/")[2] for address in further] == ["c.xml", "a.xml", "b.xml", "d.xml"]


def test_pages_beyond_what_is_fetched_at_once_wait_newest_first():
    backlog = Backlog(at_once=3)
    backlog.hold(["left-1", "left-2"])
    first = backlog.now([wanted(n, hours=n) for n in range(2)])
    second = backlog.now([wanted("feed", road=Road.FEED), *(wanted(n, hours=9 - n) for n in range(2, 7))])
    assert [one.key for one in (*first, *second)] == ["0", "1", "feed"]
    assert [backlog.next() for _ in range(3)] == [["6", "5", "4"], ["3", "2", "left-1"], ["left-2"]]
    assert not backlog


@pytest.mark.service
def test_a_crawl_fetches_the_newest_first_and_leaves_the_rest_by_name_to_the_next_one(desk, make_site):
    site = make_site(sitemaps=["/map.xml"])
    site.show("/map.xml", sitemap(site.address, 1_100), kind="application/xml")
    ledger = desk.crawl(site.key, deadline=timedelta(seconds=4)).run["ledger"]
    outcomes = ledger["outcomes"]
    assert ledger["seen"] == 1_100 == outcomes.get("left", 0) + outcomes.get("failed", 0)
    first = [int(path.rpartition("/")[2]) for path in site.asked if path.startswith("/news/")]
    assert all(number >= 100 for number in first[:1_000]), "a thousand at a time"
    again = desk.crawl(site.key).run["ledger"]
    assert again["left_over"] == 1_100
    assert {f"/news/{n}" for n in range(1_100)} <= set(site.asked)
