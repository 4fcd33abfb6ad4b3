"""Marked samples: the letter of a rule, about nothing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from alerts import payload
from alerts.letters import letter, sample
from alerts.links import Links
from alerts.messages import Message, sample_identity
from alerts.rules import concerns, country_of
from news.values import Evidence, Freshness, MembershipEvent, Status, Verb
from storage.findings import FoundArticle
from storage.outbox import Delivery
from storage.rules import Rule


def sample_event(rule: Rule, events: Iterable[MembershipEvent], now: datetime) -> MembershipEvent:
    """The first of the events that the rule speaks of; one made up where there is none."""
    fitting = (event for event in events if concerns(rule, event, country_of(event)))
    return next(fitting, _made_up(rule, now))


def sample_article(rule: Rule, found: Iterable[FoundArticle], now: datetime) -> FoundArticle:
    """The first article that the rule's search found; one made up where there is none."""
    return next(
        iter(found),
        FoundArticle(
            id=0, url="https://www.example.org/news/1", source="example", title="عنوان نمونه", language="fa",
            published_at=now, first_seen_at=now, snippet=f"این متن نمونه است: {rule.query}",
        ),
    )  # fmt: skip


def sample_message(
    rule: Rule, recipient: str, about: MembershipEvent | FoundArticle, links: Links, now: datetime
) -> Message:
    """The letter as the rule would send it, marked as a sample; no two are the same letter."""
    article, event = (about, None) if isinstance(about, FoundArticle) else (None, about)
    delivery = Delivery(
        id=0, event=event, status=event.status if event else None, article=article, rule=rule.name, recipient=recipient,
        created_at=now, attempts=0, sent_at=None, error=None,
    )  # fmt: skip
    return Message(
        identity=sample_identity(),
        recipient=recipient,
        dated=now,
        letter=sample(letter(delivery, rule.manner.letters, links)),
        body=payload.body(delivery, rule.manner.letters, links.base_url, is_sample=True),
        unsubscribe=links.unsubscribe(recipient, [rule.name]),
    )


def _made_up(rule: Rule, now: datetime) -> MembershipEvent:
    """Of Yazd and the Asian Mayors Forum, or of what the rule names."""
    evidence = Evidence(
        article=0, url="https://www.example.org/news/1", source="example", confidence=1.0, language="fa",
        sentence="این جمله نمونه است: شهرداری به عضویت شبکه درآمد.",
    )  # fmt: skip
    return MembershipEvent(
        id=0,
        member=next(iter(rule.cities), "111822"),
        network=next(iter(rule.networks), "amf"),
        verb=next(iter(rule.verbs), Verb.JOINED),
        episode=1,
        status=next(iter(rule.statuses), Status.ANNOUNCED),
        confidence=1.0,
        first_reported=now,
        freshness=Freshness.NEWS,
        evidence=(evidence,),
    )
