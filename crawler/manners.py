"""How a host wants to be treated: what the settings and the sources that live on it say, the strictest of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from news.addresses import host_key
from news.settings import Settings
from news.values import Source

#: Requests a day to a host, where neither a setting nor a source says.
BUDGET = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiet:
    """Hours of a zone in which a host is left alone; they go over midnight where they end before they begin."""

    begin: time
    end: time
    zone: str

    def end_after(self, now: datetime) -> datetime | None:
        """When they end, UTC; None where `now` is not in them."""
        local = now.astimezone(ZoneInfo(self.zone))
        clock, over_midnight = local.time(), self.end < self.begin
        began_today = self.begin <= clock
        if not (began_today or clock < self.end if over_midnight else began_today and clock < self.end):
            return None
        day = local.date() + timedelta(days=1) if over_midnight and began_today else local.date()
        until = datetime.combine(day, self.end, ZoneInfo(self.zone)).astimezone(UTC)
        return until if until > now else None

    def __str__(self) -> str:
        return f"{self.begin:%H:%M}-{self.end:%H:%M} {self.zone}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Manners:
    """What is kept to with a host."""

    #: least seconds from an answer to the next request; 0: no turns are taken
    delay: float
    #: requests a UTC day; None: no bound
    budget: int | None = None
    quiet: tuple[Quiet, ...] = ()

    def quiet_until(self, now: datetime) -> datetime | None:
        """When it may be asked again; None where it may be asked now."""
        until = now
        while ends := [end for quiet in self.quiet if (end := quiet.end_after(until))]:
            until = max(ends)
            if until - now > timedelta(days=1):
                break
        return until if until > now else None


def general(settings: Settings) -> Manners:
    """What is kept to with a host that no source says anything of."""
    usual = BUDGET if settings.host_delay else 0
    budget = usual if settings.host_budget is None else settings.host_budget
    return Manners(delay=settings.host_delay, budget=budget or None)


def hosts_of(source: Source) -> frozenset[str]:
    """The hosts that a source lives on: of its home and of its roads."""
    return frozenset(map(host_key, (*source.roads, *((source.home,) if source.home else ()))))


def manners_of_hosts(sources: Iterable[Source], base: Manners) -> Mapping[str, Manners]:
    """The hosts that the sources say something of: the longest delay, the smallest budget, all the quiet hours."""
    found: dict[str, Manners] = {}
    for source in sources:
        if source.quiet or source.delay or source.budget:
            for host in hosts_of(source):
                found[host] = _with(found.get(host), source, base)
    return {
        host: manners if manners.budget else replace(manners, budget=base.budget)
        for host, manners in found.items()
    }


def _with(known: Manners | None, source: Source, base: Manners) -> Manners:
    said = known or replace(base, budget=None)
    budgets = [budget for budget in (said.budget, source.budget) if budget is not None]
    quiet = (*said.quiet, *(_quiet(hours, source.timezone) for hours in source.quiet))
    return Manners(
        delay=max(said.delay, source.delay or 0.0),
        budget=min(budgets) if budgets else None,
        quiet=tuple(dict.fromkeys(quiet)),
    )


def _quiet(hours: str, zone: str) -> Quiet:
    begin, _, end = hours.partition("-")
    return Quiet(begin=time.fromisoformat(begin), end=time.fromisoformat(end), zone=zone)
