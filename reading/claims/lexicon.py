"""The phrases of membership of one language, compiled from its `.membership.toml`."""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Literal

from news.languages.tokens import words

#: Kinds of phrases that a lexicon may hold, in the order in which they are looked for.
CATEGORIES = (
    "joined", "admitted", "signed", "noun", "among", "listing", "reporting", "formal", "planned", "applied", "council", "denied",
    "invited", "historical", "post", "elected", "left", "renewed", "hosts", "twinned", "future", "many",
    "event", "no_member", "person", "attend", "evidence", "act", "doubt", "void", "following",
    "bygone", "conditional",
)  # fmt: skip
#: Kinds whose phrases stand right before a city; with those that stand right after it.
_BESIDE = ("beside", "place")
_AROUND = (*_BESIDE, "mayor", "after_beside", "after_place", "after_mayor")
#: What a symbol of a phrase stands for: the words of a list of the lexicon.
_WORD_LISTS = {"M": "meetings", "P": "persons"}
_SYMBOLS = ("C", "N", "Y", *_WORD_LISTS)
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
    """A word that every sentence with a phrase holds, or how such a word begins or ends."""

    text: str
    kind: Literal["word", "beginning", "ending"]


@dataclass(frozen=True, slots=True, eq=False)
class Phrase:
    """One phrase as written in the lexicon, and as regular expressions over marked sentences."""

    category: str
    written: str
    #: one expression, or several that may stand in any order; most are never tried, and so never compiled
    parts: tuple[str, ...]
    #: one of these is in every sentence that the phrase matches; empty when there is none
    needles: tuple[Needle, ...]
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


class Index:
    """Phrases by the needles that they need, so that a sentence tries only those it may hold."""

    def __init__(self, phrases: Iterable[Phrase], prefixes: str) -> None:
        self._prefixes = prefixes
        self._known: dict[str, dict[Phrase, None]] = {}
        self._words: dict[str, list[Phrase]] = defaultdict(list)
        self._beginnings: dict[int, dict[str, list[Phrase]]] = {}
        self._endings: dict[int, dict[str, list[Phrase]]] = {}
        self._always: list[Phrase] = []
        for phrase in phrases:
            if not phrase.needles:
                self._always.append(phrase)
            for needle in phrase.needles:
                self._table(needle)[needle.text].append(phrase)

    def _table(self, needle: Needle) -> dict[str, list[Phrase]]:
        if needle.kind == "word":
            return self._words
        tables = self._beginnings if needle.kind == "beginning" else self._endings
        return tables.setdefault(len(needle.text), defaultdict(list))

    def among(self, words: Iterable[str]) -> dict[str, tuple[Phrase, ...]]:
        """The phrases that may stand in a sentence of these words, by category."""
        found = dict.fromkeys(self._always)
        for word in words:
            phrases = self._known.get(word)
            if phrases is None:
                phrases = self._remembered(word)
            if phrases:
                found.update(phrases)
        by_category: dict[str, list[Phrase]] = defaultdict(list)
        for phrase in found:
            by_category[phrase.category].append(phrase)
        return {category: tuple(phrases) for category, phrases in by_category.items()}

    def _remembered(self, word: str) -> dict[Phrase, None]:
        """The phrases of a word, with and without a letter grown onto its beginning; kept, for words come again."""
        phrases = dict.fromkeys(self._of(word))
        if word[0] in self._prefixes:
            phrases |= dict.fromkeys(self._of(word[1:]))
        if len(self._known) >= _MOST_WORDS:
            self._known.clear()
        self._known[word] = phrases
        return phrases

    def _of(self, word: str) -> Iterator[Phrase]:
        yield from self._words.get(word, ())
        for size, table in self._beginnings.items():
            yield from table.get(word[:size], ())
        for size, table in self._endings.items():
            yield from table.get(word[-size:], ())


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
        return not _CUES.isdisjoint(_present(self, line))

    def possible(self, category: str, line: str) -> tuple[Phrase, ...]:
        """The phrases of a category that a marked sentence may hold."""
        return _present(self, line).get(category, ())

    def matches(self, category: str, line: str) -> tuple[tuple[Phrase, Place], ...]:
        """Every match of a category in a marked sentence."""
        return _matches(self, category, line)

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


def _weight(needle: Needle) -> int:
    return len(needle.text)


def _needle(alternative: str) -> Needle:
    first, *others = words(alternative.strip("*")) or [""]
    if alternative.startswith("*"):
        return Needle((others or [first])[-1], "ending")
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
    for symbol, names in (("C", ("cities",)), ("N", ("networks", "strange"))):
        phrases = [phrase for name in names for phrase in data.get(name, ())]
        spoken = [expression(phrase, prefixes).removeprefix("(?<= )") for phrase in phrases]
        named = f"(?:{symbol} )+"
        if symbol == "N" and data.get("articles"):
            named = f"(?:{_union_of(data['articles'])}){{0,3}}{named}"
        slots[symbol] = "(?:" + "|".join([named, *spoken]) + ")"
    return slots


#: Kinds of which a sentence must hold one, lest it says nothing of membership.
_CUES = frozenset(
    {
        "joined", "admitted", "signed", "act", "future", "noun", "among", "listing", "left", "renewed", "hosts",
        "twinned", "applied", "post", "elected",
    }
)  # fmt: skip


def _phrase(category: str, written: str, prefixes: Sequence[str], slots: dict[str, str]) -> Phrase:
    parts = [part.strip() for part in written.split(f" {_AND} ")]
    first, *others = parts[0].split()
    return Phrase(
        category,
        written,
        tuple(expression(part, prefixes, slots) for part in parts),
        _needles(written),
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
    slots = _slots(data, prefixes)
    phrases = {
        category: tuple(_phrase(category, phrase, prefixes, slots) for phrase in data.get(category, ()))
        for category in CATEGORIES
    }
    before = [phrase for name in _BESIDE for phrase in data.get(name, ())]
    every = (phrase for of_category in phrases.values() for phrase in of_category)
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
