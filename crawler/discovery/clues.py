"""What a page says of where its site's news lies: feeds, REST, other languages, the page of all news."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from urllib.parse import unquote, urljoin, urlsplit

from babel import Locale, UnknownLocaleError
from lxml.html import HtmlElement

from crawler.discovery.blocks import links_of
from crawler.discovery.places import places
from news.addresses import address_key, canonical, is_web_address, same_site
from news.languages import profiles
from news.languages.tokens import fold
from reading.markup import text_of

_FEED_TYPE = re.compile(r"(?:rss|atom|rdf)|(?:text|application)/xml", re.IGNORECASE)
_SEGMENTS = re.compile(r"[/.?=&_-]+")
_REST = "https://api.w.org/"
_GENERATOR = "wordpress"
#: Characters of text under which a page with scripts is an empty frame.
_SAYS_NOTHING = 200
#: An address whose first segment is a language.
_LANGUAGE_PATH = re.compile(r"/([a-z]{2,3})(?:[-_][A-Za-z]{2,4})?(?:/|$)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """The site in another language."""

    language: str
    address: str


def declared_feeds(tree: HtmlElement, base: str) -> tuple[str, ...]:
    """The feeds that the page's head names, whatever type it gives them, then those it links to."""
    head = (link.get("href") for link in tree.iter("link") if _names_feed(link))
    body = (link.address for link in links_of(tree, base) if _leads_to_feed(link.address, link.text))
    found = dict.fromkeys(address for href in (*head, *body) if (address := _resolved(href, base)))
    return tuple(address for address in found if not _words_of(address) & places().not_feeds)


def rest_roots(tree: HtmlElement, base: str, link_headers: Iterable[str] = ()) -> tuple[str, ...]:
    """The roots of WordPress's REST interface that page or headers name; the usual place where WordPress is named."""
    named = [link.get("href") for link in tree.iter("link") if (link.get("rel") or "").strip() == _REST]
    named += [found[1] for text in link_headers if (found := re.search(rf'<([^>]+)>;\s*rel="{_REST}"', text))]
    generators = (meta.get("content") or "" for meta in tree.iter("meta") if meta.get("name") == "generator")
    if not named and any(text.lower().startswith(_GENERATOR) for text in generators):
        named.append(urljoin(base, "/wp-json/"))
    return tuple(dict.fromkeys(address for href in named if (address := _resolved(href, base))))


def versions(tree: HtmlElement, base: str) -> tuple[Version, ...]:
    """The site's pages in other languages, each language once; those on another host are sites of their own."""
    found: dict[str, str] = {}
    for code, address in (*_marked_versions(tree, base), *_named_versions(tree, base)):
        if (
            code in profiles.codes()
            and same_site(address, base)
            and address_key(address) != address_key(base)
        ):
            found.setdefault(code, address)
    return tuple(Version(language=code, address=address) for code, address in found.items())


def news_pages(tree: HtmlElement, base: str) -> tuple[str, ...]:
    """Pages whose links or addresses call them the news, those named so in words first."""
    links = links_of(tree, base)
    by_text = [link.address for link in links if fold(link.text) in places().news_words]
    here = urlsplit(base).path  # another page of the same list is no other list
    by_address = [
        link.address
        for link in links
        if _last_segment(link.address) in places().news_words and urlsplit(link.address).path != here
    ]
    return tuple(dict.fromkeys((*by_text, *by_address)))


def language_of_path(address: str) -> str | None:
    """The language that an address's first segment names."""
    found = _LANGUAGE_PATH.match(urlsplit(address).path)
    return found[1] if found and found[1] in profiles.codes() else None


def _names_feed(link: HtmlElement) -> bool:
    rel = (link.get("rel") or "").lower().split()
    kind = link.get("type") or ""
    if "alternate" not in rel or link.get("hreflang"):
        return False
    return bool(_FEED_TYPE.search(kind)) or (not kind and _leads_to_feed(link.get("href") or "", ""))


def _leads_to_feed(address: str, text: str) -> bool:
    return fold(text) in places().feed_words or bool(_words_of(address) & places().feed_words)


def _words_of(address: str) -> frozenset[str]:
    parts = urlsplit(address)
    return frozenset(map(fold, _SEGMENTS.split(f"{unquote(parts.path)}/{parts.query}")))


def _last_segment(address: str) -> str:
    return fold(unquote(urlsplit(address).path).rstrip("/").rpartition("/")[2])


def _resolved(href: str | None, base: str) -> str | None:
    """The address of a link, as the site writes it; None where it is none, or only a place in the page."""
    if not href or href.strip().startswith("#"):
        return None
    address = urljoin(base, href.strip())
    if not is_web_address(address):
        return None
    return urlsplit(address)._replace(fragment="").geturl()


def _marked_versions(tree: HtmlElement, base: str) -> Iterator[tuple[str, str]]:
    for element in (*tree.iter("link"), *tree.iter("a")):
        code = (element.get("hreflang") or "").lower().replace("_", "-").partition("-")[0]
        if code and (address := _resolved(element.get("href"), base)):
            yield code, address


def _named_versions(tree: HtmlElement, base: str) -> Iterator[tuple[str, str]]:
    """Links that say the name of a language and lead to the address of that language."""
    for element in tree.iter("a"):
        code = _language_names().get(fold(text_of(element)))
        address = _resolved(element.get("href"), base) if code else None
        if code and address and code in (language_of_path(address), _language_parameter(address)):
            yield code, address


def _language_parameter(address: str) -> str | None:
    found = re.search(r"(?:^|&)(?:lang|language|hl|locale)=([a-z]{2,3})\b", urlsplit(address).query)
    return found[1] if found else None


@cache
def _language_names() -> dict[str, str]:
    """Folded name (its own, the English one, the code) → code."""
    names: dict[str, str] = {}
    for code in profiles.codes():
        for name in (code, profiles.profile(code).name, _own_name(code)):
            names[fold(name)] = code
    return names


def _own_name(code: str) -> str:
    try:
        return Locale(code).get_display_name(code) or code
    except UnknownLocaleError:
        return code


def needs_scripts(tree: HtmlElement) -> bool:
    """Whether a page says almost nothing before its scripts have run."""
    body = tree.find("body")
    if body is None or next(tree.iter("script"), None) is None:
        return False
    said = (
        " ".join(text.split())
        for text in body.xpath(".//text()[not(ancestor::script or ancestor::style or ancestor::noscript or ancestor::template)]")
    )
    return sum(map(len, said)) < _SAYS_NOTHING


def home_of(address: str) -> str:
    """The root of an address's site."""
    parts = urlsplit(canonical(address))
    return f"{parts.scheme}://{parts.netloc}/"
