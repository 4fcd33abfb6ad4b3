"""A source's SOCKS proxy, over real sockets: our own forward proxy speaks it, under the guard."""

import asyncio
import socket
import struct
import threading
from ipaddress import ip_network

import pytest
from pydantic import ValidationError

from crawler.forwarding import ForwardProxy
from news.values import Source
from tests.crawler.conftest import item, open_desk
from tests.crawler.test_forwarding import ANSWER, Server, get, say

LOOPBACK = (ip_network("127.0.0.0/8"),)
LINES = (
    "The council met on Monday in the old hall of the town by the river.",
    "It will decide on the new bridge.",
)


class Socks:
    """A SOCKS 5 server (RFC 1928, 1929) that keeps what it was asked to connect to.

    `hosts` are names that it alone knows; `login` is asked for where it is given.
    """

    def __init__(self, hosts=None, login=None, refuses=False, at="127.0.0.1"):
        self.asked: list[tuple[str, int]] = []
        self._hosts, self._login, self._refuses = hosts or {}, login, refuses
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._server = self._run(asyncio.start_server(self._served, at, 0))
        self.port = self._server.sockets[0].getsockname()[1]

    def close(self):
        self._server.close()
        self._run(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(10)

    async def _end(self):
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _served(self, reader, writer):
        try:
            if await self._welcomed(reader, writer):
                await self._connected(reader, writer)
        except (OSError, EOFError):
            pass
        finally:
            writer.close()

    async def _welcomed(self, reader, writer):
        _, count = await reader.readexactly(2)
        offered = await reader.readexactly(count)
        method = 2 if self._login else 0
        writer.write(bytes((5, method if method in offered else 255)))
        if method not in offered:
            return False
        if method == 0:
            return True
        await reader.readexactly(1)
        said = [(await reader.readexactly((await reader.readexactly(1))[0])).decode() for _ in range(2)]
        writer.write(bytes((1, 0 if tuple(said) == self._login else 1)))
        return tuple(said) == self._login

    async def _connected(self, reader, writer):
        _, _, _, kind = await reader.readexactly(4)
        if kind == 3:
            host = (await reader.readexactly((await reader.readexactly(1))[0])).decode()
        else:
            host = socket.inet_ntop(
                socket.AF_INET if kind == 1 else socket.AF_INET6,
                await reader.readexactly(4 if kind == 1 else 16),
            )
        (port,) = struct.unpack("!H", await reader.readexactly(2))
        self.asked.append((host, port))
        if self._refuses:
            writer.write(b"\x05\x05\x00\x01" + bytes(6))
            return
        server = await asyncio.open_connection(*self._hosts.get(host, (host, port)))
        writer.write(b"\x05\x00\x00\x01" + bytes(6))
        await asyncio.gather(_pass_on(reader, server[1]), _pass_on(server[0], writer))


async def _pass_on(reader, writer):
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()
    writer.close()


@pytest.fixture
def make_socks():
    made: list[Socks] = []

    def make(**values):
        made.append(Socks(**values))
        return made[-1]

    yield make
    for server in made:
        server.close()


async def through(upstream, *words, networks=LOOPBACK, resolve=None):
    async with ForwardProxy(networks, upstream=upstream, resolve=resolve) as proxy:
        return await say(proxy, *words), proxy.refused


def test_a_page_comes_by_way_of_the_proxy_which_looks_the_name_up(make_socks):
    async def ask():
        async with Server() as server:
            socks = make_socks(hosts={"town.example": ("127.0.0.1", server.port)})
            said, _ = await through(f"socks5h://127.0.0.1:{socks.port}", get("http://town.example/news"))
            return said, server.heard, socks.asked

    said, heard, asked = asyncio.run(ask())
    assert said.endswith(b"hello")
    assert asked == [("town.example", 80)]
    assert heard[0].startswith(b"GET /news HTTP/1.1\r\nHost: town.example\r\n")


def test_a_tunnel_goes_by_way_of_it_with_the_login(make_socks):
    async def ask():
        async with Server() as server:
            socks = make_socks(hosts={"town.example": ("127.0.0.1", server.port)}, login=("desk", "a b"))
            words = (
                b"CONNECT town.example:443 HTTP/1.1\r\n\r\n",
                b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n",
            )
            return (await through(f"socks5h://desk:a%20b@127.0.0.1:{socks.port}", *words))[0], socks.asked

    said, asked = asyncio.run(ask())
    assert said.endswith(ANSWER)
    assert asked == [("town.example", 443)]


def test_with_socks5_names_are_looked_up_here_and_what_is_private_is_not_asked_for(make_socks):
    async def ask(networks):
        async with Server() as server:
            socks = make_socks()
            url = f"http://town.example:{server.port}/"
            said, refused = await through(
                f"socks5://127.0.0.1:{socks.port}", get(url), networks=networks, resolve=_resolve
            )
            return said, refused, socks.asked, server.port

    def _resolve(host, _):
        return ("127.0.0.1",) if host == "127.0.0.1" else ("127.9.9.9", "127.0.0.2")

    said, _, asked, port = asyncio.run(ask(LOOPBACK))
    assert asked == [("127.9.9.9", port), ("127.0.0.2", port)]
    assert b"502" in said, "nobody listens there"
    said, refused, asked, _ = asyncio.run(ask((ip_network("127.0.0.1/32"),)))
    assert (asked, refused) == ([], {"town.example"})
    assert b"403" in said


@pytest.mark.parametrize("scheme", ["socks5", "socks5h"])
def test_the_proxy_itself_is_dialled_under_the_guard(make_socks, scheme):
    socks = make_socks()
    said, refused = asyncio.run(
        through(f"{scheme}://127.0.0.1:{socks.port}", get("http://town.example/"), networks=())
    )
    assert b"403" in said
    assert refused
    assert socks.asked == []


@pytest.mark.parametrize("values", [{"refuses": True}, {"login": ("somebody", "else")}])
def test_a_proxy_that_does_not_connect_is_a_failure_of_the_way(make_socks, values):
    socks = make_socks(**values)
    said, _ = asyncio.run(through(f"socks5h://desk:no@127.0.0.1:{socks.port}", get("http://town.example/")))
    assert said.startswith(b"HTTP/1.1 502")


@pytest.mark.parametrize("scheme", ["socks5", "socks5h"])
def test_a_source_is_crawled_by_way_of_its_socks_proxy_robots_txt_included(
    desk, make_site, make_socks, scheme
):
    site, socks = make_site(), make_socks(login=("desk", "secret"))
    desk.watch(site, feeds=[f"{site.address}/feed"], proxy=f"{scheme}://desk:secret@127.0.0.1:{socks.port}")
    site.post("/news/1", *LINES)
    site.feed(item(f"{site.address}/news/1", "The plan"))
    run = desk.crawl(site.key).run
    assert (run["failed"], run["requests"]) == ({}, 3)
    assert site.asked == ["/robots.txt", "/feed", "/news/1"]
    assert [port for _, port in socks.asked] == [int(site.address.rpartition(":")[2])] * 3


def test_a_socks_proxy_that_is_not_there_is_named(desk, make_site):
    site = make_site()
    desk.watch(site, feeds=[f"{site.address}/feed"], proxy="socks5h://127.0.0.1:9")
    assert desk.crawl(site.key).run["failed"] == {"proxy": 1}
    assert site.asked == []


def test_of_loopback_nothing_but_our_own_forward_proxy_is_dialled(tmp_path, make_site, make_socks):
    site, other = make_site(), make_site()
    socks = make_socks(
        at="127.0.0.2", hosts={"town.example": ("127.0.0.1", int(site.address.rpartition(":")[2]))}
    )
    site.feed()
    desk = open_desk(tmp_path, JARCHI_ALLOW_NETWORKS="127.0.0.2/32")
    try:
        proxy = f"socks5h://127.0.0.2:{socks.port}"
        desk.watch(site, feeds=["http://town.example/feed"], proxy=proxy, may_be_empty=True)
        desk.watch(other, feeds=[f"{other.address}/feed"])
        reports = desk.crawl_together(site.key, other.key)
        assert [report.run["failed"] for report in reports] == [{}, {"private-address": 1}]
        desk.watch(site, feeds=["http://2130706433/feed"], proxy=proxy)
        assert desk.crawl(site.key).run["failed"] == {"private-address": 1}
    finally:
        desk.close()
    assert site.asked == ["/robots.txt", "/feed"]
    assert [host for host, _ in socks.asked] == ["town.example"] * 2
    assert other.asked == []


@pytest.mark.parametrize("proxy", ["socks4://a.example", "ftp://a.example", "socks5://", "a.example:1080"])
def test_other_proxies_are_refused_in_the_sources_file(proxy):
    with pytest.raises(ValidationError):
        Source(key="a", name="A", feeds=("https://a.example/feed",), proxy=proxy)
