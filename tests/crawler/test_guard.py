import json
import subprocess
import sys
from ipaddress import ip_network

import pytest

from crawler.guard import AddressRefused, refuse_private
from news.dialling import is_allowed, literal
from tests.crawler.hostile import RSS, Hostile, article, feed

LOOPBACK = (ip_network("127.0.0.0/8"),)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "192.168.1.1",
        "172.16.0.9",
        "169.254.169.254",
        "0.0.0.0",
        "100.64.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "192.0.0.192",
        "168.63.129.16",
        "fec0::1",
        "ff02::1",
        "::7f00:1",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "2002:7f00:1::1",
        "2002:a9fe:a9fe::",
        "2001:0:7f00:1::1",
        "fd00:ec2::254",
        "::1",
        "::",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:a9fe:a9fe",
    ],
)
def test_private_addresses_are_refused(address):
    assert not is_allowed(address, ())


@pytest.mark.parametrize(
    "address", ["93.184.216.34", "2606:2800:220:1::1", "::ffff:93.184.216.34", "2002:5db8:d822::1"]
)
def test_public_addresses_are_allowed(address):
    assert is_allowed(address, ())


def test_an_opened_network_is_allowed_and_no_other():
    assert is_allowed("127.0.0.1", LOOPBACK)
    assert is_allowed("::ffff:127.0.0.1", LOOPBACK)
    assert not is_allowed("10.0.0.1", LOOPBACK)
    assert not is_allowed("::1", LOOPBACK)


SPELLINGS = (
    "127.0.0.2", "127.2", "0x7f000002", "0x7f.0.0.2", "0177.0.0.2", "017700000002", "2130706434", "127.0.0.2.",
    "１２７.0.0.2", "127。0。0。2", "[::ffff:127.0.0.2]", "[::ffff:7f00:2]", "[::127.0.0.2]", "[64:ff9b::7f00:2]",
    "[2002:7f00:2::]",
)  # fmt: skip


@pytest.mark.parametrize(
    "host", [*SPELLINGS, "localhost", "LOCALHOST.", "a.localhost", "169.254.169.254", "0xA9FEA9FE"]
)
def test_a_private_address_is_seen_in_every_spelling(host):
    with pytest.raises(AddressRefused):
        refuse_private(host, [ip_network("127.0.0.1/32")] if "localhost" not in host.lower() else ())


@pytest.mark.parametrize(
    "host", ["example.org", "0x7f.example.org", "1.example", "127.0.0.1.nip.example", "xn--0xa"]
)
def test_a_name_is_no_address(host):
    assert literal(host) is None


@pytest.fixture
def victim():
    """A server in a network that is not opened."""
    server = Hostile(host="127.0.0.2")
    yield server
    server.close()


def test_no_spelling_of_a_private_address_is_asked_by_a_crawl(narrow_desk, victim):
    desk = narrow_desk
    links = [(f"http://{host}:{victim.port}/secret/{n}", "Secret") for n, host in enumerate(SPELLINGS)]
    server = Hostile(always=lambda conn: conn.answer(feed(*links), kind=RSS))
    try:
        desk.write("disguised", f'feeds = ["{server.address}/feed"]')
        run = desk.crawl("disguised").run
    finally:
        server.close()
    assert victim.asked == []
    assert set(run["failed"]) <= {"private-address", "bad-address"}
    assert run["failed"]["private-address"] >= 10


def test_a_proxy_is_not_asked_for_private_addresses_either(narrow_desk, victim):
    desk = narrow_desk
    links = [(f"http://{host}:{victim.port}/secret/{n}", "Secret") for n, host in enumerate(SPELLINGS)]
    proxy = Hostile(always=lambda conn: conn.answer(feed(*links), kind=RSS))
    try:
        desk.write("proxied", f'proxy = "{proxy.address}"\nfeeds = ["http://public.example/feed"]')
        run = desk.crawl("proxied").run
    finally:
        proxy.close()
    assert {target.partition("//")[2].partition("/")[0] for target in proxy.asked} == {"public.example"}
    assert run["failed"]["private-address"] >= 10


