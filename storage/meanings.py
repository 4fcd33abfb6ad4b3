"""Networks and cities that words of a query name, in any language."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache

from news.languages.tokens import fold
from news.names.catalogue import networks
from news.names.lookup import places_called

#: Places of one name that are meant together, and how much smaller than the largest one may be.
_MOST, _FACTOR = 3, 5
#: Below this a name is rather a word.
_SHORTEST = 2


@cache
def _networks_by_name() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for network in networks():
        names = (network.key, network.name, *network.acronyms, *network.ambiguous, *network.former_names)
        for name in (*names, *(alias for aliases in network.aliases.values() for alias in aliases)):
            found.setdefault(fold(name), {})[network.key] = None
    return {name: tuple(keys) for name, keys in found.items()}


def networks_called(name: str) -> tuple[str, ...]:
    """The keys of the networks of this key, acronym or name."""
    return _networks_by_name().get(fold(name), ())


@lru_cache(maxsize=2_000)
def cities_called(name: str) -> tuple[str, ...]:
    """The GeoNames ids of the places that a name may mean: the largest, and those not much smaller; an id is itself."""
    if name.isdecimal():
        return (str(int(name)),)  # in digits of any script
    if len(fold(name)) < _SHORTEST:
        return ()
    found = places_called(name)[:_MOST]
    return tuple(place.key for place in found if place.population * _FACTOR >= found[0].population)
