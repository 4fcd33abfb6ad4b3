"""An Atom feed (RFC 4287) for each rule: a file that any web server, ours included, can hand out."""

from __future__ import annotations

import os
import re
import tempfile
import uuid
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from feedgen.entry import FeedEntry
from feedgen.feed import FeedGenerator

from alerts.letters import headline, html_body
from news.addresses import is_web_address
from news.languages.quoting import one_line
from news.values import MembershipEvent
from storage import outbox
from storage.engine import Store
from storage.outbox import Delivery

#: So many of the newest events are in a feed.
ENTRIES = 100
_RECIPIENTS = 10
_SPACE = uuid.UUID("5b1f2f0e-6c1a-5d0b-9a52-0c8f4f1d7a31")


def feed_path(folder: Path, rule: str) -> Path:
    """Where a rule's feed lies; characters that mean something in a path are escaped."""
    name = re.sub(r"[^\w.-]", lambda match: quote(match.group(), safe=""), rule)
    return folder / f"{name}.xml"


def write_feed(store: Store, rule: str, folder: Path, base_url: str, now: datetime) -> bool:
    """Write the rule's feed unless it already holds the newest delivery; returns whether it wrote.

    `base_url` is the web page's address, ending without a slash; empty where there is none.
    A reader of the file sees the old feed or the new one, never a part.
    """
    path = feed_path(folder, rule)
    if _is_current(store, rule, path):
        return False
    with store.reading() as session:
        deliveries = outbox.deliveries(session, rule=rule, limit=ENTRIES * _RECIPIENTS)
    _replace(path, compose(rule, deliveries, base_url, now))
    return True


def compose(rule: str, deliveries: Iterable[Delivery], base_url: str, now: datetime) -> bytes:
    """The feed of deliveries given newest first; `now` dates a feed that is empty."""
    shown = _distinct(rule, deliveries)
    feed = FeedGenerator()
    feed.id(_urn("rule", rule))
    feed.title(one_line(f"Jarchi: {rule}"))
    feed.author(name="Jarchi")
    feed.updated(max((delivery.created_at for delivery in shown.values()), default=now))
    if base_url:
        feed.link(
            href=f"{base_url}/alerts/{quote(rule, safe='')}.xml", rel="self", type="application/atom+xml"
        )
        feed.link(href=f"{base_url}/memberships", rel="alternate", type="text/html")
    for identity, delivery in shown.items():
        feed.add_entry(_entry(identity, delivery, base_url), order="append")
    written: bytes = feed.atom_str(pretty=True)
    return written


def entry_id(rule: str, delivery: Delivery) -> str:
    """The same for every recipient and every database that knows the event."""
    event = delivery.event
    return _urn("entry", rule, event.member, event.network, event.verb, str(event.episode), delivery.status)


def _distinct(rule: str, deliveries: Iterable[Delivery]) -> dict[str, Delivery]:
    """One delivery for each entry, the earliest: a recipient added later changes no date."""
    found: dict[str, Delivery] = {}
    for delivery in deliveries:
        found[entry_id(rule, delivery)] = delivery
    return dict(list(found.items())[:ENTRIES])


def _entry(identity: str, delivery: Delivery, base_url: str) -> FeedEntry:
    event = delivery.event
    entry = FeedEntry()
    entry.id(identity)
    entry.title(headline(event, delivery.status))
    entry.updated(delivery.created_at)
    entry.published(delivery.created_at)
    entry.content(html_body(event), type="html")
    if address := _alternate(event, base_url):
        entry.link(href=address, rel="alternate")
    return entry


def _alternate(event: MembershipEvent, base_url: str) -> str | None:
    """The archive's page of the best evidence, else the original; Atom allows one, the content has them all."""
    if base_url and event.evidence:
        return f"{base_url}/articles/{event.evidence[0].article}"
    return next((one_line(item.url) for item in event.evidence if is_web_address(item.url)), None)


def _urn(*parts: str) -> str:
    return uuid.uuid5(_SPACE, "\n".join(parts)).urn


def _is_current(store: Store, rule: str, path: Path) -> bool:
    """Judged by file and database alone, so that a run that was killed is made good by the next one."""
    if not path.is_file():
        return False
    with store.reading() as session:
        newest = outbox.deliveries(session, rule=rule, limit=1)
    return all(entry_id(rule, delivery) in path.read_text(encoding="utf-8") for delivery in newest)


def _replace(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    number, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".tmp")
    temporary = Path(name)
    try:
        with os.fdopen(number, "wb") as file:
            file.write(content)
        temporary.chmod(0o644)  # mkstemp lets nobody else read
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
