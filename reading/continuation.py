"""Articles that go on over several pages: where the next one is, and how they become one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

from lxml.html import HtmlElement

from news.addresses import canonical, same_site
from news.languages.tokens import fold
from news.values import Article, Source
from reading.again import read_again

_NUMBER = re.compile(r"/?(?:page/)?(\d{1,3})/?")
_FIGURES = re.compile(r"(?<!\d)\d{1,3}(?!\d)")
_QUERY = frozenset(("page", "pg", "sayfa", "seite"))
#: A post of more pages is a book, or a trap.
MAX_PAGES = 30
#: Lines at the head of a later page that may repeat the first.
_REPEATED = 6


def continuation(tree: HtmlElement, address: str, *, first: str | None = None) -> str | None:
    """The address of the article's next page; None where it ends here.

    `first` is the address of its first page, where this is a later one. Only an address that is the
    first one with the next number counts: `rel=next` mostly leads to the next article.
    """
    try:
        here = canonical(address)
        begin = canonical(first) if first else here
    except ValueError:
        return None
    number = _number(here, begin)
    if number is None or number >= MAX_PAGES:
        return None
    for found in _linked(tree, here, number + 1):
        if _number(found, begin) == number + 1 and same_site(found, begin):
            return found
    return None


def join_pages(first: Article, rest: Sequence[Article], *, source: Source | None = None) -> Article:
    """One article out of its pages: the first one's title, date and address, the text of all."""
    lines = first.text.split("\n")
    for page in rest:
        known = {fold(first.title), *map(fold, lines)}
        own = page.text.split("\n")
        lines += [line for line in own[:_REPEATED] if fold(line) not in known] + own[_REPEATED:]
    return read_again(replace(first, text="\n".join(lines)), source)


def _linked(tree: HtmlElement, address: str, number: int) -> Iterator[str]:
    """Where the page's links lead that hold a number, those that say `next` first."""
    links = [link for link in tree.iter("link", "a") if _holds(link.get("href") or "", number)]
    links.sort(key=lambda link: "next" not in (link.get("rel") or "").lower().split())
    for link in links:
        try:
            yield canonical(link.get("href"), address)
        except ValueError:
            continue


def _holds(target: str, number: int) -> bool:
    return any(int(figures) == number for figures in _FIGURES.findall(target))


def _number(address: str, first: str) -> int | None:
    """Which page of an article an address is; None for another article."""
    if address == first:
        return 1
    try:
        here, there = urlsplit(address), urlsplit(first)
    except ValueError:
        return None
    base = there.path.rstrip("/")
    if here.query == there.query and here.path.startswith(f"{base}/"):
        found = _NUMBER.fullmatch(here.path.removeprefix(base))
        return int(found[1]) if found else None
    if here.path.rstrip("/") != base:
        return None
    added = set(parse_qsl(here.query)) - set(parse_qsl(there.query))
    numbers = [value for name, value in added if name in _QUERY and value.isdecimal() and len(value) <= 3]
    return int(numbers[0]) if len(added) == len(numbers) == 1 else None
