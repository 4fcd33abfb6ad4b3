"""A web server on loopback that costs next to nothing, in a process of its own: pages, lists, 304."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.fetching.pages import REAL, address, page

_ROBOTS = b"User-agent: *\nAllow: /\n"
_ETAG = '"1"'


class _Site(asyncio.Protocol):
    """HTTP/1.1 with connections that stay open; requests have no body."""

    def __init__(self, answers: dict[str, bytes]) -> None:
        self._answers, self._waiting = answers, b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._waiting += data
        assert self._transport is not None
        while b"\r\n\r\n" in self._waiting:
            head, _, self._waiting = self._waiting.partition(b"\r\n\r\n")
            self._transport.write(self._answer(head))

    def _answer(self, head: bytes) -> bytes:
        path = head.split(b" ", 2)[1].decode("ascii")
        if b"\nif-none-match:" in head.lower():
            return _said("304 Not Modified", b"", "text/plain")
        if path.startswith("/feed/"):
            host = head.lower().partition(b"\nhost:")[2].split(b"\r", 1)[0].strip()
            return _said(
                "200 OK", _FEED % (host, path.rpartition("/")[2].encode("ascii")), "application/rss+xml"
            )
        if path.startswith("/one/"):
            return _said("200 OK", page(int(path.rpartition("/")[2]), 0), "text/html; charset=utf-8")
        body = self._answers.get(path)
        if body is None:
            return _said("404 Not Found", b"", "text/plain")
        kind = "text/html; charset=utf-8" if body.startswith(b"<!doctype") else "text/xml; charset=utf-8"
        return _said("200 OK", body, "text/plain" if path == "/robots.txt" else kind)


def _said(status: str, body: bytes, kind: str) -> bytes:
    head = (
        f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nETag: {_ETAG}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode("ascii") + body


def _sitemap(origin: str, paths: list[str]) -> bytes:
    urls = "".join(f"<url><loc>{origin}{path}</loc></url>" for path in paths)
    head = '<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
    return f"{head}{urls}</urlset>".encode()


_FEED = (
    b'<?xml version="1.0"?><rss version="2.0"><channel><title>Town</title><item><title>One</title>'
    b"<link>http://%b/one/%b</link></item></channel></rss>"
)


async def _serve(count: int, size: int) -> None:
    answers = {address(number): page(number, size) for number in range(count)}
    paths = list(answers)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Site(answers), "0.0.0.0", 0)  # noqa: S104 - every loopback address
    port = server.sockets[0].getsockname()[1]
    origin = f"http://127.0.0.1:{port}"
    answers |= {"/robots.txt": _ROBOTS, "/sitemap.xml": _sitemap(origin, paths)}
    print(port, flush=True)
    await asyncio.to_thread(sys.stdin.read)


@contextmanager
def serving(count: int, size: int = REAL) -> Iterator[int]:
    """The port of a server of so many pages of a size, at every address of 127.0.0.0/8."""
    command = [sys.executable, "-m", "benchmarks.fetching.server", str(count), str(size)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        try:
            assert process.stdout is not None
            yield int(process.stdout.readline())
        finally:
            process.kill()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]), int(sys.argv[2])))
