"""What searches filter, order and count by: arrays indexed by an article's id."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from storage.bitmaps import WORD, Bitmaps

Ids = NDArray[np.int64]
Mask = NDArray[np.bool_]

_GROWTH = 1024
#: Where the tags of what was found are more than this part of all, all are looked through in order.
_DENSE = 6
#: A tag that more than one of so many articles bears has a bitmap when an archive is read.
_OFTEN = 64
_TAG_FACETS = ("network", "city", "country")


class Codes:
    """Short numbers for keys, in the order they were met."""

    def __init__(self, keys: Iterable[str] = ()) -> None:
        self.keys = list(keys)
        self._numbers = {key: number for number, key in enumerate(self.keys)}

    def number(self, key: str) -> int:
        """The number of a key, a new one where it is met first."""
        found = self._numbers.get(key)
        if found is None:
            found = self._numbers[key] = len(self.keys)
            self.keys.append(key)
        return found

    def numbers(self, keys: Sequence[str]) -> NDArray[np.int16]:
        """The numbers of many keys, of which few differ."""
        known = {key: self.number(key) for key in sorted(set(keys))}
        return np.fromiter(map(known.__getitem__, keys), np.int16, len(keys))

    def of(self, numbers: NDArray[np.int16]) -> NDArray[Any]:
        """The keys of many numbers."""
        return np.array(self.keys or [""], np.str_)[numbers]

    def known(self, key: str) -> int:
        """The number of a key; -1 where no article has it."""
        return self._numbers.get(key, -1)


@dataclass(slots=True)
class Columns:
    """One column for each thing that a search asks of an article; row 0 is nobody."""

    alive: Mask
    #: microseconds since 1970, UTC
    moment: Ids
    #: no article up to here is newer than this, microseconds: lets `newest` leave the others alone
    highest: Ids
    #: months since 1970
    month: NDArray[np.int32]
    language: NDArray[np.int16]
    source: NDArray[np.int16]
    #: where an article's tags begin in `tags`, and how many there are
    tags_at: Ids
    tags_of: NDArray[np.int32]
    #: numbers of networks, cities and countries without those in `often`, each once for an article
    tags: NDArray[np.int32]
    #: the article of each place in `tags`; nobody where it is no longer used
    owners: Ids
    #: the tags that many articles bear
    often: Bitmaps
    languages: Codes = field(default_factory=Codes)
    sources: Codes = field(default_factory=Codes)
    #: "network amf", "city 111822", "country IR"
    names: Codes = field(default_factory=Codes)
    #: how many places of `tags` are used
    used: int = 0
    #: the number of the last change that is taken over, and the article that it was of
    seen: int = 0
    changed: int = 0

    @classmethod
    def empty(cls) -> Self:
        """No article."""
        return cls(
            alive=np.zeros(_GROWTH, np.bool_),
            moment=np.zeros(_GROWTH, np.int64),
            highest=np.zeros(_GROWTH, np.int64),
            month=np.zeros(_GROWTH, np.int32),
            language=np.zeros(_GROWTH, np.int16),
            source=np.zeros(_GROWTH, np.int16),
            tags_at=np.zeros(_GROWTH, np.int64),
            tags_of=np.zeros(_GROWTH, np.int32),
            tags=np.zeros(_GROWTH, np.int32),
            owners=np.zeros(_GROWTH, np.int64),
            often=Bitmaps.of((), _GROWTH),
        )

    @property
    def last(self) -> int:
        """The highest id there is; 0 where there is none."""
        behind = int(np.argmax(self.alive[::-1]))
        return len(self.alive) - 1 - behind if self.alive[len(self.alive) - 1 - behind] else 0

    def mask(self, ids: Ids) -> Mask:
        """True for these articles, as far as they are known."""
        found = np.zeros(len(self.alive), np.bool_)
        found[ids[ids < len(found)]] = True
        return found & self.alive

    def tagged(self, name: str) -> Mask:
        """Articles with this tag, written as in `names`."""
        number = self.names.known(name)
        if number in self.often:
            return self.often.held(number, len(self.alive)) & self.alive
        found = np.zeros(len(self.alive), np.bool_)
        if number >= 0:
            found[self.owners[: self.used][self.tags[: self.used] == number]] = True
        return found & self.alive

    def says_as(self, other: Columns) -> bool:
        """Whether both say the same of the same articles, however they number what they say."""
        ids = np.flatnonzero(self.alive)
        if not np.array_equal(ids, np.flatnonzero(other.alive)):
            return False
        names = {name: number for number, name in enumerate({*self.names.keys, *other.names.keys})}
        said = (
            (
                one.moment[ids], one.month[ids], one.languages.of(one.language[ids]), one.sources.of(one.source[ids]),
                one.borne(names),
            )
            for one in (self, other)
        )  # fmt: skip
        return all(np.array_equal(own, others) for own, others in zip(*said, strict=True))

    def borne(self, names: Mapping[str, int]) -> Ids:
        """Each article with each tag of its, as one number, in order; `names` numbers the tags."""
        number = np.array([names[name] for name in self.names.keys], np.int64)
        owners, tags = self.owners[: self.used], self.tags[: self.used]
        living, size = self.alive[owners], len(self.alive)
        often = [
            np.flatnonzero(self.often.held(tag, size) & self.alive) * len(names) + number[tag]
            for tag in self.often.tags
        ]
        return np.sort(np.concatenate([owners[living] * len(names) + number[tags[living]], *often]))

    def newest(self, ids: Ids, count: int) -> Ids:
        """The newest of some articles, given by rising id, in order; of the same moment the one that came last is first."""
        if count < len(ids):
            ids = self._last_ones(ids, count)
        return ids[np.lexsort((-ids, -self.moment[ids]))][:count]

    def _last_ones(self, ids: Ids, count: int) -> Ids:
        """At least so many of the newest, unsorted: among the last that came, where none before is as new."""
        for among in (2 * count, 16 * count, len(ids)):
            tail = ids[-among:]
            moments = self.moment[tail]
            least = np.partition(moments, len(tail) - count)[len(tail) - count]
            if len(tail) == len(ids) or self.highest[ids[-among - 1]] < least:
                break
        found: Ids = tail[moments >= least]
        return found

    def count(self, facet: str, ids: Ids) -> dict[str, int]:
        """How many of the articles have each value of a facet."""
        if facet == "language":
            return _counted(self.languages, self.language[ids])
        if facet == "source":
            return _counted(self.sources, self.source[ids])
        return self._months(ids)

    def count_tags(self, ids: Ids) -> dict[str, dict[str, int]]:
        """How many of the articles have each network, city and country."""
        found_ids = np.zeros(len(self.alive), np.bool_)
        found_ids[ids] = True
        numbers = np.bincount(self._numbers_of(ids, found_ids), minlength=len(self.names.keys))
        numbers[self.often.tags] = self.often.count(ids, found_ids)
        found: dict[str, dict[str, int]] = {facet: {} for facet in _TAG_FACETS}
        for number in np.flatnonzero(numbers):
            facet, _, key = self.names.keys[number].partition(" ")
            found[facet][key] = int(numbers[number])
        return found

    def _numbers_of(self, ids: Ids, found: Mask) -> NDArray[np.int32]:
        """All tags of these articles that have no bitmap."""
        begin, size = self.tags_at[ids], self.tags_of[ids].astype(np.int64)
        total = int(size.sum())
        if total * _DENSE > self.used:
            return self.tags[: self.used][found[self.owners[: self.used]]]
        return self.tags[np.repeat(begin - (np.cumsum(size) - size), size) + np.arange(total)]

    def _months(self, ids: Ids) -> dict[str, int]:
        if not len(ids):
            return {}
        months = self.month[ids]
        first = int(months.min())
        counts = np.bincount(months - first)
        return {str(np.datetime64(int(at + first), "M")): int(counts[at]) for at in np.flatnonzero(counts)}

    def put(self, rows: Iterable[tuple[int, int, str, str]], tags: Mapping[int, Sequence[str]]) -> None:
        """Take over articles: (id, moment, language, source), and their tags by id."""
        found = list(rows)
        if not found:
            return
        ids, written, languages, sources = zip(*found, strict=True)
        at, moments = np.array(ids, np.int64), np.array(written, np.int64)
        self._room(int(at.max()))
        self._raise_highest(at, moments)
        self.moment[at], self.month[at] = moments, _months_of(moments)
        self.language[at] = self.languages.numbers(languages)
        self.source[at] = self.sources.numbers(sources)
        for article in ids:
            self._put_tags(article, [self.names.number(name) for name in tags.get(article, ())])
        self.alive[at] = True

    def _raise_highest(self, ids: Ids, moments: Ids) -> None:
        newer = moments > self.highest[ids]
        if not newer.any():
            return
        first = int(ids[newer].min())
        raised = np.full(len(self.highest) - first, self.highest[first - 1] if first else 0)
        np.maximum.at(raised, ids[newer] - first, moments[newer])
        np.maximum(self.highest[first:], np.maximum.accumulate(raised), out=self.highest[first:])

    def _put_tags(self, article: int, numbers: list[int]) -> None:
        often = [number for number in numbers if number in self.often]
        if len(self.often.tags):
            self.often.put(article, often)
            numbers = [number for number in numbers if number not in self.often]
        former = int(self.tags_at[article])
        self.owners[former : former + int(self.tags_of[article])] = 0
        begin, end = self.used, self.used + len(numbers)
        while end > len(self.tags):
            more = max(len(self.tags), _GROWTH)
            self.tags = np.concatenate([self.tags, np.zeros(more, self.tags.dtype)])
            self.owners = np.concatenate([self.owners, np.zeros(more, self.owners.dtype)])
        self.tags[begin:end], self.owners[begin:end] = numbers, article
        self.tags_at[article], self.tags_of[article] = begin, len(numbers)
        self.used = end

    def _room(self, article: int) -> None:
        size = len(self.alive)
        if article < size:
            return
        more = -(-max(article + 1 - size, size // 4) // WORD) * WORD
        for name in ("moment", "month", "language", "source", "tags_at", "tags_of", "alive"):
            column = getattr(self, name)
            setattr(self, name, np.concatenate([column, np.zeros(more, column.dtype)]))
        self.highest = np.concatenate([self.highest, np.full(more, self.highest[-1])])
        self.often.grow(size + more)

    def fill(
        self, ids: Ids, moments: Ids, kept: tuple[list[str], list[str]], tagged: Iterable[tuple[str, Ids]]
    ) -> None:
        """Take over a whole archive: `kept` are language and source of each article; ids by the name of a tag."""
        if not len(ids):
            return
        self._room(int(ids.max()))
        self.moment[ids], self.alive[ids] = moments, True
        self.highest = np.maximum.accumulate(self.moment)
        self.month[ids] = _months_of(moments)
        self.language[ids], self.source[ids] = self.languages.numbers(kept[0]), self.sources.numbers(kept[1])
        size, everybody = len(self.alive), len(ids)
        every = [(self.names.number(name), ids[ids < size]) for name, ids in tagged]
        self.often = Bitmaps.of(
            [(number, ids) for number, ids in every if len(ids) * _OFTEN > everybody], size
        )
        found = [(number, ids) for number, ids in every if number not in self.often]
        if not found:
            return
        owners = np.concatenate([ids for _, ids in found])
        numbers = np.repeat(
            np.array([number for number, _ in found], np.int32), [len(ids) for _, ids in found]
        )
        order = np.argsort(owners, kind="stable")
        self.owners, self.tags, self.used = owners[order], numbers[order], len(owners)
        counts = np.bincount(owners, minlength=len(self.alive))
        self.tags_of = counts.astype(np.int32)
        self.tags_at = np.cumsum(counts) - counts


def _months_of(moments: Ids) -> Ids:
    found: Ids = moments.astype("datetime64[us]").astype("datetime64[M]").astype(np.int64)
    return found


def _counted(codes: Codes, numbers: NDArray[np.int16]) -> dict[str, int]:
    counts = np.bincount(numbers) if len(numbers) else np.zeros(0, np.int64)
    return {codes.keys[number]: int(counts[number]) for number in np.flatnonzero(counts)}
