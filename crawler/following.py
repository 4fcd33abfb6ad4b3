"""Where an article of several pages goes on: looked for by a reader, beside its reading of the page."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

from lxml.html import HtmlElement

from news.languages.tokens import fold
from news.values import Article, Page
from reading.charsets import decode
from reading.continuation import continuation
from reading.markup import HalfParsed, parse
from reading.titles import title_parts

#: A link to a second page: a segment or a parameter of its address is 2. No first page is parsed without one.
_SECOND = re.compile(rb"href\s*=\s*[\"']?[^\"'>\s]*[/=]2(?=[\"'>\s/?&#])", re.IGNORECASE)
#: Where a page says its own title, within its first bytes.
_TITLES = re.compile(
    r"<(?:title|h[12])\b[^>]{0,300}>(.{1,600}?)</(?:title|h[12])"
    r"|<meta\b[^>]{0,300}?content\s*=\s*[\"']([^>]{1,600})",
    re.IGNORECASE | re.DOTALL,
)
_TAG = re.compile("<[^>]*>")
_HEAD = 400_000
#: From this share of an earlier page's text on, a later one is that page again: comments or other news are paged.
_SAME = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Following:
    """An article's next page."""

    address: str
    #: of the article's first page, which the numbers of the later ones are added to
    first: str


def of(page: Page, article: Article, first: str | None) -> Following | None:
    """Where the article goes on after a page; `first` is the address of its first page, where this is a later one."""
    tree = _tree(page) if _may_go_on(page, first) else None
    if tree is None:
        return None
    for begin in (first,) if first else dict.fromkeys((page.final_address, article.url)):
        found = continuation(tree, page.final_address if first else begin, first=begin)
        if found is not None:
            return Following(address=found, first=begin)
    return None


def repeats(page: Article, earlier: Article) -> bool:
    """Whether a page shows what an earlier page of the article did, and so is no further part of it."""
    shown = {fold(line) for line in page.text.split("\n")}
    lines = earlier.text.split("\n")
    again = sum(len(line) for line in lines if fold(line) in shown)
    return again >= _SAME * sum(map(len, lines))


def shows_title(page: Page, title: str) -> bool:
    """Whether a title stands at the head of a page or in its own words about itself."""
    text = decode(page.body[:_HEAD], page.header("content-type"))
    wanted = fold(" ".join(title.split()))
    for found in _TITLES.finditer(text):
        shown = html.unescape(_TAG.sub(" ", found[1] or found[2]))
        if any(wanted == fold(" ".join(part.split())) for part in (shown, *title_parts(shown))):
            return True
    return False


def _may_go_on(page: Page, first: str | None) -> bool:
    return not page.body.startswith(b"%PDF-") and bool(first or _SECOND.search(page.body))


def _tree(page: Page) -> HtmlElement | None:
    try:
        return parse(decode(page.body, page.header("content-type")))
    except HalfParsed:
        return None
