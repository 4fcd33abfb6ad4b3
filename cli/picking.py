"""Networks, cities and days as people type them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

from news.errors import UsageError
from news.languages.tokens import fold
from news.names.catalogue import networks, overlay


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
    """The GeoNames id of a city given by id or by a name in any language that the overlay knows."""
    if text is None or text.isdecimal():
        return text
    wanted = fold(text)
    for city in overlay().values():
        if wanted in map(fold, (city.name, *(name for names in city.names.values() for name in names))):
            return city.key
    raise UsageError(f"no city is called {text!r}; its GeoNames id works too")


def day(name: str, text: str | None) -> datetime | None:
    """The beginning of a day, UTC; raises UsageError naming the option."""
    if text is None:
        return None
    try:
        return datetime.combine(date.fromisoformat(text), time(), UTC)
    except ValueError:
        raise UsageError(f"--{name}: not a day like 2024-05-31: {text!r}") from None
