"""The phrases of membership of one language, compiled from its `.membership.toml`."""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib.resources import files
from typing import Literal

from news.languages.tokens import words
from news.names.index import Remembered

#: Kinds of phrases that a lexicon may hold, in the order in which they are looked for.
CATEGORIES = (
    "joined", "admitted", "signed", "noun", "among", "listing", "reporting", "formal", "planned", "applied", "council", "denied",
    "invited", "historical", "post", "elected", "left", "renewed", "hosts", "twinned", "future", "many",
    "event", "no_member", "person", "attend", "evidence", "act", "doubt", "void", "following",
    "bygone", "conditional", "postponed", "yes",
)  # fmt: skip
#: Kinds of which a sentence must hold one, lest it says nothing of membership.
_CUES = frozenset(
    {
        "joined", "admitted", "signed", "act", "future", "noun", "among", "listing", "left", "renewed", "hosts",
        "twinned", "applied", "post", "elected",
    }
)  # fmt: skip
#: Kinds whose phrases stand right before a city; with those that stand right after it.
_BESIDE = ("beside", "place")
_AROUND = (*_BESIDE, "mayor", "after_beside", "after_place", "after_mayor")
#: The list of words for persons, and for bodies that are no city; and the lists of what stands for a network.
PERSONS = "persons"
_NETWORKS = ("networks", "strange")
#: What a symbol of a phrase stands for: the words of a list of the lexicon.
_WORD_LISTS = {"M": "meetings", "P": PERSONS}
_NAMES, _NAMES_WITHOUT_NETWORKS = ("C", "N", "Y"), ("C", "Y")
_SYMBOLS = (*_NAMES, *_WORD_LISTS)
#: A strong separator in a marked sentence; no gap reaches over it.
BREAK = "¦"

_GAPS = {"..": 3, "...": 12}
#: A gap inside one group of words: no joint of the language may stand in it.
_TIGHT = "~"
#: Between parts that may stand in any order.
_AND = "&"


#: Words whose phrases are kept at hand, in each language.
_MOST_WORDS = 20_000
#: Where a phrase stands in a marked sentence: its first character, and the one behind its last.
Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Needle:
    """A word that every sentence with a phrase holds, or how such a word begins or ends, or what stands in it."""

    text: str
    kind: Literal["word", "beginning", "ending", "part"]


@dataclass(frozen=True, slots=True, eq=False)
class Phrase:
    """One phrase as written in the lexicon, and as regular expressions over marked sentences."""

    category: str
    written: str
    #: one expression, or several that may stand in any order; most are never tried, and so never compiled
    parts: tuple[str, ...]
    #: one of these is in every sentence that the phrase matches; empty when there is none
    needles: tuple[Needle, ...]
    #: the same for each word that it cannot do without, names among them
    groups: frozenset[frozenset[Needle]]
    #: the network is what does it: "N welcomes C"
    by_network: bool
    #: a network, or a word for one, is part of it
    needs_network: bool

    def found(self, line: str) -> Iterator[Place]:
        """Where it stands in a marked sentence; parts in any order count once, from the first to the last."""
        if len(self.parts) == 1:
            yield from (match.span() for match in compiled(self.parts[0]).finditer(line))
            return
        places = []
        for part in self.parts:
            match = compiled(part).search(line)
            if match is None:
                return
            places.append(match.span())
        first, last = min(start for start, _ in places), max(end for _, end in places)
        if BREAK not in line[first:last]:
            yield first, last


@cache
def compiled(expression: str) -> re.Pattern[str]:
    """The pattern of a part of a phrase; raises re.error for what is none."""
    return re.compile(expression)


@dataclass(frozen=True, slots=True, eq=False)
class Hint:
    """What one word of a sentence tells: the phrases that it may be the rarest word of, and the groups it is in."""

    phrases: Mapping[Phrase, int]
    #: a bit for each group of needles
    groups: int
    #: the groups that each of its phrases needs, of those which make a statement
    cues: tuple[int, ...]


