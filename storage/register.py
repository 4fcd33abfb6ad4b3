"""The register of memberships: claims become events, one for each (member, network, verb, episode)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from news.values import (
    ALERT_CONFIDENCE,
    Article,
    Claim,
    Evidence,
    Freshness,
    MembershipEvent,
    Status,
    Verb,
)
from storage.rows import to_claim
from storage.tables import ArticleRow, ClaimRow, EventRow

#: After so long without evidence the same statement is a new episode.
EPISODE_GAP = timedelta(days=365)
#: Statuses that make an event; a denial or an invitation stays a claim.
_EVENTFUL = (Status.PLANNED, Status.HISTORICAL, Status.ANNOUNCED)
#: What ends an episode of the other.
_ENDS = {Verb.JOINED: Verb.LEFT, Verb.LEFT: Verb.JOINED}


def record(session: Session, article: Article, claims: Iterable[ClaimRow], freshness: Freshness) -> None:
    """Join an article's claims to events, making those that are missing."""
    reported = article.dated.moment if article.dated else article.fetched_at
    for claim in sorted(claims, key=lambda claim: claim.status != Status.ANNOUNCED):
        if _makes_event(claim):
            claim.event_id = _attach(session, claim, reported, freshness).id
            session.add(claim)


def events(
    session: Session,
    *,
    network: str | None = None,
    city: str | None = None,
    since: datetime | None = None,
    status: Status | None = None,
    verb: Verb | None = None,
) -> tuple[MembershipEvent, ...]:
    """The register, newest report first."""
    query = select(EventRow).order_by(col(EventRow.first_reported).desc(), col(EventRow.id).desc())
    equal = (
        (EventRow.network, network),
        (EventRow.member, city),
        (EventRow.status, status),
        (EventRow.verb, verb),
    )
    for property_, value in equal:
        query = query.where(col(property_) == value) if value is not None else query
    query = query.where(col(EventRow.first_reported) >= since) if since is not None else query
    return tuple(to_event(session, row) for row in session.exec(query))


