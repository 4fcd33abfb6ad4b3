"""Blocks that stand in a row and each lead to a page of their own: the teasers of other articles.

Told by their repetition and by the link that carries each one's heading, whatever elements they are made of. A
list of points, an agenda or a table without links is none, nor are paragraphs with links within their sentences.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from lxml.html import HtmlElement

from reading.boilerplate import announces_others
from reading.markup import HEADINGS, Line, Outline

#: Characters of text beside its links, lines, and addresses that a teaser has at most.
_TEXT, _LINES, _ADDRESSES = 450, 8, 4
#: Characters of a line before the headline of a teaser that is no date or kicker.
_BEFORE = 40
#: Characters of a link that reads like a headline.
_HEADLINE = 15
#: Teasers in a row; fewer where each has a heading that is a link.
_ROW, _HEADED_ROW = 3, 2
_ROOTS = frozenset(("body", "html", "main"))


@dataclass(frozen=True, slots=True)
class Cards:
    """The teasers of a page."""

    #: for each block whether it stands in a teaser
    among: list[bool]
    #: how many teasers there are, and how many of them say more than their link
    count: int
    told: int


def cards_of(page: Outline) -> Cards:
    """The teasers among the blocks of a page."""
    lines = _lines_within(page)
    rows: dict[tuple[int, str, str, str], list[int]] = defaultdict(list)
    headed: set[int] = set()
    for index, block in enumerate(page.blocks):
        within = lines[index] or []
        if index and _is_card(page, block, within):
            rows[page.around[index], str(block.tag), _kind(block), _call(page, within)].append(index)
            if _is_headed(page, within):
                headed.add(index)
    announced = _announced(page)
    chosen = {
        index
        for row in rows.values()
        if announced.intersection(row) or _is_row(row, headed, page)
        for index in row
    }
    among = [False] * len(page.blocks)
    outer = []
    for index in range(1, len(among)):
        if index in chosen and not among[page.around[index]]:
            outer.append(lines[index] or [])
        among[index] = among[page.around[index]] or index in chosen
    told = sum(_is_headed(page, within) or not all(line.link for line in within) for within in outer)
    return Cards(among, len(outer), told)


def _lines_within(page: Outline) -> list[list[Line] | None]:
    """The lines of each block that has few; None for those that have more than a teaser."""
    found: list[list[Line] | None] = [[] for _ in page.blocks]
    for line in page.lines:
        index = line.block
        while index:
            within = found[index]
            if within is None:
                break
            within.append(line)
            if len(within) > _LINES:
                found[index] = None
            index = page.around[index]
    for index in range(len(found) - 1, 0, -1):
        if found[index] is None:
            found[page.around[index]] = None
    return found


def _announced(page: Outline) -> set[int]:
    """The blocks whose first line follows words that announce other articles."""
    found: set[int] = set()
    for before, line in pairwise(page.lines):
        if line.link and not before.link and announces_others(before.text):
            holding = _holding(page, before.block)
            index = line.block
            while index and index not in holding:
                found.add(index)
                index = page.around[index]
    return found


def _holding(page: Outline, index: int) -> set[int]:
    """A block and those around it."""
    found = {index}
    while index:
        index = page.around[index]
        found.add(index)
    return found


def _is_card(page: Outline, block: HtmlElement, lines: Sequence[Line]) -> bool:
    """Whether a block is short and a link carries its heading, or leads from it as the only one."""
    if not lines or block.tag in _ROOTS or block.tag in HEADINGS or _holds_title(page, lines):
        return False
    if sum(len(line.text) - line.linked for line in lines) > _TEXT:
        return False
    if not _carries(page, lines) and not (_has_heading(page, lines) and any(line.link for line in lines)):
        return False
    addresses = {link.get("href") for link in block.iter("a")} - {None}
    return 1 <= len(addresses) <= _ADDRESSES or _within_link(block)


def is_headline(line: Line) -> bool:
    """Whether a line is a link that reads like a headline, a date beside it or not."""
    return 2 * line.linked > len(line.text) and line.linked >= _HEADLINE


def _carries(page: Outline, lines: Sequence[Line]) -> bool:
    """Whether a link says the heading of a teaser, before any text."""
    if _is_headed(page, lines):
        return True
    for line in lines:
        if is_headline(line):
            return True
        if len(line.text) - line.linked >= _BEFORE:
            return False
    return False


def _call(page: Outline, lines: Sequence[Line]) -> str:
    """What the link says that leads from a teaser whose heading is none: the same in its whole row."""
    if _carries(page, lines):
        return ""
    return next((line.text for line in reversed(lines) if line.link), "")


def _holds_title(page: Outline, lines: Sequence[Line]) -> bool:
    """Whether the lines hold a heading of the first level that is no link: a page's own."""
    return any(page.blocks[line.block].tag == "h1" and not line.linked for line in lines)


def _within_link(block: HtmlElement) -> bool:
    return any(ancestor.tag == "a" for ancestor in block.iterancestors())


def _has_heading(page: Outline, lines: Sequence[Line]) -> bool:
    return any(page.blocks[line.block].tag in HEADINGS for line in lines)


def _is_headed(page: Outline, lines: Sequence[Line]) -> bool:
    """Whether a heading of the block is a link."""
    return any(page.blocks[line.block].tag in HEADINGS and line.link for line in lines)


def _is_row(row: Sequence[int], headed: set[int], page: Outline) -> bool:
    """Whether blocks are enough, and lead to different pages."""
    if len(row) < _HEADED_ROW or (len(row) < _ROW and not headed.issuperset(row)):
        return False
    first = {_first_address(page.blocks[index]) for index in row}
    return len(first) > len(row) // 2


def _first_address(block: HtmlElement) -> str:
    link = next((link for link in block.iter("a") if link.get("href")), None)
    if link is None:
        link = next((ancestor for ancestor in block.iterancestors() if ancestor.tag == "a"), None)
    return "" if link is None else link.get("href") or ""


def _kind(block: HtmlElement) -> str:
    """The first of the names that a block bears; its row shares it."""
    return next(iter((block.get("class") or "").split()), "")
