"""Addresses: a clean one to show and open, and a key under which the spellings of one page are one."""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from collections.abc import Iterator
from urllib.parse import SplitResult, quote, unquote, unquote_to_bytes, urljoin, urlsplit, urlunsplit

import idna

#: Parameters that say who sent the reader, never what is read. `cid`, `ref`, `source` and the like are not among
#: them: on many sites they choose the page.
_TRACKING = re.compile(
    r"^(utm_\w+|mtm_\w+|piwik_\w+|matomo_\w+|pk_(campaign|kwd|keyword|source|medium|content|cid)|hsa_\w+|itm_\w+|at_\w+"
    r"|fbclid|gclid|dclid|yclid|ttclid|msclkid|twclid|gclsrc|gbraid|wbraid|gad_(source|campaignid)|srsltid|igshid|igsh"
    r"|li_fat_id|mc_[ce]id|mkt_tok|_hs(enc|mi)|__hs\w+|hsctatracking|oly_(anon|enc)_id|vero_(id|conv)|_ga|_gl|_openstat"
    r"|ref_src|ref_url|cmpid|xtor|__twitter_impression|fb_(action_ids|action_types|source|ref)|wt_z?mc|s_cid)$",
    re.IGNORECASE,
)
#: Parameters that name a reader's session.
_SESSION = re.compile(
    r"^(phpsessid|jsessionid|aspsessionid\w*|sessionid|cfid|cftoken|oscsid|zenid)$", re.IGNORECASE
)
#: These name a session where they are as long as one, and an article where they are short: `sid=123`.
_MAYBE_SESSION = re.compile(r"^(sid|session|session_id|sess)$", re.IGNORECASE)
_SESSION_VALUE = re.compile(r"^(?=.*\d)(?=.*[a-z])[a-z0-9,-]{16,}$", re.IGNORECASE)
#: Sessions in the path: Java's and PHP's behind a semicolon, ASP.NET's in a segment of its own.
_SESSION_PATH = re.compile(
    r";(?:jsessionid|phpsessid)=[^/?#;]*|/\((?:[A-Z]\([\w-]+\))+\)(?=/)", re.IGNORECASE
)
#: Caches of AMP pages show them under an address of their own, the site's behind it.
_AMP_CACHE = re.compile(
    r"^(?:(?:[\w-]+\.)?cdn\.ampproject\.org/[acivwx]|(?:www\.)?google\.[a-z.]+/amp)/(s/)?(?=[^/]+\.)"
)

#: Hosts that show the same pages to other devices.
_SAME_HOST = re.compile(r"^(?:(?:www\d?|m|mobile|amp|wap|touch)\.)+(?=[^/]+\.)")
#: The same page for fast phones, and for printers where the path reads as an article's.
_AMP_PATH = re.compile(r"(?:/amp(?:\.html)?|\.amp)$|\.amp(?=\.html?$)|^/amp(?=/.)", re.IGNORECASE)
_PRINT_PATH = re.compile(
    r"^(.*\d.*|.*/[^/]*[_-][^/]*)/print(?:able|-?version)?$|[._]print(?=\.html?$)|^/print(?=/.*\d)",
    re.IGNORECASE,
)
#: Parameters that ask for these forms, with their values.
_VIEWS = {
    "amp": "",
    "outputtype": "amp$",
    "print": "(1|true|yes|y|on|print)?$",
    "printable": "(1|true|yes|y|on)?$",
    "pfstyle": "",
    "view": "print(able)?$",
    "format": "(print|amp)$",
    "output": "(print|amp)$",
    "tmpl": "component$",
}
_VIEW_VALUES = {name: re.compile(value, re.IGNORECASE) for name, value in _VIEWS.items()}

_SLASH = re.compile("%2f", re.IGNORECASE)
_ESCAPE = re.compile("%([0-9A-Fa-f]{2})")
_BARE_PERCENT = re.compile("%(?![0-9A-Fa-f]{2})")
_NAME = re.compile(r"[a-z0-9._-]+")
_UNRESERVED = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
#: What needs no escape in a segment of a path, and so is one with its escape.
_PLAIN_IN_PATH = _UNRESERVED + ":@!$&'()*+,;="
#: What is left as it stands: there an escaped one is another character than a bare one.
_RESERVED = ":/?#[]@!$&'()*+,;="
_PORTS = {"http": 80, "https": 443}


