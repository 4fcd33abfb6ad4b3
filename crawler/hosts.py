"""Politeness belongs to the host: one registry says when each host may be asked next."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class HostRegistry:
    """The next allowed moment of each host, for all crawls of one process.

    Moments are seconds of a monotonic clock, which the caller passes.
    """

    #: least seconds between two requests to one host
    floor: float
    _next: dict[str, float] = field(default_factory=dict)

    def reserve(self, host: str, now: float) -> float:
        """Take the host's next free moment and return how many seconds away it is."""
        moment = max(now, self._next.get(host, now))
        self._next[host] = moment + self.floor
        return moment - now
