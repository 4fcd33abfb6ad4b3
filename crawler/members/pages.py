"""One page of a list of members, in whatever it is written: its rows, and where the list goes on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from lxml.html import HtmlElement

from crawler.discovery.places import places
from crawler.members import markup, records
from crawler.members.rows import Cell, NoList, Table, is_name
from news.addresses import canonical, same_site
from news.languages.tokens import fold
from news.values import MembersRoad, Page
from reading.charsets import decode
from reading.markup import HalfParsed, parse, select, text_of

#: What a list in a page's own markup is preferred by to one in the data of its scripts.
_SHOWN = 1.2
_IN_PAGE, _IN_DATA, _IN_LINES, _EMBEDDED = "html:", "json:", "csv:", "script:"
_NEXT = re.compile(r"<([^>]+)>\s*;[^,]*\brel\s*=\s*\"?next\b", re.IGNORECASE)
_HTML = re.compile(
    r"\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|div|table|ul|main|section)\b",
    re.IGNORECASE | re.DOTALL,
)

_Found = tuple[float, str, tuple[Cell, ...]]


def read_page(page: Page, road: MembersRoad, layout: str | None) -> Table:
    """The first page of a list; `layout` is how it was read before. Raises NoList."""
    source = _Opened(page)
    found = max(source.lists(road, layout), key=lambda one: one[0], default=(0.0, "", ()))
    cells = tuple(cell for cell in found[2] if is_name(cell.text))
    if not cells:
        raise NoList("empty-list", f"{page.address} shows no list of members")
    return Table(layout=found[1], cells=cells, following=source.following(road, 1))


def read_further(page: Page, road: MembersRoad, layout: str, number: int) -> Table:
    """The `number`-th page of a list, read as its first was. Raises NoList where it shows none of the kind."""
    source = _Opened(page)
    cells = tuple(cell for cell in source.further(road, layout) if is_name(cell.text))
    if not cells:
        raise NoList("layout-changed", f"{page.address} shows nothing of the list that its first page shows")
    return Table(layout=layout, cells=cells, following=source.following(road, number))


class _Opened:
    """A page as markup or data."""

    def __init__(self, page: Page) -> None:
        self._page, self._base = page, page.final_address
        text = decode(page.body, page.header("content-type"))
        kind = (page.header("content-type") or "").lower()
        self._tree: HtmlElement | None = None
        self._document: Any = None
        self._is_csv = False
        try:
            self._open(text, kind)
        except (HalfParsed, ValueError, RecursionError) as error:
            raise NoList("unreadable", f"{page.address}: {error}") from error

    def _open(self, text: str, kind: str) -> None:
        if "json" in kind or (text.lstrip("\ufeff \t\r\n")[:1] in "[{" and "html" not in kind):
            self._document = records.document_of(text)
        elif "csv" in kind or (not _HTML.match(text) and urlsplit(self._base).path.endswith(".csv")):
            self._document, self._is_csv = records.rows_of_csv(text), True
        else:
            self._tree = parse(text)

    def lists(self, road: MembersRoad, layout: str | None) -> Iterator[_Found]:
        """The lists that the page may mean, each with its worth."""
        for begin, document in self._documents():
            known = layout.removeprefix(begin) if layout and layout.startswith(begin) else None
            value, name, cells = records.data_cells(document, self._base, road, known)
            yield value, begin + name, cells
        if self._tree is not None:
            known = layout.removeprefix(_IN_PAGE) if layout and layout.startswith(_IN_PAGE) else None
            value, name, cells = markup.page_cells(self._tree, self._base, road, known)
            yield value * _SHOWN, _IN_PAGE + name, cells

    def further(self, road: MembersRoad, layout: str) -> tuple[Cell, ...]:
        """The rows of the list of that layout."""
        begin, _, name = layout.partition(":")
        if self._tree is not None and begin + ":" == _IN_PAGE:
            return markup.known_cells(self._tree, self._base, road, name)
        for known, document in self._documents():
            cells = records.known_cells(document, self._base, road, name) if known == begin + ":" else ()
            if cells:
                return cells
        return ()

    def _documents(self) -> Iterator[tuple[str, Any]]:
        if self._document is not None:
            yield _IN_LINES if self._is_csv else _IN_DATA, self._document
        if self._tree is not None:
            for document in records.embedded(self._tree):
                yield _EMBEDDED, document

    def following(self, road: MembersRoad, number: int) -> str | None:
        """The address of the list's next page, where this is the `number`-th."""
        for target in self._next(road, number):
            try:
                address = canonical(target, self._base)
            except ValueError:
                continue
            if address != canonical(self._base) and (road.next or self._goes_on(address, road)):
                return address
        return None

    def _goes_on(self, address: str, road: MembersRoad) -> bool:
        """Whether an address is the list's own with another number, and no other page that comes next."""
        if not same_site(address, self._base):
            return False
        begin = urlsplit(canonical(road.url)).path.rstrip("/")
        return urlsplit(address).path.rstrip("/") in (
            begin,
            urlsplit(self._base).path.rstrip("/"),
        ) or urlsplit(address).path.startswith(f"{begin}/")

    def _next(self, road: MembersRoad, number: int) -> Iterator[str]:
        if self._tree is not None and road.next:
            yield from (link.get("href") or "" for link in select(self._tree, road.next)[:1])
            return
        if (named := _NEXT.search(self._page.header("link") or "")) is not None:
            yield named[1]
        if self._tree is not None:
            yield from _linked(self._tree, number)
        elif (told := records.next_address(self._document, self._base)) is not None:
            yield told
        elif (more := self._more_pages()) is not None:
            yield more

    def _more_pages(self) -> str | None:
        """WordPress says how many pages a collection has."""
        total = self._page.header("x-wp-totalpages") or ""
        parts = urlsplit(self._base)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        number = int(query.get("page", "1")) if query.get("page", "1").isdecimal() else 1
        if not total.isdecimal() or number >= int(total):
            return None
        return urlunsplit(parts._replace(query=urlencode({**query, "page": str(number + 1)})))


def _linked(tree: HtmlElement, number: int) -> Iterator[str]:
    """Where links lead that say that a list goes on: by what they are, by the next number, by their words."""
    for selector in places().next_selectors:
        yield from (link.get("href") or "" for link in select(tree, selector))
    yield from (link.get("href") or "" for link in tree.iter("link") if link.get("rel") == "next")
    said = set(places().next_words) | {fold(word) for word in places().next_words if fold(word)}
    for link in tree.iter("a"):
        text = text_of(link)
        if (text.isdecimal() and int(text) == number + 1) or text in said or fold(text) in said:
            yield link.get("href") or ""
