"""The memberships gate: the sample sites announce three, and everything else there must stay silent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from benchmarks.quality import sites
from benchmarks.quality.measures import Outcome, share
from benchmarks.quality.specimens import NOW
from news.values import Article
from reading import read_page
from samples import manifest

#: City and network.
_Pair = tuple[str | None, str | None]


def measure(wanted: Sequence[str] | None = None) -> Outcome:
    """Read the sample sites as they are watched, and compare what would alert with what they announce."""
    wanted = tuple(sites.specimens()) if wanted is None else wanted
    expected = {ref: pair for ref, pair in _expected().items() if ref in wanted}
    alerting = {ref: pairs for ref in wanted if (pairs := _alerting(ref))}
    told = [(ref, pair) for ref, pairs in alerting.items() for pair in pairs]
    found = set(expected.values()) & {pair for _, pair in told}
    return Outcome(
        shares={
            "memberships.found": share([pair in found for pair in set(expected.values())]),
            "memberships.reported": share([pair in alerting.get(ref, ()) for ref, pair in expected.items()]),
            "memberships.true": share([expected.get(ref) == pair for ref, pair in told]) if told else 1.0,
        },
        items=len(wanted),
        faults=_faults(expected, alerting),
    )


def _expected() -> Mapping[str, _Pair]:
    """What each page that announces or retells a membership must say."""
    return {
        report: (announcement.membership.geonameid, announcement.membership.network)
        for announcement in manifest().announcements
        for report in announcement.reports
    }


def _alerting(ref: str) -> set[_Pair]:
    source = sites.configured()[ref.partition("/")[0]]
    outcome = read_page(sites.specimens()[ref].page, source=source, now=NOW)
    if not isinstance(outcome, Article):
        return set()
    return {(claim.member, claim.network) for claim in outcome.claims if claim.alerts}


def _faults(expected: Mapping[str, _Pair], alerting: Mapping[str, set[_Pair]]) -> list[str]:
    silent = [
        f"{ref}: silent about {pair}" for ref, pair in expected.items() if pair not in alerting.get(ref, ())
    ]
    false = [
        f"{ref}: false alarm {pair}"
        for ref, pairs in alerting.items()
        for pair in pairs
        if pair != expected.get(ref)
    ]
    return silent + false
