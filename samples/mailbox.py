"""A mail server for the demo: takes every letter on loopback and lays it into a folder, where one can read it.

It speaks the part of SMTP (RFC 5321) that a client needs to hand over a letter, and nothing else: it relays
nothing, and nobody but this machine reaches it.
"""

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path

_PATIENCE = 30.0
_ANSWERS = {
    b"EHLO": b"250 the demo's mailbox", b"HELO": b"250 the demo's mailbox", b"MAIL": b"250 sender taken",
    b"RCPT": b"250 recipient taken", b"RSET": b"250 forgotten", b"NOOP": b"250 here", b"QUIT": b"221 good-bye",
    b"DATA": b"354 go on, and end with a dot",
}  # fmt: skip


class Mailbox:
    """The letters that came, in order of arrival."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        #: where the server listens, once it does
        self.port = 0

    def letters(self) -> list[Path]:
        """The .eml files."""
        return sorted(self.folder.glob("*.eml"))

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One client's session."""
        try:
            await _answer(writer, b"220 the demo's mailbox")
            while line := await reader.readline():
                verb = line[:4].upper()
                await _answer(writer, _ANSWERS.get(verb, b"502 not in a demo"))
                if verb == b"DATA":
                    self._keep(await _content(reader))
                    await _answer(writer, b"250 in the mailbox")
                if verb == b"QUIT":
                    return
        except (ConnectionError, asyncio.LimitOverrunError, ValueError):
            pass  # a client that leaves, or writes lines without an end
        finally:
            writer.close()

    def _keep(self, content: bytes) -> None:
        """Whole or not at all, for whoever looks meanwhile."""
        path = self.folder / f"{len(self.letters()) + 1:03}.eml"
        draft = path.with_suffix(".part")
        draft.write_bytes(content)
        draft.rename(path)


@contextmanager
def mailbox(folder: Path) -> Iterator[Mailbox]:
    """A mailbox that takes letters until the end of the block."""
    folder.mkdir(parents=True, exist_ok=True)
    box = Mailbox(folder)
    opened: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = Future()

    async def run() -> None:
        stop = asyncio.Event()
        server = await asyncio.start_server(box.serve, "127.0.0.1", 0)
        box.port = server.sockets[0].getsockname()[1]
        opened.set_result((asyncio.get_running_loop(), stop))
        await stop.wait()
        server.close()

    thread = threading.Thread(target=lambda: asyncio.run(run()), name="mailbox", daemon=True)
    thread.start()
    loop, stop = opened.result(_PATIENCE)
    try:
        yield box
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(_PATIENCE)


async def _answer(writer: asyncio.StreamWriter, line: bytes) -> None:
    writer.write(line + b"\r\n")
    await writer.drain()


async def _content(reader: asyncio.StreamReader) -> bytes:
    """What stands before the dot, its own dots unstuffed."""
    lines: list[bytes] = []
    while (line := await reader.readline()) != b".\r\n":
        if not line.endswith(b"\n"):
            raise ConnectionError("the client left in the middle of a letter")
        lines.append(line[1:] if line.startswith(b"..") else line)
    return b"".join(lines)
