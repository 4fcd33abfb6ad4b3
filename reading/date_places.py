"""Where dates stand on a page: in its article, near it, beside it, or with another article."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import cache
from importlib.resources import files
from urllib.parse import urldefrag, urljoin

from lxml.html import HtmlElement
from pydantic import BaseModel, ConfigDict

from news.languages.tokens import fold, words
from reading.layout import is_aside
from reading.markup import Outline, lines_of, outline, text_of

_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_ARTICLES = re.compile(r"(?:^|\s)(?:hentry|h-entry)(?:\s|$)")
_ARTICLE_TYPE = re.compile(r"(?:Article|Posting)$")
#: Elements that hold a line of their own, for the measure of what stands beside a link.
_LINE_TAGS = frozenset(
    ("p", "li", "div", "td", "dd", "dt", "h1", "h2", "h3", "h4", "h5", "h6", "article", "section")
)
#: A teaser is no longer than this; a link is its title from so many words or characters, and stands all but alone.
_TEASER, _TITLE_WORDS, _TITLE, _BESIDE_TITLE = 400, 4, 25, 60
#: The same with the white space and scripts of its markup, which is quicker to count.
_RAW_TEASER = 10 * _TEASER
_DIGITS = re.compile(r"\d+")
_YEAR = re.compile(r"(?<!\d)(?:1[34]|19|20)\d\d(?!\d)")
_NO_TITLE = frozenset(("author", "tag", "category", "prev", "next"))
_NO_TITLE_NAMES = re.compile(r"author|byline|categor|tag|prev|next|nav", re.IGNORECASE)


class Place(IntEnum):
    """How near to the article a date stands, the nearest first."""

    OWN = 0
    NEAR = 1
    BESIDE = 2
    OTHERS = 3


class _Names(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    date: tuple[str, ...]
    published: tuple[str, ...]
    changed: tuple[str, ...]
    others: tuple[str, ...]
    events: tuple[str, ...]
    article: tuple[str, ...]
    about: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Whereabouts:
    """Where the article of a page stands, so that its own dates can be told from those of others."""

    tree: HtmlElement
    address: str
    #: the article's heading, or the block that shows its title; None where nothing does
    heading: HtmlElement | None
    #: the heading and all that is around it
    holding: frozenset[HtmlElement]
    #: the element that is marked as the article
    own: HtmlElement | None

    def place(self, element: HtmlElement) -> Place:
        """Where an element stands, judged by the boxes between it and the article."""
        found = Place.NEAR
        within = [element, *element.iterancestors()]
        inside = self.own is None or self.own in within
        for box in within:
            if box is self.own or box in self.holding or box.tag == "body":
                break
            if box is not element and (_is_others(box) or self._is_teaser(box, element)):
                return Place.OTHERS
            if _is_event(box):
                return Place.OTHERS
            if is_aside(box) and not (inside and self.own is not None and box.tag == "footer"):
                found = Place.BESIDE
        return Place.OWN if found is Place.NEAR and inside else found

    def line_place(self, block: HtmlElement) -> Place:
        """Where a line stands, by its block, which may itself be a teaser: a cell with another page's linked title."""
        if block not in self.holding and block is not self.own and self._is_teaser(block, block):
            return Place.OTHERS
        return self.place(block)

    def speaks_of_it(self, element: HtmlElement) -> bool:
        """Whether a box around an element, or the element, is named as one about the article."""
        for box in (element, *element.iterancestors()):
            if box in self.holding or box.tag == "body":
                return False
            if _about().search(_named(box)):
                return True
        return False

    def lines(self, seen: Outline) -> Sequence[tuple[str, HtmlElement]]:
        """The lines of the page with their blocks, those of boxes that hold the article itself among them."""
        if any(is_aside(box) for box in self.holding):
            body = self.tree.find("body")
            root = self.tree if body is None else body
            seen = outline(root, lambda element: is_aside(element) and element not in self.holding)
        return [(line.text, seen.blocks[line.block]) for line in seen.lines]

    def only_article(self) -> HtmlElement | None:
        """The one element marked as an article, where there is one and it is no teaser beside the heading."""
        outer = [box for box in self.tree.iter("article") if not any(map(_is_article, box.iterancestors()))]
        if len(outer) != 1 or any(map(is_aside, outer[0].iterancestors())):
            return None
        return None if self._is_teaser(outer[0], outer[0]) else outer[0]

    def _is_teaser(self, box: HtmlElement, element: HtmlElement) -> bool:
        """Whether a small box holds the linked title of another page, or several with dates of theirs."""
        if _is_longer(box, _RAW_TEASER) or len(text_of(box)) > _TEASER:
            return False
        links = list(box.iter("a"))
        titles = {link.get("href") for link in links if self._is_title(link, element)}
        return len(titles) == 1 or (len(titles) > 1 and _years(box) > 1)

    def _is_title(self, link: HtmlElement, element: HtmlElement) -> bool:
        href = link.get("href") or ""
        if (
            not href
            or _leads_to(href, self.address)
            or _NO_TITLE.intersection((link.get("rel") or "").split())
        ):
            return False
        if _NO_TITLE_NAMES.search(_named(link)) or any(box.tag == "nav" for box in link.iterancestors()):
            return False
        text, around_date = text_of(link), element in link.iter()
        if around_date:
            text = text.replace(text_of(element), "")
        if len(_DIGITS.sub("", text)) < _TITLE and sum(map(str.isalpha, words(text))) < _TITLE_WORDS:
            return False
        if around_date:
            return True
        line = next((box for box in link.iterancestors() if box.tag in _LINE_TAGS), link)
        return len(text_of(line)) <= len(text) + _BESIDE_TITLE or line.tag == "article"