def canonical(address: str, base: str | None = None) -> str:
    """The address without fragment, tracking and session parameters, its host and escapes in one spelling.

    It opens the same page: what is left of the query keeps its values, in the order of their names.
    Resolved against `base` when it is relative. Raises ValueError where there is no http(s) host.
    """
    parts = _split(urljoin(base, address.strip()) if base else address.strip())
    scheme, host = parts.scheme.lower(), _host(parts)
    path = _without_dots(_SESSION_PATH.sub("", _escaped(parts.path, _PLAIN_IN_PATH))) or "/"
    query = "&".join(_query(parts.query))
    if cached := _AMP_CACHE.match(host + path):
        own = f"{'https' if cached[1] else 'http'}://{(host + path)[cached.end() :]}"
        return canonical(f"{own}?{query}" if query else own)
    return urlunsplit((scheme, host, path, query, ""))


def address_key(address: str) -> str:
    """What the spellings of one page share: no scheme, `www.`, `m.`, trailing slash, mark of AMP or of a print view."""
    parts = _split(canonical(address))
    query = "&".join(_page_query(parts.query))
    path = _page_path(parts.path) or "/"
    return _SAME_HOST.sub("", parts.netloc) + path + (f"?{query}" if query else "")


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
    name = _ascii(unquote(parts.hostname or "")).rstrip(".").lower()
    if _is_ipv6(name):
        name = f"[{name}]"
    elif not _NAME.fullmatch(name):
        raise ValueError(f"not an http(s) address, for want of a host: {parts.netloc!r}")
    port = parts.port
    return name if port in (None, _PORTS[parts.scheme.lower()]) else f"{name}:{port}"


def _ascii(name: str) -> str:
    """The host in the letters of the DNS, as browsers write it: there a ZWNJ tells two Persian names apart."""
    if name.isascii():
        return name
    try:
        return idna.encode(name, uts46=True).decode("ascii")
    except idna.IDNAError:
        return name.encode("idna").decode("ascii")  # the older rules take more: names with emoji


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


def _query(query: str) -> Iterator[str]:
    """The parameters that choose the page, ordered by name; what stands twice keeps its order."""
    pairs = [_escaped(pair, _UNRESERVED).replace("%20", "+") for pair in query.split("&") if pair]
    for pair in sorted(pairs, key=_name):
        name, _, value = pair.partition("=")
        if not (_TRACKING.match(name) or _is_session(name, value)):
            yield pair


def _name(pair: str) -> str:
    return pair.partition("=")[0]


def _is_session(name: str, value: str) -> bool:
    return bool(_SESSION.match(name) or (_MAYBE_SESSION.match(name) and _SESSION_VALUE.match(value)))


def _page_query(query: str) -> list[str]:
    """The parameters without those that ask for another form of the page, each in one spelling."""
    kept = [(_parameter(name), _parameter(value)) for name, _, value in map(_parts, query.split("&")) if name]
    kept = [(name, value) for name, value in kept if not _is_view(name, value)]
    return [f"{name}={value}" if value else name for name, value in sorted(kept, key=lambda pair: pair[0])]


def _parts(pair: str) -> tuple[str, str, str]:
    return pair.partition("=")


def _parameter(text: str) -> str:
    return quote(unquote_to_bytes(text.replace("+", " ")), safe="")


def _is_view(name: str, value: str) -> bool:
    wanted = _VIEW_VALUES.get(name.lower())
    return wanted is not None and wanted.match(value) is not None


def _page_path(path: str) -> str:
    """The path of the page itself: without its mark of AMP or print, letters composed, no slash at its end."""
    plain = path.rstrip("/")
    while (shorter := _PRINT_PATH.sub(r"\1", _AMP_PATH.sub("", plain)).rstrip("/")) != plain:
        plain = shorter
    return "%2F".join(map(_composed, _SLASH.split(plain)))


def _composed(text: str) -> str:
    """Letters with their marks as one character each; bytes that are no UTF-8 as they are."""
    try:
        letters = unquote(text, errors="strict")
    except UnicodeDecodeError:
        return text
    return (
        text if letters.isascii() else quote(unicodedata.normalize("NFC", letters), safe=_PLAIN_IN_PATH + "/")
    )


def _escaped(text: str, plain: str) -> str:
    """One spelling of the escapes: in capitals, and none where `plain` needs none.

    What is no ASCII is escaped as UTF-8; escapes of another charset stay, for nobody but the server knows which.
    """
    escaped = _BARE_PERCENT.sub("%25", quote(text, safe=_RESERVED + "%"))
    return _ESCAPE.sub(
        lambda found: char if (char := chr(int(found[1], 16))) in plain else found[0].upper(), escaped
    )
