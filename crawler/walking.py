"""How far back a list is walked: to what the last good crawl knew, or to a date."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from news.values import Lead
from storage.keys import row_key
from storage.leads import Validators

#: Pages of one list that a crawl reads to reach what the last good one knew.
GAP_PAGES = 20
#: Pages of one list that a back-fill reads.
BACKFILL_PAGES = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """What the pages of one list showed so far, newest first; noted together, so that they overlap together."""

    leads: tuple[Lead, ...] = ()
    #: of the first page
    validators: Validators | None = None
    #: pages read
    pages: int = 0
    #: keys of all that they showed
    keys: frozenset[str] = frozenset()
    #: whether what every crawl wants of the list is noted: what comes now is a back-fill's, each page by itself
    beyond: bool = False

    def with_page(self, shown: Iterable[Lead], validators: Validators | None) -> Gathered:
        """The same with one more, older page."""
        found = tuple(shown)
        return replace(
            self,
            leads=() if self.beyond else (*self.leads, *found),
            validators=self.validators or validators,
            pages=self.pages + 1,
            keys=self.keys | {row_key(lead.address) for lead in found},
        )

    def is_repeated_by(self, shown: Iterable[Lead]) -> bool:
        """Whether a page shows nothing that newer ones did not: the list has no more, or turns in a circle."""
        return all(row_key(lead.address) in self.keys for lead in shown)

    def noted(self) -> Gathered:
        """The same once what was gathered is noted."""
        return replace(self, leads=(), beyond=True)


def since(leads: Iterable[Lead], moment: datetime) -> tuple[Lead, ...]:
    """The leads that are not known to be older."""
    return tuple(lead for lead in leads if not _is_before(lead, moment))


def ends_before(leads: Iterable[Lead], moment: datetime) -> bool:
    """Whether a page shows dates, and none that is not older: the pages behind it are older still."""
    dated = [lead for lead in leads if lead.dated is not None]
    return bool(dated) and not since(dated, moment)


def _is_before(lead: Lead, moment: datetime) -> bool:
    return lead.dated is not None and lead.dated.latest < moment
