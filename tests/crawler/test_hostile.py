"""What servers do: each thing ends under its name, within its time and memory, and no other source suffers."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from storage.tables import LeadRow
from tests.crawler.conftest import Desk, Site, item
from tests.crawler.hostile import LISTS, PAGES, RSS, Hostile, certificate, feed, prepare

#: Seconds for all hostile pages or lists together, on a machine that does other things too.
ALL = 240.0
#: Kilobytes that the crawl worker may have held.
MEMORY = 450_000

#: What a page's lead comes to: its state, and the cause.
ENDS = {
    "redirect-to-itself": "failed redirects",
    "redirect-without-end": "failed redirects",
    "redirect-that-grows": "failed redirects",
    "redirect-across-schemes": "failed timeout|failed connection-lost|failed tls",
    "redirect-to-a-file": "failed http-302",
    "redirect-to-data": "failed http-302",
    "redirect-to-a-script": "failed bad-address",
    "redirect-to-nowhere": "failed http-302",
    "redirect-to-the-metadata": "failed private-address",
    "redirect-to-a-private-network": "failed private-address",
    "redirect-with-a-header": "kept",
    "redirect-to-no-host": "failed redirects",
    "redirect-to-a-broken-port": "failed bad-address",
    "redirect-to-broken-ipv6": "failed bad-address",
    "refresh-to-itself": "failed redirects",
    "refresh-to-a-private-network": "failed private-address",
    "refresh-to-a-broken-address": "failed bad-address",
    "gzip-bomb": "failed too-large",
    "gzip-bomb-in-gzip": "failed too-large",
    "brotli-bomb": "failed too-large",
    "zip-bomb-unannounced": "refused not-html",
    "gzip-that-is-none": "failed unreadable",
    "gzip-cut-off": "kept",
    "brotli-that-is-none": "failed unreadable",
    "an-encoding-nobody-knows": "refused not-html",
    "a-thousand-encodings": "failed unreadable",
    "endless-body": "failed too-large",
    "endless-chunks": "failed too-large",
    "endless-headers": "failed too-large",
    "one-endless-header": "failed too-large",
    "endless-continue": "failed too-large",
    "endless-trailers": "failed malformed",
    "a-terabyte-announced": "failed too-large",
    "silence": "failed timeout",
    "one-byte-at-a-time": "failed timeout",
    "headers-one-byte-at-a-time": "failed timeout",
    "reset-before-the-answer": "failed connection-lost",
    "reset-midway": "failed connection-lost",
    "hung-up": "failed connection-lost",
    "less-than-announced": "failed connection-lost",
    "more-than-announced": "kept",
    "a-length-that-is-none": "failed malformed",
    "a-negative-length": "failed malformed",
    "two-lengths": "failed malformed",
    "broken-chunks": "failed malformed",
    "chunks-cut-off": "failed connection-lost",
    "no-status-line": "failed connection-lost",
    "an-empty-status-line": "failed malformed",
    "a-status-that-is-none": "failed malformed",
    "status-999": "failed http-999",
    "switching-protocols": "failed timeout",
    "no-content": "refused empty",
    "partial-content": "failed http-206",
    "not-modified-unasked": "failed http-304",
    "too-many-requests": "failed http-429",
    "gone-wrong": "failed http-500",
    "a-picture-called-html": "refused not-html",
    "html-called-a-picture": "kept",
    "a-type-that-is-none": "kept",
    "a-charset-that-is-none": "kept",
    "a-charset-that-lies": "kept",
    "nuls-everywhere": "kept",
    "a-title-with-a-script": "kept",
    "cookies-that-grow": "kept",
    "headers-with-odd-bytes": "failed malformed",
    "a-wall-with-200": "failed challenge",
    "a-wall-with-202": "failed challenge",
    "a-wall-with-403": "failed challenge",
    "nested-without-end": "refused too-large",
    "a-million-attributes": "refused broken",
    "nothing": "refused empty",
    "only-blanks": "refused empty",
    "calls-itself-another-page": "kept",
    "a-pdf-that-is-none": "refused broken",
}

#: What a source whose only road is this list comes to: the cause, or how many leads it shows.
ROADS: dict[str, str | int] = {
    "feed-of-60000": 2000,
    "feed-with-an-entity-bomb": "unreadable|1",
    "feed-with-an-external-entity": 1,
    "feed-that-breaks-off": 2,
    "feed-with-nuls": 2,
    "feed-in-a-charset-that-lies": 1,
    "feed-of-links-that-are-none": 4,
    "feed-that-injects-a-header": 2,
    "fifty-addresses-of-one-page": 50,
    "titles-that-take-their-time": 2,
    "feed-bomb": "too-large",
    "feed-without-end": "too-large|timeout",
    "feed-that-is-a-page": "wrong-type",
    "feed-that-is-a-picture": "wrong-type",
    "feed-that-is-empty": "empty-list",
    "feed-behind-a-wall": "challenge",
    "feed-behind-a-wall-with-202": "challenge",
    "feed-of-another-length": "connection-lost",
    "feed-that-hangs": "timeout",
    "feed-not-modified-unasked": 0,
    "sitemap-bomb": "too-large",
    "sitemap-of-itself": 0,
    "sitemap-of-sitemaps-without-end": 0,
    "sitemap-broken": 2,
    "sitemap-with-an-entity-bomb": "empty-list",
    "calendar": 3,
    "page-of-links": 1000,
    "page-without-end": "too-large|timeout",
    "posts-nested-without-end": "unreadable",
    "posts-that-are-none": "unreadable",
}


@pytest.fixture(scope="module")
def hostile() -> Iterator[Hostile]:
    server = Hostile()
    prepare(server.address)
    yield server
    server.close()


@pytest.fixture(scope="module")
def desk(narrow_desk: Desk) -> Desk:
    return narrow_desk


@pytest.fixture(scope="module")
def neighbour(desk: Desk) -> Iterator[Site]:
    """A sound site; each crawl of hostile ones has it at its side in the same worker, whose readers are awake."""
    site = Site()
    desk.watch(site, feeds=[f"{site.address}/feed"])
    for n in range(6):
        site.post(
            f"/{n}",
            *(f"{n}.{m}: the council of {site.key} decides on Monday on the bridge." for m in range(5)),
        )
    site.feed(item(f"{site.address}/5", "Plan 5"))
    assert desk.crawl(site.key).run["new"] == 1
    site.feed(*(item(f"{site.address}/{n}", f"Plan {n}") for n in range(6)))
    yield site
    site.close()


@pytest.fixture(scope="module")
def pages(desk: Desk, hostile: Hostile, neighbour: Site) -> dict[str, Any]:
    """All hostile pages crawled at once, with what that took."""
    desk.write("pages", f'feeds = ["{hostile.address}/feed"]')
    began = time.monotonic()
    crawl, beside = desk.crawl_together("pages", neighbour.key)
    return {"crawl": crawl, "beside": beside, "seconds": time.monotonic() - began, "memory": memory(desk)}


@pytest.fixture(scope="module")
def roads(desk: Desk, hostile: Hostile, neighbour: Site) -> dict[str, Any]:
    """All hostile lists crawled at once, a source each."""
    for name in ROADS:
        address = f"{hostile.address}/road/{name}"
        if name.startswith("sitemap"):
            desk.write(name, f'sitemaps = ["{address}"]')
        elif name.startswith("posts"):
            desk.write(name, f'wordpress = "{address}/"')
        elif name in ("calendar", "page-of-links", "page-without-end"):
            desk.write(
                name, f'lists = [{{url = "{address}", next = "a.next", article = "^/(article|nothing)/"}}]'
            )
        else:
            desk.write(name, f'feeds = ["{address}"]')
    began = time.monotonic()
    reports = desk.crawl_together(*ROADS, neighbour.key)
    by_key = {report.source: report for report in reports}
    return {"by_key": by_key, "seconds": time.monotonic() - began, "memory": memory(desk)}


def memory(desk: Desk) -> int:
    """Kilobytes that the busiest worker held at most."""
    (worker,) = desk._executor._workers
    status = Path(f"/proc/{worker.process.pid}/status").read_text(encoding="utf-8")
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    assert found is not None
    return int(found[1])


def end_of(desk: Desk, hostile: Hostile, name: str) -> str:
    with desk.store.reading() as session:
        query = select(LeadRow).where(
            LeadRow.source == "pages", LeadRow.address == f"{hostile.address}/page/{name}"
        )
        row = session.exec(query).one()
        return " ".join(filter(None, (row.state, row.cause)))


def test_there_is_an_expectation_for_everything_the_server_does():
    assert set(ENDS) == set(PAGES)
    assert set(ROADS) == set(LISTS)
    assert len(ENDS) + len(ROADS) >= 100


@pytest.mark.parametrize("name", ENDS)
def test_a_hostile_page_ends_under_its_name(desk, hostile, pages, name):
    assert end_of(desk, hostile, name) in ENDS[name].split("|")


def test_hostile_pages_keep_to_their_time_and_memory(pages):
    assert pages["seconds"] < ALL
    assert pages["memory"] < MEMORY


def test_a_sound_source_beside_hostile_pages_is_read_at_once(pages):
    beside = pages["beside"]
    assert (beside.error, beside.run["new"]) == (None, 5)
    assert beside.run["seconds"] < pages["crawl"].run["seconds"] * 0.75


@pytest.mark.parametrize("name", ROADS)
def test_a_hostile_list_ends_under_its_name(roads, name):
    run, expected = roads["by_key"][name].run, ROADS[name]
    lists = {cause for cause in run["failed"] if run["ledger"]["lists"].get("failed")}
    if isinstance(expected, int):
        assert (run["leads"], run["ledger"]["lists"].get("failed", 0)) == (expected, 0)
    else:
        assert lists & set(expected.split("|")) or str(run["leads"]) in expected.split("|")


def test_hostile_lists_keep_to_their_time_and_memory(roads):
    assert roads["seconds"] < ALL
    assert roads["memory"] < MEMORY


def test_a_sound_source_beside_hostile_lists_is_good(roads, neighbour):
    beside = roads["by_key"][neighbour.key]
    assert beside.error is None
    assert beside.run["ledger"]["outcomes"]["known"] == 6


def test_fifty_addresses_of_one_page_are_asked_for_once(roads, hostile):
    run = roads["by_key"]["fifty-addresses-of-one-page"].run
    assert (run["new"], run["fetched"]) == (1, 1)
    assert run["ledger"]["repeated"] == 49


def test_an_index_that_names_itself_is_asked_for_once(roads):
    assert roads["by_key"]["sitemap-of-itself"].run["ledger"]["lists"]["asked"] <= 2


def test_an_index_of_indexes_has_an_end(roads):
    lists = roads["by_key"]["sitemap-of-sitemaps-without-end"].run["ledger"]["lists"]
    assert lists["asked"] - lists["left"] <= 500


def test_no_header_is_injected_and_no_cookie_sent_back(pages, roads, hostile):
    lines = [line for head in hostile.heads for line in head.lower().split(b"\r\n")[1:]]
    assert not [line for line in lines if line.startswith((b"x-injected", b"cookie"))]


def test_external_entities_are_not_fetched(roads, hostile):
    assert hostile.count("/stolen") == 0


def test_what_is_kept_of_hostile_pages_is_clean(desk, pages, hostile):
    by_end = {article.url.rpartition("/")[2]: article for article in desk.articles("pages")}
    script, nuls, lie = (
        by_end[name] for name in ("a-title-with-a-script", "nuls-everywhere", "a-charset-that-lies")
    )
    assert "<" not in script.title
    assert "alert" not in script.title
    assert "\x00" not in nuls.title + nuls.text
    assert "شورای شهر بندر در نشست" in lie.text
    assert by_end["calls-itself-another-page"].url == f"{hostile.address}/page/calls-itself-another-page"


@pytest.mark.parametrize(("name", "days"), [("self", 30), ("expired", -1)])
def test_a_wrong_certificate_is_refused_unless_the_source_is_lax(desk, tmp_path, name, days):
    server = Hostile(
        context=certificate(tmp_path, name, days=days),
        always=lambda conn: conn.answer(feed((conn.address, "T")), kind=RSS),
    )
    try:
        desk.write(f"strict-{name}", f'feeds = ["{server.address}/feed"]')
        desk.write(f"lax-{name}", f'tls = "lax"\nfeeds = ["{server.address}/feed"]')
        strict, lax = desk.crawl_together(f"strict-{name}", f"lax-{name}")
    finally:
        server.close()
    assert (strict.run["failed"], strict.run["faults"]) == ({"tls": 1}, {"tls": 1})
    assert (lax.run["failed"], lax.run["leads"]) == ({}, 1)


def test_no_tls_where_tls_is_asked_for_is_a_fault_of_tls(desk, hostile):
    server = Hostile(greeting=b"220 mail.example ESMTP\r\n")
    try:
        desk.write("mail", f'feeds = ["https://127.0.0.1:{server.port}/feed"]')
        assert desk.crawl("mail").run["failed"] == {"tls": 1}
    finally:
        server.close()


def test_nobody_there_and_no_such_name(desk):
    gone = Hostile()
    gone.close()
    desk.write("gone", f'feeds = ["{gone.address}/feed"]')
    desk.write("nameless", 'feeds = ["http://no-such-host.invalid/feed"]')
    refused, nameless = desk.crawl_together("gone", "nameless")
    assert refused.run["faults"] == {"connect": 1}
    assert nameless.run["faults"] == {"dns": 1}
