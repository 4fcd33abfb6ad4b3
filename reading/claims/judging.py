"""What a sentence says of membership: the statements that its phrases make, before anyone is named."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from news.values import Part, Status, Verb
from reading.claims.lexicon import Lexicon
from reading.claims.marking import Sentence


class Strength(StrEnum):
    """How outright a joining is stated."""

    OUTRIGHT = "joined"
    ADMITTED = "admitted"
    SIGNED = "signed"
    FUTURE = "future"
    LISTING = "listing"
    NOUN = "noun"
    AMONG = "among"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Statement:
    """A phrase found in a sentence, and what the words around it make of it."""

    sentence: Sentence
    strength: Strength
    verb: Verb
    status: Status
    #: marks that the phrase touches
    marks: range
    #: name of the rule: the kind of phrase, and of what changed its meaning
    rule: str
    reported: bool
    formal: bool

    @property
    def clauses(self) -> frozenset[int]:
        """The clauses that the phrase reaches over."""
        return frozenset(self.sentence.clauses[at] for at in self.marks)


#: Kinds that change a joining, strongest first, and what they make of it.
_CHANGES: tuple[tuple[str, Verb, Status], ...] = (
    ("denied", Verb.JOINED, Status.DENIED),
    ("invited", Verb.JOINED, Status.INVITED),
    ("left", Verb.LEFT, Status.ANNOUNCED),
    ("post", Verb.ELECTED, Status.ANNOUNCED),
    ("renewed", Verb.RENEWED, Status.ANNOUNCED),
    ("twinned", Verb.TWINNED, Status.ANNOUNCED),
    ("council", Verb.JOINED, Status.PLANNED),
    ("planned", Verb.JOINED, Status.PLANNED),
    ("applied", Verb.APPLIED, Status.ANNOUNCED),
    ("historical", Verb.JOINED, Status.HISTORICAL),
)
#: Kinds that make a statement of their own.
_OWN: tuple[tuple[str, Verb, Status], ...] = (
    ("left", Verb.LEFT, Status.ANNOUNCED),
    ("applied", Verb.APPLIED, Status.ANNOUNCED),
    ("post", Verb.ELECTED, Status.ANNOUNCED),
    ("renewed", Verb.RENEWED, Status.ANNOUNCED),
    ("hosts", Verb.HOSTS, Status.ANNOUNCED),
    ("twinned", Verb.TWINNED, Status.ANNOUNCED),
)


def statements(sentence: Sentence, lexicon: Lexicon) -> Iterator[Statement]:
    """Every statement of a sentence."""
    if not lexicon.cue.search(sentence.line) and "C" not in sentence.line:
        return
    joinings = list(_joinings(sentence, lexicon))
    yield from joinings
    said = {statement.verb for statement in joinings}
    if not said:
        yield from _futures(sentence, lexicon)
    for category, verb, status in _OWN:
        match = next(lexicon.matches(category, sentence.line), None)
        if match is not None and verb not in said:
            marks = sentence.at(*match[1].span())
            yield Statement(
                sentence, Strength.OTHER, verb, status, marks, category, reported=False, formal=False
            )


def _joinings(sentence: Sentence, lexicon: Lexicon) -> Iterator[Statement]:
    for strength in (
        Strength.OUTRIGHT,
        Strength.ADMITTED,
        Strength.SIGNED,
        Strength.LISTING,
        Strength.NOUN,
        Strength.AMONG,
    ):
        if (
            strength is Strength.AMONG
            and sentence.part is not Part.TITLE
            and not _has(sentence, lexicon, "reporting")
        ):
            continue
        for _, match in lexicon.matches(strength.value, sentence.line):
            marks = sentence.at(*match.span())
            change, verb, status = _changed(sentence, lexicon, marks, admitted=strength is Strength.ADMITTED)
            rule = f"{strength.value}-{change}" if change else strength.value
            reported, formal = (_has(sentence, lexicon, kind) for kind in ("reporting", "formal"))
            yield Statement(sentence, strength, verb, status, marks, rule, reported, formal)


def _has(sentence: Sentence, lexicon: Lexicon, category: str) -> bool:
    return next(lexicon.matches(category, sentence.line), None) is not None


def _futures(sentence: Sentence, lexicon: Lexicon) -> Iterator[Statement]:
    """Joinings wished, planned or to come; negation, invitation and the rest still change them."""
    for _, match in lexicon.matches(Strength.FUTURE, sentence.line):
        marks = sentence.at(*match.span())
        change, verb, status = _changed(sentence, lexicon, marks, admitted=False)
        if status in (Status.DENIED, Status.INVITED) or verb is not Verb.JOINED:
            rule = f"future-{change}"
        else:
            rule, status = "future", Status.PLANNED
        yield Statement(sentence, Strength.FUTURE, verb, status, marks, rule, reported=False, formal=False)


def _changed(
    sentence: Sentence, lexicon: Lexicon, marks: range, *, admitted: bool
) -> tuple[str, Verb, Status]:
    """What the words around a joining make of it; an admission answers the application it speaks of."""
    own = {sentence.clauses[at] for at in marks}
    for category, verb, status in _CHANGES:
        for _, match in lexicon.matches(category, sentence.line):
            touched = sentence.at(*match.span())
            if admitted and (category == "applied" or (category == "planned" and set(touched) & set(marks))):
                continue
            if category in lexicon.wide or own & {sentence.clauses[at] for at in touched}:
                return category, verb, status
    return "", Verb.JOINED, Status.ANNOUNCED
