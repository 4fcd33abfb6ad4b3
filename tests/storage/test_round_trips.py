"""Each value written and read back is equal, on both engines."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from random import Random
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from sqlmodel import Session

from news.values import (
    Article,
    Calendar,
    Claim,
    Dated,
    Freshness,
    Language,
    Lead,
    Part,
    Precision,
    Provenance,
    Road,
    Span,
    Status,
    Tag,
    TagKind,
    Verb,
)
from storage import articles, leads, register, rules, runs
from storage.articles import Arrival, Saved
from storage.engine import Store
from storage.keys import LONGEST_KEY, bounded
from storage.rules import Manner, Rhythm, Rule
from storage.schema import open_store

_Value = TypeVar("_Value")
NOW = datetime(2024, 5, 1, 9, tzinfo=UTC)
_database = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
_numbers = itertools.count(1)

#: Letters with what bites in them: ZWNJ and ZWJ, bidi marks and isolates, line ends, combining marks, astral planes.
_LETTERS = (
    "می‌خواهدآأإٱةىيكکۀئؤءًّٰـ۱۲٣ğıİşçöüßœæøłđəñéŭčžйїґєўқҳשלוםەڵێۆټډښپټ上海市東京서울नमस्ते"
    "😀👨‍👩‍👧🇮🇷𐎠𐤀𝒜 \t\n\r\u00a0\u00ad\u061c\u200b\u200d\u200e\u200f\u2028\u202a\u202b\u202e\u2066\u2069\ufdfa\ufeff\ufffd'\"\\%_;{}"
)
_text = st.text(
    st.one_of(st.sampled_from(_LETTERS), st.characters(codec="utf-8", exclude_characters="\0")), max_size=60
)
_ZONES = (
    UTC,
    ZoneInfo("Asia/Tehran"),
    ZoneInfo("Asia/Kathmandu"),
    ZoneInfo("Pacific/Kiritimati"),
    ZoneInfo("America/Caracas"),
    timezone(timedelta(hours=-12)),
    timezone(timedelta(hours=23, minutes=59, seconds=59, microseconds=7)),
)
_moments = st.datetimes(
    datetime(2, 1, 1),  # noqa: DTZ001 - bounds of wall clocks
    datetime(9998, 12, 31),  # noqa: DTZ001
    timezones=st.sampled_from(_ZONES),
)
_confidence = st.floats(0, 1)
_optional_text = st.none() | _text
_spans = st.builds(
    lambda part, start, length: Span(part=part, start=start, end=start + length),
    st.sampled_from(Part),
    st.integers(0, 2**20),
    st.integers(0, 2**20),
)
_dated = st.builds(
    Dated,
    moment=_moments,
    precision=st.sampled_from(Precision),
    provenance=st.sampled_from(Provenance),
    calendar=st.sampled_from(Calendar),
)
_tags = st.builds(
    Tag,
    kind=st.sampled_from(TagKind),
    key=st.sampled_from(["amf", "112931", "745044"]),
    alias=_text,
    span=_spans,
    rule=_text,
)
_claims = st.builds(
    Claim,
    member=st.none() | st.sampled_from(["111822", "112931"]),
    network=st.none() | st.just("amf"),
    verb=st.sampled_from(Verb),
    status=st.sampled_from(Status),
    sentence=_text,
    span=_spans,
    confidence=_confidence,
    rule=_text,
    member_name=_optional_text,
    network_name=_optional_text,
)


def _some(values: SearchStrategy[Any]) -> SearchStrategy[tuple[Any, ...]]:
    return st.lists(values, max_size=3).map(tuple)


_articles = st.builds(
    Article,
    url=_text,
    source=_text,
    title=_text,
    text=_text,
    fetched_at=_moments,
    authors=_some(_text),
    language=st.builds(Language, code=st.sampled_from(["fa", "ar", "tr", "und"]), confidence=_confidence),
    dated=st.none() | _dated,
    original_source=_optional_text,
    agency=_optional_text,
    tags=_some(_tags),
    claims=_some(_claims),
)
_leads = st.builds(
    Lead,
    address=_text,
    source=_text,
    road=st.sampled_from(Road),
    title=_optional_text,
    dated=st.none() | _dated,
    modified_at=st.none() | _moments,
)
_hours = st.integers(0, 23)
_manners = st.builds(
    Manner,
    letters=st.sampled_from(["en", "fa"]),
    rhythm=st.sampled_from(Rhythm),
    hour=_hours,
    weekday=st.integers(0, 6),
    zone=st.sampled_from(["UTC", "Asia/Tehran"]),
    quiet=st.none() | st.tuples(_hours, _hours).filter(lambda hours: hours[0] != hours[1]),
)
_rules = st.builds(
    Rule,
    name=_text,
    recipients=_some(_text),
    verbs=_some(st.sampled_from(Verb)),
    statuses=_some(st.sampled_from(Status)),
    networks=_some(_text),
    cities=_some(_text),
    countries=_some(_text),
    languages=_some(_text),
    confidence=_confidence,
    enabled=st.booleans(),
    manner=_manners,
)


def _written(store: Store, action: Callable[[Session], _Value]) -> _Value:
    with store.writing() as session:
        return action(session)


def _read(store: Store, action: Callable[[Session], _Value]) -> _Value:
    with store.reading() as session:
        return action(session)


@_database
@given(article=_articles)
def test_articles(store: Store, article: Article) -> None:
    number = next(_numbers)  # one address and one text of its own, so that it is new
    article = replace(
        article, url=f"https://a.example/{number}?{article.url}", text=f"{number} {article.text}"
    )
    saved, article_id = _written(store, lambda session: articles.save(session, article, Arrival(now=NOW)))
    assert saved is Saved.NEW
    assert _read(store, lambda session: articles.load(session, article_id)) == article
    assert _read(store, lambda session: articles.addresses(session, article_id)) == (article.url,)


@_database
@given(lead=_leads)
def test_leads(store: Store, lead: Lead) -> None:
    lead = replace(lead, address=f"https://a.example/{next(_numbers)}?{lead.address}")
    wanted = _written(
        store, lambda session: leads.record_list(session, lead.source, [lead], None, NOW)
    ).wanted
    assert [item.lead for item in wanted] == [lead]
    kept = {item.key: item for item in _read(store, lambda session: leads.pending(session, lead.source))}
    assert kept[wanted[0].key] == wanted[0]


@_database
@given(rule=_rules)
def test_rules(store: Store, rule: Rule) -> None:
    _written(store, lambda session: rules.save_rule(session, rule, NOW))
    assert rule in _read(store, rules.rules)


@_database
@given(claim=_claims, dated=st.none() | _dated, url=_text)
def test_membership_events(store: Store, claim: Claim, dated: Dated | None, url: str, make: Any) -> None:
    number = next(_numbers)
    claim = replace(claim, member=f"member {number}", network="amf", confidence=1.0, status=Status.ANNOUNCED)
    article = make.article(number, url=f"https://a.example/{number}?{url}", dated=dated, claims=(claim,))
    _, article_id = make.keep(store, article, last_good_at=None)
    (event,) = (found for found in make.events(store) if found.member == claim.member)
    assert (event.verb, event.status, event.network, event.episode) == (claim.verb, claim.status, "amf", 1)
    assert event.first_reported == (dated.moment if dated else article.fetched_at)
    assert event.freshness is Freshness.FIRST_CRAWL
    (evidence,) = event.evidence
    assert (evidence.article, evidence.url, evidence.sentence) == (article_id, article.url, claim.sentence)
    again = _read(store, lambda session: register.events(session, city=claim.member, network="amf"))
    assert again == (event,)


@_database
@given(error=st.text(max_size=80), moment=_moments)
@example(error="half a pair \ud83d and NUL \0 quoted by a driver", moment=NOW)
def test_remarks_hold_anything(store: Store, error: str, moment: datetime) -> None:
    """What went wrong can always be noted, whatever its words quote."""
    error = f"! {error}"
    run = _written(store, lambda session: runs.begin(session, "yazd", moment))
    _written(store, lambda session: runs.finish(session, run, {"failed": {"boom": 1}}, error, moment))
    (row,) = _read(store, lambda session: runs.recent(session, limit=1))
    assert row.error == error.replace("\0", "\ufffd").encode("utf-8", "replace").decode()
    assert row.counts == {"failed": {"boom": 1}}
    assert row.started_at == moment.astimezone(UTC)


@pytest.mark.parametrize("zone", ["Asia/Tehran", "America/Caracas"])
def test_the_servers_zone_changes_nothing(postgresql: Any, make: Any, zone: str) -> None:
    url = f"{postgresql.upgraded()}&options=-c%20timezone%3D{zone}"
    article = make.article(
        fetched_at=datetime(9998, 12, 31, tzinfo=UTC), dated=make.dated(datetime(2, 1, 1, tzinfo=UTC))
    )
    with closing(open_store(url)) as store:
        _, article_id = make.keep(store, article)
        assert _read(store, lambda session: articles.load(session, article_id)) == article
    postgresql.drop(url)


@pytest.mark.parametrize("letter", ["a", "ی"])
def test_addresses_of_any_length(store: Store, make: Any, letter: str) -> None:
    """Longer than PostgreSQL can index; two that differ at their end stay two."""
    tail = "".join(Random(1).choices("0123456789abcdef", k=8_000))
    one, other = (make.article(number, url=f"https://a.example/{letter}{tail}{number}") for number in (1, 2))
    assert make.keep(store, one)[0] is Saved.NEW
    assert make.keep(store, other)[0] is Saved.NEW
    assert make.keep(store, one) == (Saved.KNOWN, 1)
    lead = Lead(address=one.url, source="yazd", road=Road.LIST)
    (wanted,) = _written(store, lambda session: leads.record_list(session, "yazd", [lead], None, NOW)).wanted
    _written(store, lambda session: leads.settle(session, "yazd", wanted.key, "kept"))
    assert _read(store, lambda session: leads.pending(session, "yazd")) == ()
    given_back = leads.Validators(address=one.url, etag='"1"')
    _written(store, lambda session: leads.remember(session, given_back, NOW))
    assert _read(store, lambda session: leads.recall(session, one.url, NOW)) == given_back


@given(key=st.text(st.characters(codec="utf-8"), max_size=3_000))
def test_a_bounded_key_stays_as_it_is(key: str) -> None:
    assert len(bounded(key).encode()) <= LONGEST_KEY
    assert bounded(bounded(key)) == bounded(key)
