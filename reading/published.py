"""When a page was published, from the best of the places that say so."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

from lxml.html import HtmlElement

from news.languages.profiles import LanguageProfile
from news.languages.tokens import fold
from news.values import Calendar, Dated, Precision, Provenance, Source
from reading.dates import date_length, parse_date
from reading.layout import is_aside
from reading.markup import Outline, select, text_of
from reading.metadata import Metadata
from reading.written_dates import any_of, fold_line

_DATE_NAMES = re.compile(
    r"(?:^|[\s_-])(?:date|datetime|time|pub|published|publish|posted|tarih|tarikh|zaman|created)(?:$|[\s_-])",
    re.IGNORECASE,
)
_PATH = re.compile(r"/(\d{4})[/-](\d{1,2})(?:[/-](\d{1,2}))?(?=[/-]|$)")
#: A line with a date that is a line about a date.
_DATE_LINE, _DATE_SHARE, _DATE_REST = 140, 0.4, 45
#: Lines after and before the title in which one is looked for, and at the foot.
_AFTER, _BEFORE, _FOOT = 12, 3, 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """How dates are to be read on a page."""

    profile: LanguageProfile
    zone: ZoneInfo
    calendar: Calendar
    #: when the page was fetched
    now: datetime

    def read(self, text: str, provenance: Provenance) -> Dated | None:
        """The date in a text, by these habits."""
        return parse_date(
            text,
            profile=self.profile,
            zone=self.zone,
            calendar=self.calendar,
            provenance=provenance,
            now=self.now,
        )


def habits(profile: LanguageProfile, source: Source | None, now: datetime) -> Habits:
    """The source's zone and calendar where its description names them, else the language's."""
    stated = source.model_fields_set if source else set()
    zone = source.zone if source and "timezone" in stated else profile.zone_info
    calendar = source.calendar if source and "calendar" in stated else profile.calendars[0]
    return Habits(profile=profile, zone=zone, calendar=calendar, now=now)


def page_date(
    tree: HtmlElement,
    meta: Metadata,
    seen: Outline,
    *,
    address: str,
    title: str,
    source: Source | None,
    by: Habits,
) -> Dated | None:
    """The publication date of a page: its source's selector, JSON-LD, meta, visible text, address."""
    selector = source.selectors.date if source else None
    places: tuple[Callable[[], Iterator[tuple[str, Provenance]]], ...] = (
        lambda: _selected(tree, selector),
        lambda: ((text, Provenance.JSON_LD) for text in meta.json_published),
        lambda: ((text, Provenance.META) for text in meta.meta_published),
        lambda: _marked(tree),
        lambda: _visible(tree, seen, {fold(title), fold(meta.heading)} - {""}, by),
    )
    for place in places:
        for text, provenance in place():
            found = by.read(text, provenance)
            if found:
                return found
    return address_date(address, by)


def text_date(lines: Sequence[str], by: Habits) -> Dated | None:
    """The publication date of a plain text: from a line about it at the head or the foot."""
    for line in (*lines[:_AFTER], *lines[-_FOOT:]):
        found = by.read(line, Provenance.TEXT) if is_date_line(line, by) else None
        if found and found.precision is not Precision.MONTH:
            return found
    return None


def address_date(address: str, by: Habits) -> Dated | None:
    """A date that the path of an address spells; never a reason to judge the page."""
    found = _PATH.search(unquote(urlsplit(address).path))
    if found is None:
        return None
    text = "-".join(part.zfill(2) for part in found.groups() if part)
    return by.read(text, Provenance.URL)


def is_stamp(line: str, by: Habits) -> bool:
    """Whether a line holds a date and little else."""
    length = date_length(line, by.profile, by.zone) if len(line) <= _DATE_LINE else 0
    folded = fold_line(line) if length else ""
    return length > 0 and (_begins(folded, by.profile.date_labels) or 2 * length >= len(folded))


def is_date_line(line: str, by: Habits) -> bool:
    """Whether a line is about the date of its page, and not a sentence in which one occurs."""
    if len(line) > _DATE_LINE:
        return False
    length = date_length(line, by.profile, by.zone)
    if length == 0:
        return False
    folded = fold_line(line)
    if _begins(folded, by.profile.today) or _begins(folded, by.profile.modified_labels):
        return False
    labelled = _begins(folded, by.profile.date_labels)
    return labelled or length >= _DATE_SHARE * len(folded) or len(folded) - length <= _DATE_REST


def _begins(folded: str, phrases: Sequence[str]) -> bool:
    return bool(phrases and re.match(rf"\W*(?:{any_of(phrases)})(?!\w)", folded))


def _selected(tree: HtmlElement, selector: str | None) -> Iterator[tuple[str, Provenance]]:
    for element in select(tree, selector) if selector else ():
        yield from _of_element(element)


def _of_element(element: HtmlElement) -> Iterator[tuple[str, Provenance]]:
    for attribute in ("datetime", "content", "data-date"):
        if element.get(attribute):
            yield str(element.get(attribute)), Provenance.META
    yield text_of(element), Provenance.TEXT


def _marked(tree: HtmlElement) -> Iterator[tuple[str, Provenance]]:
    """Elements that are marked up as the date, outside boxes and bars."""
    for element in tree.xpath("//*[@itemprop='datePublished'] | //time[@pubdate]"):
        yield from _of_element(element)
    for element in tree.iter("time"):
        if not _in_aside(element):
            yield from _of_element(element)


def _visible(
    tree: HtmlElement, seen: Outline, titles: set[str], by: Habits
) -> Iterator[tuple[str, Provenance]]:
    """Lines about a date: near the title, then elements named for it, then labelled ones at the foot."""
    lines = [line.text for line in seen.lines]
    at = next((index for index, line in enumerate(lines) if fold(line) in titles), -1)
    if at >= 0:
        near = (*lines[at + 1 : at + 1 + _AFTER], *reversed(lines[max(0, at - _BEFORE) : at]))
        yield from ((line, Provenance.TEXT) for line in near if is_date_line(line, by))
    for element in tree.xpath("//*[@class or @id]"):
        names = f"{element.get('class') or ''} {element.get('id') or ''}"
        if _DATE_NAMES.search(names) and not _in_aside(element):
            line = text_of(element)
            if is_date_line(line, by):
                yield line, Provenance.TEXT
    for line in lines:
        labelled = len(line) <= _DATE_LINE and _begins(fold_line(line), by.profile.date_labels)
        if labelled and is_date_line(line, by):
            yield line, Provenance.TEXT


def _in_aside(element: HtmlElement) -> bool:
    return any(map(is_aside, element.iterancestors()))
