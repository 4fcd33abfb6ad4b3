"""A small forward proxy with the crawler's own check of addresses, for Chromium and for crawls through SOCKS.

It lives as long as what it is opened for, and everything that still runs through it ends with it. A name is
resolved once, and what is dialled is the very address that was looked at.
"""

from __future__ import annotations

import asyncio
import base64
import logging
import socket
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from threading import Thread
from typing import Any, Self
from urllib.parse import SplitResult, unquote, urlsplit

from python_socks import ProxyError, ProxyType
from python_socks.async_.asyncio import Proxy

from crawler.guard import AddressRefused, refuse_private
from news.dialling import is_allowed
from news.settings import Network

log = logging.getLogger(__name__)

#: Bytes of a head; of a block that is handed on.
_HEAD, _BLOCK = 2**18, 2**16
#: Seconds for a connection to come about, and for a server to say the next word.
_WITHIN, _IDLE = 10.0, 15.0
#: Connections at once.
_MOST = 64
_OF_THE_HOP = frozenset(
    (
        b"connection",
        b"keep-alive",
        b"proxy-connection",
        b"proxy-authorization",
        b"te",
        b"trailer",
        b"upgrade",
        b"host",
    )
)
_REASONS = {400: b"Bad Request", 403: b"Forbidden", 411: b"Length Required", 502: b"Bad Gateway"}

_SOCKS, _SOCKS_PORT = ("socks5", "socks5h"), 1080
#: Marks an answer of our own, which no server gave.
OWN_ANSWER = "X-Forwarding-Failed"

Resolve = Callable[[str, int], Sequence[str]]
_Way = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Dial = Callable[[str, int], Awaitable[_Way]]


def is_socks(proxy: str | None) -> bool:
    """Whether a source's proxy is one of SOCKS."""
    return proxy is not None and urlsplit(proxy).scheme in _SOCKS


class _Answered(Exception):
    """A request that is answered with a status of our own."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What a client wants: a tunnel, or one request of plain HTTP."""

    method: str
    target: SplitResult
    headers: tuple[tuple[bytes, bytes], ...]

    @property
    def is_tunnel(self) -> bool:
        return self.method == "CONNECT"

    @property
    def host(self) -> str:
        return self.target.hostname or ""

    @property
    def port(self) -> int:
        return self.target.port or 80

    @property
    def length(self) -> int:
        """Bytes of the body that follows."""
        if any(name.lower() == b"transfer-encoding" for name, _ in self.headers):
            raise _Answered(411)
        found = [value for name, value in self.headers if name.lower() == b"content-length"]
        if not all(value.isdigit() and len(value) < 12 for value in found) or len(set(found)) > 1:
            raise _Answered(400)
        return int(found[0]) if found else 0


