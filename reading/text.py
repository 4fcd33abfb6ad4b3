"""The main text of a page: trafilatura for articles, a walk of our own for the short notices it melts."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cache

from lxml import etree
from lxml.html import HtmlElement
from trafilatura import bare_extraction

from reading.densest import Seen
from reading.layout import content_names, holds_others, is_aside
from reading.markup import lines_of, one_line, text_of

#: What trafilatura throws away, though spelling and direction hang on it.
_INVISIBLE = (
    "\u00ad\u061c\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069"
)
_HAS_INVISIBLE = re.compile(f"[{_INVISIBLE}]")
#: Letters of a script that no page needs; those that one does contain are passed over.
_STAND_INS = "".join(map(chr, range(0x16A0, 0x16EB)))
#: Below this a page is read a second time, with more care; above it the fast reading is as good.
_SHORT = 1000
#: What trafilatura's parser and readers raise on trees that nobody foresaw.
FAILURES = (etree.LxmlError, AttributeError, LookupError, RecursionError, TypeError, ValueError)

#: How far above the heading the text of a short notice may begin.
_CLIMB = 4
#: Running text that is taken as it stands: its characters, and the share of them that may stand elsewhere.
_PLAIN = ((500, 0.05), (1500, 0.15))


@dataclass(frozen=True, slots=True)
class Others:
    """The teasers of other articles: their lines, and the blocks that they stand in."""

    lines: frozenset[str]
    blocks: frozenset[HtmlElement]


def main_lines(tree: HtmlElement, seen: Seen) -> list[str]:
    """The lines of the main text, every joiner and direction mark in its place; the tree stays as it was."""
    dense = seen.dense
    if any(dense.size >= size and dense.outside <= share * dense.size for size, share in _PLAIN):
        return dense.lines
    shown = sum(len(line.text) for line in seen.outline.lines if not line.link)
    marks = _swap_in(tree)
    back = {ord(stand_in): mark for mark, stand_in in marks.items()}
    try:
        return [line.translate(back) for line in _lines(tree, shown, _others(seen, marks))]
    finally:
        if marks:
            _translate(tree, back)


def _others(seen: Seen, marks: dict[str, str]) -> Others:
    """The teasers of a page, where it has anything else."""
    blocks, among = seen.outline.blocks, seen.cards.among
    rest = {line.text for line in seen.outline.lines if not among[line.block] and not line.link}
    if not any(rest):
        return Others(frozenset(), frozenset())
    swapped = str.maketrans(marks)
    lines = {line.text.translate(swapped) for line in seen.outline.lines if among[line.block]}
    lines |= {line.text for box in _comments(blocks[0]) for line in lines_of(box)}
    cards = (block for block, inside in zip(blocks, among, strict=True) if inside)
    return Others(frozenset(lines - {line.translate(swapped) for line in rest}), frozenset(cards))


def _comments(tree: HtmlElement) -> Iterator[HtmlElement]:
    """The boxes of what readers wrote, which a reader of few lines takes for the article."""
    for box in tree.xpath(".//*[contains(@class, 'comment') or contains(@id, 'comment')]"):
        if box.tag in ("div", "section", "ol", "ul") and is_aside(box):
            yield box


def _lines(tree: HtmlElement, shown: int, others: Others) -> list[str]:
    text = _without_lines(_extracted(tree, fast=True), others.lines)
    if 2 * shown < len(text):
        text = _without_others(text, tree)
    linked = _linked(text, tree)
    menus = 2 * linked >= len(text)
    if len(text) >= _SHORT and not menus:
        return text.splitlines()
    short = short_lines(tree, others.blocks)
    length = sum(map(len, short))
    if short and length < 2 * _SHORT and (menus or 2 * length >= len(text) - linked):
        return short
    return max(text, _without_lines(_extracted(tree, fast=False), others.lines), key=len).splitlines()


def _without_others(text: str, tree: HtmlElement) -> str:
    """The text without the lines of boxes that hold other articles, or none."""
    boxes = filter(holds_others, tree.iter("div", "section", "ul", "ol", "aside", "table"))
    lines = {line.text for box in boxes for line in lines_of(box)}
    return _without_lines(text, lines)


def _without_lines(text: str, lines: AbstractSet[str]) -> str:
    return "\n".join(line for line in text.splitlines() if line.removeprefix("- ") not in lines)


def _extracted(tree: HtmlElement, *, fast: bool) -> str:
    document = bare_extraction(tree, fast=fast, include_comments=False, with_metadata=False)
    text = getattr(document, "text", None)
    return text.strip() if isinstance(text, str) else ""


def short_lines(tree: HtmlElement, others: AbstractSet[HtmlElement] = frozenset()) -> list[str]:
    """The lines of what calls itself the content, or stands under the heading, without bars, boxes and `others`."""

    def is_passed_over(element: HtmlElement) -> bool:
        return element in others or is_aside(element)

    for container, trusted in _containers(tree):
        lines = [line.text for line in lines_of(container, is_passed_over) if trusted or not line.link]
        headings = {text_of(heading) for heading in container.iter("h1", "h2")}
        if any(line not in headings for line in lines):
            return lines
    return []


def _linked(text: str, tree: HtmlElement) -> int:
    """How many characters of a text are lines that are links: menus, taken for want of anything better."""
    links = {one_line(link.text_content()) for link in tree.iter("a")}
    return sum(len(line) for line in text.splitlines() if line.removeprefix("- ") in links)


def _containers(tree: HtmlElement) -> Iterator[tuple[HtmlElement, bool]]:
    """What may hold the text, the surest first; each with whether its lines of links belong to it."""
    for path, trusted in _paths():
        found = tree.xpath(path)
        if len(found) == 1:
            yield found[0], trusted
    heading = tree.find(".//h1")
    if heading is not None:
        for ancestor in itertools.islice(heading.iterancestors(), _CLIMB):
            yield ancestor, False
    body = tree.find("body")
    yield tree if body is None else body, False


@cache
def _paths() -> tuple[tuple[str, bool], ...]:
    named = " or ".join(f"contains(@class, {name!r})" for name in content_names())
    return (
        ("//*[@itemprop='articleBody']", True),
        (f"//*[{named}]", True),
        ("//article", False),
        ("//main | //*[@role='main']", False),
    )


def _swap_in(tree: HtmlElement) -> dict[str, str]:
    """Put a stand-in for each invisible mark that the tree holds; tells which stands for which."""
    text = "".join(tree.itertext())
    marks = sorted(set(_HAS_INVISIBLE.findall(text)))
    free = (letter for letter in _STAND_INS if letter not in text)
    chosen = dict(zip(marks, free, strict=False))
    if chosen:
        _translate(tree, {ord(mark): stand_in for mark, stand_in in chosen.items()})
    return chosen


def _translate(tree: HtmlElement, table: dict[int, str]) -> None:
    for element in tree.iter("*"):
        if element.text:
            element.text = element.text.translate(table)
        if element.tail:
            element.tail = element.tail.translate(table)
