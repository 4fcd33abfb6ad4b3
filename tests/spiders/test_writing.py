"""A source written as TOML and read back is the same source."""

import string
import tomllib
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from news.errors import SourceError
from news.names.catalogue import networks, overlay
from news.values import Calendar, ListRoad, Selectors, Source, SourceKind, Tls
from spiders.catalogue import load_sources
from spiders.exchange import read_file, to_opml
from spiders.writing import bundle_toml, own_file, remove_source, to_toml, write_sources

WORDS = st.text(min_size=1, max_size=30)
PATHS = st.text(st.characters(codec="utf-8", exclude_characters=" \t\n"), max_size=20).map(
    lambda path: f"https://example.org/{path}"
)
PROXIES = st.sampled_from(["http://proxy.example.org:3128", "http://a:b%40@10.0.0.1"])
PATTERNS = st.sampled_from([r"^/news/\d+/", r"^/it's/\d+$", "^/a|b", r'"\\', "/خبر/[^/]+"])
SELECTORS = st.sampled_from(["a.next", "a[rel~=next]", "a[title='x']", '.x > a[href*="page"]'])
ADDRESSES = st.lists(PATHS, max_size=3).map(tuple)
ROADS = st.builds(
    ListRoad, url=PATHS, article=st.none() | PATTERNS, next=st.none() | SELECTORS, pages=st.integers(1, 9)
)
SOURCES = st.builds(
    Source, key=st.text(string.ascii_lowercase + string.digits, min_size=1, max_size=12), name=WORDS,
    kind=st.sampled_from(SourceKind), home=st.none() | PATHS, country=st.none() | st.sampled_from(["IR", "TR"]),
    city=st.none() | st.sampled_from(list(overlay())), network=st.none() | st.sampled_from([network.key for network in networks()]),
    languages=st.lists(st.sampled_from(["fa", "ar", "en"]), unique=True).map(tuple),
    timezone=st.sampled_from(["UTC", "Asia/Tehran"]), calendar=st.sampled_from(Calendar), feeds=ADDRESSES, sitemaps=ADDRESSES,
    wordpress=st.none() | PATHS, lists=st.lists(ROADS, max_size=3).map(tuple), article=st.none() | PATTERNS,
    selectors=st.builds(Selectors, title=st.none() | SELECTORS, remove=st.lists(SELECTORS, max_size=2).map(tuple)),
    schedule=st.timedeltas(min_value=timedelta(seconds=1), max_value=timedelta(days=400)), enabled=st.booleans(),
    tls=st.sampled_from(Tls), proxy=st.none() | PROXIES, note=st.none() | WORDS,
)  # fmt: skip


@given(source=SOURCES)
@settings(max_examples=150, deadline=None)
def test_what_is_written_is_read_back(source):
    table = tomllib.loads(to_toml(source))
    assert Source.model_validate({**table, "key": source.key}) == source
    assert "key" not in table


@given(sources=st.lists(SOURCES, max_size=4, unique_by=lambda source: source.key))
@settings(max_examples=40, deadline=None)
def test_a_file_of_many_sources_is_read_back(sources):
    tables = tomllib.loads(bundle_toml(sources))
    assert [Source.model_validate({**table, "key": key}) for key, table in tables.items()] == sources


def town(key="town", **fields):
    return Source(key=key, name=key.title(), **{"feeds": (f"https://{key}.example/feed",), **fields})


def test_a_file_says_only_what_differs():
    assert to_toml(town()) == 'name = "Town"\nfeeds = ["https://town.example/feed"]\n'


def test_a_pattern_is_written_as_it_is_read():
    road = ListRoad(url="https://town.example/news", article=r"^/news/\d+$")
    assert r"""article = '^/news/\d+$'""" in to_toml(town(lists=(road,)))


def test_a_written_source_is_loaded_as_every_command_loads_it(tmp_path):
    (path,) = write_sources(tmp_path / "sources", (town(languages=("fa",)),))
    assert path == own_file(tmp_path / "sources", "town")
    assert load_sources(tmp_path / "sources")["town"] == town(languages=("fa",))


def test_nothing_is_overwritten_unasked(tmp_path):
    write_sources(tmp_path, (town(),))
    with pytest.raises(SourceError, match=r"town\.toml: there is such a source already"):
        write_sources(tmp_path, (town("other"), town(note="new")))
    assert [file.name for file in tmp_path.iterdir()] == ["town.toml"]
    write_sources(tmp_path, (town(note="new"),), overwrite=True)
    assert load_sources(tmp_path)["town"].note == "new"


