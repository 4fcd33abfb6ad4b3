"""The sites over real HTTP: what a crawler finds there, and how the answers behave."""

import html
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import chain
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

import httpx
import pytest

from samples import manifest
from samples.library import SITES, articles, of_site
from samples.serving import SampleSites

SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}loc"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
#: One address for each kind of answer that carries validators.
VALIDATED = (
    ("network-ar", "feed/"),
    ("network-ar", "wp-sitemap.xml"),
    ("network-ar", "wp-sitemap-posts-post-1.xml"),
    ("municipality-fa", "fa/rss"),
    ("network-en-tr", "sitemap.xml"),
)


def locations(client: httpx.Client, address: str) -> list[str]:
    """What a sitemap lists."""
    root = ElementTree.fromstring(client.get(address).raise_for_status().content)
    return [loc.text or "" for loc in root.iter(SITEMAP)]


def items(client: httpx.Client, address: str) -> list[dict[str, str]]:
    """The items of a feed, by the names of their elements."""
    root = ElementTree.fromstring(client.get(address).raise_for_status().content)
    return [{element.tag: element.text or "" for element in item} for item in root.iter("item")]


def posts(client: httpx.Client, origin: str, **query: Any) -> httpx.Response:
    return client.get(f"{origin}wp-json/wp/v2/posts", params=query)


def listed(client: httpx.Client, first: str, pattern: str) -> list[str]:
    """The article addresses of a list, following its link to the next page."""
    found: list[str] = []
    page: str | None = first
    while page:
        text = client.get(page).raise_for_status().text
        main = text.partition("<h1>")[2].partition("</footer>")[0]
        found += re.findall(rf'<a href="(http://[^/]+{pattern})"', main)
        link = re.search(r'class="next" rel="next" href="([^"]+)"', text)
        page = html.unescape(link[1]) if link else None
    return found


def discover(client: httpx.Client, origins: Mapping[str, str]) -> dict[str, list[str]]:
    """Every article address of every site, found as a crawler finds it."""
    aggregator, profiles = origins["aggregator-fa"], origins["profile-fa"]
    return {
        "network-ar": [post["link"] for post in posts(client, origins["network-ar"], per_page=100).json()],
        "municipality-fa": [one["link"] for one in items(client, f"{origins['municipality-fa']}fa/rss")],
        "aggregator-fa": listed(client, f"{aggregator}news?page=1", r"/news/\d+/[^\"]+"),
        "profile-fa": listed(client, f"{profiles}profiles/", r"/profiles/[a-z-]+"),
        "network-en-tr": locations(client, f"{origins['network-en-tr']}sitemap.xml"),
    }


def visible(page: str) -> str:
    """A page's text with its entities resolved."""
    return html.unescape(re.sub(r"<[^>]+>", "", page))


def test_each_site_leads_to_all_its_articles(client: httpx.Client, sites: SampleSites) -> None:
    found = discover(client, sites.origins)
    assert {site: len(addresses) for site, addresses in found.items()} == manifest().first_wave
    assert all(len(set(addresses)) == len(addresses) for addresses in found.values())


@pytest.mark.parametrize("site", SITES)
def test_every_page_carries_its_text_and_the_lists_miss_none(
    client: httpx.Client, sites: SampleSites, site: str
) -> None:
    pages = [
        visible(client.get(address).raise_for_status().text)
        for address in discover(client, sites.origins)[site]
    ]
    for article in of_site(site):
        carrying = [
            page for page in pages if all(text in page for text in (article.lead, *article.paragraphs))
        ]
        printed = [one for one in of_site(site) if one.wave == 1 and one.text == article.text]
        assert len(carrying) == len(printed), article.ref


@pytest.mark.parametrize("site", SITES)
def test_an_unknown_address_is_a_page_with_status_404(
    client: httpx.Client, sites: SampleSites, site: str
) -> None:
    answer = client.get(f"{sites.origins[site]}no/such/page")
    assert answer.status_code == 404
    assert "<html" in answer.text


