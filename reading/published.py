"""When a page was published, from the best of the places that say so."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

from lxml.html import HtmlElement

from news.languages.profiles import LanguageProfile
from news.languages.tokens import fold
from news.values import Calendar, Dated, Precision, Provenance, Source
from reading.calendars import plausible
from reading.date_labels import labels
from reading.date_places import (
    Place,
    Whereabouts,
    about_boxes,
    changes,
    date_named,
    says_changed,
    says_published,
    whereabouts,
)
from reading.dates import date_length, is_bare, names_day, parse_date
from reading.machine_dates import from_epoch, is_machine_date
from reading.markup import Outline, lines_of, select, text_of
from reading.metadata import Metadata
from reading.written_dates import fold_line

_PATH = re.compile(r"/(\d{4})[/-](\d{1,2})(?:[/-](\d{1,2}))?(?=[/-]|$)")
#: A line with a date that is a line about a date.
_DATE_LINE, _DATE_SHARE, _DATE_REST = 140, 0.4, 45
#: Lines after and before the title in which one is looked for, and at the foot.
_AFTER, _BEFORE, _FOOT = 12, 3, 4
#: A line about a date is seldom longer than this, a paragraph seldom shorter.
_PARAGRAPH = 90
#: Where software keeps the date of an element for machines.
_ATTRIBUTES = (
    "datetime", "content", "data-date", "data-datetime", "data-time", "data-timestamp", "data-utime", "data-published",
)  # fmt: skip
#: How many boxes up the label of a date may stand, and how many characters of it are looked at.
_LABEL_DEPTH, _LABEL = 3, 60
#: Elements of a kind that are looked at; a page with more is a list.
_MANY = 200
#: Characters of a refused date that are told.
_REFUSED = 60
_Written = tuple[str, Provenance]


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

    def refuses(self, text: str) -> bool:
        """Whether a text that gave no date names a day all the same."""
        return names_day(text, profile=self.profile, zone=self.zone)


def habits(profile: LanguageProfile, source: Source | None, now: datetime) -> Habits:
    """The source's zone and calendar where its description names them, else the language's."""
    stated = source.model_fields_set if source else set()
    zone = source.zone if source and "timezone" in stated else profile.zone_info
    calendar = source.calendar if source and "calendar" in stated else profile.calendars[0]
    return Habits(profile=profile, zone=zone, calendar=calendar, now=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What came of looking for a date of publication."""

    dated: Dated | None = None
    #: what is written as one and names a day that nobody can believe, each once
    refused: tuple[str, ...] = ()


def page_date(
    tree: HtmlElement,
    meta: Metadata,
    seen: Outline,
    *,
    address: str,
    title: str,
    source: Source | None,
    by: Habits,
) -> Published:
    """The publication date of a page: its source's selector, JSON-LD, meta, its markup, visible text, address."""
    selector = source.selectors.date if source else None
    titles = {fold(title), fold(meta.heading)} - {""}
    places: tuple[Callable[[], Iterator[_Written]], ...] = (
        lambda: _selected(tree, selector),
        lambda: ((text, Provenance.JSON_LD) for text in meta.json_published),
        lambda: ((from_epoch(text), Provenance.META) for text in meta.meta_published),
        lambda: _shown(whereabouts(tree, titles, address, seen), seen, by),
    )
    refused: list[str] = []
    for place in places:
        for text, provenance in place():
            found = by.read(text, provenance)
            if found:
                return Published(dated=found, refused=_refusals(refused))
            if by.refuses(text):
                refused.append(text)
    return Published(dated=address_date(address, by), refused=_refusals(refused))


def text_date(lines: Sequence[str], by: Habits) -> Published:
    """The publication date of a plain text: from a line about it at the head or the foot."""
    refused: list[str] = []
    for line in (*lines[:_AFTER], *lines[-_FOOT:]):
        if not is_date_line(line, by):
            continue
        found = by.read(line, Provenance.TEXT)
        if found and found.precision is not Precision.MONTH:
            return Published(dated=found, refused=_refusals(refused))
        if by.refuses(line):
            refused.append(line)
    return Published(refused=_refusals(refused))


def list_date(dated: Dated | None, now: datetime) -> Published:
    """The date that a list gives, unless it is one that nobody can believe."""
    if dated is None or plausible(dated.moment.date(), now):
        return Published(dated=dated)
    return Published(refused=(dated.moment.isoformat(),))


def address_date(address: str, by: Habits) -> Dated | None:
    """A date that the path of an address spells; never a reason to judge the page."""
    found = _PATH.search(unquote(urlsplit(address).path))
    if found is None:
        return None
    text = "-".join(part.zfill(2) for part in found.groups() if part)
    return by.read(text, Provenance.URL)


def is_stamp(line: str, by: Habits) -> bool:
    """Whether a line holds a date and little else."""
    if len(line) > _DATE_LINE:
        return False
    if is_bare(line, by.profile, by.zone):
        return True
    length = date_length(line, by.profile, by.zone)
    folded = fold_line(line) if length else ""
    return length > 0 and (labels(by.profile).begins_with_publication(folded) or 2 * length >= len(folded))


def is_date_line(line: str, by: Habits) -> bool:
    """Whether a line is about the date of its page, and not a sentence in which one occurs."""
    if len(line) > _DATE_LINE:
        return False
    length = date_length(line, by.profile, by.zone)
    if length == 0:
        return False
    folded = fold_line(line)
    known = labels(by.profile)
    if known.begins_with_today(folded):
        return False
    if known.begins_with_change(folded) and not known.names_publication(folded):
        return False
    labelled = known.begins_with_publication(folded)
    return labelled or length >= _DATE_SHARE * len(folded) or len(folded) - length <= _DATE_REST


