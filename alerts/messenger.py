"""Chats, telephones and everything else that Apprise reaches, one call for each message.

Its hundred plugins dial by themselves. They run in a child process (`alerts/posting.py`) that looks at every address
before it is dialled and that is killed when an answer is overdue; it is started by the first message.
"""

from __future__ import annotations

import json
import os
import re
import selectors
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from urllib.parse import unquote

from alerts.messages import Message
from alerts.recipients import name
from news.errors import ChannelDown, DeliveryError
from news.languages.quoting import one_line
from news.settings import Network

#: What the child is given of the environment: no secret of ours, no proxy that would hide what is dialled.
_KEPT = ("PATH", "LANG", "LC_ALL", "TZ", "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "PYTHONPATH")
#: A part of an address with fewer letters tells nothing, and would be found everywhere.
_SHORTEST = 4
#: Bytes of an answer; of what is kept of it.
_ANSWER, _SAID = 2**16, 300
#: Seconds for the child to come up, beside those of the message.
_START = 30.0


class Messenger:
    """The channels of the address book."""

    def __init__(self, channels: Mapping[str, str], networks: Iterable[Network], *, timeout: float) -> None:
        """`timeout` is in seconds, for one message."""
        self._channels, self._networks, self._timeout = channels, tuple(networks), timeout
        self._child: subprocess.Popen[bytes] | None = None

    def send(self, message: Message) -> str:
        """Have the message posted; returns what the plugin says of it, without anything of the address."""
        called = name(message.recipient)
        address = self._channels.get(called)
        if address is None:
            raise ChannelDown(f"there is no channel of the name {called!r} in the address book")
        subject, _, text = message.letter.text.partition("\n\n")
        asked = {"address": address, "title": message.letter.subject, "body": text or subject}
        try:
            answer = json.loads(self._ask(json.dumps(asked).encode() + b"\n"))
            is_sent, said = bool(answer["sent"]), masked(str(answer["said"]), address)
        except (OSError, ValueError, KeyError, TypeError) as error:
            self._end()
            raise ChannelDown(f"the channel broke off: {masked(str(error), address)}") from None
        if not is_sent:
            raise DeliveryError(said or "the channel did not take the alert")
        return said or "taken"

    def close(self) -> None:
        """Let the child go."""
        self._end()

    def _ask(self, line: bytes) -> bytes:
        child, wait = self._child, self._timeout
        if child is None or child.poll() is not None:
            child, wait = self._begin(), self._timeout + _START
        assert child.stdin is not None
        child.stdin.write(line)
        child.stdin.flush()
        return self._line(child, time.monotonic() + wait)

    def _line(self, child: subprocess.Popen[bytes], until: float) -> bytes:
        assert child.stdout is not None
        found = b""
        with selectors.DefaultSelector() as selector:
            selector.register(child.stdout, selectors.EVENT_READ)
            while not found.endswith(b"\n"):
                if not selector.select(max(0.0, until - time.monotonic())):
                    raise ValueError(f"no answer within {self._timeout:g} seconds")
                block = os.read(child.stdout.fileno(), _ANSWER)
                found += block
                if not block or len(found) > _ANSWER:
                    raise ValueError("the sending process ended")
        return found

    def _begin(self) -> subprocess.Popen[bytes]:
        self._end()
        self._child = subprocess.Popen(  # noqa: S603 (our own interpreter, our own module)
            [sys.executable, "-m", "alerts.posting", *map(str, self._networks)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={key: os.environ[key] for key in _KEPT if key in os.environ},
        )
        return self._child

    def _end(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            child.kill()
            with child:
                child.wait()


def masked(text: str, address: str) -> str:
    """One line of a text without the address and its parts, written plainly or with percent signs."""
    scheme, _, rest = address.partition("://")
    pieces = {address, rest, *re.split(r"[/?&=@:#]", rest)}
    hidden = {
        spelling for piece in pieces for spelling in (piece, unquote(piece)) if len(spelling) >= _SHORTEST
    }
    line = one_line(text)
    for piece in sorted(hidden - {scheme}, key=len, reverse=True):
        line = re.sub(re.escape(piece), "…", line, flags=re.IGNORECASE)
    return line[:_SAID]
