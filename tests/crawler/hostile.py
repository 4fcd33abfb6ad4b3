"""A server that does what servers should not: raw sockets, for no HTTP library would send this."""

from __future__ import annotations

import contextlib
import gzip
import itertools
import random
import socket
import ssl
import struct
import threading
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from html import escape
from pathlib import Path

import brotli
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

#: What is sent without end is sent in such pieces.
PIECE = b"x" * 65_536
_MEGABYTE = 1_000_000
#: Seconds between two bytes of an answer that drips.
_DRIP = 0.1
LINE = (
    "{}: the council of the harbour town {} meets on Monday, and it will decide on the money for the bridge."
)


@dataclass
class Conn:
    """One request and the socket to answer on."""

    sock: socket.socket
    target: str
    headers: dict[str, str]
    server: Hostile

    @property
    def address(self) -> str:
        return self.server.address

    def send(self, *parts: bytes | str) -> None:
        for part in parts:
            self.sock.sendall(part.encode() if isinstance(part, str) else part)

    def answer(
        self,
        body: bytes | str = b"",
        status: str = "200 OK",
        kind: str = "text/html; charset=utf-8",
        **headers: str,
    ) -> None:
        """A proper answer."""
        raw = body.encode() if isinstance(body, str) else body
        head = {"Content-Type": kind, "Content-Length": str(len(raw)), "Connection": "close"}
        head |= {name.replace("_", "-"): value for name, value in headers.items()}
        lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
        self.send(f"HTTP/1.1 {status}\r\n{lines}\r\n", raw)

    def head(self, *lines: str, status: str = "200 OK") -> None:
        """The head of an answer; its body is the caller's."""
        self.send(f"HTTP/1.1 {status}\r\n", *(f"{line}\r\n" for line in lines), "\r\n")

    def endless(self, piece: bytes = PIECE) -> None:
        while not self.server.stopped.is_set():
            self.send(piece)

    def drip(self, data: Iterator[bytes]) -> None:
        for byte in data:
            if self.server.stopped.wait(_DRIP):
                return
            self.send(byte)

    def hold(self) -> None:
        """Say nothing more until the other side goes away."""
        self.sock.settimeout(60)
        with contextlib.suppress(OSError):
            while self.sock.recv(4096):
                pass

    def reset(self) -> None:
        """End with RST instead of FIN."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()


Behaviour = Callable[[Conn], None]
PAGES: dict[str, Behaviour] = {}
LISTS: dict[str, Behaviour] = {}


def page(name: str) -> Callable[[Behaviour], Behaviour]:
    """What the server does under `/page/NAME`."""
    return lambda behaviour: PAGES.setdefault(name, behaviour)


def road(name: str) -> Callable[[Behaviour], Behaviour]:
    """What the server does under `/road/NAME`."""
    return lambda behaviour: LISTS.setdefault(name, behaviour)


@dataclass
class Hostile:
    """The server; it keeps what it was asked."""

    context: ssl.SSLContext | None = None
    host: str = "127.0.0.1"
    #: answers every request, whatever its path
    always: Behaviour | None = None
    #: said before anything is asked
    greeting: bytes = b""
    asked: list[str] = field(default_factory=list)
    #: heads of the requests, as they came
    heads: list[bytes] = field(default_factory=list)
    stopped: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self._listener = socket.create_server((self.host, 0), backlog=256)
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def address(self) -> str:
        return f"{'https' if self.context else 'http'}://{self.host}:{self.port}"

    def count(self, target: str) -> int:
        return self.asked.count(target)

    def close(self) -> None:
        self.stopped.set()
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock: socket.socket) -> None:
        with contextlib.suppress(OSError, ValueError), sock:
            sock.settimeout(30)
            if self.context is None:
                self._converse(sock)
                return
            with self.context.wrap_socket(sock, server_side=True) as secured:
                self._converse(secured)

    def _converse(self, sock: socket.socket) -> None:
        sock.sendall(self.greeting)
        head = b""
        while b"\r\n\r\n" not in head:
            data = sock.recv(65_536)
            if not data:
                return
            head += data
        self.heads.append(head)
        first, *lines = head.decode("latin-1").split("\r\n\r\n")[0].split("\r\n")
        target = first.split(" ")[1]
        self.asked.append(target)
        pairs = (line.partition(":") for line in lines)
        self._answer(
            Conn(sock, target, {name.strip().lower(): value.strip() for name, _, value in pairs}, self)
        )
        with contextlib.suppress(OSError):
            sock.shutdown(socket.SHUT_WR)

    def _answer(self, conn: Conn) -> None:
        path = conn.target.partition("?")[0]
        _, kind, name = (*path.split("/")[:3], "", "")[:3]
        behaviour = self.always or {"page": PAGES, "road": LISTS}.get(kind, {}).get(name)
        if behaviour is not None:
            behaviour(conn)
        elif path == "/feed":
            conn.answer(feed(*((f"{self.address}/page/{name}", name) for name in PAGES)), kind=RSS)
        elif kind == "article":
            conn.answer(article(name))
        else:
            conn.answer("<html><body>Not here</body></html>", "404 Not Found")


RSS = "application/rss+xml; charset=utf-8"


def feed(*items: tuple[str, str]) -> str:
    entries = "".join(
        f"<item><title>{escape(title)}</title><link>{escape(link)}</link></item>" for link, title in items
    )
    return f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>t</title>{entries}</channel></rss>'


def sitemap(*addresses: str) -> str:
    rows = "".join(f"<url><loc>{escape(address)}</loc></url>" for address in addresses)
    return f"<urlset>{rows}</urlset>"


def article(name: str, *, title: str = "", head: str = "") -> str:
    """A page that is an article of its own."""
    title = title or f"The bridge of {name}"
    text = "".join(f"<p>{escape(LINE.format(f'{name} {n}', name))}</p>" for n in range(5))
    return (
        f"<html><head><title>{title}</title>{head}</head>"
        f"<body><article><h1>{title}</h1>{text}</article></body></html>"
    )


@cache
def bomb(size: int = 200 * _MEGABYTE) -> bytes:
    """Bytes that unpack to so many."""
    packer = zlib.compressobj(9, wbits=zlib.MAX_WBITS | 16)
    parts = [packer.compress(bytes(_MEGABYTE)) for _ in range(size // _MEGABYTE)]
    return b"".join(parts) + packer.flush()


@cache
def _long_feed(address: str) -> str:
    return feed(*((f"{address}/nothing/{n}?feed", f"Item {n}") for n in range(60_000)))


def prepare(address: str) -> None:
    """Make what takes its time to make."""
    bomb()
    _brotli_bomb()
    _long_feed(address)


@cache
def _brotli_bomb() -> bytes:
    packer = brotli.Compressor(quality=1)
    return b"".join(packer.process(bytes(_MEGABYTE)) for _ in range(200)) + packer.finish()


def certificate(folder: Path, name: str, *, days: int) -> ssl.SSLContext:
    """A context with a certificate that nobody signed but itself; negative days: it has expired."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    end = datetime.now(UTC) + timedelta(days=days)
    made = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
        .serial_number(random.getrandbits(64)).not_valid_before(end - timedelta(days=30)).not_valid_after(end)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    path = folder / f"{name}{days}.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


