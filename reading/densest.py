"""The block of a page in which its running text is densest: one pass over lines that are already there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lxml.html import HtmlElement

from reading.cards import Cards, cards_of
from reading.layout import is_furniture, page_outline
from reading.markup import HEADINGS, Line, Outline

#: Characters from which a line is running text, and from which it is where it ends like a sentence.
_PARAGRAPH, _SENTENCE = 80, 25
_ENDS = (".", "!", "؟", "?", ":", "؛", "»", "。", "…", '"', "”", "'", "’", ")", "۔")
#: Blocks whose short lines belong to the text around them.
_WORDED = frozenset(("p", "li", "dd", "dt", "td", "th", "blockquote", "pre"))
#: What a line of links and a short line that is no sentence speak against their block, in characters.
_LINK, _SHORT = 20, 10
#: Fewer lines of links than these make no list of teasers.
_FEW = 3
#: The share of a block's score with which a block within it is the text, and what follows it the foot.
_NEARLY = 0.8


@dataclass(frozen=True, slots=True)
class Dense:
    """The lines of the densest block, and how many characters of running text stand outside it."""

    lines: list[str]
    outside: int

    @property
    def size(self) -> int:
        """The characters of its lines."""
        return sum(map(len, self.lines))


@dataclass(frozen=True, slots=True)
class Seen:
    """A page as a reader sees it: its lines, and where its text is densest."""

    outline: Outline
    dense: Dense
    cards: Cards


def see(tree: HtmlElement) -> Seen:
    """The one walk over a page that all that follows shares."""
    page = page_outline(tree)
    cards = cards_of(page)
    return Seen(page, densest(page, cards), cards)


def densest(page: Outline, cards: Cards) -> Dense:
    """The densest block of a page, its lines of links and small print left out."""
    furniture = _furniture(page)
    running = [not furniture[line.block] and _is_running(line, page) for line in page.lines]
    teasers = _teasers(page, running, cards)
    scores = _scores(page, furniture, running, teasers)
    best = max(range(len(scores)), key=lambda index: (scores[index], index))
    passed = _beside(best, teasers, page.around)
    foot = _foot(page, best, scores, running)
    inside = _inside(best, page.around)
    within = [
        index for index, line in enumerate(page.lines[:foot]) if inside[line.block] and not passed[line.block]
    ]
    if not any(running[index] for index in within):
        return Dense([], 0)
    outside = sum(
        len(line.text) - 2 * line.linked
        for line, runs in zip(page.lines, running, strict=True)
        if runs and not inside[line.block] and not passed[line.block]
    )
    kept = set(_kept(page, within, furniture, running))
    lines = [page.lines[index].text for index in _crowned(page, within, kept)]
    return Dense(list(_once(lines)), outside)


def _tag(page: Outline, line: Line) -> str:
    return str(page.blocks[line.block].tag)


def _is_linked(line: Line) -> bool:
    return line.link or 2 * line.linked > len(line.text)


def _is_running(line: Line, page: Outline) -> bool:
    length = len(line.text)
    if length < _SENTENCE or _is_linked(line) or _tag(page, line) in HEADINGS:
        return False
    return length >= _PARAGRAPH or line.text.endswith(_ENDS)


def _summed(values: list[int], around: Sequence[int]) -> list[int]:
    """Each block's own value with those of the blocks within it."""
    for index in range(len(values) - 1, 0, -1):
        values[around[index]] += values[index]
    return values


def _furniture(page: Outline) -> list[bool]:
    """Which blocks are small print: named so, small, or within such a block."""
    sizes = [0] * len(page.blocks)
    for line in page.lines:
        if not line.link:
            sizes[line.block] += len(line.text) - line.linked
    _summed(sizes, page.around)
    found = [False] * len(page.blocks)
    for index in range(1, len(page.blocks)):
        small = 3 * sizes[index] < sizes[0]
        found[index] = found[page.around[index]] or (small and is_furniture(page.blocks[index]))
    return found


