"""Titles and texts as words ready to be matched, and the forms a name takes inside a sentence."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from news.languages.sentences import sentence_spans
from news.languages.tokens import Token, tokens
from news.names.index import Variants
from news.names.keys import stem
from news.values import Part, Span

#: What may stand between two words of one city's name.
_GLUE = re.compile(r"[\s\u200c'’ʼ.\-\u2010\u2011]*$")
#: Taken by an earlier match; no name begins with it.
TAKEN = "\0"


@dataclass(slots=True)
class Scan:
    """One part of an article: its words, their stems (those taken by a match blanked), its sentences."""

    part: Part
    text: str
    tokens: list[Token]
    stems: list[str]
    sentence_starts: list[int]

    def raw(self, start: int, end: int) -> str:
        """The text of words `start` up to `end`, as written."""
        return self.text[self.tokens[start].start : self.tokens[end - 1].end]

    def span(self, start: int, end: int) -> Span:
        """The place of words `start` up to `end`."""
        return Span(part=self.part, start=self.tokens[start].start, end=self.tokens[end - 1].end)

    def take(self, start: int, end: int) -> None:
        """Blank words, so that nothing else matches them."""
        self.stems[start:end] = [TAKEN] * (end - start)

    def gap(self, left: int, right: int) -> str:
        """The text between the end of word `left` and the start of word `right`."""
        return self.text[self.tokens[left].end : self.tokens[right].start]

    def glued_until(self, start: int, most: int = 6) -> int:
        """The end of the run of words from `start` that only spaces and hyphens hold apart."""
        stop = min(start + most, len(self.tokens))
        for position in range(start + 1, stop):
            if not _GLUE.match(self.gap(position - 1, position)):
                return position
        return stop

    def sentence_of(self, position: int) -> int:
        """The number of the sentence that word `position` stands in."""
        return bisect_right(self.sentence_starts, self.tokens[position].start)

    def words_of_sentence(self, position: int) -> Iterator[tuple[int, str]]:
        """(position, folded word) of the sentence around word `position`."""
        sentence = self.sentence_of(position)
        left = position
        while left > 0 and self.sentence_of(left - 1) == sentence:
            left -= 1
        for at in range(left, len(self.tokens)):
            if self.sentence_of(at) != sentence:
                return
            yield at, self.tokens[at].text


def scan(part: Part, text: str) -> Scan:
    """Read one part; a lone Persian ezafe is left out, as no name needs it."""
    found = [token for token in tokens(text) if token.text != "ی"]
    starts = [start for start, _ in sentence_spans(text)]
    return Scan(part, text, found, [stem(token.text) for token in found], starts)


_TURKISH_SUFFIX = re.compile(
    "(?:n?[ae]|y[ae]|n?[dt][ae]n?|[dt][ae]ki|[dt]eki|n?[iu]n|y[iu]|n[iu]|s[iu]|[dt][iu]r|sinin|sina|sine)$"
)


@lru_cache(maxsize=20_000)
def starts(word: str, language: str) -> tuple[str, ...]:
    """The forms of a first word without its Arabic clitics: «للشبكة» is «الشبكة»."""
    if language != "ar" or not word or word[0] not in "وفبلک":
        return ()
    forms = []
    for cut in (1, 2, 3):
        head, rest = word[:cut], word[cut:]
        if len(rest) >= 3 and head in _CLITICS:
            forms.append(_CLITICS[head] + rest)
    return tuple(forms)


#: Clitics as written → what is left of them: «لل» hides an article.
_CLITICS = {
    **dict.fromkeys("وفبلک", ""),
    **{conjunction + one: "" for conjunction in "وف" for one in "بلک"},
    "لل": "ال",
    "ولل": "ال",
    "فلل": "ال",
}


def _no_variants(_word: str) -> tuple[str, ...]:
    return ()


@lru_cache(maxsize=20_000)
def _persian(word: str) -> tuple[str, ...]:
    return (word[:-1],) if len(word) > 3 and word[-2:] in ("ای", "وی") else ()


@lru_cache(maxsize=20_000)
def _turkish(word: str) -> tuple[str, ...]:
    cut = _TURKISH_SUFFIX.sub("", word)
    return (cut,) if cut != word and len(cut) >= 2 else ()


_ENDINGS: dict[str, Variants] = {"fa": _persian, "tr": _turkish}


def endings(language: str) -> Variants:
    """The forms of a last word without its suffix: Persian ezafe after a vowel, Turkish case."""
    return _ENDINGS.get(language, _no_variants)
