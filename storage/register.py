"""The register of memberships: claims become events, one for each (member, network, verb, episode)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from math import prod

from sqlalchemy import ColumnElement
from sqlalchemy.orm.attributes import flag_modified
from sqlmodel import Session, col, select

from news.languages.tokens import fold
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
from storage import members
from storage.tables import ArticleRow, ClaimRow, DeliveryRow, EventRow
from storage.timeline import lies_in

#: After so long without evidence the same statement is a new episode.
EPISODE_GAP = timedelta(days=365)
#: Statuses that make an event; a denial or an invitation stays a claim.
_EVENTFUL = (Status.PLANNED, Status.HISTORICAL, Status.ANNOUNCED)
#: However many say so, newspapers err.
_MOST_CONFIDENT = 0.99
#: So many ids fit into one statement of every engine.
_AT_ONCE = 500
#: What ends an episode of the other.
_ENDS = {Verb.JOINED: Verb.LEFT, Verb.LEFT: Verb.JOINED}


def record(session: Session, article: Article, claims: Iterable[ClaimRow], freshness: Freshness) -> None:
    """Join an article's claims to events, making those that are missing."""
    reported = article.dated.moment if article.dated else article.fetched_at
    for claim in sorted(claims, key=lambda claim: claim.status != Status.ANNOUNCED):
        claim.freshness = freshness.value
        if _makes_event(claim):
            attach(session, claim, reported, freshness)
        elif claim.status == Status.DENIED:
            _contradict(session, claim, reported)


def attach(session: Session, claim: ClaimRow, reported: datetime, freshness: Freshness) -> None:
    """Make a claim with member and network evidence of its event, which is made where it is missing."""
    event = _event_for(session, claim, reported, freshness)
    claim.event_id = event.id
    session.add(claim)
    session.flush()
    _weigh(session, event)


def detach(session: Session, claim: ClaimRow) -> None:
    """Take a claim away from its event."""
    shaken = () if claim.event_id is None else (claim.event_id,)
    claim.event_id = None
    session.add(claim)
    settle(session, shaken)


def events_of(session: Session, article_id: int) -> tuple[int, ...]:
    """The events for which an article is evidence."""
    query = select(ClaimRow.event_id).where(ClaimRow.article_id == article_id, col(ClaimRow.event_id).is_not(None))
    return tuple({event for event in session.exec(query) if event is not None})


def settle(session: Session, shaken: Iterable[int]) -> None:
    """Weigh events anew whose evidence went.

    One that has none left goes, unless somebody was told of it, or something denies it: then it stays as denied.
    Those who were told are told of the denial too, where their rule asks for such.
    """
    session.flush()
    for event_id in shaken:
        event = session.get(EventRow, event_id)
        if event is None or _weigh(session, event):
            continue
        is_told = session.exec(select(DeliveryRow.id).where(DeliveryRow.event_id == event_id).limit(1)).first()
        is_denied = _claims_of(session, event, col(ClaimRow.status) == Status.DENIED)
        if not (is_told or is_denied):
            session.delete(event)
        elif event.status != Status.DENIED:
            event.status = Status.DENIED
            if is_told and is_denied:
                _wait_again(event)
    session.flush()


def events(
    session: Session,
    *,
    network: str | None = None,
    city: str | None = None,
    since: datetime | None = None,
    status: Status | None = None,
    verb: Verb | None = None,
    country: str | None = None,
) -> tuple[MembershipEvent, ...]:
    """The register, newest report first; `country` is an ISO 3166 alpha-2 code."""
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
    return to_events(session, [row for row in session.exec(query) if lies_in(row.member, country)])


def to_event(session: Session, row: EventRow) -> MembershipEvent:
    """The event of a row with its evidence, best first."""
    return to_events(session, [row])[0]


def to_events(session: Session, rows: Sequence[EventRow]) -> tuple[MembershipEvent, ...]:
    """The events of rows, in their order, each with its evidence, best first."""
    told = _told(session, rows)
    return tuple(_to_event(row, told.get(row.id or 0, ())) for row in rows)


def _to_event(row: EventRow, told: Sequence[tuple[str, Evidence]]) -> MembershipEvent:
    assert row.id is not None
    other = _others(row)
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
        evidence=tuple(evidence for status, evidence in told if status not in other),
        contradictions=tuple(evidence for status, evidence in told if status == Status.DENIED),
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


def turns_of(session: Session, article_id: int) -> Iterator[str]:
    """The same of the claims that an article is kept with, and of the events that rest on them."""
    said = select(ClaimRow.member, ClaimRow.network).where(ClaimRow.article_id == article_id)
    made = (
        select(EventRow.member, EventRow.network)
        .join(ClaimRow, col(ClaimRow.event_id) == EventRow.id)
        .where(ClaimRow.article_id == article_id)
    )
    for member, network in (*session.exec(said), *session.exec(made)):
        if member is not None and network is not None:
            yield f"{member} {network}"


def _event_for(session: Session, claim: ClaimRow, reported: datetime, freshness: Freshness) -> EventRow:
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
    _earlier_denials(session, event)
    return event


def _news(session: Session, claim: ClaimRow, reported: datetime, freshness: Freshness) -> Freshness:
    """What is said of a joining: no news where the register knows the member already."""
    joins = claim.verb == Verb.JOINED and claim.status == Status.ANNOUNCED
    return Freshness.KNOWN_MEMBER if joins and _is_member(session, claim, reported) else freshness


