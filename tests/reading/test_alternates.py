"""Versions in other languages, as pages name them."""

from lxml.html import fromstring

from news.values import Alternate
from reading.alternates import alternates_of

HERE = "https://town.example/news/1"


def read(head="", body=""):
    return alternates_of(fromstring(f"<html><head>{head}</head><body>{body}</body></html>"), HERE)


def test_hreflang_of_the_head():
    head = (
        '<link rel="alternate" hreflang="en" href="/en/news/1"><link rel="alternate" hreflang="pt_BR" href="/pt/news/1">'
        '<link rel="alternate" hreflang="x-default" href="/other"><link rel="alternate" type="application/rss+xml" href="/feed">'
    )
    assert read(head) == (
        Alternate(address="https://town.example/en/news/1", language="en"),
        Alternate(address="https://town.example/pt/news/1", language="pt-br"),
    )


def test_the_page_itself_and_front_pages_are_no_versions():
    head = f'<link rel="alternate" hreflang="fa" href="{HERE}?utm_source=x">'
    body = '<a hreflang="tr" href="/tr/">TR</a><a hreflang="de" href="/">DE</a><a href="/news/2">2</a>'
    assert read(head, body) == ()


def test_the_switchers_of_wpml_and_polylang():
    body = (
        '<ul><li class="wpml-ls-slot-1 wpml-ls-item wpml-ls-item-ar"><a class="wpml-ls-link" href="/ar/news/1">ع</a></li>'
        '<li class="lang-item lang-item-7 lang-item-tr"><a href="/tr/haber/1">TR</a></li></ul>'
    )
    assert [(one.language, one.address) for one in read("", body)] == [
        ("ar", "https://town.example/ar/news/1"),
        ("tr", "https://town.example/tr/haber/1"),
    ]


def test_a_broken_address_is_passed_over():
    assert read('<link rel="alternate" hreflang="en" href="http://[broken">') == ()
