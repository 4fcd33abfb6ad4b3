"""The phrases of membership of one language, compiled from its `.membership.toml`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from news.languages.tokens import words

#: Kinds of phrases that a lexicon may hold, in the order in which they are looked for.
CATEGORIES = (
    "joined", "admitted", "signed", "noun", "among", "listing", "reporting", "formal", "planned", "applied", "council", "denied",
    "invited", "historical", "post", "elected", "left", "renewed", "hosts", "twinned", "future", "many",
    "event", "no_member", "person", "attend", "evidence",
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


@dataclass(frozen=True, slots=True)
class Phrase:
    """One phrase as written in the lexicon, and as a regular expression over marked sentences."""

    category: str
    written: str
    pattern: re.Pattern[str]
    #: one of these strings is in every sentence that the pattern matches; empty when there is none
    needles: tuple[str, ...]
    #: the network is what does it: "N welcomes C"
    by_network: bool

    def found(self, line: str) -> Iterator[re.Match[str]]:
        """Its matches in a marked sentence."""
        if not self.needles:
            yield from self.pattern.finditer(line)
        for needle in self.needles:
            if needle in line:
                yield from self.pattern.finditer(line)
                return


@dataclass(frozen=True, slots=True)
class Lexicon:
    """One language's phrases."""

    language: str
    phrases: dict[str, tuple[Phrase, ...]]
    #: "this network", at the end of what stands before; None when the lexicon names none
    network_word: re.Pattern[str] | None
    city_word: re.Pattern[str] | None
    #: phrases right before a city that make it something other than a member
    before_city: re.Pattern[str] | None
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
    #: a membership sentence holds at least one of these words' beginnings
    cue: re.Pattern[str]
    #: kinds that change a joining wherever in its sentence they stand; the others must share a clause with it
    wide: frozenset[str]

    def matches(self, category: str, line: str) -> Iterator[tuple[Phrase, re.Match[str]]]:
        """Every match of a category in a marked sentence."""
        for phrase in self.phrases.get(category, ()):
            for match in phrase.found(line):
                yield phrase, match

    def without_events(self, line: str, inside: Callable[[int, int], bool]) -> str:
        """A marked sentence in which a network whose meeting or people are meant is no longer an N.

        `inside` tells whether two places of the line are in one clause.
        """
        for _, match in list(self.matches("event", line)):
            if not inside(*match.span()):
                continue
            phrase = _NETWORK.sub("E ", match.group())
            if self.network_word is not None:
                phrase = self.network_word.sub(_blanked, f" {phrase}")[1:]
            line = line[: match.start()] + phrase + line[match.end() :]
        return line


_NETWORK = re.compile(r"(?<![^ ])N ")


def _blanked(match: re.Match[str]) -> str:
    return re.sub(r"\S", "E", match.group())


def _word(text: str, prefixes: Sequence[str]) -> str:
    """One alternative of a phrase's word as a regular expression."""
    core = text.strip("*")
    if core in _SYMBOLS:
        return f"(?:{core} )"
    if core == "#":
        return r"(?:\d+ )"
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


def _needles(phrase: str) -> tuple[str, ...]:
    """Strings of which one must be there: the alternatives of the longest obligatory word."""
    best: tuple[str, ...] = ()
    for piece in phrase.split():
        if piece in _GAPS or piece.endswith("?") or piece in ("^", "$", _TIGHT):
            continue
        alternatives = piece.split("|")
        if any(one.strip("*") in (*_SYMBOLS, "#") for one in alternatives):
            continue
        heads = tuple((words(one.strip("*")) or [""])[0] for one in alternatives)
        if not best or min(map(len, heads)) > min(map(len, best)):
            best = heads
    return best


def _union(phrases: Iterable[str], prefixes: Sequence[str], end: str = "") -> re.Pattern[str] | None:
    expressions = [expression(phrase, prefixes) for phrase in phrases]
    return re.compile("(?:" + "|".join(expressions) + ")" + end) if expressions else None


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
    for symbol, name in (("C", "cities"), ("N", "networks")):
        spoken = [expression(phrase, prefixes).removeprefix("(?<= )") for phrase in data.get(name, ())]
        slots[symbol] = "(?:" + "|".join([f"(?:{symbol} )+", *spoken]) + ")"
    return slots


_CUE_CATEGORIES = (
    "joined",
    "admitted",
    "signed",
    "future",
    "noun",
    "among",
    "listing",
    "left",
    "renewed",
    "hosts",
    "twinned",
    "applied",
    "post",
    "elected",
)


def _phrase(category: str, written: str, prefixes: Sequence[str], slots: dict[str, str]) -> Phrase:
    first, *others = written.split()
    by_network = first == "N" and any("C" in piece.split("|") for piece in others)
    pattern = re.compile(expression(written, prefixes, slots))
    return Phrase(category, written, pattern, _needles(written), by_network)


def compile_lexicon(language: str, data: dict[str, list[str]]) -> Lexicon:
    """A lexicon out of its parsed TOML; raises ValueError for an unknown kind of phrase."""
    known = {*CATEGORIES, *_AROUND, *_WORD_LISTS.values(), "networks", "cities", "prefixes", "wide", "joints"}
    if unknown := set(data) - known:
        raise ValueError(f"{language}.membership.toml: unknown {', '.join(sorted(unknown))}")
    prefixes = data.get("prefixes", [])
    slots = _slots(data, prefixes)
    phrases = {
        category: tuple(_phrase(category, phrase, prefixes, slots) for phrase in data.get(category, ()))
        for category in CATEGORIES
    }
    before = [phrase for name in _BESIDE for phrase in data.get(name, ())]
    needles = {needle for name in _CUE_CATEGORIES for phrase in phrases[name] for needle in phrase.needles}
    return Lexicon(
        language=language,
        phrases=phrases,
        network_word=_union(data.get("networks", ()), prefixes),
        city_word=_union(data.get("cities", ()), prefixes),
        before_city=_union(before, prefixes, "$"),
        after_city=_union(data.get("after_beside", ()), prefixes),
        suffix=_union(data.get("after_place", ()), prefixes),
        mayor=_union(data.get("mayor", ()), prefixes, "$"),
        after_mayor=_union(data.get("after_mayor", ()), prefixes),
        meeting=_union(data.get("meetings", ()), prefixes),
        person=_union(data.get("persons", ()), prefixes),
        cue=re.compile("|".join(map(re.escape, sorted(needles)))),
        wide=frozenset(data.get("wide", ("denied", "council"))),
    )


@cache
def lexicon(language: str) -> Lexicon | None:
    """The lexicon of a language; None where there is none."""
    file = files("news.languages") / "data" / f"{language}.membership.toml"
    if not language.isalpha() or not file.is_file():
        return None
    return compile_lexicon(language, tomllib.loads(file.read_text(encoding="utf-8")))
