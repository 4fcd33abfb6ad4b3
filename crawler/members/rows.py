"""What every reading of a list gives, whatever the list is made of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from crawler.members.resolving import has_letters, names_place, read_name, tidy
from news.errors import JarchiError
from news.languages.tokens import fold
from news.values import MembersRoad
from storage.membermatch import ListedMember

#: Places that make a list, and the least share of its texts that are places.
FEWEST, _PURE = 3, 0.34
#: A list that is read as it was read before is preferred to one that shows so many times more places.
_FAITHFUL = 1.25


class NoList(JarchiError):
    """A page without a list of members; `cause` is what the failure is counted under."""

    def __init__(self, cause: str, detail: str) -> None:
        super().__init__(detail)
        self.cause = cause


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A member as a page shows it."""

    text: str
    #: ISO 3166 alpha-2, as the row, its flag or its heading says
    country: str | None = None
    #: of the member's own page
    link: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A list as one page shows it."""

    #: how its names were found: the same for every page of the same make
    layout: str
    cells: tuple[Cell, ...]
    #: the page that it goes on at
    following: str | None = None


def worth(texts: Iterable[str]) -> float:
    """How much some texts are like the names of a list of members: the places, weighed by their share."""
    distinct = {fold(text): text for text in texts if has_letters(text)}
    places = sum(map(names_place, distinct.values()))
    if places < FEWEST or places < _PURE * len(distinct):
        return 0.0
    return places * places / len(distinct)


def preferred(found: Sequence[tuple[float, str]], layout: str | None) -> str | None:
    """The layout worth most; the one known from before where it is not far from it."""
    best = max(found, key=lambda pair: pair[0], default=(0.0, ""))
    if not best[0]:
        return None
    known = next((value for value, name in found if name == layout), 0.0)
    return layout if layout and known * _FAITHFUL >= best[0] else best[1]


def members_of(cells: Iterable[Cell], road: MembersRoad) -> tuple[ListedMember, ...]:
    """The rows of a list, each once."""
    found: dict[object, ListedMember] = {}
    for cell in cells:
        named = read_name(cell.text, cell.country or road.within)
        if not named.name:
            continue
        row = ListedMember(
            name=named.name,
            country=named.country,
            member=named.member,
            link=cell.link,
            choices=named.choices,
        )
        found.setdefault(row.member or (fold(row.name), row.country), row)
    return tuple(found.values())


def is_name(text: str) -> bool:
    """Whether a text can be the name in a row."""
    return has_letters(text) and bool(tidy(text))
