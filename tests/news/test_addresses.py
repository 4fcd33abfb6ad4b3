"""Addresses: one clean form, one key for all spellings."""

from __future__ import annotations

import unicodedata
from urllib.parse import parse_qsl, quote, unquote, urlsplit

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
    ("https://yazd.example/news;jsessionid=ABC?sid=1f4c9a7be02d4411&id=7", "https://yazd.example/news?id=7"),
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
    ("https://yazd.example/?sid=12", "https://yazd.example/?sid=13"),
    ("https://yazd.example/?cid=1", "https://yazd.example/?cid=2"),
    ("https://yazd.example/?ref=1&source=2", "https://yazd.example/"),
    ("https://yazd.example/?q=%c8", "https://yazd.example/?q=%d1"),
    ("https://yazd.example/%c8", "https://yazd.example/%d1"),
    ("https://yazd.example/?a[]=1&a[]=2", "https://yazd.example/?a[]=2&a[]=1"),
    ("https://yazd.example/a%2Fb", "https://yazd.example/a/b"),
    ("https://yazd.example/services/print", "https://yazd.example/services"),
    ("https://yazd.example/print", "https://yazd.example/"),
    ("https://yazd.example/blue-print.html", "https://yazd.example/blue.html"),
    ("https://yazd.example/?view=printers", "https://yazd.example/"),
    ("https://yazd.example/campus/1", "https://yazd.example/c/us/1"),
    ("https://yazd.example/?a=1%262", "https://yazd.example/?a=1&2"),
    ("https://yazd.example/100%25", "https://yazd.example/100"),
    ("http://میخواهم.example/", "http://می\u200cخواهم.example/"),
    ("https://m.example/", "https://www.example/"),
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


@pytest.mark.parametrize(("one", "other"), [
    ("https://yazd.example/2024/05/title/print/", "http://www.yazd.example/2024/05/title"),
    ("https://yazd.example/council-meets/print", "https://yazd.example/council-meets/"),
    ("https://yazd.example/خبر-تازه/print", "https://yazd.example/خبر-تازه"),
    ("https://yazd.example/print/node/12", "https://yazd.example/node/12"),
    ("https://yazd.example/news/12?print=1", "https://yazd.example/news/12"),
    ("https://yazd.example/?id=3&option=com_content&print=1&tmpl=component", "https://yazd.example/?option=com_content&id=3"),
    ("https://yazd.example/news/12?outputType=amp", "https://amp.yazd.example/news/12/"),
    ("https://yazd.example/amp/news/12", "https://yazd.example/news/12.amp"),
    ("https://yazd.example/a.amp.html", "https://yazd.example/a.html"),
    ("https://www-yazd-example.cdn.ampproject.org/c/s/www.yazd.example/a?id=1&amp=1", "https://yazd.example/a?id=1"),
    ("https://www.google.com/amp/s/yazd.example/a", "https://yazd.example/a"),
    ("https://yazd.example/(S(lit3py55t21z5v55vlm25s55))/News.aspx", "https://yazd.example/News.aspx"),
    ("https://yazd.example/a;jsessionid=1F?PHPSESSID=2", "https://yazd.example/a"),
    ("https://yazd.example/%c8%d1?q=%c8", "https://yazd.example/%C8%D1?q=%C8"),
    ("https://yazd.example/?q=%D8%B4%D9%87%D8%B1+%D8%A8", "https://yazd.example/?q=شهر%20ب"),
    ("https://yazd.example/?a%5B%5D=1", "https://yazd.example/?a[]=1"),
    ("https://yazd.example/?12", "https://yazd.example/?12="),
    ("https://yazd.example/?&a=1&&b=2&", "https://yazd.example/?b=2&a=1"),
    ("https://yazd.example/\u0622\u0628", "https://yazd.example/\u0627\u0653\u0628"),
    ("http://xn--wgbf1d.example/", "http://شهر.example/"),
    ("http://شهر。example/", "http://شهر.example"),
    ("http://ＹＡＺＤ.example/", "http://yazd.example/"),
    ("http://user:word@yazd.example:80/a", "https://yazd.example:443/a"),
    ("https://yazd.example/100%", "https://yazd.example/100%25"),
    ("https://www.m.yazd.example/a", "https://yazd.example/a"),
])  # fmt: skip
def test_two_forms_of_one_page_meet(one: str, other: str) -> None:
    assert address_key(one) == address_key(other)


_raw = st.text(st.sampled_from("abZ09-_.~/%?&=;:+@!$'()*,[]{}|\\^`\"<> خبرıك\u200c\u0653ÿ"), max_size=25)
_escapes = st.lists(st.integers(0, 255).map(lambda byte: f"%{byte:02x}"), max_size=6).map("".join)


@given(st.sampled_from(["http://yazd.example/", "https://شهر.example:8443/a?"]), _raw, _escapes, _raw)
def test_whatever_stands_in_an_address_it_is_one_and_stays_one(start: str, one: str, bytes_: str, two: str) -> None:
    once = canonical(start + one + bytes_ + two)
    assert canonical(once) == once
    assert once.isascii()
    assert " " not in once
    key = address_key(once)
    assert address_key(f"http://{key}") == key


@given(_addresses)
def test_the_address_that_is_asked_for_keeps_what_chooses_the_page(address: str) -> None:
    asked, clean = urlsplit(address), urlsplit(canonical(address))
    assert unquote(clean.path) == unquote(asked.path or "/") or "." in asked.path
    assert sorted(parse_qsl(clean.query, keep_blank_values=True)) == sorted(parse_qsl(asked.query, keep_blank_values=True))


@given(_paths, _paths)
def test_different_pages_stay_apart(one: str, other: str) -> None:
    different = unicodedata.normalize("NFC", unquote(one)).rstrip("/") != unicodedata.normalize("NFC", unquote(other)).rstrip("/")
    if different and "." not in one + other and "%2F" not in one + other:
        assert address_key(f"https://yazd.example{one}") != address_key(f"https://yazd.example{other}")


@pytest.mark.parametrize("host", ["a b.example", "a%2fb.example", "[::1", "a@b@", "ya\x00zd.example", "%25.example"])
def test_what_is_no_host_is_refused(host: str) -> None:
    assert not is_web_address(f"http://{host}/")
