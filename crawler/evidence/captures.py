"""Answers as they came over the wire, before Scrapy unpacks them."""

from __future__ import annotations

from dataclasses import dataclass

from scrapy import Request
from scrapy.http import Response

from news.values import Page
from storage.leads import Wanted

_META = "jarchi_capture"
#: Scrapy's mark of a body that ended with the connection: nobody said how long it is.
_UNTIL_CLOSED = "partial"


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """One answer: headers as Scrapy knows them, the body in the encoding in which it was sent."""

    status: int
    #: "HTTP/1.1"; empty where the handler does not say
    protocol: str
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes
    #: of the server, or of the proxy
    ip_address: str | None = None
    #: whether the body was sent in chunks
    chunked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """A page with the answer that it was unpacked from, and the lead that led to it."""

    page: Page
    capture: Capture
    wanted: Wanted
    #: address of the article's first page, where this is a later one
    first: str | None = None
    #: whether it is a page of a list of members
    of_members: bool = False


def note(request: Request, response: Response) -> None:
    """Keep an answer for as long as its request lives."""
    request.meta[_META] = capture_of(response)


def capture_of(response: Response) -> Capture:
    """The answer that a response holds; HTTP/1.1 without a length, and not ended by the connection, is chunked."""
    pairs = tuple((name, value) for name, values in response.headers.items() for value in values)
    protocol = response.protocol or ""
    unmeasured = not response.headers.get("Content-Length") and _UNTIL_CLOSED not in response.flags
    return Capture(
        status=response.status,
        protocol=protocol,
        headers=pairs,
        body=response.body,
        ip_address=str(response.ip_address) if response.ip_address else None,
        chunked=protocol == "HTTP/1.1" and unmeasured,
    )


def exposure_of(response: Response, page: Page, wanted: Wanted, first: str | None = None) -> Exposure | None:
    """The page with its answer; None where none was captured."""
    request = response.request
    capture: Capture | None = request.meta.get(_META) if request is not None else None
    if capture is None:
        return None
    return Exposure(page=page, capture=capture, wanted=wanted, first=first)