class Index:
    """Phrases by the needles that they need, so that a sentence tries only those it may hold."""

    def __init__(self, phrases: Sequence[Phrase], prefixes: str) -> None:
        self._prefixes = prefixes
        self._needles = _Needles()
        groups = dict.fromkeys(group for phrase in phrases for group in phrase.groups)
        bits = {group: 1 << place for place, group in enumerate(groups)}
        self._needed = {phrase: sum(bits[group] for group in phrase.groups) for phrase in phrases}
        for phrase in phrases:
            for needle in phrase.needles:
                self._needles.of(needle).phrases.append(phrase)
        for group, bit in bits.items():
            for needle in group:
                self._needles.of(needle).groups |= bit
        self._always = self._hint_of([phrase for phrase in phrases if not phrase.needles], 0)
        self._hints = Remembered(self._hint, most=_MOST_WORDS)

    def among(self, words: Sequence[str]) -> dict[str, tuple[Phrase, ...]]:
        """The phrases that may stand in a sentence of these words, by category."""
        hints, lacking = self._told(words)
        found = {
            phrase: None
            for hint in (self._always, *hints)
            for phrase, needed in hint.phrases.items()
            if not needed & lacking
        }
        by_category: dict[str, list[Phrase]] = defaultdict(list)
        for phrase in found:
            by_category[phrase.category].append(phrase)
        return {category: tuple(phrases) for category, phrases in by_category.items()}

    def has_cue(self, words: Sequence[str]) -> bool:
        """Whether a sentence of these words may hold a statement."""
        hints, lacking = self._told(words)
        return any(not needed & lacking for hint in (self._always, *hints) for needed in hint.cues)

    def _told(self, words: Sequence[str]) -> tuple[list[Hint], int]:
        """What each word tells, and the groups of which none is there."""
        hints = [hint for hint in dict.fromkeys(map(self._hints.__getitem__, words)) if hint is not _NO_HINT]
        groups = 0
        for hint in hints:
            groups |= hint.groups
        return hints, ~groups

    def _hint(self, word: str) -> Hint:
        """What a word tells, with and without a letter grown onto its beginning."""
        forms = (word, word[1:]) if word[0] in self._prefixes else (word,)
        found = [told for form in forms for told in self._needles.within(form)]
        if not found:
            return _NO_HINT
        groups = 0
        for told in found:
            groups |= told.groups
        return self._hint_of([phrase for told in found for phrase in told.phrases], groups)

    def _hint_of(self, phrases: Iterable[Phrase], groups: int) -> Hint:
        needed = {phrase: self._needed[phrase] for phrase in phrases}
        cues = tuple({groups for phrase, groups in needed.items() if phrase.category in _CUES})
        return Hint(needed, groups, cues) if needed or groups else _NO_HINT


_NO_HINT = Hint({}, 0, ())


@dataclass(slots=True)
class _Told:
    """What a needle tells: the phrases it is the rarest word of, and the groups it is in."""

    phrases: list[Phrase] = field(default_factory=list)
    groups: int = 0


_Table = dict[str, _Told]


class _Needles:
    """What each needle tells, found by the words that hold it."""

    def __init__(self) -> None:
        self._words: _Table = {}
        self._beginnings: dict[int, _Table] = {}
        self._endings: dict[int, _Table] = {}
        self._parts: _Table = {}

    def of(self, needle: Needle) -> _Told:
        """What one needle tells, to be added to."""
        return self._table(needle).setdefault(needle.text, _Told())

    def _table(self, needle: Needle) -> _Table:
        if needle.kind in ("word", "part"):
            return self._words if needle.kind == "word" else self._parts
        tables = self._beginnings if needle.kind == "beginning" else self._endings
        return tables.setdefault(len(needle.text), {})

    def within(self, word: str) -> Iterator[_Told]:
        """What the needles of a word tell; that which is the whole word first."""
        if word in self._words:
            yield self._words[word]
        for size, table in self._beginnings.items():
            if (begun := word[:size]) in table:
                yield table[begun]
        for size, table in self._endings.items():
            if (ended := word[-size:]) in table:
                yield table[ended]
        for part, told in self._parts.items():
            if part in word:
                yield told


