"""Scrapy's download handler, bounded and guarded: heads have a size, and a failure says what it was."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from OpenSSL import SSL
from scrapy import Request
from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
)
from scrapy.crawler import Crawler
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadFailedError,
    IgnoreRequest,
    ResponseDataLossError,
)
from scrapy.http import Response
from service_identity import CertificateError, VerificationError
from twisted.python.failure import Failure
from twisted.web._newclient import HEADER, STATUS, ParseError
from twisted.web.http import _MalformedChunkedDataError
from twisted.web.http_headers import InvalidHeaderName

from crawler.guard import AddressRefused, GuardingResolver

#: Bytes before an answer's body, interim answers included; browsers take as many.
LONGEST_HEAD = 256 * 1024
_LONGEST_LINE = 64 * 1024
_TLS = (SSL.Error, VerificationError, CertificateError)
#: What Twisted finds wrong with an answer that is no HTTP.
_MALFORMED = (ParseError, ValueError, InvalidHeaderName, _MalformedChunkedDataError)


class Unanswered(IgnoreRequest):
    """A request that has no answer and is not made again at once; `cause` says why."""

    def __init__(self, cause: str, message: str) -> None:
        super().__init__(message)
        self.cause = cause


class HeadTooLarge(Exception):
    """The head of an answer has no end."""


class GuardedHandler(HTTP11DownloadHandler):
    """Raises AddressRefused and Unanswered beside what Scrapy's own handler raises."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._pool._factory = _BoundedFactory

    async def download_request(self, request: Request) -> Response:
        """The answer of a request."""
        try:
            return await super().download_request(request)
        except CannotResolveHostError as error:
            host = _dialled(request)
            if host in GuardingResolver.refused:
                raise AddressRefused(host) from error
            raise
        except (DownloadFailedError, ResponseDataLossError) as error:
            named = _named(error)
            if named is None:
                raise
            raise named from error


class _BoundedProtocol(_LenientHTTP11ClientProtocol):
    """Ends a connection whose answer does not come to its body."""

    _head = 0

    def request(self, request: Any) -> Any:
        self._head = 0
        answer = super().request(request)
        assert self._parser is not None
        self._parser.MAX_LENGTH = _LONGEST_LINE
        self._parser.lineLengthExceeded = _too_long  # type: ignore[method-assign]
        return answer

    def dataReceived(self, data: bytes) -> None:  # noqa: N802
        parser = self._parser
        if parser is not None and parser.state in (STATUS, HEADER):
            self._head += len(data)
            if self._head > LONGEST_HEAD:
                endless = Failure(HeadTooLarge(f"more than {LONGEST_HEAD} bytes of headers"))  # type: ignore[no-untyped-call]
                self._giveUp(endless)  # type: ignore[no-untyped-call]
                return
        super().dataReceived(data)  # type: ignore[no-untyped-call]


def _too_long(_: bytes) -> None:
    raise HeadTooLarge(f"a header of more than {_LONGEST_LINE} bytes")


class _BoundedFactory(_LenientHTTP11ClientFactory):
    def buildProtocol(self, addr: Any) -> _BoundedProtocol:  # noqa: N802
        return _BoundedProtocol(self._quiescentCallback)  # type: ignore[no-untyped-call]


def _dialled(request: Request) -> str:
    """The host that was to be connected to: the proxy's, where there is one."""
    return urlsplit(request.meta.get("proxy") or request.url).hostname or ""


def _named(error: BaseException) -> Unanswered | None:
    """What lies behind a failed download, where another try would find the same."""
    for reason in _reasons(error):
        if isinstance(reason, HeadTooLarge):
            return Unanswered("too-large", str(reason))
        if isinstance(reason, _TLS):
            return Unanswered("tls", f"TLS: {reason}")
        if isinstance(reason, _MALFORMED):
            return Unanswered("malformed", f"no HTTP: {reason}")
    return None


def _reasons(error: BaseException | None) -> Iterator[BaseException]:
    """An exception with all that it was raised from."""
    while error is not None:
        yield error
        for failure in getattr(error, "reasons", ()):
            yield from _reasons(getattr(failure, "value", None))
        error = error.__cause__
