"""The gzip members of a WARC file: each a record, or a place where the file is broken."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

_GZIP = 16 + zlib.MAX_WBITS
_MAGIC = b"\x1f\x8b\x08"
_BLOCK = 1 << 16
#: What a member of a WARC file begins with.
_WARC = b"WARC/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One member: where it lies, what it holds."""

    start: int
    #: packed, bytes
    size: int
    #: unpacked; nothing where it holds more than was asked for
    content: bytes = field(repr=False)
    #: unpacked, bytes
    length: int

    @property
    def end(self) -> int:
        """Where the next one begins."""
        return self.start + self.size


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """Bytes that are no member, up to the next one or the file's end."""

    start: int
    reason: str


def is_gzip(file: BinaryIO) -> bool:
    """Whether a file begins as gzip."""
    file.seek(0)
    return file.read(len(_MAGIC)) == _MAGIC


def members(file: BinaryIO, start: int = 0, *, longest: int) -> Iterator[Member | Break]:
    """Walk the members from `start`; behind a break it goes on with the next that begins as a record.

    Of a member that holds more than `longest` bytes only the place and length are given.
    """
    while True:
        found = _member(file, start, longest)
        if found is None:
            return
        yield found
        if isinstance(found, Member):
            start = found.end
            continue
        following = _next_start(file, found.start + 1)
        if following is None:
            return
        start = following


def whole_until(file: BinaryIO) -> int:
    """How many bytes of a file are whole members, counted from its beginning."""
    end = 0
    for found in members(file, longest=0):
        if isinstance(found, Break):
            break
        end = found.end
    return end


def _member(file: BinaryIO, start: int, longest: int) -> Member | Break | None:
    """The member at `start`; None at the file's end."""
    file.seek(start)
    data = file.read(_BLOCK)
    if not data:
        return None
    unpacker, taken, parts, length = zlib.decompressobj(_GZIP), len(data), list[bytes](), 0
    try:
        while True:
            piece = unpacker.decompress(data, _BLOCK)
            length += len(piece)
            if length <= longest:
                parts.append(piece)
            if unpacker.eof:
                break
            data = unpacker.unconsumed_tail
            if not data:
                data = file.read(_BLOCK)
                taken += len(data)
            if not data and not piece:
                return Break(start=start, reason="the file ends within a record")
    except zlib.error as error:
        return Break(start=start, reason=f"not gzip: {error}")
    size = taken - len(unpacker.unused_data) - len(unpacker.unconsumed_tail)
    return Member(
        start=start, size=size, content=b"".join(parts) if length <= longest else b"", length=length
    )


def _next_start(file: BinaryIO, start: int) -> int | None:
    """Where the next member begins that holds a record."""
    file.seek(start)
    base, window = start, b""
    while data := file.read(_BLOCK):
        window += data
        place = window.find(_MAGIC)
        while place >= 0:
            if _begins_record(file, base + place):
                return base + place
            place = window.find(_MAGIC, place + 1)
        keep = len(_MAGIC) - 1
        base, window = base + len(window) - keep, window[-keep:]
        file.seek(base + keep)
    return None


def _begins_record(file: BinaryIO, start: int) -> bool:
    file.seek(start)
    try:
        return zlib.decompressobj(_GZIP).decompress(file.read(_BLOCK), len(_WARC)) == _WARC
    except zlib.error:
        return False