def _teasers(page: Outline, running: Sequence[bool], cards: Cards) -> list[bool]:
    """Which blocks stand in a teaser, or have as many lines of links as of running text."""
    texts, links = [0] * len(page.blocks), [0] * len(page.blocks)
    for line, runs in zip(page.lines, running, strict=True):
        texts[line.block] += runs
        links[line.block] += line.link
    _summed(texts, page.around)
    _summed(links, page.around)
    found = zip(cards.among, links, texts, strict=True)
    return [card or few >= max(_FEW, many) for card, few, many in found]


def _scores(
    page: Outline, furniture: Sequence[bool], running: Sequence[bool], teasers: Sequence[bool]
) -> list[int]:
    """What speaks for each block: running text, and little of anything else.

    Teasers count for nothing in the blocks around them.
    """
    scores = [0] * len(page.blocks)
    for line, runs in zip(page.lines, running, strict=True):
        if not furniture[line.block]:
            scores[line.block] += _weight(line, _tag(page, line), runs=runs)
    for index in range(len(scores) - 1, 0, -1):
        scores[page.around[index]] += min(scores[index], 0) if teasers[index] else scores[index]
    return scores


def _foot(page: Outline, best: int, scores: Sequence[int], running: Sequence[bool]) -> int:
    """The line with which the foot of the page begins: text behind a block that holds nearly all of it."""
    end = len(page.lines)
    for index in range(best + 1, len(scores)):
        if page.around[index] != best or scores[index] < _NEARLY * scores[best]:
            continue
        within = _inside(index, page.around)
        last = max(number for number, line in enumerate(page.lines) if within[line.block])
        best = index
        if any(running[last + 1 : end]):
            rest = range(last + 1, end)
            end = next((number for number in rest if not _is_label(page.lines[number])), end)
    return end


def _is_label(line: Line) -> bool:
    """Whether a line beneath the text may name its source."""
    return ":" in line.text and len(line.text) < _PARAGRAPH


def _weight(line: Line, tag: str, *, runs: bool) -> int:
    if runs:
        return len(line.text) - 2 * line.linked
    if _is_linked(line):
        return -_LINK if tag == "p" else -_LINK - len(line.text) // 2
    return 0 if tag in HEADINGS else -_SHORT


def _beside(best: int, teasers: Sequence[bool], around: Sequence[int]) -> list[bool]:
    """Which blocks stand among teasers that the best block does not stand among."""
    holding = {best}
    while best:
        best = around[best]
        holding.add(best)
    beside = [False] * len(around)
    for index in range(1, len(around)):
        beside[index] = beside[around[index]] or (teasers[index] and index not in holding)
    return beside


def _inside(best: int, around: Sequence[int]) -> list[bool]:
    inside = [False] * len(around)
    inside[best] = True
    for index in range(best + 1, len(around)):
        inside[index] = inside[around[index]]
    return inside


def _kept(
    page: Outline, within: Sequence[int], furniture: Sequence[bool], running: Sequence[bool]
) -> Iterator[int]:
    """The lines from the first running text on (with the headings right above it) that belong to it."""
    first = next(index for index in within if running[index])
    rich = {page.lines[index].block for index in within if running[index]}
    while first > within[0] and _tag(page, page.lines[first - 1]) in HEADINGS:
        first -= 1
    for index in within:
        line = page.lines[index]
        tag = _tag(page, line)
        if index < first or tag == "h1" or furniture[line.block] or _is_linked(line):
            continue
        worded = running[index] or tag in HEADINGS or tag in _WORDED
        if worded or line.block in rich or len(line.text) >= _PARAGRAPH:
            yield index


def _once(lines: Sequence[str]) -> Iterator[str]:
    """The lines without paragraphs that came before."""
    seen: set[str] = set()
    for line in lines:
        if len(line) < _PARAGRAPH or line not in seen:
            yield line
        seen.add(line)


def _crowned(page: Outline, within: Sequence[int], kept: set[int]) -> Iterator[int]:
    """The kept lines without headings over nothing: what came beneath them was left out, or is not there."""
    crowns = False
    chosen = []
    for index in reversed(within):
        if index in kept and (crowns or _tag(page, page.lines[index]) not in HEADINGS):
            chosen.append(index)
        crowns = index in kept and (crowns or _tag(page, page.lines[index]) not in HEADINGS)
    return reversed(chosen)
