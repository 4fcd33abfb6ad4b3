"""Pages whose dates are traps: of deadlines, events, sentences and other articles, and the day that each page tells."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from html import escape
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

from benchmarks.quality.measures import Outcome, share
from news.languages.profiles import profile
from news.values import Article, NotArticle, Page, Precision, Source
from reading import read_page

_ADDRESS = "https://www.example.org/news/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class DatePage:
    """A page, and the day of publication that it tells."""

    html: str
    #: what of the page differs from others of its language
    piece: str
    language: str
    zone: ZoneInfo
    #: None where it tells none
    day: date | None


@cache
def date_pages() -> tuple[DatePage, ...]:
    """The pages of the file."""
    return tuple(_page(piece, day, group) for group in _file()["groups"] for piece, day in group["pages"])


def measure(wanted: Sequence[DatePage] | None = None) -> Outcome:
    """Read the pages; one that tells no day and is given one is worse than one that loses it."""
    wanted = date_pages() if wanted is None else wanted
    found = [(page, _read(page)) for page in wanted]
    right = [_is_right(page, outcome) for page, outcome in found]
    wrong = [_is_dated(outcome) and not hit for (_, outcome), hit in zip(found, right, strict=True)]
    return Outcome(
        shares={"dates.pages-right": share(right), "dates.pages-not-wrong": 1 - share(wrong)},
        items=len(wanted),
        faults=[_fault(page, outcome) for (page, outcome), hit in zip(found, right, strict=True) if not hit],
    )


def _read(page: DatePage) -> Article | NotArticle:
    now: datetime = _file()["now"]
    fetched = Page(
        address=_ADDRESS,
        final_address=_ADDRESS,
        status=200,
        headers=(("content-type", "text/html; charset=utf-8"),),
        body=page.html.encode(),
        fetched_at=now,
    )
    return read_page(fetched, source=Source(key="town", name="Town", timezone=page.zone.key), now=now)


def _is_dated(outcome: Article | NotArticle) -> bool:
    return isinstance(outcome, Article) and outcome.dated is not None


def _is_right(page: DatePage, outcome: Article | NotArticle) -> bool:
    if isinstance(outcome, NotArticle) or outcome.dated is None or page.day is None:
        return isinstance(outcome, Article) and outcome.dated is None and page.day is None
    day = outcome.dated.moment.astimezone(page.zone).date()
    return outcome.dated.precision is not Precision.MONTH and day == page.day


def _fault(page: DatePage, outcome: Article | NotArticle) -> str:
    if isinstance(outcome, NotArticle):
        got = f"no article ({outcome.refusal})"
    else:
        dated = outcome.dated
        got = f"{dated.moment.astimezone(page.zone)} ({dated.precision})" if dated else "nothing"
    return f"{page.language} {page.piece}: {got}, not {page.day or 'nothing'}"


def _page(piece: str, day: str, group: dict[str, Any]) -> DatePage:
    language = group["language"]
    heading = f"<h1>{escape(group['title'])}</h1>"
    text = "".join(f"<p>{escape(line)}</p>" for line in group["text"])
    body = piece if "{text}" in piece else f"<article>{{heading}}{piece}{{text}}</article>"
    html = (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>{escape(group["title"])}</title>'
        f"</head><body>{body.replace('{heading}', heading).replace('{text}', text)}</body></html>"
    )
    zone = ZoneInfo(group["zone"]) if "zone" in group else profile(language).zone_info
    told = date.fromisoformat(day) if day else None
    return DatePage(html=html, piece=piece, language=language, zone=zone, day=told)


@cache
def _file() -> dict[str, Any]:
    return tomllib.loads((files("benchmarks.quality") / "date_pages.toml").read_text(encoding="utf-8"))
