"""Lists of members in data: JSON, the data of a map within a page, CSV.

The strings of a document are grouped by the way to them, numbers and countries among its keys left out; the group
with most names of places is the list.
"""

from __future__ import annotations

import csv
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from typing import Any

from lxml.html import HtmlElement

from crawler.members.resolving import LONGEST, country_of
from crawler.members.rows import Cell, preferred, worth
from news.addresses import canonical
from news.languages.tokens import fold
from news.values import MembersRoad
from reading.markup import HalfParsed, one_line, parse, text_of

#: Strings of a document that are looked at, levels of it, and documents within a page.
_STRINGS, _DEPTH, _DOCUMENTS = 60_000, 12, 20
#: Characters of a script that a document in it begins within.
_SCRIPT = 5_000_000
_BEGINS = re.compile(r"[\[{]\s*[\[{\"]")
_DELIMITERS = ",;\t"
#: Share of the strings of a group that are countries.
_COUNTRIES = 0.6
_LINKS = re.compile("(?:^|[._-])(?:url|link|href|permalink|website|web)$", re.IGNORECASE)
_ANY = "*"

#: Keys and numbers from the top of a document down.
Steps = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _String:
    words: str
    steps: Steps
    #: the steps with what differs from row to row left out
    way: str


@dataclass(frozen=True, slots=True)
class _Entry:
    """A row: the steps down to it, as far as they differ from row to row."""

    steps: Steps


def document_of(text: str) -> Any:
    """The data of a JSON body; raises ValueError where it is none."""
    return json.loads(text.lstrip("\ufeff"))


def rows_of_csv(text: str) -> list[dict[str, str]]:
    """The lines of a CSV by their headings; raises ValueError where it is none."""
    lines = text.lstrip("\ufeff")
    heading = lines.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=heading.count)
    try:
        found = [dict(row) for row in csv.DictReader(StringIO(lines), delimiter=delimiter, restkey="")]
    except csv.Error as error:
        raise ValueError(f"not CSV: {error}") from error
    return [{str(name): value for name, value in row.items() if isinstance(value, str)} for row in found]


def embedded(tree: HtmlElement) -> Iterator[Any]:
    """The data that a page carries in its scripts and attributes for a map or a script to draw."""
    count = 0
    for holder in _holders(tree):
        for document in _documents(holder):
            yield document
            count += 1
            if count == _DOCUMENTS:
                return


def data_cells(
    document: Any, base: str, road: MembersRoad, layout: str | None
) -> tuple[float, str, tuple[Cell, ...]]:
    """(worth, layout, rows) of the list in a document; worth 0 where there is none."""
    strings = list(_strings(document))
    groups = _grouped(strings)
    if road.name:
        chosen = next((way for way in groups if _ends(way, road)), None)
        value = float(len(groups[chosen])) if chosen else 0.0
    else:
        ranked = [(worth(string.words for string in group), way) for way, group in groups.items()]
        chosen = preferred(ranked, layout)
        value = next((value for value, way in ranked if way == chosen), 0.0)
    if chosen is None:
        return 0.0, "", ()
    return value, chosen, tuple(_cells(groups[chosen], strings, base, road))


def known_cells(document: Any, base: str, road: MembersRoad, layout: str) -> tuple[Cell, ...]:
    """The rows of a further page of a list: found as those of the first were."""
    strings = list(_strings(document))
    return tuple(_cells(_grouped(strings).get(layout, []), strings, base, road))


def next_address(document: Any, base: str) -> str | None:
    """Where a document says that it goes on: `next`, alone or among its links."""
    if not isinstance(document, Mapping):
        return None
    inner = [document.get(name) for name in ("links", "_links", "paging", "pagination", "meta")]
    for part in (document, *(part for part in inner if isinstance(part, Mapping))):
        for name in ("next", "next_page_url", "nextPage", "next_url"):
            found = part.get(name)
            target = found.get("href") if isinstance(found, Mapping) else found
            if isinstance(target, str) and target.startswith(("http", "/", "?")):
                try:
                    return canonical(target, base)
                except ValueError:
                    continue
    return None


