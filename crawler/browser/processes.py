"""The processes of one Chromium, told by a mark on its command line: what they take, and their end (Linux)."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_PROC = Path("/proc")


def marked(mark: str) -> int | None:
    """The oldest process with the mark among its arguments; None where there is none, or no /proc."""
    wanted = mark.encode()
    return min((pid for pid in _pids() if wanted in _read(pid, "cmdline").split(b"\0")), default=None)


def memory(root: int) -> int:
    """Bytes that a process and its descendants have for themselves alone."""
    page = os.sysconf("SC_PAGE_SIZE")
    return page * sum(_own_pages(pid) for pid in (root, *_descendants(root)))


def kill(root: int) -> None:
    """End a process at once; Chromium's others go with their browser."""
    with suppress(ProcessLookupError):
        os.kill(root, signal.SIGKILL)


def _descendants(root: int) -> Iterator[int]:
    children: dict[int, list[int]] = {}
    for pid in _pids():
        children.setdefault(_parent(pid), []).append(pid)
    waiting = [root]
    while waiting:
        found = children.get(waiting.pop(), ())
        yield from found
        waiting += found


def _pids() -> Iterator[int]:
    if _PROC.is_dir():
        yield from (int(entry.name) for entry in _PROC.iterdir() if entry.name.isdecimal())


def _parent(pid: int) -> int:
    """The second field behind the name, which may hold anything, parentheses too."""
    fields = _read(pid, "stat").rpartition(b")")[2].split()
    return int(fields[1]) if len(fields) > 1 else 0


def _own_pages(pid: int) -> int:
    fields = _read(pid, "statm").split()
    return int(fields[1]) - int(fields[2]) if len(fields) > 2 else 0


def _read(pid: int, name: str) -> bytes:
    try:
        return (_PROC / str(pid) / name).read_bytes()
    except OSError:
        return b""
