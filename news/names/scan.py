"""Titles and texts as words ready to be matched, and the forms a name takes inside a sentence."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from news.languages.sentences import sentence_spans
from news.languages.tokens import columns
from news.names.index import Variants
from news.names.keys import stem
from news.values import Part, Span

#: What may stand between two words of one city's name.
_GLUE = re.compile(r"[\s\u200c'’ʼ.\-\u2010\u2011]*$")
_ENDS_SENTENCE = re.compile(r"[.!?:;\n«»\"“”(]")
_EZAFE = "ی"
_CYRILLIC = re.compile("[\u0400-\u04ff]")
#: Taken by an earlier match; no name begins with it.
TAKEN = "\n"


@dataclass(slots=True)
class Scan:
    """One part of an article: its words, their stems (those taken by a match blanked), its sentences."""

    part: Part
    text: str
    #: folded
    words: Sequence[str]
    #: where each word begins and ends in the text
    begins: Sequence[int]
    ends: Sequence[int]
    stems: list[str]
    _sentences: list[int] | None = None

    def raw(self, start: int, end: int) -> str:
        """The text of words `start` up to `end`, as written."""
        return self.text[self.begins[start] : self.ends[end - 1]]

    def span(self, start: int, end: int) -> Span:
        """The place of words `start` up to `end`."""
        return Span(part=self.part, start=self.begins[start], end=self.ends[end - 1])

    def take(self, start: int, end: int) -> None:
        """Blank words, so that nothing else matches them."""
        self.stems[start:end] = [TAKEN] * (end - start)

    def gap(self, left: int, right: int) -> str:
        """The text between the end of word `left` and the start of word `right`."""
        return self.text[self.ends[left] : self.begins[right]]

    def breaks(self, at: int) -> bool:
        """Whether more than spaces and joiners stands before a word, or it is the first."""
        return at == 0 or at >= len(self.words) or not _GLUE.match(self.gap(at - 1, at))

    def hyphened(self, at: int) -> bool:
        """Whether a hyphen holds a word and the one before it together."""
        return 0 < at < len(self.words) and self.gap(at - 1, at) == "-"

    def capital_before(self, at: int) -> bool:
        """Whether only a space stands between a word and one before it that has a capital and begins no sentence."""
        if at < 1 or self.gap(at - 1, at) != " " or not self._is_capital(at - 1):
            return False
        return at >= 2 and not _ENDS_SENTENCE.search(self.gap(at - 2, at - 1))

    def capital_after(self, at: int) -> bool:
        """Whether only a space stands between the word before `at` and that at `at`, which has a capital."""
        return at < len(self.words) and self.gap(at - 1, at) == " " and self._is_capital(at)

    def capitals(self, start: int, end: int) -> bool:
        """Whether the first and the last of some words have capitals, or an apostrophe or a hyphen holds them together."""
        return self._is_capital(start) and (self._is_capital(end - 1) or self.gap(end - 2, end - 1) != " ")

    def may_be_a_name(self, at: int) -> bool:
        """Whether a word, or the one behind it, has a capital or is of a script that has none."""
        return self._is_no_small(at) or (at + 1 < len(self.begins) and self._is_no_small(at + 1))

    def _is_no_small(self, at: int) -> bool:
        return not self.text[self.begins[at]].islower()

    def _is_capital(self, at: int) -> bool:
        return self.text[self.begins[at]].isupper()

    def headline(self, share: float) -> bool:
        """Whether most words of a title have a capital."""
        if self.part is not Part.TITLE:
            return False
        long = [begin for begin, end in zip(self.begins, self.ends, strict=True) if end - begin >= 4]
        capitals = sum(self.text[begin].isupper() for begin in long)
        return capitals >= share * len(long)

    def glued_until(self, start: int, most: int = 6) -> int:
        """The end of the run of words from `start` that only spaces and hyphens hold apart."""
        stop = min(start + most, len(self.words))
        for position in range(start + 1, stop):
            if not _GLUE.match(self.gap(position - 1, position)):
                return position
        return stop

    def sentence_of(self, position: int) -> int:
        """The number of the sentence that word `position` stands in."""
        if self._sentences is None:
            self._sentences = [start for start, _ in sentence_spans(self.text)]
        return bisect_right(self._sentences, self.begins[position])

    def words_of_sentence(self, position: int) -> Iterator[tuple[int, str]]:
        """(position, folded word) of the sentence around word `position`."""
        sentence = self.sentence_of(position)
        left = position
        while left > 0 and self.sentence_of(left - 1) == sentence:
            left -= 1
        for at in range(left, len(self.words)):
            if self.sentence_of(at) != sentence:
                return
            yield at, self.words[at]


def scan(part: Part, text: str) -> Scan:
    """Read one part; a lone Persian ezafe is left out, as no name needs it."""
    found = columns(text)
    if _EZAFE in found.words:
        found = found.only([at for at, word in enumerate(found.words) if word != _EZAFE])
    # no other script has stems
    stems = map(stem, found.words) if _CYRILLIC.search(text) else found.words
    return Scan(part, text, *found, list(stems))


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


#: Marks of number, gender and case in the languages of western Europe.
_LIGHT = re.compile(r"(?<=[a-z]{3})(?:ies|es|en|er|em|os|as|is|y|e|s|n|a|o|i)$")


@lru_cache(maxsize=50_000)
def light(word: str) -> str:
    """A folded word without the ending that a name changes: "ville créative" is of the "villes créatives"."""
    return _LIGHT.sub("", word)


def _no_variants(_word: str) -> tuple[str, ...]:
    return ()


@lru_cache(maxsize=20_000)
def _persian(word: str) -> tuple[str, ...]:
    return (word[:-1],) if len(word) > 3 and word[-2:] in ("ای", "وی") else ()


@lru_cache(maxsize=20_000)
def _turkish(word: str) -> tuple[str, ...]:
    cut = _TURKISH_SUFFIX.sub("", word)
    return (cut,) if cut != word and len(cut) >= 2 else ()


#: Case endings, folded; what is left of a word is looked up for each.
_AZERBAIJANI = tuple(
    f"{first}{vowel}{last}"
    for first, vowels, last in (
        ("", "ae", ""), ("", "iu", ""), ("y", "ae", ""), ("n", "ae", ""), ("n", "iu", ""), ("y", "iu", ""),
        ("n", "iu", "n"), ("", "iu", "n"), ("d", "ae", ""), ("d", "ae", "n"), ("t", "ae", ""), ("t", "ae", "n"),
        ("d", "ae", "ki"), ("d", "iu", "r"), ("", "iu", "nda"), ("", "iu", "nde"), ("", "iu", "na"), ("", "iu", "ne"),
    )
    for vowel in vowels
)  # fmt: skip
_KURDISH = ("ye", "ya", "yi", "yan", "e", "a", "i", "an", "en")
_SHORTEST_CUT = 3
#: «Череповца» and «Череповец»: the vowel that only the first case has.
_FLEETING = re.compile("(?<=[бвгджзйклмнпрстфхцчшщ])(?=[цк]$)")


@lru_cache(maxsize=20_000)
def _azerbaijani(word: str) -> tuple[str, ...]:
    cuts = (word[: -len(suffix)] for suffix in _AZERBAIJANI if word.endswith(suffix))
    return tuple(cut for cut in cuts if len(cut) >= _SHORTEST_CUT)


@lru_cache(maxsize=20_000)
def _kurdish(word: str) -> tuple[str, ...]:
    """A name without its oblique ending: "Silêmaniyê" is of "Silêmanî"."""
    cuts = [word[: -len(suffix)] for suffix in _KURDISH if word.endswith(suffix)]
    return tuple(cut for cut in cuts if len(cut) >= _SHORTEST_CUT)


@lru_cache(maxsize=20_000)
def _russian(word: str) -> tuple[str, ...]:
    """A stem that has kept a part of the name's own, as «псков» of «Пскова», or has lost its vowel."""
    forms = (_FLEETING.sub("е", word), stem(word))
    return tuple(dict.fromkeys(form for form in forms if form != word))


@lru_cache(maxsize=20_000)
def _german(word: str) -> tuple[str, ...]:
    """What a word in -s or -er may be made of: "Kölns" of Köln, "Bremer" of Bremen, "Basler" of Basel."""
    if word.endswith("s") and len(word) > _SHORTEST_CUT:
        return (word[:-1],)
    cut = word[:-2]
    if not word.endswith("er") or len(cut) < _SHORTEST_CUT or word == "jeder":
        return ()
    forms = [cut, cut + "en"]
    if cut[-1] in "ln":
        forms.append(f"{cut[:-1]}e{cut[-1]}")
    if cut.endswith("n"):
        forms.append(f"{cut[:-1]}en")
    return tuple(dict.fromkeys(forms))


_ENDINGS: dict[str, Variants] = {
    "de": _german,
    "fa": _persian,
    "tr": _turkish,
    "az": _azerbaijani,
    "ku": _kurdish,
    "ru": _russian,
}


def endings(language: str) -> Variants:
    """The forms of a last word without its suffix: Persian ezafe after a vowel, Turkish, Azerbaijani, Kurdish case."""
    return _ENDINGS.get(language, _no_variants)
