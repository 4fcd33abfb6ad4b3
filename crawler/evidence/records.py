"""A page as WARC 1.1 records: its answer, and what led to it; each a gzip member of its own."""

from __future__ import annotations

import base64
import hashlib
import uuid
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus

from crawler.evidence.captures import Capture, Exposure
from news.values import Dated, Lead

#: Of gzip. 1 packs a page of 156 KB in 1.0 ms, 9 in 6.4 and a sixth smaller; most come packed already.
LEVEL = 1
_GZIP = 16 + zlib.MAX_WBITS
_END = b"\r\n\r\n"
_MOMENT = "%Y-%m-%dT%H:%M:%S.%fZ"
_FIELDS = "application/warc-fields"
#: Headers that speak of the transfer, which is over: kept under another name, as Common Crawl does.
_OF_TRANSFER = (b"transfer-encoding",)
_MARK = b"X-Crawl-"

#: What the notes on a page say that it holds, where it is no article's.
OF_MEMBERS = "list of members"

Headers = Iterable[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """A page's records, ready to be appended to a file."""

    data: bytes
    address: str
    digest: str
    captured_at: datetime


def pack(exposure: Exposure) -> Packed:
    """The response record of a page and the metadata record behind it."""
    page, capture = exposure.page, exposure.capture
    digest, identity = _digest(capture.body), _identity()
    address = ("WARC-Target-URI", page.final_address)
    block = _head(capture) + capture.body
    named = [("WARC-Payload-Digest", digest)]
    if capture.ip_address:
        named.append(("WARC-IP-Address", capture.ip_address))
    answer = _record(
        "response", identity, page.fetched_at, "application/http; msgtype=response", block, (address, *named)
    )
    notes = "".join(f"{name}: {value}\r\n" for name, value in _notes(exposure)).encode()
    about = _record(
        "metadata", _identity(), page.fetched_at, _FIELDS, notes, (address, ("WARC-Concurrent-To", identity))
    )
    return Packed(data=answer + about, address=page.final_address, digest=digest, captured_at=page.fetched_at)


def opening(file: str, software: str, now: datetime) -> bytes:
    """The record that a file begins with."""
    lines = (
        f"software: {software}",
        "format: WARC File Format 1.1",
        f"compression: gzip, level {LEVEL}, a member a record",
        "conformsTo: http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/",
        "description: pages that articles and lists of members were read from",
    )
    block = "".join(f"{line}\r\n" for line in lines).encode()
    return _record("warcinfo", _identity(), now, _FIELDS, block, (("WARC-Filename", file),))


def _head(capture: Capture) -> bytes:
    """Status line and headers; they fit the body as it is kept."""
    protocol = capture.protocol if capture.protocol in ("HTTP/1.0", "HTTP/1.1") else "HTTP/1.1"
    try:
        reason = HTTPStatus(capture.status).phrase
    except ValueError:
        reason = ""
    lines = [f"{protocol} {capture.status} {reason}".encode()]
    lines += [name + b": " + value for name, value in _fitting(capture)]
    return b"\r\n".join(lines) + _END


def _fitting(capture: Capture) -> Iterator[tuple[bytes, bytes]]:
    length = str(len(capture.body)).encode()
    for name, value in capture.headers:
        lower = name.lower()
        told_otherwise = lower == b"content-length" and value.strip() != length
        if lower in _OF_TRANSFER or told_otherwise:
            yield _MARK + name, value
        elif lower != b"content-length":
            yield name, value
    if capture.chunked:
        yield _MARK + b"Transfer-Encoding", b"chunked"
    yield b"Content-Length", length


def _notes(exposure: Exposure) -> Iterator[tuple[str, str]]:
    """What the answer does not say: whose page it is, and what its list said of it."""
    lead = exposure.wanted.lead
    yield "source", lead.source
    yield "asked", exposure.page.address
    if drawn := exposure.page.header("x-crawl-drawn"):
        yield "drawn-by", f"{drawn}: the body is the document as its scripts left it, not as it was sent"
    if exposure.first:
        yield "continues", exposure.first
    if exposure.of_members:
        yield "holds", OF_MEMBERS
    yield from _lead_notes(lead)


def _lead_notes(lead: Lead) -> Iterator[tuple[str, str]]:
    yield "road", lead.road.value
    if lead.title:
        yield "title", " ".join(lead.title.split())
    if lead.dated:
        yield from _dated_notes(lead.dated)


def _dated_notes(dated: Dated) -> Iterator[tuple[str, str]]:
    yield "published", dated.moment.strftime(_MOMENT)
    yield "published-precision", dated.precision.value
    yield "published-from", dated.provenance.value
    yield "published-calendar", dated.calendar.value


def _record(kind: str, identity: str, moment: datetime, content: str, block: bytes, named: Headers) -> bytes:
    packer = zlib.compressobj(LEVEL, zlib.DEFLATED, _GZIP)
    parts = [packer.compress(part) for part in _parts(kind, identity, moment, content, block, named)]
    return b"".join((*parts, packer.flush()))


def plain_record(kind: str, moment: datetime, block: bytes) -> bytes:
    """A record of fields that is not packed, about no page."""
    return b"".join(_parts(kind, _identity(), moment, _FIELDS, block, ()))


def _parts(
    kind: str, identity: str, moment: datetime, content: str, block: bytes, named: Headers
) -> tuple[bytes, ...]:
    headers = [
        ("WARC-Type", kind),
        ("WARC-Record-ID", identity),
        ("WARC-Date", moment.astimezone(UTC).strftime(_MOMENT)),
        *named,
        ("WARC-Block-Digest", _digest(block)),
        ("Content-Type", content),
        ("Content-Length", str(len(block))),
    ]
    head = "".join(f"{name}: {value}\r\n" for name, value in headers)
    return b"WARC/1.1\r\n", head.encode(), b"\r\n", block, _END


def _identity() -> str:
    return f"<urn:uuid:{uuid.uuid4()}>"


def _digest(body: bytes) -> str:
    return "sha1:" + base64.b32encode(hashlib.sha1(body, usedforsecurity=False).digest()).decode()
