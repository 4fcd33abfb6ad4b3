"""Lists of members in HTML: the texts that stand alike on a page, and what stands around each of them.

No selector is needed: texts are grouped by the way from the root down to them, and the group with most names of
places is the list. A row is the widest element around one of them that holds no other; its country is told by
another text of the row, by a flag's, or by the nearest heading above that is a country's.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise, takewhile

from lxml import etree
from lxml.html import HtmlElement

from crawler.members.resolving import LONGEST, country_of, names_place
from crawler.members.rows import Cell, preferred, worth
from news.addresses import canonical
from news.names.countries import division_called
from news.values import MembersRoad
from reading.markup import HEADINGS, one_line, select, text_of

_SILENT = frozenset(("script", "style", "noscript", "template", "svg", "select", "textarea", "head"))
#: Elements whose place among their likes tells what they say: a column.
_COLUMNS = frozenset(("td", "th"))
#: Elements that repeat for each row: their number says nothing.
_REPEATED = frozenset(("li", "tr", "dt", "dd", "p", "option", "article", "a"))
_HEADING = frozenset((*HEADINGS, "dt", "summary", "caption", "th", "legend", "strong", "b", "button"))
#: Attributes that may name the country of a row, and the classes of flags: "flag-icon-ir", "fi fi-ir".
_TELLING = ("alt", "title", "aria-label", "data-country", "data-country-code", "data-iso")
_FLAG = re.compile(
    r"(?:^|\s)(?:fi|fib|flag|flag-icon|flag-icon-background|flags?)[-_ ](?:icon[-_ ])?([a-z]{2})(?=\s|$)"
)
#: Texts of a page that are looked at; characters of a line that names several members, and names on it.
_TEXTS, _LINE, _ON_A_LINE = 40_000, 3_000, 3
#: Columns that are told apart.
_NUMBERED = 30
_COMMAS = re.compile(r"\s*[,،;؛·•|]\s*|\s+[–—]\s+")
#: Share of the texts of a group of headings that are countries.
_COUNTRIES = 0.6
_BY_COMMAS = ",:"
_BY_SELECTORS = "css:"


@dataclass(frozen=True, slots=True, eq=False)
class _Text:
    """A text of the page, at its place."""

    words: str
    element: HtmlElement
    #: in the order of the page
    at: int


def page_cells(
    tree: HtmlElement, base: str, road: MembersRoad, layout: str | None
) -> tuple[float, str, tuple[Cell, ...]]:
    """(worth, layout, rows) of the list of a page; worth 0 where there is none."""
    if road.rows or road.name:
        return _selected(tree, base, road)
    texts = list(_texts(tree))
    groups = _groups(texts)
    ranked = [(worth(text.words for text in group), name) for name, group in groups.items()]
    chosen = preferred(ranked, layout.rpartition("^")[0] if layout else None)
    if chosen is None:
        return 0.0, "", ()
    value = next(value for value, name in ranked if name == chosen)
    depth = _depth(groups[chosen])
    return value, f"{chosen}^{depth}", tuple(_cells(groups[chosen], texts, base, depth))


def known_cells(tree: HtmlElement, base: str, road: MembersRoad, layout: str) -> tuple[Cell, ...]:
    """The rows of a further page of a list: found as those of the first were."""
    if layout == _BY_SELECTORS:
        return _selected(tree, base, road)[2]
    texts, (name, _, depth) = list(_texts(tree)), layout.rpartition("^")
    return tuple(_cells(_groups(texts).get(name, []), texts, base, int(depth)))


def _selected(tree: HtmlElement, base: str, road: MembersRoad) -> tuple[float, str, tuple[Cell, ...]]:
    """By the selectors of the source's file."""
    texts = list(_texts(tree))
    first = {text.element: text for text in reversed(texts)}
    chosen: list[tuple[_Text, HtmlElement]] = []
    for row in select(tree, road.rows) if road.rows else [tree]:
        for named in select(row, road.name) if road.name else [row]:
            inner = next((first[element] for element in named.iter() if element in first), None)
            if inner is not None:
                whole = text_of(named) if road.name else inner.words
                chosen.append((_Text(whole, inner.element, inner.at), row if road.rows else named))
    above = _headings([text for text, _ in chosen], {row for _, row in chosen}, texts)
    cells = []
    for text, row in chosen:
        told = [text_of(cell) for cell in select(row, road.country)] if road.country else _around(row)
        country = next(filter(None, map(country_of, told)), None) or above.get(text)
        cells.append(Cell(text=text.words, country=country, link=_link(row, text.element, base)))
    return float(len(cells)), _BY_SELECTORS, tuple(cells)