@pytest.mark.parametrize("site", SITES)
def test_robots_allows_all_and_names_the_sitemap(client: httpx.Client, sites: SampleSites, site: str) -> None:
    robots = client.get(f"{sites.origins[site]}robots.txt").text
    assert "Disallow" not in robots
    for named in re.findall(r"Sitemap: (\S+)", robots):
        assert locations(client, named)
    assert ("Sitemap" in robots) == (site in ("network-ar", "network-en-tr"))


@pytest.mark.parametrize(("site", "path"), VALIDATED)
def test_lists_answer_304_to_either_validator(
    client: httpx.Client, sites: SampleSites, site: str, path: str
) -> None:
    address = sites.origins[site] + path
    check_validators(client, address)


@pytest.mark.parametrize("site", SITES)
def test_articles_answer_304(client: httpx.Client, sites: SampleSites, site: str) -> None:
    for address in discover(client, sites.origins)[site][:3]:
        check_validators(client, address, dated=site != "profile-fa")


def check_validators(client: httpx.Client, address: str, *, dated: bool = True) -> None:
    headers = client.get(address).headers
    etag = headers["etag"]
    assert client.get(address, headers={"If-None-Match": etag}).status_code == 304
    assert client.get(address, headers={"If-None-Match": f'"other", W/{etag}'}).status_code == 304
    assert client.get(address, headers={"If-None-Match": '"other"'}).status_code == 200
    assert ("last-modified" in headers) == dated
    if dated:
        since = {"If-Modified-Since": headers["last-modified"]}
        assert client.get(address, headers=since).status_code == 304
        assert client.get(address, headers=since | {"If-None-Match": '"other"'}).status_code == 200
    for since_text in ("Thu, 01 Jan 1970 00:00:00 GMT", "not a date"):
        assert client.get(address, headers={"If-Modified-Since": since_text}).status_code == 200


def test_the_aggregators_list_has_no_validators(client: httpx.Client, sites: SampleSites) -> None:
    address = f"{sites.origins['aggregator-fa']}news?page=1"
    headers = client.get(address).headers
    assert not {"etag", "last-modified"} & set(headers)
    assert client.get(address, headers={"If-None-Match": "*"}).status_code == 200
    assert client.get(f"{sites.origins['aggregator-fa']}news?page=4").status_code == 404


def test_head_has_the_headers_and_no_body(client: httpx.Client, sites: SampleSites) -> None:
    for site, path in VALIDATED:
        whole, head = (client.request(verb, sites.origins[site] + path) for verb in ("GET", "HEAD"))
        assert head.status_code == 200
        assert not head.content
        assert {key: head.headers[key] for key in ("etag", "content-length")} == {
            key: whole.headers[key] for key in ("etag", "content-length")
        }


def test_the_feed_pages_back_and_ends_in_404(client: httpx.Client, sites: SampleSites) -> None:
    feed = f"{sites.origins['network-ar']}feed/"
    first, second = items(client, feed), items(client, f"{feed}?paged=2")
    assert len(first) == 10
    assert len(first) + len(second) == manifest().first_wave["network-ar"]
    assert not {one["link"] for one in first} & {one["link"] for one in second}
    assert client.get(f"{feed}?paged=3").status_code == 404
    assert first[0][CONTENT].startswith("<p>")


def test_rest_pages_with_totals_and_400_past_the_end(client: httpx.Client, sites: SampleSites) -> None:
    origin = sites.origins["network-ar"]
    pages = [posts(client, origin, per_page=7, page=page) for page in (1, 2, 3, 4)]
    assert [len(page.json()) for page in pages[:3]] == [7, 7, 1]
    assert [pages[0].headers[name] for name in ("X-WP-Total", "X-WP-TotalPages")] == ["15", "3"]
    assert pages[3].status_code == 400
    assert pages[3].json()["code"] == "rest_post_invalid_page_number"
    assert posts(client, origin, per_page=101).json()["code"] == "rest_invalid_param"
    assert posts(client, origin, after="yesterday").status_code == 400
    assert posts(client, origin, orderby="mood").status_code == 400


