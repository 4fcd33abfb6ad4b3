"""The text that a list gives of an article: taken where it is the whole, never where it is a teaser."""

from __future__ import annotations

import re

from lxml import etree
from lxml.html import HtmlElement

from news.addresses import address_key
from news.languages.tokens import fold
from reading.markup import HalfParsed, lines_of, parse, printable, text_of

#: Characters of markup and text; leads stay small.
MAX_SIZE = 200_000
#: Characters that a whole text has beyond the list's own summary of it.
_BEYOND = 200
#: No summary is as long, whatever the list calls it.
_LONG = 1_500
#: An ellipsis with no more behind it than a "read more".
_CUT = re.compile(r"(?:…|\.{3})[^…]{0,40}$")
#: Lines at the end in which a teaser breaks off.
_END = 2
_BLOCKS = ("p", "div", "li", "footer")


def whole_text(body: str | None, *, summary: str | None, title: str | None, address: str) -> str | None:
    """The body, less a foot that names its own article; None for an empty, cut, short or too large one."""
    if not body or len(body) > MAX_SIZE:
        return None
    tree = _tree(body)
    if tree is None:
        return None
    own = _own_links(tree, address)
    foot = [link for link in own if fold(text_of(link)) == fold(_plain(title))]
    if len(foot) < len(own):
        return None  # a "read more", whatever the language
    for link in foot:
        _drop_block(link)
    lines = [line.text for line in lines_of(tree)]
    if any(_CUT.search(line) for line in lines[-_END:]) or not _goes_beyond(lines, summary, body):
        return None
    return str(etree.tostring(tree, encoding="unicode", method="html")) if foot else printable(body)


def _goes_beyond(lines: list[str], summary: str | None, body: str) -> bool:
    size = sum(map(len, lines))
    # feedparser hands on the text itself where an entry has no summary
    known = len(_plain(summary)) if summary and summary.strip() != body.strip() else 0
    return size >= _LONG or size - known >= _BEYOND


def _own_links(tree: HtmlElement, address: str) -> list[HtmlElement]:
    """Links with words that lead to the article itself; one to a place in its text is none."""
    return [link for link in tree.iter("a") if _leads_to(link.get("href") or "", address) and text_of(link)]


def _leads_to(target: str, address: str) -> bool:
    page, _, place = target.partition("#")
    try:
        return (not place or place.startswith("more")) and address_key(page) == address_key(address)
    except ValueError:
        return False


def _drop_block(link: HtmlElement) -> None:
    """Take out the short paragraph that holds a link."""
    block = next((parent for parent in link.iterancestors(*_BLOCKS) if parent.getparent() is not None), None)
    if block is not None and len(text_of(block)) < _BEYOND:
        block.drop_tree()


def _plain(markup: str | None) -> str:
    tree = _tree(markup or "")
    return text_of(tree) if tree is not None else ""


def _tree(markup: str) -> HtmlElement | None:
    if not markup.strip():
        return None
    try:
        return parse(f"<div>{markup}</div>")
    except HalfParsed:
        return None