class ForwardProxy:
    """Listens on loopback while it is open; `refused` tells the hosts that were not dialled."""

    def __init__(
        self,
        networks: Iterable[Network],
        *,
        upstream: str | None = None,
        limit: int | None = None,
        on_overflow: Callable[[], None] = lambda: None,
        resolve: Resolve | None = None,
    ) -> None:
        """`limit` is in bytes, of all answers together; `upstream` is a proxy, of HTTP or SOCKS 5, that all goes on to."""
        self._networks = tuple(networks)
        parts = urlsplit(upstream) if upstream else None
        self._socks = parts if parts is not None and parts.scheme in _SOCKS else None
        self._upstream = parts if self._socks is None else None
        self._left, self._on_overflow = limit, on_overflow
        self._resolve = resolve or _looked_up
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.refused: set[str] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._served, "127.0.0.1", 0, limit=_HEAD)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def address(self) -> str:
        """http://127.0.0.1:port."""
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def _served(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            if len(self._tasks) <= _MOST:
                await self._one(reader, writer)
        except (OSError, TimeoutError, EOFError, asyncio.LimitOverrunError) as error:
            log.debug("forwarding broke off: %s", error)
        except asyncio.CancelledError:
            log.debug("forwarding was ended")  # swallowed: the server's own task of this connection ends here
        finally:
            self._tasks.discard(task)
            writer.transport.abort() if task.cancelling() else writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            asked = _parsed(await _head(reader))
            length = asked.length
            server = await self._reached(asked)
        except _Answered as answer:
            await _say(writer, answer.status)
            return
        except AddressRefused as refusal:
            log.warning("refused host=%s: not public, and not in JARCHI_ALLOW_NETWORKS", refusal.host)
            self.refused.add(refusal.host)
            await _say(writer, 403)
            return
        except (OSError, TimeoutError, EOFError):
            await _say(writer, 502)
            return
        try:
            if asked.is_tunnel:
                await self._tunnel((reader, writer), server)
            else:
                await self._exchange(asked, length, (reader, writer), server)
        finally:
            server[1].transport.abort()

    async def _reached(self, asked: _Asked) -> _Way:
        refuse_private(asked.host, self._networks)
        if self._socks is not None:
            return await self._by_socks(self._socks, asked)
        if self._upstream is None:
            return await self._dialled(asked.host, asked.port)
        host = self._upstream.hostname or ""
        refuse_private(host, self._networks)
        way = await self._dialled(host, self._upstream.port or 80)
        if asked.is_tunnel:
            await _ask_for_tunnel(way, asked, _credentials(self._upstream))
        return way

    async def _by_socks(self, proxy: SplitResult, asked: _Asked) -> _Way:
        """A connection through a SOCKS proxy, which is itself dialled under the guard.

        With socks5h it looks the name up; with socks5 it is told an address that was looked at here.
        """
        host = proxy.hostname or ""
        refuse_private(host, self._networks)
        targets: Sequence[str] = (asked.host,)
        if proxy.scheme == _SOCKS[0]:
            targets = await self._allowed(asked.host, asked.port)

        async def dial(address: str, port: int) -> _Way:
            problem: Exception = OSError(f"{asked.host} has no address")
            for target in targets:
                through = Proxy(
                    ProxyType.SOCKS5, address, port, unquote(proxy.username) if proxy.username else None,
                    unquote(proxy.password or ""), rdns=True,
                )  # fmt: skip
                try:
                    connection = await through.connect(target, asked.port, timeout=_WITHIN)
                except ProxyError as error:
                    problem = OSError(f"the source's proxy does not connect: {error}")
                    continue
                return await asyncio.open_connection(sock=connection, limit=_HEAD)
            raise problem

        return await self._dialled(host, proxy.port or _SOCKS_PORT, dial)

    async def _allowed(self, host: str, port: int) -> Sequence[str]:
        found = await _in_a_thread(self._resolve, host, port)
        allowed = [address for address in found if is_allowed(address, self._networks)]
        if found and not allowed:
            raise AddressRefused(host)
        return allowed

    async def _dialled(self, host: str, port: int, dial: Dial | None = None) -> _Way:
        """A connection to the first address of a host that may be dialled, and answers."""
        problem: Exception = OSError(f"{host} has no address")
        for address in await self._allowed(host, port):
            try:
                way = await (dial or _dial)(address, port)
            except (OSError, TimeoutError) as error:
                problem = error
                continue
            if is_allowed(way[1].get_extra_info("peername")[0], self._networks):
                return way
            way[1].transport.abort()
            raise AddressRefused(host)
        raise problem

    async def _tunnel(self, client: _Way, server: _Way) -> None:
        client[1].write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        await _until_one_ends(self._hand_on(server[0], client[1]), _send_on(client[0], server[1]))

    async def _exchange(self, asked: _Asked, length: int, client: _Way, server: _Way) -> None:
        """One request, one answer: the connection ends, so that the next one is looked at again."""
        server[1].write(_request_head(asked, self._upstream))
        async with asyncio.timeout(_IDLE):
            if length:
                server[1].write(await client[0].readexactly(length))
            await server[1].drain()
            head = await server[0].readuntil(b"\r\n\r\n")
            while head.split(b" ", 2)[1:2] and head.split(b" ", 2)[1].startswith(b"1"):  # an interim answer
                head = await server[0].readuntil(b"\r\n\r\n")
        self._count(len(head))
        client[1].write(_closing(head))
        await _until_one_ends(self._hand_on(server[0], client[1]), _send_on(client[0], None))

    async def _hand_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """A server's words, counted; its silence ends the connection."""
        while True:
            async with asyncio.timeout(_IDLE):
                data = await reader.read(_BLOCK)
            if not data:
                return
            self._count(len(data))
            writer.write(data)
            await writer.drain()

    def _count(self, size: int) -> None:
        if self._left is None:
            return
        self._left -= size
        if self._left < 0:
            self._on_overflow()
            raise OSError("more than the answers may have together")


async def _dial(address: str, port: int) -> _Way:
    async with asyncio.timeout(_WITHIN):
        return await asyncio.open_connection(address, port, limit=_HEAD)


async def _send_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter | None) -> None:
    """A client's words up to its end; without a writer nobody hears them."""
    while data := await reader.read(_BLOCK):
        if writer is not None:
            writer.write(data)
            await writer.drain()