def test_rest_dates_have_no_offset_and_filter_as_the_sites_own_time(
    client: httpx.Client, sites: SampleSites
) -> None:
    origin = sites.origins["network-ar"]
    newest, second, *_ = posts(client, origin).json()
    local, world = (datetime.fromisoformat(second[name]) for name in ("date", "date_gmt"))
    assert local.tzinfo is None
    assert (local - world).total_seconds() == 3600
    for name in ("after", "modified_after"):
        assert [one["id"] for one in posts(client, origin, **{name: second["date"]}).json()] == [newest["id"]]
        in_utc = posts(client, origin, **{name: f"{second['date_gmt']}Z"}).json()
        assert [one["id"] for one in in_utc] == [newest["id"]]
    oldest_first = posts(client, origin, orderby="modified", order="asc", per_page=100).json()
    assert oldest_first[-1]["id"] == newest["id"]
    assert posts(client, origin, before="2001-01-01T00:00:00").headers["X-WP-Total"] == "0"


def test_rest_feed_and_page_agree_on_an_article(client: httpx.Client, sites: SampleSites) -> None:
    origin = sites.origins["network-ar"]
    post, item = posts(client, origin).json()[0], items(client, f"{origin}feed/")[0]
    assert post["link"] == item["link"]
    assert post["slug"] == urlsplit(post["link"]).path.strip("/").lower()
    assert visible(post["content"]["rendered"]).split() == visible(item[CONTENT]).split()
    assert client.get(f"{origin}?p={post['id']}").headers["location"] == post["link"]
    assert client.get(f"{origin}wp-json/wp/v2/posts/{post['id']}").json() == post


def test_the_join_box_is_on_every_arabic_page(client: httpx.Client, sites: SampleSites) -> None:
    origin = sites.origins["network-ar"]
    addresses = [
        origin,
        f"{origin}join/",
        f"{origin}nothing/",
        *discover(client, sites.origins)["network-ar"],
    ]
    assert all("انضموا إلينا" in client.get(address).text for address in addresses)


def test_short_links_lead_to_the_article(client: httpx.Client, sites: SampleSites) -> None:
    origin = sites.origins["municipality-fa"]
    address = items(client, f"{origin}fa/rss")[0]["link"]
    short = re.search(r'value="([^"]+/x/[^"]+)"', client.get(address).text)
    assert short
    assert client.get(short[1]).headers["location"] == address


def test_pages_show_the_date_in_the_calendar_of_the_site(client: httpx.Client) -> None:
    with SampleSites.start(now=datetime(2025, 10, 10, 12, tzinfo=UTC)) as sites:
        found = discover(client, sites.origins)
        persian = [visible(client.get(address).text) for address in found["municipality-fa"]]
        turkish = [client.get(address).text for address in found["network-en-tr"] if "/tr/" in address]
    assert any("چهارشنبه ۱۶ مهر ۱۴۰۴" in page and "ساعت ۰۸:۱۸" in page for page in persian)
    assert any("١٩ مرداد ١٤٠٤" in page for page in persian)
    assert any("3 Ekim 2025" in page for page in turkish)
    assert all(("datePublished" in page) != ("article:published_time" in page) for page in turkish)


def test_publishing_adds_the_second_wave_and_moves_the_validators_of_the_lists_alone(
    client: httpx.Client, fresh_sites: SampleSites
) -> None:
    origins = fresh_sites.origins
    before = discover(client, origins)
    lists = [origins[site] + path for site, path in VALIDATED]
    old = {address: client.get(address).headers for address in chain(lists, *before.values())}
    assert fresh_sites.publish() == sum(manifest().second_wave.values())
    assert fresh_sites.publish() == 0
    after = discover(client, origins)
    assert {site: len(set(after[site]) - set(before[site])) for site in SITES} == manifest().second_wave
    for address, headers in old.items():
        same = client.get(address, headers={"If-None-Match": headers["etag"]}).status_code == 304
        assert same == (address not in lists), address
        if address in lists:
            since = {"If-Modified-Since": headers["last-modified"]}
            assert client.get(address, headers=since).status_code == 200


def test_the_second_wave_announces_exactly_three_memberships(
    client: httpx.Client, fresh_sites: SampleSites
) -> None:
    fresh_sites.publish()
    found = discover(client, fresh_sites.origins)
    for announcement in manifest().announcements:
        article = articles()[announcement.article]
        pages = [visible(client.get(address).text) for address in found[announcement.site]]
        assert sum(all(text in page for text in article.paragraphs) for page in pages) == 1
    assert len(manifest().announcements) == 3
