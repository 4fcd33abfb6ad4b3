"""Addresses: a clean one to show and open, and a key under which its spellings are one."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlencode, urljoin, urlsplit, urlunsplit

#: Parameters that say who sent the reader, never what is read.
_TRACKING = re.compile(
    r"^(utm_\w+|fbclid|gclid|dclid|yclid|msclkid|twclid|igshid|mc_[ce]id|_ga|_gl|ref_src|at_\w+|cmpid"
    r"|phpsessid|jsessionid|sid|sessionid)$",
    re.IGNORECASE,
)
_SESSION_PATH = re.compile(r";jsessionid=[^/?#]*", re.IGNORECASE)
_SLASH = re.compile("%2f", re.IGNORECASE)
_SAFE_PATH = "/:@!$&'()*+,;=~-._"
_PORTS = {"http": 80, "https": 443}


def canonical(address: str, base: str | None = None) -> str:
    """The address without fragment, tracking and session parameters, its host and escapes in one spelling.

    Resolved against `base` when it is relative. Raises ValueError where there is no http(s) host.
    """
    parts = _split(urljoin(base, address.strip()) if base else address.strip())
    host = _host(parts)
    path = _without_dots(_path(_SESSION_PATH.sub("", parts.path)))
    query = [(k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True) if not _TRACKING.match(k)]
    return urlunsplit((parts.scheme.lower(), host, path or "/", urlencode(sorted(query)), ""))


def address_key(address: str) -> str:
    """What two spellings of one address share: no scheme, `www.`, `m.`, trailing slash or AMP mark."""
    parts = _split(canonical(address))
    host = re.sub(r"^(?:www\d?|m|mobile|amp)\.(?=[^/]+\.)", "", parts.netloc)
    path = re.sub(r"(?:/amp)?/*$", "", parts.path)
    query = urlencode([(k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True) if k.lower() != "amp"])
    return host + (path or "/") + (f"?{query}" if query else "")


def host_key(address: str) -> str:
    """The host with its port where it is not the scheme's own: what politeness is counted by."""
    return _host(_split(address))


def same_site(one: str, other: str) -> bool:
    """Whether two addresses belong to one site: equal hosts but for `www.` and the like, equal ports."""
    return address_key(one).partition("/")[0] == address_key(other).partition("/")[0]


def is_web_address(address: str) -> bool:
    """Whether `canonical` would take it."""
    try:
        canonical(address)
    except ValueError:
        return False
    return True


def _split(address: str) -> SplitResult:
    parts = urlsplit(address)
    if parts.scheme.lower() not in _PORTS or not parts.hostname:
        raise ValueError(f"not an http(s) address: {address!r}")
    return parts


def _host(parts: SplitResult) -> str:
    name = (parts.hostname or "").rstrip(".").lower()
    if not name:
        raise ValueError(f"no host but dots: {parts.netloc!r}")
    if not name.isascii():
        name = name.encode("idna").decode("ascii")
    if _is_ipv6(name):
        name = f"[{name}]"
    port = parts.port
    return name if port in (None, _PORTS[parts.scheme.lower()]) else f"{name}:{port}"


def _is_ipv6(name: str) -> bool:
    try:
        return ipaddress.ip_address(name).version == 6
    except ValueError:
        return False


def _without_dots(path: str) -> str:
    """The path without `.` and `..` (RFC 3986, 5.2.4); empty segments are the server's business and stay."""
    kept: list[str] = []
    segments = path.split("/")[1:]
    for segment in segments:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    if segments and segments[-1] in (".", ".."):
        kept.append("")
    return "/" + "/".join(kept)


def _path(path: str) -> str:
    """One spelling of the escapes; an escaped slash is no separator, and bytes that are no UTF-8 stay escaped."""
    try:
        return "%2F".join(quote(unquote(part, errors="strict"), safe=_SAFE_PATH) for part in _SLASH.split(path))
    except UnicodeDecodeError:
        return quote(path, safe=_SAFE_PATH + "%")
