"""What a crawl saw, fetched, kept, skipped and why."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from crawler.faults import CONTINUATION, REFUSALS, faults_of
from crawler.ledger import Ledger


@dataclass(slots=True)
class Tally:
    """The counts of one crawl; every way out of a step is counted under a name."""

    source: str
    leads: int = 0
    known: int = 0
    fetched: int = 0
    #: fetched pages that were read as articles
    read: int = 0
    not_modified: int = 0
    new: int = 0
    updated: int = 0
    duplicates: int = 0
    #: articles kept as their list gives them, because their page could not be had; `new` counts them too
    from_list: int = 0
    #: dates of publication that pages state and no article can have
    refused_dates: int = 0
    requests: int = 0
    seconds: float = 0.0
    not_article: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    #: list pages that could not be read, by cause
    lists_failed: Counter[str] = field(default_factory=Counter)
    #: later pages of articles that could not be had, by cause
    continuations_failed: Counter[str] = field(default_factory=Counter)
    #: articles kept, those that had not changed included
    kept: int = 0
    #: when the source's hosts may be asked again, where they could not be asked as the crawl wanted
    put_off_until: datetime | None = None
    #: pages kept as they came, in WARC files, and those that could not be, by cause
    pages: int = 0
    pages_missed: Counter[str] = field(default_factory=Counter)
    #: of a list of members: its rows, those whose place is known, and what came and went
    members: dict[str, int] | None = None
    #: known articles that were asked for again, by what was found (`storage.looks.Seen`)
    looks: Counter[str] = field(default_factory=Counter)
    #: lists that no longer overlapped what the last good crawl knew: how many pages back were read, and whether it sufficed
    gaps: list[dict[str, Any]] = field(default_factory=list)
    #: what the one page became that a crawl was asked for
    became: dict[str, Any] | None = None
    #: why leads of this crawl, or first seen since the last good one, gave no article
    missed: Counter[str] = field(default_factory=Counter)
    #: what every lead came to
    ledger: Ledger = field(default_factory=Ledger)

    def as_object(self) -> dict[str, Any]:
        """The run object of `jarchi crawl --json`; `refused` are the failures by a rule, not by a fault."""
        later = Counter({f"{CONTINUATION}{cause}": count for cause, count in self.continuations_failed.items()})
        failed = self.failed + self.lists_failed + later
        return {
            "source": self.source, "leads": self.leads, "known": self.known, "fetched": self.fetched,
            "not_modified": self.not_modified, "new": self.new, "updated": self.updated,
            "duplicates": self.duplicates, "not_article": self.not_article.total(),
            "refused": sum(failed[cause] for cause in REFUSALS), "failed": dict(failed),
            "from_list": self.from_list, "refused_dates": self.refused_dates,
            "requests": self.requests, "seconds": round(self.seconds, 3),
            "not_article_causes": dict(self.not_article), "read": self.read,
            "faults": {fault.value: count for fault, count in faults_of(failed, self.not_article).items()},
            "ledger": self.ledger.as_object(),
            "pages": self.pages, "pages_missed": dict(self.pages_missed),
            **({"members": self.members} if self.members is not None else {}),
            **({"looks": dict(self.looks)} if self.looks else {}),
            **({"gaps": self.gaps} if self.gaps else {}),
            **({"became": self.became} if self.became else {}),
            **({"put_off_until": self.put_off_until.isoformat()} if self.put_off_until else {}),
        }
