"""What pages say of their site: blocks, feeds, languages, names."""

from datetime import UTC, datetime

import pytest

from crawler.discovery import clues, identity
from crawler.discovery.blocks import blocks_of
from news.values import Calendar, Dated, Precision, Provenance, SourceKind
from reading.markup import parse

BASE = "https://www.town.example/"
NOW = datetime(2026, 11, 22, tzinfo=UTC)


def tree(body, head=""):
    return parse(f"<html><head>{head}</head><body>{body}</body></html>")


def test_the_list_of_headlines_is_worth_more_than_menus_and_feet():
    menu = "".join(
        f'<li><a href="/department/{n}">Department of the city number {n}</a></li>' for n in range(9)
    )
    news = "".join(
        f'<div><a href="/n/{n}"><img></a><h3><a href="/n/{n}">The council decides on plan {n}</a></h3></div>'
        for n in range(4)
    )
    best, *_ = blocks_of(
        tree(f"<nav><ul>{menu}</ul></nav><div>{news}</div><footer><ul>{menu}</ul></footer>"), BASE
    )
    assert best.addresses == tuple(f"{BASE}n/{n}" for n in range(4))


@pytest.mark.parametrize(
    "body", ["", "<a>x</a>", '<a href="/a">A headline of a good length</a>', '<a href="http://[">x</a>' * 4]
)
def test_a_page_without_a_list_has_no_blocks(body):
    assert blocks_of(tree(body), BASE) == []


def test_feeds_are_named_by_head_links_and_words_whatever_their_type():
    head = (
        '<link rel="alternate" type="text/xml" href="/rss/news"><link rel="alternate" type="application/rss+xml" href="/comments/feed">'
        '<link rel="alternate" hreflang="ar" type="text/html" href="/ar"><link rel="alternate" href="feed.atom">'
    )
    body = '<a href="/khabarkhan">خبرخوان</a><a href="/x/rss.jsp?type=2">News by</a><a href="/feedback">Feedback</a>'
    found = clues.declared_feeds(tree(body, head), BASE)
    assert found == tuple(BASE + path for path in ("rss/news", "feed.atom", "khabarkhan", "x/rss.jsp?type=2"))


def test_wordpress_is_known_by_link_header_and_generator():
    named = tree("", '<link rel="https://api.w.org/" href="/blog/wp-json/">')
    assert clues.rest_roots(named, BASE) == (f"{BASE}blog/wp-json/",)
    assert clues.rest_roots(tree(""), BASE, ['</wp-json/>; rel="https://api.w.org/"']) == (f"{BASE}wp-json/",)
    assert clues.rest_roots(tree("", '<meta name="generator" content="WordPress 6.8">'), BASE) == (
        f"{BASE}wp-json/",
    )
    assert clues.rest_roots(tree("", '<meta name="generator" content="Joomla">'), BASE) == ()


def test_languages_are_told_by_hreflang_and_by_their_own_names():
    head = '<link rel="alternate" hreflang="x-default" href="/"><link rel="alternate" hreflang="en-GB" href="/en/">'
    body = (
        '<a href="/ar/">العربية</a><a href="/tr/">TR</a><a href="/fr/page">About</a><a hreflang="fa" href="#">فارسی</a>'
        '<a hreflang="ru" href="https://ru.town.example/">RU</a>'
    )
    found = clues.versions(tree(body, head), BASE)
    assert [(one.language, one.address) for one in found] == [
        ("en", f"{BASE}en/"),
        ("ar", f"{BASE}ar/"),
        ("tr", f"{BASE}tr/"),
    ]


def test_pages_of_news_are_told_by_words_and_addresses():
    body = '<a href="/x/9">همهٔ خبرها</a><a href="/tr/haberler/">Hepsi</a><a href="/newsletter">Newsletter</a><a href="?page=2">2</a>'
    assert clues.news_pages(tree(body), BASE) == (f"{BASE}x/9", f"{BASE}tr/haberler/")


