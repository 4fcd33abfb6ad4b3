"""Whom the pages of the staff are for, and that a form came from one of them.

There are no accounts. Who sits at this machine is staff; from elsewhere, whoever a proxy names that asked for a
password. A page that readers reach from outside is not the staff's without such a proxy, since a request that
a proxy passes on may look like one of this machine.
"""

from __future__ import annotations

import hmac
import os
import secrets
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from web.archive import Archive

_FORM_COOKIE, _NAME_COOKIE = "jarchi_form", "jarchi_name"
_LONGEST_NAME = 100
#: A name is remembered for so many seconds.
_REMEMBERED = 180 * 24 * 3600
#: What a proxy adds to the requests that it passes on.
_PASSED_ON = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")
_FORBIDDEN, _SEE_OTHER = 403, 303
#: Accounts of people begin here; below are those of the system, and systemd makes some up out of a range above.
_FIRST_PERSON, _MADE_UP = 1_000, range(61_184, 65_520)
_SOCKETS = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))
#: 127.0.0.1 and ::1 as Linux writes them, the former with any first three bytes behind 127.
_LOOPBACK_ENDS = ("7F", "00000001000000")


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """How the staff reach their pages."""

    #: header in which a proxy says who it let in; empty where there is none
    header: str = ""
    #: where readers reach the web page; empty where they do not
    web_url: str = ""
    #: no event of an older article alerts
    max_age: timedelta = timedelta(days=30)

    def is_open(self) -> bool:
        """Whether anybody can be staff at all."""
        return bool(self.header) or not self.web_url or is_loopback(urlsplit(self.web_url).hostname)

    def admits(self, request: Request) -> bool:
        """Whether a request comes from staff."""
        if self.header:
            return bool(self._named(request))
        return self.is_open() and _is_from_here(request)

    def name(self, request: Request) -> str:
        """Who it is: as the proxy says, else as the person said last; empty where nobody did."""
        return self._named(request) if self.header else _shown(request.cookies.get(_NAME_COOKIE, ""))

    def _named(self, request: Request) -> str:
        return _shown(request.headers.get(self.header, ""))


@dataclass(frozen=True, slots=True)
class StaffPages:
    """Pages of the staff, and the forms on them."""

    archive: Archive
    desk: Desk

    def page(self, request: Request, template: str, status: int = 200, **values: object) -> HTMLResponse:
        """A rendered page whose forms only this browser can send."""
        mark = request.cookies.get(_FORM_COOKIE, "")
        mark = mark if mark.isalnum() else secrets.token_hex(16)
        person = {"mark": mark, "name": self.desk.name(request), "is_named": bool(self.desk.header)}
        answer = self.archive.page(template, status, **person, **values)
        answer.set_cookie(_FORM_COOKIE, mark, httponly=True, samesite="strict")
        answer.headers["Cache-Control"] = "no-store"
        return answer

    def refusal(self, request: Request, form: dict[str, str] | None = None) -> Response | None:
        """Why the request gets no answer: it is not the staff's, or its form is not from our page."""
        if not self.desk.admits(request):
            return self._refused(
                "These pages are for the staff: open them on the machine that Jarchi runs on, "
                "or through a proxy that says who you are (docs/alerts.md, The web page of the staff)."
            )
        if form is not None and not _is_ours(request, form):
            return self._refused("This form is too old, or another site sent it: open the page again.")
        return None

    def person(self, request: Request, form: dict[str, str]) -> str:
        """Who sent a form; empty where it names nobody."""
        return self.desk.name(request) if self.desk.header else _shown(form.get("by", ""))

    def back(self, address: str, person: str) -> RedirectResponse:
        """To a page, with the name kept for the next form."""
        answer = RedirectResponse(address, status_code=_SEE_OTHER)
        if person and not self.desk.header:
            answer.set_cookie(
                _NAME_COOKIE, _written(person), max_age=_REMEMBERED, httponly=True, samesite="strict"
            )
        return answer

    def _refused(self, why: str) -> HTMLResponse:
        return self.archive.page("problem.html", _FORBIDDEN, title="Not for everybody", message=why)


def is_loopback(host: str | None) -> bool:
    """Whether a name or address is this machine's own."""
    try:
        return ip_address(host or "").is_loopback
    except ValueError:
        return host == "localhost"


def _is_from_here(request: Request) -> bool:
    """By its sender, and by the name under which it was sent: a foreign name that leads here is another site's."""
    sender = request.client.host if request.client else ""
    is_direct = (
        not any(name in request.headers for name in _PASSED_ON) and request.scope["http_version"] != "1.0"
    )
    return (
        is_direct
        and is_loopback(sender)
        and is_loopback(request.url.hostname)
        and not _is_from_a_server(request)
    )


def _is_from_a_server(request: Request) -> bool:
    """Whether a system's account holds the other end: a proxy on this machine that says nothing of itself.

    People, and the ends of their ssh, have accounts of their own; where the system does not tell, nobody is turned away.
    """
    here = request.scope.get("server") or ("", None)
    owner = _owner(request.client.port, here[1]) if request.client else None
    if owner is None or owner in (0, os.getuid()):
        return False
    return owner < _FIRST_PERSON or owner in _MADE_UP


def _owner(port: int, to: int | None) -> int | None:
    """Whose socket leads from a loopback port to one of ours, by number; None where Linux does not say."""
    for table in _SOCKETS:
        try:
            rows = table.read_text(encoding="ascii").splitlines()[1:]
        except OSError:
            continue
        for row in map(str.split, rows):
            (address, _, number), (_, _, other) = row[1].rpartition(":"), row[2].rpartition(":")
            if (int(number, 16), int(other, 16)) == (port, to) and address.endswith(_LOOPBACK_ENDS):
                return int(row[7])
    return None


def _is_ours(request: Request, form: dict[str, str]) -> bool:
    kept, sent = request.cookies.get(_FORM_COOKIE, ""), form.get("mark", "")
    is_same_site = request.headers.get("sec-fetch-site", "same-origin") in ("same-origin", "none")
    return bool(kept) and is_same_site and hmac.compare_digest(kept.encode(), sent.encode())


def _shown(name: str) -> str:
    """A name as a proxy or a cookie carries it: UTF-8 in the letters of Latin 1, or escaped."""
    try:
        return " ".join(name.encode("latin-1").decode("utf-8").split())[:_LONGEST_NAME]
    except (UnicodeEncodeError, UnicodeDecodeError):
        return " ".join(name.split())[:_LONGEST_NAME]


def _written(name: str) -> str:
    return name.encode().decode("latin-1")
