"""Which row of a new reading of a list is which row of the last: a row that is only spelt otherwise is the same."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from news.languages.tokens import fold
from storage.tables import MemberRow

#: From this likeness on two names in one country are spellings of one.
_LIKE = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedMember:
    """A row of a list, read."""

    #: as the list writes it, without its country
    name: str
    #: ISO 3166 alpha-2
    country: str | None
    #: place key; None where no place is called so, or several are
    member: str | None
    #: of the member's own page
    link: str | None
    #: the places that may be meant, where several may
    choices: tuple[str, ...] = ()


Pair = tuple[MemberRow, ListedMember]
_Either = MemberRow | ListedMember


def pair_up(
    known: Sequence[MemberRow], listed: Sequence[ListedMember]
) -> tuple[list[Pair], list[ListedMember]]:
    """(the rows known with what they are now, the rows that are new), surest likeness first.

    A row that is gone is known again by its name or place alone.
    """
    pairing = _Pairing(known, listed)
    pairing.by(lambda row: (fold(row.name), row.country))
    pairing.by(lambda row: row.member)
    pairing.by(lambda row: fold(row.name), _may_be_one)
    pairing.forget_gone()
    pairing.by(lambda row: row.link, _may_be_one, only_single=True)
    pairing.by_likeness()
    return pairing.pairs, pairing.listed


class _Pairing:
    def __init__(self, known: Sequence[MemberRow], listed: Sequence[ListedMember]) -> None:
        self._known, self.listed = list(known), list(listed)
        self.pairs: list[Pair] = []

    def by(
        self,
        key: Callable[[_Either], Hashable | None],
        agrees: Callable[[MemberRow, ListedMember], bool] = lambda row, listed: True,
        *,
        only_single: bool = False,
    ) -> None:
        """Pair the rows that share a key, in their order."""
        shared = _single(key, self._known) & _single(key, self.listed) if only_single else None
        waiting: dict[Hashable, list[MemberRow]] = defaultdict(list)
        # a row that is still there comes before one that is gone
        for row in sorted(self._known, key=lambda row: row.state == "gone"):
            if (told := key(row)) is not None and (shared is None or told in shared):
                waiting[told].append(row)
        for listed in self.listed:
            found = next((row for row in waiting.get(key(listed), ()) if agrees(row, listed)), None)
            if found is not None:
                waiting[key(listed)].remove(found)
                self.pairs.append((found, listed))
        self._drop_paired()

    def by_likeness(self) -> None:
        """Pair what is left by how alike the names are, the most alike first."""
        ranked = [
            (likeness, -one, -other)
            for one, row in enumerate(self._known)
            for other, listed in enumerate(self.listed)
            if _may_be_one(row, listed) and (likeness := _likeness(row.name, listed.name)) >= _LIKE
        ]
        used: set[tuple[str, int]] = set()
        for _, one, other in sorted(ranked, reverse=True):
            if ("known", -one) not in used and ("listed", -other) not in used:
                used |= {("known", -one), ("listed", -other)}
                self.pairs.append((self._known[-one], self.listed[-other]))
        self._drop_paired()

    def forget_gone(self) -> None:
        """Look no further for rows that are gone."""
        self._known = [row for row in self._known if row.state != "gone"]

    def _drop_paired(self) -> None:
        known, listed = {id(row) for row, _ in self.pairs}, {id(row) for _, row in self.pairs}
        self._known = [row for row in self._known if id(row) not in known]
        self.listed = [row for row in self.listed if id(row) not in listed]


def _single(key: Callable[[_Either], Hashable | None], rows: Iterable[_Either]) -> set[Hashable]:
    """The keys that one row alone has: a link that many share leads to no member's own page."""
    return {told for told, count in Counter(map(key, rows)).items() if count == 1 and told is not None}


def _may_be_one(row: MemberRow, listed: ListedMember) -> bool:
    """Whether nothing speaks against two rows being one: two known places are two, and so are two countries."""
    if row.member is not None and listed.member is not None and row.member != listed.member:
        return False
    return row.country is None or listed.country is None or row.country == listed.country


def _likeness(one: str, other: str) -> float:
    """From 0 to 1; 1 where one name holds all words of the other."""
    first, second = fold(one).split(), fold(other).split()
    if first and second and (set(first) <= set(second) or set(second) <= set(first)):
        return 1.0
    return SequenceMatcher(None, " ".join(first), " ".join(second), autojunk=False).ratio()
