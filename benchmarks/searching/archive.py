"""A generated archive: words of four languages as often as people use them, long-tailed tags, years of days.

Texts are drawn, not written; what search does to them (folding, stems, index, columns) is the real thing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import numpy as np
from wordfreq import get_frequency_dict

from news.names.catalogue import networks, overlay
from news.values import Article, Dated, Language, Part, Precision, Provenance, Span, Tag, TagKind

#: Share of each language.
LANGUAGES = {"fa": 0.4, "ar": 0.2, "tr": 0.15, "en": 0.25}
_BEGIN = datetime(2014, 1, 1, tzinfo=UTC)
_DAYS = 3_650
_VOCABULARY = 60_000
_NETWORKS, _CITIES, _SOURCES = 60, 4_000, 130
_SEED = 7
_TITLE, _PARAGRAPH = 9, 60
#: Yazd, Tehran, Istanbul, Barcelona: those that the queries name are frequent.
_FIRST_CITIES = ("111822", "112931", "745044", "3128760")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Words of a language, the most frequent first, and how often a word is one of the first so many."""

    words: tuple[str, ...]
    until: np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True, slots=True)
class Drawn:
    """An article as places in the vocabulary of its language."""

    id: int
    language: str
    source: str
    title: tuple[int, ...]
    paragraphs: tuple[tuple[int, ...], ...]
    at: datetime
    tags: tuple[Tag, ...]

    @property
    def url(self) -> str:
        """Its address."""
        return f"https://news.example/{self.id}"


@cache
def vocabulary(language: str) -> Vocabulary:
    """The most frequent words of a language, as counted in real texts."""
    found = get_frequency_dict(language, wordlist="best")
    kept = sorted(found.items(), key=lambda pair: -pair[1])[:_VOCABULARY]
    shares = np.array([share for _, share in kept])
    return Vocabulary(tuple(word for word, _ in kept), np.cumsum(shares) / shares.sum())


def draw(first: int, size: int, total: int) -> Iterator[Drawn]:
    """So many articles of an archive of `total`, the same whoever draws them."""
    chance = np.random.default_rng((_SEED, first))
    languages = chance.choice(list(LANGUAGES), size, p=list(LANGUAGES.values()))
    lengths = np.clip(chance.lognormal(5.3, 0.6, size), 40, 2_500).astype(int)
    sources = _zipf(chance, _SOURCES, size, 0.8)
    step = timedelta(days=_DAYS) / total
    for number, language in enumerate(map(str, languages)):
        until = vocabulary(language).until
        places = (
            np.searchsorted(until, chance.random(lengths[number] + _TITLE)).clip(max=len(until) - 1).tolist()
        )
        moment = _BEGIN + step * (first + number) + timedelta(hours=float(chance.normal(0, 20)))
        yield Drawn(
            id=first + number, language=language, source=f"source-{sources[number]}", title=tuple(places[:_TITLE]),
            paragraphs=tuple(tuple(places[at : at + _PARAGRAPH]) for at in range(_TITLE, len(places), _PARAGRAPH)),
            at=moment.replace(microsecond=0), tags=tuple(_tags(chance)),
        )  # fmt: skip


def article_of(drawn: Drawn) -> Article:
    """What the product is given to keep."""
    words = vocabulary(drawn.language).words
    return Article(
        url=drawn.url,
        source=drawn.source,
        title=" ".join(words[at] for at in drawn.title),
        text="\n".join(" ".join(words[at] for at in paragraph) for paragraph in drawn.paragraphs),
        language=Language(code=drawn.language, confidence=1.0),
        fetched_at=drawn.at,
        dated=Dated(moment=drawn.at, precision=Precision.SECOND, provenance=Provenance.FEED),
        tags=drawn.tags,
    )


def _tags(chance: np.random.Generator) -> Iterator[Tag]:
    cities, nets = _places()
    for at in _zipf(chance, _CITIES, int(chance.poisson(3.0))):
        yield _tag(TagKind.CITY, cities[at % len(cities)])
    if chance.random() < 0.3:
        yield _tag(TagKind.NETWORK, nets[int(_zipf(chance, _NETWORKS, 1)[0]) % len(nets)])


def _tag(kind: TagKind, key: str) -> Tag:
    return Tag(kind=kind, key=key, alias=key, span=Span(part=Part.TEXT, start=0, end=1), rule="generated")


@cache
def _places() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Keys of cities and of networks, the most frequent first."""
    return (*_FIRST_CITIES, *sorted(overlay())), tuple(network.key for network in networks())


def _zipf(chance: np.random.Generator, count: int, size: int, tilt: float = 1.1) -> Any:
    return np.searchsorted(_zipf_until(count, tilt), chance.random(size))


@cache
def _zipf_until(count: int, tilt: float) -> Any:
    shares = 1.0 / np.arange(1, count + 1) ** tilt
    return np.cumsum(shares) / shares.sum()
