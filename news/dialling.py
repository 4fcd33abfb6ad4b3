"""Which IP addresses may be dialled: public ones, and those in networks that the operator opened."""

from __future__ import annotations

import ipaddress
import socket
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import suppress

from news.settings import Network

Ip = ipaddress.IPv4Address | ipaddress.IPv6Address

#: Networks of IPv6 that carry an IPv4 address in their last 32 bits: compatible, NAT64 (RFC 6052, 8215).
_CARRIERS = tuple(map(ipaddress.IPv6Network, ("::/96", "64:ff9b::/96", "64:ff9b:1::/48")))
#: What Python calls global, and no website has: the metadata of Oracle's and Azure's machines.
_NEVER = tuple(map(ipaddress.ip_address, ("192.0.0.192", "168.63.129.16")))
_LOOPBACK = ipaddress.IPv4Address("127.0.0.1")


def is_allowed(address: str, networks: Iterable[Network]) -> bool:
    """Whether an IP address is public, or lies in one of the networks that the operator opened.

    An IPv6 address that carries an IPv4 address is public where both are.
    """
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    if any(ip.version == network.version and ip in network for network in networks):
        return True
    return _is_public(ip) and all(map(_is_public, _carried(ip)))


def literal(host: str) -> Ip | None:
    """The IP address that a host's name is, in whatever spelling a resolver would take; None for a real name."""
    name = unicodedata.normalize("NFKC", host).replace("。", ".").strip("[]").rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return _LOOPBACK
    with suppress(ValueError):
        return ipaddress.ip_address(name.partition("%")[0])
    if name[:1].isdecimal():  # hexadecimal, octal, decimal, and fewer parts than four
        with suppress(OSError):
            return ipaddress.IPv4Address(socket.inet_aton(name))
    return None


def _is_public(ip: Ip) -> bool:
    site_local = isinstance(ip, ipaddress.IPv6Address) and ip.is_site_local
    return ip.is_global and not ip.is_multicast and not site_local and ip not in _NEVER


def _carried(ip: Ip) -> Iterator[ipaddress.IPv4Address]:
    if not isinstance(ip, ipaddress.IPv6Address):
        return
    yield from filter(None, (ip.sixtofour, *(ip.teredo or ())))
    if any(ip in network for network in _CARRIERS):
        yield ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
