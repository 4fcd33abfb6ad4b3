"""Stories out of our own texts, rewrites of them, and pairs of different stories of one site."""

from __future__ import annotations

import itertools
import json
import random
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from benchmarks.quality.texts import LANGUAGES, texts
from news.languages.tokens import words
from samples.library import articles as sample_articles

_LABELLED = Path(__file__).parents[3] / "tests" / "labelled"
#: Those that may be looked at.
_SETS = ("open", "practice", "calibration")
#: Short labelled texts to a story: from a note of two paragraphs to a report of nine.
_PARAGRAPHS = (2, 3, 4, 6, 9)
#: The share of its words that a rewrite changes at most.
MOST_CHANGED = 0.2
#: Rewrites are aimed at these shares in turn; each comes as near to it as whole edits do.
_AIMS = (0.1, 0.15, 0.2, 0.2)
#: Pairs of different stories in each language, by kind.
_FORMS, _FURNISHED, _BACKGROUND = 150, 60, 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A story as one outlet tells it."""

    title: str
    paragraphs: tuple[str, ...]

    @property
    def text(self) -> str:
        """As an article has it."""
        return "\n".join(self.paragraphs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewrite:
    """A story, and what another newsroom made of it."""

    language: str
    original: Told
    rewritten: Told
    #: share of the words of the two that are not in both
    changed: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Different:
    """Two different stories of one site."""

    language: str
    kind: str
    one: Told
    other: Told


@cache
def habits(language: str) -> dict[str, Any]:
    """What newsrooms change in a language, and what a site prints."""
    return tomllib.loads(
        (files("benchmarks.quality.newsrooms") / f"{language}.toml").read_text(encoding="utf-8")
    )


@cache
def stories(language: str) -> tuple[Told, ...]:
    """Reports of our own, and longer ones put together of labelled texts, none of which comes twice."""
    own = [Told(title=text.title, paragraphs=text.paragraphs) for text in texts(language)]
    own += [
        Told(title=article.title, paragraphs=tuple(article.paragraphs))
        for article in sample_articles().values()
        if article.language == language
    ]
    return (*own, *_assembled(language))


def _assembled(language: str) -> Iterator[Told]:
    draw = random.Random(f"stories {language}")  # noqa: S311 - the same every time
    rows = [
        json.loads(line)
        for name in _SETS
        for path in sorted((_LABELLED / name).glob(f"{language}*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    pieces = list({row["text"]: row["title"] for row in rows if row.get("text")}.items())
    draw.shuffle(pieces)
    for size in itertools.cycle(_PARAGRAPHS):
        taken, pieces = pieces[:size], pieces[size:]
        if len(taken) < size:
            return
        yield Told(title=taken[0][1], paragraphs=tuple(text for text, _ in taken))


def rewrites() -> Iterator[Rewrite]:
    """One of each story of each language."""
    for language in LANGUAGES:
        for number, story in enumerate(stories(language)):
            yield rewrite(story, language, number)


def rewrite(story: Told, language: str, number: int) -> Rewrite:
    """Edits in the order of a newsroom, each taken where it keeps within the aim."""
    draw = random.Random(f"rewrite {language} {number}")  # noqa: S311
    aim = _AIMS[number % len(_AIMS)]
    paragraphs = _spelled(story.paragraphs, language, draw)
    edits = (
        _another_lead,
        _reordered,
        *([_swapped] * 12),
        _trimmed,
        _closed,
        *([_swapped] * 12),
        *([_trimmed] * 6),
    )
    for edit in edits:
        edited = edit(paragraphs, language, draw)
        if changed(story.paragraphs, edited) <= aim:
            paragraphs = edited
    told = Told(title=draw.choice(habits(language)["headlines"]), paragraphs=tuple(paragraphs))
    return Rewrite(
        language=language, original=story, rewritten=told, changed=changed(story.paragraphs, paragraphs)
    )


def changed(before: Sequence[str], after: Sequence[str]) -> float:
    """The share of the longer text's words that the other has not, as both fold them."""
    one, other = (Counter(words("\n".join(text))) for text in (before, after))
    return 1.0 - (one & other).total() / max(one.total(), other.total())


_Draw = random.Random


def _spelled(paragraphs: Sequence[str], language: str, draw: _Draw) -> list[str]:
    """Another house's spelling, all through: every second habit."""
    pairs = [pair for pair in habits(language)["spellings"] if draw.random() < 0.5]
    found = list(paragraphs)
    for here, there in pairs:
        spelled = [text.replace(here, there) for text in found]
        if changed(paragraphs, spelled) <= MOST_CHANGED / 3:
            found = spelled
    return found


