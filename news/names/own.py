"""Names that the users of one archive add to those that are shipped: what this process knows of them."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass

from news.values import TagKind

_PACKAGE = "news.names."


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnName:
    """One name more for a network or a city."""

    kind: TagKind
    #: catalogue key of the network, or GeoNames id of the city
    key: str
    name: str


@dataclass(slots=True)
class _Process:
    names: tuple[OwnName, ...] = ()


_process = _Process()


def use(names: Iterable[OwnName]) -> None:
    """Know these names, and no others added before, for the rest of this process."""
    wanted = tuple(names)
    if wanted == _process.names:
        return
    _process.names = wanted
    for module in [found for name, found in sys.modules.items() if name.startswith(_PACKAGE)]:
        for value in vars(module).values():
            if hasattr(value, "cache_clear"):
                value.cache_clear()


def names_of(kind: TagKind) -> tuple[OwnName, ...]:
    """The names added for networks, or for cities."""
    return tuple(name for name in _process.names if name.kind is kind)
