"""List pages of HTML: links to articles with the list's own titles and dates, and the way to older ones."""

from __future__ import annotations

from collections.abc import Iterator

from parsel import Selector, SelectorList
from scrapy.http import HtmlResponse

from crawler.roads.common import is_article, lead, plain, stated_date
from news.addresses import canonical, is_web_address, same_site
from news.values import Dated, Lead, ListRoad, Provenance, Road, Source

#: How far above a link its own block is looked for.
_LEVELS = 4


def list_leads(response: HtmlResponse, road: ListRoad, source: Source) -> Iterator[Lead]:
    """The articles that a list page links to, each once, under its longest title."""
    links: dict[str, list[Selector]] = {}
    for link in response.css("a[href]"):
        address = _article_address(link, response, road)
        if address is not None:
            links.setdefault(address, []).append(link)
    for address, found in links.items():
        title = max((plain(" ".join(link.css("::text").getall())) or "" for link in found), key=len)
        dated = next((date for link in found if (date := _date(link, frozenset(links), response, source))), None)
        made = lead(address, response.url, source, Road.LIST, title=title or None, dated=dated)
        if made is not None:
            yield made


def next_page(response: HtmlResponse, road: ListRoad) -> str | None:
    """The address of the next, older page."""
    if road.next is None:
        return None
    target = response.css(road.next).css("::attr(href)").get()
    older = response.urljoin(target) if target else ""
    return older if is_web_address(older) else None


def _article_address(link: Selector, response: HtmlResponse, road: ListRoad) -> str | None:
    address = _clean(link.attrib["href"], response)
    if address is None or address == canonical(response.url) or not same_site(address, response.url):
        return None
    return address if is_article(address, road.article) else None


def _date(link: Selector, articles: frozenset[str], response: HtmlResponse, source: Source) -> Dated | None:
    """The date in the link's own block: what lies around it up to where another article's link begins."""
    for level in range(1, _LEVELS + 1):
        block = link.xpath("ancestor::*[$level]", level=level)
        if not block or _articles_in(block, articles, response) > 1:
            return None
        for text in block.xpath(".//time/@datetime | .//text()").getall():
            dated = stated_date(text.strip(), source, Provenance.LIST)
            if dated is not None:
                return dated
    return None


def _articles_in(block: SelectorList[Selector], articles: frozenset[str], response: HtmlResponse) -> int:
    targets = (_clean(href, response) for href in block.css("a::attr(href)").getall())
    return len({target for target in targets if target in articles})


def _clean(href: str, response: HtmlResponse) -> str | None:
    try:
        return canonical(href, response.url)
    except ValueError:
        return None
