"""What readers say of letters: right, wrong, or that something was missed; and how often letters were right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from math import sqrt

from sqlmodel import Session, col, func, select

from news.errors import NotFound, UsageError
from news.values import Status
from storage import reviewing
from storage.outbox import Delivery
from storage.readertables import AnswerRow
from storage.reviewing import Judgement, Verdict
from storage.tables import ClaimRow

#: So much may a reader name as missed a day: a link that got into other hands fills no queue.
MISSED_A_DAY = 20
_DAY = timedelta(days=1)
#: Of the normal distribution, for an interval that holds the truth 95 times in 100.
_Z = 1.959964


class Said(StrEnum):
    """What a reader answers."""

    RIGHT = "right"
    WRONG = "wrong"
    MISSED = "missed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a reader said, and what the staff made of it."""

    id: int
    said: Said
    rule: str
    recipient: str
    #: the letter's headline; of what was missed, the reader's words
    subject: str
    #: of what was missed
    address: str | None
    note: str | None
    answered_at: datetime
    event: int | None
    article: int | None
    settled_by: str | None = None
    #: whether the staff found the reader right; None while it waits
    agreed: bool | None = None


class Facet(StrEnum):
    """What answers are counted by."""

    ALL = "all"
    RULE = "rule"
    LANGUAGE = "language"
    NETWORK = "network"


@dataclass(frozen=True, slots=True, kw_only=True)
class Precision:
    """How many of the letters that readers judged were right."""

    facet: Facet
    #: of the rule, language or network; empty for all
    key: str
    right: int
    wrong: int
    #: what readers say that letters missed; no part of the share
    missed: int

    @property
    def share(self) -> float | None:
        """Of right ones; None where nobody answered."""
        judged = self.right + self.wrong
        return self.right / judged if judged else None

    @property
    def interval(self) -> tuple[float, float]:
        """Where the true share lies, 95 times in 100 (Wilson 1927)."""
        return wilson(self.right, self.right + self.wrong)


def judge(
    session: Session, delivery: Delivery, said: Said, subject: str, note: str | None, now: datetime
) -> None:
    """Note what the recipient says of a delivery, in place of what was said before; another verdict waits anew."""
    row = session.exec(select(AnswerRow).where(AnswerRow.delivery_id == delivery.id)).first()
    if row is None:
        row = _about(delivery, subject, now)
    if row.verdict != said:
        row.verdict, row.agreed = said.value, None
        row.settled_at = row.settled_by = row.reason = None
    row.note, row.answered_at = note or None, now
    session.add(row)


def miss(session: Session, recipient: str, rule: str, address: str, what: str, now: datetime) -> bool:
    """Note what a reader says was missed; False where it waits already, or the reader named too much today."""
    same = (AnswerRow.recipient == recipient, AnswerRow.verdict == Said.MISSED.value)
    waits = select(AnswerRow.id).where(
        *same, AnswerRow.address == address, AnswerRow.subject == what, col(AnswerRow.settled_at).is_(None)
    )
    today = select(func.count()).where(*same, col(AnswerRow.answered_at) > now - _DAY)
    if session.exec(waits).first() is not None or session.exec(today).one() >= MISSED_A_DAY:
        return False
    session.add(
        AnswerRow(
            rule=rule, recipient=recipient, verdict=Said.MISSED.value, subject=what, address=address or None,
            answered_at=now,
        )
    )  # fmt: skip
    return True


def waiting(session: Session, limit: int = 100) -> tuple[Answer, ...]:
    """What readers call wrong or missed, until a person has looked at it: oldest first."""
    query = (
        select(AnswerRow)
        .where(col(AnswerRow.settled_at).is_(None), AnswerRow.verdict != Said.RIGHT.value)
        .order_by(col(AnswerRow.answered_at), col(AnswerRow.id))
        .limit(limit)
    )
    return tuple(map(_to_answer, session.exec(query)))


