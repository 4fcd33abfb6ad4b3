"""Addresses: one clean form, one key for all spellings."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from news.addresses import address_key, canonical, host_key, is_web_address, same_site

_hosts = st.sampled_from(
    ["yazd.example", "news.yazd.example", "yazd.example:8080", "شهر.example", "[2001:db8::1]", "127.0.0.1"]
)
_segments = st.text(st.sampled_from("abcXYZ019-_.~یکشهرğı+ ()'%&=,@"), min_size=1, max_size=8).map(
    lambda text: quote(text, safe="")
)
_paths = st.lists(_segments, max_size=4).map(lambda parts: "/" + "/".join(parts))
_queries = st.lists(
    st.tuples(st.sampled_from(["id", "p", "صفحه", "q"]), _segments),
    max_size=3,
    unique_by=lambda pair: pair[0],
)
_addresses = st.builds(
    lambda scheme, host, path, query: f"{scheme}://{host}{path}" + ("?" + "&".join(f"{k}={v}" for k, v in query) if query else ""),
    st.sampled_from(["http", "https"]), _hosts, _paths, _queries,
)  # fmt: skip


@given(_addresses)
def test_canonical_is_idempotent(address: str) -> None:
    once = canonical(address)
    assert canonical(once) == once
    assert once.isascii()
    assert address_key(once) == address_key(address)


@given(_addresses, st.sampled_from(["http", "https"]), st.sampled_from(["", "www.", "m."]), st.sampled_from(["", "/"]),
       st.sampled_from(["", "utm_source=rss&utm_medium=feed", "fbclid=x"]), st.sampled_from(["", "#top"]))  # fmt: skip
def test_spellings_share_a_key(
    address: str, scheme: str, prefix: str, slash: str, tracking: str, fragment: str
) -> None:
    parts = urlsplit(address)
    is_name = parts.hostname is not None and parts.hostname[-1].isalpha() and ":" not in parts.hostname
    host = f"{prefix}{parts.netloc}" if is_name else parts.netloc
    query = "&".join(filter(None, (parts.query, tracking)))
    spelling = f"{scheme}://{host}{parts.path}{slash}" + (f"?{query}" if query else "") + fragment
    assert address_key(spelling) == address_key(address)


@pytest.mark.parametrize(("address", "clean"), [
    ("HTTPS://Yazd.Example:443/News", "https://yazd.example/News"),
    ("http://yazd.example", "http://yazd.example/"),
    ("https://yazd.example/a/../b/./c", "https://yazd.example/b/c"),
    ("https://yazd.example/خبر", "https://yazd.example/%D8%AE%D8%A8%D8%B1"),
    ("https://yazd.example/%d8%ae%D8%a8%d8%b1", "https://yazd.example/%D8%AE%D8%A8%D8%B1"),
    ("https://yazd.example/?b=2&a=1&utm_source=x&fbclid=y#z", "https://yazd.example/?a=1&b=2"),
    ("https://yazd.example/news;jsessionid=ABC?sid=1&id=7", "https://yazd.example/news?id=7"),
    ("https://شهر.example./", "https://xn--wgbf1d.example/"),
    ("  https://yazd.example/a  ", "https://yazd.example/a"),
])  # fmt: skip
def test_canonical(address: str, clean: str) -> None:
    assert canonical(address) == clean


@pytest.mark.parametrize(
    ("address", "clean"),
    [
        ("https://yazd.example//news/1", "https://yazd.example//news/1"),
        ("https://yazd.example/a/%2e%2e/b", "https://yazd.example/b"),
        ("https://yazd.example/news;", "https://yazd.example/news;"),
    ],
)
def test_canonical_keeps_every_segment(address: str, clean: str) -> None:
    assert canonical(address) == clean


def test_relative_addresses_are_resolved() -> None:
    assert canonical("../b?x=1", "https://yazd.example/news/a") == "https://yazd.example/b?x=1"
    assert canonical("//isna.example/b", "https://yazd.example/") == "https://isna.example/b"


@pytest.mark.parametrize(("one", "other"), [
    ("https://yazd.example/a", "https://yazd.example/b"), ("https://yazd.example/?id=1", "https://yazd.example/?id=2"),
    ("https://yazd.example/", "https://yazd.example:8080/"), ("https://yazd.example/a", "https://news.yazd.example/a"),
    ("https://yazd.example/A", "https://yazd.example/a"),
])  # fmt: skip
def test_what_differs_stays_apart(one: str, other: str) -> None:
    assert address_key(one) != address_key(other)


@pytest.mark.parametrize(
    "address",
    ["", "mailto:a@b", "javascript:void(0)", "/news/1", "ftp://yazd.example/", "https:///a", "yazd.example"],
)
def test_what_is_no_web_address(address: str) -> None:
    assert not is_web_address(address)
    with pytest.raises(ValueError, match="not an http"):
        canonical(address)


def test_hosts_are_told_apart_with_their_port() -> None:
    assert host_key("https://Yazd.example:443/a") == "yazd.example"
    assert host_key("http://yazd.example:8080/a") == "yazd.example:8080"
    assert same_site("http://www.yazd.example/a", "https://yazd.example/b")
    assert not same_site("http://yazd.example/", "http://yazd.example:8080/")
