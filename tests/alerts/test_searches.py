"""Rules of searches: new articles are told like events, in letters, digests and feeds."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import feedparser
import pytest

from alerts.delivering import Habits, Sent, run_once
from alerts.feeds import feed_path
from alerts.letters import letter
from alerts.links import Links
from news.errors import DeliveryError
from storage import outbox, rules
from storage.engine import Store
from storage.findings import FoundArticle
from storage.outbox import Delivery
from storage.rules import Manner, Rhythm, Rule

Keep = Callable[..., int]
DESK = "desk@example.org"
LINKS = Links(base_url="https://jarchi.example", key=b"k" * 32)


@pytest.fixture
def run(store: Store, tmp_path: Path, clock: Any) -> Callable[..., Sent]:
    def once(channel: Any, **habits: Any) -> Sent:
        return run_once(store, lambda _: channel, tmp_path / "feeds", clock, Habits(links=LINKS, **habits))

    return once


def save(store: Store, clock: Any, *wanted: Rule) -> None:
    with store.writing() as session:
        for rule in wanted:
            rules.save_rule(session, rule, clock())


def water(**changes: Any) -> Rule:
    return replace(Rule(name="water", recipients=(DESK,), query="شهرداری یزد"), **changes)


def found(delivery: Delivery, **changes: Any) -> Delivery:
    """The delivery, about an article instead."""
    article = FoundArticle(
        id=3, url="https://yazd.example/3", source="yazd", title="Ein Brunnen", language="de",
        published_at=delivery.created_at, first_seen_at=delivery.created_at, snippet="… ein Brunnen für Yazd …",
    )  # fmt: skip
    return replace(delivery, event=None, status=None, article=replace(article, **changes), recipient=DESK)


def test_a_new_article_is_sent_once_with_all_that_a_reader_needs(
    run: Callable[..., Sent], keep: Keep, recorder: Any, store: Store, clock: Any
) -> None:
    save(store, clock, water(manner=Manner(letters="fa")))
    keep(1)
    channel = recorder()
    (delivery,) = run(channel).deliveries
    assert delivery.article is not None
    (message,) = channel.messages
    said = message.letter.text
    assert message.letter.subject == "مطلب تازه: خبر 1"
    assert "شهرداری یزد به عضویت" in said
    assert "انتشار: ۱۲ اردیبهشت ۱۴۰۳ (۱ مهٔ ۲۰۲۴)" in said
    assert "https://news.example/1 (yazd)" in said
    assert f"https://jarchi.example/articles/{delivery.article.id}" in said
    assert "بنا بر قاعدهٔ" in said
    assert 'dir="rtl"' in message.letter.html
    assert run(recorder()).deliveries == ()


def test_every_try_sends_the_same_letter(
    run: Callable[..., Sent], keep: Keep, recorder: Any, store: Store, clock: Any
) -> None:
    save(store, clock, water())
    keep(1)
    channel = recorder(KeyboardInterrupt(), DeliveryError("451 busy"))
    with pytest.raises(KeyboardInterrupt):
        run(channel)
    run(channel)
    clock.move(timedelta(hours=1))
    assert len(run(channel).deliveries) == 1
    first, second = channel.messages
    assert first == second


def test_articles_and_events_share_a_digest_and_the_budget(
    run: Callable[..., Sent], keep: Keep, recorder: Any, store: Store, clock: Any
) -> None:
    save(store, clock, water(), Rule(name="asia", recipients=(DESK,), manner=Manner(rhythm=Rhythm.IMMEDIATE)))
    for number, member in enumerate(("111822", "112931", "113646")):
        keep(number, member=member)
    channel = recorder()
    run(channel, budget=2)
    assert len(channel.messages) == 2
    clock.move(timedelta(days=1))
    run(channel, budget=2)
    digest = channel.messages[-1].letter
    assert len(channel.messages) == 3
    assert digest.subject == "4 reports, 2 May 2024 (13 Ordibehesht 1403)"
    assert digest.text.count("New article:") >= 1


def test_a_rule_of_a_search_has_a_feed(
    run: Callable[..., Sent], keep: Keep, recorder: Any, store: Store, clock: Any, tmp_path: Path
) -> None:
    save(store, clock, water(recipients=("feed",)))
    keep(1)
    assert run(recorder()).feeds == ("water",)
    feed = feedparser.parse(feed_path(tmp_path / "feeds", "water").read_bytes())
    (entry,) = feed.entries
    assert "خبر 1" in entry.title
    assert "شهرداری یزد" in entry.content[0].value
    assert run(recorder()).feeds == ()


def test_an_article_without_date_or_title_is_told_too(delivery: Delivery) -> None:
    written = letter(found(delivery, published_at=None, title=""), "en", LINKS)
    assert written.subject == "New article: https://yazd.example/3"
    assert "Undated; first seen: 1 May 2024 (12 Ordibehesht 1403)" in written.text


@pytest.mark.parametrize("language", ["en", "fa", "ar", "tr"])
def test_what_strangers_wrote_stays_text(delivery: Delivery, language: str) -> None:
    hostile = "<script>x</script>\r\nBcc: a@b.example\u202e"
    written = letter(found(delivery, title=hostile, snippet=hostile, url="javascript:x", source=""), language)
    assert "<script" not in written.html
    assert "href" not in written.html
    assert "\n" not in written.subject
    assert "\u202e" not in written.text


def test_readers_are_asked_whether_it_is_so_and_programs_are_not(delivery: Delivery) -> None:
    asked = letter(found(delivery), "tr", LINKS)
    assert asked.text.count("https://jarchi.example/judge/") == 2
    assert asked.text.count("https://jarchi.example/missed/") == 1
    assert "Bu doğru mu?" in asked.text
    for other in (replace(found(delivery), recipient="console"), replace(found(delivery), id=0)):
        assert "/judge/" not in letter(other, "tr", LINKS).text


def test_the_rule_of_a_search_hears_of_no_event(
    run: Callable[..., Sent], keep: Keep, recorder: Any, store: Store, clock: Any
) -> None:
    save(store, clock, water(query="شیراز"))
    keep(1)
    assert run(recorder()).deliveries == ()
    with store.reading() as session:
        assert outbox.deliveries(session) == ()