# Where a page leads


@page("redirect-to-itself")
def _(conn: Conn) -> None:
    conn.answer(status="302 Found", Location=conn.target)


@page("redirect-without-end")
def _(conn: Conn) -> None:
    conn.answer(status="301 Moved", Location=f"{conn.target.partition('?')[0]}?n={random.getrandbits(60)}")


@page("redirect-that-grows")
def _(conn: Conn) -> None:
    conn.answer(
        status="302 Found", Location=f"{conn.target}{'?' if '?' not in conn.target else '&'}{'a' * 3000}=1"
    )


@page("redirect-across-schemes")
def _(conn: Conn) -> None:
    conn.answer(status="302 Found", Location=f"https://127.0.0.1:{conn.server.port}{conn.target}")


@page("redirect-to-a-file")
def _(conn: Conn) -> None:
    conn.answer(status="302 Found", Location="file:///etc/passwd")


@page("redirect-to-data")
def _(conn: Conn) -> None:
    conn.answer(status="302 Found", Location="data:text/html,<h1>x</h1>")


@page("redirect-to-a-script")
def _(conn: Conn) -> None:
    conn.answer(status="302 Found", Location="javascript:alert(1)")


@page("redirect-to-nowhere")
def _(conn: Conn) -> None:
    conn.answer(status="302 Found")


