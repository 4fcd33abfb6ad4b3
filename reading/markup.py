"""A page's markup as a tree, and the text of its parts."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import lxml.html
from cssselect import SelectorError
from lxml import etree
from lxml.cssselect import CSSSelector
from lxml.html import HtmlElement

#: NUL and its kin, and halves of surrogate pairs: no parser survives them all.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_CONTROLS = bytes((*range(9), 0x0B, 0x0C, *range(0x0E, 0x20)))
#: One class for every element: lxml.html asks Python for each of them.
_LOOKUP = etree.ElementDefaultClassLookup(element=HtmlElement)
_REFERENCE = re.compile(r"&#(?:[xX]([0-9a-fA-F]+)|([0-9]+));?")
#: More figures than any character has.
_TOO_LONG = 12
_SPACE = re.compile(r"[ \t\r\n\f\v\u00a0\u2028\u2029]+")
#: Elements that stand in lines of their own.
BLOCKS = frozenset((
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details",
    "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4",
    "h5", "h6", "header", "legend", "li", "main", "nav", "ol", "p", "pre", "section", "summary",
    "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
))  # fmt: skip
HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_BREAKS = frozenset(("br", "hr"))
_SILENT = frozenset((
    "script", "style", "noscript", "template", "svg", "button", "select", "textarea", "iframe", "object",
    "head", "math", "canvas",
))  # fmt: skip


#: The parser compares each attribute with all before it: hundreds of thousands in one tag take it an hour.
_MAX_ATTRIBUTES = 1_000
#: No tag shorter than this has so many.
_LONG_TAG = 4 * _MAX_ATTRIBUTES
_TAG = re.compile(rb"[a-zA-Z](?:[^>\"']|\"[^\"]*\"|'[^']*')*")
_VALUE = re.compile(rb"\"[^\"]*\"|'[^']*'")


class HalfParsed(ValueError):
    """The parser gave up before the end, or would have: tags nested too deep, a text or a tag too long for it."""


def parse(html: str) -> HtmlElement | None:
    """The tree of a page, without comments; None where there is no element at all.

    Raises HalfParsed rather than return a part of the page.
    """
    parser = lxml.html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    parser.set_element_class_lookup(_LOOKUP)
    body = _encoded(html)
    _refuse_endless_tags(body)
    try:
        tree = lxml.html.document_fromstring(body, parser=parser)
    except etree.ParserError:
        tree = None
    fatal = parser.error_log.filter_from_fatals()
    if fatal:
        raise HalfParsed(fatal[0].message)
    return tree


def _refuse_endless_tags(body: bytes) -> None:
    for piece in body.split(b"<"):
        tag = _TAG.match(piece) if len(piece) > _LONG_TAG else None
        if tag and len(_VALUE.sub(b"", tag[0]).split()) > _MAX_ATTRIBUTES:
            raise HalfParsed(f"more than {_MAX_ATTRIBUTES} attributes in one tag")


def printable(html: str) -> str:
    """The text without characters that no document may hold, written plainly or as references."""
    plain = _FORBIDDEN.sub("", html)
    return _REFERENCE.sub(_reference, plain) if "&#" in plain else plain


def _encoded(html: str) -> bytes:
    """What `printable` leaves, as bytes; much faster on a whole page, where hardly anything is forbidden."""
    text = _REFERENCE.sub(_reference, html) if "&#" in html else html
    try:
        body = text.encode().translate(None, _CONTROLS)
    except UnicodeEncodeError:
        return _FORBIDDEN.sub("", text).encode()
    return body.replace(b"\xef\xbf\xbe", b"").replace(b"\xef\xbf\xbf", b"")


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
        return list(_selector(selector)(tree))
    except (SelectorError, etree.XPathError) as error:
        raise ValueError(f"not a CSS selector: {selector!r}") from error


@lru_cache(maxsize=512)
def _selector(selector: str) -> CSSSelector:
    return CSSSelector(selector, translator="html")


def remove(tree: HtmlElement, selectors: Sequence[str]) -> None:
    """Take the selected elements out of the tree, leaving the text behind them."""
    for selector in selectors:
        for element in select(tree, selector):
            if element.getparent() is not None:
                element.drop_tree()


def text_of(element: HtmlElement) -> str:
    """The visible text of an element in one line."""
    return one_line(" ".join(line.text for line in lines_of(element)))


class Line(NamedTuple):
    """A line that a reader would see."""

    text: str
    #: whether all of it is a link
    link: bool
    #: its characters that are links
    linked: int = 0
    #: the block that holds it, as numbered in its outline
    block: int = 0


@dataclass(frozen=True, slots=True)
class Outline:
    """The lines of an element, and the tree of blocks that hold them: the first block is the element."""

    lines: list[Line]
    #: each block's element, and the number of the block around it; that of the first is its own
    blocks: list[HtmlElement]
    around: list[int]


def lines_of(element: HtmlElement, skip: Callable[[HtmlElement], bool] | None = None) -> list[Line]:
    """The lines of an element, without the parts that `skip` names."""
    return outline(element, skip).lines


def outline(element: HtmlElement, skip: Callable[[HtmlElement], bool] | None = None) -> Outline:
    """Lines and blocks of an element in one walk, without the parts that `skip` names."""
    collector = _Collector(element)
    walker = etree.iterwalk(element, events=("start", "end"))
    for event, node in walker:
        if event == "start":
            hidden = node.tag in _SILENT or (skip is not None and node is not element and skip(node))
            collector.enter(node, hidden=hidden)
            if hidden:
                walker.skip_subtree()
        else:
            collector.leave(node)
            if node is not element:
                collector.add(node.tail)
    collector.end_line()
    return Outline(collector.lines, collector.blocks, collector.around)


class _Collector:
    """Text in the order of the document, broken into lines where blocks begin and end."""

    def __init__(self, element: HtmlElement) -> None:
        self.lines: list[Line] = []
        self.blocks: list[HtmlElement] = [element]
        self.around: list[int] = [0]
        self._open = [0]
        self._pieces: list[str] = []
        self._plain = False
        self._links = 0
        self._linked = 0

    def enter(self, node: HtmlElement, *, hidden: bool) -> None:
        tag = node.tag
        if tag in BLOCKS:
            self.end_line()
            self.blocks.append(node)
            self.around.append(self._open[-1])
            self._open.append(len(self.blocks) - 1)
        elif tag in _BREAKS:
            self.end_line()
        elif tag == "a":
            self._links += 1
        if not hidden:
            self.add(node.text)

    def leave(self, node: HtmlElement) -> None:
        tag = node.tag
        if tag in BLOCKS:
            self.end_line()
            self._open.pop()
        elif tag == "a":
            self._links -= 1

    def add(self, text: str | None) -> None:
        if text:
            self._pieces.append(text)
            if self._links:
                self._linked += len(text)
            elif not self._plain:
                self._plain = any(map(str.isalnum, text))

    def end_line(self) -> None:
        if not self._pieces:
            return
        line = one_line("".join(self._pieces))
        if line:
            self.lines.append(Line(line, not self._plain, self._linked, self._open[-1]))
        self._pieces.clear()
        self._plain = False
        self._linked = 0
