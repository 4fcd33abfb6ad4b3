"""The dates gate: forms of every language that has a profile and of three calendars, and pages full of traps."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

from benchmarks.quality import date_pages
from benchmarks.quality.measures import Outcome, share
from news.languages.profiles import LanguageProfile, profile
from news.values import Dated, Precision, Provenance
from reading import parse_date

_MONTH = "/month"


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A date as written, and what it means."""

    text: str
    spoken: LanguageProfile
    zone: ZoneInfo
    #: None where there is nothing to read, or nothing to believe
    moment: datetime | None
    precision: Precision | None


@cache
def forms() -> tuple[Form, ...]:
    """The forms of the file."""
    return tuple(
        _form(text, expected, group) for group in _file()["groups"] for text, expected in group["forms"]
    )


def now() -> datetime:
    """When all of them are read."""
    moment: datetime = _file()["now"]
    return moment


def gate() -> Outcome:
    """The forms one by one, and the pages."""
    alone, pages = measure(), date_pages.measure()
    return Outcome(
        shares={**alone.shares, **pages.shares},
        items=alone.items + pages.items,
        faults=[*alone.faults, *pages.faults],
    )


def measure(wanted: Sequence[Form] | None = None) -> Outcome:
    """Read the forms; a wrong date is worse than none."""
    wanted = forms() if wanted is None else wanted
    found = [(form, _read(form)) for form in wanted]
    right = [_is_right(form, dated) for form, dated in found]
    wrong = [dated is not None and _is_false(form, dated) for form, dated in found]
    refused = [dated is None for form, dated in found if form.moment is None]
    return Outcome(
        shares={
            "dates.right": share(right),
            "dates.not-silently-wrong": 1 - share(wrong),
            "dates.refused": share(refused),
        },
        items=len(wanted),
        faults=[_fault(form, dated) for (form, dated), hit in zip(found, right, strict=True) if not hit],
    )


def _read(form: Form) -> Dated | None:
    return parse_date(
        form.text,
        profile=form.spoken,
        zone=form.zone,
        calendar=form.spoken.calendars[0],
        provenance=Provenance.TEXT,
        now=now(),
    )


def _is_right(form: Form, dated: Dated | None) -> bool:
    if dated is None or form.moment is None:
        return dated is None and form.moment is None
    return dated.moment == form.moment and dated.precision is form.precision


def _is_false(form: Form, dated: Dated) -> bool:
    """Whether a date says what is not so; one that only says less than it could is none of these."""
    return form.moment is None or not dated.moment <= form.moment <= dated.latest


def _fault(form: Form, dated: Dated | None) -> str:
    got = f"{dated.moment.astimezone(form.zone)} ({dated.precision})" if dated else "nothing"
    wanted = f"{form.moment} ({form.precision})" if form.moment else "nothing"
    return f"{form.spoken.code} «{form.text}»: {got}, not {wanted}"


def _form(text: str, expected: str, group: dict[str, Any]) -> Form:
    spoken = profile(group["language"])
    zone = ZoneInfo(group["zone"]) if "zone" in group else spoken.zone_info
    moment, precision = _meaning(expected, zone)
    return Form(text=text, spoken=spoken, zone=zone, moment=moment, precision=precision)


def _meaning(expected: str, zone: ZoneInfo) -> tuple[datetime | None, Precision | None]:
    if not expected:
        return None, None
    if "T" in expected:
        seconds = expected.count(":") == 3
        return datetime.fromisoformat(expected), Precision.SECOND if seconds else Precision.MINUTE
    day = datetime.combine(date.fromisoformat(expected.removesuffix(_MONTH)), time(), zone)
    return day, Precision.MONTH if expected.endswith(_MONTH) else Precision.DAY


@cache
def _file() -> dict[str, Any]:
    return tomllib.loads((files("benchmarks.quality") / "dates.toml").read_text(encoding="utf-8"))
