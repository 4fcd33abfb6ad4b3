"""Values to rows and back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from news.values import (
    Article,
    Calendar,
    Claim,
    Dated,
    Language,
    Lead,
    Part,
    Precision,
    Provenance,
    Road,
    Span,
    Status,
    Tag,
    TagKind,
    Verb,
)
from storage.tables import ArticleRow, ClaimRow, LeadRow, TagRow


def dated_columns(dated: Dated | None) -> dict[str, Any]:
    """The four columns of a date, all None where there is none."""
    return {
        "published_at": dated.moment if dated else None,
        "published_precision": dated.precision.value if dated else None,
        "published_from": dated.provenance.value if dated else None,
        "published_calendar": dated.calendar.value if dated else None,
    }


def to_dated(row: ArticleRow | LeadRow) -> Dated | None:
    """The date of an article's or lead's row."""
    if row.published_at is None:
        return None
    return Dated(
        moment=row.published_at,
        precision=Precision(row.published_precision or ""),
        provenance=Provenance(row.published_from or ""),
        calendar=Calendar(row.published_calendar or ""),
    )


def article_columns(article: Article) -> dict[str, Any]:
    """The columns that a new reading of an article replaces."""
    return {
        "url": article.url,
        "source": article.source,
        "title": article.title,
        "text": article.text,
        "language": article.language.code,
        "language_confidence": article.language.confidence,
        "authors": list(article.authors),
        "original_source": article.original_source,
        "agency": article.agency,
        "fetched_at": article.fetched_at,
        **dated_columns(article.dated),
    }


def tag_columns(article_id: int, position: int, tag: Tag) -> dict[str, Any]:
    """A tag's columns as the `position`-th of its article."""
    return {
        "article_id": article_id,
        "position": position,
        "kind": tag.kind.value,
        "key": tag.key,
        "alias": tag.alias,
        "part": tag.span.part.value,
        "span_start": tag.span.start,
        "span_end": tag.span.end,
        "rule": tag.rule,
    }


def to_tag(row: TagRow) -> Tag:
    """The tag of a row."""
    return Tag(kind=TagKind(row.kind), key=row.key, alias=row.alias, span=_span(row), rule=row.rule)


def claim_row(article_id: int, position: int, claim: Claim) -> ClaimRow:
    """A claim as the `position`-th of its article, not yet joined to an event."""
    return ClaimRow(
        article_id=article_id,
        position=position,
        member=claim.member,
        network=claim.network,
        verb=claim.verb.value,
        status=claim.status.value,
        sentence=claim.sentence,
        part=claim.span.part.value,
        span_start=claim.span.start,
        span_end=claim.span.end,
        confidence=claim.confidence,
        rule=claim.rule,
        member_name=claim.member_name,
        network_name=claim.network_name,
    )


def to_claim(row: ClaimRow) -> Claim:
    """The claim of a row."""
    return Claim(
        member=row.member,
        network=row.network,
        verb=Verb(row.verb),
        status=Status(row.status),
        sentence=row.sentence,
        span=_span(row),
        confidence=row.confidence,
        rule=row.rule,
        member_name=row.member_name,
        network_name=row.network_name,
    )


def to_article(row: ArticleRow, tags: Sequence[TagRow], claims: Sequence[ClaimRow]) -> Article:
    """The article of a row with its tags and claims, each in order."""
    return Article(
        url=row.url,
        source=row.source,
        title=row.title,
        text=row.text,
        language=Language(code=row.language, confidence=row.language_confidence),
        authors=tuple(row.authors),
        dated=to_dated(row),
        original_source=row.original_source,
        agency=row.agency,
        fetched_at=row.fetched_at,
        tags=tuple(map(to_tag, tags)),
        claims=tuple(map(to_claim, claims)),
    )


def lead_columns(lead: Lead, key: str, *, overlapped: bool, now: datetime) -> dict[str, Any]:
    """A lead that was never seen before."""
    return {
        "source": lead.source, "key": key, "address": lead.address, "road": lead.road.value, "title": lead.title,
        "modified_at": lead.modified_at, "first_seen_at": now, "overlapped": overlapped, "state": "pending",
        "attempts": 0, **dated_columns(lead.dated),
    }  # fmt: skip


def to_lead(row: LeadRow) -> Lead:
    """The lead of a row."""
    return Lead(
        address=row.address,
        source=row.source,
        road=Road(row.road),
        title=row.title,
        dated=to_dated(row),
        modified_at=row.modified_at,
    )


def _span(row: TagRow | ClaimRow) -> Span:
    return Span(part=Part(row.part), start=row.span_start, end=row.span_end)
