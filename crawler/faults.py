"""The types of failures: some twenty kinds for what a hundred causes are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from enum import StrEnum

from news.values import Refusal

#: Before the cause of a failure of an article's later page.
CONTINUATION = "continuation-"
#: Failures that a rule asks for: the site's robots.txt, our guard of private networks, what a host is spared.
REFUSALS = ("robots", "private-address", "retry-after", "budget", "quiet-hours")


class Fault(StrEnum):
    """What kind of failure something is."""

    DNS = "dns"
    #: our own guard of private networks
    ADDRESS = "refused-address"
    CONNECT = "connect"
    TLS = "tls"
    TIMEOUT = "timeout"
    CLIENT = "4xx"
    TOO_MANY = "429"
    SERVER = "5xx"
    #: whoever asks is to prove that it is no machine
    WALL = "bot-wall"
    EMPTY = "empty-list"
    LAYOUT = "layout-changed"
    TOO_LARGE = "too-large"
    WRONG_TYPE = "wrong-type"
    UNREADABLE = "unreadable"
    REDIRECTS = "redirects"
    ROBOTS = "robots"
    #: what a host is spared: Retry-After, budget, quiet hours
    SPARED = "put-off"
    #: of this program or its database, not of the site
    OWN = "own"


_FAULTS = {
    "dns": Fault.DNS,
    "private-address": Fault.ADDRESS,
    "connection-refused": Fault.CONNECT,
    "connection-lost": Fault.CONNECT,
    "proxy": Fault.CONNECT,
    "tls": Fault.TLS,
    "timeout": Fault.TIMEOUT,
    "http-304": Fault.UNREADABLE,
    "http-429": Fault.TOO_MANY,
    "http-999": Fault.WALL,
    "challenge": Fault.WALL,
    "empty-list": Fault.EMPTY,
    "layout-changed": Fault.LAYOUT,
    "too-large": Fault.TOO_LARGE,
    "wrong-type": Fault.WRONG_TYPE,
    "not-html": Fault.WRONG_TYPE,
    "unreadable": Fault.UNREADABLE,
    "malformed": Fault.UNREADABLE,
    "redirects": Fault.REDIRECTS,
    "bad-address": Fault.REDIRECTS,
    "elsewhere": Fault.REDIRECTS,
    "robots": Fault.ROBOTS,
    "retry-after": Fault.SPARED,
    "budget": Fault.SPARED,
    "quiet-hours": Fault.SPARED,
    # of lists of members
    "list-shrank": Fault.LAYOUT,
    "list-grew": Fault.LAYOUT,
    "too-many-pages": Fault.LAYOUT,
    "login": Fault.WALL,
    "maintenance": Fault.SERVER,
    "error-page": Fault.SERVER,
    # of pages drawn by a browser
    "render-timeout": Fault.TIMEOUT,
    "render-memory": Fault.TOO_LARGE,
    "render-dialogs": Fault.UNREADABLE,
    "render-crash": Fault.UNREADABLE,
    "render-failed": Fault.UNREADABLE,
}
#: Pages that are no articles because something went wrong with them.
_REFUSED_PAGES = {
    Refusal.CHALLENGE: Fault.WALL,
    Refusal.NOT_HTML: Fault.WRONG_TYPE,
    Refusal.TOO_LARGE: Fault.TOO_LARGE,
    Refusal.BROKEN: Fault.UNREADABLE,
    Refusal.TIMED_OUT: Fault.UNREADABLE,
    Refusal.UNREAD: Fault.OWN,
    Refusal.EMPTY: Fault.UNREADABLE,
}
_STATUSES = {"3": Fault.REDIRECTS, "4": Fault.CLIENT, "5": Fault.SERVER}


def fault_of(cause: str) -> Fault:
    """The kind of a cause; of what nobody foresaw, this program's own."""
    cause = cause.removeprefix(CONTINUATION)
    if cause in _FAULTS:
        return _FAULTS[cause]
    if cause.startswith("http-"):
        return _STATUSES.get(cause.removeprefix("http-")[:1], Fault.UNREADABLE)
    if cause in {refusal.value for refusal in _REFUSED_PAGES}:
        return _REFUSED_PAGES[Refusal(cause)]
    return Fault.OWN


def faults_of(failed: Mapping[str, int], not_article: Mapping[str, int]) -> Counter[Fault]:
    """How often each kind occurs among causes of failures and of pages that are no articles."""
    found = Counter[Fault]()
    for cause, count in failed.items():
        found[fault_of(cause)] += count
    for cause, count in not_article.items():
        fault = _REFUSED_PAGES.get(Refusal(cause))
        if fault is not None:
            found[fault] += count
    return found
