"""When a page was published, from the best of the places that say so."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

from lxml.html import HtmlElement

from news.languages.profiles import LanguageProfile
from news.languages.tokens import fold
from news.values import Calendar, Dated, Precision, Provenance, Source
from reading.calendars import plausible
from reading.date_labels import labels
from reading.date_lines import Kind, is_others_label, is_own_label, is_stamp, kind_of, names_venue
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
from reading.dates import marked_days, names_day, parse_date
from reading.machine_dates import from_epoch, is_machine_date
from reading.markup import Outline, lines_of, select, text_of
from reading.metadata import Metadata
from reading.written_dates import fold_line

_PATH = re.compile(r"/(\d{4})[/-](\d{1,2})(?:[/-](\d{1,2}))?(?=[/-]|$)")
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
#: How far a time of day on a page may lie behind the fetch, for slow clocks, and where nobody tells its zone.
_SLOW, _ANYWHERE = timedelta(hours=1), timedelta(hours=14)
_TERMS, _CELLS = frozenset(("dt", "th")), frozenset(("dd", "td"))
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

    def kind(self, line: str, shown: str = "") -> Kind:
        """What a line is to the date of its page; `shown` is the part of it that markup calls a date."""
        return kind_of(line, self.profile, zone=self.zone, shown=shown)

    def is_stamp(self, line: str) -> bool:
        """Whether a line holds a date and little else."""
        return is_stamp(line, self.profile, zone=self.zone)

    def is_to_come(self, dated: Dated) -> bool:
        """Whether what a page shows as a date lies ahead: it announces something."""
        slack = _ANYWHERE if self.zone.key == "UTC" else _SLOW
        return dated.provenance is Provenance.TEXT and dated.moment > self.now + slack

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
            if found and not by.is_to_come(found):
                return Published(dated=found, refused=_refusals(refused))
            if by.refuses(text):
                refused.append(text)
    return Published(dated=address_date(address, by), refused=_refusals(refused))


def text_date(lines: Sequence[str], by: Habits) -> Published:
    """The publication date of a plain text: from a line about it at the head or the foot."""
    refused: list[str] = []
    ends = (*range(min(_AFTER, len(lines))), *range(max(0, len(lines) - _FOOT), len(lines)))
    for at in ends:
        if not _tells(lines, at, by):
            continue
        line = lines[at]
        found = by.read(line, Provenance.TEXT)
        if found and found.precision is not Precision.MONTH and not by.is_to_come(found):
            return Published(dated=found, refused=_refusals(refused))
        if by.refuses(line):
            refused.append(line)
    return Published(refused=_refusals(refused))


def without_stamps(lines: Sequence[str], by: Habits) -> list[str]:
    """The lines without those that hold little but a date, be it of publication, of change or of the visit."""
    return [line for at, line in enumerate(lines) if not by.is_stamp(line) or _is_of_an_event(lines, at, by)]


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


def _tells(lines: Sequence[str], at: int, by: Habits) -> bool:
    """Whether a line is about the date of its page, by its words and by the lines around it."""
    kind = by.kind(lines[at])
    return kind is Kind.LABELLED or (kind is Kind.PLAIN and not _is_of_an_event(lines, at, by))


def _is_of_an_event(lines: Sequence[str], at: int, by: Habits) -> bool:
    """Whether the lines above or below make a date without a label that of a deadline or an event."""
    if by.kind(lines[at]) is Kind.LABELLED:
        return False
    before, after = lines[max(0, at - 1) : at], lines[at + 1 : at + 2]
    if any(is_own_label(line, by.profile) for line in before):
        return False
    timed = marked_days(fold_line(lines[at]), by.profile, zone=by.zone).has_clock
    return any(is_others_label(line, by.profile) for line in before) or any(
        names_venue(line, by.profile, timed=timed) for line in (*before, *after)
    )


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
    page = _Page(where, seen, by)
    marked = [(element, where.place(element)) for element in islice(_marked(where.tree, page), _MANY)]
    named = [(element, where.place(element)) for element in islice(date_named(where.tree), _MANY)]
    for element, place in marked:
        if place is Place.OWN:
            yield from _of_element(element)
    lines = page.date_lines()
    heads = [line for line in lines if line.heads_text and line.place is Place.OWN]
    heads.sort(key=lambda line: by.kind(line.text) is not Kind.LABELLED)
    yield from ((line.text, Provenance.TEXT) for line in heads)
    for tier in (Place.OWN, Place.NEAR):
        if tier is Place.NEAR:
            yield from _agreeing((_of_element(element) for element, place in marked if place is tier), by)
        by_title = [(line.text, Provenance.TEXT) for line in lines if line.by_title and line.place is tier]
        yield from _agreeing(
            [by_title, *(_line_of(element, page) for element, place in named if place is tier)], by
        )
    for line in lines:
        if line.place is not Place.OTHERS and by.kind(line.text) is Kind.LABELLED:
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


class _Page:
    """The visible lines of a page, and which of them are about its date."""

    def __init__(self, where: Whereabouts, seen: Outline, by: Habits) -> None:
        self._where, self.by = where, by
        self._lines = where.lines(seen)
        self._texts = [text for text, _ in self._lines]
        self._at: dict[HtmlElement, list[int]] = {}
        for index, (_, block) in enumerate(self._lines):
            self._at.setdefault(block, []).append(index)

    def date_lines(self) -> list[_DateLine]:
        """The lines about dates that are not marked as those of a change; those by the title come first."""
        lines, where = self._lines, self._where
        changed = changes(where.tree)
        order = list(range(len(lines)))
        at = next((index for index in order if lines[index][1] is where.heading), None)
        by_title: set[int] = set()
        text = len(lines)
        if at is not None:
            after, before = order[at + 1 : at + 1 + _AFTER], order[max(0, at - _BEFORE) : at][::-1]
            by_title = {*after, *before}
            order = [*after, *before, *(index for index in order if index not in by_title)]
            text = next((index for index in after if len(lines[index][0]) > _PARAGRAPH), len(lines))
        last = max((index for index in order if self._is_paragraph(index)), default=0)
        dated = (
            index
            for index in order
            if self._texts[index] not in changed
            and self._is_own(index)
            and (not text < index < last or self.by.kind(self._texts[index]) is Kind.LABELLED)
        )
        return [
            _DateLine(
                text=lines[index][0],
                place=where.line_place(lines[index][1]),
                by_title=index in by_title,
                heads_text=index in by_title and index < text,
            )
            for index in islice(dated, _MANY)
        ]

    def allows(self, element: HtmlElement) -> bool:
        """Whether the line around an element that is a date speaks of publication, or says nothing of it."""
        shown = text_of(element)
        index = self._index(element, shown)
        if not shown or index is None:
            return True
        if self.by.kind(self._texts[index], shown) in (Kind.RUNNING, Kind.OTHER):
            return False
        return not self._is_event(index)

    def _is_paragraph(self, index: int) -> bool:
        return len(self._texts[index]) > _PARAGRAPH and self._where.place(self._lines[index][1]) is Place.OWN

    def _is_own(self, index: int) -> bool:
        kind = self.by.kind(self._texts[index])
        return kind is Kind.LABELLED or (kind is Kind.PLAIN and not self._is_event(index))

    def _is_event(self, index: int) -> bool:
        """Whether what stands around a line makes its date that of something else; the title labels nothing."""
        first = index - 1 if index and self._lines[index - 1][1] is not self._where.heading else index
        if _is_of_an_event(self._texts[first : index + 2], index - first, self.by):
            return True
        if first == index:
            return False
        label, cell = self._lines[first][1], self._lines[index][1]
        return (
            label.tag in _TERMS
            and cell.tag in _CELLS
            and not is_own_label(self._texts[first], self.by.profile)
        )

    def _index(self, element: HtmlElement, shown: str) -> int | None:
        """The line in which an element is seen."""
        for box in (element, *element.iterancestors()):
            if box in self._at:
                return next((index for index in self._at[box] if shown in self._texts[index]), None)
        return None


def _marked(tree: HtmlElement, page: _Page) -> Iterator[HtmlElement]:
    """Elements that are marked up as a date and not as that of a change, those of publication first."""
    sure = tree.xpath("//*[@itemprop='datePublished'] | //time[@pubdate]")
    sure += [
        element for element in tree.iter("time", "abbr") if says_published(element) and element not in sure
    ]
    yield from sure
    for element in tree.iter("time"):
        if (
            element not in sure
            and not says_changed(element)
            and page.allows(element)
            and not _is_said_to_change(element, page.by)
        ):
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


def _line_of(element: HtmlElement, page: _Page) -> Iterator[_Written]:
    line = text_of(element)
    if page.by.kind(line) >= Kind.PLAIN and page.allows(element):
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
    told += [(line, Provenance.TEXT) for line in lines if by.kind(line) >= Kind.PLAIN]
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