def test_a_shipped_source_never_shows_through_what_was_written(tmp_path):
    with pytest.raises(SourceError, match="a shipped source is called 'yazd'"):
        write_sources(tmp_path, (town("city"), town("yazd")))
    assert list(tmp_path.iterdir()) == []


def test_a_source_that_the_loader_refuses_leaves_what_was_there(tmp_path):
    write_sources(tmp_path, (town(),))
    with pytest.raises(SourceError, match="network: no network has the key 'nix'"):
        write_sources(tmp_path, (town(network="nix"),), overwrite=True)
    assert load_sources(tmp_path)["town"] == town()


def test_another_broken_file_is_no_hindrance(tmp_path):
    (tmp_path / "broken.toml").write_text("name = ", encoding="utf-8")
    write_sources(tmp_path, (town(),))
    assert own_file(tmp_path, "town").is_file()


def test_only_a_file_of_ones_own_is_removed(tmp_path):
    write_sources(tmp_path, (town(),))
    assert remove_source(tmp_path, "town") == tmp_path / "town.toml"
    with pytest.raises(SourceError, match="no such file"):
        remove_source(tmp_path, "town")


def test_opml_keeps_feeds_home_languages_and_keys(tmp_path):
    feeds = ("https://town.example/feed", "https://town.example/en/feed?a=1&b=<2>")
    sources = (
        town(
            home="https://town.example/",
            languages=("fa", "en"),
            feeds=feeds,
            timezone="Asia/Tehran",
            calendar=Calendar.JALALI,
        ),
        town("other"),
    )
    path = tmp_path / "list.opml"
    path.write_text(to_opml(sources), encoding="utf-8")
    assert read_file(path) == sources


FOREIGN = """<?xml version="1.0"?>
<opml version="1.0"><head><title>x</title></head><body>
<outline text="Cities">
  <outline text="One" title="One" type="rss" xmlURL="https://www.one.example/rss" htmlUrl="https://www.one.example/"/>
  <outline text="Again" xmlUrl="https://www.one.example/other" language="tr-TR"/>
</outline>
<outline text="Just words"/>
{}
</body></opml>"""


def test_other_programs_lists_are_understood(tmp_path):
    path = tmp_path / "subscriptions.xml"
    path.write_text(FOREIGN.format(""), encoding="utf-8")
    first, second = read_file(path)
    assert (first.key, first.name, first.home, first.feeds) == (
        "one",
        "One",
        "https://www.one.example/",
        ("https://www.one.example/rss",),
    )
    assert (second.key, second.name, second.languages, second.timezone) == (
        "one-2",
        "Again",
        ("tr",),
        "Europe/Istanbul",
    )


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        (
            "a.opml",
            FOREIGN.format('<outline text="bad" xmlUrl="ftp://x.example"/>'),
            "a.opml: line 8: xmlUrl: not an http(s) address",
        ),
        ("a.opml", FOREIGN.format("<outline"), "a.opml: line "),
        ("a.opml", "<html><body/></html>", "line 1: not OPML but <html>"),
        ("a.opml", "<opml version='2.0'><body/></opml>", "no feed in it"),
        ("a.toml", "[town]\nname = \nnote = 1", "line 2"),
        ("a.toml", '[town]\nname = "x"\nfeed = ["https://x.example"]', "a.toml: town: feed: "),
        ("a.toml", '[town]\nname = "x"', "a.toml: town: feeds: a source needs a road"),
        ("a.toml", 'town = "x"', "a.toml: town: not the table of a source"),
        ("Bad Key.toml", 'name = "x"\nfeeds = ["https://x.example"]', "Bad Key.toml: key: "),
        ("a.toml", "", "no source in it"),
        ("a.toml", '[town]\nname = "x"\nkey = "y"\nfeeds = ["https://x.example"]', "town: key: "),
    ],
)
def test_a_bad_file_is_named_with_its_line_or_key(tmp_path, name, text, said):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SourceError) as caught:
        read_file(path)
    assert str(path) in str(caught.value)
    assert said in str(caught.value)


def test_entities_of_a_list_reach_no_file(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("https://secret.example/feed")
    path = tmp_path / "list.opml"
    path.write_text(
        f'<!DOCTYPE o [<!ENTITY x SYSTEM "file://{secret}">]><opml version="2.0"><body><outline text="&x;" xmlUrl="https://a.example/f"/></body></opml>'
    )
    with pytest.raises(SourceError, match="line 1"):
        read_file(path)
