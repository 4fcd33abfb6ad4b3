"""Pages out of WARC files, ours or anyone's."""

from __future__ import annotations

import gzip
import hashlib
import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, cast

from warcio.archiveiterator import ArchiveIterator
from warcio.bufferedreaders import ChunkedDataReader
from warcio.exceptions import ArchiveLoadFailed
from warcio.statusandheaders import StatusAndHeadersParserException

from crawler.evidence import members
from crawler.evidence.members import Break, Member
from crawler.evidence.unpacking import MAX_SIZE, TooLarge, unpacked
from news.addresses import is_web_address
from news.errors import NotFound
from news.values import Calendar, Dated, Lead, Page, Precision, Provenance, Road
from storage.evidence import Pointer

#: A record with its headers; what holds more is too large for a page.
_LONGEST = MAX_SIZE + 2**20
#: Content that no reader takes; everything else is judged by it.
_NO_PAGES = ("image/", "video/", "audio/", "font/", "text/css", "text/javascript", "application/javascript",
             "application/x-javascript", "application/zip")  # fmt: skip
_EDGE = 1 << 16
_BROKEN = (ArchiveLoadFailed, StatusAndHeadersParserException, OSError, EOFError, zlib.error)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A page, and where its record lies."""

    page: Page
    start: int
    #: of its records; 0 where they cannot be opened again by their place
    size: int
    digest: str
    #: what its list said of it, in files of ours
    lead: Lead | None = None
    #: address of the article's first page, where this is a later one
    first: str | None = None
    #: what it holds, where that is no article
    holds: str | None = None

    def pointer(self, file: str) -> Pointer:
        """The record's place in a file of this name."""
        return Pointer(
            address=self.page.final_address,
            file=file,
            start=self.start,
            size=self.size,
            digest=self.digest,
            captured_at=self.page.fetched_at,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """A record that holds no page; `why` is what it is counted under."""

    why: str
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Notes:
    """The metadata behind a page's record."""

    about: str
    fields: dict[str, str]
    end: int


_Found = Recorded | Passed | Break | _Notes


def fingerprint(path: Path) -> tuple[str, int]:
    """What tells a file under any name, made of its size, beginning and end; and its size. Raises OSError."""
    size = path.stat().st_size
    with path.open("rb") as file:
        digest = hashlib.sha256(f"{size} ".encode() + file.read(_EDGE))
        file.seek(max(0, size - _EDGE))
        digest.update(file.read(_EDGE))
    return digest.hexdigest(), size


def records(path: Path, start: int = 0) -> Iterator[Recorded | Passed | Break]:
    """What a WARC file holds, in its order, from a record's place on; a page comes with the notes behind it.

    Raises OSError where the file cannot be read. What is broken in it comes as a Break.
    """
    with path.open("rb") as file:
        yield from _with_notes(_found(file, start))


def recorded_at(folder: Path, pointer: Pointer) -> Recorded:
    """The page that a pointer names; raises NotFound, saying what is the matter."""
    path = folder / pointer.file
    try:
        with path.open("rb") as file:
            file.seek(pointer.start)
            data = file.read(pointer.size)
    except OSError as error:
        raise NotFound(f"the page's record cannot be read: {path}: {error.strerror}") from None
    found = next(
        (item for item in _with_notes(_found(io.BytesIO(data), 0)) if isinstance(item, Recorded)), None
    )
    if found is None or (pointer.digest and found.digest and found.digest != pointer.digest):
        raise NotFound(f"{path} does not hold at {pointer.start} what was written there: it was changed")
    return found


def _with_notes(found: Iterator[tuple[str, _Found]]) -> Iterator[Recorded | Passed | Break]:
    """Each page held back until it is known what stands behind it."""
    held: tuple[str, Recorded] | None = None
    for identity, item in found:
        if held is not None and isinstance(item, _Notes) and item.about == held[0]:
            yield _noted(held[1], item)
            held = None
            continue
        if held is not None:
            yield held[1]
            held = None
        if isinstance(item, Recorded):
            held = (identity, item)
        elif isinstance(item, _Notes):
            yield Passed(why="metadata", end=item.end)
        else:
            yield item
    if held is not None:
        yield held[1]


def _noted(item: Recorded, notes: _Notes) -> Recorded:
    page, fields = item.page, notes.fields
    asked = fields.get("asked", page.address)
    page = Page(
        address=asked,
        final_address=page.final_address,
        status=page.status,
        headers=page.headers,
        body=page.body,
        fetched_at=page.fetched_at,
    )
    return Recorded(
        page=page,
        start=item.start,
        size=notes.end - item.start if item.size else 0,
        digest=item.digest,
        lead=_lead(asked, fields),
        first=fields.get("continues"),
        holds=fields.get("holds"),
    )


def _lead(address: str, fields: dict[str, str]) -> Lead | None:
    try:
        return Lead(
            address=address,
            source=fields["source"],
            road=Road(fields["road"]),
            title=fields.get("title"),
            dated=_dated(fields),
        )
    except (KeyError, ValueError):
        return None  # another program's notes


def _dated(fields: dict[str, str]) -> Dated | None:
    if "published" not in fields:
        return None
    return Dated(
        moment=datetime.fromisoformat(fields["published"]),
        precision=Precision(fields["published-precision"]),
        provenance=Provenance(fields["published-from"]),
        calendar=Calendar(fields["published-calendar"]),
    )


def _found(file: BinaryIO, start: int) -> Iterator[tuple[str, _Found]]:
    if not members.is_gzip(file):
        file.seek(start)
        yield from _in_stream(file)
        return
    for member in members.members(file, start, longest=_LONGEST):
        if isinstance(member, Break):
            yield "", member
        elif member.length > _LONGEST and _holds_several(file, member):
            # one member for the whole file: nothing in it has a place of its own
            file.seek(member.start)
            yield from _in_stream(cast("BinaryIO", gzip.GzipFile(fileobj=file)), placed=False)
            return
        else:
            yield from _in_member(member)


def _holds_several(file: BinaryIO, member: Member) -> bool:
    """Whether a large member goes on behind its first record."""
    file.seek(member.start)
    with gzip.GzipFile(fileobj=file) as unpacking:
        try:
            head = unpacking.read(_EDGE).partition(b"\r\n\r\n")[0].decode("utf-8", "replace")
        except (OSError, EOFError, zlib.error):
            return False
    lengths = [line for line in head.split("\r\n") if line.lower().startswith("content-length:")]
    declared = lengths[0].partition(":")[2].strip() if lengths else ""
    return declared.isdecimal() and int(declared) + len(head.encode()) + _EDGE < member.length


def _in_member(member: Member) -> Iterator[tuple[str, _Found]]:
    """The record of a member; a few programs pack several into one."""
    if member.length > _LONGEST:
        yield "", Passed(why="too-large", end=member.end)
        return
    rest = member.content
    while rest:
        stream = io.BytesIO(rest)
        try:
            iterator = ArchiveIterator(stream)
            record = next(iterator)
            item = _item(record)
            while record.raw_stream.read(_EDGE):
                pass
        except StopIteration:
            return
        except _BROKEN as error:
            yield "", Break(start=member.start, reason=_said(error))
            return
        yield _identity(record), _placed(item, member.start, member.size, member.end)
        rest = rest[stream.tell() - iterator.reader.rem_length() :].lstrip(b"\r\n")
        rest = rest if rest.startswith(b"WARC/") else b""


def _in_stream(stream: BinaryIO, *, placed: bool = True) -> Iterator[tuple[str, _Found]]:
    """The records of a file that is not packed, or packed as a whole; ends where it is broken."""
    iterator = ArchiveIterator(stream)
    while True:
        try:
            record = next(iterator, None)
            if record is None:
                return
            item = _item(record)
            start, length = iterator.get_record_offset(), iterator.get_record_length()
        except _BROKEN as error:
            yield "", Break(start=_place(iterator), reason=_said(error))
            return
        yield _identity(record), _placed(item, start, length if placed else 0, start + length)


def _identity(record: Any) -> str:
    return record.rec_headers.get_header("WARC-Record-ID") or ""


def _said(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0][:200]


def _place(iterator: Any) -> int:
    return int(getattr(iterator, "offset", 0))


def _placed(item: _Found, start: int, size: int, end: int) -> _Found:
    if isinstance(item, Recorded):
        return Recorded(page=item.page, start=start, size=size, digest=item.digest)
    if isinstance(item, _Notes):
        return _Notes(about=item.about, fields=item.fields, end=end)
    if isinstance(item, Passed):
        return Passed(why=item.why, end=end)
    return Break(start=start, reason=item.reason)


def _item(record: Any) -> _Found:
    """The page of a record, or why it is none; its place is filled in later."""
    if record.rec_type == "metadata":
        return _notes(record)
    why = _no_page(record) if record.rec_type == "response" else str(record.rec_type)
    if why:
        return Passed(why=why, end=0)
    try:
        return _recorded(record)
    except _Short as short:
        return Break(start=0, reason=str(short))
    except TooLarge:
        why = "too-large"
    except (ValueError, OSError, EOFError, zlib.error):
        why = "unreadable"
    return Passed(why=why, end=0)


def _no_page(record: Any) -> str | None:
    address = record.rec_headers.get_header("WARC-Target-URI") or ""
    if record.http_headers is None or not is_web_address(address):
        return "not-http"
    status = record.http_headers.get_statuscode()
    if status != "200":
        return f"http-{status}" if status.isdecimal() else "not-http"
    kind = (record.http_headers.get_header("Content-Type") or "").strip().lower()
    return "wrong-type" if kind.startswith(_NO_PAGES) else None


class _Short(ValueError):
    """A record ends before it should."""


def _recorded(record: Any) -> Recorded:
    named, http = record.rec_headers, record.http_headers
    raw = record.raw_stream
    stream = ChunkedDataReader(raw) if _is_chunked(http) else raw
    body = stream.read(MAX_SIZE + 1)
    if len(body) > MAX_SIZE:
        raise TooLarge
    if getattr(raw, "limit", 0) > 0 and not _is_chunked(http):
        raise _Short(f"a record ends {raw.limit} bytes early")
    address = str(named.get_header("WARC-Target-URI"))
    headers = tuple((name.lower(), value) for name, value in http.headers)
    page = Page(
        address=address,
        final_address=address,
        status=200,
        headers=headers,
        body=unpacked(body, [value for name, value in headers if name == "content-encoding"]),
        fetched_at=datetime.fromisoformat(str(named.get_header("WARC-Date"))),
    )
    return Recorded(page=page, start=0, size=0, digest=named.get_header("WARC-Payload-Digest") or "")


def _is_chunked(http: Any) -> bool:
    return "chunked" in (http.get_header("Transfer-Encoding") or "").lower()


def _notes(record: Any) -> _Notes:
    text = record.raw_stream.read(_EDGE).decode("utf-8", "replace")
    lines = (line.partition(":") for line in text.splitlines())
    fields = {name.strip().lower(): value.strip() for name, colon, value in lines if colon}
    about = record.rec_headers.get_header("WARC-Concurrent-To") or ""
    return _Notes(about=about, fields=fields, end=0)
