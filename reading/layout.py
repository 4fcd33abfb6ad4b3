"""The parts of a page by the names that its elements bear; which names is data (`data/layout.toml`)."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from functools import cache, lru_cache
from importlib.resources import files

from lxml.html import HtmlElement
from pydantic import BaseModel, ConfigDict

from reading.markup import Outline, outline

_ASIDE_TAGS = frozenset(("nav", "aside", "footer", "form"))
#: A form with one of these is more than a form.
_PAGE_TAGS = ("h1", "article", "main")
_HEADINGS = ("h1", "h2", "h3", "article", "main")
#: Characters of a header from which it is more than the bars at the top of a site.
_BAR = 1500
#: Links of a form right in the body from which it is the page.
_LINKS = 3
_MAIN_TAGS = frozenset(("article", "main", "body"))
#: Characters of a class that are looked at.
_NAMES = 500
_UNSEEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_PICTURES = frozenset(("figure", "figcaption"))


class _Names(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    content: tuple[str, ...]
    aside: tuple[str, ...]
    others: tuple[str, ...]
    about: tuple[str, ...]
    furniture: tuple[str, ...]
    capitals: tuple[str, ...]


@cache
def _names() -> _Names:
    text = (files("reading") / "data" / "layout.toml").read_text(encoding="utf-8")
    return _Names.model_validate(tomllib.loads(text))


def content_names() -> Sequence[str]:
    """The classes of containers that hold an article's text, the surest first."""
    return _names().content


def is_aside(element: HtmlElement) -> bool:
    """Whether an element is a bar, box or form beside the article rather than a part of it."""
    tag = element.tag
    if tag == "header":
        return _heads_site(element)
    if tag in _ASIDE_TAGS:
        return tag != "form" or not _wraps_page(element)
    names = _named(element)
    return bool(names) and tag not in _MAIN_TAGS and _names_aside(names)


def _heads_site(header: HtmlElement) -> bool:
    """Whether a header is the site's: within no article, and without a heading or a text of its own."""
    if next(header.iterancestors("article", "main"), None) is not None:
        return False
    if any(header.find(f".//{tag}") is not None for tag in _HEADINGS):
        return False
    return len(header.text_content()) < _BAR


def _wraps_page(form: HtmlElement) -> bool:
    """Whether a form is the whole page, as ASP.NET makes it."""
    if any(form.find(f".//{tag}") is not None for tag in _PAGE_TAGS):
        return True
    parent = form.getparent()
    return parent is not None and parent.tag == "body" and len(form.findall(".//a")) >= _LINKS


def is_furniture(element: HtmlElement) -> bool:
    """Whether an element is named as small print within an article."""
    names = _named(element)
    return bool(names) and element.tag not in _MAIN_TAGS and _names_furniture(names)


def holds_others(element: HtmlElement) -> bool:
    """Whether an element is named as holding other articles or no article at all, and lacks the page's heading."""
    names = _named(element)
    if not names or element.tag in _MAIN_TAGS or not _names_others(names):
        return False
    return element.find(".//h1") is None


def page_outline(tree: HtmlElement) -> Outline:
    """The lines of a page without its asides and the captions of its pictures."""
    body = tree.find("body")
    return outline(tree if body is None else body, _is_passed_over)


def _is_passed_over(element: HtmlElement) -> bool:
    style = element.get("style")
    return element.tag in _PICTURES or bool(style and _UNSEEN.search(style)) or is_aside(element)


def _named(element: HtmlElement) -> str:
    kind, name = element.get("class"), element.get("id")
    names = f"{kind} {name}" if kind and name else kind or name or ""
    return names[:_NAMES]


@lru_cache(maxsize=8192)
def _names_aside(names: str) -> bool:
    return bool(_aside().search(names))


@lru_cache(maxsize=8192)
def _names_others(names: str) -> bool:
    return bool(_others().search(names))


@lru_cache(maxsize=8192)
def _names_furniture(names: str) -> bool:
    return bool(_furniture().search(names) or _capitals().search(names))


@cache
def _aside() -> re.Pattern[str]:
    return _alone(_names().aside)


@cache
def _others() -> re.Pattern[str]:
    return _alone(_names().others)


@cache
def _furniture() -> re.Pattern[str]:
    return _alone(_names().furniture)


@cache
def _capitals() -> re.Pattern[str]:
    return re.compile(rf"[a-z](?:{'|'.join(map(re.escape, _names().capitals))})")


def _alone(words: Sequence[str]) -> re.Pattern[str]:
    names = "|".join(map(re.escape, words))
    about = "".join(f"(?<!{re.escape(word)}[_-])" for word in _names().about)
    return re.compile(rf"(?:^|[\s_-]){about}(?:{names})(?:$|[\s_-])", re.IGNORECASE)
