"""Networks and cities as people name them."""

from __future__ import annotations

import re

from news.errors import UsageError
from news.languages.tokens import fold
from news.names.catalogue import networks
from news.names.lookup import AmbiguousPlace, place_called

#: "Tripoli, LB"
_WITH_COUNTRY = re.compile(r"(?P<name>.+?)\s*[,،]\s*(?P<country>[A-Za-z]{2})")


def network_key(text: str | None) -> str | None:
    """The key of a network given by key, acronym or name; raises UsageError for one that is not known."""
    if text is None:
        return None
    wanted = fold(text)
    for network in networks():
        names = (network.key, network.name, *network.acronyms, *network.ambiguous)
        names += tuple(alias for aliases in network.aliases.values() for alias in aliases)
        if wanted in map(fold, names):
            return network.key
    raise UsageError(f"no network is called {text!r}")


def city_key(text: str | None) -> str | None:
    """The GeoNames id of a city given by id or name, in any language, with its country where it needs one.

    "Tripoli, LB" tells which Tripoli. Raises UsageError for one that is not known, or that several are called.
    """
    if text is None or text.isdecimal():
        return text
    named = _WITH_COUNTRY.fullmatch(text)
    name, country = (named["name"], named["country"]) if named else (text, None)
    try:
        found = place_called(name, country)
    except AmbiguousPlace as error:
        raise UsageError(
            f'{error}: give the id, or the country as in "{name}, {error.places[0].country}"'
        ) from None
    if found is None:
        raise UsageError(f"no city is called {text!r}; its GeoNames id works too")
    return found.key
