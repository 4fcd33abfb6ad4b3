"""What an alert says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

from babel.dates import format_date

from alerts import naming
from alerts.quoting import direction, isolated, one_line
from news.addresses import is_web_address
from news.values import Evidence, MembershipEvent, Status, Verb
from storage.outbox import Delivery

#: So many pieces of evidence are listed; the archive has the others.
_EVIDENCE = 10
_PHRASES = {
    Verb.JOINED: "joined",
    Verb.LEFT: "left",
    Verb.APPLIED: "applied to join",
    Verb.ELECTED: "was elected in",
    Verb.HOSTS: "hosts",
    Verb.TWINNED: "was twinned within",
    Verb.RENEWED: "renewed its membership of",
    Verb.SIGNED: "signed with",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """An alert as people read it."""

    #: one line, without control characters: fit for a mail header
    subject: str
    text: str
    html: str


def letter(delivery: Delivery) -> Letter:
    """The letter of a delivery, in English, around the sentence as its source wrote it."""
    subject = headline(delivery.event, delivery.status)
    return Letter(
        subject=subject,
        text="\n".join((subject, "", *_text_lines(delivery))),
        html=f"<p>{escape(subject)}</p>{html_body(delivery.event)}",
    )


def headline(event: MembershipEvent, status: Status) -> str:
    """One line: who did what where; a status other than announced is said."""
    network = naming.network_name(event.network) or f"network {event.network}"
    suffix = "" if status is Status.ANNOUNCED else f" ({status.value})"
    return one_line(f"{naming.full_place_name(event.member)} {_PHRASES[event.verb]} {network}{suffix}")


def html_body(event: MembershipEvent) -> str:
    """Sentence, date and evidence as a piece of HTML in which everything foreign is escaped."""
    quotes = "".join(_html_quote(event.evidence[0].sentence) for _ in event.evidence[:1])
    items = "".join(f"<li>{_html_source(evidence)}</li>" for evidence in event.evidence[:_EVIDENCE])
    return f"{quotes}<p>First reported: {escape(reported_on(event))}</p><ul>{items}</ul>"


def reported_on(event: MembershipEvent) -> str:
    """The day of the first report, as the member's own calendar day has it."""
    member = naming.place(event.member)
    zone = naming.country_zone(member.country if member else None)
    return format_date(event.first_reported.astimezone(zone).date(), "d MMMM y", locale="en")


def _text_lines(delivery: Delivery) -> Iterator[str]:
    event = delivery.event
    for evidence in event.evidence[:1]:
        yield f"  “{isolated(evidence.sentence)}”"
        yield ""
    yield f"First reported: {reported_on(event)}"
    yield "Evidence:"
    yield from (f"- {_text_source(evidence)}" for evidence in event.evidence[:_EVIDENCE])
    if len(event.evidence) > _EVIDENCE:
        yield f"- and {len(event.evidence) - _EVIDENCE} more in the archive"
    yield f"Rule: {isolated(delivery.rule)}"


def _text_source(evidence: Evidence) -> str:
    address = one_line(evidence.url) or f"article {evidence.article}"
    return f"{address} ({one_line(evidence.source)})" if evidence.source else address


def _html_quote(sentence: str) -> str:
    line = one_line(sentence)
    return f'<blockquote dir="{direction(line)}">{escape(line)}</blockquote>'


def _html_source(evidence: Evidence) -> str:
    name = escape(one_line(evidence.source or evidence.url) or f"article {evidence.article}")
    if not is_web_address(evidence.url):
        return name
    return f'<a href="{escape(one_line(evidence.url))}" rel="noopener noreferrer">{name}</a>'