def settle(
    session: Session,
    answer: int,
    *,
    agreed: bool,
    by: str,
    note: str | None,
    now: datetime,
    max_age: timedelta,
) -> Answer:
    """Note whether the staff find a reader right.

    An event that is wrong then is a person's no to each claim that bears it out, which `reviewing.undo` takes back.
    Raises NotFound for an unknown answer, UsageError for one that waits for nobody.
    """
    row = session.get(AnswerRow, answer)
    if row is None:
        raise NotFound(f"no answer {answer}; `jarchi review` lists those that wait")
    if row.settled_at is not None or row.verdict == Said.RIGHT:
        raise UsageError(f"answer {answer} does not wait for anybody")
    row.settled_at, row.settled_by, row.agreed, row.reason = now, by, agreed, note
    session.add(row)
    if agreed and row.verdict == Said.WRONG and row.event_id is not None:
        _refuse(
            session,
            row.event_id,
            by,
            note or f"a reader says it is wrong: {row.note or ''}".strip(": "),
            now,
            max_age,
        )
    return _to_answer(row)


def precision(session: Session) -> tuple[Precision, ...]:
    """How right letters were: all, then by rule, language and network, those with most answers first.

    A "wrong" that the staff did not agree with counts as right.
    """
    counts: Counter[tuple[Facet, str, Said]] = Counter()
    for row in session.exec(select(AnswerRow)):
        said = Said.RIGHT if row.verdict == Said.WRONG and row.agreed is False else Said(row.verdict)
        if said is Said.MISSED and row.agreed is False:
            continue
        counts.update((facet, key, said) for facet, key in _facets(row))
    found = [
        Precision(facet=facet, key=key, **{said.value: counts[facet, key, said] for said in Said})
        for facet, key in dict.fromkeys((facet, key) for facet, key, _ in counts)
    ]
    order = list(Facet)
    return tuple(
        sorted(found, key=lambda item: (order.index(item.facet), -item.right - item.wrong, item.key))
    )


def wilson(right: int, judged: int) -> tuple[float, float]:
    """The interval of a share of which so many were right; all there is where nothing was judged."""
    if not judged:
        return 0.0, 1.0
    share, spread = right / judged, _Z * _Z / judged
    middle = share + spread / 2
    reach = _Z * sqrt(share * (1 - share) / judged + spread / (4 * judged))
    return max(0.0, (middle - reach) / (1 + spread)), min(1.0, (middle + reach) / (1 + spread))


def _about(delivery: Delivery, subject: str, now: datetime) -> AnswerRow:
    event, article = delivery.event, delivery.article
    languages = [item.language for item in event.evidence] if event else []
    return AnswerRow(
        delivery_id=delivery.id,
        event_id=event.id if event else None,
        article_id=article.id if article else None,
        rule=delivery.rule,
        recipient=delivery.recipient,
        network=event.network if event else None,
        language=article.language if article else next(iter(languages), None),
        verdict="",
        subject=subject,
        answered_at=now,
    )


def _refuse(session: Session, event: int, by: str, note: str, now: datetime, max_age: timedelta) -> None:
    claims = session.exec(
        select(ClaimRow.article_id, ClaimRow.position).where(
            ClaimRow.event_id == event, ClaimRow.status != Status.DENIED.value
        )
    ).all()
    judgement = Judgement(verdict=Verdict.NO, by=by, note=note)
    reviewing.hold(session, {article for article, _ in claims})
    for article, position in claims:
        reviewing.decide(session, article, position, judgement, now=now, max_age=max_age)


def _facets(row: AnswerRow) -> Iterator[tuple[Facet, str]]:
    yield Facet.ALL, ""
    yield Facet.RULE, row.rule
    if row.language:
        yield Facet.LANGUAGE, row.language
    if row.network:
        yield Facet.NETWORK, row.network


def _to_answer(row: AnswerRow) -> Answer:
    assert row.id is not None
    return Answer(
        id=row.id,
        said=Said(row.verdict),
        rule=row.rule,
        recipient=row.recipient,
        subject=row.subject,
        address=row.address,
        note=row.note,
        answered_at=row.answered_at,
        event=row.event_id,
        article=row.article_id,
        settled_by=row.settled_by,
        agreed=row.agreed,
    )
