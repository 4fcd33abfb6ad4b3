"""The register step by step: what was reported, denied and decided, each with its name and moment."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from news.names import naming
from news.values import Status, Verb
from storage.tables import ArticleRow, ClaimRow, DecisionRow, EventRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing that happened to a member and a network in the register."""

    #: when it was published or decided, UTC
    moment: datetime
    member: str
    network: str
    #: reported, denied, confirmed by a person, refused by a person
    what: str
    verb: Verb
    status: Status
    #: the source, or the person
    by: str
    #: the sentence, or the person's note
    words: str
    article: int
    url: str


def timeline(
    session: Session,
    *,
    network: str | None = None,
    city: str | None = None,
    country: str | None = None,
    since: datetime | None = None,
) -> tuple[Step, ...]:
    """Every step, oldest first; `country` is an ISO 3166 alpha-2 code."""
    steps = (
        step
        for step in (*_reports(session, network, city), *_decisions(session, network, city))
        if (since is None or step.moment >= since) and lies_in(step.member, country)
    )
    return tuple(sorted(steps, key=lambda step: (step.moment, step.article, step.what)))


def lies_in(member: str, country: str | None) -> bool:
    """Whether a member lies in a country; any does where none is asked for."""
    if country is None:
        return True
    found = naming.place(member)
    return found is not None and found.country == country


def _reports(session: Session, network: str | None, city: str | None) -> Iterator[Step]:
    query = (
        select(ClaimRow, EventRow, ArticleRow)
        .join(EventRow, col(EventRow.id) == col(ClaimRow.event_id))
        .join(ArticleRow, col(ArticleRow.id) == col(ClaimRow.article_id))
    )
    query = query.where(EventRow.network == network) if network else query
    query = query.where(EventRow.member == city) if city else query
    for claim, event, article in session.exec(query):
        yield Step(
            moment=article.sorted_at,
            member=event.member,
            network=event.network,
            what="denied" if claim.status == Status.DENIED else "reported",
            verb=Verb(claim.verb),
            status=Status(claim.status),
            by=article.source,
            words=claim.sentence,
            article=claim.article_id,
            url=article.url,
        )


def _decisions(session: Session, network: str | None, city: str | None) -> Iterable[Step]:
    query = select(DecisionRow, ArticleRow.url).join(
        ArticleRow, col(ArticleRow.id) == col(DecisionRow.article_id)
    )
    query = query.where(DecisionRow.network == network) if network else query
    query = query.where(DecisionRow.member == city) if city else query
    for row, url in session.exec(query):
        if row.member is not None and row.network is not None:
            yield Step(
                moment=row.decided_at,
                member=row.member,
                network=row.network,
                what="confirmed by a person" if row.verdict == "yes" else "refused by a person",
                verb=Verb(row.verb),
                status=Status(row.status),
                by=row.decided_by,
                words=row.note or "",
                article=row.article_id,
                url=url,
            )
