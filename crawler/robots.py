"""What a robots.txt says beside what it forbids."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from protego import Protego

#: A host that asks for more is asked as seldom as this, seconds: crawls would not come beyond robots.txt.
LONGEST_DELAY = 300.0
#: So long one that was had stands while no other can be had (RFC 9309, 2.3.1.4: "for example, 30 days").
STANDS = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotsView:
    """A robots.txt as it speaks to one user agent."""

    text: str
    agent: str

    def allows(self, address: str) -> bool:
        """Whether the agent may ask for an address."""
        return bool(Protego.parse(self.text).can_fetch(address, self.agent))

    @property
    def sitemaps(self) -> tuple[str, ...]:
        """The sitemaps that it names."""
        return tuple(Protego.parse(self.text).sitemaps)


def withholds(status: int) -> bool:
    """Whether an answer for a robots.txt says nothing of it: a fault of the server, or that it was asked too often."""
    return status >= 500 or status == 429


def is_withheld(status: int | None, stands_at: datetime | None, now: datetime) -> bool:
    """Whether a robots.txt forbids everything because it cannot be had, by its last answer and what stands of it."""
    return status is not None and withholds(status) and (stands_at is None or now - stands_at >= STANDS)


def delay_of(text: str, agent: str) -> float | None:
    """Seconds between two requests that a robots.txt asks an agent for, by Crawl-delay or Request-rate.

    Groups of one agent count as one. None where it asks for nothing.
    """
    rules = Protego.parse(text)
    rate = rules.request_rate(agent)
    asked = [rules.crawl_delay(agent), rate.seconds / rate.requests if rate and rate.requests else None]
    delays = [float(delay) for delay in asked if delay is not None and math.isfinite(delay) and delay > 0]
    return min(max(delays), LONGEST_DELAY) if delays else None
