"""Values as the JSON objects that scripts rely on, the same from the commands and from the web."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, NotRequired, TypedDict

from news.names import naming
from news.values import Article, Claim, Evidence, MembershipEvent, TagKind
from storage.search import Found, Hit

if TYPE_CHECKING:  # the tables behind it take a fifth of a second, which a search from the shell does not wait for
    from storage.timeline import Step


class Named(TypedDict):
    """A key with its English name; the key again where the name is not known."""

    key: str
    name: str


class NetworkTag(Named):
    """A network and how often the article mentions it."""

    mentions: int


class CityTag(Named):
    """A city and how often the article mentions it; `key` is its GeoNames id."""

    country: str | None
    mentions: int


class ClaimObject(TypedDict):
    """A membership statement; `alert` is true where it would alert but for its date."""

    city: str | None
    country: str | None
    network: str | None
    network_name: str | None
    verb: str
    status: str
    confidence: float
    alert: bool
    sentence: str
    #: as the text writes them, where they are not known
    city_as_written: str | None
    network_as_written: str | None


class ArticleObject(TypedDict):
    """An article."""

    id: int | str | None
    url: str
    title: str
    text: str
    language: str
    language_confidence: float
    published_at: str | None
    published_precision: str | None
    published_from: str | None
    authors: list[str]
    networks: list[NetworkTag]
    cities: list[CityTag]
    memberships: list[ClaimObject]
    source: str
    original_source: str | None
    agency: str | None


class HitObject(TypedDict):
    """An article found."""

    id: int
    url: str
    title: str
    source: str
    language: str
    published_at: str | None
    snippet: str
    networks: list[Named]
    cities: list[Named]
    score: float
    copies: int


class FacetObject(Named):
    """How many of the articles found have this value."""

    count: int


class ProblemObject(TypedDict):
    """What of a query was not understood, and how many characters stand before it."""

    message: str
    place: int


class FoundObject(TypedDict):
    """One page of results."""

    total: int
    took_ms: float
    #: what of the query was not understood; the rest was searched
    problems: list[ProblemObject]
    #: to be given back with later pages
    pin: int
    hits: list[HitObject]
    facets: NotRequired[dict[str, list[FacetObject]]]


class EvidenceObject(TypedDict):
    """One article's sentence for a membership."""

    article: int
    url: str
    source: str
    sentence: str


class MembershipObject(TypedDict):
    """An entry of the register."""

    city: str | None
    country: str | None
    network: str
    network_name: str | None
    verb: str
    status: str
    confidence: float
    first_reported: str
    evidence: list[EvidenceObject]
    #: what denies it
    contradictions: list[EvidenceObject]


class StepObject(TypedDict):
    """One step of the register: a report, a denial, a person's decision."""

    moment: str
    city: str | None
    country: str | None
    network: str
    network_name: str | None
    what: str
    verb: str
    status: str
    by: str
    words: str
    article: int
    url: str


class MembershipsObject(TypedDict):
    """The register."""

    memberships: list[MembershipObject]


def article_object(id: int | str | None, article: Article) -> ArticleObject:  # noqa: A002
    """An article; `id` is the archive's, or whatever the caller knows it by."""
    dated = article.dated
    return {
        "id": id,
        "url": article.url,
        "title": article.title,
        "text": article.text,
        "language": article.language.code,
        "language_confidence": article.language.confidence,
        "published_at": dated.moment.isoformat() if dated else None,
        "published_precision": dated.precision.value if dated else None,
        "published_from": dated.provenance.value if dated else None,
        "authors": list(article.authors),
        "networks": [_network_tag(key, count) for key, count in _mentions(article, TagKind.NETWORK)],
        "cities": [_city_tag(key, count) for key, count in _mentions(article, TagKind.CITY)],
        "memberships": [claim_object(claim) for claim in article.claims],
        "source": article.source,
        "original_source": article.original_source,
        "agency": article.agency,
    }


