"""Letters end by a button, never by a link that is merely opened."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from alerts.links import Subscription, sign
from storage import rules
from storage.engine import Store
from storage.rules import Manner, Rule
from web.app import create_app

KEY = b"k" * 32
NOW = datetime(2024, 5, 1, tzinfo=UTC)
TOKEN = sign(KEY, Subscription(recipient="a@example.org", rules=("r", "gone")))


@pytest.fixture
def two_readers(make_store: Callable[[], Store]) -> Store:
    store = make_store()
    with store.writing() as session:
        rules.save_rule(session, Rule(name="r", recipients=("a@example.org", "b@example.org")), NOW)
        rules.save_rule(session, Rule(name="s", recipients=("a@example.org",)), NOW)
    return store


def readers(store: Store) -> dict[str, tuple[str, ...]]:
    with store.reading() as session:
        return {rule.name: rule.recipients for rule in rules.rules(session)}


def test_only_the_button_ends_letters(two_readers: Store, served: Callable[[Any], Any]) -> None:
    before = readers(two_readers)
    with (
        served(create_app(two_readers, link_key=KEY)) as address,
        httpx.Client(base_url=address, trust_env=False) as web,
    ):
        asked = web.get(f"/unsubscribe/{TOKEN}")
        assert asked.status_code == 200
        assert '<form method="post">' in asked.text
        assert "a@example.org" in asked.text
        assert readers(two_readers) == before
        for _ in range(2):
            done = web.post(f"/unsubscribe/{TOKEN}", data={"List-Unsubscribe": "One-Click"})
            assert done.status_code == 200
            assert "no more letters" in done.text
            assert readers(two_readers) == {"r": ("b@example.org",), "s": ("a@example.org",)}


@pytest.mark.parametrize(
    ("language", "direction", "button"),
    [
        ("fa", "rtl", "لغو دریافت این نامه‌ها"), ("ar", "rtl", "إيقاف هذه الرسائل"),
        ("tr", "ltr", "Bu mektupları durdur"), ("en", "ltr", "End these letters"),
    ],
)  # fmt: skip
def test_the_page_is_in_the_language_of_the_letter(
    two_readers: Store, served: Callable[[Any], Any], language: str, direction: str, button: str
) -> None:
    with two_readers.writing() as session:
        rule = Rule(name="r", recipients=("a@example.org",), manner=Manner(letters=language))
        rules.save_rule(session, rule, NOW)
    with served(create_app(two_readers, link_key=KEY)) as address:
        page = httpx.get(f"{address}/unsubscribe/{TOKEN}", trust_env=False).text
    assert f'<html lang="{language}" dir="{direction}">' in page
    assert f">{button}</button>" in page


def test_a_link_that_nobody_signed_ends_nothing(two_readers: Store, served: Callable[[Any], Any]) -> None:
    before = readers(two_readers)
    with (
        served(create_app(two_readers, link_key=b"o" * 32)) as address,
        httpx.Client(base_url=address, trust_env=False) as web,
    ):
        for token in (TOKEN, "x", TOKEN.replace(".", "")):
            assert web.get(f"/unsubscribe/{token}").status_code == 404
            assert web.post(f"/unsubscribe/{token}").status_code == 404
    with served(create_app(two_readers)) as address:  # a service without public links
        assert httpx.post(f"{address}/unsubscribe/{sign(b'', Subscription(recipient='a@example.org', rules=('r',)))}",
                          trust_env=False).status_code == 404  # fmt: skip
    assert readers(two_readers) == before
