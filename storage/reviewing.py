"""What waits for a person, and what persons decided; a decision outlives later readings of its article."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import and_, or_
from sqlmodel import Session, col, select

from news.errors import NotFound, UsageError
from news.languages.tokens import fold
from news.values import ALERT_CONFIDENCE, Claim, Freshness, Status, Verb
from storage import register
from storage.keys import row_key
from storage.rows import to_claim
from storage.tables import ArticleRow, ClaimRow, DecisionRow, EventRow
from storage.turns import take_turns

#: Verbs that a person is asked about: the rest is read for the archive alone.
_WEIGHTY = (Verb.JOINED, Verb.LEFT)
#: The columns of a claim that a person can put right.
_CORRECTED = ("member", "network", "verb", "status")
#: A person's yes.
_VOUCHED = 1.0


class Verdict(StrEnum):
    """What a person says of a claim."""

    YES = "yes"
    NO = "no"


class Why(StrEnum):
    """Why a claim waits for a person."""

    MEMBER = "member unknown"
    NETWORK = "network unknown"
    UNCERTAIN = "uncertain"
    UNDATED = "undated"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewItem:
    """A claim that waits for a person, with where it stands."""

    article: int
    #: its place among the article's claims
    position: int
    url: str
    title: str
    claim: Claim
    why: Why


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What a person puts right; None leaves what was read."""

    member: str | None = None
    network: str | None = None
    verb: Verb | None = None
    status: Status | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What a person says."""

    verdict: Verdict
    #: the person's name
    by: str
    #: only a yes corrects
    correction: Correction = Correction()
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A verdict with its claim as the person left it."""

    article: int
    #: None where today's reading of the article makes the claim no more
    position: int | None
    title: str
    verdict: Verdict
    member: str | None
    network: str | None
    verb: Verb
    status: Status
    decided_by: str
    decided_at: datetime
    note: str | None


def waiting(session: Session, limit: int = 100) -> tuple[ReviewItem, ...]:
    """Announcements that lack a known member or network, confidence or a date: newest first, of copies one."""
    undated = and_(col(ClaimRow.freshness) == Freshness.UNDATED, col(EventRow.freshness) == Freshness.UNDATED)
    query = (
        select(ClaimRow, ArticleRow)
        .join(ArticleRow, col(ArticleRow.id) == col(ClaimRow.article_id))
        .join(EventRow, col(EventRow.id) == col(ClaimRow.event_id), isouter=True)
        .where(
            or_(col(ClaimRow.event_id).is_(None), undated),
            col(ClaimRow.decision).is_(None),
            col(ClaimRow.verb).in_(_WEIGHTY),
            col(ClaimRow.status) == Status.ANNOUNCED,
        )
        .order_by(col(ArticleRow.sorted_at).desc(), col(ClaimRow.article_id), col(ClaimRow.position))
        .limit(limit)
    )
    items: list[ReviewItem] = []
    first: dict[tuple[str, str], int] = {}
    for claim, article in session.exec(query):
        if first.setdefault((article.text_hash, statement(claim)), claim.article_id) == claim.article_id:
            items.append(_item(claim, article))
    return tuple(items)


def decide(
    session: Session, article: int, position: int, judgement: Judgement, *, now: datetime, max_age: timedelta
) -> Claim:
    """Note a judgement in place of an earlier one and act on it; returns the claim as it is now.

    It holds for the same claim in copies of the article by other outlets too, where nobody has judged that. A yes makes an event of the claim, which alerts where its article is news and no older than `max_age`;
    a no takes its evidence away from the event that it made. Raises NotFound for an unknown claim,
    UsageError for a yes without member or network.
    """
    hold(session, [article], judgement.correction)
    claim, written = _found(session, article, position)
    if claim.decision is not None:
        undo(session, article, position)
    agreed = judgement.verdict is Verdict.YES
    left = _corrected(claim, judgement.correction if agreed else Correction())
    if agreed and not (left["member"] and left["network"]):
        raise UsageError(
            f"claim {article}.{position} names no known city and network: give --city and --network"
        )
    for each, article_of in ((claim, written), *_likewise(session, claim, written)):
        if each.decision is None:
            _settle(session, each, article_of, judgement, left, now=now, max_age=max_age)
    return to_claim(claim)