def _holders(tree: HtmlElement) -> Iterator[str]:
    for script in tree.iter("script"):
        kind = (script.get("type") or "").lower()
        if script.text and "ld+json" not in kind:
            yield script.text[:_SCRIPT]
    for element in tree.iter():
        if isinstance(element.tag, str):
            yield from (value for name, value in element.attrib.items()
                        if name.startswith("data-") and value.lstrip().startswith(("[", "{")))  # fmt: skip


def _documents(text: str) -> Iterator[Any]:
    decoder, at = json.JSONDecoder(), 0
    while (begin := _BEGINS.search(text, at)) is not None:
        try:
            document, at = decoder.raw_decode(text, begin.start())
        except (ValueError, RecursionError):
            at = begin.start() + 1
            continue
        yield document


def _strings(document: Any) -> Iterator[_String]:
    stack: list[tuple[Any, Steps]] = [(document, ())]
    count = 0
    while stack and count < _STRINGS:
        value, steps = stack.pop()
        if isinstance(value, str):
            if words := _plain(value):
                yield _String(words, steps, _way(steps))
                count += 1
        elif len(steps) < _DEPTH and isinstance(value, Mapping | list):
            items: Iterable[tuple[Any, Any]] = (
                value.items() if isinstance(value, Mapping) else enumerate(value)
            )
            stack += [(inner, (*steps, step)) for step, inner in reversed(list(items))]


def _plain(text: str) -> str:
    """A string without markup: its first line, where it is the words of a map's mark."""
    if "<" not in text:
        return one_line(text)
    try:
        tree = parse(f"<div>{text.replace('<br', chr(10) + '<br')}</div>")
    except HalfParsed:
        return ""
    return text_of(tree) if tree is not None else ""


def _way(steps: Steps) -> str:
    return ".".join(_ANY if _differs(step) else str(step) for step in steps)


def _differs(step: str | int) -> bool:
    """Whether a step is one of many: a number in a list, an id or a country among keys."""
    return (
        isinstance(step, int) or step.isdecimal() or (country_of(step) is not None and step.lower() != "id")
    )


def _grouped(strings: Sequence[_String]) -> dict[str, list[_String]]:
    groups: dict[str, list[_String]] = defaultdict(list)
    for string in strings:
        if len(string.words) <= LONGEST and _ANY in string.way.split("."):
            groups[string.way].append(string)
    return dict(groups)


def _ends(way: str, road: MembersRoad) -> bool:
    """Whether a way is the one of the source's file: `rows` down to the list, `name` from its rows."""
    name, begin = f".{way}", f"{road.rows}." if road.rows else ""
    return fold(name).endswith(fold(f".{road.name}")) and way.startswith(begin)


def _entry(steps: Steps) -> Steps:
    """The steps up to the last that differs from row to row."""
    last = max((index for index, step in enumerate(steps) if _differs(step)), default=-1)
    return steps[: last + 1]


def _cells(
    group: Sequence[_String], strings: Sequence[_String], base: str, road: MembersRoad
) -> Iterator[Cell]:
    countries = _countries(group, strings, road)
    links: dict[Steps, str] = {}
    for string in strings:
        if _LINKS.search(str(string.steps[-1]) if string.steps else ""):
            links.setdefault(_entry(string.steps), string.words)
    for string in group:
        entry = _entry(string.steps)
        above = [entry[:length] for length in range(len(entry), 0, -1)]
        country = next((countries[steps] for steps in above if steps in countries), None)
        keys = (country_of(step) for step in reversed(entry) if isinstance(step, str))
        yield Cell(
            text=string.words,
            country=country or next(filter(None, keys), None),
            link=_address(links.get(entry), base),
        )


def _countries(group: Sequence[_String], strings: Sequence[_String], road: MembersRoad) -> dict[Steps, str]:
    """The country of each row, or of the rows below: from the strings of one kind that are mostly countries."""
    by_way: dict[str, list[_String]] = defaultdict(list)
    for string in strings:
        by_way[string.way].append(string)
    own = group[0].way if group else ""
    best: dict[Steps, str] = {}
    for way, found in by_way.items():
        if way == own or (road.country and not fold(f".{way}").endswith(fold(f".{road.country}"))):
            continue
        told = {_entry(string.steps): code for string in found if (code := country_of(string.words))}
        if len(told) >= _COUNTRIES * len(found) and len(told) > len(best):
            best = told
    return best


def _address(target: str | None, base: str) -> str | None:
    try:
        return canonical(target, base) if target else None
    except ValueError:
        return None
