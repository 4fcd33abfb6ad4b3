"""The Atom feeds: valid, stable, atomic."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import feedparser
import pytest
from lxml import etree

from alerts.feeds import ENTRIES, compose, entry_id, feed_path, write_feed
from alerts.rules import choose
from news.values import Evidence, Status
from storage import outbox, rules
from storage.engine import Store
from storage.outbox import Delivery
from storage.rules import Manner, Rule

ATOM = "{http://www.w3.org/2005/Atom}"
HOSTILE = "]]></content><script>alert(1)</script>\x00\x0b\x1f \ud800\ufffe & \u202e شهر"


def parsed(content: bytes) -> Any:
    found = feedparser.parse(content)
    assert not found.bozo, found.get("bozo_exception")
    return found


def match(store: Store, rules: tuple[Rule, ...], now: datetime) -> None:
    with store.writing() as session:
        outbox.match(session, lambda event: choose(rules, event), now)


def test_a_feed_has_what_the_standard_asks(delivery: Delivery) -> None:
    content = compose("new-memberships", [delivery], "https://jarchi.example", delivery.created_at)
    feed = parsed(content)
    assert feed.version == "atom10"
    assert feed.feed.id.startswith("urn:uuid:")
    (entry,) = feed.entries
    assert entry.title == "Yazd (Iran) joined Asian Mayors Forum"
    assert entry.updated == "2024-05-01T09:00:00+00:00"
    assert '<blockquote dir="rtl"' in entry.content[0].value
    assert ">شهرداری یزد" in entry.content[0].value
    assert 'href="https://yazd.example/1"' in entry.content[0].value
    root = etree.fromstring(content)
    for element in (root, root.find(f"{ATOM}entry")):
        assert element is not None
        assert all(element.find(f"{ATOM}{name}") is not None for name in ("id", "title", "updated"))
    assert root.find(f"{ATOM}author/{ATOM}name") is not None


def test_links_name_the_feed_itself_and_the_archive(delivery: Delivery) -> None:
    feed = parsed(compose("a b", [delivery], "https://jarchi.example", delivery.created_at))
    assert {(link.rel, link.href) for link in feed.feed.links} == {
        ("self", "https://jarchi.example/alerts/a%20b.xml"),
        ("alternate", "https://jarchi.example/memberships"),
    }
    assert [link.href for link in feed.entries[0].links] == ["https://jarchi.example/articles/3"]


def test_without_a_web_page_an_entry_leads_to_its_evidence(delivery: Delivery) -> None:
    feed = parsed(compose("a", [delivery], "", delivery.created_at))
    assert [link.href for link in feed.entries[0].links] == ["https://yazd.example/1"]


def test_hostile_sentences_leave_the_feed_valid(delivery: Delivery) -> None:
    evidence = Evidence(
        article=1, url='https://a.example/?"<>&\x0b', source="\x00<b>", sentence=HOSTILE, confidence=1
    )
    event = replace(delivery.event, network="<&\x01>", evidence=(evidence,))
    (entry,) = parsed(
        compose("<rule>\x02", [replace(delivery, event=event)], "", delivery.created_at)
    ).entries
    assert "<script" not in entry.content[0].value
    assert "network <&>" in entry.title or "network &lt;&amp;&gt;" in entry.title


def test_ids_are_one_for_all_recipients_and_differ_by_rule_status_and_episode(delivery: Delivery) -> None:
    other = replace(delivery, id=2, recipient="feed", created_at=delivery.created_at + timedelta(days=1))
    assert entry_id("a", other) == entry_id("a", delivery)
    variants = {
        entry_id("a", delivery),
        entry_id("b", delivery),
        entry_id("a", replace(delivery, status=Status.PLANNED)),
        entry_id("a", replace(delivery, event=replace(delivery.event, episode=2))),
    }
    assert len(variants) == 4
    (entry,) = parsed(compose("a", [other, delivery], "", delivery.created_at)).entries
    assert entry.updated == "2024-05-01T09:00:00+00:00"


def test_the_newest_entries_are_kept_newest_first(delivery: Delivery) -> None:
    many = [replace(delivery, event=replace(delivery.event, episode=number)) for number in range(150, 0, -1)]
    feed = parsed(compose("a", many, "", delivery.created_at))
    assert [entry.id for entry in feed.entries] == [entry_id("a", one) for one in many[:ENTRIES]]


def test_a_feed_is_written_again_only_for_a_new_delivery(
    store: Store, keep: Callable[..., int], tmp_path: Path, clock: Callable[[], datetime]
) -> None:
    rules = (Rule(name="r", recipients=("feed",)),)
    folder = tmp_path / "deep" / "feeds"
    assert write_feed(store, "r", folder, "", clock())
    assert not write_feed(store, "r", folder, "", clock())
    assert parsed(feed_path(folder, "r").read_bytes()).entries == []
    keep()
    match(store, rules, clock())
    assert write_feed(store, "r", folder, "", clock())
    first = feed_path(folder, "r").read_bytes()
    assert not write_feed(store, "r", folder, "", clock())
    keep(2, member="112931")
    match(store, rules, clock())
    assert write_feed(store, "r", folder, "", clock())
    old, new = parsed(first).entries, parsed(feed_path(folder, "r").read_bytes()).entries
    assert [entry.id for entry in new[1:]] == [entry.id for entry in old]
    names = {"r.xml", "r~en.xml", "r~fa.xml", "r~ar.xml", "r~tr.xml"}
    assert {path.name for path in folder.iterdir()} == names


def test_a_feed_speaks_the_language_of_its_rule_and_every_other_one_beside(
    store: Store, keep: Callable[..., int], tmp_path: Path, clock: Callable[[], datetime]
) -> None:
    rule = Rule(name="r", recipients=("feed",), manner=Manner(letters="fa"))
    with store.writing() as session:
        rules.save_rule(session, rule, clock())
    keep()
    match(store, (rule,), clock())
    assert write_feed(store, "r", tmp_path, "https://jarchi.example", clock())
    own, turkish = (parsed(feed_path(tmp_path, "r", variant).read_bytes()) for variant in ("", "tr"))
    assert own.feed.language == "fa"
    assert "یزد (ایران)" in own.entries[0].title
    assert '<div dir="rtl" lang="fa">' in own.entries[0].content[0].value
    assert turkish.entries[0].title.startswith("Yezd (İran), ")
    assert turkish.entries[0].title.endswith(" üyesi oldu")
    assert own.entries[0].id == turkish.entries[0].id
    assert own.feed.id != turkish.feed.id
    assert [link.href for link in turkish.feed.links if link.rel == "self"] == [
        "https://jarchi.example/alerts/r.xml?lang=tr"
    ]
    with store.writing() as session:
        rules.save_rule(session, replace(rule, manner=Manner(letters="ar")), clock())
    assert write_feed(store, "r", tmp_path, "https://jarchi.example", clock())
    assert parsed(feed_path(tmp_path, "r").read_bytes()).feed.language == "ar"


def test_no_rule_has_the_file_of_another_rules_language(tmp_path: Path) -> None:
    assert feed_path(tmp_path, "r~fa") != feed_path(tmp_path, "r", "fa")


@pytest.mark.parametrize("rule", ["../../etc/passwd", "..", "/x", "a/b", "a\\b", "قاعده", "a\0b"])
def test_a_rule_cannot_name_a_file_elsewhere(tmp_path: Path, rule: str) -> None:
    path = feed_path(tmp_path, rule)
    assert (path.parent, path.suffix) == (tmp_path, ".xml")
    assert "\0" not in path.name
