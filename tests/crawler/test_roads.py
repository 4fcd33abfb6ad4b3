import gzip
import json
from datetime import UTC, datetime, timedelta

import pytest
from scrapy.http import HtmlResponse

from crawler.roads.feeds import feed_leads
from crawler.roads.lists import list_leads, next_page
from crawler.roads.sitemaps import sitemap_entries
from crawler.roads.wordpress import post_leads, posts_address
from news.values import Calendar, ListRoad, Precision, Provenance, Source

BASE = "https://news.example.org/"
SOURCE = Source(key="example", name="Example", languages=("en",))
TEHRAN = Source(
    key="shahr", name="Shahr", languages=("fa",), timezone="Asia/Tehran", calendar=Calendar.JALALI,
    lists=(ListRoad(url="https://shahr.example.org/news", article=r"^/news/\d+", next="a.next"),),
)

RSS = """<?xml version="1.0"?><rss version="2.0"><channel><title>t</title>
<item><title>One &amp; &lt;b&gt;two&lt;/b&gt;</title><link>/a?utm_source=rss</link>
<pubDate>Tue, 17 Nov 2026 10:00:00 GMT</pubDate></item>
<item><title>Bad</title><link>javascript:alert(1)</link></item>
<item><title>No link</title><guid isPermaLink="true">https://news.example.org/b</guid></item>
</channel></rss>"""


def test_feed_entries_become_leads_with_clean_addresses_titles_and_dates():
    first, second = feed_leads(RSS.encode(), BASE, SOURCE)
    assert (first.address, first.title) == ("https://news.example.org/a", "One & two")
    assert first.dated.moment == datetime(2026, 11, 17, 10, tzinfo=UTC)
    assert first.dated.provenance is Provenance.FEED
    assert second.address == "https://news.example.org/b"
    assert second.dated is None


@pytest.mark.parametrize("body", [b"", b"<html><body>Not here</body></html>", b"\x00\x01", b"{}"])
def test_what_is_no_feed_is_said_to_be_none(body):
    with pytest.raises(ValueError, match="not a feed"):
        list(feed_leads(body, BASE, SOURCE))


SITEMAP = """<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
 xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">
<url><loc>https://news.example.org/en/news/1</loc><lastmod>2026-11-17T10:00:00+02:00</lastmod>
<news:news><news:publication_date>2026-11-16</news:publication_date><news:title>One</news:title></news:news></url>
<url><loc>https://news.example.org/about</loc></url></urlset>"""


def test_a_sitemap_gives_the_addresses_that_match_the_source():
    source = SOURCE.model_copy(update={"article": "/news/"})
    further, (lead,) = sitemap_entries(SITEMAP.encode(), BASE, source)
    assert further == ()
    assert (lead.address, lead.title) == ("https://news.example.org/en/news/1", "One")
    assert lead.modified_at == datetime(2026, 11, 17, 8, tzinfo=UTC)
    assert (lead.dated.precision, lead.dated.provenance) == (Precision.DAY, Provenance.SITEMAP)


def test_a_gzipped_index_names_further_sitemaps():
    index = "<sitemapindex><sitemap><loc>https://news.example.org/s1.xml.gz</loc></sitemap></sitemapindex>"
    assert sitemap_entries(gzip.compress(index.encode()), BASE, SOURCE) == (("https://news.example.org/s1.xml.gz",), ())


def test_a_sitemap_that_unpacks_without_end_is_refused():
    with pytest.raises(ValueError, match="unpacks to more"):
        sitemap_entries(gzip.compress(b" " * (60 * 1024 * 1024)), BASE, SOURCE)


@pytest.mark.parametrize("body", [b"", b"<html><body/></html>", b"plain", b"\x1f\x8bbroken"])
def test_what_is_no_sitemap_is_said_to_be_none(body):
    with pytest.raises(ValueError, match=r"not|broken"):
        sitemap_entries(body, BASE, SOURCE)


