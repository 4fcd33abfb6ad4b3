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

from alerts.letters import html_body, title
from alerts.wording import LANGUAGES, Words, words
from news.addresses import is_web_address
from news.languages.quoting import one_line
from news.values import MembershipEvent
from storage import outbox, rules
from storage.engine import Store
from storage.findings import FoundArticle
from storage.outbox import Delivery

#: So many of the newest events are in a feed.
ENTRIES = 100
_RECIPIENTS = 10
_SPACE = uuid.UUID("5b1f2f0e-6c1a-5d0b-9a52-0c8f4f1d7a31")


def feed_path(folder: Path, rule: str, language: str = "") -> Path:
    """Where a rule's feed in a language lies, without one that in its letters' own.

    Characters that mean something in a path are escaped, the one before the language among them.
    """
    name = re.sub(r"[^\w.-]", _escaped, rule)
    return folder / (f"{name}~{language}.xml" if language else f"{name}.xml")


def write_feed(store: Store, rule: str, folder: Path, base_url: str, now: datetime) -> bool:
    """Write the rule's feed in every language unless they hold the newest delivery; returns whether it wrote.

    `base_url` is the web page's address, ending without a slash; empty where there is none.
    A reader of the file sees the old feed or the new one, never a part.
    """
    with store.reading() as session:
        found = rules.rule(session, rule)
        newest = outbox.deliveries(session, rule=rule, limit=1)
        own = words(found.manner.letters if found else LANGUAGES[0]).language
        wanted = [("", own), *((language, language) for language in LANGUAGES)]
        if all(
            _is_current(rule, newest, feed_path(folder, rule, variant), spoken) for variant, spoken in wanted
        ):
            return False
        deliveries = outbox.deliveries(session, rule=rule, limit=ENTRIES * _RECIPIENTS)
    for variant, spoken in wanted:
        content = compose(rule, deliveries, base_url, now, spoken, is_variant=bool(variant))
        _replace(feed_path(folder, rule, variant), content)
    return True


def compose(
    rule: str,
    deliveries: Iterable[Delivery],
    base_url: str,
    now: datetime,
    language: str = "en",
    *,
    is_variant: bool = False,
) -> bytes:
    """The feed of deliveries given newest first; `now` dates a feed that is empty.

    A variant is beside the feed in the rule's own language, under an address and an id of its own; entries are the same.
    """
    shown, spoken = _distinct(rule, deliveries), words(language)
    feed = FeedGenerator()
    feed.id(_urn("rule", rule, language) if is_variant else _urn("rule", rule))
    feed.language(language)
    feed.title(one_line(f"Jarchi: {rule}"))
    feed.author(name="Jarchi")
    feed.updated(max((delivery.created_at for delivery in shown.values()), default=now))
    if base_url:
        feed.link(
            href=f"{base_url}/alerts/{quote(rule, safe='')}.xml{f'?lang={language}' if is_variant else ''}",
            rel="self",
            type="application/atom+xml",
        )
        feed.link(href=f"{base_url}/memberships", rel="alternate", type="text/html")
    for identity, delivery in shown.items():
        feed.add_entry(_entry(identity, delivery, base_url, spoken), order="append")
    written: bytes = feed.atom_str(pretty=True)
    return written


def entry_id(rule: str, delivery: Delivery) -> str:
    """The same for every recipient and every database that knows the event or article."""
    about = delivery.about
    if isinstance(about, FoundArticle):
        return _urn("article", rule, about.url or str(about.id))
    status = delivery.status or about.status
    return _urn("entry", rule, about.member, about.network, about.verb, str(about.episode), status)


def _distinct(rule: str, deliveries: Iterable[Delivery]) -> dict[str, Delivery]:
    """One delivery for each entry, the earliest: a recipient added later changes no date."""
    found: dict[str, Delivery] = {}
    for delivery in deliveries:
        found[entry_id(rule, delivery)] = delivery
    return dict(list(found.items())[:ENTRIES])


def _entry(identity: str, delivery: Delivery, base_url: str, spoken: Words) -> FeedEntry:
    entry = FeedEntry()
    entry.id(identity)
    entry.title(title(delivery, spoken))
    entry.updated(delivery.created_at)
    entry.published(delivery.created_at)
    entry.content(html_body(delivery, spoken), type="html")
    if address := _alternate(delivery.about, base_url):
        entry.link(href=address, rel="alternate")
    return entry


def _alternate(about: MembershipEvent | FoundArticle, base_url: str) -> str | None:
    """The archive's page of the best evidence, else the original; Atom allows one, the content has them all."""
    if isinstance(about, FoundArticle):
        found = [(about.id, about.url)]
    else:
        found = [(item.article, item.url) for item in about.evidence]
    if base_url and found:
        return f"{base_url}/articles/{found[0][0]}"
    return next((one_line(address) for _, address in found if is_web_address(address)), None)


def _urn(*parts: str) -> str:
    return uuid.uuid5(_SPACE, "\n".join(parts)).urn


def _escaped(found: re.Match[str]) -> str:
    return "%7E" if found.group() == "~" else quote(found.group(), safe="")


def _is_current(rule: str, newest: Iterable[Delivery], path: Path, language: str) -> bool:
    """Judged by file and database alone, so that a run that was killed is made good by the next one."""
    if not path.is_file():
        return False
    text = path.read_text(encoding="utf-8")
    return f'xml:lang="{language}"' in text and all(entry_id(rule, delivery) in text for delivery in newest)


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
