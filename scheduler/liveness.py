"""Which crawl workers still run."""

from __future__ import annotations

import socket

import psutil


def is_alive(worker: str) -> bool:
    """Whether a `host:pid` still runs; another host's workers are none of ours to judge.

    A process that has ended and that nobody has waited for yet does nothing any more.
    """
    host, _, pid = worker.rpartition(":")
    if host != socket.gethostname():
        return True
    try:
        return bool(psutil.Process(int(pid)).status() != psutil.STATUS_ZOMBIE)
    except (psutil.NoSuchProcess, ValueError):
        return False
