"""Addresses that lie in private networks are not asked, however they are written, unless the operator opened them.

Two checks, one behind the other: of what a name resolves to, and of the address that is dialled.
"""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable, Iterable, Sequence
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

from news.dialling import is_allowed, literal
from news.settings import Network, load_settings

log = logging.getLogger(__name__)

_OWN = "127.0.0.1"
#: Ports of loopback at which forward proxies of this process listen, which crawls may dial as their own.
OWN_PORTS: set[int] = set()


class AddressRefused(IgnoreRequest):
    """A host lies in a private network that is not opened."""

    cause = "private-address"

    def __init__(self, host: str) -> None:
        super().__init__(f"{host} is not public, and not in JARCHI_ALLOW_NETWORKS")
        self.host = host


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
            if is_allowed(str(address[0]), networks) or (address[0] == _OWN and address[1] in OWN_PORTS):
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
        is_own = bool(OWN_PORTS) and host == self._name == _OWN  # its port is looked at when it is dialled
        if is_own or is_allowed(host, self._resolver.networks):
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
