"""What happened, as programs read it: the body of a webhook, version 1.

Within a version keys are added, and none changes its meaning or goes away.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from alerts.letters import headline, reported_on
from alerts.wording import Words, words
from news.languages.quoting import one_line
from news.names import naming
from news.values import Evidence, MembershipEvent, Status
from storage.findings import FoundArticle
from storage.outbox import Delivery

VERSION = 1
#: So much of the evidence travels along, and so much of a sentence or an address: a body stays within 20 KB.
_EVIDENCE, _TEXT, _URL = 5, 600, 1000


def body(delivery: Delivery, language: str, base_url: str, *, is_sample: bool = False) -> bytes:
    """The delivery in JSON, names and headline in a language of letters; `base_url` is the web page's."""
    if delivery.event is not None and delivery.status is not None:
        kind = f"membership.{delivery.event.verb.value}"
        data = _event(delivery.event, delivery.status, words(language), base_url)
    elif delivery.article is not None:
        kind, data = "article.found", _article(delivery.article, base_url)
    else:
        raise ValueError("a delivery about nothing")
    said = {
        "type": kind,
        "version": VERSION,
        "timestamp": _moment(delivery.created_at),
        "sample": is_sample,
        "data": {"rule": delivery.rule, **data},
    }
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()


def _event(event: MembershipEvent, status: Status, spoken: Words, base_url: str) -> Mapping[str, Any]:
    place = naming.place(event.member)
    return {
        "event": event.id,
        "verb": event.verb.value,
        "status": status.value,
        "headline": one_line(headline(event, status, spoken)),
        "member": {
            "key": event.member,
            "name": one_line(spoken.member(event.member)),
            "country": place.country if place else None,
        },
        "network": {"key": event.network, "name": one_line(spoken.network(event.network))},
        "episode": event.episode,
        "confidence": round(event.confidence, 3),
        "first_reported": _moment(event.first_reported),
        "reported_on": reported_on(event).isoformat(),
        "evidence": [_evidence(item, base_url) for item in event.evidence[:_EVIDENCE]],
        "evidence_total": len(event.evidence),
    }


def _evidence(item: Evidence, base_url: str) -> Mapping[str, Any]:
    return {
        "url": one_line(item.url)[:_URL],
        "source": one_line(item.source),
        "language": item.language,
        "sentence": one_line(item.sentence)[:_TEXT],
        "confidence": round(item.confidence, 3),
        "archive": _archive(item.article, base_url),
    }


def _article(article: FoundArticle, base_url: str) -> Mapping[str, Any]:
    return {
        "article": article.id,
        "headline": one_line(article.title)[:_TEXT],
        "url": one_line(article.url)[:_URL],
        "source": one_line(article.source),
        "language": article.language,
        "published_at": _moment(article.published_at) if article.published_at else None,
        "first_seen_at": _moment(article.first_seen_at),
        "snippet": one_line(article.snippet)[:_TEXT],
        "archive": _archive(article.id, base_url),
    }


def _archive(article: int, base_url: str) -> str | None:
    return f"{base_url}/articles/{article}" if base_url and article else None


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
