"""One process, one loop, five listening sockets."""

import asyncio
import io
import json
import socket
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from samples.journal import Journal
from samples.newsroom import Newsroom
from samples.sites import SITE_TYPES


async def serve(newsroom: Newsroom, host: str, ports: Sequence[int]) -> None:
    """Announce the addresses on standard output, then serve and obey until told to quit."""
    journal = Journal(newsroom)
    sockets = {key: _listen(host, port) for key, port in zip(SITE_TYPES, ports, strict=True)}
    apps = {_port(sockets[key]): journal.watch(key, kind(newsroom).app()) for key, kind in SITE_TYPES.items()}
    server = uvicorn.Server(_config(_by_port(apps)))
    console = Console(newsroom, journal, server)
    _follow(sys.stdin.fileno(), console.obey, asyncio.get_running_loop())
    _say({"ready": True, "sites": {key: f"http://{host}:{_port(sock)}/" for key, sock in sockets.items()}})
    await server.serve(sockets=list(sockets.values()))


class Console:
    """Obeys the lines of standard input: `publish`, `log`, `quit`."""

    def __init__(self, newsroom: Newsroom, journal: Journal, server: uvicorn.Server) -> None:
        self._newsroom = newsroom
        self._journal = journal
        self._server = server

    def obey(self, line: str) -> None:
        """Answer with one JSON line; `quit` and an empty line have no answer."""
        match line:
            case "publish":
                _say({"published": self._newsroom.publish()})
            case "log":
                _say({"log": [entry.as_json() for entry in self._journal.entries]})
            case "quit":
                self._server.should_exit = True
            case "":
                pass
            case unknown:
                _say({"error": f"no such command: {unknown}; there are publish, log and quit"})


def _by_port(apps: Mapping[int, ASGIApp]) -> ASGIApp:
    async def dispatch(scope: Scope, receive: Receive, send: Send) -> None:
        await apps[scope["server"][1]](scope, receive, send)

    return dispatch


def _config(app: ASGIApp) -> uvicorn.Config:
    return uvicorn.Config(
        app, lifespan="off", log_level="warning", access_log=False, ws="none", timeout_graceful_shutdown=1
    )


def _listen(host: str, port: int) -> socket.socket:
    """Connections wait in the kernel from here on, so the address may be told before anything serves it."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With the protocol spelt out asyncio sets TCP_NODELAY; without it each answer waits 40 ms for an ACK.
    sock = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind((host, port))
    sock.listen()
    sock.setblocking(False)
    return sock


def _port(sock: socket.socket) -> int:
    return int(sock.getsockname()[1])


def _follow(descriptor: int, obey: Callable[[str], None], loop: asyncio.AbstractEventLoop) -> None:
    """Read lines in a thread that the process may end without: the unbuffered file holds no lock."""

    def read() -> None:
        line = ""
        with io.FileIO(descriptor, closefd=False) as lines:
            while line.strip() != "quit":
                line = lines.readline().decode() or "quit"
                loop.call_soon_threadsafe(obey, line.strip())

    threading.Thread(target=read, name="console", daemon=True).start()


def _say(message: Mapping[str, Any]) -> None:
    print(json.dumps(message), flush=True)
