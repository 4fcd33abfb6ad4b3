"""Where named channels and webhooks are: addresses and keys, which are secrets, apart from rules and deliveries.

TOML, from a file of the home folder that only its owner reads, and from the setting `channels`, which wins:

    [apprise]
    desk = "tgram://…"

    [webhook.crm]
    address = "https://…"
    secret = "whsec_…"          # or several, the newest first
"""

from __future__ import annotations

import base64
import binascii
import os
import secrets
import tempfile
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import tomlkit

from alerts.recipients import is_address, is_name, scheme
from news.errors import SettingsError, UsageError, words_of
from news.settings import Settings

#: Before a key in base64, as Standard Webhooks writes it; and how long such keys may be.
_PREFIX = "whsec_"
_SHORTEST, _LONGEST = 24, 64
_WEB = ("http", "https")
#: What is no channel of Apprise's: webhooks, and mails, which go by a way of their own.
NOT_POSTED = (*_WEB, "mailto", "mailtos")


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """A receiver of signed events."""

    address: str = field(repr=False)
    #: one signs for each, so that a receiver can go over from one to the next
    keys: tuple[bytes, ...] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressBook:
    """Channels and webhooks by name."""

    #: addresses as Apprise reads them
    channels: Mapping[str, str] = field(default_factory=dict, repr=False)
    webhooks: Mapping[str, Webhook] = field(default_factory=dict)

    def recipients(self) -> tuple[tuple[str, str], ...]:
        """Recipients as rules name them, each with what may be shown of its address."""
        channels = [(f"apprise:{name}", f"{scheme(address)}://…") for name, address in self.channels.items()]
        webhooks = [(f"webhook:{name}", shown(hook.address)) for name, hook in self.webhooks.items()]
        return tuple(sorted([*channels, *webhooks]))


def shown(address: str) -> str:
    """A web address without all that may be secret."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.hostname}/…"


def address_book(settings: Settings) -> AddressBook:
    """What file and setting hold; raises SettingsError, which names no secret."""
    path = settings.channels_file
    try:
        kept = path.read_text(encoding="utf-8") if path.is_file() else ""
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: {words_of(error)}") from None
    book = _read(kept, str(path))
    if settings.channels is None:
        return book
    given = _read(settings.channels.get_secret_value(), "JARCHI_CHANNELS")
    return AddressBook(
        channels={**book.channels, **given.channels}, webhooks={**book.webhooks, **given.webhooks}
    )


def keep(path: Path, name: str, address: str, *, replacing: bool = False) -> str:
    """Keep an address under a name, a web address as a webhook with a new key; returns the recipient.

    The key of a webhook that is there already stays. Raises SettingsError for what is no name or address, UsageError
    where the name has another address, unless `replacing`.
    """
    if not is_name(name):
        raise SettingsError(f"a channel is called by small letters, digits, - and _: {name!r}")
    if not is_address(address):
        raise SettingsError("not an address like https://example.org/hook or tgram://token/chat")
    document = _document(path)
    recipient = f"{'webhook' if scheme(address) in _WEB else 'apprise'}:{name}"
    if not replacing and _address(document, recipient) not in (None, address):
        raise UsageError(
            f"{path} holds {recipient} already, with another address; --replace puts this one in its place"
        )
    if scheme(address) in _WEB:
        hooks = document.setdefault("webhook", tomlkit.table(is_super_table=True))
        hook = hooks.setdefault(name, tomlkit.table())
        hook["address"] = address
        hook.setdefault("secret", new_key())
    else:
        document.setdefault("apprise", tomlkit.table())[name] = address
    text = tomlkit.dumps(document)
    _read(text, str(path))
    _replace(path, text)
    return recipient


def drop(path: Path, recipient: str) -> bool:
    """Forget a channel or webhook of the file; returns whether it was there."""
    way, _, name = recipient.partition(":")
    document = _document(path)
    if name not in document.get(way, {}):
        return False
    del document[way][name]
    _replace(path, tomlkit.dumps(document))
    return True


def new_key() -> str:
    """A key for a webhook, as people hand it on."""
    return _PREFIX + base64.b64encode(secrets.token_bytes(32)).decode("ascii")


def _read(text: str, place: str) -> AddressBook:
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{place}: {error}") from None
    if unknown := set(found) - {"apprise", "webhook"}:
        raise SettingsError(f"{place}: there is no table {min(unknown)!r}; apprise and webhook are known")
    tables = [found.get(way, {}) for way in ("apprise", "webhook")]
    for table in tables:
        if not isinstance(table, dict) or not all(map(is_name, table)):
            raise SettingsError(f"{place}: names are written in small letters, digits, - and _")
    return AddressBook(
        channels={name: _channel(name, value, place) for name, value in tables[0].items()},
        webhooks={name: _webhook(name, value, place) for name, value in tables[1].items()},
    )


def _channel(name: str, value: Any, place: str) -> str:
    if not isinstance(value, str) or not is_address(value) or scheme(value) in NOT_POSTED:
        raise SettingsError(f"{place}: apprise.{name}: not an address like tgram://… or slack://…")
    return value


def _webhook(name: str, value: Any, place: str) -> Webhook:
    if not isinstance(value, dict) or not {"address", "secret"} == set(value):
        raise SettingsError(f"{place}: webhook.{name}: needs address and secret, and nothing else")
    address = value["address"]
    try:
        parts = urlsplit(address)
        is_good = parts.scheme in _WEB and bool(parts.hostname) and parts.port != 0 and address.isprintable()
    except (ValueError, AttributeError, TypeError):
        is_good = False
    if not is_good or " " in address or parts.username is not None:
        raise SettingsError(f"{place}: webhook.{name}: not an address like https://example.org/hook")
    given = value["secret"] if isinstance(value["secret"], list) else [value["secret"]]
    if not given:
        raise SettingsError(f"{place}: webhook.{name}: no secret")
    return Webhook(address=address, keys=tuple(_key(name, secret, place) for secret in given))


def _key(name: str, secret: Any, place: str) -> bytes:
    try:
        key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except (AttributeError, ValueError, binascii.Error):
        key = b""
    if not _SHORTEST <= len(key) <= _LONGEST:
        raise SettingsError(
            f"{place}: webhook.{name}: a secret is {_PREFIX} and {_SHORTEST} to {_LONGEST} bytes in base64"
        )
    return key


def _address(document: Any, recipient: str) -> str | None:
    """Of a channel or webhook of the file; None where there is none."""
    way, _, name = recipient.partition(":")
    found = document.get(way, {}).get(name)
    if found is None:
        return None
    return str(found["address"] if way == "webhook" else found)


def _document(path: Path) -> Any:
    try:
        text = path.read_text(encoding="utf-8") if path.is_file() else ""
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: {words_of(error)}") from None
    _read(text, str(path))
    return tomlkit.parse(text)


def _replace(path: Path, text: str) -> None:
    """Whole or not at all, and for nobody else to read."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        number, draft = tempfile.mkstemp(dir=path.parent, prefix=".channels")
        try:
            with os.fdopen(number, "w", encoding="utf-8") as file:
                file.write(text)
            Path(draft).replace(path)
        finally:
            Path(draft).unlink(missing_ok=True)
    except OSError as error:
        raise SettingsError(f"{path}: cannot be written: {words_of(error)}") from None
