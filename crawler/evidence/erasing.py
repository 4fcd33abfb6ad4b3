"""Records overwritten where they lie: every other record of the file keeps its place."""

from __future__ import annotations

import os
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from crawler.evidence import members
from crawler.evidence.opening import Recorded, records
from crawler.evidence.records import plain_record

#: ID1, ID2, deflate; flags, time, XFL, OS unknown.
_HEAD, _PLAIN, _WITH_EXTRA = b"\x1f\x8b\x08", b"\0\0\0\0\0\0\xff", b"\x04\0\0\0\0\0\xff"
_TRAILER = 8
#: A stored block holds so much, and costs five bytes more.
_BLOCK, _BLOCK_COST = 0xFFFF, 5
_NOTE = b"forgotten: true\r\n"


def erase(path: Path, start: int, size: int, moment: datetime) -> bool:
    """Overwrite `size` bytes from `start` with a record that says nothing but when; False where they lie outside the file.

    What was overwritten before is overwritten again, so that an interrupted call is made good by the next.
    Raises OSError where the file cannot be written.
    """
    with path.open("r+b") as file:
        length = os.fstat(file.fileno()).st_size
        if size <= 0 or start < 0 or start + size > length:
            return False
        packed = members.is_gzip(file)
        file.seek(start)
        for piece in (_gzip_tombstone if packed else _plain_tombstone)(size, moment):
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    return True


def places(path: Path, wanted: Callable[[str], bool]) -> Iterator[tuple[int, int]]:
    """Where the pages of wanted addresses lie in a file, those included that nothing points to: start and size."""
    for found in records(path):
        if (
            isinstance(found, Recorded)
            and found.size
            and (wanted(found.page.final_address) or wanted(found.page.address))
        ):
            yield found.start, found.size


def _gzip_tombstone(size: int, moment: datetime) -> Iterator[bytes]:
    """A gzip member of exactly `size` bytes, not packed: the record, filled up with spaces."""
    length, extra = _fitting(size)
    content = _filled(length, moment)
    yield _HEAD + (_WITH_EXTRA + (extra - 2).to_bytes(2, "little") + bytes(extra - 2) if extra else _PLAIN)
    for begin in range(0, max(length, 1), _BLOCK):
        block = content[begin : begin + _BLOCK]
        is_last = begin + _BLOCK >= length
        yield (
            bytes([is_last])
            + len(block).to_bytes(2, "little")
            + (len(block) ^ 0xFFFF).to_bytes(2, "little")
            + block
        )
    yield zlib.crc32(content).to_bytes(4, "little") + (length & 0xFFFFFFFF).to_bytes(4, "little")


def _fitting(size: int) -> tuple[int, int]:
    """How many bytes of content a member of `size` bytes holds, and how long its extra field must be: 0, or 2 and more."""
    room = size - len(_HEAD) - len(_PLAIN) - _TRAILER
    for extra in (0, *range(2, 2 + 2 * _BLOCK_COST)):
        length = room - extra - _BLOCK_COST * -(-(room - extra) // (_BLOCK + _BLOCK_COST))
        if length >= 0 and length + _BLOCK_COST * max(1, -(-length // _BLOCK)) + extra == room:
            return length, extra
    raise ValueError(f"no record fits into {size} bytes")


def _plain_tombstone(size: int, moment: datetime) -> Iterator[bytes]:
    yield _filled(size, moment)


def _filled(length: int, moment: datetime) -> bytes:
    """A metadata record of exactly `length` bytes; spaces alone where there is no room for one.

    The length that a record declares is a part of its length, which therefore skips one where a digit is added: there
    a line break follows the record, as between any two.
    """
    at = moment.astimezone(UTC)
    spare = length - len(plain_record("metadata", at, _NOTE))
    while spare >= 0:
        record = plain_record("metadata", at, _NOTE + b" " * spare)
        if len(record) <= length:
            return record.ljust(length, b"\n")
        spare -= len(record) - length
    return b" " * length
