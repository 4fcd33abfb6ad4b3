"""The roads on which a letter reaches its recipient."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TextIO

from alerts.letters import Letter
from news.errors import DeliveryError
from storage.outbox import Delivery


class Channel(Protocol):
    """A road; what it accepts counts as delivered."""

    def send(self, delivery: Delivery, letter: Letter) -> None:
        """Hand the letter over; raises DeliveryError when it was not accepted."""


#: Finds the road of a recipient; raises DeliveryError where none leads there.
Channels = Callable[[str], Channel]


@dataclass(frozen=True, slots=True)
class Console:
    """Prints letters, each followed by an empty line."""

    stream: TextIO

    def send(self, delivery: Delivery, letter: Letter) -> None:
        """Print and flush; raises DeliveryError where the stream is closed or cannot hold the script."""
        try:
            self.stream.write(letter.text + "\n\n")
            self.stream.flush()
        except (OSError, ValueError) as error:
            raise DeliveryError(f"the console did not take the alert: {error}") from error


class FeedOnly:
    """The feed of the rule, written anyway, is all that the recipient wants."""

    def send(self, delivery: Delivery, letter: Letter) -> None:
        """Nothing is left to do."""


def channel_for(recipient: str, stream: TextIO) -> Channel:
    """The road of a recipient, `console` meaning `stream`; raises DeliveryError for one that is unknown."""
    if recipient == "console":
        return Console(stream)
    if recipient == "feed":
        return FeedOnly()
    raise DeliveryError(f"unknown recipient {recipient!r}: this version knows `console` and `feed`")