@dataclass(frozen=True, slots=True, eq=False)
class Lexicon:
    """One language's phrases."""

    language: str
    phrases: Mapping[str, tuple[Phrase, ...]]
    index: Index
    #: "this network", at the end of what stands before; None when the lexicon names none
    network_word: re.Pattern[str] | None
    #: a network that the catalogue does not know: "the Alliance of River Towns"
    strange: re.Pattern[str] | None
    city_word: re.Pattern[str] | None
    #: "both", "the trio": the cities named together before
    pair_word: re.Pattern[str] | None
    #: phrases right before a city that make it something other than a member
    before_city: re.Pattern[str] | None
    #: phrases right before a city that keep it a member all the same: "the application from"
    member_before: re.Pattern[str] | None
    #: the same right behind a city, for what the clause behind it says: "a flat in C, which has joined"
    member_after: re.Pattern[str] | None
    #: letters grown onto a city's name that make it a venue
    place_prefix: tuple[str, ...]
    #: the same grown onto its end: "Bakıda"
    place_suffix: tuple[str, ...]
    after_city: re.Pattern[str] | None
    #: the same for suffixes behind an apostrophe: "Ankara'daki"
    suffix: re.Pattern[str] | None
    #: "mayor of" right before a city
    mayor: re.Pattern[str] | None
    #: the same behind it: "Ankara Belediye Başkanı"
    after_mayor: re.Pattern[str] | None
    #: a word for a gathering, in the folded name of a network
    meeting: re.Pattern[str] | None
    #: a person, or a body that is no city
    person: re.Pattern[str] | None
    #: folded words right before the name of a town, and right behind it: "the town of", "Belediyesi"
    town_before: tuple[tuple[str, ...], ...]
    town_after: tuple[tuple[str, ...], ...]
    #: folded words that a list of cities may hold beside its joints: "C et de la commune de C"
    links: frozenset[str]
    #: kinds that change a joining wherever in its sentence they stand; the others must share a clause with it
    wide: frozenset[str]

    def has_cue(self, line: str) -> bool:
        """Whether a marked sentence may hold a statement at all."""
        return self.index.has_cue(line.split())

    def may_state(self, words: Sequence[str], *, network: bool) -> bool:
        """Whether words may hold a statement once their names are marked, of which `network` tells one may be a network's."""
        return self.index.has_cue((*words, *(_NAMES if network else _NAMES_WITHOUT_NETWORKS)))

    def may_name_a_network(self, words: Sequence[str]) -> bool:
        """Whether words may hold what stands for a network."""
        possible = self.index.among((*words, "C"))
        return any(name in possible for name in _NETWORKS)

    def possible(self, category: str, line: str) -> tuple[Phrase, ...]:
        """The phrases of a category that a marked sentence may hold."""
        return _present(self, line).get(category, ())

    def matches(self, category: str, line: str) -> tuple[tuple[Phrase, Place], ...]:
        """Every match of a category in a marked sentence."""
        return _matches(self, category, line) if category in _present(self, line) else ()

    def without_events(self, line: str, inside: Callable[[int, int], bool]) -> str:
        """A marked sentence in which a network whose meeting or people are meant is no longer an N.

        `inside` tells whether two places of the line are in one clause.
        """
        for _, (start, end) in self.matches("event", line):
            if not inside(start, end):
                continue
            phrase = _NETWORK.sub("E ", line[start:end])
            if self.network_word is not None:
                phrase = self.network_word.sub(_blanked, f" {phrase}")[1:]
            line = line[:start] + phrase + line[end:]
        return line


@lru_cache(maxsize=256)
def _present(lexicon: Lexicon, line: str) -> Mapping[str, tuple[Phrase, ...]]:
    return lexicon.index.among(line.split())


@lru_cache(maxsize=4096)
def _matches(lexicon: Lexicon, category: str, line: str) -> tuple[tuple[Phrase, Place], ...]:
    phrases = _present(lexicon, line).get(category, ())
    return tuple((phrase, place) for phrase in phrases for place in phrase.found(line))


_NETWORK = re.compile(r"(?<![^ ])N ")


def _blanked(match: re.Match[str]) -> str:
    return re.sub(r"\S", "E", match.group())


def _word(text: str, prefixes: Sequence[str]) -> str:
    """One alternative of a phrase's word as a regular expression."""
    core = text.strip("*")
    if core in _SYMBOLS:
        return f"(?:{core} )"
    if core == "#":
        return r"(?:\d+(?:e|eme|er|a|o|st|nd|rd|th)? )"
    folded = " ?".join(map(re.escape, words(core)))
    if not folded:
        raise ValueError(f"no word in {text!r}")
    opening = "".join(words(prefix)[0] for prefix in prefixes)
    head = r"\S*" if text.startswith("*") else f"[{opening}]?" if opening else ""
    tail = r"\S*" if text.endswith("*") else ""
    return f"(?:{head}{folded}{tail} )"


