"""Words around names that decide what they mean, language by language; the words live in cues.toml."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache

from news.languages.tokens import words
from news.names.catalogue import read_data

#: A folded phrase.
Phrase = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cues:
    """One language's words; empty for a language without any."""

    city_before: frozenset[Phrase] = frozenset()
    city_after: frozenset[Phrase] = frozenset()
    not_city: frozenset[Phrase] = frozenset()
    joins: frozenset[str] = frozenset()
    context: frozenset[str] = frozenset()
    this_network: frozenset[Phrase] = frozenset()
    #: as written
    common: tuple[str, ...] = ()


@cache
def _data() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads(read_data("cues.toml"))


def _phrases(names: list[str]) -> frozenset[Phrase]:
    return frozenset(tuple(words(name)) for name in names)


@cache
def cues(language: str) -> Cues:
    """The cue words of a language."""
    row = _data().get(language)
    if row is None or language == "sites":
        return Cues()
    return Cues(
        city_before=_phrases(row["city_before"]),
        city_after=_phrases(row["city_after"]),
        not_city=_phrases(row["not_city"]),
        joins=frozenset(word for name in row["joins"] for word in words(name)),
        context=frozenset(word for name in row["context"] for word in words(name)),
        this_network=_phrases(row["this_network"]),
        common=tuple(row["common"]),
    )


@cache
def site_names() -> tuple[str, ...]:
    """Names of papers and sites that hold a city's name."""
    return tuple(_data()["sites"]["names"])
