"""Values that a field of a query may take, and what somebody who mistyped one may have meant."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from difflib import get_close_matches

from news.languages import profiles
from news.names.catalogue import networks
from news.names.countries import country_called
from news.names.naming import language_name
from news.values import UNDETERMINED, SourceKind

_LONGEST_CODE = 3


def is_country(code: str) -> bool:
    """Whether this is an ISO 3166 code of two letters."""
    return len(code) == 2 and country_called(code) == code


def is_language(code: str) -> bool:
    """Whether this is an ISO 639 code, or `und`."""
    return code == UNDETERMINED or (code.isalpha() and language_name(code) != code)


def unknown(name: str, value: str, sources: Collection[str] | None = None) -> str | None:
    """What is wrong with the value of a field, and what may have been meant; None where an article may have it.

    `sources` are the keys of all sources there are, None where nobody has listed them. Cities and verbs are not judged.
    """
    if name == "country" and not is_country(value):
        return f"no country has the code {value!r}{_meant(_country_like(value))}"
    if name == "language" and not is_language(value):
        return f"no language has the code {value!r}{_meant(_language_like(value))}"
    if name == "kind" and value not in set(SourceKind):
        return f"no kind of source is called {value!r}{_meant(_nearest(value, SourceKind))}"
    if name == "source" and sources is not None and value not in sources:
        return f"no source has the key {value!r}{_meant(_nearest(value, sources))}"
    return None


def network_like(text: str) -> str:
    """What follows a message that no network is called so: a key that may have been meant, or nothing."""
    return _meant(_nearest(text.lower(), (network.key for network in networks())))


def _country_like(text: str) -> str | None:
    return country_called(text.upper() if len(text) <= _LONGEST_CODE else text.title())


def _language_like(text: str) -> str | None:
    names = {profiles.profile(code).name.lower(): code for code in profiles.codes()}
    found = _nearest(text.lower(), (*names, *names.values()))
    return names.get(found, found) if found else None


def _nearest(text: str, known: Iterable[str]) -> str | None:
    return next(iter(get_close_matches(text, tuple(map(str, known)), n=1)), None)


def _meant(guess: str | None) -> str:
    return f" (did you mean {guess!r}?)" if guess else ""
