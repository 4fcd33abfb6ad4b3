"""A page's markup as a tree, and the text of its parts."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import lxml.html
from cssselect import SelectorError
from lxml import etree
from lxml.cssselect import CSSSelector
from lxml.html import HtmlElement

#: NUL and its kin, and halves of surrogate pairs: no parser survives them all.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_REFERENCE = re.compile(r"&#(?:[xX]([0-9a-fA-F]+)|([0-9]+));?")
#: More figures than any character has.
_TOO_LONG = 12
_SPACE = re.compile(r"[ \t\r\n\f\v\u00a0\u2028\u2029]+")
_BLOCKS = frozenset((
    "address", "article", "aside", "blockquote", "body", "br", "caption", "center", "dd", "details",
    "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4",
    "h5", "h6", "header", "hr", "legend", "li", "main", "nav", "ol", "p", "pre", "section", "summary",
    "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
))  # fmt: skip
_SILENT = frozenset((
    "script", "style", "noscript", "template", "svg", "button", "select", "textarea", "iframe", "object",
    "head", "math", "canvas",
))  # fmt: skip


def parse(html: str) -> HtmlElement | None:
    """The tree of a page, without comments; None where there is no element at all."""
    parser = lxml.html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        return lxml.html.document_fromstring(printable(html).encode(), parser=parser)
    except etree.ParserError:
        return None


def printable(html: str) -> str:
    """The text without characters that no document may hold, written plainly or as references."""
    return _REFERENCE.sub(_reference, _FORBIDDEN.sub("", html))


def _reference(match: re.Match[str]) -> str:
    if len(match[0]) > _TOO_LONG:
        return ""
    code = int(match[1], 16) if match[1] else int(match[2])
    valid = code in (9, 10, 13) or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0x10FFFF
    return match[0] if valid and code not in (0xFFFE, 0xFFFF) else ""


def one_line(text: str) -> str:
    """The text with its white space collapsed; joiners and direction marks stay."""
    return _SPACE.sub(" ", text).strip()


def select(tree: HtmlElement, selector: str) -> list[HtmlElement]:
    """The elements that a CSS selector finds; raises ValueError for what is no selector."""
    try:
        return list(CSSSelector(selector, translator="html")(tree))
    except (SelectorError, etree.XPathError) as error:
        raise ValueError(f"not a CSS selector: {selector!r}") from error


def remove(tree: HtmlElement, selectors: Sequence[str]) -> None:
    """Take the selected elements out of the tree, leaving the text behind them."""
    for selector in selectors:
        for element in select(tree, selector):
            if element.getparent() is not None:
                element.drop_tree()


def text_of(element: HtmlElement) -> str:
    """The visible text of an element in one line."""
    return one_line(" ".join(line.text for line in lines_of(element)))


@dataclass(frozen=True, slots=True)
class Line:
    """A line that a reader would see."""

    text: str
    #: whether all of it is a link
    link: bool


def lines_of(element: HtmlElement, skip: Callable[[HtmlElement], bool] | None = None) -> list[Line]:
    """The lines of an element, without the parts that `skip` names."""
    collector = _Collector()
    walker = etree.iterwalk(element, events=("start", "end"))
    for event, node in walker:
        hidden = node.tag in _SILENT or (skip is not None and node is not element and skip(node))
        if event == "start":
            collector.enter(node, hidden=hidden)
            if hidden:
                walker.skip_subtree()
        else:
            collector.leave(node)
            if node is not element:
                collector.add(node.tail)
    collector.end_line()
    return collector.lines


class _Collector:
    """Text in the order of the document, broken into lines where blocks begin and end."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self._pieces: list[str] = []
        self._plain = False
        self._links = 0

    def enter(self, node: HtmlElement, *, hidden: bool) -> None:
        if node.tag in _BLOCKS:
            self.end_line()
        if node.tag == "a":
            self._links += 1
        if not hidden:
            self.add(node.text)

    def leave(self, node: HtmlElement) -> None:
        if node.tag == "a":
            self._links -= 1
        if node.tag in _BLOCKS:
            self.end_line()

    def add(self, text: str | None) -> None:
        if text:
            self._pieces.append(text)
            self._plain = self._plain or (not self._links and any(map(str.isalnum, text)))

    def end_line(self) -> None:
        line = one_line("".join(self._pieces))
        if line:
            self.lines.append(Line(line, not self._plain))
        self._pieces.clear()
        self._plain = False
