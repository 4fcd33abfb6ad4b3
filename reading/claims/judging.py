"""What a sentence says of membership: the statements that its phrases make, before anyone is named."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from news.languages.tokens import fold
from news.values import Part, Status, TagKind, Verb
from reading.claims.lexicon import BREAK, Lexicon
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
    #: a word of membership beside a network, and nothing in the article that speaks against news
    ACT = "act"
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
    #: the clauses that the phrase reaches over
    clauses: frozenset[int] = field(init=False)

    def __post_init__(self) -> None:
        own = frozenset(self.sentence.clauses[self.marks.start : self.marks.stop])
        object.__setattr__(self, "clauses", own)


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
    ("conditional", Verb.JOINED, Status.PLANNED),
    ("applied", Verb.APPLIED, Status.ANNOUNCED),
    ("historical", Verb.JOINED, Status.HISTORICAL),
    ("bygone", Verb.JOINED, Status.HISTORICAL),
)
#: Kinds that change a joining anywhere in its sentence, in every language.
_FAR = frozenset({"conditional", "bygone"})
#: Kinds whose phrases mean nothing where a comma divides them.
_IN_ONE_CLAUSE = frozenset({"applied", "planned", "historical", "post"})
#: Kinds that change a joining from another clause only where they follow it: "not without a fight: X joined" is news.
_BEHIND = frozenset({"denied"})
#: Kinds whose network is what the city goes to, so that its meetings and its people do not count.
_TOWARDS = frozenset({"joined", "future", "signed", "left"})
#: Kinds that guests and partners do not make.
_GUESTS = _TOWARDS | {"admitted"}
#: What takes the news out of a statement of its own.
_BACKGROUND: tuple[tuple[str, Status], ...] = (("denied", Status.DENIED), ("historical", Status.HISTORICAL))
#: Kinds of which no word may stand beside a mere act.
_AGAINST = (
    "doubt", "denied", "invited", "left", "post", "elected", "renewed", "twinned", "council", "planned", "applied",
    "conditional", "bygone",
)  # fmt: skip
#: Kinds that make a title's news a plan, where the text does not repeat it.
_PLANS = ("planned", "applied", "council", "denied", "invited")
#: Kinds that make a statement of their own.
_OWN: tuple[tuple[str, Verb, Status], ...] = (
    ("left", Verb.LEFT, Status.ANNOUNCED),
    ("applied", Verb.APPLIED, Status.ANNOUNCED),
    ("elected", Verb.ELECTED, Status.ANNOUNCED),
    ("renewed", Verb.RENEWED, Status.ANNOUNCED),
    ("hosts", Verb.HOSTS, Status.ANNOUNCED),
    ("twinned", Verb.TWINNED, Status.ANNOUNCED),
)


def statements(sentence: Sentence, lexicon: Lexicon, *, near: bool = False) -> Iterator[Statement]:
    """Every statement of a sentence; `near` tells that the title or the sentence before names a network."""
    if not lexicon.has_cue(sentence.line):
        return
    joinings = list(_joinings(sentence, lexicon)) or list(_acts(sentence, lexicon, near=near))
    yield from joinings
    said = {statement.verb for statement in joinings}
    if not said:
        yield from _futures(sentence, lexicon)
    for category, verb, status in _OWN:
        marks = next(_found(category, sentence, lexicon), None)
        if marks is not None and verb not in said:
            background = _background(category, sentence, lexicon, marks)
            rule = f"{category}-{background}" if background else category
            yield Statement(
                sentence,
                Strength.OTHER,
                verb,
                background or status,
                marks,
                rule,
                reported=False,
                formal=False,
            )


def _background(category: str, sentence: Sentence, lexicon: Lexicon, marks: range) -> Status | None:
    """Whether a statement of its own is denied, or tells of years ago, in its clause."""
    if category == "applied":
        return Status.HISTORICAL if _has(sentence, lexicon, "postponed") else None
    own = {sentence.clauses[at] for at in marks}
    for kind, status in _BACKGROUND:
        for _, place in lexicon.matches(kind, sentence.line):
            touched = sentence.at(*place)
            apart = status is Status.HISTORICAL or set(touched) - set(marks)
            if apart and own & {sentence.clauses[at] for at in touched}:
                return status
    return None


def _found(category: str, sentence: Sentence, lexicon: Lexicon) -> Iterator[range]:
    """The marks of each phrase of a kind that means the network itself and a member, no guest."""
    phrases = lexicon.possible(category, sentence.line)
    if not phrases:
        return
    towards = category in _TOWARDS
    masked = _without_events(sentence, lexicon) if towards else sentence.line
    only_guests = towards and _only_guests(sentence, lexicon, masked)
    for phrase in phrases:
        if only_guests and not phrase.by_network and not phrase.needs_network:
            continue
        for place in phrase.found(sentence.line if phrase.by_network else masked):
            marks = sentence.at(*place)
            if not (category in _GUESTS and _is_no_member(sentence, lexicon, marks)):
                yield marks


def _only_guests(sentence: Sentence, lexicon: Lexicon, masked: str) -> bool:
    """Whether every network of a sentence stands for its meeting or its people."""
    spoken = lexicon.network_word
    return " N " in sentence.line and " N " not in masked and not (spoken and spoken.search(masked))


def _without_events(sentence: Sentence, lexicon: Lexicon) -> str:
    def inside(start: int, end: int) -> bool:
        return len({sentence.clauses[at] for at in sentence.at(start, end)}) == 1

    return lexicon.without_events(sentence.line, inside)


def _is_no_member(sentence: Sentence, lexicon: Lexicon, marks: range) -> bool:
    """Whether the phrase speaks of guests and partners, or of attending what is called a forum."""
    for _, place in lexicon.matches("no_member", sentence.line):
        if set(sentence.at(*place)) & set(marks):
            return True
    meeting, line = lexicon.meeting, sentence.line
    if meeting is None or _has(sentence, lexicon, "evidence"):
        return False
    attends = any(set(sentence.at(*found)) & set(marks) for _, found in lexicon.matches("attend", line))
    names = (sentence.marks[at] for at in sentence.of_kind(TagKind.NETWORK) if at in marks)
    return attends and any(meeting.search(f" {fold(mark.tags[0].alias)} ") for mark in names)


def _has_guests_beside(sentence: Sentence, lexicon: Lexicon, marks: range) -> bool:
    """Whether words for guests and partners share a clause with an act."""
    own = {sentence.clauses[at] for at in marks}
    guests = (at for _, place in lexicon.matches("no_member", sentence.line) for at in sentence.at(*place))
    return any(sentence.clauses[at] in own for at in guests)


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
        for marks in _found(strength, sentence, lexicon):
            change, verb, status = _changed(sentence, lexicon, marks, admitted=strength is Strength.ADMITTED)
            rule = f"{strength}-{change}" if change else str(strength)
            reported, formal = (_has(sentence, lexicon, kind) for kind in ("reporting", "formal"))
            yield Statement(sentence, strength, verb, status, marks, rule, reported, formal)


def _acts(sentence: Sentence, lexicon: Lexicon, *, near: bool) -> Iterator[Statement]:
    """The first word of membership of a sentence about a network, where nothing else in it says more."""
    masked = _without_events(sentence, lexicon)
    spoken = lexicon.network_word
    named = " N " in sentence.line
    if " N " not in masked and (named or not (near or (spoken and spoken.search(masked)))):
        return
    if any(_has(sentence, lexicon, category) for category in _AGAINST):
        return
    if "?" in sentence.text or "؟" in sentence.text:
        return
    if _has(sentence, lexicon, "no_member"):
        return
    for _, place in lexicon.matches("act", masked)[:1]:
        marks = sentence.at(*place)
        if _is_history(sentence, lexicon, marks):
            return
        if not (_is_no_member(sentence, lexicon, marks) or _has_guests_beside(sentence, lexicon, marks)):
            formal = _has(sentence, lexicon, "formal")
            yield Statement(
                sentence,
                Strength.ACT,
                Verb.JOINED,
                Status.ANNOUNCED,
                marks,
                "act",
                reported=False,
                formal=formal,
            )


def _is_history(sentence: Sentence, lexicon: Lexicon, marks: range) -> bool:
    """Whether the sentence of an act has a bare year, or its clause words of the past."""
    if any(mark.symbol == "Y" for mark in sentence.marks):
        return True
    own = {sentence.clauses[at] for at in marks}
    past = (at for _, place in lexicon.matches("historical", sentence.line) for at in sentence.at(*place))
    return any(sentence.clauses[at] in own for at in past)


def speaks_of_plans(sentence: Sentence, lexicon: Lexicon) -> bool:
    """Whether a sentence holds a word of plans, applications, refusals or invitations."""
    return any(_has(sentence, lexicon, category) for category in _PLANS)


def is_doubtful(sentence: Sentence, lexicon: Lexicon) -> bool:
    """Whether a sentence holds a word of plans, refusals, posts or the past, whatever it says of them."""
    return any(_has(sentence, lexicon, category) for category in _AGAINST)


def is_past(sentence: Sentence, lexicon: Lexicon) -> bool:
    """Whether a sentence holds a word of the past."""
    return _has(sentence, lexicon, "historical")


def _has(sentence: Sentence, lexicon: Lexicon, category: str) -> bool:
    return bool(lexicon.matches(category, sentence.line))


def _futures(sentence: Sentence, lexicon: Lexicon) -> Iterator[Statement]:
    """Joinings wished, planned or to come; negation, invitation and the rest still change them."""
    for marks in _found(Strength.FUTURE, sentence, lexicon):
        change, verb, status = _changed(sentence, lexicon, marks, admitted=False)
        if status in (Status.DENIED, Status.INVITED) or verb is not Verb.JOINED:
            rule = f"future-{change}"
        else:
            rule, status = "future", Status.PLANNED
        yield Statement(sentence, Strength.FUTURE, verb, status, marks, rule, reported=False, formal=False)


def _answered(category: str, touched: range, marks: range) -> bool:
    """Whether words are those of an admission itself: the application it answers, the board that decides it."""
    if category == "post":
        return touched.stop <= marks.start
    return category == "applied" or (category == "planned" and bool(set(touched) & set(marks)))


def _is_anothers(sentence: Sentence, touched: range, marks: range) -> bool:
    """Whether words stand behind a semicolon with a city of their own: "C was admitted; that of C was postponed"."""
    breaks = [at for at, mark in enumerate(sentence.marks) if mark.symbol == BREAK and at >= marks.stop]
    if not breaks or touched.start <= breaks[0]:
        return False
    first = max(at for at in breaks if at < touched.start)
    last = min((at for at in breaks if at > first), default=len(sentence.marks))
    own = set(sentence.of_kind(TagKind.CITY))
    return any(at in own for at in range(first, last)) and any(at < breaks[0] for at in own)


def _changed(
    sentence: Sentence, lexicon: Lexicon, marks: range, *, admitted: bool
) -> tuple[str, Verb, Status]:
    """What the words around a joining make of it; an admission answers the application it speaks of."""
    own = {sentence.clauses[at] for at in marks}
    for category, verb, status in _CHANGES:
        for _, place in lexicon.matches(category, sentence.line):
            touched = sentence.at(*place)
            if admitted and _answered(category, touched, marks):
                continue
            theirs = {sentence.clauses[at] for at in touched}
            if category in _IN_ONE_CLAUSE and len(theirs) > 1 and not own >= theirs:
                continue
            reaches = category not in _BEHIND or (
                touched.stop > marks.start and not _is_anothers(sentence, touched, marks)
            )
            if category in _FAR or own & theirs or (category in lexicon.wide and reaches):
                return category, verb, status
    if sentence.text.rstrip("\"'»” ").endswith(("?", "؟", "？")):
        return "question", Verb.JOINED, Status.PLANNED
    if any(sentence.marks[at].symbol == "Y" and clause in own for at, clause in enumerate(sentence.clauses)):
        return "year", Verb.JOINED, Status.HISTORICAL
    return "", Verb.JOINED, Status.ANNOUNCED