def _another_lead(paragraphs: list[str], language: str, draw: _Draw) -> list[str]:
    """A sentence of the house's own in place of the first one, or before it where there is no other."""
    first, *rest = _sentences(paragraphs[0])
    lead = draw.choice(habits(language)["leads"])
    return [" ".join((lead, *(rest or (first,)))), *paragraphs[1:]]


def _reordered(paragraphs: list[str], _: str, draw: _Draw) -> list[str]:
    """All but the first in another order."""
    rest = paragraphs[1:]
    draw.shuffle(rest)
    return [paragraphs[0], *rest]


def _trimmed(paragraphs: list[str], _: str, draw: _Draw) -> list[str]:
    """The last sentence of a paragraph goes, or a paragraph that has no more."""
    at = draw.randrange(len(paragraphs))
    left = " ".join(_sentences(paragraphs[at])[:-1])
    return [text for text in (*paragraphs[:at], left, *paragraphs[at + 1 :]) if text]


def _closed(paragraphs: list[str], language: str, draw: _Draw) -> list[str]:
    return [*paragraphs, draw.choice(habits(language)["closings"])]


def _swapped(paragraphs: list[str], language: str, draw: _Draw) -> list[str]:
    """One word for another wherever it stands."""
    here, there = draw.choice(habits(language)["swaps"])
    return [text.replace(f" {here}", f" {there}") for text in paragraphs]


def _sentences(text: str) -> list[str]:
    return [f"{part}." for part in text.removesuffix(".").split(". ")]


def different() -> Iterator[Different]:
    """A thousand pairs, of which no text comes twice."""
    for language in LANGUAGES:
        seen = set[str]()
        for kind, count, make in (
            ("form", _FORMS, _two_forms), ("furniture", _FURNISHED, _furnished), ("background", _BACKGROUND, _related),
        ):  # fmt: skip
            for number in range(count):
                draw = random.Random(f"{kind} {language} {number}")  # noqa: S311
                one, other = make(language, number, draw)
                while seen.intersection((one.text, other.text)):
                    one, other = make(language, number, draw)
                seen.update((one.text, other.text))
                yield Different(language=language, kind=kind, one=one, other=other)


_Making = Callable[[str, int, _Draw], tuple[Told, Told]]


def _two_forms(language: str, number: int, draw: _Draw) -> tuple[Told, Told]:
    """One form filled in twice, as a site does every week; no slot says the same twice."""
    site = habits(language)["site"]
    form = site["forms"][number % len(site["forms"])]
    filled = zip(
        draw.sample(site["days"], 2), draw.sample(site["months"], 2), _two_names(site["names"], draw),
        draw.sample(site["places"], 2), draw.sample(range(1, 29), 2), draw.sample(range(8, 18), 2), strict=True,
    )  # fmt: skip
    texts_of = [
        form.format(day=day, month=month, name=name, place=place, number=count, hour=f"{hour}:00")
        for day, month, name, place, count, hour in filled
    ]
    title = " ".join(form.split()[:4])
    return Told(title=title, paragraphs=(texts_of[0],)), Told(title=title, paragraphs=(texts_of[1],))


def _two_names(names: Sequence[str], draw: _Draw) -> tuple[str, str]:
    """Of four different persons, each the beginning or the end."""
    one, two, three, four = (name.split(maxsplit=1) for name in draw.sample(names, 4))
    return f"{one[0]} {two[1]}", f"{three[0]} {four[1]}"


def _furnished(language: str, _: int, draw: _Draw) -> tuple[Told, Told]:
    """Two short notes above the same words of the site, which are longer than most of them."""
    one, other = draw.sample(_pieces(language), 2)
    below = tuple(habits(language)["site"]["boilerplate"])
    return Told(title=one, paragraphs=(one, *below)), Told(title=other, paragraphs=(other, *below))


def _related(language: str, _: int, draw: _Draw) -> tuple[Told, Told]:
    """Two reports that end in the same paragraph of background."""
    background, *rest = draw.sample(_pieces(language), 5)
    return (
        Told(title=rest[0], paragraphs=(*rest[:2], background)),
        Told(title=rest[2], paragraphs=(*rest[2:], background)),
    )


@cache
def _pieces(language: str) -> tuple[str, ...]:
    """Paragraphs of different stories."""
    return tuple(dict.fromkeys(text for story in stories(language) for text in story.paragraphs))