def _piece(text: str, prefixes: Sequence[str], slots: dict[str, str]) -> str:
    if text in _GAPS:
        return rf"(?:[^{BREAK} ]+ ){{0,{_GAPS[text]}}}?"
    if text == _TIGHT:
        return slots.get(_TIGHT, _piece("..", prefixes, slots))
    if text == "^":
        return "(?<=^ )"
    if text == "$":
        return "$"
    optional = text.endswith("?")
    alternatives = text.rstrip("?").split("|")
    either = "|".join(slots.get(one) or _word(one, prefixes) for one in alternatives)
    return f"(?:{either})" + ("?" if optional else "")


def expression(phrase: str, prefixes: Sequence[str] = (), slots: dict[str, str] | None = None) -> str:
    """The regular expression of a phrase."""
    return "(?<= )" + "".join(_piece(piece, prefixes, slots or {}) for piece in phrase.split())


def _needles(phrase: str) -> tuple[Needle, ...]:
    """What one of must be there: the alternatives of the longest obligatory word."""
    best: tuple[Needle, ...] = ()
    for piece in phrase.split():
        if piece in _GAPS or piece.endswith("?") or piece in ("^", "$", _TIGHT, _AND):
            continue
        alternatives = piece.split("|")
        if any(one.strip("*") in (*_SYMBOLS, "#") for one in alternatives):
            continue
        needles = tuple(map(_needle, alternatives))
        if not best or min(map(_weight, needles)) > min(map(_weight, best)):
            best = needles
    return best


#: The needles of the words that a symbol stands for; None where it stands for words that have none.
Meanings = Mapping[str, frozenset[Needle] | None]


def _groups(phrase: str, meanings: Meanings) -> Iterator[frozenset[Needle]]:
    """For each word that a phrase cannot do without, the needles of which one must be there."""
    for piece in phrase.split():
        if piece in _GAPS or piece.endswith("?") or piece in ("^", "$", _TIGHT, _AND):
            continue
        alternatives = piece.split("|")
        symbols = [one for one in alternatives if one in meanings or one.strip("*") in (*_SYMBOLS, "#")]
        spoken = [meanings.get(one) for one in symbols]
        if None not in spoken:
            plain = map(_needle, (one for one in alternatives if one not in symbols))
            yield frozenset(plain).union(*filter(None, spoken))


def _meanings(data: Mapping[str, Sequence[str]]) -> Meanings:
    """The needles of C, N, Y, M and P."""
    spoken = {"C": ("cities",), "N": _NETWORKS, "Y": (), **{s: (name,) for s, name in _WORD_LISTS.items()}}
    found: dict[str, frozenset[Needle] | None] = {}
    for symbol, lists in spoken.items():
        needles = [_needles(phrase) for name in lists for phrase in data.get(name, ())]
        own = () if symbol in _WORD_LISTS else (Needle(symbol, "word"),)
        found[symbol] = frozenset(own).union(*needles) if all(needles) else None
    return found


def _weight(needle: Needle) -> int:
    return len(needle.text)


@lru_cache(maxsize=4096)
def _needle(alternative: str) -> Needle:
    first, *others = words(alternative.strip("*")) or [""]
    if alternative.startswith("*"):
        return Needle((others or [first])[-1], "part" if alternative.endswith("*") else "ending")
    return Needle(first, "beginning" if alternative.endswith("*") or others else "word")


def _union(phrases: Iterable[str], prefixes: Sequence[str], end: str = "") -> re.Pattern[str] | None:
    expressions = [expression(phrase, prefixes) for phrase in phrases]
    return re.compile("(?:" + "|".join(expressions) + ")" + end) if expressions else None


def _union_of(names: Sequence[str]) -> str:
    return "|".join(_word(name, ()) for name in names)


