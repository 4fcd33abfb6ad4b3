"""Addresses in letters, and the signature that shows that a letter of ours carried them."""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import os
import secrets
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from alerts.recipients import is_mail, is_person
from news.errors import SettingsError, words_of
from storage.outbox import Delivery

_KEY_BYTES, _SIGNATURE_BYTES = 32, 16
#: What a token is good for.
_UNSUBSCRIBE, JUDGE, MISSED = "unsubscribe", "judge", "missed"


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
        if not self.base_url or not self.key or not is_mail(recipient):
            return None  # a chat is read by many: none of them ends it for all
        wanted = Subscription(recipient=recipient, rules=tuple(sorted(set(rules))))
        return f"{self.base_url}/unsubscribe/{sign(self.key, wanted)}"

    def judge(self, delivery: Delivery) -> str | None:
        """The page on which the reader says whether a delivery is right; None for what no person reads, and for samples."""
        if not (self.base_url and self.key and delivery.id and is_person(delivery.recipient)):
            return None
        return f"{self.base_url}/judge/{seal(self.key, JUDGE, [str(delivery.id), delivery.recipient])}"

    def missed(self, recipient: str, rule: str) -> str | None:
        """The page on which a reader of a rule names what no letter told of."""
        if not (self.base_url and self.key and is_person(recipient)):
            return None
        return f"{self.base_url}/missed/{seal(self.key, MISSED, [recipient, rule])}"


def sign(key: bytes, subscription: Subscription) -> str:
    """A token that names the subscription and that only a holder of the key can make."""
    return seal(key, _UNSUBSCRIBE, [subscription.recipient, *subscription.rules])


def read(key: bytes, token: str) -> Subscription | None:
    """The subscription of a token; None for one that this key did not sign."""
    parts = unseal(key, _UNSUBSCRIBE, token)
    return Subscription(recipient=parts[0], rules=tuple(parts[1:])) if parts else None


def seal(key: bytes, purpose: str, parts: Sequence[str]) -> str:
    """A token that holds the parts, good for this purpose alone."""
    payload = json.dumps(list(parts), ensure_ascii=False, separators=(",", ":")).encode()
    return f"{_encode(payload)}.{_encode(_signature(key, purpose, payload))}"


def unseal(key: bytes, purpose: str, token: str) -> list[str] | None:
    """The parts of a token; None for one that this key did not sign, or not for this purpose."""
    payload, _, signature = token.partition(".")
    try:
        said, shown = _decode(payload), _decode(signature)
    except (ValueError, binascii.Error):
        return None
    if not key or not hmac.compare_digest(shown, _signature(key, purpose, said)):
        return None
    parts: list[str] = json.loads(said)
    return parts


def kept_key(path: Path) -> bytes:
    """The secret kept in a file that only its owner reads, made where there is none; raises SettingsError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _make_key(path)
        key = path.read_bytes()
    except OSError as error:
        raise SettingsError(f"the key of the links cannot be kept in {path}: {words_of(error)}") from None
    if len(key) < _KEY_BYTES:
        raise SettingsError(f"{path} holds no key of the links: remove it, and links sent so far end")
    return key


def _make_key(path: Path) -> None:
    """Whole or not at all, and the first one stays when two processes make it at once."""
    if path.exists():
        return
    number, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # for its owner alone
    draft = Path(name)
    try:
        with os.fdopen(number, "wb") as file:
            file.write(secrets.token_bytes(_KEY_BYTES))
        try:
            os.link(draft, path)
        except FileExistsError:
            return
    finally:
        draft.unlink(missing_ok=True)


def _signature(key: bytes, purpose: str, payload: bytes) -> bytes:
    return hmac.digest(key, purpose.encode() + b"\0" + payload, "sha256")[:_SIGNATURE_BYTES]


def _encode(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode("ascii")


def _decode(text: str) -> bytes:
    return base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
