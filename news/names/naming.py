"""Names for people: what a key of the catalogue is called, and where a country's day begins."""

from __future__ import annotations

from datetime import UTC, tzinfo
from functools import cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.core import get_global

from news.names import catalogue
from news.names.catalogue import Place
from news.values import UNDETERMINED

_LANGUAGE = "en"
_ENGLISH = Locale(_LANGUAGE)


def network_name(key: str, language: str = _LANGUAGE) -> str | None:
    """Name of a network, in English where none is known for the language; None for a key that the catalogue no longer has."""
    try:
        found = catalogue.network(key)
    except KeyError:
        return None
    known = (name for name in found.aliases.get(language, ()) if name not in found.unverified)
    return next(known, found.name)


def place(key: str) -> Place | None:
    """The city of a GeoNames id; None for one that the catalogue no longer has."""
    try:
        return catalogue.place(key)
    except KeyError:
        return None


def country_name(code: str, language: str = _LANGUAGE) -> str:
    """Name of an ISO 3166 country; the code itself where there is none."""
    return str(Locale(language).territories.get(code, code))


def full_place_name(key: str, language: str = _LANGUAGE) -> str:
    """City with its country, in English where no name is known for the language; for an unknown one its key."""
    found = place(key)
    if not found:
        return f"place {key}"
    (name, *_) = found.names.get(language) or (found.name,)
    return f"{name} ({country_name(found.country, language)})"


@cache
def country_zone(code: str | None) -> tzinfo:
    """The zone of a country that has only one; UTC otherwise.

    A date without an hour is stored as midnight where it was written: seen from UTC it would fall on the day before.
    """
    zones = get_global("territory_zones").get(code or "", [])
    return ZoneInfo(zones[0]) if len(zones) == 1 else UTC


def language_name(code: str) -> str:
    """English name of an ISO 639 language; the code itself where there is none."""
    if code == UNDETERMINED:
        return "Undetermined"
    return str(_ENGLISH.languages.get(code, code))
