"""Addresses in letters, and the signature that shows that a letter of ours carried them."""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from news.errors import SettingsError

_KEY_BYTES, _SIGNATURE_BYTES = 32, 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """One recipient's letters from some rules."""

    recipient: str
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Where readers reach the web page; there are no links where they do not."""

    #: without a slash at the end; empty where there is no such address
    base_url: str = ""
    key: bytes = b""

    def article(self, article: int) -> str | None:
        """The archive's page of an article; None too for 0, the article of a sample."""
        return f"{self.base_url}/articles/{article}" if self.base_url and article else None

    def unsubscribe(self, recipient: str, rules: Iterable[str]) -> str | None:
        """The page with the button that ends these letters; a POST to it ends them at once (RFC 8058)."""
        if not self.base_url or not self.key:
            return None
        wanted = Subscription(recipient=recipient, rules=tuple(sorted(set(rules))))
        return f"{self.base_url}/unsubscribe/{sign(self.key, wanted)}"


def sign(key: bytes, subscription: Subscription) -> str:
    """A token that names the subscription and that only a holder of the key can make."""
    said = json.dumps(
        [subscription.recipient, *subscription.rules], ensure_ascii=False, separators=(",", ":")
    )
    payload = said.encode()
    return f"{_encode(payload)}.{_encode(_signature(key, payload))}"


def read(key: bytes, token: str) -> Subscription | None:
    """The subscription of a token; None for one that this key did not sign."""
    payload, _, signature = token.partition(".")
    try:
        said, shown = _decode(payload), _decode(signature)
    except (ValueError, binascii.Error):
        return None
    if not key or not hmac.compare_digest(shown, _signature(key, said)):
        return None
    recipient, *rules = json.loads(said)
    return Subscription(recipient=recipient, rules=tuple(rules))


def kept_key(path: Path) -> bytes:
    """The secret kept in a file that only its owner reads, made where there is none; raises SettingsError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _make_key(path)
        key = path.read_bytes()
    except OSError as error:
        raise SettingsError(f"the key of the links cannot be kept in {path}: {error}") from None
    if len(key) < _KEY_BYTES:
        raise SettingsError(f"{path} holds no key of the links: remove it, and links sent so far end")
    return key


def _make_key(path: Path) -> None:
    """Whole or not at all, and the first one stays when two processes make it at once."""
    if path.exists():
        return
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    number = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(number, "wb") as file:
            file.write(secrets.token_bytes(_KEY_BYTES))
        try:
            os.link(draft, path)
        except FileExistsError:
            return
    finally:
        draft.unlink(missing_ok=True)


def _signature(key: bytes, payload: bytes) -> bytes:
    return hmac.digest(key, b"unsubscribe\0" + payload, "sha256")[:_SIGNATURE_BYTES]


def _encode(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode("ascii")


def _decode(text: str) -> bytes:
    return base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