def hold(session: Session, articles: Iterable[int], correction: Correction | None = None) -> None:
    """Wait until nobody else judges, edits or forgets these articles, or copies of them, and keep others waiting.

    Whoever judges several claims in a transaction holds all of their articles first.
    """
    session.flush()
    take_turns(session, _turns(session, list(articles), correction or Correction()))


def _turns(session: Session, articles: Sequence[int], correction: Correction) -> Iterator[str]:
    """What `storage.articles` takes turns for, of the articles and of their copies; and their events."""
    texts = select(ArticleRow.text_hash).where(col(ArticleRow.id).in_(articles))
    copies = select(ArticleRow.id, ArticleRow.url, ArticleRow.text_hash)
    ids = []
    for number, url, digest in session.exec(copies.where(col(ArticleRow.text_hash).in_(texts))):
        ids.append(number)
        yield from (row_key(url), digest) if url else (digest,)
    said = [*session.exec(select(ClaimRow.member, ClaimRow.network).where(col(ClaimRow.article_id).in_(ids)))]
    decided = select(DecisionRow.member, DecisionRow.network, DecisionRow.before)
    for member, network, before in session.exec(decided.where(col(DecisionRow.article_id).in_(ids))):
        said += [(member, network), (before["member"], before["network"])]
    for member, network in said:
        yield f"{member} {network}"
        yield f"{correction.member or member} {correction.network or network}"


def _settle(
    session: Session, claim: ClaimRow, written: ArticleRow, judgement: Judgement, left: dict[str, Any],
    *, now: datetime, max_age: timedelta,
) -> None:  # fmt: skip
    claim.decision = statement(claim)
    _note(session, claim, judgement, left, now)
    register.detach(session, claim)
    if judgement.verdict is Verdict.YES:
        claim.sqlmodel_update({**left, "confidence": _VOUCHED})
        register.attach(session, claim, _reported(written), _freshness(claim, written, now - max_age))


def _likewise(session: Session, claim: ClaimRow, written: ArticleRow) -> list[tuple[ClaimRow, ArticleRow]]:
    """The same claim as it was read in copies of its article."""
    said = claim.decision or statement(claim)
    query = (
        select(ClaimRow, ArticleRow)
        .join(ArticleRow, col(ArticleRow.id) == col(ClaimRow.article_id))
        .where(ArticleRow.text_hash == written.text_hash, col(ArticleRow.id) != written.id)
        .order_by(col(ArticleRow.id), col(ClaimRow.position))
    )
    return [
        (other, article)
        for other, article in session.exec(query)
        if (other.decision or statement(other)) == said
    ]


def _note(
    session: Session, claim: ClaimRow, judgement: Judgement, left: dict[str, Any], now: datetime
) -> None:
    session.add(
        DecisionRow(
            article_id=claim.article_id,
            statement=claim.decision or "",
            verdict=judgement.verdict,
            before=_as_read(claim),
            decided_by=judgement.by,
            decided_at=now,
            note=judgement.note,
            **left,
        )
    )


def undo(session: Session, article: int, position: int) -> Claim:
    """Take a verdict back, and what of it held for copies: the claim is what was read, and waits again.

    Raises NotFound where there is none.
    """
    hold(session, [article])
    claim, written = _found(session, article, position)
    decision = session.get(DecisionRow, (article, claim.decision)) if claim.decision else None
    if decision is None:
        raise NotFound(f"nobody has decided about claim {article}.{position}")
    said = (decision.decided_by, decision.decided_at)
    for each, _ in ((claim, written), *_likewise(session, claim, written)):
        own = session.get(DecisionRow, (each.article_id, each.decision)) if each.decision else None
        if own is not None and (own.decided_by, own.decided_at) == said:
            _take_back(session, each, own)
    return to_claim(claim)


def _take_back(session: Session, claim: ClaimRow, decision: DecisionRow) -> None:
    register.detach(session, claim)
    claim.sqlmodel_update({**decision.before, "decision": None})
    session.delete(decision)
    session.add(claim)
    session.flush()


def decisions(session: Session, limit: int = 100) -> tuple[Decision, ...]:
    """What persons decided, newest first."""
    same = and_(
        col(ClaimRow.article_id) == col(DecisionRow.article_id),
        col(ClaimRow.decision) == col(DecisionRow.statement),
    )
    query = (
        select(DecisionRow, ArticleRow, ClaimRow.position)
        .join(ArticleRow, col(ArticleRow.id) == col(DecisionRow.article_id))
        .join(ClaimRow, same, isouter=True)
        .order_by(col(DecisionRow.decided_at).desc(), col(DecisionRow.article_id))
        .limit(limit)
    )
    return tuple(_to_decision(*found) for found in session.exec(query))