def _is_member(session: Session, claim: ClaimRow, reported: datetime) -> bool:
    """Whether a list names the member, or a joining or renewal was reported before, and no leaving since."""
    pair = (EventRow.member == claim.member, EventRow.network == claim.network)
    real = col(EventRow.status).not_in([Status.PLANNED, Status.DENIED])
    told = session.exec(select(EventRow).where(*pair, real, col(EventRow.first_reported) < reported)).all()
    left = [event.first_reported for event in told if event.verb == Verb.LEFT]
    held = [min(event.last_evidence, reported) for event in told if event.verb in (Verb.JOINED, Verb.RENEWED)]
    listed = members.listed_at(session, str(claim.network), str(claim.member))
    if listed is not None:
        held.append(min(listed, reported))
    return bool(held) and (not left or max(held) > max(left))


def _strengthen(event: EventRow, claim: ClaimRow, reported: datetime, freshness: Freshness) -> EventRow:
    """Later evidence; only a plan that comes true is a change that readers hear of, and a refused event that another tells."""
    if event.status in (Status.PLANNED, Status.DENIED) and claim.status != event.status:
        event.status, event.freshness = claim.status, freshness.value
        event.first_reported = reported
        _wait_again(event)
    if event.status == claim.status:
        event.first_reported = min(event.first_reported, reported)
    event.last_evidence = max(event.last_evidence, reported)
    return event


def _wait_again(event: EventRow) -> None:
    """For the rules, also where it waits already: a matcher may be marking it at this moment as it was before."""
    event.matched_at = None
    flag_modified(event, "matched_at")


def _bears_out(event: EventRow) -> ColumnElement[bool]:
    """What bears an event out."""
    return col(ClaimRow.status).not_in(_others(event))


def _others(event: EventRow) -> tuple[Status, ...]:
    """Claims that do not bear an event out: denials and, once it is more than a plan, the plans that led to it."""
    return (Status.DENIED,) if event.status == Status.PLANNED else (Status.DENIED, Status.PLANNED)


def _told(session: Session, rows: Sequence[EventRow]) -> dict[int, list[tuple[str, Evidence]]]:
    """What is said of events, with the claims' status, the most confident and oldest first."""
    told: dict[int, list[tuple[str, Evidence]]] = {}
    for start in range(0, len(rows), _AT_ONCE):
        query = (
            select(ClaimRow, ArticleRow.url, ArticleRow.source, ArticleRow.language)
            .join(ArticleRow, col(ArticleRow.id) == col(ClaimRow.article_id))
            .where(col(ClaimRow.event_id).in_([row.id for row in rows[start : start + _AT_ONCE]]))
            .order_by(col(ClaimRow.confidence).desc(), col(ArticleRow.sorted_at), col(ArticleRow.id))
        )
        for claim, url, source, language in session.exec(query):
            evidence = Evidence(
                article=claim.article_id,
                url=url,
                source=source,
                sentence=claim.sentence,
                confidence=claim.confidence,
                language=language,
            )
            told.setdefault(claim.event_id or 0, []).append((claim.status, evidence))
    return told


def _claims_of(
    session: Session, event: EventRow, which: ColumnElement[bool]
) -> Sequence[tuple[ClaimRow, ArticleRow]]:
    """Claims of an event with their articles, the most confident and oldest first."""
    query = (
        select(ClaimRow, ArticleRow)
        .join(ArticleRow, col(ArticleRow.id) == col(ClaimRow.article_id))
        .where(ClaimRow.event_id == event.id, which)
        .order_by(col(ClaimRow.confidence).desc(), col(ArticleRow.sorted_at), col(ArticleRow.id))
    )
    return session.exec(query).all()


def _weigh(session: Session, event: EventRow) -> bool:
    """Set an event's confidence by its evidence; False where it has none.

    Independent reports strengthen each other; a source that repeats itself, or another's sentence or text, does not.
    """
    doubts: dict[str, float] = {}
    seen: set[str] = set()
    texts: dict[str, int | None] = {}
    for claim, article in _claims_of(session, event, _bears_out(event)):
        sentence = fold(claim.sentence)
        # a copy under another title may say it in another sentence, the title's own
        is_copy = texts.setdefault(article.text_hash, article.id) != article.id
        copied = is_copy or sentence in seen or article.original_source is not None
        if not doubts or not (copied or article.source in doubts):
            doubts[article.source] = 1.0 - claim.confidence
        seen.add(sentence)
    if doubts:
        surest = 1.0 - min(doubts.values())
        event.confidence = (
            surest if len(doubts) == 1 else max(surest, min(_MOST_CONFIDENT, 1.0 - prod(doubts.values())))
        )
        session.add(event)
    return bool(doubts)


def _contradict(session: Session, claim: ClaimRow, reported: datetime) -> None:
    """Set a denial beside the event that it denies, where there is one."""
    near = (event for event in _episodes(session, claim) if _distance(event, reported) <= EPISODE_GAP)
    denied = next(near, None)
    if denied is not None:
        claim.event_id = denied.id
        session.add(claim)


def _earlier_denials(session: Session, event: EventRow) -> None:
    """Set denials that came first beside an event that is new."""
    query = (
        select(ClaimRow)
        .join(ArticleRow, col(ArticleRow.id) == col(ClaimRow.article_id))
        .where(
            ClaimRow.member == event.member,
            ClaimRow.network == event.network,
            ClaimRow.verb == event.verb,
            ClaimRow.status == Status.DENIED,
            col(ClaimRow.event_id).is_(None),
            col(ArticleRow.sorted_at) >= event.first_reported - EPISODE_GAP,
            col(ArticleRow.sorted_at) <= event.first_reported + EPISODE_GAP,
        )
    )
    for claim in session.exec(query):
        claim.event_id = event.id
        session.add(claim)
