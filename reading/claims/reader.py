"""Read the membership statements of an article."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from news.values import Claim, Part, Source, Status, Tag, TagKind, Verb
from reading.claims.confidence import AGREEMENT, confidence
from reading.claims.judging import Statement, Strength, statements
from reading.claims.lexicon import lexicon
from reading.claims.marking import mark
from reading.claims.naming import NOBODY, Article, Found, members, network_of

#: What a text may say of a city and a network that takes the news out of a title about them.
_CONTRADICTIONS = {Status.PLANNED, Status.DENIED, Status.HISTORICAL}
_NAMED = frozenset({"inside", "clause", "spoken-of", "listed"})
#: Verbs whose subject the sentence itself must name, and how it may be named.
_DONE_BY = {
    Verb.ELECTED: _NAMED | {"mayor"},
    Verb.HOSTS: _NAMED,
    Verb.TWINNED: _NAMED,
}


def read_claims(
    *, title: str, text: str, tags: tuple[Tag, ...], language: str, source: Source | None
) -> tuple[Claim, ...]:
    """The membership claims of an article, surest first; none for a language without a lexicon."""
    phrases = lexicon(language)
    if phrases is None:
        return ()
    sentences = mark(title, text, tags, language)
    article = Article(sentences, phrases, source)
    found = [
        claim
        for sentence in sentences
        for statement in statements(sentence, phrases)
        for claim in _claims(statement, article)
    ]
    return tuple(sorted(_settled(found), key=lambda claim: -claim.confidence))


def _claims(statement: Statement, article: Article) -> Iterator[Claim]:
    if article.is_about_a_person(statement):
        return
    network, member = network_of(statement, article), members(statement, article)
    if not _worth_keeping(statement, article, network, member):
        return
    if statement.verb is Verb.TWINNED:
        network = NOBODY
    score = confidence(statement, network.how, member.how, mayor=_is_the_mayor(statement, article))
    for city in member.keys or (None,):
        yield Claim(
            member=city,
            network=network.keys[0] if network.keys else None,
            verb=statement.verb,
            status=statement.status,
            sentence=statement.sentence.text,
            span=statement.sentence.span,
            confidence=score,
            rule=f"{statement.rule}/{network.how}/{member.how}",
        )


def _worth_keeping(statement: Statement, article: Article, network: Found, member: Found) -> bool:
    """Persons join parties and cities join leagues: a claim needs a network, or a city beside a word for one."""
    if statement.verb in _DONE_BY and not _is_named(statement, member):
        return False
    if network.keys:
        return statement.verb is Verb.JOINED or bool(member.keys)
    spoken = article.lexicon.network_word
    beside = member.how in ("inside", "clause", "sentence")
    return beside and spoken is not None and bool(spoken.search(statement.sentence.line))


def _is_named(statement: Statement, member: Found) -> bool:
    """Whether the sentence itself names who does it: in the same clause, or right at its start."""
    first = next(statement.sentence.of_kind(TagKind.CITY), None) == 0
    return member.how in _DONE_BY[statement.verb] or (member.how == "sentence" and first)


def _is_the_mayor(statement: Statement, article: Article) -> bool:
    """Whether the only cities of the sentence are those of mayors, and nobody reports: a person joined."""
    sentence = statement.sentence
    cities = list(sentence.of_kind(TagKind.CITY))
    if (
        statement.verb is Verb.ELECTED
        or statement.strength is Strength.SIGNED
        or statement.reported
        or not cities
    ):
        return False
    return all(article.is_mayors(sentence, at) for at in cities)


def _settled(found: list[Claim]) -> Iterable[Claim]:
    """The best claim of each kind, after title and text have been held against each other."""
    return _merged(_held_against(found))


def _held_against(found: list[Claim]) -> Iterator[Claim]:
    for claim in found:
        if claim.verb is Verb.JOINED and claim.status is Status.ANNOUNCED:
            yield _weighed(claim, found)
        else:
            yield claim


def _weighed(claim: Claim, found: list[Claim]) -> Claim:
    """An announced joining, surer where title and text agree, taken back where the text says otherwise."""
    others = [
        other for other in found if other.network in (claim.network, None) and _same_member(claim, other)
    ]
    announced = {o.span.part for o in others if o.verb is Verb.JOINED and o.status is Status.ANNOUNCED}
    if claim.span.part is Part.TITLE and Part.TEXT not in announced:
        contrary = [o for o in others if o.span.part is Part.TEXT and _contradicts(o)]
        if contrary:
            status = contrary[0].status if contrary[0].verb is Verb.JOINED else Status.PLANNED
            return replace(claim, status=status, rule=f"{claim.rule}/text-says-otherwise")
    if len(announced) == 2:
        return replace(claim, confidence=round(min(1.0, claim.confidence + AGREEMENT), 2))
    return claim


def _same_member(claim: Claim, other: Claim) -> bool:
    return other.member in (claim.member, None)


def _contradicts(other: Claim) -> bool:
    return other.verb is Verb.APPLIED or (other.verb is Verb.JOINED and other.status in _CONTRADICTIONS)


def _merged(claims: Iterable[Claim]) -> list[Claim]:
    best: dict[tuple[str | None, str | None, Verb, Status], Claim] = {}
    for claim in claims:
        key = (claim.member, claim.network, claim.verb, claim.status)
        if key not in best or claim.confidence > best[key].confidence:
            best[key] = claim
    return list(best.values())