async def _until_one_ends(*ways: Coroutine[Any, Any, None]) -> None:
    tasks = {asyncio.create_task(way) for way in ways}
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _head(reader: asyncio.StreamReader) -> bytes:
    async with asyncio.timeout(_IDLE):
        return await reader.readuntil(b"\r\n\r\n")


async def _say(writer: asyncio.StreamWriter, status: int) -> None:
    writer.write(
        b"HTTP/1.1 %d %s\r\n%s: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        % (status, _REASONS[status], OWN_ANSWER.encode())
    )
    await writer.drain()


async def _ask_for_tunnel(way: _Way, asked: _Asked, credentials: bytes) -> None:
    name = asked.target.netloc.encode()
    way[1].write(b"CONNECT %s HTTP/1.1\r\nHost: %s\r\n%s\r\n" % (name, name, credentials))
    head = await _head(way[0])
    if head.split(b" ", 2)[1:2] != [b"200"]:
        way[1].transport.abort()
        raise OSError("the source's proxy opens no tunnel")


def _parsed(head: bytes) -> _Asked:
    line, *rest = head.removesuffix(b"\r\n\r\n").split(b"\r\n")
    try:
        method, target, version = line.decode("ascii").split(" ")
        parts = urlsplit(f"//{target}" if method == "CONNECT" else target)
        known = version.startswith("HTTP/1.") and parts.hostname and (parts.port or method != "CONNECT")
    except ValueError:
        raise _Answered(400) from None
    if not known or parts.scheme not in ("", "http") or (parts.scheme == "") != (method == "CONNECT"):
        raise _Answered(400)
    pairs = (field.partition(b":") for field in rest)
    return _Asked(
        method=method, target=parts, headers=tuple((name.strip(), value.strip()) for name, _, value in pairs)
    )


def _request_head(asked: _Asked, upstream: SplitResult | None) -> bytes:
    parts = asked.target
    netloc = parts.netloc.rpartition("@")[2]
    origin = parts._replace(scheme="", netloc="", path=parts.path or "/", fragment="").geturl()
    target = origin if upstream is None else f"http://{netloc}{origin}"
    lines = [f"{asked.method} {target} HTTP/1.1".encode(), b"Host: " + netloc.encode(), b"Connection: close"]
    lines += [name + b": " + value for name, value in asked.headers if name.lower() not in _OF_THE_HOP]
    return b"\r\n".join(lines) + b"\r\n" + (_credentials(upstream) if upstream else b"") + b"\r\n"


def _closing(head: bytes) -> bytes:
    """The head of an answer after which the client asks no more on this connection."""
    status, *fields = head.removesuffix(b"\r\n\r\n").split(b"\r\n")
    kept = [field for field in fields if field.partition(b":")[0].strip().lower() not in _OF_THE_HOP]
    return b"\r\n".join((status, *kept, b"Connection: close")) + b"\r\n\r\n"


def _credentials(via: SplitResult) -> bytes:
    if via.username is None:
        return b""
    pair = f"{unquote(via.username)}:{unquote(via.password or '')}".encode()
    return b"Proxy-Authorization: Basic " + base64.b64encode(pair) + b"\r\n"


def _looked_up(host: str, port: int) -> Sequence[str]:
    return tuple(_addresses(host, port))


def _addresses(host: str, port: int) -> Iterator[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError as error:  # a label that is too long for a name
        raise OSError(str(error)) from error
    yield from dict.fromkeys(str(address[0]) for *_, address in found)


async def _in_a_thread(resolve: Resolve, host: str, port: int) -> Sequence[str]:
    """In a thread of its own: a server of names that hangs keeps no other waiting, nor the end of the process."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[Sequence[str]] = loop.create_future()

    def settle(action: Callable[[], None]) -> None:
        if not future.done():
            action()

    def run() -> None:
        try:
            found = resolve(host, port)
        except Exception as error:  # noqa: BLE001 (handed on)
            problem = error
            action = lambda: settle(lambda: future.set_exception(problem))  # noqa: E731
        else:
            action = lambda: settle(lambda: future.set_result(found))  # noqa: E731
        with suppress(RuntimeError):  # the loop has ended before
            loop.call_soon_threadsafe(action)

    Thread(target=run, name="resolver", daemon=True).start()
    async with asyncio.timeout(_WITHIN):
        return await future
