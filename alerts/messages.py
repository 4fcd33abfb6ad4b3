"""What leaves for one recipient in one piece, and the name it has at every try."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from alerts.letters import Letter
from storage.findings import FoundArticle
from storage.outbox import Delivery

_SPACE = uuid.UUID("0d6c6a0e-5d0f-5a4e-8f43-3b7f8a1c9b52")


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A letter on its way."""

    #: the same at every try: a server that took it already can tell
    identity: str
    recipient: str
    #: when it was first due, UTC
    dated: datetime
    letter: Letter
    #: the event as programs get it, in JSON; empty for people and digests
    body: bytes = b""
    #: where the recipient ends such letters; None where there is no public web page
    unsubscribe: str | None = None


def identity(delivery: Delivery) -> str:
    """Of the letter about one delivery: the same in every database that knows the event."""
    about = delivery.about
    if isinstance(about, FoundArticle):
        return _named("article", about.url or str(about.id), delivery.rule, delivery.recipient)
    episode = (about.member, about.network, about.verb.value, str(about.episode))
    return _named(*episode, delivery.status or about.status, delivery.rule, delivery.recipient)


def digest_identity(deliveries: Iterable[Delivery]) -> str:
    """Of the letter about several; none is in two digests."""
    return _named("digest", *sorted(map(identity, deliveries)))


def sample_identity() -> str:
    """Of a letter that is meant to be new at every sending."""
    return uuid.uuid4().hex


def _named(*parts: str) -> str:
    return uuid.uuid5(_SPACE, "\n".join(parts)).hex
