"""Joinings that no phrase states, but the words around a network and a city together do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from news.values import Claim, Part, Status, TagKind, Verb
from reading.claims.marking import Sentence
from reading.claims.naming import Article
from reading.claims.regions import is_regions
from reading.claims.wording import Window, Wording

#: How near a city stands to the network, the nearest first; elsewhere where they share no window.
BESIDE, HEADLINE, NEAR, AROUND, ELSEWHERE = "beside", "headline", "near", "around", "elsewhere"
#: How the rule of such a claim begins.
WORDS = "words"
_PLACES = (BESIDE, HEADLINE, NEAR, AROUND)
#: Kinds of phrases that say outright who joined what.
_OUTRIGHT = ("joined", "admitted", "signed")
#: An article that names more pairs than this is a list or a report, and no news of one of them.
_MOST_PAIRS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A city and a network that stand in one window, and how its words speak for a joining."""

    member: str
    network: str
    #: one of beside, headline, near, around
    place: str
    #: the window's
    score: float
    #: the city stands as one that may be a member
    eligible: bool
    #: the one that names the network
    at: int


def pairs(article: Article, words: Wording) -> tuple[Pair, ...]:
    """Every city and network that stand in one window, each pair by its best."""
    if not article.cities:
        return ()
    best: dict[tuple[str, str], Pair] = {}
    for window in words.windows(tuple(article.sentences)):
        for pair in _pairs(window, article):
            known = best.get((pair.member, pair.network))
            if known is None or _rank(pair) > _rank(known):
                best[pair.member, pair.network] = pair
    return tuple(best.values()) if len(best) <= _MOST_PAIRS else ()


def _rank(pair: Pair) -> tuple[bool, int, float]:
    return pair.eligible, -_PLACES.index(pair.place), pair.score


def _pairs(window: Window, article: Article) -> Iterator[Pair]:
    for number in window.sentences:
        sentence = article.sentences[number]
        able = article.eligible(sentence)
        for city in dict.fromkeys(_cities(sentence, article)):
            for network in window.networks:
                yield Pair(
                    member=city,
                    network=network,
                    place=_place(sentence, window.at),
                    score=window.score,
                    eligible=city in able,
                    at=window.at,
                )


def _cities(sentence: Sentence, article: Article) -> Iterator[str]:
    """The cities of a sentence; a region that is called after one is none."""
    return (
        tag.key
        for at in sentence.of_kind(TagKind.CITY)
        if not is_regions(sentence, at, article.lexicon.language)
        for tag in sentence.marks[at].tags
    )


def _place(sentence: Sentence, at: int) -> str:
    if sentence.number == at:
        return BESIDE
    if sentence.part is Part.TITLE:
        return HEADLINE
    return NEAR if abs(sentence.number - at) == 1 else AROUND


def proposals(
    article: Article, words: Wording, near: Iterable[Pair], found: Iterable[Claim]
) -> Iterator[Claim]:
    """A joining for each of the pairs of which no phrase says anything, its confidence yet to be weighed."""
    said = {(claim.member, claim.network) for claim in found}
    stated = {claim.span for claim in found}
    told: dict[int, Sentence | None] = {}
    for pair in near:
        if (pair.member, pair.network) in said or pair.member in article.seats:
            continue
        if pair.at not in told:
            named = article.sentences[pair.at]
            explained = named.span not in stated and _is_explained(named, article)
            told[pair.at] = None if explained else _told(pair.at, article, words)
        if (sentence := told[pair.at]) is not None:
            yield _proposed(pair, sentence)


def _proposed(pair: Pair, told: Sentence) -> Claim:
    return Claim(
        member=pair.member,
        network=pair.network,
        verb=Verb.JOINED,
        status=Status.ANNOUNCED,
        sentence=told.text,
        span=told.span,
        confidence=0.0,
        rule=f"{WORDS}/window/{pair.place}",
    )


def _is_explained(sentence: Sentence, article: Article) -> bool:
    """Whether a sentence that makes no claim holds a phrase of joining: of guests, persons, meetings, as the rules know."""
    return any(article.lexicon.matches(kind, sentence.line) for kind in _OUTRIGHT)


def _told(at: int, article: Article, words: Wording) -> Sentence:
    """The sentence around one that names a network whose words speak most for a joining."""
    return max(article.sentences[max(0, at - 1) : at + 3], key=words.weight)
