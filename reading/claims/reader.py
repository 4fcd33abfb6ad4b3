"""Read the membership statements of an article."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import product

from news.names import network_candidates
from news.values import Claim, Part, Source, Status, Tag, TagKind, Verb
from reading.claims.calibration import weighed
from reading.claims.confidence import AGREEMENT, confidence
from reading.claims.judging import Statement, Strength, statements
from reading.claims.lexicon import Lexicon, lexicon
from reading.claims.marking import Sentence, mark, sentences_of_words
from reading.claims.moments import recent_years
from reading.claims.naming import NOBODY, Article, Found, members, network_of

#: What a text may say of a city and a network that takes the news out of a title about them.
_CONTRADICTIONS = {Status.PLANNED, Status.DENIED, Status.HISTORICAL}
_NAMED = frozenset({"inside", "clause", "spoken-of", "listed"})
#: How the city of a mere act must be found.
_BESIDE_AN_ACT = frozenset({"inside", "clause", "alone", "sentence", "spoken-of", "listed"})
#: Verbs whose subject the sentence itself must name, and how it may be named.
_DONE_BY = {
    Verb.ELECTED: _NAMED | {"mayor"},
    Verb.HOSTS: _NAMED,
    Verb.TWINNED: _NAMED,
}


def read_claims(
    *,
    title: str,
    text: str,
    tags: tuple[Tag, ...],
    language: str,
    source: Source | None,
    now: datetime | None = None,
) -> tuple[Claim, ...]:
    """The membership claims of an article, surest first; none for a language without a lexicon.

    `now` is when the article was published: "joined in 2026" is news in 2026, and history later. Without
    it every bare year beside a joining is history.
    """
    found = judged(title=title, text=text, tags=tags, language=language, source=source, now=now)
    claims = weighed(found.claims, found.article) if found else []
    return tuple(sorted(claims, key=lambda claim: -claim.confidence))


@dataclass(frozen=True, slots=True)
class Judged:
    """The claims of an article by what their sentences say, before the rest of it is weighed."""

    claims: tuple[Claim, ...]
    article: Article


def judged(
    *,
    title: str,
    text: str,
    tags: tuple[Tag, ...],
    language: str,
    source: Source | None,
    now: datetime | None = None,
) -> Judged | None:
    """The claims with the points of their sentences as confidence; None where there can be none."""
    phrases = lexicon(language)
    known = bool(source and source.network) or any(tag.kind is TagKind.NETWORK for tag in tags)
    if phrases is None or not _may_state(title, text, tags, phrases, known=known):
        return None
    recent = recent_years(now) if now else frozenset()
    sentences = mark(title, text, tags, language, recent=recent, only_named=not known)
    article = Article(sentences, phrases, source)
    found = [
        claim
        for sentence in sentences
        if known or _names_a_stranger(sentence, phrases)
        for statement in statements(sentence, phrases, near=article.names_a_network_before(sentence))
        for claim in _claims(statement, article)
    ]
    return Judged(tuple(_settled(found, article)), article)


def _may_state(title: str, text: str, tags: tuple[Tag, ...], lexicon: Lexicon, *, known: bool) -> bool:
    """Whether a sentence may state anything, before any is marked.

    Where no network is `known` that is a sentence with a name beside words for a network.
    """
    sentences = sentences_of_words(title, text, tags, only_named=not known)
    return any(
        lexicon.may_state(words, network=known) and (known or _may_name_a_stranger(written, words, lexicon))
        for written, words in sentences
    )


def _may_name_a_stranger(written: str, words: Sequence[str], lexicon: Lexicon) -> bool:
    return lexicon.may_name_a_network(words) or _has_candidate(written, lexicon)


def _has_candidate(written: str, lexicon: Lexicon) -> bool:
    """Whether a sentence has what looks like the name of a network."""
    return bool(network_candidates(title=written, text="", tags=(), language=lexicon.language))


def _names_a_stranger(sentence: Sentence, lexicon: Lexicon) -> bool:
    """Whether a sentence names a city beside words for a network; without one it says nothing of membership."""
    if " C " not in sentence.line:
        return False
    if any(word and word.search(sentence.line) for word in (lexicon.network_word, lexicon.strange)):
        return True
    return _has_candidate(sentence.text, lexicon)


def _claims(statement: Statement, article: Article) -> Iterator[Claim]:
    if article.is_about_a_person(statement):
        return
    network, member = network_of(statement, article), members(statement, article)
    if not _worth_keeping(statement, article, network, member):
        return
    if statement.verb is Verb.TWINNED:
        network = NOBODY
    of_mayor = member.how != "spoken-of" and _is_the_mayor(statement, article)
    score = confidence(statement, network.how, member.how, mayor=of_mayor)
    if statement.strength is Strength.ACT and not _is_plain(network, member, article):
        return
    status, rule = statement.status, statement.rule
    if rule.endswith("-question") and article.is_answered(statement.sentence):
        status, rule = Status.ANNOUNCED, rule.replace("-question", "-answered")
    if article.is_void and status is Status.ANNOUNCED:
        status = Status.DENIED
    for city, key in product(member.keys or (None,), network.keys or (None,)):
        if city in article.seats and statement.verb is Verb.JOINED:
            continue
        yield Claim(
            member=city,
            network=key,
            verb=statement.verb,
            status=status,
            sentence=statement.sentence.text,
            span=statement.sentence.span,
            confidence=score,
            rule=f"{rule}/{network.how}/{member.how}",
            member_name=member.name,
            network_name=network.name,
        )


def _is_plain(network: Found, member: Found, article: Article) -> bool:
    """Whether a mere act has its network and its city beside it, under a title that speaks of nothing else.

    One of the two may stand farther off where no sentence that names either speaks against news.
    """
    if article.has_doubtful_title:
        return False
    if network.how == "only-network":
        return member.how in ("inside", "clause") and not article.is_doubtful_of_its_names
    return member.how in _BESIDE_AN_ACT or not article.is_doubtful_of_its_names


def _worth_keeping(statement: Statement, article: Article, network: Found, member: Found) -> bool:
    """Persons join parties and cities join leagues: a claim needs a network, or a city beside a word for one."""
    if statement.verb in _DONE_BY and not _is_named(statement, member):
        return False
    if network.keys:
        return statement.verb is Verb.JOINED or bool(member.keys)
    if network.name:
        return statement.verb is Verb.JOINED and bool(member.keys or member.name)
    spoken = article.lexicon.network_word
    beside = member.how in ("inside", "clause", "alone", "sentence")
    return beside and spoken is not None and bool(spoken.search(statement.sentence.line))


def _is_named(statement: Statement, member: Found) -> bool:
    """Whether the sentence itself names who does it: in the same clause, or right at its start."""
    first = next(statement.sentence.of_kind(TagKind.CITY), None) == 0
    return member.how in _DONE_BY[statement.verb] or (member.how in ("alone", "sentence") and first)


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
    if article.speaks_of_the_city(statement):
        return False
    return all(article.is_mayors(sentence, at) and not _only_quotes(sentence, statement, at) for at in cities)


def _only_quotes(sentence: Sentence, statement: Statement, at: int) -> bool:
    """Whether a city stands behind the statement in a clause of its own: "We joined N", said the mayor of C."""
    return at >= statement.marks.stop and sentence.clauses[at] not in statement.clauses


def _settled(found: list[Claim], article: Article) -> Iterable[Claim]:
    """The best claim of each kind, after title and text have been held against each other."""
    return _merged(_held_against(_distinct(found), article))


def _distinct(found: Iterable[Claim]) -> list[Claim]:
    """The surest of those that say the same by the same rule: a page may say one thing a thousand times."""
    best: dict[tuple[object, ...], Claim] = {}
    for claim in found:
        key = (
            claim.member, claim.member_name, claim.network, claim.network_name, claim.verb, claim.status,
            claim.rule, claim.span.part,
        )  # fmt: skip
        if key not in best or claim.confidence > best[key].confidence:
            best[key] = claim
    return list(best.values())


def _held_against(found: list[Claim], article: Article) -> Iterator[Claim]:
    for claim in found:
        if any(_speaks_against(other, claim) for other in found):
            continue
        if claim.verb is Verb.JOINED and claim.status is Status.ANNOUNCED:
            yield _weighed(claim, found, article)
        else:
            yield claim


def _is_mere_act(claim: Claim) -> bool:
    return claim.rule.startswith(Strength.ACT.value)


def _speaks_against(other: Claim, weak: Claim) -> bool:
    """Whether a statement proper says of a weak one's city and network that it did something else.

    A mere act yields to any other statement, a noun ("the membership of C in N") and a renewal to its leaving.
    """
    if other.network not in (weak.network, None) or other.member not in (weak.member, None):
        return False
    leaves = other.verb is Verb.LEFT and other.status is Status.ANNOUNCED
    if weak.verb is Verb.RENEWED and leaves and _same(other, weak):
        return True  # "will not renew" holds the words of a renewal
    if weak.rule.startswith(Strength.NOUN.value):
        return leaves
    joining = other.verb is Verb.JOINED and other.status is Status.ANNOUNCED
    return _is_mere_act(weak) and not _is_mere_act(other) and not joining


def _same(other: Claim, claim: Claim) -> bool:
    return (other.member, other.network) == (claim.member, claim.network)


def _weighed(claim: Claim, found: list[Claim], article: Article) -> Claim:
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
        if article.speaks_of_plans:
            return replace(claim, status=Status.PLANNED, rule=f"{claim.rule}/text-speaks-of-plans")
        if claim.rule.startswith(Strength.AMONG.value) and article.tells_the_past_of(claim.member):
            return replace(claim, status=Status.HISTORICAL, rule=f"{claim.rule}/text-tells-the-past")
    if any(o.verb is Verb.JOINED and o.status is Status.DENIED and o.member == claim.member for o in others):
        return replace(claim, status=Status.DENIED, rule=f"{claim.rule}/denied-elsewhere")
    if len(announced) == 2 and claim.member and claim.network:
        return replace(claim, confidence=round(min(1.0, claim.confidence + AGREEMENT), 2))
    return claim


def _same_member(claim: Claim, other: Claim) -> bool:
    return other.member in (claim.member, None)


def _contradicts(other: Claim) -> bool:
    return other.verb is Verb.APPLIED or (other.verb is Verb.JOINED and other.status in _CONTRADICTIONS)


def _merged(claims: Iterable[Claim]) -> list[Claim]:
    best: dict[tuple[str | None, str | None, Verb, Status], Claim] = {}
    for claim in claims:
        key = (
            claim.member or claim.member_name,
            claim.network or claim.network_name,
            claim.verb,
            claim.status,
        )
        if key not in best or claim.confidence > best[key].confidence:
            best[key] = claim
    return list(best.values())
