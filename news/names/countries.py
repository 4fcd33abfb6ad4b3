"""A country by what a list writes for it: its name in any language, a code, a flag."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import cache, lru_cache

from babel import Locale
from babel.core import get_global

from news.names.catalogue import read_data
from news.names.gazetteer import LANGUAGES, gazetteer
from news.names.keys import key

_FLAG = re.compile("[\U0001f1e6-\U0001f1ff]{2}")
_FIRST_FLAG = 0x1F1E6
#: A number behind a heading: "Iran (12)".
_COUNT = re.compile(r"\s*[(\[]?\d+[)\]]?\s*$")
_CODE = re.compile("[A-Z]{2,3}")
#: Codes of what is no country.
_UNIONS = frozenset(("EU", "EZ", "UN", "QO", "ZZ"))


@lru_cache(maxsize=20_000)
def country_called(text: str) -> str | None:
    """ISO 3166 alpha-2 code of a country; None for what names none. Codes count in capitals only."""
    if (flag := flag_in(text)) is not None:
        return flag
    name = _COUNT.sub("", text).strip(" :–—-|•*")
    if not name:
        return None
    if _CODE.fullmatch(name):
        return _by_code(name)
    return _by_name(key(name))


def flag_in(text: str) -> str | None:
    """The country of the first flag among a text's characters."""
    found = _FLAG.search(text)
    return "".join(chr(ord(sign) - _FIRST_FLAG + ord("A")) for sign in found[0]) if found else None


def without_flags(text: str) -> str:
    """The text without the flags among its characters."""
    return _FLAG.sub("", text)


@lru_cache(maxsize=2_000)
def division_called(text: str) -> str | None:
    """A country's division of this name as GeoNames numbers it: "US.TX"; None for what is none."""
    entry = gazetteer().entry(key(text)) if text else None
    return entry.area if entry is not None and entry.area and "." in entry.area else None


def _by_code(code: str) -> str | None:
    if len(code) == 2 and code in Locale("en").territories and code not in _UNIONS:
        return code
    known = get_global("territory_aliases").get(code, ())
    return known[0] if known and len(known[0]) == 2 else _by_name(key(code))


def _by_name(wanted: str) -> str | None:
    if not wanted:
        return None
    if wanted in _names():
        return _names()[wanted]
    entry = gazetteer().entry(wanted)
    return entry.area if entry is not None and entry.area and "." not in entry.area else None


@cache
def _names() -> dict[str, str]:
    """Codes by the key of the name; a name written by hand wins."""
    return {**dict(_of_locales()), **dict(_by_hand())}


def _of_locales() -> Iterator[tuple[str, str]]:
    # the first language that has a name decides
    for language in reversed(LANGUAGES):
        for code, name in Locale(language).territories.items():
            if re.fullmatch("[A-Z]{2}", code) and code not in _UNIONS:
                yield key(name), code


def _by_hand() -> Iterator[tuple[str, str]]:
    for code, names in tomllib.loads(read_data("countries.toml")).items():
        for name in names:
            yield key(name), code