def _slots(data: dict[str, list[str]], prefixes: Sequence[str]) -> dict[str, str]:
    """What C and N stand for inside a phrase: the tag, or the words for "our city" and "this network".

    M and P are the words for meetings and for persons, ~ is up to three words without a joint.
    """
    slots = {}
    for symbol, name in _WORD_LISTS.items():
        listed = [expression(phrase, prefixes).removeprefix("(?<= )") for phrase in data.get(name, ())]
        slots[symbol] = f"(?:{'|'.join(listed)})" if listed else "(?!)"
    listed = [expression(joint).removeprefix("(?<= )") for joint in data.get("joints", ())]
    joints = "|".join([f"[N{BREAK}] ", *listed])
    slots[_TIGHT] = rf"(?:(?!{joints})\S+ ){{0,3}}?"
    for symbol, names in (("C", ("cities",)), ("N", _NETWORKS)):
        phrases = [phrase for name in names for phrase in data.get(name, ())]
        spoken = [expression(phrase, prefixes).removeprefix("(?<= )") for phrase in phrases]
        named = f"(?:{symbol} )+"
        if symbol == "N" and data.get("articles"):
            named = f"(?:{_union_of(data['articles'])}){{0,3}}{named}"
        slots[symbol] = "(?:" + "|".join([named, *spoken]) + ")"
    return slots


def _phrase(
    category: str, written: str, prefixes: Sequence[str], slots: dict[str, str], meanings: Meanings
) -> Phrase:
    parts = [part.strip() for part in written.split(f" {_AND} ")]
    first, *others = parts[0].split()
    return Phrase(
        category,
        written,
        tuple(expression(part, prefixes, slots) for part in parts),
        _needles(written),
        frozenset(_groups(written, meanings)),
        by_network=first == "N" and any("C" in piece.split("|") for piece in others),
        needs_network=any("N" in piece.split("|") for piece in written.split()),
    )


def compile_lexicon(language: str, data: dict[str, list[str]]) -> Lexicon:
    """A lexicon out of its parsed TOML; raises ValueError for an unknown kind of phrase."""
    known = {
        *CATEGORIES,
        *_AROUND,
        *_WORD_LISTS.values(),
        "networks",
        "strange",
        "town_before",
        "town_after",
        "links",
        "articles",
        "member_before",
        "member_after",
        "place_prefix",
        "place_suffix",
        "cities",
        "pair",
        "prefixes",
        "wide",
        "joints",
    }
    if unknown := set(data) - known:
        raise ValueError(f"{language}.membership.toml: unknown {', '.join(sorted(unknown))}")
    prefixes = data.get("prefixes", [])
    slots, meanings = _slots(data, prefixes), _meanings(data)
    phrases = {
        category: tuple(
            _phrase(category, phrase, prefixes, slots, meanings) for phrase in data.get(category, ())
        )
        for category in CATEGORIES
    }
    before = [phrase for name in _BESIDE for phrase in data.get(name, ())]
    every = [phrase for of_category in phrases.values() for phrase in of_category]
    for name in (PERSONS, *_NETWORKS):
        every += [_phrase(name, phrase, prefixes, slots, meanings) for phrase in data.get(name, ())]
    return Lexicon(
        language=language,
        phrases=phrases,
        index=Index(every, "".join(words(prefix)[0] for prefix in prefixes)),
        strange=_union(data.get("strange", ()), prefixes),
        network_word=_union(data.get("networks", ()), prefixes),
        city_word=_union(data.get("cities", ()), prefixes),
        pair_word=_union(data.get("pair", ()), prefixes),
        before_city=_union(before, prefixes, "$"),
        member_before=_union(data.get("member_before", ()), prefixes, "$"),
        member_after=_union(data.get("member_after", ()), prefixes),
        place_prefix=tuple(word for letter in data.get("place_prefix", ()) for word in words(letter)),
        place_suffix=tuple(word for letter in data.get("place_suffix", ()) for word in words(letter)),
        after_city=_union(data.get("after_beside", ()), prefixes),
        suffix=_union(data.get("after_place", ()), prefixes),
        mayor=_union(data.get("mayor", ()), prefixes, "$"),
        after_mayor=_union(data.get("after_mayor", ()), prefixes),
        meeting=_union(data.get("meetings", ()), prefixes),
        person=_union(data.get("persons", ()), prefixes),
        town_before=tuple(tuple(words(phrase)) for phrase in data.get("town_before", ())),
        links=frozenset(word for link in data.get("links", ()) for word in words(link)),
        town_after=tuple(tuple(words(phrase)) for phrase in data.get("town_after", ())),
        wide=frozenset(data.get("wide", ("denied", "council"))),
    )


@cache
def lexicon(language: str) -> Lexicon | None:
    """The lexicon of a language; None where there is none."""
    file = files("news.languages") / "data" / f"{language}.membership.toml"
    if not language.isalpha() or not file.is_file():
        return None
    return compile_lexicon(language, tomllib.loads(file.read_text(encoding="utf-8")))
