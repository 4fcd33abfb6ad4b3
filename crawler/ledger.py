"""The ledger of coverage: every lead of a crawl, and the one outcome that each came to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Outcome(StrEnum):
    """What a lead came to in a crawl."""

    #: had before, and its list says of no change
    KNOWN = "known"
    #: its page says so (304)
    NOT_MODIFIED = "not-modified"
    NEW = "new"
    UPDATED = "updated"
    #: read once more, and the same
    UNCHANGED = "unchanged"
    #: the text of an article that is kept already
    DUPLICATE = "duplicate"
    NOT_ARTICLE = "not-article"
    #: a rule forbids it: robots.txt, the guard, what a host is spared
    REFUSED = "refused"
    FAILED = "failed"
    #: the crawl ended before
    LEFT = "left"


class Listed(StrEnum):
    """What a page of a list came to."""

    READ = "read"
    NOT_MODIFIED = "not-modified"
    FAILED = "failed"
    LEFT = "left"


@dataclass(slots=True)
class Ledger:
    """The leads of one crawl, by key; each is entered once and ended once."""

    #: entries that lists showed
    seen: int = 0
    #: of them, those of a lead that the crawl had met already
    repeated: int = 0
    #: leads of earlier crawls that were taken up again
    left_over: int = 0
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    causes: dict[Outcome, Counter[str]] = field(default_factory=dict)
    lists_asked: int = 0
    lists: Counter[Listed] = field(default_factory=Counter)
    #: what should not be: leads ended twice, or never entered
    strays: Counter[str] = field(default_factory=Counter)
    #: whether a lead is still open, by its key
    _open: dict[str, bool] = field(default_factory=dict)
    #: of those that are not, the ones that no list has asked for
    _known: set[str] = field(default_factory=set)

    def take_up(self, key: str) -> None:
        """Enter a lead of an earlier crawl."""
        self.left_over += 1
        if key in self._open:
            self.strays["entered-twice"] += 1
            self.left_over -= 1
        self._open[key] = True

    def show(self, keys: Iterable[str], wanted: Iterable[str]) -> frozenset[str]:
        """Enter what a list shows, of which `wanted` is to be fetched; the keys that are, and not under way already."""
        asked, fresh = frozenset(wanted), set[str]()
        for key in keys:
            self.seen += 1
            if key in self._open:
                self.repeated += 1
                if key not in asked or key not in self._known:
                    continue
                # another road knows that what this one showed as known has changed
                self._known.discard(key)
                self.outcomes[Outcome.KNOWN] -= 1
            self._open[key] = key in asked
            if key in asked:
                fresh.add(key)
            else:
                self._known.add(key)
                self.outcomes[Outcome.KNOWN] += 1
        return frozenset(fresh)

    def end(self, key: str, outcome: Outcome, cause: str | None = None) -> None:
        """Note what a lead came to."""
        if not self._open.get(key, False):
            self.strays["ended-twice" if key in self._open else "never-entered"] += 1
            return
        self._open[key] = False
        self.outcomes[outcome] += 1
        if cause is not None:
            self.causes.setdefault(outcome, Counter())[cause] += 1

    def ask_list(self) -> None:
        """Enter a page of a list."""
        self.lists_asked += 1

    def end_list(self, outcome: Listed) -> None:
        """Note what a page of a list came to."""
        self.lists[outcome] += 1

    def close(self) -> None:
        """End what is still open: the crawl is over."""
        for key, is_open in self._open.items():
            if is_open:
                self.outcomes[Outcome.LEFT] += 1
                self._open[key] = False
        left = self.lists_asked - self.lists.total()
        if left > 0:
            self.lists[Listed.LEFT] += left

    @property
    def leads(self) -> int:
        """The leads of the crawl, each counted once."""
        return self.seen - self.repeated + self.left_over

    def as_object(self) -> dict[str, Any]:
        """The ledger as it is stored and printed; outcomes that did not occur are left out."""
        return {
            "seen": self.seen, "repeated": self.repeated, "left_over": self.left_over,
            "outcomes": _plain(self.outcomes),
            "causes": {outcome.value: dict(causes) for outcome, causes in self.causes.items()},
            "lists": {"asked": self.lists_asked, **_plain(self.lists)}, "strays": dict(self.strays),
        }  # fmt: skip

    def disagreements(self) -> tuple[str, ...]:
        """Where the sums of a closed ledger do not agree; none, or there is a fault in the crawler."""
        return tuple(self._disagreements())

    def _disagreements(self) -> Iterator[str]:
        if self.leads != self.outcomes.total():
            yield f"{self.leads} leads came to {self.outcomes.total()} outcomes"
        if any(self._open.values()):
            yield f"{sum(self._open.values())} leads are still open"
        if self.lists_asked != self.lists.total():
            yield f"{self.lists_asked} pages of lists came to {self.lists.total()} outcomes"
        for outcome in (Outcome.FAILED, Outcome.REFUSED, Outcome.NOT_ARTICLE):
            caused = self.causes.get(outcome, Counter()).total()
            if caused != self.outcomes[outcome]:
                yield f"{self.outcomes[outcome]} leads {outcome.value}, {caused} with a cause"
        yield from (f"{count} leads {what}" for what, count in self.strays.items())


def _plain(counts: Counter[Any]) -> dict[str, int]:
    return {name.value: count for name, count in counts.items() if count}
