"""Names that resolve to private, loopback or link-local addresses are not fetched unless they are allowed."""

from __future__ import annotations

import ipaddress
import logging
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, Self

from scrapy.crawler import Crawler
from scrapy.resolver import CachingHostnameResolver
from twisted.internet.interfaces import IResolutionReceiver
from zope.interface import implementer

from news.settings import Network, load_settings

log = logging.getLogger(__name__)


def is_allowed(address: str, networks: Iterable[Network]) -> bool:
    """Whether an IP address is public, or lies in one of the networks that the operator opened."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    return ip.is_global or any(ip.version == network.version and ip in network for network in networks)


class GuardingResolver(CachingHostnameResolver):
    """Scrapy's resolver, less the answers that lead into private networks.

    A name left without an answer fails as one that cannot be resolved; `refused` tells which those were.
    """

    #: names of this process that were refused
    refused: ClassVar[set[str]] = set()

    def __init__(self, reactor: Any, cache_size: int, networks: Sequence[Network]) -> None:
        super().__init__(reactor, cache_size)
        self.networks = networks

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: Any) -> Self:
        """As Scrapy builds it."""
        return cls(reactor, crawler.settings.getint("DNSCACHE_SIZE"), load_settings().allow_networks)

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


@implementer(IResolutionReceiver)
class _Guarded:
    """Hands on the allowed answers."""

    def __init__(self, receiver: Any, name: str, resolver: GuardingResolver) -> None:
        self._receiver, self._name, self._resolver = receiver, name, resolver

    def resolutionBegan(self, resolution: Any) -> None:  # noqa: N802
        self._receiver.resolutionBegan(resolution)

    def addressResolved(self, address: Any) -> None:  # noqa: N802
        host = getattr(address, "host", "")
        if is_allowed(host, self._resolver.networks):
            self._resolver.refused.discard(self._name)
            self._receiver.addressResolved(address)
        else:
            self._resolver.refused.add(self._name)
            log.warning("refused host=%s address=%s: not public, and not in JARCHI_ALLOW_NETWORKS", self._name, host)

    def resolutionComplete(self) -> None:  # noqa: N802
        self._receiver.resolutionComplete()
