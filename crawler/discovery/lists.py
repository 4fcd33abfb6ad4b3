"""Finding pages that list articles, and how their articles' addresses look."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache

from lxml.html import HtmlElement
from scrapy.http import HtmlResponse

from crawler.discovery.asking import Asker
from crawler.discovery.blocks import Block, blocks_of, links_of
from crawler.discovery.found import Shown
from crawler.discovery.patterns import learn, path_of
from crawler.discovery.places import places
from crawler.roads.lists import list_leads
from news.addresses import canonical, is_web_address, same_site
from news.languages.tokens import fold
from news.values import Article, Lead, ListRoad, Road, Source
from reading.charsets import decode
from reading.markup import HalfParsed, parse, text_of

#: Blocks of a page that are looked at, articles of each that are read, and patterns of one page.
_BLOCKS, _READ, _PATTERNS = 4, 2, 2
#: Articles that make a list.
_FEWEST = 3
#: Characters of a link that may be a headline.
_HEADLINE = 25
_CLASS = re.compile(r"[A-Za-z][\w-]*")


def tree_of(response: HtmlResponse) -> HtmlElement | None:
    """The page as a tree; None for one that no parser takes."""
    kind = response.headers.get("Content-Type")
    try:
        return parse(decode(response.body, kind.decode("latin-1") if kind else None))
    except HalfParsed:
        return None


async def find_list(asker: Asker, response: HtmlResponse, source: Source) -> Shown | None:
    """The list of articles that a page shows; one of each kind of them is read before it is believed."""
    tree = tree_of(response)
    if tree is None:
        return None
    patterns: list[str] = []
    dated = False
    for block in blocks_of(tree, response.url)[:_BLOCKS]:
        if _is_covered(block, patterns):
            continue
        pattern = learn(block.addresses, _others(tree, response.url, block))
        leads = leads_of(response, pattern, source) if pattern else ()
        sample = await _sample(asker, leads, source) if len(leads) >= _FEWEST else None
        if pattern and sample is not None:
            patterns.append(pattern)
            dated = dated or sample.dated is not None
        if len(patterns) == _PATTERNS:
            break
    if not patterns:
        return None
    pattern = "|".join(patterns)
    listed = ListRoad(url=response.url, article=pattern, next=next_selector(response, tree))
    leads = leads_of(response, pattern, source)
    return Shown(road=Road.LIST, address=response.url, leads=leads, listed=listed, dated=dated)


def leads_of(response: HtmlResponse, pattern: str, source: Source) -> tuple[Lead, ...]:
    """What a crawl would find on the page."""
    return tuple(list_leads(response, ListRoad(url=response.url, article=pattern), source))


def next_selector(response: HtmlResponse, tree: HtmlElement) -> str | None:
    """A CSS selector of the link to older news, and of nothing else."""
    for selector in (*places().next_selectors, *_worded_selectors(tree)):
        targets = {response.urljoin(href) for href in response.css(selector).css("::attr(href)").getall()}
        if len(targets) == 1 and _leads_on(targets.pop(), response.url):
            return selector
    return None


def _worded_selectors(tree: HtmlElement) -> Iterable[str]:
    """Selectors of links that say that they lead on, by their class or that of the element around them."""
    for link in tree.iter("a"):
        text = text_of(link)
        if text.strip() not in _next_words() and fold(text) not in _next_words():
            continue
        around = link.getparent()
        if name := _class_of(link):
            yield f"a.{name}"
        if around is not None and (name := _class_of(around)):
            yield f".{name} > a:last-of-type"


@cache
def _next_words() -> frozenset[str]:
    words = places().next_words
    return frozenset((*words, *filter(None, map(fold, words))))


def _class_of(element: HtmlElement) -> str | None:
    names = (element.get("class") or "").split()
    return next((name for name in names if _CLASS.fullmatch(name)), None)


def _leads_on(target: str, here: str) -> bool:
    return is_web_address(target) and same_site(target, here) and canonical(target) != canonical(here)


def _is_covered(block: Block, patterns: Sequence[str]) -> bool:
    """Whether most of a block's articles are found already."""
    known = sum(
        any(re.search(pattern, path_of(address)) for pattern in patterns) for address in block.addresses
    )
    return 2 * known >= len(block.addresses)


def _others(tree: HtmlElement, base: str, block: Block) -> list[str]:
    """Links of the page that are no headlines of the block's kind."""
    own = set(block.addresses)
    links = links_of(tree, base)
    return [
        link.address
        for link in links
        if link.address not in own and (link.aside or len(link.text) < _HEADLINE)
    ]


async def _sample(asker: Asker, leads: Sequence[Lead], source: Source) -> Article | None:
    """The first of the leads that reads as an article."""
    for lead in leads[:_READ]:
        found = await asker.read(lead, source)
        if isinstance(found, Article):
            return found
    return None