def test_a_proxy_is_told_its_name_and_password(narrow_desk):
    desk = narrow_desk
    proxy = Hostile(always=lambda conn: conn.answer(feed(("http://public.example/", "T")), kind=RSS))
    try:
        login = proxy.address.replace("//", "//reader:p%40ss@")
        desk.write("login", f'proxy = "{login}"\nfeeds = ["http://public.example/feed"]')
        desk.crawl("login")
    finally:
        proxy.close()
    assert all(b"Proxy-Authorization: Basic cmVhZGVyOnBAc3M=" in head for head in proxy.heads)
    assert proxy.heads


def test_a_proxy_in_a_private_network_is_under_the_guard(narrow_desk, victim):
    desk = narrow_desk
    for scheme in ("http", "https"):
        desk.write(f"by-{scheme}", f'proxy = "{victim.address}"\nfeeds = ["{scheme}://public.example/feed"]')
        assert desk.crawl(f"by-{scheme}").run["failed"] == {"private-address": 1}
    assert victim.asked == []


#: A name that leads to a public address when it is looked at, and into a private network when it is dialled.
REBINDING = """
import asyncio, json, socket, sys
from twisted.internet import asyncioreactor
asyncioreactor.install()
from twisted.internet import reactor
from twisted.internet.endpoints import HostnameEndpoint, TCP4ClientEndpoint
from twisted.internet.protocol import Factory, Protocol
from crawler.guard import GuardingResolver, guard_dialling
from ipaddress import ip_network

def lookup(host, port, family=0, type=0, proto=0, flags=0):
    name = host.decode() if isinstance(host, bytes) else host
    address = {"public.test": "93.184.216.34", "private.test": "127.0.0.2", "open.test": "127.0.0.1"}[name]
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, int(port)))]

port, open_port = int(sys.argv[1]), int(sys.argv[2])
unguarded = reactor.nameResolver
guard = GuardingResolver(reactor, 100, [ip_network("127.0.0.1/32")], lookup)
guard.install_on_reactor()
said = {}

async def attempt(name, endpoint):
    try:
        protocol = await endpoint.connect(Factory.forProtocol(Protocol)).asFuture(asyncio.get_event_loop())
        protocol.transport.abortConnection()
        said[name] = "connected"
    except Exception as error:
        said[name] = type(error).__name__

async def main():
    await attempt("resolved", HostnameEndpoint(reactor, "private.test", port))
    await attempt("open", HostnameEndpoint(reactor, "open.test", open_port))
    await attempt("dialled", TCP4ClientEndpoint(reactor, "127.0.0.2", port))
    await attempt("short", TCP4ClientEndpoint(reactor, "127.2", port))
    reactor.installNameResolver(unguarded)
    await attempt("rebound", HostnameEndpoint(reactor, "127.0.0.2", port))
    print(json.dumps(said | {"refused": sorted(guard.refused)}))
    reactor.callLater(0, reactor.stop)

asyncio.get_event_loop().create_task(main())
reactor.run(installSignalHandlers=False)
"""


@pytest.mark.service
def test_the_answer_of_the_resolver_and_the_address_dialled_are_both_checked(victim):
    server = Hostile(always=lambda conn: conn.answer(article("open")))
    try:
        done = subprocess.run(
            [sys.executable, "-c", REBINDING, str(victim.port), str(server.port)],
            capture_output=True, text=True, timeout=60, check=True,
        )  # fmt: skip
    finally:
        server.close()
    said = json.loads(done.stdout)
    assert said["refused"] == ["private.test"]
    assert said["resolved"] == "DNSLookupError"
    assert said["open"] == "connected"
    assert {said[name] for name in ("dialled", "rebound")} == {"AddressRefused"}
    assert said["short"] != "connected"
    assert victim.asked == []
