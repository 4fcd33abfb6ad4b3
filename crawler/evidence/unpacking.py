"""Bodies out of their content encodings, as Scrapy unpacks those of live answers."""

from __future__ import annotations

import struct
import sys
import zlib
from collections.abc import Callable, Iterator, Sequence
from gzip import GzipFile
from io import BytesIO
from itertools import chain

import brotli

from crawler.settings import DOWNLOAD_MAXSIZE

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

#: Of a page, packed or not; a live answer is bounded by the same.
MAX_SIZE = DOWNLOAD_MAXSIZE
_BLOCK = 1 << 16


class TooLarge(ValueError):
    """A body that unpacks to more than a page may have."""


def unpacked(body: bytes, encodings: Sequence[str]) -> bytes:
    """The body without its content encodings, named as headers name them.

    It stays as it is where it is not what they say: Common Crawl keeps bodies unpacked, in older files under
    the header of the packed one. Raises TooLarge.
    """
    names = [name.strip().lower() for name in chain.from_iterable(value.split(",") for value in encodings)]
    while names and (unpack := _UNPACKERS.get(names.pop())):
        try:
            body = _bounded(unpack(body))
        except TooLarge:
            raise
        except (*_NOT_SO, zstd.ZstdError, brotli.error):
            return body
    return body


def _bounded(pieces: Iterator[bytes]) -> bytes:
    parts, size = [], 0
    for piece in pieces:
        size += len(piece)
        if size > MAX_SIZE:
            raise TooLarge(f"more than {MAX_SIZE} bytes")
        parts.append(piece)
    return b"".join(parts)


def _gunzip(body: bytes) -> Iterator[bytes]:
    """What can be had: a torn end, or a wrong sum, takes nothing away from what came before."""
    begun = False
    with GzipFile(fileobj=BytesIO(body)) as file:
        while True:
            try:
                piece = file.read1(_BLOCK)
            except (OSError, EOFError, struct.error):
                if begun:
                    return
                raise
            if not piece:
                return
            begun = True
            yield piece


def _inflate(body: bytes) -> Iterator[bytes]:
    """With its header or, as some servers send it, without."""
    unpacker = zlib.decompressobj()
    try:
        piece = unpacker.decompress(body, _BLOCK)
    except zlib.error:
        unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
        piece = unpacker.decompress(body, _BLOCK)
    yield piece
    while unpacker.unconsumed_tail and not unpacker.eof:
        yield unpacker.decompress(unpacker.unconsumed_tail, _BLOCK)


def _unbrotli(body: bytes) -> Iterator[bytes]:
    unpacker = brotli.Decompressor()
    yield unpacker.process(body, output_buffer_limit=_BLOCK)
    while not unpacker.is_finished():
        piece = unpacker.process(b"", output_buffer_limit=_BLOCK)
        if not piece:
            return
        yield piece


def _unzstd(body: bytes) -> Iterator[bytes]:
    with zstd.ZstdFile(BytesIO(body)) as file:
        try:
            while piece := file.read(_BLOCK):
                yield piece
        except EOFError:
            return  # torn: what there is


_UNPACKERS: dict[str, Callable[[bytes], Iterator[bytes]]] = {
    "gzip": _gunzip,
    "x-gzip": _gunzip,
    "deflate": _inflate,
    "br": _unbrotli,
    "zstd": _unzstd,
}
#: How decoders say that bytes are something else.
_NOT_SO = (OSError, EOFError, struct.error, zlib.error, ValueError)
