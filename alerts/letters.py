"""What an alert says: in the reader's language, around the sentence as its source wrote it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from html import escape

from alerts import clippings
from alerts.blocks import Block, Choices, Heading, Item, Line, Quote, as_html, as_text, document
from alerts.links import Links
from alerts.wording import Words, marked, words
from news.languages.quoting import one_line
from news.names import naming
from news.values import UNDETERMINED, Evidence, MembershipEvent, Status, Verb
from storage.digests import Unread
from storage.findings import FoundArticle
from storage.outbox import Delivery

#: So many pieces of evidence are listed, and so many events in a digest; the archive has the others.
_EVIDENCE, _EVENTS = 10, 100
#: A longer subject is cut by whoever shows it.
_SUBJECT = 200
_HEADLINES = {
    Verb.JOINED: marked("{member} joined {network}"),
    Verb.LEFT: marked("{member} left {network}"),
    Verb.APPLIED: marked("{member} applied to join {network}"),
    Verb.ELECTED: marked("{member} was elected in {network}"),
    Verb.HOSTS: marked("{member} hosts {network}"),
    Verb.TWINNED: marked("{member} was twinned within {network}"),
    Verb.RENEWED: marked("{member} renewed its membership of {network}"),
    Verb.SIGNED: marked("{member} signed with {network}"),
}
#: Behind the headline; what was announced needs no word.
_STATUSES = {
    Status.PLANNED: marked("planned"),
    Status.HISTORICAL: marked("looking back"),
    Status.DENIED: marked("denied"),
    Status.INVITED: marked("invited"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """An alert as people read it."""

    #: one line, without control characters: fit for a mail header
    subject: str
    text: str
    #: a whole document
    html: str
    language: str = "en"


def letter(delivery: Delivery, language: str = "en", links: Links | None = None) -> Letter:
    """The letter about one event or article."""
    spoken, links = words(language), links or Links()
    blocks = [*_part(delivery, spoken, links), *_foot([delivery], spoken, links)]
    return _written(title(delivery, spoken), blocks, spoken)


def digest(
    deliveries: Sequence[Delivery], unread: Sequence[Unread], closed_at: datetime, language: str, links: Links
) -> Letter:
    """The letter about several events and articles, and about the sources that nobody could read when it was closed."""
    spoken = words(language)
    distinct = list({(item.about.id, item.status): item for item in deliveries}.values())
    blocks: list[Block] = []
    for item in distinct[:_EVENTS]:
        blocks.append(Heading(text=title(item, spoken)))
        blocks.extend(_part(item, spoken, links))
    if (more := len(distinct) - _EVENTS) > 0:
        blocks.append(
            Line(
                text=spoken.count(
                    "and {number} more in the archive", "and {number} more in the archive", more
                )
            )
        )
    blocks.extend(_unread(unread, spoken))
    blocks.extend(_foot(deliveries, spoken, links))
    return _written(_digest_subject(distinct, closed_at, spoken), blocks, spoken)


def sample(written: Letter) -> Letter:
    """The same letter, marked as one that is about nothing."""
    spoken = words(written.language)
    notice = spoken.say(marked("This is a sample: nothing has happened."))
    mark = spoken.say(marked("Sample"))
    return replace(
        written,
        subject=f"{mark}: {written.subject}",
        text=f"{notice}\n\n{written.text}",
        html=written.html.replace("<h1", f"<p><strong>{escape(notice)}</strong></p><h1", 1),
    )


def title(delivery: Delivery, spoken: Words | None = None) -> str:
    """One line: what a delivery tells of."""
    spoken, about = spoken or words("en"), delivery.about
    if isinstance(about, FoundArticle):
        return clippings.headline(about, spoken)
    return headline(about, delivery.status or about.status, spoken)


def headline(event: MembershipEvent, status: Status, spoken: Words | None = None) -> str:
    """One line: who did what where; a status other than announced is said."""
    spoken = spoken or words("en")
    line = spoken.say(
        _HEADLINES[event.verb], member=spoken.member(event.member), network=spoken.network(event.network)
    )
    return f"{line} ({spoken.say(_STATUSES[status])})" if status in _STATUSES else line


def html_body(delivery: Delivery, spoken: Words | None = None) -> str:
    """Sentence, date and evidence as a piece of HTML that runs in its language's direction."""
    spoken = spoken or words("en")
    said = as_html(_said(delivery, spoken, Links()))
    return f'<div lang="{spoken.language}" dir="{spoken.direction}">{said}</div>'


