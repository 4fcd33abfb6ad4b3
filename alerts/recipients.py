"""Recipients as rules name them: `console`, `feed`, or a mail address."""

from __future__ import annotations

from enum import StrEnum

from news.errors import DeliveryRefused, UsageError
from news.mailboxes import address

_SCHEME = "mailto:"


class Road(StrEnum):
    """The ways to recipients; what closes one leaves the others open."""

    CONSOLE = "console"
    FEED = "feed"
    MAIL = "mail"


def normal(text: str) -> str:
    """The one spelling under which a recipient is stored; raises UsageError for what is none."""
    recipient = text.strip()
    if recipient in (Road.CONSOLE, Road.FEED):
        return recipient
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
    return Road(known) if known in (Road.CONSOLE, Road.FEED) else Road.MAIL


def is_mail(recipient: str) -> bool:
    """Whether letters go there by mail."""
    try:
        return road(recipient) is Road.MAIL
    except DeliveryRefused:
        return False


def _unknown(text: str) -> str:
    return f"unknown recipient {text!r}: a mail address, `console` and `feed` are known"
