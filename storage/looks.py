"""Looks: known articles are asked for again, ever more rarely, to see what was edited, moved or taken away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import bindparam
from sqlalchemy import select as core_select
from sqlmodel import Session, col, select

from news.values import Article, Lead, Road
from storage import articles
from storage.keys import bounded, row_key
from storage.leads import Validators
from storage.rows import to_lead
from storage.statements import Built, put, table_of
from storage.tables import AddressRow, ArticleRow, LeadRow, LookRow, ValidatorRow, VersionRow

#: Looks in a row that find nothing out, before the next waits for its turn in the plan.
_TRIES = 3


class Seen(StrEnum):
    """What a look found; each look ends in exactly one."""

    #: the page says what is kept
    SAME = "same"
    #: the server says that nothing changed; the next look asks for the page all the same
    NOT_MODIFIED = "not-modified"
    EDITED = "edited"
    #: at another address, which is the article's now; edited or not
    MOVED = "moved"
    #: 404 for the first time
    MISSING = "missing"
    #: 410, or 404 again
    GONE = "gone"
    #: what came is none of the article: a login, an error under 200, another page
    UNCLEAR = "unclear"
    #: no answer that says anything
    FAILED = "failed"


#: What proves that the article is still there.
_THERE = (Seen.SAME, Seen.NOT_MODIFIED, Seen.EDITED, Seen.MOVED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """An article to be asked for again."""

    article: int
    #: as it is kept
    kept: Article
    #: what its list says of it
    lead: Lead
    #: whether its page showed the kept title as its own
    titled: bool
    #: None where the page is wanted whatever its server says
    validators: Validators | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What is known of an article's page beside the article."""

    #: readings that differed, and when the last edit was seen
    versions: int
    edited_at: datetime | None = None
    gone_at: datetime | None = None
    gone_cause: str | None = None
    moved_at: datetime | None = None
    moved_from: str | None = None
    looked_at: datetime | None = None
    #: of the last look
    outcome: Seen | None = None
    cause: str | None = None
    next_at: datetime | None = None


def expect(
    session: Session, article_id: int, lead: Lead, now: datetime, plan: Sequence[timedelta], *, titled: bool
) -> None:
    """Note that an article's own page was just had: what was said against it is over, the next look is planned."""
    session.flush()
    found = _ARTICLE_SEEN.rows(session, id_=article_id)
    source, url, first_seen_at = found[0] if found else ("", "", now)
    if source != lead.source or not url:
        return  # a copy: its page is another's
    row = {
        "article_id": article_id, "source": source, "lead": row_key(lead.address), "titled": titled,
        "gone_at": None, "gone_cause": None, "missed_at": None, "due_at": _next(first_seen_at, now, plan),
    }  # fmt: skip
    put(session, _LOOK, [row])


def due(session: Session, source: str, now: datetime, limit: int) -> tuple[Look, ...]:
    """The looks whose moment has come, longest overdue first."""
    rows = session.exec(_DUE, params={"source_": source, "now_": now, "limit_": limit}).all()
    return tuple(look for row in rows if (look := _look(session, row)) is not None)


def at(session: Session, source: str, address: str) -> Look | None:
    """A look at the article of an address, due or not; None where the source has none there."""
    known = session.get(AddressRow, row_key(address))
    row = session.get(LookRow, known.article_id) if known else None
    return _look(session, row) if row is not None and row.source == source else None


def found(
    session: Session,
    look: Look,
    seen: Seen,
    now: datetime,
    plan: Sequence[timedelta],
    cause: str | None = None,
) -> Seen:
    """Note what a look found, and plan the next."""
    row, article = session.get(LookRow, look.article), session.get(ArticleRow, look.article)
    if row is None or article is None:
        return seen
    following, soon = _next(article.first_seen_at, now, plan), now + plan[0] if plan else None
    if seen in _THERE:
        row.tries, row.missed_at, row.gone_at, row.gone_cause = 0, None, None, None
        row.due_at = following
    elif seen is Seen.GONE:
        row.tries, row.gone_at, row.gone_cause = 0, row.gone_at or now, row.gone_cause or cause
        row.due_at = following
    elif seen is Seen.MISSING:
        row.tries, row.missed_at = 0, row.missed_at or now
        row.due_at = soon
    else:
        row.tries += 1
        row.due_at = soon if row.tries < _TRIES else following
    if seen is Seen.MOVED and look.kept.url != article.url:
        row.moved_at, row.moved_from = now, look.kept.url
    row.looks, row.looked_at, row.outcome, row.cause = row.looks + 1, now, seen.value, cause
    session.add(row)
    return seen


