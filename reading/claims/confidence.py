"""How sure a claim is: a table of additions, so that every figure can be explained.

the phrase     outright, an admission, a signature .40   listing .35   "C in N" .35
               a noun .30 where it is reported or in the title, else .15   statements other than joining .35
the network    in the phrase .25   in the sentence .22   "this network" .20   the publisher's .20
               the only one .15
the city       in the phrase .22   in its clause .20   listed .20   "our city" .20   headline .15
               alone in its sentence .16   the only one of the article .15
               in its sentence .12   publisher .12   the mayor's .12   the article's main city .10
more           official words .05   title and text agree .10   a mayor as the subject -.25 (not for a seat)
unknown        without a city, or without a network, never more than .50
"""

from __future__ import annotations

from news.values import Part
from reading.claims.judging import Statement, Strength

_PHRASE = {
    Strength.OUTRIGHT: 0.40,
    Strength.ADMITTED: 0.40,
    Strength.SIGNED: 0.40,
    Strength.FUTURE: 0.35,
    Strength.LISTING: 0.35,
    Strength.AMONG: 0.35,
    Strength.ACT: 0.36,
    Strength.OTHER: 0.35,
}
_NOUN, _BARE_NOUN = 0.30, 0.15
_NETWORK = {"inside": 0.25, "sentence": 0.22, "spoken-of": 0.20, "publisher": 0.20, "only-network": 0.15}
_MEMBER = {
    "inside": 0.22,
    "clause": 0.20,
    "listed": 0.20,
    "spoken-of": 0.20,
    "headline": 0.15,
    "alone": 0.16,
    "only-city": 0.15,
    "sentence": 0.12,
    "publisher": 0.12,
    "mayor": 0.12,
    "main-city": 0.10,
}
FORMAL = 0.05
AGREEMENT = 0.10
MAYOR = -0.25
UNKNOWN_AT_MOST = 0.50


def confidence(statement: Statement, network: str, member: str, *, mayor: bool) -> float:
    """The confidence of one statement, by how its network and its member were found."""
    if statement.strength is Strength.NOUN:
        news = statement.reported or statement.sentence.part is Part.TITLE
        total = _NOUN if news else _BARE_NOUN
    else:
        total = _PHRASE[statement.strength]
    total += _NETWORK.get(network, 0.0) + _MEMBER.get(member, 0.0)
    total += FORMAL * statement.formal + MAYOR * mayor
    if "unknown" in (network, member):
        total = min(total, UNKNOWN_AT_MOST)
    return round(min(max(total, 0.0), 1.0), 2)
