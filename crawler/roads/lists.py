"""List pages of HTML: links to articles with the list's own titles and dates, and the way to older ones."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from lxml import etree
from lxml.html import HtmlElement
from scrapy.http import HtmlResponse

from crawler.roads.common import is_article, lead, plain, stated_date
from news.addresses import canonical, is_web_address, same_site
from news.values import Dated, Lead, ListRoad, Provenance, Road, Source

#: How far above a link its own block is looked for.
_LEVELS = 4
#: Links of a page that are looked at, articles among them, and texts of a block: no list of news shows more.
_LINKS, LONGEST, _TEXTS = 20_000, 1_000, 200
#: How a page names the next one itself.
_NEXT = "link[rel~=next], a[rel~=next]"


def list_leads(response: HtmlResponse, road: ListRoad, source: Source) -> Iterator[Lead]:
    """The articles that a list page links to, each once, under its longest title."""
    links: dict[HtmlElement, str] = {}
    by_address: dict[str, list[HtmlElement]] = {}
    known: dict[str, str | None] = {}
    for link in islice(response.xpath("//a[@href]"), _LINKS):
        href = link.attrib["href"]
        if href not in known:
            known[href] = _article_address(href, response, road)
        address = known[href]
        if address is None or (address not in by_address and len(by_address) >= LONGEST):
            continue
        links[link.root] = address
        by_address.setdefault(address, []).append(link.root)
    blocks = _Blocks(links)
    for address, found in by_address.items():
        title = max((plain(" ".join(link.itertext())) or "" for link in found), key=len)
        dated = next((date for link in found if (date := _date(link, blocks, source))), None)
        made = lead(address, response.url, source, Road.LIST, title=title or None, dated=dated)
        if made is not None:
            yield made


def next_page(response: HtmlResponse, road: ListRoad) -> str | None:
    """The address of the next, older page: by the source's selector, else by the page's own `rel=next`."""
    target = response.css(road.next or _NEXT).css("::attr(href)").get()
    older = response.urljoin(target) if target else ""
    return older if is_web_address(older) else None


class _Blocks:
    """Tells which elements hold the links of one article alone; each is walked once, and no further than it must."""

    def __init__(self, links: dict[HtmlElement, str]) -> None:
        self._links = links
        self._own: dict[HtmlElement, bool] = {}

    def is_own(self, block: HtmlElement) -> bool:
        """Whether no more than one article is linked from within."""
        if block not in self._own:
            first: str | None = None
            for link in block.iter("a"):
                address = self._links.get(link)
                if address is not None and first not in (None, address):
                    self._own[block] = False
                    break
                first = first or address
            else:
                self._own[block] = True
        return self._own[block]


def _article_address(href: str, response: HtmlResponse, road: ListRoad) -> str | None:
    address = _clean(href, response)
    if address is None or address == canonical(response.url) or not same_site(address, response.url):
        return None
    return address if is_article(address, road.article) else None


def _date(link: HtmlElement, blocks: _Blocks, source: Source) -> Dated | None:
    """The date in the link's own block: what lies around it up to where another article's link begins."""
    for block in islice(link.iterancestors(), _LEVELS):
        if not blocks.is_own(block):
            return None
        for text in islice(_texts(block), _TEXTS):
            dated = stated_date(text.strip(), source, Provenance.LIST)
            if dated is not None:
                return dated
    return None


def _texts(block: HtmlElement) -> Iterator[str]:
    """The texts within a block in their order, the moments of `<time>` among them."""
    for event, element in etree.iterwalk(block, events=("start", "end")):
        if event == "end":
            text = element.tail if element is not block else None
        else:
            if element.tag == "time" and element.get("datetime"):
                yield element.get("datetime") or ""
            text = element.text
        if text:
            yield text


def _clean(href: str, response: HtmlResponse) -> str | None:
    try:
        return canonical(href, response.url)
    except ValueError:
        return None