def claim_object(claim: Claim) -> ClaimObject:
    """A membership statement."""
    city, country = _member(claim.member)
    return {
        "city": city,
        "country": country,
        "network": claim.network,
        "network_name": naming.network_name(claim.network) if claim.network else None,
        "verb": claim.verb.value,
        "status": claim.status.value,
        "confidence": claim.confidence,
        "alert": claim.alerts,
        "sentence": claim.sentence,
        "city_as_written": claim.member_name,
        "network_as_written": claim.network_name,
    }


def hit_object(hit: Hit) -> HitObject:
    """An article found."""
    return {
        "id": hit.id,
        "url": hit.url,
        "title": hit.title,
        "source": hit.source,
        "language": hit.language,
        "published_at": hit.published_at.isoformat() if hit.published_at else None,
        "snippet": hit.snippet,
        "networks": [named("network", key) for key in hit.networks],
        "cities": [named("city", key) for key in hit.cities],
        "score": hit.score,
        "copies": hit.copies,
    }


def found_object(found: Found, took_ms: float) -> FoundObject:
    """A page of results; with facets only where they were asked for."""
    answer: FoundObject = {
        "total": found.total,
        "took_ms": round(took_ms, 1),
        "problems": [{"message": problem.message, "place": problem.place} for problem in found.problems],
        "pin": found.pin,
        "hits": [hit_object(hit) for hit in found.hits],
    }
    if found.facets:
        answer["facets"] = {facet: _facet(facet, counts) for facet, counts in found.facets.items()}
    return answer


def membership_object(event: MembershipEvent) -> MembershipObject:
    """An entry of the register with its evidence, best first."""
    city, country = _member(event.member)
    return {
        "city": city,
        "country": country,
        "network": event.network,
        "network_name": naming.network_name(event.network),
        "verb": event.verb.value,
        "status": event.status.value,
        "confidence": event.confidence,
        "first_reported": event.first_reported.isoformat(),
        "evidence": list(map(_evidence, event.evidence)),
        "contradictions": list(map(_evidence, event.contradictions)),
    }


def step_object(step: Step) -> StepObject:
    """A step of the register."""
    city, country = _member(step.member)
    return {
        "moment": step.moment.isoformat(),
        "city": city,
        "country": country,
        "network": step.network,
        "network_name": naming.network_name(step.network),
        "what": step.what,
        "verb": step.verb.value,
        "status": step.status.value,
        "by": step.by,
        "words": step.words,
        "article": step.article,
        "url": step.url,
    }


def _evidence(item: Evidence) -> EvidenceObject:
    return {"article": item.article, "url": item.url, "source": item.source, "sentence": item.sentence}


def memberships_object(events: Iterable[MembershipEvent]) -> MembershipsObject:
    """The register, in the order given."""
    return {"memberships": [membership_object(event) for event in events]}


def named(facet: str, key: str) -> Named:
    """The key of a network, city, language or source with its English name; sources are named by their key."""
    return {"key": key, "name": _NAMES.get(facet, str)(key) or key}


def _city_name(key: str) -> str | None:
    found = naming.place(key)
    return found.name if found else None


_NAMES: dict[str, Callable[[str], str | None]] = {
    "network": naming.network_name,
    "city": _city_name,
    "country": naming.country_name,
    "language": naming.language_name,
}


def _member(key: str | None) -> tuple[str | None, str | None]:
    found = naming.place(key) if key else None
    return (found.name, found.country) if found else (None, None)


def _mentions(article: Article, kind: TagKind) -> list[tuple[str, int]]:
    """In order of first mention."""
    return list(Counter(tag.key for tag in article.tags if tag.kind is kind).items())


def _network_tag(key: str, mentions: int) -> NetworkTag:
    return {**named("network", key), "mentions": mentions}


def _city_tag(key: str, mentions: int) -> CityTag:
    found = naming.place(key)
    return {**named("city", key), "country": found.country if found else None, "mentions": mentions}


def _facet(facet: str, counts: Iterable[tuple[str, int]]) -> list[FacetObject]:
    return [{**named(facet, key), "count": count} for key, count in counts]