@page("redirect-to-the-metadata")
def _(conn: Conn) -> None:
    conn.answer(status="302 Found", Location="http://169.254.169.254/latest/meta-data/")


@page("redirect-to-a-private-network")
def _(conn: Conn) -> None:
    conn.answer(status="302 Found", Location=f"http://0x7f000002:{conn.server.port}/")


@page("redirect-with-a-header")
def _(conn: Conn) -> None:
    conn.answer(status="302 Found", Location="/article/injected%0d%0aX-Injected:%20yes")


@page("redirect-to-no-host")
def _(conn: Conn) -> None:
    conn.answer(status="302 Found", Location="http://")


@page("redirect-to-a-broken-port")
def _(conn: Conn) -> None:
    conn.answer(status="302 Found", Location="http://127.0.0.1:99999/")


@page("redirect-to-broken-ipv6")
def _(conn: Conn) -> None:
    conn.answer(status="302 Found", Location="http://[::1/")


@page("refresh-to-itself")
def _(conn: Conn) -> None:
    conn.answer(f'<html><head><meta http-equiv="refresh" content="0;url={conn.target}"></head></html>')


@page("refresh-to-a-private-network")
def _(conn: Conn) -> None:
    conn.answer('<html><head><meta http-equiv="refresh" content="0;url=http://10.0.0.1/"></head></html>')


@page("refresh-to-a-broken-address")
def _(conn: Conn) -> None:
    conn.answer('<html><head><meta http-equiv="refresh" content="0;url=http://[x/"></head></html>')


# How large and how slow


@page("gzip-bomb")
def _(conn: Conn) -> None:
    conn.answer(bomb(), Content_Encoding="gzip")


@page("gzip-bomb-in-gzip")
def _(conn: Conn) -> None:
    conn.answer(gzip.compress(bomb()), Content_Encoding="gzip, gzip")


@page("brotli-bomb")
def _(conn: Conn) -> None:
    conn.answer(_brotli_bomb(), Content_Encoding="br")


@page("zip-bomb-unannounced")
def _(conn: Conn) -> None:
    conn.answer(bomb(), kind="application/octet-stream")


@page("gzip-that-is-none")
def _(conn: Conn) -> None:
    conn.answer(article("plain"), Content_Encoding="gzip")


@page("gzip-cut-off")
def _(conn: Conn) -> None:
    conn.answer(gzip.compress(article("gzipcut").encode() * 20)[:400], Content_Encoding="gzip")


@page("brotli-that-is-none")
def _(conn: Conn) -> None:
    conn.answer(article("plainbr"), Content_Encoding="br")


@page("an-encoding-nobody-knows")
def _(conn: Conn) -> None:
    conn.answer(random.Random(1).randbytes(3000), Content_Encoding="x-secret")


@page("a-thousand-encodings")
def _(conn: Conn) -> None:
    conn.answer(gzip.compress(article("thousand").encode()), Content_Encoding=", ".join(["gzip"] * 1000))


@page("endless-body")
def _(conn: Conn) -> None:
    conn.head("Content-Type: text/html")
    conn.endless()


