"""Signed links, and the key that signs them."""

import threading
from pathlib import Path

import pytest

from alerts.links import Links, Subscription, kept_key, read, sign
from news.errors import SettingsError

KEY = b"k" * 32
WANTED = Subscription(recipient="a@example.org", rules=("شهرها", "b"))


def test_what_was_signed_is_read() -> None:
    assert read(KEY, sign(KEY, WANTED)) == WANTED


def test_anothers_token_is_none_of_ours() -> None:
    token = sign(KEY, WANTED)
    payload, _, signature = token.partition(".")
    other = sign(b"o" * 32, WANTED)
    for forged in (
        other,
        payload,
        f"{payload}.",
        f"{payload}.{signature[:-2]}",
        f"x{token}",
        "",
        ".",
        "ü.ü",
        f"{token}.x",
    ):
        assert read(KEY, forged) is None, forged
    assert read(b"", sign(b"", WANTED)) is None


def test_without_a_public_address_there_are_no_links() -> None:
    assert Links(key=KEY).unsubscribe("a@example.org", ["r"]) is None
    assert Links(base_url="https://a.example").unsubscribe("a@example.org", ["r"]) is None
    assert Links(key=KEY).article(1) is None
    assert Links(base_url="https://a.example").article(1) == "https://a.example/articles/1"


def test_the_key_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "home" / "link.key"
    keys: list[bytes] = []
    makers = [threading.Thread(target=lambda: keys.append(kept_key(path))) for _ in range(8)]
    for maker in makers:
        maker.start()
    for maker in makers:
        maker.join()
    assert len(set(keys)) == 1
    assert len(keys[0]) == 32
    assert path.stat().st_mode & 0o777 == 0o600
    assert [found.name for found in path.parent.iterdir()] == ["link.key"]


def test_a_key_that_is_none_is_named(tmp_path: Path) -> None:
    path = tmp_path / "link.key"
    path.write_bytes(b"short")
    with pytest.raises(SettingsError, match=r"link\.key"):
        kept_key(path)
    with pytest.raises(SettingsError, match="cannot be kept"):
        kept_key(path / "below" / "a file")
