"""What the sites have printed so far, and when."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from samples.library import Article, articles


@dataclass(frozen=True, slots=True)
class Printed:
    """An article with the moment at which its site says it was published."""

    article: Article
    moment: datetime


class Newsroom:
    """The five sites' common clock and memory of publishing; forgotten when the process ends."""

    def __init__(self, opened: datetime) -> None:
        if opened.tzinfo is None:
            raise ValueError("the newsroom's clock needs a time zone")
        #: The moment from which the ages of the first wave are counted.
        self.opened = opened.astimezone(UTC)
        self._began = time.monotonic()
        self._published: datetime | None = None

    def now(self) -> datetime:
        """The clock it was given, moved on by the time that has passed since."""
        return self.opened + timedelta(seconds=time.monotonic() - self._began)

    def publish(self) -> int:
        """Print the second wave, and say how many articles that added: none when it was out already."""
        if self._published is not None:
            return 0
        self._published = self.now()
        return sum(article.wave == 2 for article in articles().values())

    def printed(self, site: str) -> tuple[Printed, ...]:
        """What stands on a site at the moment, newest first."""
        visible = (self._print(article) for article in articles().values() if article.site == site)
        return tuple(sorted((one for one in visible if one), key=lambda one: one.moment, reverse=True))

    def _print(self, article: Article) -> Printed | None:
        since = self.opened if article.wave == 1 else self._published
        return Printed(article, (since - article.age).replace(microsecond=0)) if since else None
