"""How likely an announced joining is true: a logistic model of what else its article says.

The points of `confidence.py` tell whether a sentence says outright who joined what. Whether that is news depends on the rest
of the article, and how much each circumstance weighs was fitted on passages that nobody who writes rules had
seen: `python -m benchmarks.calibrate` prints the weights and how well they do, and writes `likelihood.toml`.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

from news.values import Claim, Part, Status, Verb
from reading.claims.judging import is_doubtful
from reading.claims.naming import Article

#: Where no more of a thing changes anything.
_MOST_DOUBTS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What speaks for or against an announced joining: how it was found, and what its article says besides."""

    #: the kind of phrase, and how the network and the member were found; see `naming.py`
    phrase: str
    network: str
    member: str
    #: neither of the two stands by the phrase
    far: bool
    #: the article names other networks
    networks: bool
    #: sentences with words of plans, refusals, posts …, up to three, and their share of all
    doubts: int
    doubtful: float
    #: the sentence itself has such words; the title has; the title names a network
    doubted: bool
    title_doubts: bool
    title_names: bool
    #: it is the first sentence of the title or the text
    opening: bool

    def features(self) -> dict[str, float]:
        """Each circumstance as a figure, by the name of its weight."""
        kinds = {f"{name}-{getattr(self, name)}": 1.0 for name in _KINDS}
        return kinds | {name: float(getattr(self, name)) for name in self.__slots__ if name not in _KINDS}


_KINDS = ("phrase", "network", "member")
#: How a network is found in the sentence of the phrase.
_BESIDE = frozenset({"inside", "sentence"})
#: How a member is found that the phrase itself names; a list is introduced by it.
_IN_THE_PHRASE = frozenset({"inside", "listed"})


#: Points from which a sentence says outright who joined what; what has fewer waits for a person.
_OUTRIGHT, _DOUBTFUL_AT_MOST = 0.7, 0.5


def weighed(claims: Iterable[Claim], article: Article) -> list[Claim]:
    """The claims, the confidence of each announced joining that its sentence states outright made its likelihood."""
    return [_weighed(claim, article) for claim in claims]


def _weighed(claim: Claim, article: Article) -> Claim:
    if is_outright(claim):
        return replace(claim, confidence=likelihood(circumstances(claim, article)))
    if claim.verb is Verb.JOINED and claim.status is Status.ANNOUNCED:
        return replace(claim, confidence=min(claim.confidence, _DOUBTFUL_AT_MOST))
    return claim


def is_outright(claim: Claim) -> bool:
    """Whether a sentence's points alone make a claim an announced joining of a known member and network."""
    joining = claim.verb is Verb.JOINED and claim.status is Status.ANNOUNCED
    return joining and bool(claim.member and claim.network) and claim.confidence >= _OUTRIGHT


def circumstances(claim: Claim, article: Article) -> Circumstances:
    """What speaks for or against a claim of an article."""
    phrase, network, member = claim.rule.split("/")[:3]
    doubtful = [one for one in article.sentences if is_doubtful(one, article.lexicon)]
    title = [one for one in article.sentences if one.part is Part.TITLE]
    return Circumstances(
        phrase=phrase.partition("-")[0],
        network=network,
        member=member,
        far=network not in _BESIDE and member not in _IN_THE_PHRASE,
        networks=len(article.networks) > 1,
        doubts=min(_MOST_DOUBTS, len(doubtful)),
        doubtful=len(doubtful) / len(article.sentences),
        doubted=any(one.span == claim.span for one in doubtful),
        title_doubts=any(one in doubtful for one in title),
        title_names=any(" N " in one.line for one in title),
        opening=claim.span.start == 0,
    )


def likelihood(found: Circumstances) -> float:
    """How likely the claim is true, 0 to 1, two digits."""
    weights = _weights()
    known = (weights.get(name, 0.0) * value for name, value in found.features().items())
    total = weights["always"] + sum(known)
    return round(1 / (1 + math.exp(-total)), 2)


@cache
def _weights() -> Mapping[str, float]:
    """The fitted weights, in natural logarithms of the odds."""
    text = (files("reading") / "data" / "likelihood.toml").read_text(encoding="utf-8")
    found: dict[str, float] = tomllib.loads(text)["weights"]
    return found
