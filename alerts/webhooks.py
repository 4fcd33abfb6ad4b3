"""Signed webhooks (Standard Webhooks 1.0): one POST for each event and receiver.

The id is the message's own, the same at every try; the time and with it the signature are the try's. A connection is
dialled at the very address that was looked at, redirects are not followed, and of an answer the head alone is read.
"""

from __future__ import annotations

import asyncio
import base64
import hmac
import socket
import ssl
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from threading import Thread
from urllib.parse import SplitResult, quote, urlsplit

import h11

from alerts.addressbook import Webhook
from alerts.messages import Message
from alerts.recipients import name
from news.dialling import is_allowed, literal
from news.errors import ChannelDown, DeliveryError, DeliveryRefused
from news.languages.quoting import one_line
from news.settings import Network

#: Bytes of an answer's head; of a block read.
_HEAD, _BLOCK = 2**14, 2**12
#: The receiver has ended the subscription.
_GONE = 410
_PORTS = {"http": 80, "https": 443}

Clock = Callable[[], datetime]
_Way = tuple[asyncio.StreamReader, asyncio.StreamWriter]


def signature(key: bytes, identity: str, timestamp: int, body: bytes) -> str:
    """`v1,` and the HMAC-SHA256, in base64, of id, time (seconds since 1970) and body with dots between them."""
    signed = b"%s.%d.%s" % (identity.encode(), timestamp, body)
    return "v1," + base64.b64encode(hmac.digest(key, signed, "sha256")).decode("ascii")


class Webhooks:
    """The receivers of the address book."""

    def __init__(
        self,
        hooks: Mapping[str, Webhook],
        networks: Iterable[Network],
        *,
        timeout: float,
        agent: str,
        tls_context: ssl.SSLContext | None = None,
        clock: Clock = lambda: datetime.now(UTC),
    ) -> None:
        """`timeout` is in seconds, of a whole exchange; `agent` is who says it."""
        self._hooks, self._networks = hooks, tuple(networks)
        self._timeout, self._agent, self._tls_context, self._clock = timeout, agent, tls_context, clock

    def send(self, message: Message) -> str:
        """POST the event; what answers 2xx took it. 410 ends it at once; a receiver out of reach is down."""
        hook = self._hooks.get(name(message.recipient))
        if hook is None:
            raise ChannelDown(
                f"there is no webhook of the name {name(message.recipient)!r} in the address book"
            )
        if not message.body:
            raise DeliveryRefused("a digest is no event: webhooks are told of one at a time")
        try:
            answer = asyncio.run(self._within(hook, message.identity, message.body))
        except TimeoutError as error:
            raise ChannelDown(f"the receiver did not answer within {self._timeout:g} seconds") from error
        except (OSError, h11.RemoteProtocolError, EOFError) as error:
            raise ChannelDown(f"the receiver was not reached: {_said(error)}") from error
        said = one_line(f"{answer.status_code} {answer.reason.decode('latin-1')}")
        if answer.status_code == _GONE:
            raise DeliveryRefused(said)
        if not 200 <= answer.status_code < 300:
            raise DeliveryError(said)
        return said

    async def _within(self, hook: Webhook, identity: str, body: bytes) -> h11.Response:
        async with asyncio.timeout(self._timeout):
            parts = urlsplit(hook.address)
            reader, writer = await self._dialled(parts)
            try:
                writer.write(self._request(hook, parts, identity, body))
                await writer.drain()
                return await _answer(reader)
            finally:
                writer.transport.abort()

    def _request(self, hook: Webhook, parts: SplitResult, identity: str, body: bytes) -> bytes:
        timestamp = int(self._clock().timestamp())
        signed = " ".join(signature(key, identity, timestamp, body) for key in hook.keys)
        connection = h11.Connection(our_role=h11.CLIENT)
        request = h11.Request(
            method="POST",
            target=_target(parts),
            headers=[
                ("Host", _host(parts)),
                ("User-Agent", self._agent),
                ("Content-Type", "application/json; charset=utf-8"),
                ("Content-Length", str(len(body))),
                ("Connection", "close"),
                ("webhook-id", identity),
                ("webhook-timestamp", str(timestamp)),
                ("webhook-signature", signed),
            ],
        )
        said = (
            connection.send(request),
            connection.send(h11.Data(data=body)),
            connection.send(h11.EndOfMessage()),
        )
        return b"".join(part or b"" for part in said)

    async def _dialled(self, parts: SplitResult) -> _Way:
        """A connection to the first allowed address that takes one."""
        host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
        written = literal(host)
        found = [str(written)] if written else await _looked_up(host, port)
        allowed = [address for address in found if is_allowed(address, self._networks)]
        if not allowed:
            raise OSError(f"{host} is not public, and not in JARCHI_ALLOW_NETWORKS")
        tls = (self._tls_context or ssl.create_default_context()) if parts.scheme == "https" else None
        problem: OSError | None = None
        for address in allowed:
            try:
                return await asyncio.open_connection(
                    address, port, ssl=tls, server_hostname=host if tls else None, limit=_HEAD
                )
            except OSError as error:
                problem = error
        assert problem is not None
        raise problem


async def _answer(reader: asyncio.StreamReader) -> h11.Response:
    """The head of the last answer; interim ones are passed over."""
    connection = h11.Connection(our_role=h11.CLIENT, max_incomplete_event_size=_HEAD)
    connection.send(h11.Request(method="POST", target="/", headers=[("Host", "-"), ("Content-Length", "0")]))
    connection.send(h11.EndOfMessage())
    while True:
        event = connection.next_event()
        if isinstance(event, h11.Response):
            return event
        if event is h11.NEED_DATA:
            connection.receive_data(await reader.read(_BLOCK))
        elif not isinstance(event, h11.InformationalResponse):
            raise EOFError("the connection ended without an answer")


def _target(parts: SplitResult) -> str:
    whole = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
    return quote(whole, safe="/?&=%:@+,;!$'()*~[]")


def _host(parts: SplitResult) -> str:
    host = parts.hostname or ""
    name = f"[{host}]" if ":" in host else host.encode("idna").decode("ascii")
    return name if parts.port is None else f"{name}:{parts.port}"


async def _looked_up(host: str, port: int) -> Sequence[str]:
    """In a thread of its own: a server of names that hangs keeps nobody longer than the whole exchange may take."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[Sequence[str]] = loop.create_future()

    def settle(found: Sequence[str], error: OSError | None) -> None:
        if future.done():
            return
        future.set_exception(error) if error else future.set_result(found)

    def run() -> None:
        found: Sequence[str] = ()
        problem: OSError | None = None
        try:
            answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            found = tuple(dict.fromkeys(str(address[0]) for *_, address in answers))
        except OSError as error:
            problem = error
        except UnicodeError as error:  # a label that is too long for a name
            problem = OSError(str(error))
        with suppress(RuntimeError):  # the loop has ended before
            loop.call_soon_threadsafe(settle, found, problem)

    Thread(target=run, name="resolver", daemon=True).start()
    return await future


def _said(error: BaseException) -> str:
    return one_line(str(error)) or type(error).__name__
