"""Telling a page that lists articles from one that is an article; in doubt it is an article."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lxml.html import HtmlElement

from reading.densest import Seen
from reading.markup import Line
from reading.metadata import Metadata

#: Characters of a link that reads like a headline, and of a paragraph that reads like text.
_HEADLINE, _PARAGRAPH = 25, 60
#: So many headlines make a list where there is hardly any other text; fewer where the page calls itself one.
_MANY, _SOME = 12, 5
_TEASERS = 5
#: So many characters of text in one block, teasers not counted, are an article, whatever stands around it.
_ARTICLE = 1000
_LINK_SHARE = 0.6
_LINKED_HEADING = ".//h2//a or .//h3//a or .//a//h2 or .//a//h3"
_BODY_CLASS = re.compile(
    r"(?:^|\s)(?:archive|category|blog|home|search-results|post-type-archive\S*|tag)(?:$|\s)"
)


def is_list(tree: HtmlElement, meta: Metadata, seen: Seen, *, pointed_at: bool) -> bool:
    """Whether the page lists articles; `pointed_at` when a list of articles led to it as to one of them."""
    body = tree.find("body")
    if body is None or (meta.says_article and not meta.says_list):
        return False
    lines = seen.outline.lines
    headlines = {line.text for line in lines if line.link and len(line.text) >= _HEADLINE}
    if meta.says_list or _BODY_CLASS.search(body.get("class") or ""):
        return len(headlines) >= _SOME
    if seen.dense.size >= _ARTICLE:
        return False
    if _teasers(tree) >= _TEASERS and len(headlines) >= _TEASERS:
        return True
    return not pointed_at and len(headlines) >= _MANY and _is_mostly_links(lines)


def _teasers(tree: HtmlElement) -> int:
    """Articles in a row, each with a heading that leads elsewhere."""
    return sum(1 for article in tree.iter("article") if article.xpath(_LINKED_HEADING))


def _is_mostly_links(lines: Sequence[Line]) -> bool:
    own = [line for line in lines if not line.link]
    if any(len(line.text) >= _PARAGRAPH for line in own):
        return False
    linked = sum(len(line.text) for line in lines if line.link)
    return linked >= _LINK_SHARE * sum(len(line.text) for line in lines)
