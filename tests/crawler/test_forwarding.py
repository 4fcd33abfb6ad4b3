"""The forward proxy for programs that dial by themselves, over real sockets."""

import asyncio
from ipaddress import ip_network

import pytest

from crawler.forwarding import ForwardProxy

LOOPBACK = (ip_network("127.0.0.0/8"),)
ONE = (ip_network("127.0.0.1/32"),)
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: keep-alive\r\n\r\nhello"


class Server:
    """Answers every request with the same words, and keeps what it was told."""

    def __init__(self, answer=ANSWER, endless=b""):
        self.heard: list[bytes] = []
        self._answer, self._endless = answer, endless

    async def __aenter__(self):
        self._server = await asyncio.start_server(self._served, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_):
        self._server.close()

    async def _served(self, reader, writer):
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = [
                    int(line[16:]) for line in head.split(b"\r\n") if line.startswith(b"Content-Length:")
                ]
                self.heard.append(head + (await reader.readexactly(length[0]) if length else b""))
                writer.write(self._answer)
                while self._endless:
                    writer.write(self._endless)
                    await writer.drain()
                if self._answer and b"Connection: close" in head:
                    return
        except (OSError, EOFError):
            pass
        finally:
            writer.close()


async def say(proxy, *words):
    """What the proxy says to a client that says this, up to the end of the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(proxy.address.rpartition(":")[2]))
    for word in words:
        writer.write(word)
    said = await asyncio.wait_for(reader.read(), 20)
    writer.close()
    return said


def get(address, more=""):
    return f"GET {address} HTTP/1.1\r\nHost: elsewhere\r\n{more}\r\n".encode()


def run(coroutine):
    return asyncio.run(coroutine)


def test_a_plain_request_is_handed_on_under_its_own_host_and_the_connection_ends():
    async def go():
        async with Server() as server, ForwardProxy(LOOPBACK) as proxy:
            said = await say(
                proxy, get(f"http://127.0.0.1:{server.port}/a?b#c", "Proxy-Connection: keep-alive\r\n")
            )
            return server, said

    server, said = run(go())
    assert said == b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello"
    assert server.heard == [
        f"GET /a?b HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nConnection: close\r\n\r\n".encode()
    ]


def test_a_second_request_on_a_connection_is_not_handed_on():
    async def go():
        async with Server() as server, ForwardProxy(LOOPBACK) as proxy:
            address = f"http://127.0.0.1:{server.port}/"
            body = b"POST %s HTTP/1.1\r\nContent-Length: 4\r\n\r\nbody" % address.encode()
            reader, writer = await asyncio.open_connection("127.0.0.1", int(proxy.address.rpartition(":")[2]))
            writer.write(body + get("http://10.0.0.1/"))
            await reader.readuntil(b"hello")
            writer.close()
            return server.heard

    heard = run(go())
    assert len(heard) == 1
    assert heard[0].endswith(b"\r\n\r\nbody")


def test_a_tunnel_carries_both_ways():
    async def go():
        async with Server() as server, ForwardProxy(LOOPBACK) as proxy:
            reader, writer = await asyncio.open_connection("127.0.0.1", int(proxy.address.rpartition(":")[2]))
            writer.write(f"CONNECT 127.0.0.1:{server.port} HTTP/1.1\r\n\r\n".encode())
            assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200 ")
            writer.write(b"GET / HTTP/1.1\r\n\r\n")
            said = await reader.readexactly(len(ANSWER))
            writer.close()
            return said

    assert run(go()) == ANSWER


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "127.1", "0x7f000001", "2130706433", "0177.0.0.1", "localhost", "a.localhost", "[::1]",
        "[::ffff:127.0.0.1]", "169.254.169.254", "10.0.0.1", "[fd00::1]", "0.0.0.0",
    ],
)  # fmt: skip
@pytest.mark.parametrize("tunnel", [False, True])
def test_private_addresses_are_refused_however_they_are_written(host, tunnel):
    async def go():
        async with Server() as server, ForwardProxy(()) as proxy:
            port = server.port
            word = (
                f"CONNECT {host}:{port} HTTP/1.1\r\n\r\n".encode()
                if tunnel
                else get(f"http://{host}:{port}/")
            )
            return await say(proxy, word), server.heard, proxy.refused

    said, heard, refused = run(go())
    assert said.startswith(b"HTTP/1.1 403 ")
    assert heard == []
    assert refused == {host.strip("[]")}


def test_a_network_that_is_opened_opens_no_other():
    async def go():
        async with Server() as server, ForwardProxy(ONE) as proxy:
            allowed = await say(proxy, get(f"http://127.0.0.1:{server.port}/"))
            return allowed, await say(proxy, get(f"http://127.0.0.2:{server.port}/"))

    allowed, refused = run(go())
    assert allowed.endswith(b"hello")
    assert refused.startswith(b"HTTP/1.1 403 ")


def test_a_name_is_looked_up_once_and_only_its_allowed_addresses_are_dialled():
    looks = []

    def resolve(host, port):
        looks.append(host)
        return ("10.0.0.1", "127.0.0.1") if len(looks) == 1 else ("10.0.0.1",)

    async def go():
        async with Server() as server, ForwardProxy(ONE, resolve=resolve) as proxy:
            first = await say(proxy, get(f"http://town.example:{server.port}/"))
            return first, looks[:], await say(proxy, get(f"http://town.example:{server.port}/"))

    first, asked, second = run(go())
    assert first.endswith(b"hello")
    assert asked == ["town.example"]
    assert second.startswith(b"HTTP/1.1 403 ")


@pytest.mark.parametrize(
    ("word", "status"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (b"GET https://127.0.0.1/ HTTP/1.1\r\n\r\n", 400),
        (b"GET ftp://127.0.0.1/ HTTP/1.1\r\n\r\n", 400),
        (b"CONNECT 127.0.0.1 HTTP/1.1\r\n\r\n", 400),
        (b"nonsense\r\n\r\n", 400),
        (b"GET http://127.0.0.1:1/ HTTP/1.1\r\n\r\n", 502),
    ],
)
def test_what_cannot_be_handed_on_is_answered(word, status):
    async def go():
        async with ForwardProxy(LOOPBACK) as proxy:
            return await say(proxy, word)

    assert run(go()).startswith(b"HTTP/1.1 %d " % status)


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ("Transfer-Encoding: chunked", 411),
        ("Content-Length: x", 400),
        ("Content-Length: 1\r\nContent-Length: 2", 400),
    ],
)
def test_a_body_of_unknown_length_is_not_handed_on(fields, status):
    async def go():
        async with Server() as server, ForwardProxy(LOOPBACK) as proxy:
            word = f"POST http://127.0.0.1:{server.port}/ HTTP/1.1\r\n{fields}\r\n\r\n".encode()
            return await say(proxy, word), server.heard

    said, heard = run(go())
    assert said.startswith(b"HTTP/1.1 %d " % status)
    assert heard == []


def test_answers_have_a_bound_together():
    over = []

    async def go():
        endless = Server(answer=b"HTTP/1.1 200 OK\r\n\r\n", endless=b"x" * 65536)
        proxy = ForwardProxy(LOOPBACK, limit=300_000, on_overflow=lambda: over.append(1))
        async with endless as server, proxy:
            return await say(proxy, get(f"http://127.0.0.1:{server.port}/"))

    assert 100_000 < len(run(go())) <= 300_000
    assert over == [1]


def test_the_sources_own_proxy_is_passed_on_to_with_its_password():
    async def go():
        async with Server() as server:
            upstream = f"http://me:s%20t@127.0.0.1:{server.port}"
            async with ForwardProxy(LOOPBACK, upstream=upstream) as proxy:
                await say(proxy, get("http://town.example/a"))
                refused = await say(proxy, get("http://10.0.0.1/"))
            return server.heard, refused

    heard, refused = run(go())
    assert heard == [
        b"GET http://town.example/a HTTP/1.1\r\nHost: town.example\r\nConnection: close\r\n"
        b"Proxy-Authorization: Basic bWU6cyB0\r\n\r\n"
    ]
    assert refused.startswith(b"HTTP/1.1 403 ")


def test_what_still_runs_ends_with_the_proxy():
    async def go():
        async with Server(answer=b"") as server:
            async with ForwardProxy(LOOPBACK) as proxy:
                reader, writer = await asyncio.open_connection(
                    "127.0.0.1", int(proxy.address.rpartition(":")[2])
                )
                writer.write(get(f"http://127.0.0.1:{server.port}/"))
                while not server.heard:  # noqa: ASYNC110
                    await asyncio.sleep(0)
            try:
                said = await asyncio.wait_for(reader.read(), 5)
            except ConnectionError:
                said = b""
            writer.close()
            return said

    assert run(go()) == b""
