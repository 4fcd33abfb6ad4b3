"""Sources, networks, cities, languages and days as people type them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from pathlib import Path

from sqlmodel import Session

from news.errors import UsageError
from news.languages.tokens import fold
from news.names.catalogue import networks
from news.names.lookup import AmbiguousPlace, place_called
from news.values import Source
from spiders.catalogue import find_source, load_sources
from storage import runs

#: "Tripoli, LB"
_WITH_COUNTRY = re.compile(r"(?P<name>.+?)\s*[,،]\s*(?P<country>[A-Za-z]{2})")


def source_called(folder: Path, key: str) -> Source:
    """The source of a key; raises UsageError for an unknown one, and for a broken file where it is the one meant."""
    sources = load_sources(folder, on_error=lambda _: None)
    if key not in sources and (folder / f"{key}.toml").is_file():
        load_sources(folder)
    return find_source(sources, key)


def source_keys(session: Session, folder: Path, keys: Iterable[str] | None) -> tuple[str, ...]:
    """Keys to search for; raises UsageError for one that is neither described nor was ever crawled."""
    wanted = tuple(keys or ())
    if wanted:
        known = {*load_sources(folder, on_error=lambda _: None), *runs.states(session)}
        for key in wanted:
            if key not in known:
                source_called(folder, key)
    return wanted


def language_code(text: str | None) -> str | None:
    """The code of a language; raises UsageError for what is none."""
    if text is None or re.fullmatch("[A-Za-z]{2,3}", text):
        return text and text.lower()
    raise UsageError(f"--language: not a code of two or three letters like fa: {text!r}")


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
        raise UsageError(f"{error}: give the id, or the country as in \"{name}, {error.places[0].country}\"") from None
    if found is None:
        raise UsageError(f"no city is called {text!r}; its GeoNames id works too")
    return found.key


def day(name: str, text: str | None) -> datetime | None:
    """The beginning of a day, UTC; raises UsageError naming the option."""
    if text is None:
        return None
    try:
        return datetime.combine(date.fromisoformat(text), time(), UTC)
    except ValueError:
        raise UsageError(f"--{name}: not a day like 2024-05-31: {text!r}") from None
