"""Where a page says that it is to be read in other languages: hreflang, or the switcher of its software."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from lxml.etree import XPath
from lxml.html import HtmlElement

from news.addresses import address_key, canonical, is_web_address
from news.values import Alternate

_CODE = re.compile(r"[a-z]{2,3}(?:[-_][a-z0-9]{2,8})?")
#: The items of the switchers of WPML and Polylang, which bear the code of their language.
_ITEM = re.compile(r"(?:wpml-ls-item|lang-item)-([a-z]{2,3}(?:-[a-z]{2,4})?)")
_SWITCHERS = XPath(
    "//a[@hreflang or ../@class[contains(., 'lang-item-') or contains(., 'wpml-ls-item-')]][@href]"
)
#: More than the languages that a site has are links to something else.
_MOST = 40


def alternates_of(tree: HtmlElement, address: str) -> tuple[Alternate, ...]:
    """The versions in other languages, each address once, the page's own and front pages left out."""
    if not is_web_address(address):
        return ()
    own = address_key(address)
    found: dict[str, Alternate] = {}
    for code, href in _links(tree):
        try:
            there = canonical(href.strip(), address)
            key = address_key(there)
        except ValueError:
            continue
        parts = urlsplit(there)
        is_front = parts.path.strip("/").lower() in ("", code) and not parts.query
        if key != own and not is_front:
            found.setdefault(key, Alternate(address=there, language=code.replace("_", "-")))
    return tuple(found.values()) if len(found) <= _MOST else ()


def _links(tree: HtmlElement) -> Iterator[tuple[str, str]]:
    """Code and address, `x-default` left out, of the head first."""
    for link in tree.iter("link"):
        code = (link.get("hreflang") or "").strip().lower()
        is_alternate = "alternate" in (link.get("rel") or "").lower().split() and link.get("href")
        if is_alternate and _CODE.fullmatch(code):
            yield code, str(link.get("href"))
    for link in _SWITCHERS(tree):
        if code := _switched(link):
            yield code, str(link.get("href"))


def _switched(link: HtmlElement) -> str:
    """The language that a link of a switcher leads to; empty for any other."""
    named = (link.get("hreflang") or "").strip().lower()
    if _CODE.fullmatch(named):
        return named
    parent = link.getparent()
    classes = (parent.get("class") or "").split() if parent is not None else ()
    return next((found[1] for name in classes if (found := _ITEM.fullmatch(name))), "")
