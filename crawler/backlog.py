"""Pages that wait for those before them: what a crawl is to fetch beyond what Scrapy holds at once."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import islice

from crawler.roads.sitemaps import moment_of
from news.values import Road
from storage.leads import Wanted

#: Pages handed to Scrapy before some of them are done; the others are keys.
AT_ONCE = 1_000


class Backlog:
    """Keys of leads whose pages come later in a crawl, those of sitemaps newest first.

    What it holds is stored as leads: what a crawl does not come to is left to the next one.
    """

    def __init__(self, at_once: int = AT_ONCE) -> None:
        self._at_once = self._room = at_once
        #: how new, and in what order it came
        self._keys: list[tuple[float, int, str]] = []
        self._count = 0

    def __bool__(self) -> bool:
        return bool(self._keys)

    def now(self, wanted: Sequence[Wanted]) -> list[Wanted]:
        """Of what a list shows, what is fetched at once; the rest is held back.

        Of sitemaps alone: a lead of another list may bring its text along, which is not stored.
        """
        listed = [one for one in wanted if one.lead.road is Road.SITEMAP]
        others = [one for one in wanted if one.lead.road is not Road.SITEMAP]
        found = others + listed[: max(self._room - len(others), 0)]
        for one in listed[max(self._room - len(others), 0) :]:
            moment = moment_of(one.lead)
            self._hold(-moment.timestamp() if moment else math.inf, one.key)
        self._room -= len(found)
        return found

    def hold(self, keys: Iterable[str]) -> None:
        """Hold leads of earlier crawls back, in this order, behind those of this one."""
        for key in keys:
            self._hold(math.inf, key)

    def next(self) -> list[str]:
        """The keys that come now that all before them are done."""
        self._keys.sort()
        keys = [key for *_, key in islice(self._keys, self._at_once)]
        del self._keys[: len(keys)]
        self._room = self._at_once - len(keys)
        return keys

    def _hold(self, age: float, key: str) -> None:
        self._count += 1
        self._keys.append((age, self._count, key))
