"""Where an article of several pages goes on: looked for by a reader, beside its reading of the page."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from lxml.html import HtmlElement

from news.languages.tokens import fold
from news.values import Article, Page
from reading.charsets import decode
from reading.markup import HalfParsed, parse
from reading.titles import title_parts

#: A link to a second page: a segment or a parameter of its address is 2. Looked for from its "=" on, of which a page
#: has fewer than of any letter, with so many blanks before it at most.
_SECOND = re.compile(rb"=\s*[\"']?(?P<link>[^\"'>\s]*[/=]2(?=[\"'>\s/?&#])[^\"'>\s]*)")
_NAME, _BLANKS = b"href", 200
#: Segments at the end of such an address: the first page's last one, a word for "page", the number.
_ENDING = 3
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
    tree = _tree(page) if _may_go_on(page, article, first) else None
    if tree is None:
        return None
    from reading.continuation import continuation  # noqa: PLC0415 - readers alone come here, and it brings the claims

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


def _may_go_on(page: Page, article: Article, first: str | None) -> bool:
    """Whether the page has to be parsed once more: a first page only where a link to a second one may be its own."""
    if page.body.startswith(b"%PDF-"):
        return False
    if first:
        return True
    own = {_segments(address)[-1] for address in (page.final_address, article.url)}
    links = dict.fromkeys(_second_pages(page.body))
    return any(_may_follow(html.unescape(link.decode("utf-8", "replace")), own) for link in links)


def _second_pages(body: bytes) -> Iterator[bytes]:
    """The addresses of links that may lead to a second page."""
    position = 0
    while found := _SECOND.search(body, position):
        start = found.start()
        before = body[max(start - _BLANKS, 0) : start].rstrip()
        is_link = before[-len(_NAME) :].lower() == _NAME
        position = found.end() if is_link else start + 1
        if is_link:
            yield found["link"]


def _may_follow(link: str, own: set[str]) -> bool:
    """Whether a link is relative, or ends in one of an article's own last segments and little behind it."""
    is_absolute = link.startswith("/") or ":" in link
    return not is_absolute or not own.isdisjoint(_segments(link)[-_ENDING:])


def _segments(address: str) -> list[str]:
    """The segments of an address's path, its host before them; the last one is never empty."""
    return unquote(re.split("[?#]", address, maxsplit=1)[0]).rstrip("/").split("/")


def _tree(page: Page) -> HtmlElement | None:
    try:
        return parse(decode(page.body, page.header("content-type")))
    except HalfParsed:
        return None