@pytest.mark.parametrize(
    ("address", "language", "key"),
    [
        ("https://www.shiraz.ir/", None, "shiraz"), ("https://ankara.bel.tr/tr", None, "ankara"), ("https://city.gov.uk/", None, "city"),
        ("https://news.town.example/ar/", "ar", "news-town-ar"), ("http://127.0.0.1:8080/", None, "127-0-0-1-8080"),
        ("http://localhost/", None, "localhost"), ("https://xn--mgba3a4f16a.xn--mgba3a4f16a/", None, "xn-mgba3a4f16a"),
        ("http://[::1]:90/", None, "1-90"),
    ],
)  # fmt: skip
def test_a_key_is_what_names_the_site(address, language, key):
    assert identity.key_of(address, language) == key


@pytest.mark.parametrize(
    ("name", "language", "network", "city"),
    [
        ("شهرداری شیراز", "fa", None, "115019"), ("Konya Büyükşehir Belediyesi", "tr", None, "306571"),
        ("Ville de Lyon", "fr", None, "2996944"), ("شبكة المدن القوية", "ar", "scn", None),
        ("Tehran Times", "en", None, None),
        ("اخبار شهر تهران", "fa", None, None), ("News about ICLEI, C40 and every other network of cities", "en", None, None),
    ],
)  # fmt: skip
def test_who_publishes_is_told_by_the_sites_name(name, language, network, city):
    assert identity.network_of([name], BASE, language) == network
    assert identity.city_of([name], language) == city
    expected = SourceKind.NETWORK if network else SourceKind.MUNICIPALITY if city else SourceKind.AGENCY
    assert identity.kind_of(network, city, ()) is expected


def test_a_networks_own_domain_is_enough():
    assert identity.network_of([], "https://www.globalparliamentofmayors.org/news", "en") == "gpm"
    assert identity.network_of([], "https://notglobalparliamentofmayors.org/", "en") is None


def test_the_zone_is_the_countrys_then_the_languages_and_never_against_the_pages_own_dates():
    assert identity.zone_of("Africa/Tunis", "IR", ("fa",), (), NOW) == "Africa/Tunis"
    assert identity.zone_of(None, "DE", ("en",), (), NOW) == "Europe/Berlin"
    assert identity.zone_of(None, "US", ("en",), (), NOW) == "UTC"
    assert (
        identity.zone_of(None, None, ("en", "tr"), ("2026-11-20T10:00:00+03:00",), NOW) == "Europe/Istanbul"
    )
    assert identity.zone_of(None, None, ("en", "tr"), ("2026-11-20T10:00:00-05:00",), NOW) == "UTC"


def test_a_country_is_its_domains_unless_anybody_may_have_that():
    assert identity.country_of("https://town.ir/", None) == "IR"
    assert identity.country_of("https://town.co.uk/", None) == "GB"
    assert identity.country_of("https://town.io/", None) is None
    assert identity.country_of("https://town.example/", "115019") == "IR"


def dated(calendar, provenance):
    return Dated(moment=NOW, precision=Precision.DAY, provenance=provenance, calendar=calendar)


def test_the_calendar_is_that_of_the_dates_that_readers_see():
    shown = [dated(Calendar.GREGORIAN, Provenance.LIST), dated(Calendar.GREGORIAN, Provenance.FEED)]
    assert identity.calendar_of("fa", shown) is Calendar.GREGORIAN
    assert identity.calendar_of("fa", [dated(Calendar.GREGORIAN, Provenance.FEED)]) is Calendar.JALALI
    assert identity.calendar_of("ar", [dated(Calendar.HIJRI, Provenance.TEXT)]) is Calendar.HIJRI


def test_a_sites_name_is_what_its_titles_share():
    assert identity.common_name([("Home", "Town"), ("A bridge", "Town"), ("A park", "Town")]) == "Town"
    assert identity.common_name([("Home",), ("A bridge",)]) is None


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<script src='/app.js'></script>", True),
        (f"<noscript>{'Please switch JavaScript on. ' * 20}</noscript><script>{'x' * 900}</script>", True),
        ("<p>Nothing at all.</p>", False),
        (f"<p>{'The council met on Monday. ' * 20}</p><script src='/app.js'></script>", False),
    ],
)
def test_an_empty_frame_with_scripts_needs_them(body, expected):
    assert clues.needs_scripts(tree(f"<div id='app'></div>{body}")) is expected
