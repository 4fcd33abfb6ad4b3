"""A real HTTP receiver on loopback that answers as it is told, and remembers what it was sent."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Request:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """The head of the answer to each request, whole; a test sets what it is."""

    answer: Callable[[Request], bytes] = lambda _: b"HTTP/1.1 204 No Content\r\n\r\n"
    requests: list[Request] = field(default_factory=list)
    #: what it took for good: 2xx
    taken: list[Request] = field(default_factory=list)
    #: asked when a request has been taken, before the answer leaves
    on_taken: Callable[[Request], None] = lambda _: None
    port: int = 0

    @property
    def identities(self) -> list[str]:
        return [request.headers["webhook-id"] for request in self.taken]


@contextmanager
def receiving(receiver: Receiver, port: int = 0) -> Iterator[int]:
    """The port on which it listens until the end of the block."""

    class Handler(BaseHTTPRequestHandler):
        def _take(self) -> None:
            length = int(self.headers.get("content-length", 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            request = Request(self.command, self.path, headers, self.rfile.read(length))
            receiver.requests.append(request)
            answer = receiver.answer(request)
            if answer[9:10] == b"2":
                receiver.taken.append(request)
                receiver.on_taken(request)
            with suppress(OSError):
                self.wfile.write(answer)
            self.close_connection = True

        do_POST = do_PUT = do_GET = _take  # noqa: N815

        def log_message(self, *_: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: Any) -> None:
            """A sender that was killed hangs up."""

    with Server(("127.0.0.1", port), Handler) as server:
        receiver.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()