def whereabouts(tree: HtmlElement, titles: set[str], address: str, seen: Outline) -> Whereabouts:
    """Find the article of a page by the heading, or else the line, that bears one of its folded titles."""
    heading = _heading(tree, titles)
    if heading is None:
        heading = _line_titled(seen, titles)
    if heading is None and tree.find(".//form") is not None:
        heading = _line_titled(_outline_with_forms(tree), titles)
    around = [] if heading is None else [heading, *heading.iterancestors()]
    own = next(filter(_is_article, around), None)
    found = Whereabouts(tree=tree, address=address, heading=heading, holding=frozenset(around), own=own)
    return found if own is not None else replace(found, own=found.only_article())


def date_named(tree: HtmlElement) -> Iterator[HtmlElement]:
    """Elements whose names say that they hold a date, and not that of a change."""
    for element in tree.xpath("//*[@class or @id]"):
        names = _named(element)
        if _alone("date").search(names) and not (_alone("changed").search(names) or _is_event(element)):
            yield element


def about_boxes(tree: HtmlElement) -> Iterator[HtmlElement]:
    """Boxes whose names say that they tell about an article."""
    return (element for element in tree.xpath("//*[@class or @id]") if _about().search(_named(element)))


def changes(tree: HtmlElement) -> set[str]:
    """What the elements show that are marked as dates of change."""
    marked = tree.xpath("//*[@class or @id or @itemprop='dateModified']")
    return {text_of(element) for element in marked if says_changed(element)} - {""}


def says_published(element: HtmlElement) -> bool:
    """Whether an element's own names mark it as a date of publication."""
    return bool(_alone("published").search(_named(element)))


def says_changed(element: HtmlElement) -> bool:
    """Whether an element's own names mark it as a date of change and of nothing else."""
    marks = f"{_named(element)} {element.get('itemprop') or ''}".lower()
    return bool(_alone("changed").search(marks)) and not _alone("published").search(marks)


def _line_titled(seen: Outline, titles: set[str]) -> HtmlElement | None:
    return next((seen.blocks[line.block] for line in seen.lines if fold(line.text) in titles), None)


def _outline_with_forms(tree: HtmlElement) -> Outline:
    """The lines of a page of which a form may be the whole, as ASP.NET makes it, though no heading is in it."""
    body = tree.find("body")
    return outline(
        tree if body is None else body, lambda element: element.tag != "form" and is_aside(element)
    )


def _heading(tree: HtmlElement, titles: set[str]) -> HtmlElement | None:
    fitting = [element for element in tree.iter(*_HEADINGS) if fold(text_of(element)) in titles]
    return min(fitting, key=lambda element: _HEADINGS.index(element.tag), default=None)


def _is_article(element: HtmlElement) -> bool:
    if element.tag == "article" or element.get("role") == "article":
        return True
    return element.tag not in ("html", "body") and bool(
        _ARTICLES.search(element.get("class") or "") or _ARTICLE_TYPE.search(element.get("itemtype") or "")
    )


def _is_others(box: HtmlElement) -> bool:
    return _is_article(box) or bool(_others().search(_named(box)))


def _is_event(box: HtmlElement) -> bool:
    """Whether a box is named as telling of an event; a page and its article may bear such a name too."""
    return box.tag not in ("html", "body", "article") and bool(_alone("events").search(_named(box)))


def _is_longer(box: HtmlElement, limit: int) -> bool:
    total = 0
    for text in box.itertext():
        total += len(text)
        if total > limit:
            return True
    return False


def _years(box: HtmlElement) -> int:
    """How many of the lines of a box that are no links tell a year."""
    return sum(bool(_YEAR.search(fold(line.text))) for line in lines_of(box) if not line.link)


def _leads_to(href: str, address: str) -> bool:
    """Whether a link leads to the page itself or a place in it."""
    return urldefrag(urljoin(address, href)).url.rstrip("/") == urldefrag(address).url.rstrip("/")


def _named(element: HtmlElement) -> str:
    return f"{element.get('class') or ''} {element.get('id') or ''}"[:500]


@cache
def _names() -> _Names:
    text = (files("reading") / "data" / "dates.toml").read_text(encoding="utf-8")
    return _Names.model_validate(tomllib.loads(text))


@cache
def _alone(kind: str) -> re.Pattern[str]:
    listed: Sequence[str] = getattr(_names(), kind)
    return re.compile(rf"(?:^|[\s_-])(?:{'|'.join(map(re.escape, listed))})(?:$|[\s_-])", re.IGNORECASE)


@cache
def _others() -> re.Pattern[str]:
    listed = "|".join(map(re.escape, _names().others))
    return re.compile(rf"(?:^|[\s_-])(?:{listed})", re.IGNORECASE)


@cache
def _about() -> re.Pattern[str]:
    article, about = ("|".join(map(re.escape, listed)) for listed in (_names().article, _names().about))
    return re.compile(rf"(?:^|[\s_-])(?:{article})[_-]*(?:{about})", re.IGNORECASE)