def _refusals(texts: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text.strip()[:_REFUSED] for text in texts))


def _selected(tree: HtmlElement, selector: str | None) -> Iterator[_Written]:
    for element in select(tree, selector) if selector else ():
        yield from _of_element(element)


def _of_element(element: HtmlElement) -> Iterator[_Written]:
    """What its attributes say, then what it shows."""
    for attribute in _ATTRIBUTES:
        written = element.get(attribute)
        if written and written.strip():
            yield from_epoch(written), Provenance.META
    title = element.get("title") or ""
    if is_machine_date(title.strip()):
        yield title, Provenance.META
    yield text_of(element), Provenance.TEXT


def _shown(where: Whereabouts, seen: Outline, by: Habits) -> Iterator[_Written]:
    """What a reader may take for the date: within the article and by its title, then near it, then beside it."""
    marked = [(element, where.place(element)) for element in islice(_marked(where.tree, by), _MANY)]
    named = [(element, where.place(element)) for element in islice(date_named(where.tree), _MANY)]
    for element, place in marked:
        if place is Place.OWN:
            yield from _of_element(element)
    lines = _date_lines(where, seen, by)
    yield from ((line.text, Provenance.TEXT) for line in lines if line.heads_text and line.place is Place.OWN)
    for tier in (Place.OWN, Place.NEAR):
        if tier is Place.NEAR:
            yield from _agreeing((_of_element(element) for element, place in marked if place is tier), by)
        by_title = [(line.text, Provenance.TEXT) for line in lines if line.by_title and line.place is tier]
        yield from _agreeing(
            [by_title, *(_line_of(element, by) for element, place in named if place is tier)], by
        )
    known = labels(by.profile)
    for line in lines:
        if line.place is not Place.OTHERS and known.begins_with_publication(fold_line(line.text)):
            yield line.text, Provenance.TEXT
    yield from _beside(where, [element for element, place in marked if place is Place.BESIDE], by)


@dataclass(frozen=True, slots=True, kw_only=True)
class _DateLine:
    """A visible line about a date."""

    text: str
    place: Place
    #: whether it stands within a few lines of the title, and between the title and the first paragraph
    by_title: bool
    heads_text: bool


def _date_lines(where: Whereabouts, seen: Outline, by: Habits) -> list[_DateLine]:
    """The lines about dates that are not marked as those of a change; those by the title come first."""
    lines = where.lines(seen)
    changed = changes(where.tree)
    order = list(range(len(lines)))
    at = next((index for index in order if lines[index][1] is where.heading), None)
    by_title: set[int] = set()
    text = 0
    if at is not None:
        after, before = order[at + 1 : at + 1 + _AFTER], order[max(0, at - _BEFORE) : at][::-1]
        by_title = {*after, *before}
        order = [*after, *before, *(index for index in order if index not in by_title)]
        text = next((index for index in after if len(lines[index][0]) > _PARAGRAPH), len(lines))
    dated = (index for index in order if is_date_line(lines[index][0], by) and lines[index][0] not in changed)
    return [
        _DateLine(
            text=lines[index][0],
            place=where.place(lines[index][1]),
            by_title=index in by_title,
            heads_text=index in by_title and index < text,
        )
        for index in islice(dated, _MANY)
    ]


def _marked(tree: HtmlElement, by: Habits) -> Iterator[HtmlElement]:
    """Elements that are marked up as a date and not as that of a change, those of publication first."""
    sure = tree.xpath("//*[@itemprop='datePublished'] | //time[@pubdate]")
    sure += [
        element for element in tree.iter("time", "abbr") if says_published(element) and element not in sure
    ]
    yield from sure
    for element in tree.iter("time"):
        if element not in sure and not says_changed(element) and not _is_said_to_change(element, by):
            yield element


def _is_said_to_change(element: HtmlElement, by: Habits) -> bool:
    """Whether the words right before an element label it as the date of a change."""
    for _ in range(_LABEL_DEPTH):
        parent = element.getparent()
        if parent is None:
            return False
        before = [parent.text or ""]
        for sibling in element.itersiblings(preceding=True):
            before.insert(1, f"{text_of(sibling)} {sibling.tail or ''}")
        said = fold_line(" ".join(before))[-_LABEL:].rstrip()
        if said:
            return labels(by.profile).ends_with_change(said)
        element = parent
    return False


def _line_of(element: HtmlElement, by: Habits) -> Iterator[_Written]:
    line = text_of(element)
    if is_date_line(line, by):
        yield line, Provenance.TEXT


def _beside(where: Whereabouts, marked: Sequence[HtmlElement], by: Habits) -> Iterator[_Written]:
    """What boxes beside the article tell that are named as speaking of it.

    All must name one day, which is not that of the visit: it may be the one that the page shows as today's.
    """
    told = [written for element in marked if where.speaks_of_it(element) for written in _of_element(element)]
    lines = [
        line.text
        for box in islice(about_boxes(where.tree), _MANY)
        if where.place(box) is Place.BESIDE
        for line in lines_of(box)
    ]
    told += [(line, Provenance.TEXT) for line in lines if is_date_line(line, by)]
    today = by.now.astimezone(by.zone).date()
    for text, provenance in _agreeing([told], by):
        found = by.read(text, provenance)
        if found is None or found.moment.astimezone(by.zone).date() != today:
            yield text, provenance


def _agreeing(candidates: Iterable[Iterable[_Written]], by: Habits) -> Iterator[_Written]:
    """The candidates where all of them name one day: several are a list of others."""
    texts = [written for candidate in candidates for written in candidate]
    dated = [found for text, provenance in texts if (found := by.read(text, provenance))]
    if len({found.moment.astimezone(by.zone).date() for found in dated}) <= 1:
        yield from texts
