"""What of the register is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import TypedDict

from news.errors import QueryError, UsageError
from news.names import naming
from news.names.countries import country_called
from news.names.picking import city_key, network_key
from news.values import Status, Verb
from storage.days import day_span
from storage.known import network_like, unknown


class RegisterFilters(TypedDict, total=False):
    """The keywords of `storage.register.events`."""

    network: str
    city: str
    country: str
    since: datetime
    status: Status
    verb: Verb


def register_filters(parameters: Mapping[str, str]) -> RegisterFilters:
    """The filters that an address's parameters describe, names in any language; raises QueryError for what is not known."""
    wanted: RegisterFilters = {}
    if network := _clean(parameters, "network"):
        wanted["network"] = _network(network)
    if city := _clean(parameters, "city"):
        wanted["city"] = _city(city)
    if country := _clean(parameters, "country"):
        wanted["country"] = _country(country)
    if since := _clean(parameters, "since"):
        span = day_span(since)
        if span is None:
            raise QueryError(f"since: not a date like 2024-05-31 or 1403/03/11: {since[:40]!r}")
        wanted["since"] = span[0]
    if status := _clean(parameters, "status"):
        wanted["status"] = Status(_one_of("status", status, Status))
    if verb := _clean(parameters, "verb"):
        wanted["verb"] = Verb(_one_of("verb", verb, Verb))
    return wanted


def as_asked(parameters: Mapping[str, str], wanted: RegisterFilters | None = None) -> dict[str, str]:
    """What of the register is asked for, as an address says it: keys where they are known, days as they were typed."""
    asked = {name: text for name in RegisterFilters.__annotations__ if (text := _clean(parameters, name)[:200])}
    known = {name: str(value) for name, value in (wanted or {}).items() if name != "since"}
    return asked | known


def city_as_typed(text: str) -> str:
    """A city for the field that it was chosen in: name and country instead of an id, where these mean it."""
    found = naming.place(text) if text.isdecimal() else None
    if found is None:
        return text
    name = f"{found.name}, {found.country}"
    try:
        return name if city_key(name) == text else text
    except UsageError:
        return text


class StepFilters(TypedDict, total=False):
    """The keywords of `storage.timeline.timeline`."""

    network: str
    city: str
    country: str
    since: datetime


def step_filters(wanted: RegisterFilters) -> StepFilters:
    """Those that a timeline can be narrowed by."""
    found: StepFilters = {}
    if "network" in wanted:
        found["network"] = wanted["network"]
    if "city" in wanted:
        found["city"] = wanted["city"]
    if "country" in wanted:
        found["country"] = wanted["country"]
    if "since" in wanted:
        found["since"] = wanted["since"]
    return found


def _clean(parameters: Mapping[str, str], name: str) -> str:
    return parameters.get(name, "").replace("\0", "").strip()


def _network(text: str) -> str:
    """The key; one that is in no catalogue any more may still be in the register."""
    try:
        return network_key(text) or text
    except UsageError as error:
        if text.isascii() and " " not in text:
            return text
        raise QueryError(f"network: {str(error)[:200]}{network_like(text[:40])}") from None


def _city(text: str) -> str:
    try:
        return city_key(text[:200]) or text
    except UsageError as error:
        raise QueryError(f"city: {error}") from None


def _country(text: str) -> str:
    code = country_called(text.upper() if len(text) == 2 else text[:200]) or text.upper()
    if wrong := unknown("country", code[:40]):
        raise QueryError(f"country: {wrong}")
    return code


def _one_of(name: str, value: str, kind: type[StrEnum]) -> str:
    if value not in list(kind):
        raise QueryError(f"{name}: {value[:40]!r} is none of {', '.join(kind)}")
    return value
