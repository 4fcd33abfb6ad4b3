"""The roads on which a message reaches its recipient."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol, TextIO

from alerts.addressbook import address_book
from alerts.mail import Mailer, mail_server
from alerts.messages import Message
from alerts.messenger import Messenger
from alerts.recipients import Road, road
from alerts.webhooks import Webhooks
from news.errors import ChannelDown, DeliveryError, SettingsError
from news.settings import Settings


class Channel(Protocol):
    """A road; what it accepts counts as delivered."""

    def send(self, message: Message) -> str:
        """Hand the message over; returns what the other side answered.

        Raises DeliveryError when it was not accepted, DeliveryRefused when it never will be, and ChannelDown
        when no other message gets through either.
        """


#: Finds the road of a recipient; raises DeliveryError where none leads there.
Channels = Callable[[str], Channel]


@dataclass(frozen=True, slots=True)
class Console:
    """Prints letters, each followed by an empty line."""

    stream: TextIO

    def send(self, message: Message) -> str:
        """Print and flush; raises DeliveryError where the stream is closed or cannot hold the script."""
        try:
            self.stream.write(message.letter.text + "\n\n")
            self.stream.flush()
        except (OSError, ValueError) as error:
            raise DeliveryError(f"the console did not take the alert: {error}") from error
        return "printed"


class FeedOnly:
    """The feed of the rule, written anyway, is all that the recipient wants."""

    def send(self, message: Message) -> str:
        """Nothing is left to do."""
        return "in the feed"


@dataclass(frozen=True, slots=True)
class Closed:
    """A road that nothing leaves by, and why."""

    reason: str

    def send(self, message: Message) -> str:
        """Raises ChannelDown."""
        raise ChannelDown(self.reason)


@contextmanager
def open_channels(settings: Settings, stream: TextIO) -> Iterator[Channels]:
    """Every road, `console` leading to `stream`; connections are kept until the end of the block."""
    mailer = Mailer(mail_server(settings))
    roads: dict[Road, Channel] = {Road.CONSOLE: Console(stream), Road.FEED: FeedOnly(), Road.MAIL: mailer}
    timeout = settings.channel_timeout.total_seconds()
    messenger: Messenger | None = None
    try:
        book = address_book(settings)
    except SettingsError as error:
        roads |= dict.fromkeys((Road.APPRISE, Road.WEBHOOK), Closed(str(error)))
    else:
        messenger = Messenger(book.channels, settings.allow_networks, timeout=timeout)
        webhooks = Webhooks(
            book.webhooks, settings.allow_networks, timeout=timeout, agent=settings.user_agent
        )
        roads |= {Road.APPRISE: messenger, Road.WEBHOOK: webhooks}
    try:
        yield lambda recipient: roads[road(recipient)]
    finally:
        mailer.close()
        if messenger is not None:
            messenger.close()
