"""Sitemaps and sitemap indexes, gzipped or not, news sitemaps included."""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from io import BytesIO
from itertools import islice
from typing import Any, cast

from lxml import etree

from crawler.roads.common import OverlongList, is_article, lead, moment, stated_date
from news.addresses import canonical
from news.values import Lead, Provenance, Road, Source

#: A packed sitemap must not unpack to more: the format's own limit, as is the number of its entries.
MAX_SIZE, MAX_ENTRIES = 50 * 1024 * 1024, 50_000
_MAGIC = b"\x1f\x8b"
#: Bytes that the parser is given at once.
_BLOCK = 64 * 1024
_INDEX, _LIST = "sitemapindex", "urlset"


def sitemap_entries(body: bytes, base: str, source: Source) -> tuple[tuple[str, ...], tuple[Lead, ...]]:
    """(addresses of further sitemaps, leads), newest first, those without a date last and in their order.

    Raises ValueError where the body is no sitemap.
    """
    parts: list[tuple[str, datetime | None]] = []
    leads: list[Lead] = []
    for name, node in islice(_entries(body), MAX_ENTRIES):
        if name == _INDEX:
            parts += _part(node, base, source)
        else:
            leads += _leads(node, base, source)
    parts.sort(key=lambda part: _age(part[1]))
    return tuple(address for address, _ in parts), tuple(sorted(leads, key=lambda lead: _age(moment_of(lead))))


def moment_of(lead: Lead) -> datetime | None:
    """How new a sitemap says that a page is."""
    return lead.dated.moment if lead.dated else lead.modified_at


def _age(moment: datetime | None) -> float:
    return -moment.timestamp() if moment is not None else math.inf


def _entries(body: bytes) -> Iterator[tuple[str, etree._Element]]:
    """Each entry with the name of what it stands in; the tree holds no more than two of them."""
    events = etree.iterparse(
        cast("Any", _Plain(body)), events=("start", "end"), resolve_entities=False, no_network=True, recover=True,
        huge_tree=False,
    )  # fmt: skip
    root: etree._Element | None = None
    name = ""
    try:
        for event, node in events:
            if root is None:
                root, name = node, _sitemap_name(node)
            elif event == "end" and node.getparent() is root:
                yield name, node
                node.clear(keep_tail=True)
                while node.getprevious() is not None:
                    del root[0]
    except etree.XMLSyntaxError as error:
        raise ValueError(f"not XML: {error}") from error
    if root is None:
        raise ValueError("not XML")


def _sitemap_name(root: etree._Element) -> str:
    name = str(etree.QName(root).localname)
    if name not in (_INDEX, _LIST):
        raise ValueError(f"not a sitemap but <{name}>")
    return name


class _Plain:
    """A body, unpacked where it is packed, as a file that is read once."""

    def __init__(self, body: bytes) -> None:
        self._source = BytesIO(body)
        self._unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16) if body.startswith(_MAGIC) else None
        self._begun, self._size = False, 0

    def read(self, _: int = -1) -> bytes:
        """Some bytes, none at the end; raises ValueError where what is packed is broken or too much."""
        block = self._next()
        while block and not self._begun:  # what stands before the declaration of XML makes it none
            block = block.lstrip()
            self._begun = bool(block)
            block = block or self._next()
        return block

    def _next(self) -> bytes:
        if self._unpacker is None:
            return self._source.read(_BLOCK)
        block = b""
        while not block and not self._unpacker.eof:
            packed = self._unpacker.unconsumed_tail or self._source.read(_BLOCK)
            if not packed:
                break
            block = self._unpacked(packed)
        self._size += len(block)
        if self._size > MAX_SIZE:
            raise OverlongList(f"unpacks to more than {MAX_SIZE} bytes")
        return block

    def _unpacked(self, packed: bytes) -> bytes:
        assert self._unpacker is not None
        try:
            return self._unpacker.decompress(packed, _BLOCK)
        except zlib.error as error:
            raise ValueError(f"broken gzip: {error}") from error


def _part(node: etree._Element, base: str, source: Source) -> Iterator[tuple[str, datetime | None]]:
    with suppress(ValueError):
        yield canonical(_child(node, "loc") or "", base), moment(_child(node, "lastmod"), source)


def _leads(node: etree._Element, base: str, source: Source) -> Iterator[Lead]:
    address = _child(node, "loc")
    if not address or not is_article(address, source.article):
        return
    found = lead(
        address, base, source, Road.SITEMAP, title=_descendant(node, "title"),
        dated=stated_date(_descendant(node, "publication_date"), source, Provenance.SITEMAP),
        modified_at=moment(_child(node, "lastmod"), source),
    )
    if found is not None:
        yield found


def _child(node: etree._Element, name: str) -> str | None:
    return next((_text(child) for child in node if _is(child, name)), None)


def _descendant(node: etree._Element, name: str) -> str | None:
    return next((_text(child) for child in node.iter() if _is(child, name)), None)


def _is(node: etree._Element, name: str) -> bool:
    return isinstance(node.tag, str) and etree.QName(node).localname == name


def _text(node: etree._Element) -> str | None:
    return (node.text or "").strip() or None
