"""Recipients as rules name them: `console`, `feed`, a mail address, or the name of a channel or a webhook.

Addresses of channels are secrets: they stand in the address book, rules and deliveries know their names alone.
"""

from __future__ import annotations

import re
from enum import StrEnum

from news.errors import DeliveryRefused, UsageError
from news.mailboxes import address

_SCHEME = "mailto:"
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")


class Road(StrEnum):
    """The ways to recipients; what closes one leaves the others open."""

    CONSOLE = "console"
    FEED = "feed"
    MAIL = "mail"
    APPRISE = "apprise"
    WEBHOOK = "webhook"


def normal(text: str) -> str:
    """The one spelling under which a recipient is stored; raises UsageError for what is none."""
    recipient = text.strip()
    if recipient in (Road.CONSOLE, Road.FEED) or _named(recipient):
        return recipient
    if is_address(recipient):
        raise UsageError(
            f"an address like {scheme(recipient)}://… is a secret: keep it with `jarchi alerts connect NAME`"
        )
    try:
        return address(recipient.removeprefix(_SCHEME))
    except ValueError:
        raise UsageError(_unknown(text)) from None


def road(recipient: str) -> Road:
    """The way to a recipient; raises DeliveryRefused where none leads there."""
    try:
        known = normal(recipient)
    except UsageError as error:
        raise DeliveryRefused(str(error)) from None
    return _named(known) or (Road(known) if known in (Road.CONSOLE, Road.FEED) else Road.MAIL)


def is_mail(recipient: str) -> bool:
    """Whether letters go there by mail."""
    try:
        return road(recipient) is Road.MAIL
    except DeliveryRefused:
        return False


def is_person(recipient: str) -> bool:
    """Whether people read what goes there, at hours of theirs: mails, chats, telephones."""
    try:
        return road(recipient) in (Road.MAIL, Road.APPRISE)
    except DeliveryRefused:
        return False


def is_program(recipient: str) -> bool:
    """Whether events go there as they are, at once, and no letters."""
    return _named(recipient) is Road.WEBHOOK


def is_name(text: str) -> bool:
    """Whether a channel or webhook may be called so."""
    return bool(_NAME.fullmatch(text))


def name(recipient: str) -> str:
    """What a channel or a webhook is called in the address book."""
    return recipient.partition(":")[2]


def is_address(text: str) -> bool:
    """Whether this is an address like tgram://… or https://…, which holds secrets."""
    return bool(_ADDRESS.match(text))


def scheme(address: str) -> str:
    """What may be shown of an address."""
    return address.partition("://")[0].lower()


def _named(recipient: str) -> Road | None:
    way, colon, called = recipient.partition(":")
    return Road(way) if colon and way in (Road.APPRISE, Road.WEBHOOK) and is_name(called) else None


def _unknown(text: str) -> str:
    return f"unknown recipient {text!r}: a mail address, `console`, `feed`, `apprise:NAME` and `webhook:NAME` are known"
