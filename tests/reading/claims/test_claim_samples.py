"""What is claimed of the articles of the sample sites, each read as its site's own."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

import samples
from news.names import find_names, place
from news.values import ALERT_CONFIDENCE, Claim, Source, Status, Verb
from reading.claims import read_claims
from samples.library import articles

SOURCES = Path(samples.__file__).parent / "sources"
REFS = sorted(articles())


def source_of(site: str) -> Source:
    table: dict[str, Any] = tomllib.loads((SOURCES / f"{site}.toml").read_text(encoding="utf-8"))
    kept = {name: table.get(name) for name in ("name", "kind", "country", "city", "network")}
    return Source.model_validate({"key": site, **kept})


def claims(ref: str, *, on_its_site: bool = True) -> tuple[Claim, ...]:
    article = articles()[ref]
    source = source_of(article.site) if on_its_site else None
    title, text, language = article.title, article.text, article.language
    tags = find_names(title=title, text=text, language=language, source=source)
    return read_claims(title=title, text=text, tags=tags, language=language, source=source)


def sure(ref: str) -> set[tuple[str, str | None, Verb, Status]]:
    return {
        (place(claim.member).name, claim.network, claim.verb, claim.status)
        for claim in claims(ref)
        if claim.member and claim.confidence >= ALERT_CONFIDENCE
    }


@pytest.mark.parametrize("on_its_site", [True, False])
@pytest.mark.parametrize("ref", REFS)
def test_only_what_is_announced_alerts(ref: str, on_its_site: bool) -> None:
    article = articles()[ref]
    told = articles().get(article.retells, article)
    announced = {(told.membership.geonameid, told.membership.network)} if told.membership else set()
    alerted = {(c.member, c.network) for c in claims(ref, on_its_site=on_its_site) if c.alerts}
    assert alerted <= announced
    if article.membership:
        assert alerted == announced


@pytest.mark.parametrize(
    "ref", ["network-en-tr/engineer-joins-committee", "municipality-fa/council-chair-committee"]
)
def test_a_persons_chair_is_not_the_citys(ref: str) -> None:
    assert all(claim.verb is not Verb.ELECTED for claim in claims(ref))
    assert sure(ref) == set()


def test_a_decision_to_apply_elects_nobody() -> None:
    assert all(claim.verb is not Verb.ELECTED for claim in claims("network-en-tr/bursa-council-decides"))


def test_the_seats_of_cities_and_mayors_are_theirs() -> None:
    elected = {
        (name, network)
        for ref in ("network-en-tr/gaziantep-president", "network-ar/steering-committee-seats")
        for name, network, verb, _ in sure(ref)
        if verb is Verb.ELECTED
    }
    mayors = {(name, "uclg-mewa") for name in ("Gaziantep", "Mersin", "Erbil", "Tehran")}
    assert elected == mayors | {("Amman", "scn")}


def test_who_hosted_years_ago_is_the_subject_of_the_verb_and_history() -> None:
    hosts = {claim for claim in sure("network-ar/steering-committee-seats") if claim[2] is Verb.HOSTS}
    assert hosts == {("Amman", "scn", Verb.HOSTS, Status.HISTORICAL)}


def test_twins_are_cities_and_never_a_network() -> None:
    twinned = [claim for claim in claims("network-en-tr/mersin-sister-city") if claim.verb is Verb.TWINNED]
    assert {place(claim.member or "").name for claim in twinned} == {"Mersin", "Oran"}
    assert {claim.network for claim in twinned} == {None}
    assert all(claim.confidence < ALERT_CONFIDENCE for claim in twinned)


def test_for_the_city_of_is_not_medina() -> None:
    assert {name for name, *_ in sure("network-ar/oran-council-application")} == {"Oran"}


@pytest.mark.parametrize(
    ("ref", "city", "network"),
    [
        ("aggregator-fa/london-eurocities", "London", "eurocities"),
        ("network-en-tr/manama-withdraws", "Manama", "uclg-mewa"),
    ],
)
def test_a_membership_that_is_not_renewed_is_left(ref: str, city: str, network: str) -> None:
    assert sure(ref) == {(city, network, Verb.LEFT, Status.ANNOUNCED)}