def test_external_entities_are_not_followed(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("https://news.example.org/secret")
    body = f'<!DOCTYPE u [<!ENTITY x SYSTEM "file://{secret}">]><urlset><url><loc>&x;</loc></url></urlset>'
    assert sitemap_entries(body.encode(), BASE, SOURCE) == ((), ())


def test_posts_are_dated_by_their_utc_fields():
    posts = [
        {"link": f"{BASE}a/", "title": {"rendered": "A &#8211; B"}, "date_gmt": "2026-11-17T10:00:00",
         "modified_gmt": "2026-11-18T10:00:00", "content": {"protected": False}},
        {"link": f"{BASE}b/", "title": {"rendered": "Hidden"}, "content": {"protected": True}},
        {"link": f"{BASE}c/", "title": {"rendered": "Draft"}, "date_gmt": "0000-00-00T00:00:00"},
        "nonsense",
    ]
    dated, draft = post_leads(json.dumps(posts).encode(), BASE, SOURCE)
    assert dated.title == "A – B"
    assert dated.dated.moment == datetime(2026, 11, 17, 10, tzinfo=UTC)
    assert dated.modified_at == datetime(2026, 11, 18, 10, tzinfo=UTC)
    assert draft.dated is None


def test_a_closed_rest_interface_is_no_list_of_posts():
    with pytest.raises(ValueError, match="not a list of posts"):
        list(post_leads(b'{"code": "rest_forbidden"}', BASE, SOURCE))


def test_modified_after_is_asked_for_in_utc():
    moment = datetime(2026, 11, 17, 10, tzinfo=UTC).astimezone(TEHRAN.zone)
    assert "modified_after=2026-11-17T10%3A00%3A00Z" in posts_address(f"{BASE}wp-json/", modified_after=moment)


LIST = """<html><body><nav><a href="/">خانه</a> <a href="https://other.example.org/news/9">دیگر</a></nav>
<div class="item"><a href="/news/12"><img></a><a href="/news/12">پل تازهٔ شهر</a> <span>{date}</span></div>
<div class="item"><a href="/news/11">بوستان</a></div>
<a class="next" href="?page=2">بعدی</a></body></html>"""


def test_a_list_page_gives_each_article_once_with_the_lists_own_date():
    yesterday = datetime.now(TEHRAN.zone) - timedelta(days=1)
    html = LIST.format(date=yesterday.strftime("%Y/%m/%d"))
    response = HtmlResponse(TEHRAN.lists[0].url, body=html.encode(), encoding="utf-8")
    first, second = list_leads(response, TEHRAN.lists[0], TEHRAN)
    assert (first.address, first.title) == ("https://shahr.example.org/news/12", "پل تازهٔ شهر")
    assert first.dated.moment.astimezone(TEHRAN.zone).date() == yesterday.date()
    assert (second.title, second.dated) == ("بوستان", None)
    assert next_page(response, TEHRAN.lists[0]) == "https://shahr.example.org/news?page=2"


TEXT = "".join(f"<p>Sentence {n} of what the council of the harbour town decided on Monday evening.</p>" for n in range(6))
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>t</title><entry><title>One</title>
<link href="https://news.example.org/a"/><updated>2026-11-17T10:00:00Z</updated>{}</entry></feed>"""


def rss(encoded, summary="Short."):
    return (
        '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>t</title><item>'
        f"<title>One</title><link>{BASE}a</link><description><![CDATA[{summary}]]></description>"
        f"<content:encoded><![CDATA[{encoded}]]></content:encoded></item></channel></rss>"
    )


def body_of(feed):
    (lead,) = feed_leads(feed.encode(), BASE, SOURCE)
    return lead.body


def test_a_feed_that_gives_the_whole_text_hands_it_on():
    assert body_of(rss(TEXT)) == TEXT
    assert body_of(ATOM.format(f'<summary>Short.</summary><content type="html"><![CDATA[{TEXT}]]></content>')) == TEXT
    assert "Sentence 5" in body_of(
        ATOM.format(f'<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">{TEXT}</div></content>')
    )


@pytest.mark.parametrize(
    "encoded",
    [
        "",
        "<p>Short.</p>",
        TEXT[:300] + "…</p>",
        TEXT + "<p>The council met [&#8230;]</p>",
        TEXT + "<p>The council met... Read more</p>",
        TEXT + f'<p><a href="{BASE}a#more-7">Continue</a></p>',
        f'{TEXT}<p><a href="{BASE}a">ادامه مطلب</a></p>',
        "<p>" + "x " * 100_001 + "</p>",
    ],
)
def test_what_is_empty_cut_short_or_too_large_is_no_whole_text(encoded):
    assert body_of(rss(encoded)) is None


def test_a_text_that_says_little_more_than_its_summary_is_no_whole_text():
    assert body_of(rss(TEXT, summary=TEXT[:-150])) is None
    assert body_of(rss(TEXT * 5, summary=TEXT * 5)) == TEXT * 5


def test_the_foot_that_names_the_article_itself_is_left_out():
    foot = f'<p>The post <a href="{BASE}a/">One</a> appeared first on <a href="{BASE}">Example</a>.</p>'
    assert "appeared first" not in body_of(rss(TEXT + foot))
    assert "Sentence 5" in body_of(rss(TEXT + foot))


def test_a_link_to_a_place_in_the_text_is_no_read_more():
    note = f'<p>As noted <a href="{BASE}a#fn1">[1]</a>, the bridge is old.</p>'
    assert body_of(rss(TEXT + note)) == TEXT + note


def test_a_post_gives_its_text_and_no_character_that_cannot_be_stored():
    post = {"link": f"{BASE}a", "title": {"rendered": "A\ud800 \x00B"}, "excerpt": {"rendered": "<p>S.</p>"},
            "content": {"rendered": f"{TEXT}\ud800\x00<p>&#0;&#xD800;End.</p>", "protected": False}}  # fmt: skip
    (lead,) = post_leads(json.dumps([post]).encode(), BASE, SOURCE)
    assert (lead.title, lead.body) == ("A B", f"{TEXT}<p>End.</p>")


def test_posts_are_asked_for_with_their_text():
    assert "content.rendered" in posts_address(f"{BASE}wp-json/")


@pytest.mark.parametrize("href", ["javascript:void(0)", "file:///etc/passwd", "mailto:a@example.org", ""])
def test_a_way_on_that_is_no_web_address_is_none(href):
    response = HtmlResponse(TEHRAN.lists[0].url, body=f'<a class="next" href="{href}">x</a>'.encode(), encoding="utf-8")
    assert next_page(response, TEHRAN.lists[0]) is None


def test_an_entry_without_an_address_leads_nowhere():
    feed = "<rss version='2.0'><channel><item><title>One</title><link></link></item></channel></rss>"
    assert list(feed_leads(feed.encode(), BASE, SOURCE)) == []