def missed(session: Session, look: Look, cause: str, now: datetime, plan: Sequence[timedelta]) -> Seen:
    """Note that a page could not be had: gone with 410, or with 404 twice, a first step of the plan apart."""
    row = session.get(LookRow, look.article)
    seen = Seen.FAILED
    if cause == "http-410":
        seen = Seen.GONE
    elif cause == "http-404":
        since = row.missed_at if row is not None else None
        apart = plan[0] if plan else timedelta(0)
        is_gone = row is not None and row.gone_at is not None
        seen = Seen.GONE if is_gone or (since is not None and now - since >= apart) else Seen.MISSING
    return found(session, look, seen, now, plan, cause)


def state(session: Session, article_id: int) -> State | None:
    """What is known of an article's page; None for an unknown article."""
    article, row = session.get(ArticleRow, article_id), session.get(LookRow, article_id)
    if article is None:
        return None
    earlier = session.exec(select(VersionRow.fetched_at).where(VersionRow.article_id == article_id)).all()
    # a version that a new reader made of the same page is none that the site made
    edited = article.fetched_at if any(moment < article.fetched_at for moment in earlier) else None
    if row is None:
        return State(versions=article.versions, edited_at=edited)
    return State(
        versions=article.versions,
        edited_at=edited,
        gone_at=row.gone_at,
        gone_cause=row.gone_cause,
        moved_at=row.moved_at,
        moved_from=row.moved_from,
        looked_at=row.looked_at,
        outcome=Seen(row.outcome) if row.outcome else None,
        cause=row.cause,
        next_at=row.due_at,
    )


def twin_of(session: Session, article_id: int, text_hash: str) -> bool:
    """Whether another article has this very text: what two pages turned into is neither's."""
    query = select(ArticleRow.id).where(ArticleRow.text_hash == text_hash, col(ArticleRow.id) != article_id)
    return session.exec(query.limit(1)).first() is not None


def _look(session: Session, row: LookRow) -> Look | None:
    kept = articles.load(session, row.article_id)
    if kept is None or not kept.url:
        return None
    named = session.get(LeadRow, (row.source, row.lead)) if row.lead else None
    lead = (
        to_lead(named)
        if named
        else Lead(address=kept.url, source=row.source, road=Road.LIST, dated=kept.dated)
    )
    asked = session.get(ValidatorRow, bounded(kept.url)) if row.outcome != Seen.NOT_MODIFIED else None
    validators = (
        Validators(address=kept.url, etag=asked.etag, last_modified=asked.last_modified) if asked else None
    )
    return Look(article=row.article_id, kept=kept, lead=lead, titled=row.titled, validators=validators)


def _next(first_seen_at: datetime, now: datetime, plan: Sequence[timedelta]) -> datetime | None:
    """The first step of the plan that lies ahead; those that were slept through are one."""
    return next((moment for step in plan if (moment := first_seen_at + step) > now), None)


_LOOK, _ARTICLE = table_of(LookRow), table_of(ArticleRow)
_DUE = (
    select(LookRow)
    .where(LookRow.source == bindparam("source_"), col(LookRow.due_at) <= bindparam("now_", type_=_LOOK.c.due_at.type))
    .order_by(col(LookRow.due_at), col(LookRow.article_id))
    .limit(bindparam("limit_"))
)
_ARTICLE_SEEN = Built(
    core_select(_ARTICLE.c.source, _ARTICLE.c.url, _ARTICLE.c.first_seen_at).where(
        _ARTICLE.c.id == bindparam("id_")
    )
)
