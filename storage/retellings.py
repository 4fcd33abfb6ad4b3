"""Articles of different sites that announce the same membership within days: one story, whatever its words.

A retelling in a newsroom's own words, or in another language, shares too little with its original to be found by
`storage.nearby`. What both say of a membership shows it, where an article is about that: it stands in the title or
the opening, and nothing else of the kind is announced beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import bindparam, or_, select
from sqlmodel import Session

from news.values import Part, Status, Verb
from storage import nearness
from storage.nearby import Entrant, Near
from storage.statements import Built, table_of
from storage.tables import ArticleRow, ClaimRow, MemberChangeRow

#: Steps that are taken once: a city may host, sign and be elected several times in a week.
_STEPS = (Verb.JOINED, Verb.LEFT, Verb.RENEWED, Verb.APPLIED)
#: Further apart, one is a look back.
_WITHIN = timedelta(days=3)
#: Characters of a text that its opening has at most.
_OPENING = 400
#: Retellings that lead to a story: it holds the others.
_MOST = 8


@dataclass(frozen=True, slots=True)
class _Step:
    """What an article is about."""

    event: int
    moment: datetime


def of(session: Session, one: Entrant) -> tuple[Near, ...]:
    """The articles of other sites that tell of the membership that an article announces, the oldest first."""
    own = _step(_CLAIMS.rows(session, article_=one.article))
    if own is None:
        return ()
    values = {
        "event_": own.event,
        "source_": one.source,
        "since_": own.moment - _WITHIN,
        "until_": own.moment + _WITHIN,
    }
    found = (article for (article,) in _OTHERS.rows(session, **values))
    telling = (article for article in found if _step(_CLAIMS.rows(session, article_=article)) is not None)
    return tuple(_likeness(session, one, list(islice(telling, _MOST))))


def _step(claims: Sequence[Sequence[Any]]) -> _Step | None:
    """The membership that an article is about, by its announced claims; None where it is about several, or none."""
    if len({(member, network) for _, member, network, *_ in claims}) != 1:
        return None
    opening = (
        _Step(event, moment)
        for event, _, _, verb, part, start, moment in claims
        if verb in _STEPS and (part == Part.TITLE or start < _OPENING)
    )
    return next(opening, None)


def _likeness(session: Session, one: Entrant, others: Sequence[int]) -> Iterator[Near]:
    shingles = nearness.shingles(one.text)
    for article, text in session.execute(_TEXTS, {"ids": others}):
        yield Near(article=article, likeness=nearness.likeness(shingles, nearness.shingles(text))[0])


# Built once, as in `storage.articles`.
_ARTICLE, _CLAIM, _CHANGE = table_of(ArticleRow).c, table_of(ClaimRow).c, table_of(MemberChangeRow).c
_ANNOUNCED = (_CLAIM.event_id.is_not(None), _CLAIM.status == Status.ANNOUNCED.value)
_CLAIMS = Built(
    select(
        _CLAIM.event_id, _CLAIM.member, _CLAIM.network, _CLAIM.verb, _CLAIM.part, _CLAIM.span_start,
        _ARTICLE.sorted_at,
    )
    .join(table_of(ArticleRow), _ARTICLE.id == _CLAIM.article_id)
    .where(_CLAIM.article_id == bindparam("article_"), *_ANNOUNCED)
    .order_by(_CLAIM.position)
)  # fmt: skip
_MOMENT = _ARTICLE.sorted_at.type
#: Our own notices about lists of members are no articles of a site.
_OTHERS = Built(
    select(_ARTICLE.id)
    .join(table_of(ClaimRow), _CLAIM.article_id == _ARTICLE.id)
    .where(
        _CLAIM.event_id == bindparam("event_"),
        _CLAIM.status == Status.ANNOUNCED.value,
        or_(_CLAIM.part == Part.TITLE.value, _CLAIM.span_start < _OPENING),
        _ARTICLE.source != bindparam("source_"),
        _ARTICLE.sorted_at.between(bindparam("since_", type_=_MOMENT), bindparam("until_", type_=_MOMENT)),
        _ARTICLE.id.not_in(select(_CHANGE.article_id)),
    )
    .distinct()
    .order_by(_ARTICLE.id)
)
_TEXTS = (
    select(_ARTICLE.id, _ARTICLE.text)
    .where(_ARTICLE.id.in_(bindparam("ids", expanding=True)))
    .order_by(_ARTICLE.id)
)
