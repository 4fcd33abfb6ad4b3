"""Words around names that decide what they mean, language by language; the words live in cues.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from news.languages.tokens import words
from news.names.catalogue import read_data

#: Tables of cues.toml that are no language.
_NO_LANGUAGE = frozenset({"sites", "people", "adjectives"})
#: Languages in whose texts a given name in Latin letters may stand before a family name.
_LATIN = frozenset({"en", "fr", "es", "de", "tr", "it", "pt", "az", "ku", "id"})
#: A folded phrase.
Phrase = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cues:
    """One language's words; empty for a language without any."""

    city_before: frozenset[Phrase] = frozenset()
    city_after: frozenset[Phrase] = frozenset()
    in_before: frozenset[Phrase] = frozenset()
    member_before: frozenset[Phrase] = frozenset()
    member_after: frozenset[Phrase] = frozenset()
    region_before: frozenset[Phrase] = frozenset()
    region_after: frozenset[Phrase] = frozenset()
    not_city: frozenset[Phrase] = frozenset()
    not_city_after: frozenset[Phrase] = frozenset()
    beside: frozenset[str] = frozenset()
    joins: frozenset[str] = frozenset()
    context: frozenset[str] = frozenset()
    #: folded parts of such words
    context_within: tuple[str, ...] = ()
    this_network: frozenset[Phrase] = frozenset()
    #: shapes of the names of networks, for the unknown ones
    networks: tuple[str, ...] = ()
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
    if row is None or language in _NO_LANGUAGE:
        return Cues()
    return Cues(
        city_before=_phrases(row["city_before"]),
        city_after=_phrases(row["city_after"]),
        in_before=_phrases(row.get("in_before", [])),
        member_before=_phrases(row.get("member_before", [])),
        member_after=_phrases(row.get("member_after", [])),
        region_before=_phrases(row.get("region_before", [])),
        region_after=_phrases(row.get("region_after", [])),
        not_city=_phrases(row["not_city"]) | (_people() if language in _LATIN else frozenset()),
        not_city_after=_phrases(row.get("not_city_after", [])),
        beside=frozenset(word for name in row.get("beside", []) for word in words(name)),
        joins=frozenset(word for name in row["joins"] for word in words(name)),
        context=frozenset(word for name in row["context"] for word in words(name)),
        context_within=tuple("".join(words(part)) for part in row.get("context_within", [])),
        this_network=_phrases(row["this_network"]),
        networks=tuple(row.get("networks", [])),
        common=tuple(row["common"]),
    )


def _people() -> frozenset[Phrase]:
    return _phrases(_data()["people"]["given"])


@cache
def adjectives() -> Mapping[str, str]:
    """Adjectives of countries, folded, as ISO codes: "turkish" is TR."""
    return MappingProxyType(
        {
            word: code
            for code, names in _data()["adjectives"].items()
            for name in names
            for word in words(name)
        }
    )


@cache
def site_names() -> tuple[str, ...]:
    """Names of papers and sites that hold a city's name."""
    return tuple(_data()["sites"]["names"])