def reported_on(event: MembershipEvent) -> date:
    """The day of the first report, as the member's own calendar day has it."""
    member = naming.place(event.member)
    zone = naming.country_zone(member.country if member else None)
    return event.first_reported.astimezone(zone).date()


def _written(subject: str, blocks: Sequence[Block], spoken: Words) -> Letter:
    short = subject if len(subject) <= _SUBJECT else f"{subject[: _SUBJECT - 1]}…"
    body = f'<h1 style="font-size:1.4em">{escape(subject)}</h1>{as_html(blocks)}'
    return Letter(
        subject=short,
        text=f"{subject}\n\n{as_text(blocks)}",
        html=document(short, body, spoken.language, spoken.direction),
        language=spoken.language,
    )


def _part(delivery: Delivery, spoken: Words, links: Links) -> Iterator[Block]:
    """What is told, and where the reader says whether it is so."""
    yield from _said(delivery, spoken, links)
    if address := links.judge(delivery):
        right = Line(text=spoken.say(marked("Right")), address=f"{address}?right")
        wrong = Line(text=spoken.say(marked("Wrong")), address=f"{address}?wrong")
        yield Choices(text=spoken.say(marked("Is this so?")), choices=(right, wrong))


def _said(delivery: Delivery, spoken: Words, links: Links) -> Iterator[Block]:
    about = delivery.about
    if isinstance(about, FoundArticle):
        return clippings.about(about, spoken, links)
    return _about(about, spoken, links)


def _about(event: MembershipEvent, spoken: Words, links: Links) -> Iterator[Block]:
    for best in event.evidence[:1]:
        yield Quote(text=best.sentence, language="" if best.language == UNDETERMINED else best.language)
    yield Line(text=spoken.say(marked("First reported: {day}"), day=spoken.day(reported_on(event))))
    yield Line(text=spoken.say(marked("Evidence:")))
    for evidence in event.evidence[:_EVIDENCE]:
        yield _source(evidence, spoken, links)
    if (more := len(event.evidence) - _EVIDENCE) > 0:
        yield Item(
            text=spoken.count("and {number} more in the archive", "and {number} more in the archive", more)
        )


def _source(evidence: Evidence, spoken: Words, links: Links) -> Item:
    name = one_line(evidence.source or evidence.url)
    kept = links.article(evidence.article)
    return Item(
        text=name or spoken.say(marked("article {number}"), number=spoken.digits(str(evidence.article))),
        address=evidence.url,
        copy=Line(text=spoken.say(marked("In the archive")), address=kept) if kept else None,
    )


def _foot(deliveries: Sequence[Delivery], spoken: Words, links: Links) -> Iterator[Block]:
    rules = list(dict.fromkeys(delivery.rule for delivery in deliveries))
    for rule in rules:
        yield Line(text=spoken.say(marked("You receive this by the rule {rule}."), rule=rule))
    if address := links.missed(deliveries[0].recipient, rules[0]):
        yield Line(text=spoken.say(marked("Did we miss something? Tell us")), address=address)
    if address := links.unsubscribe(deliveries[0].recipient, rules):
        yield Line(text=spoken.say(marked("End these letters")), address=address)


def _unread(unread: Iterable[Unread], spoken: Words) -> Iterator[Block]:
    for number, item in enumerate(unread):
        if number == 0:
            yield Heading(text=spoken.say(marked("Sources that could not be read")))
        if item.since is None:
            yield Item(text=spoken.say(marked("{source}: never so far"), source=item.source))
        else:
            day = spoken.day(item.since.date())
            yield Item(text=spoken.say(marked("{source}: not since {day}"), source=item.source, day=day))


def _digest_subject(deliveries: Sequence[Delivery], closed_at: datetime, spoken: Words) -> str:
    if len(deliveries) == 1:
        return title(deliveries[0], spoken)
    day = spoken.day(closed_at.date())
    if any(item.article for item in deliveries):
        return spoken.count("{number} report, {day}", "{number} reports, {day}", len(deliveries), day=day)
    return spoken.count(
        "{number} report of memberships, {day}",
        "{number} reports of memberships, {day}",
        len(deliveries),
        day=day,
    )