def apply(session: Session, claims: Iterable[ClaimRow]) -> list[ClaimRow]:
    """What a new reading's claims give for events: as persons left them, without those that they refused.

    What they said of a claim holds for a copy of its article that comes later.
    """
    kept = []
    for claim in claims:
        decision = session.get(DecisionRow, (claim.article_id, statement(claim))) or _inherited(
            session, claim
        )
        if decision is not None:
            claim.decision = decision.statement
            session.add(claim)
        if decision is not None and decision.verdict == Verdict.YES:
            left = {name: getattr(decision, name) for name in _CORRECTED}
            claim.sqlmodel_update({**left, "confidence": _VOUCHED})
        if decision is None or decision.verdict == Verdict.YES:
            kept.append(claim)
    return kept


def _inherited(session: Session, claim: ClaimRow) -> DecisionRow | None:
    """What was decided of the same claim in an article of the same text, as a decision of its own."""
    own = select(ArticleRow.text_hash).where(ArticleRow.id == claim.article_id).scalar_subquery()
    query = (
        select(DecisionRow)
        .join(ArticleRow, col(ArticleRow.id) == col(DecisionRow.article_id))
        .where(col(ArticleRow.text_hash) == own, DecisionRow.statement == statement(claim))
        .order_by(col(DecisionRow.decided_at).desc(), col(DecisionRow.article_id))
    )
    found = session.exec(query.limit(1)).first()
    if found is None:
        return None
    decision = DecisionRow(**{**found.model_dump(), "article_id": claim.article_id})
    session.add(decision)
    return decision


def statement(claim: ClaimRow) -> str:
    """What a claim says as read, whatever its place in the article: SHA-256 in hexadecimal."""
    member = claim.member or fold(claim.member_name or "")
    network = claim.network or fold(claim.network_name or "")
    said = "\n".join((claim.verb, member, network, fold(claim.sentence)))
    return hashlib.sha256(said.encode()).hexdigest()


def _found(session: Session, article: int, position: int) -> tuple[ClaimRow, ArticleRow]:
    claim = session.get(ClaimRow, (article, position), populate_existing=True)
    written = session.get(ArticleRow, article, populate_existing=True)
    if claim is None or written is None:
        raise NotFound(f"no claim {article}.{position}; `jarchi review` lists those that wait")
    return claim, written


def _corrected(claim: ClaimRow, correction: Correction) -> dict[str, Any]:
    return {name: getattr(correction, name) or getattr(claim, name) for name in _CORRECTED}


def _as_read(claim: ClaimRow) -> dict[str, Any]:
    return {name: getattr(claim, name) for name in (*_CORRECTED, "confidence")}


def _reported(article: ArticleRow) -> datetime:
    return article.published_at or article.fetched_at


def _freshness(claim: ClaimRow, article: ArticleRow, oldest: datetime) -> Freshness:
    """Of the article when it came; whoever says yes to an undated one vouches that it is news."""
    was = Freshness(claim.freshness or Freshness.TOO_OLD)
    if was in (Freshness.NEWS, Freshness.UNDATED):
        return Freshness.NEWS if article.first_seen_at >= oldest else Freshness.TOO_OLD
    return was


def _item(claim: ClaimRow, article: ArticleRow) -> ReviewItem:
    return ReviewItem(
        article=claim.article_id,
        position=claim.position,
        url=article.url,
        title=article.title,
        claim=to_claim(claim),
        why=_why(claim),
    )


def _why(claim: ClaimRow) -> Why:
    if claim.member is None:
        return Why.MEMBER
    if claim.network is None:
        return Why.NETWORK
    return Why.UNCERTAIN if claim.confidence < ALERT_CONFIDENCE else Why.UNDATED


def _to_decision(row: DecisionRow, article: ArticleRow, position: int | None) -> Decision:
    return Decision(
        article=row.article_id,
        position=position,
        title=article.title,
        verdict=Verdict(row.verdict),
        member=row.member,
        network=row.network,
        verb=Verb(row.verb),
        status=Status(row.status),
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        note=row.note,
    )
