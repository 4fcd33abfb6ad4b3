"""Scrapy's responses and failures in the house's own words."""

from __future__ import annotations

from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from scrapy import Request
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from crawler.downloading import Unanswered
from crawler.guard import AddressRefused
from news.values import Page
from storage.leads import Validators

#: What a failure is counted as, by the name of its exception's class.
_CAUSES = {
    "DNSLookupError": "dns",
    "CannotResolveHostError": "dns",
    "TimeoutError": "timeout",
    "TCPTimedOutError": "timeout",
    "DownloadTimeoutError": "timeout",
    "ConnectionRefusedError": "connection-refused",
    "DownloadConnectionRefusedError": "connection-refused",
    "ConnectionLost": "connection-lost",
    "ResponseFailed": "connection-lost",
    "DownloadFailedError": "connection-lost",
    "ResponseDataLossError": "connection-lost",
    "TunnelError": "proxy",
    "ResponseNeverReceived": "connection-lost",
    "DownloadCancelledError": "too-large",
    "CancelledError": "cancelled",
    "SSLError": "tls",
    "Error": "tls",
    # bodies that are not packed as their headers say: gzip, deflate and brotli, zstd
    "BadGzipFile": "unreadable",
    "error": "unreadable",
    "ZstdError": "unreadable",
    # a redirect, or an odd spider's request, to what is no address of the web
    "ValueError": "bad-address",
    "NotSupported": "bad-address",
}

#: The cause of a request that was still waiting when its crawl was ended.
STOPPED = "stopped"
#: No server is left alone for longer because of one answer.
_LONGEST_RETRY = timedelta(days=1)
#: What Scrapy says of a request that it does not make, and what that is counted as.
_IGNORED = {"robots": "robots", "redirect": "redirects", "stopped": STOPPED, "compression": "too-large"}


def page_of(response: Response, asked: str, now: datetime) -> Page:
    """The page of a response; `asked` is the address before redirects."""
    names = ((name, value) for name, values in response.headers.items() for value in values)
    headers = tuple((name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in names)
    return Page(
        address=asked, final_address=response.url, status=response.status, headers=headers,
        body=response.body, fetched_at=now,
    )


def validators_of(response: Response, asked: str) -> Validators:
    """What to ask the same address with next time.

    A weak mark is dropped: behind gzip WordPress weakens its ETag and never matches the weak one again. A server
    that was asked with its own mark and sends the page all the same never matches it: it is asked by the date alone.
    """
    etag = (_header(response, "ETag") or "").removeprefix("W/")
    request = response.request
    sent = request.headers.get("If-None-Match") if request is not None else None
    is_blind = sent is not None and sent.decode("latin-1") == etag
    modified = _header(response, "Last-Modified")
    return Validators(address=asked, etag=None if is_blind and modified else etag or None, last_modified=modified)


def conditional(request: Request, validators: Validators | None) -> Request:
    """Make a request ask whether anything changed."""
    request.meta["handle_httpstatus_list"] = [304]
    if validators is not None and validators.etag:
        request.headers["If-None-Match"] = validators.etag
    if validators is not None and validators.last_modified:
        request.headers["If-Modified-Since"] = validators.last_modified
    return request


class RobotsUnreachable(IgnoreRequest):
    """Nobody can say what a site's robots.txt forbids; `cause` says why."""

    def __init__(self, cause: str) -> None:
        super().__init__(f"robots.txt could not be had: {cause}")
        self.cause = cause


class PutOff(IgnoreRequest):
    """A host may not be asked before `until`; `cause` is retry-after, budget or quiet-hours."""

    def __init__(self, host: str, cause: str, until: datetime) -> None:
        super().__init__(f"{host} may not be asked before {until.isoformat(timespec='seconds')}: {cause}")
        self.host, self.cause, self.until = host, cause, until


class Stopped(IgnoreRequest):
    """The crawl ended before its request could be made."""

    def __init__(self) -> None:
        super().__init__(STOPPED)


def retry_after(response: Response, now: datetime) -> timedelta | None:
    """How long a server asks to be left alone, in seconds or by a date; at most a day."""
    text = (_header(response, "Retry-After") or "").strip()
    try:
        seconds = float(text) if text.isdecimal() else (parsedate_to_datetime(text) - now).total_seconds()
    except (TypeError, ValueError):
        return None
    return timedelta(seconds=min(max(seconds, 0.0), _LONGEST_RETRY.total_seconds()))


def cause_of(failure: Failure) -> str:
    """The name a failure is counted under."""
    return cause_of_error(failure.value)


def cause_of_error(error: BaseException | None) -> str:
    """The name an error of a request is counted under."""
    if isinstance(error, HttpError):
        return f"http-{error.response.status}"
    if isinstance(error, RobotsUnreachable | PutOff | AddressRefused | Unanswered):
        return error.cause
    if isinstance(error, IgnoreRequest):
        return next((cause for words, cause in _IGNORED.items() if words in str(error).lower()), "ignored")
    name = type(error).__name__
    return _CAUSES.get(name, name)


def _header(response: Response, name: str) -> str | None:
    value = response.headers.get(name)
    return value.decode("latin-1") if value else None