def to_event(session: Session, row: EventRow) -> MembershipEvent:
    """The event of a row with its evidence, best first."""
    assert row.id is not None
    return MembershipEvent(
        id=row.id,
        member=row.member,
        network=row.network,
        verb=Verb(row.verb),
        episode=row.episode,
        status=Status(row.status),
        confidence=row.confidence,
        first_reported=row.first_reported,
        freshness=Freshness(row.freshness),
        evidence=tuple(_evidence(session, row)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewItem:
    """A claim that waits for a person, with where it stands."""

    article: int
    url: str
    title: str
    claim: Claim


def for_review(session: Session, limit: int = 100) -> tuple[ReviewItem, ...]:
    """Announcements that lack a known member or network, or confidence: newest first."""
    query = (
        select(ClaimRow, ArticleRow)
        .join(ArticleRow, col(ArticleRow.id) == col(ClaimRow.article_id))
        .where(
            col(ClaimRow.event_id).is_(None),
            col(ClaimRow.verb).in_([Verb.JOINED, Verb.LEFT]),
            col(ClaimRow.status) == Status.ANNOUNCED,
        )
        .order_by(col(ArticleRow.sorted_at).desc(), col(ClaimRow.position))
        .limit(limit)
    )
    return tuple(
        ReviewItem(article=claim.article_id, url=article.url, title=article.title, claim=to_claim(claim))
        for claim, article in session.exec(query)
    )


def _makes_event(claim: ClaimRow) -> bool:
    return (
        claim.member is not None
        and claim.network is not None
        and claim.confidence >= ALERT_CONFIDENCE
        and Status(claim.status) in _EVENTFUL
    )


def turns(claims: Iterable[Claim]) -> Iterator[str]:
    """What two writers must not settle at once, see `storage.turns`."""
    for claim in claims:
        if claim.member is not None and claim.network is not None:
            yield f"{claim.member} {claim.network}"


def _attach(session: Session, claim: ClaimRow, reported: datetime, freshness: Freshness) -> EventRow:
    """Join the newest episode that the report falls into, or begin one; reports come in any order."""
    episodes = _episodes(session, claim)
    near = [event for event in episodes if _distance(event, reported) <= EPISODE_GAP]
    for event in near:
        if not _is_ended(session, event, reported):
            return _strengthen(event, claim, reported, _news(session, claim, reported, freshness))
    if near and claim.status == Status.HISTORICAL:
        return near[0]  # looks back at what has ended, and must not hide a new beginning
    return _create(session, claim, reported, freshness, episodes[0].episode + 1 if episodes else 1)


def _episodes(session: Session, claim: ClaimRow) -> Sequence[EventRow]:
    return session.exec(
        select(EventRow)
        .where(
            EventRow.member == claim.member, EventRow.network == claim.network, EventRow.verb == claim.verb
        )
        .order_by(col(EventRow.episode).desc())
        .with_for_update()
    ).all()


def _edge(event: EventRow, reported: datetime) -> datetime:
    """The moment of the episode that is nearest to the report."""
    return max(event.first_reported, min(reported, event.last_evidence))


def _distance(event: EventRow, reported: datetime) -> timedelta:
    return abs(reported - _edge(event, reported))


def _is_ended(session: Session, event: EventRow, reported: datetime) -> bool:
    """Whether the opposite step was announced between the episode and the report."""
    opposite = _ENDS.get(Verb(event.verb))
    if opposite is None:
        return False
    since, until = sorted((reported, _edge(event, reported)))
    step = select(EventRow.id).where(
        EventRow.member == event.member,
        EventRow.network == event.network,
        EventRow.verb == opposite,
        EventRow.status == Status.ANNOUNCED,
        col(EventRow.first_reported) > since,
        col(EventRow.first_reported) < until,
    )
    return session.exec(step.limit(1)).first() is not None


def _create(
    session: Session, claim: ClaimRow, reported: datetime, freshness: Freshness, episode: int
) -> EventRow:
    event = EventRow(
        member=claim.member or "",
        network=claim.network or "",
        verb=claim.verb,
        episode=episode,
        status=claim.status,
        confidence=claim.confidence,
        first_reported=reported,
        last_evidence=reported,
        freshness=_news(session, claim, reported, freshness).value,
    )
    session.add(event)
    session.flush()
    return event


def _news(session: Session, claim: ClaimRow, reported: datetime, freshness: Freshness) -> Freshness:
    """What is said of a joining: no news where the register knows the member already."""
    joins = claim.verb == Verb.JOINED and claim.status == Status.ANNOUNCED
    return Freshness.KNOWN_MEMBER if joins and _is_member(session, claim, reported) else freshness


def _is_member(session: Session, claim: ClaimRow, reported: datetime) -> bool:
    """Whether a joining, an old membership or its renewal was reported before, and no leaving since."""
    pair = (EventRow.member == claim.member, EventRow.network == claim.network)
    told = session.exec(
        select(EventRow).where(*pair, col(EventRow.status) != Status.PLANNED, col(EventRow.first_reported) < reported)
    ).all()
    left = [event.first_reported for event in told if event.verb == Verb.LEFT]
    held = [min(event.last_evidence, reported) for event in told if event.verb in (Verb.JOINED, Verb.RENEWED)]
    return bool(held) and (not left or max(held) > max(left))


def _strengthen(event: EventRow, claim: ClaimRow, reported: datetime, freshness: Freshness) -> EventRow:
    """Later evidence; only a plan that comes true is a change that readers hear of."""
    if event.status == Status.PLANNED and claim.status != Status.PLANNED:
        event.status, event.freshness, event.matched_at = claim.status, freshness.value, None
        event.first_reported = reported
    event.confidence = max(event.confidence, claim.confidence)
    if event.status == claim.status:
        event.first_reported = min(event.first_reported, reported)
    event.last_evidence = max(event.last_evidence, reported)
    return event


def _evidence(session: Session, event: EventRow) -> Sequence[Evidence]:
    """What bears the event out; the plans that led to it do not."""
    plans = () if event.status == Status.PLANNED else (Status.PLANNED,)
    query = (
        select(ClaimRow, ArticleRow)
        .join(ArticleRow, col(ArticleRow.id) == col(ClaimRow.article_id))
        .where(ClaimRow.event_id == event.id, col(ClaimRow.status).not_in(plans))
        .order_by(col(ClaimRow.confidence).desc(), col(ArticleRow.sorted_at), col(ArticleRow.id))
    )
    return [
        Evidence(
            article=claim.article_id,
            url=article.url,
            source=article.source,
            sentence=claim.sentence,
            confidence=claim.confidence,
        )
        for claim, article in session.exec(query)
    ]
