"""How likely an announced joining is true: whether its article tells of a joining at all, and whether these two are meant.

The points of `confidence.py` tell whether a sentence says outright who joined what. Whether that is news depends on the rest
of the article and on its words (`wording.py`), and where no phrase speaks the words may do so alone (`worded.py`). Two logistic
models weigh that. They were fitted on passages that nobody who writes rules had seen: `python -m benchmarks.calibrate` prints
the weights and how well they do, and writes `likelihood.toml`.
"""

from __future__ import annotations

import math
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

from news.values import ALERT_CONFIDENCE, Claim, Part, Status, Verb
from reading.claims.judging import Strength, is_doubtful
from reading.claims.naming import Article
from reading.claims.worded import ELSEWHERE, WORDS, pairs, proposals
from reading.claims.wording import Wording, wording

#: Where no more of a thing changes anything.
_MOST_DOUBTS, _MOST_RIVALS, _MOST_SCORE = 3, 4, 6.0
#: Points from which a sentence says outright who joined what.
_OUTRIGHT = 0.7
#: A joining that no phrase states and that is less likely waits for nobody.
_WORTH_A_LOOK = 0.5
#: How likely an article must tell of a joining where its words alone say so, of nobody whom a phrase names outright:
#: pages of networks are full of such words; and how likely the two must be those meant.
_WORDS_ALONE, _MEANT_BY_WORDS = 0.85, 0.4
#: Cities that join at once where no phrase says so: a list of more is mostly one of members.
_MOST_WORDED = 3
_WAITS = ALERT_CONFIDENCE - 0.01
_ACT = Strength.ACT.value
#: From here on two are meant rather than not; and the likeliest of an article must not be less likely than this.
_MEANT, _MEANT_AT_LEAST = 0.75, 0.3
#: How a network is found in the sentence of the phrase.
_BESIDE = frozenset({"inside", "sentence"})
#: How a member is found that the phrase itself names; a list is introduced by it.
_IN_THE_PHRASE = frozenset({"inside", "listed"})
_SET_ASIDE = frozenset({Status.PLANNED, Status.INVITED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """What speaks for or against an article that tells of a joining."""

    #: how the words around its network speak, in logarithms of the odds
    score: float
    #: kinds of the phrases that state it of a known member and network
    phrases: frozenset[str]
    #: the points of the surest, and whether they are enough to say it outright
    points: float
    outright: bool
    #: no such phrase has its network or its member by it; each stands in a sentence of doubt; one stands in the first sentence
    far: bool
    doubted: bool
    opening: bool
    #: it names more networks than one; a city that may be a member
    networks: bool
    able: bool
    #: phrases say that somebody plans to join, joined long ago, did not join; does something else
    planned: bool
    historical: bool
    denied: bool
    otherwise: bool
    #: sentences with words of plans, refusals, posts …, up to three, and their share of all
    doubts: int
    doubtful: float
    #: the title has such words
    title_doubts: bool

    def features(self) -> dict[str, float]:
        """Each circumstance as a figure, by the name of its weight."""
        kinds = {f"phrase-{kind}": 1.0 for kind in self.phrases}
        return kinds | {name: float(getattr(self, name)) for name in self.__slots__ if name != "phrases"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """What speaks for or against a member and a network being those that a telling article means."""

    #: the kind of phrase, "words" where there is none, and how the network and the member were found; see `naming.py`
    phrase: str
    network: str
    member: str
    #: how near the two stand to each other; see `worded.py`
    place: str
    #: how much better the words around others of the article's pairs speak, in logarithms of the odds
    below: float
    #: the points of its sentence; 0 where no phrase speaks
    points: float
    outright: bool
    #: neither of the two stands by the phrase
    far: bool
    #: no other two are possible; phrases speak of others; a phrase says of another city that it joined this network
    alone: bool
    others: bool
    passed: bool
    #: other cities that may be members, up to four; the article names more networks than one
    rivals: int
    networks: bool
    #: the city stands nowhere as one that may be a member; it is the one of the headline; that the article is about
    unable: bool
    headline: bool
    main: bool
    #: the sentence is one of doubt; it is the first of the title or the text
    doubted: bool
    opening: bool

    def features(self) -> dict[str, float]:
        """Each circumstance as a figure, by the name of its weight."""
        kinds = {f"{name}-{getattr(self, name)}": 1.0 for name in _KINDS}
        return kinds | {name: float(getattr(self, name)) for name in self.__slots__ if name not in _KINDS}


_KINDS = ("phrase", "network", "member", "place")


def weighed(claims: Sequence[Claim], article: Article) -> list[Claim]:
    """The claims, the confidence of each announced joining of a known member and network made its likelihood.

    With them the joinings that no phrase states, where they are likely enough.
    """
    scene = Scene(article, claims, wording(article.lexicon.language))
    if not scene.possible:
        return list(claims)
    told = likelihood("telling", telling(scene).features())
    meant = [likelihood("meaning", meaning(claim, scene).features()) for claim in scene.possible]
    highest = max(meant)
    sure = [round(told * (1.0 if is_meant(chance, highest) else chance), 2) for chance in meant]
    phrased = len(scene.stated)
    stated = {
        id(claim): min(chance, _WAITS) if scene.is_beside(claim) else chance
        for claim, chance in zip(scene.stated, sure, strict=False)
    }
    found = [replace(claim, confidence=stated.get(id(claim), claim.confidence)) for claim in claims]
    return found + _worded(scene, told, meant[phrased:], sure[phrased:])


def _worded(scene: Scene, told: float, meant: Sequence[float], sure: Sequence[float]) -> list[Claim]:
    """The joinings that no phrase states and that are worth a look; they wait unless words alone are enough.

    Those are enough of few cities that may be members, in an article in which no phrase names anybody outright.
    """
    few = sum(chance > _WAITS for chance in sure) <= _MOST_WORDED
    may_alert = told >= _WORDS_ALONE and few and not scene.is_outright
    most = [
        1.0 if may_alert and chance >= _MEANT_BY_WORDS and claim.member in scene.able else _WAITS
        for claim, chance in zip(scene.proposals, meant, strict=True)
    ]
    worded = (
        replace(claim, confidence=min(chance, limit))
        for claim, chance, limit in zip(scene.proposals, sure, most, strict=True)
    )
    return [claim for claim in worded if claim.confidence >= _WORTH_A_LOOK]


def is_meant(chance: float, highest: float) -> bool:
    """Whether two are meant rather than not, or are the likeliest of their article, whose chance is the `highest`."""
    return chance >= _MEANT or chance == highest >= _MEANT_AT_LEAST


class Scene:
    """An article with what its phrases and its words say, before any of it is weighed."""

    def __init__(self, article: Article, claims: Sequence[Claim], words: Wording | None) -> None:
        near = pairs(article, words) if words else ()
        self.article = article
        self.claims = claims
        #: joinings that no phrase states
        self.proposals = list(proposals(article, words, near, claims)) if words else []
        #: announced joinings of a known member and network that phrases state
        self.stated = [claim for claim in claims if _is_weighed(claim)]
        self.possible = [*self.stated, *self.proposals]
        self.doubtful = [one for one in article.sentences if is_doubtful(one, article.lexicon)]
        self.title = [one for one in article.sentences if one.part is Part.TITLE]
        self.able = frozenset(key for one in article.sentences for key in article.eligible(one))
        self.pairs = {(pair.member, pair.network): pair for pair in near}
        #: a phrase says outright who joined what
        self.is_outright = any(claim.confidence >= _OUTRIGHT for claim in self.stated)
        self._of_network: dict[str, float] = {}
        for pair in near:
            self._of_network[pair.network] = max(pair.score, self._of_network.get(pair.network, pair.score))
        self._members = {(claim.network, claim.member) for claim in self.stated}
        self._joined = Counter(network for network, _ in self._members)
        self._outright = {
            claim.member for claim in self.stated if claim.confidence >= _OUTRIGHT and _kind(claim) != _ACT
        }
        self._acts = Counter(claim.span for claim in self.stated if _kind(claim) == _ACT)
        self._doubted = {one.span for one in self.doubtful}
        self.score = max(map(self.score_of, self.possible), default=0.0)

    def score_of(self, claim: Claim) -> float:
        """How the words around a claim's member and network speak."""
        pair = self.pairs.get((claim.member or "", claim.network or ""))
        return _bounded(pair.score if pair else self._of_network.get(claim.network or "", 0.0))

    def is_doubted(self, claim: Claim) -> bool:
        """Whether a claim's sentence is one of doubt."""
        return claim.span in self._doubted

    def is_passed(self, claim: Claim) -> bool:
        """Whether a phrase says of another member that it joined a claim's network."""
        return self._joined[claim.network] > ((claim.network, claim.member) in self._members)

    def is_beside(self, claim: Claim) -> bool:
        """Whether a mere act is of many, as a phrase names another outright: "A joined N. N members are B, C, D and E"."""
        many = _kind(claim) == _ACT and self._acts[claim.span] > _MOST_WORDED
        return many and bool(self._outright - {claim.member})


def _bounded(score: float) -> float:
    return max(-_MOST_SCORE, min(_MOST_SCORE, score))


def _is_weighed(claim: Claim) -> bool:
    joining = claim.verb is Verb.JOINED and claim.status is Status.ANNOUNCED
    return joining and bool(claim.member and claim.network)


def _is_far(claim: Claim) -> bool:
    _, network, member = claim.rule.split("/")[:3]
    return network not in _BESIDE and member not in _IN_THE_PHRASE


def telling(scene: Scene) -> Telling:
    """What speaks for or against an article that has possible joinings."""
    article, stated = scene.article, scene.stated
    points = max((claim.confidence for claim in stated), default=0.0)
    joined = {claim.status for claim in scene.claims if claim.verb is Verb.JOINED}
    return Telling(
        score=scene.score,
        phrases=frozenset(_kind(claim) for claim in stated),
        points=points,
        outright=points >= _OUTRIGHT,
        far=bool(stated) and all(map(_is_far, stated)),
        doubted=bool(stated) and all(map(scene.is_doubted, stated)),
        opening=any(claim.span.start == 0 for claim in stated),
        networks=len(article.networks) > 1,
        able=any(claim.member in scene.able for claim in scene.possible),
        planned=not joined.isdisjoint(_SET_ASIDE),
        historical=Status.HISTORICAL in joined,
        denied=Status.DENIED in joined,
        otherwise=any(claim.verb is not Verb.JOINED for claim in scene.claims),
        doubts=min(_MOST_DOUBTS, len(scene.doubtful)),
        doubtful=len(scene.doubtful) / len(article.sentences),
        title_doubts=any(one in scene.doubtful for one in scene.title),
    )


def meaning(claim: Claim, scene: Scene) -> Meaning:
    """What speaks for or against a possible joining of an article that tells of one."""
    _, network, member = claim.rule.split("/")[:3]
    pair = scene.pairs.get((claim.member or "", claim.network or ""))
    said = _kind(claim) != WORDS
    return Meaning(
        phrase=_kind(claim),
        network=network,
        member=member,
        place=pair.place if pair else ELSEWHERE,
        below=scene.score - scene.score_of(claim),
        points=claim.confidence,
        outright=claim.confidence >= _OUTRIGHT,
        far=said and _is_far(claim),
        alone=len(scene.possible) == 1,
        others=len(scene.stated) > said,
        passed=scene.is_passed(claim),
        rivals=min(_MOST_RIVALS, len(scene.able) - (claim.member in scene.able)),
        networks=len(scene.article.networks) > 1,
        unable=claim.member not in scene.able,
        headline=claim.member in scene.article.headline_cities,
        main=claim.member == scene.article.main_city,
        doubted=scene.is_doubted(claim),
        opening=claim.span.start == 0,
    )


def _kind(claim: Claim) -> str:
    return claim.rule.partition("/")[0].partition("-")[0]


def likelihood(model: str, features: Mapping[str, float]) -> float:
    """How likely it is by one of the two models, "telling" or "meaning", 0 to 1."""
    weights = _weights()[model]
    total = weights["always"] + sum(weights.get(name, 0.0) * value for name, value in features.items())
    return 1 / (1 + math.exp(-total))


@cache
def _weights() -> Mapping[str, Mapping[str, float]]:
    """The fitted weights of each model, in natural logarithms of the odds."""
    text = (files("reading") / "data" / "likelihood.toml").read_text(encoding="utf-8")
    found: dict[str, dict[str, float]] = tomllib.loads(text)
    return found
