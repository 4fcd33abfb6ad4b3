"""What of the register is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import TypedDict

from news.errors import QueryError
from news.values import Status, Verb
from storage.days import day_span
from storage.known import unknown


class RegisterFilters(TypedDict, total=False):
    """The keywords of `storage.register.events`."""

    network: str
    city: str
    country: str
    since: datetime
    status: Status
    verb: Verb


def register_filters(parameters: Mapping[str, str]) -> RegisterFilters:
    """The filters that an address's parameters describe; raises QueryError for an unknown country, status or verb."""
    wanted: RegisterFilters = {}
    if network := _clean(parameters, "network"):
        wanted["network"] = network
    if city := _clean(parameters, "city"):
        wanted["city"] = city
    if country := _clean(parameters, "country"):
        wanted["country"] = _country(country.upper())
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


def _country(code: str) -> str:
    if wrong := unknown("country", code[:40]):
        raise QueryError(f"country: {wrong}")
    return code


def _one_of(name: str, value: str, kind: type[StrEnum]) -> str:
    if value not in list(kind):
        raise QueryError(f"{name}: {value[:40]!r} is none of {', '.join(kind)}")
    return value
