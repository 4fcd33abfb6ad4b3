"""Sitemaps and sitemap indexes, gzipped or not, news sitemaps included."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator

from lxml import etree

from crawler.roads.common import OverlongList, is_article, lead, moment, stated_date
from news.addresses import canonical
from news.values import Lead, Provenance, Road, Source

#: A packed sitemap must not unpack to more: the format's own limit.
MAX_SIZE = 50 * 1024 * 1024
_MAGIC = b"\x1f\x8b"


def sitemap_entries(body: bytes, base: str, source: Source) -> tuple[tuple[str, ...], tuple[Lead, ...]]:
    """(addresses of further sitemaps, leads); raises ValueError where the body is no sitemap."""
    root = _root(body)
    name = etree.QName(root).localname
    if name == "sitemapindex":
        return tuple(_addresses(root, base)), ()
    if name != "urlset":
        raise ValueError(f"not a sitemap but <{name}>")
    return (), tuple(_leads(root, base, source))


def _root(body: bytes) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True, huge_tree=False)
    try:
        root = etree.fromstring(_unpacked(body).lstrip(), parser)
    except etree.XMLSyntaxError as error:
        raise ValueError(f"not XML: {error}") from error
    if root is None:
        raise ValueError("not XML")
    return root


def _unpacked(body: bytes) -> bytes:
    if not body.startswith(_MAGIC):
        return body
    unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        plain = unpacker.decompress(body, MAX_SIZE)
    except (zlib.error, gzip.BadGzipFile) as error:
        raise ValueError(f"broken gzip: {error}") from error
    if unpacker.unconsumed_tail:
        raise OverlongList(f"unpacks to more than {MAX_SIZE} bytes")
    return plain


def _addresses(root: etree._Element, base: str) -> Iterator[str]:
    for node in root:
        try:
            yield canonical(_child(node, "loc") or "", base)
        except ValueError:
            continue


def _leads(root: etree._Element, base: str, source: Source) -> Iterator[Lead]:
    for node in root:
        address = _child(node, "loc")
        if not address or not is_article(address, source.article):
            continue
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
