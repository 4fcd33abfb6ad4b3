"""The networks and places that Jarchi knows, as frozen values, read from the package's own data once."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any
from zlib import crc32

from news.names.gazetteer import INDEX, gazetteer
from news.names.own import names_of
from news.values import UNDETERMINED, TagKind

#: Columns of cities.tsv that hold names, several separated by a bar.
OVERLAY_LANGUAGES = ("fa", "ar", "tr", "fr", "ru", "es", "de", "az", "ku")


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """A network of cities or local governments, or a body often named beside them."""

    key: str
    #: English
    name: str
    kind: str
    acronyms: tuple[str, ...] = ()
    #: acronyms and short names that tag only with evidence beside them
    ambiguous: tuple[str, ...] = ()
    former_names: tuple[str, ...] = ()
    misprints: tuple[str, ...] = ()
    #: ambiguous names that mean little else: a city in the article is evidence too
    near_city: tuple[str, ...] = ()
    #: phrases that mean this network only where its full name, its own site or its host vouches for them
    descriptive: tuple[str, ...] = ()
    #: names of the host, which vouch for the descriptive phrases
    vouched_by: tuple[str, ...] = ()
    #: words beside the parent's name that make it the name of this section
    regions: tuple[str, ...] = ()
    #: aliases by language code
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    #: aliases not yet seen in real text
    unverified: frozenset[str] = frozenset()
    domain: str | None = None
    #: key of the network that this one is a section of
    parent: str | None = None
    #: a body outside the catalogue that runs it
    host: str | None = None
    #: GeoNames ids of the cities that founded it and keep its secretariat
    seats: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A city, or another place with a council of its own."""

    #: GeoNames id
    key: str
    #: English
    name: str
    #: ISO 3166 alpha-2
    country: str
    #: 0 where unknown
    population: int
    #: city, district, county or region
    kind: str = "city"
    #: hand-kept names by language code; the first is the one to show
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def read_data(name: str) -> str:
    """The text of one of this package's data files."""
    return (files("news.names") / "data" / name).read_text(encoding="utf-8")


@cache
def edition() -> int:
    """A number of the data that places come from: another one where a place may lie in another country."""
    return crc32(INDEX.read_bytes(), crc32(read_data("cities.tsv").encode()))


def _network(row: dict[str, Any]) -> Network:
    seen: dict[str, list[str]] = row.pop("aliases", {})
    unseen: dict[str, list[str]] = row.pop("unverified", {})
    aliases = {
        language: (*seen.get(language, ()), *unseen.get(language, ()))
        for language in sorted(seen.keys() | unseen.keys())
    }
    own = tuple(added.name for added in names_of(TagKind.NETWORK) if added.key == row["key"])
    if own:
        aliases[UNDETERMINED] = own
    unverified = frozenset(name for names in unseen.values() for name in names)
    fields: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in row.items()
    }
    return Network(**fields, aliases=MappingProxyType(aliases), unverified=unverified)


@cache
def _networks() -> dict[str, Network]:
    rows = tomllib.loads(read_data("networks.toml"))["network"]
    return {row["key"]: _network(dict(row)) for row in rows}


def networks() -> tuple[Network, ...]:
    """All networks, in the order of the catalogue."""
    return tuple(_networks().values())


def network(key: str) -> Network:
    """The network with this key; raises KeyError when there is none."""
    return _networks()[key]


@cache
def overlay() -> Mapping[str, Place]:
    """The hand-kept cities by GeoNames id."""
    rows = csv.DictReader(read_data("cities.tsv").splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    return MappingProxyType({row["geonameid"]: _overlay_place(row) for row in rows})


def _overlay_place(row: dict[str, str]) -> Place:
    names = {language: tuple(row[language].split("|")) for language in OVERLAY_LANGUAGES if row[language]}
    return Place(
        key=row["geonameid"],
        name=row["name_en"],
        country=row["country"],
        population=int(row["population"]),
        kind=row["kind"],
        names=MappingProxyType(names),
    )


@cache
def place(key: str) -> Place:
    """The place with this GeoNames id, hand-kept or from the gazetteer; raises KeyError when unknown."""
    if (kept := overlay().get(key)) is not None:
        return kept
    found = gazetteer().record(key)
    return Place(
        key=key, name=found.name, country=found.country, population=found.population, kind=found.kind
    )