@page("endless-chunks")
def _(conn: Conn) -> None:
    conn.head("Content-Type: text/html", "Transfer-Encoding: chunked")
    conn.endless(b"10000\r\n" + PIECE + b"\r\n")


@page("endless-headers")
def _(conn: Conn) -> None:
    conn.send("HTTP/1.1 200 OK\r\n")
    for number in itertools.count():
        conn.send("".join(f"X-{number}-{n}: {'x' * 1000}\r\n" for n in range(100)))


@page("one-endless-header")
def _(conn: Conn) -> None:
    conn.send("HTTP/1.1 200 OK\r\nX-Long: ")
    conn.endless()


@page("endless-continue")
def _(conn: Conn) -> None:
    conn.endless(b"HTTP/1.1 100 Continue\r\n\r\n" * 100)


@page("endless-trailers")
def _(conn: Conn) -> None:
    conn.head("Transfer-Encoding: chunked")
    conn.send("0\r\n")
    conn.endless(b"X: " + b"x" * 1000 + b"\r\n")


@page("a-terabyte-announced")
def _(conn: Conn) -> None:
    conn.head("Content-Type: text/html", "Content-Length: 1000000000000")
    conn.hold()


@page("silence")
def _(conn: Conn) -> None:
    conn.hold()


@page("one-byte-at-a-time")
def _(conn: Conn) -> None:
    conn.head("Content-Type: text/html")
    conn.drip(itertools.repeat(b"x"))


@page("headers-one-byte-at-a-time")
def _(conn: Conn) -> None:
    conn.send("HTTP/1.1 200 OK\r\nX-Slow: ")
    conn.drip(itertools.repeat(b"x"))


# How it ends


@page("reset-before-the-answer")
def _(conn: Conn) -> None:
    conn.reset()


@page("reset-midway")
def _(conn: Conn) -> None:
    conn.head("Content-Type: text/html", "Content-Length: 100000")
    conn.send(article("reset")[:300])
    conn.reset()


@page("hung-up")
def _(conn: Conn) -> None:
    pass


@page("less-than-announced")
def _(conn: Conn) -> None:
    conn.head("Content-Type: text/html", "Content-Length: 100000")
    conn.send(article("less"))


