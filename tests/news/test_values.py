"""The values: frozen, in UTC, and refusing at the door what no row could hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import FrozenInstanceError, replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from news.values import (
    ALERT_CONFIDENCE,
    FRESHNESS_MARGIN,
    Article,
    Claim,
    Dated,
    Freshness,
    Language,
    Lead,
    MembershipEvent,
    Page,
    Part,
    Precision,
    Provenance,
    Road,
    Source,
    Span,
    Status,
    Tag,
    TagKind,
    Verb,
    as_utc,
    freshness,
)

NOW = datetime(2024, 5, 1, 9, tzinfo=UTC)
TEHRAN = timezone(timedelta(hours=3, minutes=30))
NAIVE = datetime(2024, 5, 1, 9)  # noqa: DTZ001
SPAN = Span(part=Part.TEXT, start=0, end=4)


def _dated(moment: datetime = NOW, precision: Precision = Precision.MINUTE) -> Dated:
    return Dated(moment=moment, precision=precision, provenance=Provenance.FEED)


def _article(**changes: Any) -> Article:
    article = Article(
        url="https://yazd.example/1",
        source="yazd",
        title="عنوان",
        text="متن",
        language=Language(code="fa", confidence=0.9),
        fetched_at=NOW,
    )
    return replace(article, **changes)


def _claim(**changes: Any) -> Claim:
    claim = Claim(
        member="111822",
        network="amf",
        verb=Verb.JOINED,
        status=Status.ANNOUNCED,
        sentence="جمله",
        span=SPAN,
        confidence=ALERT_CONFIDENCE,
        rule="r",
    )
    return replace(claim, **changes)


def _lead(**changes: Any) -> Lead:
    return replace(Lead(address="https://yazd.example/1", source="yazd", road=Road.FEED), **changes)


def _tag(**changes: Any) -> Tag:
    return replace(Tag(kind=TagKind.NETWORK, key="amf", alias="AMF", span=SPAN, rule="r"), **changes)


def _page(**changes: Any) -> Page:
    page = Page(
        address="https://yazd.example/1",
        final_address="https://yazd.example/2",
        status=200,
        headers=(("etag", '"1"'), ("set-cookie", "a"), ("set-cookie", "b")),
        body=b"",
        fetched_at=NOW,
    )
    return replace(page, **changes)


def _event(**changes: Any) -> MembershipEvent:
    event = MembershipEvent(
        id=1,
        member="111822",
        network="amf",
        verb=Verb.JOINED,
        episode=1,
        status=Status.ANNOUNCED,
        confidence=0.9,
        first_reported=NOW,
        freshness=Freshness.NEWS,
    )
    return replace(event, **changes)


MAKERS = (_dated, _article, _claim, _lead, _tag, _page, _event)


@pytest.mark.parametrize(("make", "field"), [
    (_dated, "moment"), (_article, "fetched_at"), (_lead, "modified_at"), (_page, "fetched_at"),
    (_event, "first_reported"),
])  # fmt: skip
def test_moments_are_aware_and_kept_in_utc(make: Callable[..., Any], field: str) -> None:
    with pytest.raises(ValueError, match=f"{field} has no time zone: 2024-05-01T09:00:00"):
        make(**{field: NAIVE})
    kept = getattr(make(**{field: NOW.astimezone(TEHRAN)}), field)
    assert kept == NOW
    assert kept.tzinfo is UTC


@pytest.mark.parametrize("make", MAKERS)
def test_values_are_frozen_closed_and_equal_by_content(make: Callable[..., Any]) -> None:
    value = make()
    assert value == make()
    assert hash(value) == hash(make())
    name = next(iter(value.__dataclass_fields__))
    with pytest.raises(FrozenInstanceError):
        setattr(value, name, None)
    assert not hasattr(value, "__dict__")


@given(st.datetimes(datetime(2, 1, 1), datetime(9998, 12, 31), timezones=st.timezones()))  # noqa: DTZ001
def test_the_same_instant_in_utc(moment: datetime) -> None:
    assert as_utc(moment).tzinfo is UTC
    assert as_utc(moment) == moment.astimezone(UTC)
    assert as_utc(as_utc(moment)) == as_utc(moment)


@pytest.mark.parametrize(("precision", "span"), [
    (Precision.SECOND, timedelta(seconds=1)), (Precision.MINUTE, timedelta(minutes=1)), (Precision.DAY, timedelta(days=1)),
    (Precision.MONTH, timedelta(days=31)),
])  # fmt: skip
def test_the_last_instant_that_a_date_allows(precision: Precision, span: timedelta) -> None:
    assert _dated(precision=precision).latest == NOW + span


@pytest.mark.parametrize("bad", ["\0", chr(0xD800), chr(0xDFFF)])
@pytest.mark.parametrize(("make", "field"), [
    *((_article, field) for field in ("url", "source", "title", "text", "original_source")),
    *((_lead, field) for field in ("address", "source", "title")),
    *((_tag, field) for field in ("key", "alias", "rule")),
    *((_claim, field) for field in ("member", "network", "sentence", "rule")),
])  # fmt: skip
def test_what_no_database_can_hold_is_refused(make: Callable[..., Any], field: str, bad: str) -> None:
    with pytest.raises(ValueError, match=rf"^{field} holds a character that cannot be stored at 4: '\\"):
        make(**{field: f"text{bad}"})


def test_authors_and_languages_are_looked_at_too() -> None:
    with pytest.raises(ValueError, match="authors holds"):
        _article(authors=("Ali", "Reza\0"))
    with pytest.raises(ValueError, match="language holds"):
        _article(language=Language(code="fa\0", confidence=1.0))


def test_every_other_character_is_welcome() -> None:
    odd = "می‌رود \u202b\u2066\u2069\u200f \U0001f600 \U000103a0 \ufffd \ufffe \x01 \x7f \x85\n"
    assert _article(text=odd).text == odd


@pytest.mark.parametrize("confidence", [-0.01, 1.01, float("nan")])
def test_a_confidence_lies_between_0_and_1(confidence: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        _claim(confidence=confidence)
    with pytest.raises(ValueError, match="between 0 and 1"):
        Language(code="fa", confidence=confidence)


@pytest.mark.parametrize(("start", "end"), [(-1, 3), (5, 4)])
def test_a_span_runs_forward(start: int, end: int) -> None:
    with pytest.raises(ValueError, match="not a span"):
        Span(part=Part.TEXT, start=start, end=end)


@pytest.mark.parametrize(("changes", "alerts"), [
    ({}, True), ({"member": None}, False), ({"network": None}, False), ({"verb": Verb.HOSTS}, False),
    ({"status": Status.PLANNED}, False), ({"status": Status.HISTORICAL}, False), ({"confidence": ALERT_CONFIDENCE - 0.01}, False),
])  # fmt: skip
def test_which_claims_would_alert(changes: dict[str, Any], alerts: bool) -> None:
    assert _claim(**changes).alerts is alerts


def test_headers_are_looked_up_by_any_case() -> None:
    assert [_page().header(name) for name in ("ETag", "Set-Cookie", "age")] == ['"1"', "a", None]


def test_keys_in_order_of_first_mention() -> None:
    tags = tuple(_tag(kind=kind, key=key) for kind, key in [
        (TagKind.CITY, "2"), (TagKind.NETWORK, "uclg"), (TagKind.CITY, "1"), (TagKind.CITY, "2"),
    ])  # fmt: skip
    assert _article(tags=tags).keys(TagKind.CITY) == ("2", "1")
    assert _article(tags=tags).keys(TagKind.NETWORK) == ("uclg",)


LAST_GOOD = NOW - timedelta(hours=2)
MAX_AGE = timedelta(days=30)


def _judge(dated: Dated | None, **changes: Any) -> Freshness:
    known = {"last_good_at": LAST_GOOD, "overlapped": True, "now": NOW, "max_age": MAX_AGE, **changes}
    return freshness(dated, **known)


@pytest.mark.parametrize(("dated", "changes", "expected"), [
    (_dated(), {}, Freshness.NEWS),
    (_dated(), {"last_good_at": None}, Freshness.FIRST_CRAWL),
    (None, {"last_good_at": None}, Freshness.FIRST_CRAWL),
    (None, {}, Freshness.NEWS),
    (None, {"overlapped": False}, Freshness.UNDATED),
    (_dated(), {"overlapped": False}, Freshness.NEWS),
    # a day's margin, counted from the last instant that the date allows
    (_dated(LAST_GOOD - FRESHNESS_MARGIN), {}, Freshness.NEWS),
    (_dated(LAST_GOOD - FRESHNESS_MARGIN - timedelta(minutes=1)), {}, Freshness.BEFORE_LAST_CRAWL),
    (_dated(LAST_GOOD - timedelta(days=2) + timedelta(seconds=1), Precision.DAY), {}, Freshness.NEWS),
    (_dated(LAST_GOOD - timedelta(days=2), Precision.DAY), {}, Freshness.BEFORE_LAST_CRAWL),
    # the age counts even where no crawl was good for long
    (_dated(NOW - timedelta(days=31)), {"last_good_at": NOW - timedelta(days=90)}, Freshness.TOO_OLD),
    (_dated(NOW - timedelta(days=29)), {"last_good_at": NOW - timedelta(days=90)}, Freshness.NEWS),
    (_dated(NOW - timedelta(days=40), Precision.MONTH), {"last_good_at": NOW - timedelta(days=90)}, Freshness.NEWS),
    (_dated(NOW - timedelta(days=3)), {"last_good_at": NOW - timedelta(days=90), "max_age": timedelta(days=2)}, Freshness.TOO_OLD),
    (_dated(NOW + timedelta(hours=3)), {}, Freshness.NEWS),
])  # fmt: skip
def test_freshness(dated: Dated | None, changes: dict[str, Any], expected: Freshness) -> None:
    assert _judge(dated, **changes) is expected


def test_a_source_of_two_lines() -> None:
    source = Source.model_validate({"key": "yazd", "name": "Yazd", "lists": ["https://yazd.example/news"]})
    assert source.lists[0].url == "https://yazd.example/news"
    assert source.zone.key == "UTC"
    with pytest.raises(ValidationError, match="frozen"):
        source.name = "other"


@pytest.mark.parametrize(("changes", "place", "says"), [
    ({"feed": ["https://yazd.example/feed"]}, ("feed",), "Extra inputs"),
    ({"selectors": {"titel": "h1"}}, ("selectors", "titel"), "Extra inputs"),
    ({"lists": [{"url": "https://yazd.example", "page": 3}]}, ("lists", 0, "page"), "Extra inputs"),
    ({"key": "Yazd City"}, ("key",), "pattern"),
    ({"timezone": "Asia/Yazd"}, ("timezone",), "unknown time zone 'Asia/Yazd'"),
    ({"timezone": "../etc/passwd"}, ("timezone",), "unknown time zone"),
    ({"feeds": ["yazd.example/feed"]}, ("feeds", 0), "not an http(s) address"),
    ({"article": "(news"}, ("article",), "not a regular expression"),
    ({"city": "Yazd"}, ("city",), "pattern"),
    ({"country": "ir"}, ("country",), "pattern"),
    ({"schedule": 0}, ("schedule",), "greater than or equal"),
])  # fmt: skip
def test_a_source_names_the_key_at_fault(changes: dict[str, Any], place: tuple[Any, ...], says: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Source.model_validate({"key": "yazd", "name": "Yazd", **changes})
    (error,) = caught.value.errors()
    assert error["loc"] == place
    assert says in error["msg"]


@pytest.mark.parametrize("year", [1, 9999])
def test_a_moment_at_the_end_of_the_calendar_is_refused(year: int) -> None:
    with pytest.raises(ValueError, match="lies outside the years"):
        as_utc(datetime(year, 6, 1, tzinfo=UTC))
