"""A place by the name that a person types or a list gives."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from functools import cache

from news.languages.tokens import fold
from news.names.catalogue import Place, overlay, place
from news.names.gazetteer import gazetteer
from news.names.homes import HOME
from news.names.keys import key

#: So many times larger than the next, a place is what everybody means.
_OUTSTANDING = 5


class AmbiguousPlace(ValueError):
    """A name that several places have, none of them outstanding."""

    def __init__(self, name: str, places: tuple[Place, ...]) -> None:
        choices = ", ".join(f"{found.name} in {found.country} ({found.key})" for found in places[:5])
        super().__init__(f"{name!r} may be {choices}")
        self.places = places


def places_called(name: str, country: str | None = None) -> tuple[Place, ...]:
    """Every place of this name in any language, the largest first; `country` is an ISO 3166 alpha-2 code."""
    wanted, found = key(name), set(_hand_kept(name))
    entry = gazetteer().entry(wanted) if wanted else None
    if entry is not None:
        found.update(entry.ids)
    if not found:
        found.update(gazetteer().regions(wanted))
    places = (place(identity) for identity in found)
    here = (one for one in places if country is None or one.country == country.upper())
    return tuple(sorted(here, key=lambda one: (-one.population, one.key)))


def place_called(name: str, country: str | None = None) -> Place | None:
    """The place of this name, or None; raises AmbiguousPlace where several may be meant."""
    found = places_called(name, country)
    if len(found) > 1 and found[0].population < _OUTSTANDING * found[1].population:
        raise AmbiguousPlace(name, found)
    return found[0] if found else None


def region_called(names: Iterable[str], *, language: str, countries: Collection[str] = ()) -> Place | None:
    """The region or county that has the first of these names that is one's.

    Of several, the one in `countries` (ISO 3166 alpha-2) is meant, else the one where the language is at home; None
    where that leaves more than one.
    """
    for name in names:
        regions = [place(identity) for identity in gazetteer().regions(key(name))]
        for where in (frozenset(countries), HOME.get(language, frozenset())):
            here = [region for region in regions if region.country in where]
            if len(here) == 1:
                return here[0]
        if regions:
            return regions[0] if len(regions) == 1 else None
    return None


def _hand_kept(name: str) -> tuple[str, ...]:
    return _kept_by_name().get(fold(name), ())


@cache
def _kept_by_name() -> Mapping[str, tuple[str, ...]]:
    """Ids of the hand-kept places by each of their folded names."""
    found: dict[str, list[str]] = {}
    for kept in overlay().values():
        for name in {fold(kept.name), *(fold(alias) for aliases in kept.names.values() for alias in aliases)}:
            found.setdefault(name, []).append(kept.key)
    return {name: tuple(keys) for name, keys in found.items()}
