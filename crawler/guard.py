"""Addresses that lie in private networks are not asked, however they are written, unless the operator opened them.

Two checks, one behind the other: of what a name resolves to, and of the address that is dialled.
"""

from __future__ import annotations

import ipaddress
import logging
import socket
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from threading import Thread
from typing import Any, ClassVar, Self, cast

from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.resolver import CachingHostnameResolver
from twisted.internet import tcp
from twisted.internet._resolver import GAIResolver
from twisted.internet.interfaces import IResolutionReceiver
from twisted.python.failure import Failure
from zope.interface import implementer

from news.settings import Network, load_settings

log = logging.getLogger(__name__)

Ip = ipaddress.IPv4Address | ipaddress.IPv6Address

#: Networks of IPv6 that carry an IPv4 address in their last 32 bits: compatible, NAT64 (RFC 6052, 8215).
_CARRIERS = tuple(map(ipaddress.IPv6Network, ("::/96", "64:ff9b::/96", "64:ff9b:1::/48")))
#: What Python calls global, and no website has: the metadata of Oracle's and Azure's machines.
_NEVER = tuple(map(ipaddress.ip_address, ("192.0.0.192", "168.63.129.16")))
_LOOPBACK = ipaddress.IPv4Address("127.0.0.1")


class AddressRefused(IgnoreRequest):
    """A host lies in a private network that is not opened."""

    cause = "private-address"

    def __init__(self, host: str) -> None:
        super().__init__(f"{host} is not public, and not in JARCHI_ALLOW_NETWORKS")
        self.host = host


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


def refuse_private(host: str, networks: Iterable[Network]) -> None:
    """Raise AddressRefused for a host that is written as a private address."""
    ip = literal(host)
    if ip is not None and not is_allowed(str(ip), networks):
        log.warning("refused host=%s address=%s", host, ip)
        raise AddressRefused(host)


class GuardingResolver(CachingHostnameResolver):
    """Scrapy's resolver, less the answers that lead into private networks; installed, it guards the dialling too.

    A name left without an answer fails as one that cannot be resolved; `refused` tells which those were.
    """

    #: names of this process that led into private networks alone
    refused: ClassVar[set[str]] = set()

    def __init__(
        self,
        reactor: Any,
        cache_size: int,
        networks: Sequence[Network],
        getaddrinfo: Callable[..., Any] = socket.getaddrinfo,
    ) -> None:
        super().__init__(reactor, cache_size)
        # a thread for each name: one whose server hangs keeps no other waiting, nor the end of the process
        self.original_resolver: Any = GAIResolver(reactor, cast("Any", _Threads), getaddrinfo)
        self.networks = networks

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: Any) -> Self:
        """As Scrapy builds it."""
        return cls(reactor, crawler.settings.getint("DNSCACHE_SIZE"), load_settings().allow_networks)

    def install_on_reactor(self) -> None:
        """Resolve and dial for the whole process."""
        super().install_on_reactor()
        guard_dialling(self.reactor, self.networks)

    def resolveHostName(  # noqa: N802 (the interface's own name)
        self,
        resolutionReceiver: Any,  # noqa: N803
        hostName: str,  # noqa: N803
        *args: Any,
        **kwargs: Any,
    ) -> Any:
        """Resolve, dropping what is not allowed."""
        guarded: Any = _Guarded(resolutionReceiver, hostName, self)
        return super().resolveHostName(guarded, hostName, *args, **kwargs)


def guard_dialling(reactor: Any, networks: Sequence[Network]) -> None:
    """Have every TCP connection of a reactor look at the address that it is about to dial, wherever that came from."""

    class Dialler(tcp.Client):
        def _setRealAddress(self, address: tuple[Any, ...]) -> None:  # noqa: N802
            if is_allowed(str(address[0]), networks):
                super()._setRealAddress(address)  # type: ignore[no-untyped-call]
            else:
                log.warning("refused to dial address=%s", address[0])
                refused = Failure(AddressRefused(str(address[0])))  # type: ignore[no-untyped-call]
                self.failIfNotConnected(refused)  # type: ignore[no-untyped-call]

    class Connector(tcp.Connector):
        def _makeTransport(self) -> Dialler:  # noqa: N802
            return Dialler(self.host, self.port, self.bindAddress, self, self.reactor)  # type: ignore[no-untyped-call]

    def connect(
        host: str,
        port: int,
        factory: Any,
        timeout: float = 30.0,
        bindAddress: Any = None,  # noqa: N803
    ) -> Connector:
        connector = Connector(host, port, factory, timeout, bindAddress, reactor)
        connector.connect()
        return connector

    reactor.connectTCP = connect


@implementer(IResolutionReceiver)
class _Guarded:
    """Hands on the allowed answers."""

    def __init__(self, receiver: Any, name: str, resolver: GuardingResolver) -> None:
        self._receiver, self._name, self._resolver = receiver, name, resolver
        self._allowed = self._dropped = 0

    def resolutionBegan(self, resolution: Any) -> None:  # noqa: N802
        self._receiver.resolutionBegan(resolution)

    def addressResolved(self, address: Any) -> None:  # noqa: N802
        host = getattr(address, "host", "")
        if is_allowed(host, self._resolver.networks):
            self._allowed += 1
            self._receiver.addressResolved(address)
        else:
            self._dropped += 1
            log.warning(
                "refused host=%s address=%s: not public, and not in JARCHI_ALLOW_NETWORKS", self._name, host
            )

    def resolutionComplete(self) -> None:  # noqa: N802
        if self._dropped and not self._allowed:
            self._resolver.refused.add(self._name)
        else:
            self._resolver.refused.discard(self._name)
        self._receiver.resolutionComplete()


class _Threads:
    """What Twisted asks of a pool of threads: a new one each time, which nobody waits for."""

    @staticmethod
    def callInThreadWithCallback(  # noqa: N802
        done: Callable[[bool, Any], None], action: Callable[..., Any], *args: Any, **kwargs: Any
    ) -> None:
        """Run `action`, and tell `done` of its success and result."""

        def run() -> None:
            try:
                success, result = True, action(*args, **kwargs)
            except BaseException:  # noqa: BLE001 (handed on)
                success, result = False, Failure()  # type: ignore[no-untyped-call]
            done(success, result)

        Thread(target=run, name="resolver", daemon=True).start()


def _is_public(ip: Ip) -> bool:
    site_local = isinstance(ip, ipaddress.IPv6Address) and ip.is_site_local
    return ip.is_global and not ip.is_multicast and not site_local and ip not in _NEVER


def _carried(ip: Ip) -> Iterator[ipaddress.IPv4Address]:
    if not isinstance(ip, ipaddress.IPv6Address):
        return
    yield from filter(None, (ip.sixtofour, *(ip.teredo or ())))
    if any(ip in network for network in _CARRIERS):
        yield ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
