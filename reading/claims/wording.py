"""How the words around a network speak: a linear model of what news of a joining is written in.

The phrases of a lexicon know what somebody thought of; the words of some thousand labelled passages speak for or against a
joining where no phrase says so outright. Each language has a table of words, pairs of words and words beside a network with
their weights in natural logarithms of the odds (`reading/data/wording/fa.tsv`), fitted by `python -m benchmarks.wording`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import islice, pairwise

from news.values import Part, TagKind
from reading.claims.marking import Sentence

#: Letters of a word by which it is one with its other forms; longer ones are weighed whole as well.
_STEM = 4
#: Words on either side of a network and of a city that are looked at.
_BESIDE = {"N": 4, "C": 3}
#: Sentences before and behind one that names a network which are read with it; the title always is.
_BEFORE, _BEHIND = 2, 3
#: Places in an article where a network is named that are looked at.
_MOST_WINDOWS = 12
#: A text of 144 features has them at their full weight, a longer one at less; a short one says no more than one of 64.
_FULL, _FEWEST = 12.0, 64
ALWAYS = "always"


@dataclass(frozen=True, slots=True)
class Window:
    """The sentences around one that names networks, and how they speak for a joining, in logarithms of the odds."""

    networks: frozenset[str]
    #: the one that names them
    at: int
    sentences: tuple[int, ...]
    score: float


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of a language that speak for a joining, and against one."""

    weights: Mapping[str, float]
    always: float

    def score(self, features: Iterable[str]) -> float:
        """How features speak for a joining, in logarithms of the odds."""
        own = set(features)
        if not own:
            return self.always
        weights = self.weights
        return self.always + scale(len(own)) * math.fsum(weights.get(one, 0.0) for one in own)

    def weight(self, sentence: Sentence) -> float:
        """How much the words of one sentence add."""
        return math.fsum(self.weights.get(one, 0.0) for one in features(sentence))

    def windows(self, sentences: tuple[Sentence, ...]) -> tuple[Window, ...]:
        """What is said around each place where a network is named, up to twelve."""
        found = (_windowed(sentence, sentences) for sentence in sentences if " N " in sentence.line)
        made: dict[int, set[str]] = {}
        windows = []
        for sentence, numbers in islice(found, _MOST_WINDOWS):
            own: set[str] = set()
            for number in numbers:
                if number not in made:
                    made[number] = set(features(sentences[number]))
                own |= made[number]
            windows.append(Window(_networks(sentence), sentence.number, numbers, self.score(own)))
        return tuple(windows)


def scale(size: int) -> float:
    """What each feature of a text with so many counts."""
    return _FULL / math.sqrt(max(_FEWEST, size))


def features(sentence: Sentence) -> Iterator[str]:
    """What of a sentence is weighed: its words, pairs of them, those of a title, those with a network and those beside a name."""
    whole = [symbol for symbol, *_ in sentence.marks]
    words = [word[:_STEM] for word in whole]
    yield from words
    yield from (f"={word}" for word in whole if len(word) > _STEM)
    yield from (f"{one} {other}" for one, other in pairwise(words))
    if sentence.part is Part.TITLE:
        yield from (f"title {word}" for word in words)
    if "N" in words:
        yield from (f"with N {word}" for word in words)
    for at, name in enumerate(words):
        near = _BESIDE.get(name, 0)
        yield from (f"before {name} {word}" for word in words[max(0, at - near) : at])
        yield from (f"behind {name} {word}" for word in words[at + 1 : at + 1 + near])


def _windowed(sentence: Sentence, sentences: tuple[Sentence, ...]) -> tuple[Sentence, tuple[int, ...]]:
    first, last = sentence.number - _BEFORE, sentence.number + _BEHIND
    numbers = (one.number for one in sentences if one.part is Part.TITLE or first <= one.number <= last)
    return sentence, tuple(numbers)


def _networks(sentence: Sentence) -> frozenset[str]:
    return frozenset(tag.key for at in sentence.of_kind(TagKind.NETWORK) for tag in sentence.marks[at].tags)


@cache
def wording(language: str) -> Wording | None:
    """The words of a language; None where none were fitted."""
    file = files("reading") / "data" / "wording" / f"{language}.tsv"
    if not file.is_file():
        return None
    rows = (line.split("\t") for line in file.read_text(encoding="utf-8").splitlines() if line[:1] != "#")
    weights = {feature: float(weight) for weight, feature in rows}
    return Wording(weights, weights.pop(ALWAYS))
