"""What a page may ask for while it is drawn, and what drawing needs: without a browser."""

import pytest

from crawler.browser import needs
from crawler.browser.rules import Fate, fate_of, is_data, looks_like_data
from news.values import Source

PAGE = "https://www.town.example/news"


@pytest.mark.parametrize(
    ("kind", "method", "address", "fate"),
    [
        ("script", "GET", "https://cdn.example/app.js", Fate.FETCH),
        ("xhr", "GET", "https://api.town.example/news", Fate.FETCH),
        ("fetch", "POST", "https://www.town.example/graphql", Fate.FETCH),
        ("fetch", "POST", "https://tracker.example/collect", Fate.REFUSE),
        ("fetch", "DELETE", "https://tracker.example/collect", Fate.REFUSE),
        ("script", "POST", "https://www.town.example/a.js", Fate.REFUSE),
        ("stylesheet", "GET", "https://www.town.example/a.css", Fate.EMPTY),
        ("script", "GET", "blob:https://www.town.example/1", Fate.FETCH),
        ("xhr", "GET", "file:///etc/passwd", Fate.REFUSE),
        *(
            (kind, "GET", "https://www.town.example/x", Fate.REFUSE)
            for kind in (
                "image",
                "font",
                "media",
                "document",
                "ping",
                "websocket",
                "eventsource",
                "manifest",
                "other",
            )
        ),
    ],
)
def test_a_page_may_ask_for_what_brings_text(kind, method, address, fate):
    assert fate_of(kind, method, address, PAGE) is fate


def test_what_programs_read_is_not_drawn():
    feed = "https://www.town.example/feed"
    assert is_data(feed, frozenset((feed,)))
    assert is_data("https://www.town.example/sitemap.xml.gz", frozenset())
    assert is_data("https://www.town.example/robots.txt", frozenset())
    assert is_data("https://www.town.example/report.PDF?x=1", frozenset())
    assert not is_data("https://www.town.example/news", frozenset((feed,)))


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"<?xml version='1.0'?><rss><channel/></rss>", True),
        (b"\xef\xbb\xbf\n<rss version='2.0'>", True),
        (b'{"posts": []}', True),
        (b"%PDF-1.7", True),
        (b"<?xml version='1.0'?><!DOCTYPE html><html><body>", False),
        (b"<!doctype html><title>News</title>", False),
    ],
)
def test_data_that_is_called_html_is_told_by_its_beginning(body, expected):
    assert looks_like_data(body) is expected


def test_a_source_that_is_not_drawn_needs_nothing(monkeypatch):
    monkeypatch.setattr(needs, "missing", lambda: "nothing is there")
    assert needs.fault_of(Source(key="town", name="Town")) is None


def test_what_is_missing_is_told_with_the_source_and_what_to_install(monkeypatch):
    source = Source(key="town", name="Town", render=True)
    monkeypatch.setattr(needs, "find_spec", lambda name: None)
    assert "pip install 'jarchi[browser]'" in (needs.fault_of(source) or "")
    assert (needs.fault_of(source) or "").startswith("town: render = true ")
    monkeypatch.setattr(needs, "find_spec", lambda name: name)
    monkeypatch.setattr(needs, "chromium", lambda: None)
    assert "apt install chromium" in (needs.fault_of(source) or "")
    monkeypatch.setattr(needs, "chromium", lambda: "/usr/bin/chromium")
    assert needs.fault_of(source) is None
