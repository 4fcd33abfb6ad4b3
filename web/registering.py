"""What of the register is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TypedDict

from news.errors import QueryError
from news.values import Status, Verb


class RegisterFilters(TypedDict, total=False):
    """The keywords of `storage.register.events`."""

    network: str
    city: str
    status: Status
    verb: Verb


def register_filters(parameters: Mapping[str, str]) -> RegisterFilters:
    """The filters that an address's parameters describe; raises QueryError for an unknown status or verb."""
    wanted: RegisterFilters = {}
    if network := _clean(parameters, "network"):
        wanted["network"] = network
    if city := _clean(parameters, "city"):
        wanted["city"] = city
    if status := _clean(parameters, "status"):
        wanted["status"] = Status(_one_of("status", status, Status))
    if verb := _clean(parameters, "verb"):
        wanted["verb"] = Verb(_one_of("verb", verb, Verb))
    return wanted


def _clean(parameters: Mapping[str, str], name: str) -> str:
    return parameters.get(name, "").replace("\0", "").strip()


def _one_of(name: str, value: str, kind: type[StrEnum]) -> str:
    if value not in list(kind):
        raise QueryError(f"{name}: {value[:40]!r} is none of {', '.join(kind)}")
    return value
