"""The language gate: texts of our own, whole and in cuts, told without any hint."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files

from benchmarks.quality.measures import Outcome, share
from news.languages.profiles import codes as ours
from news.values import UNDETERMINED
from reading import detect

#: Characters of the cuts; a cut ends with the word in which it reaches them.
LENGTHS = (60, 200)
WHOLE = "whole"
#: Persian as typed on an Arabic keyboard.
_ARABIC_KEYS = str.maketrans("یک", "يك")
_KEYED = "fa-arabic-keys"
_UNSPACED = ("ja", "zh")
#: Sets with an answer of their own, a line each of what it is and the text: languages that are none of ours,
#: and what no one could tell.
OTHERS, UNDECIDABLE = "others", "undecidable"


@cache
def languages() -> tuple[str, ...]:
    """The sets of texts; each is named for its language, and perhaps for how it is typed."""
    folder = files("benchmarks.quality.languages")
    found = (entry.name.removesuffix(".txt") for entry in folder.iterdir() if entry.name.endswith(".txt"))
    return tuple(sorted((*found, _KEYED)))


@cache
def texts(language: str) -> tuple[str, ...]:
    """The texts of a set."""
    if language == _KEYED:
        return tuple(text.translate(_ARABIC_KEYS) for text in texts("fa"))
    content = (files("benchmarks.quality.languages") / f"{language}.txt").read_text(encoding="utf-8")
    return tuple(content.splitlines())


def cuts(language: str, length: int) -> tuple[str, ...]:
    """The set's texts as one, cut into pieces of about a length; what is left over is dropped."""
    unspaced = language.startswith(_UNSPACED)
    whole = ("" if unspaced else " ").join(texts(language))
    if unspaced:
        pieces = [whole[start : start + length] for start in range(0, len(whole), length)]
    else:
        pieces = list(_by_words(whole.split(), length))
    return tuple(piece for piece in pieces if len(piece) >= length)


@cache
def strange(name: str) -> tuple[tuple[str, str], ...]:
    """The lines of `OTHERS` or `UNDECIDABLE`: what it is, and the text."""
    content = (files("benchmarks.quality.languages") / f"{name}.tsv").read_text(encoding="utf-8")
    parted = (line.partition("\t") for line in content.splitlines())
    return tuple((kind, text) for kind, _, text in parted)


def measure(wanted: Sequence[str] | None = None) -> Outcome:
    """The share told right, by set and length; `ku` stands for Kurmanji, which some call `kmr`.

    Of the sets with strange texts, those that were not taken for a language of ours, or for any.
    """
    wanted = languages() if wanted is None else wanted
    samples = {(str(length), language): cuts(language, length) for length in LENGTHS for language in wanted}
    samples |= {(WHOLE, language): texts(language) for language in wanted}
    samples = {key: pieces for key, pieces in samples.items() if pieces}
    told = {key: [detect(text).code for text in pieces] for key, pieces in samples.items()}
    shares = {
        (length, language): share([code in _names(language) for code in codes])
        for (length, language), codes in told.items()
    }
    strangers = {name: [detect(text).code for _, text in strange(name)] for name in (OTHERS, UNDECIDABLE)}
    return Outcome(
        shares=_named(shares)
        | {
            f"language.{name}": share([_is_right(name, code) for code in codes])
            for name, codes in strangers.items()
        },
        items=sum(map(len, samples.values())) + sum(map(len, strangers.values())),
        faults=[
            f"{language} at {length}: {code}, «{textwrap.shorten(text, 90)}»"
            for (length, language), codes in told.items()
            for text, code in zip(samples[length, language], codes, strict=True)
            if code not in _names(language)
        ]
        + [
            f"{name}, {kind}: {code}, «{textwrap.shorten(text, 90)}»"
            for name, codes in strangers.items()
            for (kind, text), code in zip(strange(name), codes, strict=True)
            if not _is_right(name, code)
        ],
    )


def _is_right(name: str, code: str) -> bool:
    return code not in ours() if name == OTHERS else code == UNDETERMINED


def _named(shares: Mapping[tuple[str, str], float]) -> dict[str, float]:
    """Each set by itself, and the mean over the sets of each length."""
    lengths = dict.fromkeys(length for length, _ in shares)
    means = {
        length: share([found for (of, _), found in shares.items() if of == length]) for length in lengths
    }
    return {f"language.{length}.mean": mean for length, mean in means.items()} | {
        f"language.{length}.{language}": found for (length, language), found in shares.items()
    }


def _names(language: str) -> tuple[str, ...]:
    code = language.partition("-")[0]
    return ("ku", "kmr") if code == "ku" else (code,)


def _by_words(words: Sequence[str], length: int) -> Iterator[str]:
    piece = ""
    for word in words:
        piece = f"{piece} {word}".strip()
        if len(piece) >= length:
            yield piece
            piece = ""
