"""Telling a page that lists articles from one that is an article; in doubt it is an article."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from news.languages.tokens import fold
from reading.cards import is_headline
from reading.densest import Seen
from reading.markup import HEADINGS, Line
from reading.metadata import Metadata
from reading.titles import is_section

#: Characters of a link that reads like a headline, of a paragraph that reads like text, and of a text under a heading.
_HEADLINE, _PARAGRAPH, _TEXT = 25, 60, 12
#: So many headlines make a list where there is hardly any other text; fewer where the page calls itself one.
_MANY, _SOME = 12, 5
#: So many teasers make a list, fewer where the page calls itself one; links of a front page.
_CARDS, _FEW_CARDS, _FRONT = 5, 3, 3
#: So many characters of text in one block, teasers not counted, are an article, whatever stands around it;
#: so many are where a page calls itself a list.
_ARTICLE, _FOREWORD = 1000, 300
_LINK_SHARE = 0.6
#: Words from which a heading is no name.
_NAME = 5
_BODY_CLASS = re.compile(
    r"(?:^|\s)(?:archive|category|blog|home|search-results|post-type-archive\S*|tag)(?:$|\s)"
)
#: What WordPress adds to the names of a page that is one post.
_SINGLE = re.compile(r"(?:^|\s)(?:single|singular|single-\S+|postid-\d+)(?:$|\s)")
_STOPS = (".", "!", "?", "؟", "…", "۔", "。", ":", "»", "”", '"', ")")


def is_list(tree: HtmlElement, meta: Metadata, seen: Seen, *, pointed_at: bool, address: str = "") -> bool:
    """Whether the page at `address` lists articles; `pointed_at` when a list led to it as to one of them."""
    body = tree.find("body")
    if body is None or (meta.says_article and not meta.says_list):
        return False
    lines = seen.outline.lines
    headlines = {line.text for line in lines if line.link and len(line.text) >= _HEADLINE}
    kinds = body.get("class") or ""
    if meta.says_list or (_BODY_CLASS.search(kinds) and not _SINGLE.search(kinds)):
        return len(headlines) >= _SOME
    if seen.dense.size >= _ARTICLE or _has_text_of_its_own(meta, seen):
        return False
    if not _SINGLE.search(kinds) and _is_row_of_cards(meta, seen, pointed_at=pointed_at):
        return True
    if pointed_at:
        return _articles(tree) >= _CARDS and len(headlines) >= _CARDS
    return _is_front_page(seen, address) or (len(headlines) >= _MANY and _is_mostly_links(seen))


def _is_row_of_cards(meta: Metadata, seen: Seen, *, pointed_at: bool) -> bool:
    """Whether teasers are all that a page holds; a page that a list led to must call itself a list as well."""
    if _is_named_list(meta):
        return seen.cards.count >= _FEW_CARDS and _foreword(seen) < _FOREWORD
    if pointed_at or _has_headline(meta):
        return False
    return seen.cards.told >= _CARDS and _foreword(seen) < _PARAGRAPH


def _has_headline(meta: Metadata) -> bool:
    """Whether the first heading is too long for the name of a list, and the head of the page says it too."""
    heading = fold(meta.heading)
    return len(heading.split()) >= _NAME and heading in fold(meta.page_title)


def _is_front_page(seen: Seen, address: str) -> bool:
    parts = urlsplit(address)
    if not parts.netloc or parts.path not in ("", "/") or parts.query:
        return False
    links = {line.text for line in seen.outline.lines if is_headline(line)}
    return len(links) >= _FRONT and _foreword(seen) < _FOREWORD


def _has_text_of_its_own(meta: Metadata, seen: Seen) -> bool:
    """Whether a heading that is the page's own is followed by text that no link holds, before any teaser."""
    lines, page, among = seen.outline.lines, seen.outline, seen.cards.among
    claims = fold(f"{meta.headline} | {meta.open_title} | {meta.page_title}")
    own = False
    for line in lines:
        tag = page.blocks[line.block].tag
        if among[line.block]:
            own = False
        elif tag in HEADINGS and not line.linked:
            own = _is_own(line.text, str(tag), claims, meta)
        elif own and _is_text(line):
            return True
    return False


def _is_own(heading: str, tag: str, claims: str, meta: Metadata) -> bool:
    """Whether a heading is an article's: no name of the site or a section, and of the first level or claimed by the head."""
    wanted = fold(heading)
    if not wanted or wanted in map(fold, meta.names) or _names_list(heading):
        return False
    return tag == "h1" or wanted in claims


def _is_text(line: Line) -> bool:
    if 2 * line.linked > len(line.text):
        return False
    return len(line.text) >= _PARAGRAPH or (len(line.text) >= _TEXT and line.text.endswith(_STOPS))


def _is_named_list(meta: Metadata) -> bool:
    return any(map(_names_list, filter(None, meta.headings[:1] or (meta.page_title,))))


def _names_list(heading: str) -> bool:
    """Whether a heading names a section, or says of what it lists the articles: «برچسب: پارک»."""
    label, colon, _ = heading.replace("：", ":").partition(":")
    return is_section(heading) or (bool(colon) and fold(label) in _labels())


def _foreword(seen: Seen) -> int:
    """Characters of the sentences that stand in no teaser and are no heading."""
    page, among = seen.outline, seen.cards.among
    beside = (line for line in page.lines if not among[line.block])
    return sum(
        len(line.text) for line in beside if page.blocks[line.block].tag not in HEADINGS and _is_text(line)
    )


def _articles(tree: HtmlElement) -> int:
    """Articles in a row, each with a heading that leads elsewhere."""
    linked = ".//h2//a or .//h3//a or .//a//h2 or .//a//h3"
    return sum(1 for article in tree.iter("article") if article.xpath(linked))


def _is_mostly_links(seen: Seen) -> bool:
    lines = seen.outline.lines
    own = [line for line in lines if not line.link]
    if any(len(line.text) >= _PARAGRAPH for line in own):
        return False
    linked = sum(len(line.text) for line in lines if line.link)
    return linked >= _LINK_SHARE * sum(len(line.text) for line in lines)


@cache
def _labels() -> frozenset[str]:
    text = (files("reading") / "data" / "titles.toml").read_text(encoding="utf-8")
    return frozenset(map(fold, tomllib.loads(text)["lists"]))