@page("more-than-announced")
def _(conn: Conn) -> None:
    body = article("more").encode()
    conn.head("Content-Type: text/html", f"Content-Length: {len(body)}")
    conn.send(body, b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nsmugg")


@page("a-length-that-is-none")
def _(conn: Conn) -> None:
    conn.head("Content-Type: text/html", "Content-Length: many")
    conn.send(article("many"))


@page("a-negative-length")
def _(conn: Conn) -> None:
    conn.head("Content-Type: text/html", "Content-Length: -5")
    conn.send(article("negative"))


@page("two-lengths")
def _(conn: Conn) -> None:
    conn.head("Content-Type: text/html", "Content-Length: 10", "Content-Length: 20")
    conn.send(article("lengths"))


@page("broken-chunks")
def _(conn: Conn) -> None:
    conn.head("Content-Type: text/html", "Transfer-Encoding: chunked")
    conn.send("zz\r\n", article("chunks"))


@page("chunks-cut-off")
def _(conn: Conn) -> None:
    conn.head("Content-Type: text/html", "Transfer-Encoding: chunked")
    conn.send("ffff\r\n", article("cut"))


# What it says it is


@page("no-status-line")
def _(conn: Conn) -> None:
    conn.send(article("nine"))


@page("an-empty-status-line")
def _(conn: Conn) -> None:
    conn.send("\r\n\r\n", article("emptyline"))


@page("a-status-that-is-none")
def _(conn: Conn) -> None:
    conn.answer(article("status"), "abc")


@page("status-999")
def _(conn: Conn) -> None:
    conn.answer(article("nines"), "999 Request denied")


@page("switching-protocols")
def _(conn: Conn) -> None:
    conn.head("Upgrade: other", "Connection: upgrade", status="101 Switching Protocols")
    conn.hold()


@page("no-content")
def _(conn: Conn) -> None:
    conn.head(status="204 No Content")


@page("partial-content")
def _(conn: Conn) -> None:
    conn.answer(article("partial")[:-40], "206 Partial Content", Content_Range="bytes 0-9/10000")


@page("not-modified-unasked")
def _(conn: Conn) -> None:
    conn.head(status="304 Not Modified")


@page("too-many-requests")
def _(conn: Conn) -> None:
    conn.answer("later", "429 Too Many Requests")


@page("gone-wrong")
def _(conn: Conn) -> None:
    conn.answer("Traceback", "500 Internal Server Error")


@page("a-picture-called-html")
def _(conn: Conn) -> None:
    conn.answer(b"\x89PNG\r\n\x1a\n" + random.Random(2).randbytes(3000))


@page("html-called-a-picture")
def _(conn: Conn) -> None:
    conn.answer(article("picture"), kind="image/png")


@page("a-type-that-is-none")
def _(conn: Conn) -> None:
    conn.answer(article("typeless"), kind=";;=\x01/")


@page("a-charset-that-is-none")
def _(conn: Conn) -> None:
    conn.answer(article("charset"), kind="text/html; charset=klingon")


@page("a-charset-that-lies")
def _(conn: Conn) -> None:
    lines = "".join(
        f"<p>شورای شهر بندر در نشست {n} دربارهٔ بودجهٔ پل تازه رأی داد و گزارش آن را پذیرفت.</p>"
        for n in range(6)
    )
    text = f"<html><head><title>پل بندر</title></head><body><article><h1>پل بندر</h1>{lines}</article></body></html>"
    conn.answer(text.encode(), kind="text/html; charset=windows-1252")


@page("nuls-everywhere")
def _(conn: Conn) -> None:
    conn.answer(article("nuls", title="The bridge\x00 of nuls &#0; &#xD800;").replace(" the ", " \x00the "))


@page("a-title-with-a-script")
def _(conn: Conn) -> None:
    conn.answer(article("script", title="<script>alert(1)</script>The <b>bridge</b> of scripts"))


@page("cookies-that-grow")
def _(conn: Conn) -> None:
    conn.answer(article("cookies"), Set_Cookie=f"a{random.getrandbits(32)}={'x' * 4000}; Path=/")


@page("headers-with-odd-bytes")
def _(conn: Conn) -> None:
    body = article("odd").encode()
    conn.send(
        f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\nX-\x01: ".encode(), b"\xff\xfe\x00\r\n",
        b": nameless\r\nno colon\r\n\tfolded\r\nContent-Type: text/html\r\n\r\n", body,
    )  # fmt: skip


@page("a-wall-with-200")
def _(conn: Conn) -> None:
    conn.answer(
        "<html><head><title>Just a moment...</title></head><body><h1>Just a moment...</h1></body></html>"
    )


@page("a-wall-with-202")
def _(conn: Conn) -> None:
    conn.answer("<html><head><script src='/challenge.js'></script></head></html>", "202 Accepted")


@page("a-wall-with-403")
def _(conn: Conn) -> None:
    conn.answer(
        "<html><head><title>Just a moment...</title></head></html>", "403 Forbidden", cf_mitigated="challenge",
        Server="cloudflare",
    )  # fmt: skip


@page("nested-without-end")
def _(conn: Conn) -> None:
    conn.answer("<html><body>" + "<div>" * 100_000 + "deep")


@page("a-million-attributes")
def _(conn: Conn) -> None:
    attributes = " ".join(f"a{n}=1" for n in range(200_000))
    conn.answer(f"<html><body><p {attributes}>{'text ' * 200}</p></body></html>")


@page("nothing")
def _(conn: Conn) -> None:
    conn.answer("")


@page("only-blanks")
def _(conn: Conn) -> None:
    conn.answer(" \n" * 500_000)


@page("calls-itself-another-page")
def _(conn: Conn) -> None:
    conn.answer(article("self", head='<link rel="canonical" href="http://bank.example/login">'))


@page("a-pdf-that-is-none")
def _(conn: Conn) -> None:
    conn.answer(b"%PDF-1.7\n" + random.Random(3).randbytes(5000), kind="application/pdf")


# Lists; /robots.txt is not there, so that nothing is forbidden


@road("feed-of-60000")
def _(conn: Conn) -> None:
    conn.answer(_long_feed(conn.address), kind=RSS)


@road("feed-with-an-entity-bomb")
def _(conn: Conn) -> None:
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    conn.answer(
        f'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY l0 "lol">{levels}]><rss version="2.0"><channel><item><title>&l11;'
        f"</title><link>{conn.address}/article/bomb</link></item></channel></rss>", kind=RSS,
    )  # fmt: skip


@road("feed-with-an-external-entity")
def _(conn: Conn) -> None:
    conn.answer(
        f'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY f SYSTEM "file:///etc/hostname"><!ENTITY w SYSTEM "{conn.address}'
        f'/stolen"><!ENTITY % p SYSTEM "{conn.address}/stolen"> %p;]><rss version="2.0"><channel><item><title>T &f; &w;'
        f"</title><link>{conn.address}/article/entity</link></item></channel></rss>", kind=RSS,
    )  # fmt: skip


@road("feed-that-breaks-off")
def _(conn: Conn) -> None:
    whole = feed(
        (f"{conn.address}/article/first", "Fish & chips"), (f"{conn.address}/article/second", "Second")
    )
    conn.answer(whole.replace("&amp;", "&")[:-20], kind=RSS)


@road("feed-with-nuls")
def _(conn: Conn) -> None:
    whole = feed(
        (f"{conn.address}/article/nul", "A bri\x00dge &#0; \ud7ff"),
        (f"{conn.address}/article/nul2", "Second"),
    )
    conn.answer(whole, kind=RSS)


@road("feed-in-a-charset-that-lies")
def _(conn: Conn) -> None:
    whole = feed((f"{conn.address}/article/charset", "بلدية الميناء"))
    conn.answer(whole.encode("windows-1256"), kind="application/rss+xml; charset=iso-8859-1")


@road("feed-of-links-that-are-none")
def _(conn: Conn) -> None:
    odd = (
        "javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "http://[::1", "http://a:99999999/", "//",
        "http://" + "a" * 300 + ".example/", "http://x.example/" + "a" * 1_000_000, "mailto:a@b", "ht\ttp://", "http://\x00/",
        "http://exa mple/", "http://..../", "gopher://x/",
    )  # fmt: skip
    conn.answer(feed(*((link, "Odd") for link in odd), (f"{conn.address}/article/sound", "Sound")), kind=RSS)


@road("feed-that-injects-a-header")
def _(conn: Conn) -> None:
    links = (
        f"{conn.address}/article/x%0d%0aX-Injected: yes",
        f"{conn.address}/article/y&#13;&#10;X-Injected: yes",
    )
    entries = "".join(f"<item><title>t</title><link>{link}</link></item>" for link in links)
    conn.answer(f'<rss version="2.0"><channel>{entries}</channel></rss>', kind=RSS)


@road("fifty-addresses-of-one-page")
def _(conn: Conn) -> None:
    page = f"{conn.address}/article/one"
    marks = (
        [f"?utm_source={n}" for n in range(20)]
        + [f"#{n}" for n in range(10)]
        + ["/", "?", "/amp", "?PHPSESSID=1"]
    )
    marks += [f";jsessionid={n}" for n in range(10)] + [f"?fbclid={n}" for n in range(6)]
    conn.answer(feed(*((page + mark, "One") for mark in marks)), kind=RSS)


@road("titles-that-take-their-time")
def _(conn: Conn) -> None:
    conn.answer(
        feed(
            (f"{conn.address}/article/slow", "<" * 150_000), (f"{conn.address}/article/slow2", "&" * 50_000)
        ),
        kind=RSS,
    )


@road("feed-bomb")
def _(conn: Conn) -> None:
    conn.answer(bomb(), kind=RSS, Content_Encoding="gzip")


@road("feed-without-end")
def _(conn: Conn) -> None:
    conn.head(f"Content-Type: {RSS}")
    conn.endless(b"<item><title>x</title></item>" * 2000)


@road("feed-that-is-a-page")
def _(conn: Conn) -> None:
    conn.answer(article("instead"))


@road("feed-that-is-a-picture")
def _(conn: Conn) -> None:
    conn.answer(b"\x89PNG\r\n\x1a\n" + random.Random(4).randbytes(3000), kind=RSS)


@road("feed-that-is-empty")
def _(conn: Conn) -> None:
    conn.answer(feed(), kind=RSS)


@road("feed-behind-a-wall")
def _(conn: Conn) -> None:
    PAGES["a-wall-with-200"](conn)


@road("feed-behind-a-wall-with-202")
def _(conn: Conn) -> None:
    PAGES["a-wall-with-202"](conn)


@road("feed-of-another-length")
def _(conn: Conn) -> None:
    conn.head(f"Content-Type: {RSS}", "Content-Length: 100000")
    conn.send(feed((f"{conn.address}/article/short", "Short")))


@road("feed-that-hangs")
def _(conn: Conn) -> None:
    conn.hold()


@road("feed-not-modified-unasked")
def _(conn: Conn) -> None:
    conn.head(status="304 Not Modified")


@road("sitemap-bomb")
def _(conn: Conn) -> None:
    conn.answer(bomb(), kind="application/x-gzip")


@road("sitemap-of-itself")
def _(conn: Conn) -> None:
    here = f"{conn.address}{conn.target}"
    conn.answer(
        f"<sitemapindex><sitemap><loc>{here}</loc></sitemap><sitemap><loc>{here}#2</loc></sitemap></sitemapindex>"
    )


@road("sitemap-of-sitemaps-without-end")
def _(conn: Conn) -> None:
    parts = "".join(
        f"<sitemap><loc>{conn.address}/road/sitemap-of-sitemaps-without-end?n={random.getrandbits(60)}</loc></sitemap>"
        for _ in range(30)
    )
    conn.answer(f"<sitemapindex>{parts}</sitemapindex>", kind="application/xml")


@road("sitemap-broken")
def _(conn: Conn) -> None:
    conn.answer(
        sitemap(f"{conn.address}/article/sm1", f"{conn.address}/article/sm2")[:-25], kind="application/xml"
    )


@road("sitemap-with-an-entity-bomb")
def _(conn: Conn) -> None:
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    conn.answer(
        f'<!DOCTYPE u [<!ENTITY l0 "lol">{levels}]><urlset><url><loc>&l11;</loc></url></urlset>',
        kind="text/xml",
    )


@road("calendar")
def _(conn: Conn) -> None:
    day = random.getrandbits(60)
    conn.answer(
        f'<html><body><a href="/article/day{day}">The day {day}</a>'
        f'<a class="next" href="?day={day}">before</a></body></html>'
    )


@road("page-of-links")
def _(conn: Conn) -> None:
    conn.answer(
        "<html><body>"
        + "".join(f'<a href="/nothing/{n}?list">n</a> ' for n in range(8_000))
        + "</body></html>"
    )


@road("page-without-end")
def _(conn: Conn) -> None:
    conn.head("Content-Type: text/html")
    conn.endless(b'<a href="/article/x">x</a>' * 2000)


@road("posts-nested-without-end")
def _(conn: Conn) -> None:
    conn.answer("[" * 200_000, kind="application/json")


@road("posts-that-are-none")
def _(conn: Conn) -> None:
    conn.answer('{"code": "rest_forbidden"}', kind="application/json")
