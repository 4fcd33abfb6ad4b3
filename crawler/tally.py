"""What a crawl saw, fetched, kept, skipped and why."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

#: Failures that a rule asks for: the site's robots.txt, our guard of private networks.
_REFUSALS = ("robots", "private-address")


@dataclass(slots=True)
class Tally:
    """The counts of one crawl; every way out of a step is counted under a name."""

    source: str
    leads: int = 0
    known: int = 0
    fetched: int = 0
    not_modified: int = 0
    new: int = 0
    updated: int = 0
    duplicates: int = 0
    requests: int = 0
    seconds: float = 0.0
    not_article: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    #: list pages that could not be read, by cause
    lists_failed: Counter[str] = field(default_factory=Counter)

    def as_object(self) -> dict[str, Any]:
        """The run object of `jarchi crawl --json`; `refused` are the failures by a rule, not by a fault."""
        failed = self.failed + self.lists_failed
        return {
            "source": self.source, "leads": self.leads, "known": self.known, "fetched": self.fetched,
            "not_modified": self.not_modified, "new": self.new, "updated": self.updated,
            "duplicates": self.duplicates, "not_article": self.not_article.total(),
            "refused": sum(failed[cause] for cause in _REFUSALS), "failed": dict(failed),
            "requests": self.requests, "seconds": round(self.seconds, 3),
            "not_article_causes": dict(self.not_article),
        }