def _texts(tree: HtmlElement) -> Iterator[_Text]:
    """Every text of the page with the element that it stands in."""
    count = 0
    walk = etree.iterwalk(tree, events=("start", "end"))
    for event, element in walk:
        if event == "start" and element.tag in _SILENT:
            walk.skip_subtree()
            continue
        holder = element if event == "start" else element.getparent()
        text = element.text if event == "start" else element.tail
        if text and holder is not None and (words := one_line(text)):
            yield _Text(words, holder, count)
            count += 1
            if count == _TEXTS:
                return


def _groups(texts: Sequence[_Text]) -> dict[str, list[_Text]]:
    """Texts that stand alike, told apart in three ways: by elements, with their classes, with their place."""
    groups: dict[str, list[_Text]] = defaultdict(list)
    ways: dict[HtmlElement, tuple[str, ...]] = {}
    for text in texts:
        names = ways.get(text.element)
        if names is None:
            names = ways[text.element] = tuple(dict.fromkeys(_ways(text.element)))
        if len(text.words) <= LONGEST:
            for name in names:
                groups[name].append(text)
        parts = _named_together(text.words)
        for name in names[:2] if parts else ():
            groups[_BY_COMMAS + name] += [_Text(part, text.element, text.at) for part in parts]
    # a line that names one member alone stands in the same list as those that name several
    for name, group in groups.items():
        if name.startswith(_BY_COMMAS):
            held = {text.at for text in group}
            alone = [text for text in groups.get(name.removeprefix(_BY_COMMAS), ()) if text.at not in held]
            group += [_Text(part, text.element, text.at) for text in alone for part in _parts(text.words)]
            group.sort(key=lambda text: text.at)
    return dict(groups)


def _named_together(words: str) -> list[str]:
    """The members that one line names; none where it names one, with its region and country."""
    if len(words) > _LINE:
        return []
    parts = [part for part in _COMMAS.split(words) if part]
    if len(parts) < _ON_A_LINE or any(map(country_of, parts)):
        return []
    return parts if 2 * sum(map(names_place, parts)) >= len(parts) else []


def _parts(words: str) -> list[str]:
    """The same of a line among such lines, however few it names."""
    parts = [part for part in _COMMAS.split(words) if part]
    return [words] if any(country_of(part) or division_called(part) for part in parts[1:]) else parts


def _ways(element: HtmlElement) -> Iterator[str]:
    chain = [element, *element.iterancestors()]
    tags = [_tag(one) for one in chain]
    yield "/".join(reversed(tags))
    classes = [f"{tag}.{_class(one)}" for one, tag in zip(chain[:4], tags, strict=False)]
    yield "/".join(reversed([*classes, *tags[4:]]))
    if element.tag not in _REPEATED and element.tag not in _COLUMNS:
        yield "/".join(reversed([f"{tags[0]}[{_number(element)}]", *tags[1:]]))


def _tag(element: HtmlElement) -> str:
    return f"{element.tag}[{_number(element)}]" if element.tag in _COLUMNS else str(element.tag)


def _number(element: HtmlElement) -> int:
    return 1 + sum(1 for _ in islice(element.itersiblings(preceding=True), _NUMBERED))


def _class(element: HtmlElement) -> str:
    return next(iter((element.get("class") or "").split()), "")


def _cells(group: Sequence[_Text], texts: Sequence[_Text], base: str, depth: int) -> Iterator[Cell]:
    """The rows of a group."""
    rows = _rows(group, depth)
    above = _headings(group, {row for row in rows.values() if row is not None}, texts)
    for text in group:
        row = rows[text]
        country = next(filter(None, map(country_of, _around(row))), None) if row is not None else None
        link = _link(row, text.element, base)
        yield Cell(text=text.words, country=country or above.get(text), link=link)


