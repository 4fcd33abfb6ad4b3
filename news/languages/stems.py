"""What search takes off a word so that its forms meet: clitics, plurals, cases; rules are data (`data/xx.search.toml`).

Rules work on folded words, so that a word typed without its diacritics is cut like the written one. They take off
inflection alone: libraries that stem also derive, and then a universe finds universities.
"""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib.resources import files
from itertools import pairwise

from news.languages.tokens import words

_DATA = files("news.languages") / "data"
_ENDING = ".search.toml"
_LONGEST_ENDING = 7


@dataclass(frozen=True, slots=True)
class Ending:
    """Letters at the end of a word: what takes their place, and what must be left for it."""

    to: str
    #: letters
    leaves: int
    #: the last letter left is one of these; any where empty
    after: str = ""

    def fits(self, rest: str) -> bool:
        """Whether it may be taken off and leave that."""
        return len(rest) >= self.leaves and (not self.after or rest[-1:] in self.after)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The rules of a language; everything in them is folded."""

    code: str
    #: first word of the Unicode names of its letters
    script: str
    #: whether it is the language of words of this script inside texts of another
    default: bool = False
    #: what stands before a word and is taken off, the longest that leaves enough
    prefixes: tuple[str, ...] = ()
    #: letters that a prefix must leave
    prefix_leaves: int = 3
    #: by their letters; the longest that fits is taken
    endings: Mapping[str, Ending] = field(default_factory=dict)
    #: a word that ends so keeps its end
    uncut: tuple[str, ...] = ()
    #: how often an ending is taken off
    rounds: int = 1
    #: last letters that change where an ending was taken off
    hardened: Mapping[str, str] = field(default_factory=dict)
    #: words that are left as they are
    kept: frozenset[str] = frozenset()
    #: irregular form → word
    same: Mapping[str, str] = field(default_factory=dict)
    #: words that are part of the word before, and no words of their own
    dropped: frozenset[str] = frozenset()
    #: single letters before a word that may be words of their own («و», «ب»): both readings are searched
    clitics: tuple[str, ...] = ()
    #: words that begin with such a letter and do not mean it
    whole: frozenset[str] = frozenset()
    #: short words that may stand joined to the next («می»); None where joining is not in the language's habits
    joiners: frozenset[str] | None = None

    def stem(self, word: str) -> str:
        """The word without what the rules take off; a word in all its regular forms gives the same."""
        if word in self.same:
            return self.same[word]
        if word in self.kept:
            return word
        return self._without_endings(self._without_prefix(word))

    def inner(self, word: str) -> str | None:
        """The word behind a single letter that may be a clitic, stemmed."""
        behind = word[1:]
        if (
            word[:1] in self.clitics
            and len(behind) >= self.prefix_leaves
            and self.stem(word) not in self.whole
        ):
            return self.stem(behind)
        return None

    def _without_prefix(self, word: str) -> str:
        for prefix in self.prefixes:
            if word.startswith(prefix) and len(word) - len(prefix) >= self.prefix_leaves:
                return word[len(prefix) :]
        return word

    def _without_endings(self, word: str) -> str:
        for _ in range(self.rounds):
            if word in self.same:
                return self.same[word]
            shorter = word if word in self.kept else self._shortened(word)
            if shorter == word:
                return word
            word = shorter
        return self.same.get(word, word)

    def _shortened(self, word: str) -> str:
        if word.endswith(self.uncut):
            return word
        for size in range(min(len(word) - 1, _LONGEST_ENDING), 0, -1):
            ending = self.endings.get(word[-size:])
            if ending is not None and ending.fits(word[:-size]):
                found = word[:-size] + ending.to
                return found[:-1] + self.hardened.get(found[-1], found[-1])
        return word


@cache
def rules() -> Mapping[str, Rules]:
    """The rules of every language that has any, by its code."""
    names = sorted(entry.name for entry in _DATA.iterdir() if entry.name.endswith(_ENDING))
    return {name.removesuffix(_ENDING): _read(name) for name in names}


def _read(name: str) -> Rules:
    given = tomllib.loads((_DATA / name).read_text(encoding="utf-8"))
    endings = {
        letters: Ending(row.get("to", ""), row["leaves"], row.get("after", ""))
        for row in given.pop("endings", [])
        for letters in row["of"].split()
    }
    given["uncut"], given["clitics"] = tuple(given.get("uncut", ())), tuple(given.get("clitics", ()))
    for key in ("kept", "dropped", "whole", "joiners"):
        if key in given:
            given[key] = frozenset(words(" ".join(given[key])))
    same = {"".join(words(form)): word for word, forms in given.pop("same", {}).items() for form in forms}
    folded = {form: "".join(words(word)) for form, word in same.items()}
    prefixes = tuple(sorted(given.pop("prefixes", []), key=len, reverse=True))
    bare = Rules(code=name.removesuffix(_ENDING), **given, prefixes=prefixes, endings=endings)
    given["whole"] = frozenset(map(bare.stem, given.get("whole", ())))
    targets = {form: bare.stem(word) for form, word in folded.items()}
    return Rules(code=bare.code, **given, prefixes=prefixes, endings=endings, same=targets)


@lru_cache(maxsize=100_000)
def script_of(word: str) -> str:
    """The script of a word's first letter, as Unicode names it: ARABIC, LATIN, CYRILLIC; empty for a number."""
    letter = next((char for char in word if char.isalpha()), "")
    return unicodedata.name(letter, "").partition(" ")[0] if letter else ""


def rules_for(word: str, language: str) -> Rules | None:
    """The rules of a word in a text of that language: its own, or those of the word's script where it is another."""
    script = script_of(word)
    own = rules().get(language)
    if own is not None and own.script == script:
        return own
    return _default(script) if own is not None or not script_is_own(script, language) else None


def script_is_own(script: str, language: str) -> bool:
    """Whether words of a script are the language's own, as far as is known: nothing is taken off what is not understood."""
    return script != "LATIN" or language in _latin_languages()


@cache
def _latin_languages() -> frozenset[str]:
    return frozenset(
        (
            "az",
            "ca",
            "cs",
            "da",
            "fi",
            "hu",
            "id",
            "it",
            "ku",
            "nl",
            "no",
            "pl",
            "pt",
            "ro",
            "sv",
            "und",
            "uz",
        )
    )


@cache
def _default(script: str) -> Rules | None:
    return next((found for found in rules().values() if found.script == script and found.default), None)


def rules_of_script(word: str) -> Iterator[Rules]:
    """The rules of every language that may write such a word."""
    script = script_of(word)
    yield from (found for found in rules().values() if found.script == script)


def pairs(found: tuple[str, ...]) -> Iterator[str]:
    """Neighbouring words written as one."""
    yield from map("".join, pairwise(found))