def _rows(group: Sequence[_Text], depth: int) -> dict[_Text, HtmlElement | None]:
    """The widest element around each text that holds no other, at most so many levels above its own."""
    counts = _counts(group)
    return {text: next(reversed(_alone(text, counts)[: depth + 1]), None) for text in group}


def _depth(group: Sequence[_Text]) -> int:
    """How many levels above the element of a name its row mostly lies."""
    counts = _counts(group)
    return Counter(max(len(_alone(text, counts)) - 1, 0) for text in group).most_common(1)[0][0]


def _counts(group: Sequence[_Text]) -> Counter[HtmlElement]:
    return Counter(element for text in group for element in (text.element, *text.element.iterancestors()))


def _alone(text: _Text, counts: Counter[HtmlElement]) -> list[HtmlElement]:
    """The elements around a text that hold no other of its group, the narrowest first."""
    around = (text.element, *text.element.iterancestors())
    return list(
        takewhile(lambda element: counts[element] == 1 and element.tag not in ("body", "html"), around)
    )


def _around(row: HtmlElement) -> Iterator[str]:
    """What the row says beside its name, and its flags."""
    for element in row.iter():
        if not isinstance(element.tag, str):
            continue
        yield from (words for text in (element.text, element.tail if element is not row else None)
                    if text and (words := one_line(text)))  # fmt: skip
        yield from (value for name in _TELLING if (value := element.get(name)))
        if (flag := _FLAG.search((element.get("class") or "").lower())) is not None:
            yield flag[1].upper()


def _headings(
    group: Sequence[_Text], rows: Iterable[HtmlElement], texts: Sequence[_Text]
) -> dict[_Text, str]:
    """The country that each text stands under: those of the headings that parse the list into countries."""
    inside, mine = set(rows), {text.at for text in group}
    by_way: dict[str, list[_Text]] = defaultdict(list)
    for text in texts:
        if text.at not in mine and len(text.words) <= LONGEST and not _lies_in(text.element, inside):
            by_way[next(_ways(text.element))].append(text)
    candidates = [heads for heads in by_way.values() if _parse(heads, group)]
    if not candidates:
        return {}
    heads = max(candidates, key=lambda found: sum(country_of(text.words) is not None for text in found))
    return _under(heads, group)


def _lies_in(element: HtmlElement, rows: set[HtmlElement]) -> bool:
    return element in rows or any(around in rows for around in element.iterancestors())


def _parse(heads: Sequence[_Text], group: Sequence[_Text]) -> bool:
    """Whether texts that stand alike are headings of countries: each with members behind it, unlike a menu's."""
    countries = sum(country_of(text.words) is not None for text in heads)
    if countries < _COUNTRIES * len(heads) or not countries:
        return False
    places = sorted(text.at for text in group)
    followed = sum(
        any(one.at < place < other.at for place in places) for one, other in pairwise(heads)
    ) + any(place > heads[-1].at for place in places)
    if len(heads) == 1:
        return heads[0].element.tag in _HEADING
    return 2 * followed > len(heads)


def _under(heads: Sequence[_Text], group: Sequence[_Text]) -> dict[_Text, str]:
    found: dict[_Text, str] = {}
    ordered = sorted((*((text.at, 0, text) for text in heads), *((text.at, 1, text) for text in group)),
                     key=lambda item: item[:2])  # fmt: skip
    country: str | None = None
    for _, is_member, text in ordered:
        if not is_member:
            country = country_of(text.words)
        elif country is not None:
            found[text] = country
    return found


def _link(row: HtmlElement | None, element: HtmlElement, base: str) -> str | None:
    """Where the row leads."""
    around = (
        [element, *element.iterancestors("a")] if row is None else [*row.iter("a"), *row.iterancestors("a")]
    )
    for link in around:
        target = link.get("href") if link.tag == "a" else None
        if target and not target.lstrip().startswith(("#", "mailto:", "tel:", "javascript:")):
            try:
                return canonical(target, base)
            except ValueError:
                continue
    return None
