"""Commands as processes of their own, without waiting for each one's imports: forked from a server that has them."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

#: Begin processes of their own and readers: these run as a person starts them.
_WHOLE = ("demo", "run", "crawl", "read", "ingest", "reread")
ROOT = Path(__file__).parents[2]
_CONTEXT = multiprocessing.get_context("forkserver")
#: Nothing of `cli`, which looks at the terminal and the environment when it is imported.
_CONTEXT.set_forkserver_preload(
    [
        "typer.rich_utils", "rich.table", "rich.progress", "sqlmodel", "alembic.command", "psycopg", "storage.schema", "storage.search",
        "storage.reviewing", "web.objects", "spiders.catalogue", "crawler.members.resolving", "news.names.lookup",
        "alerts.sending", "scheduler.scouting",
    ]
)  # fmt: skip


def run(
    *arguments: str, environment: Mapping[str, str], stdin: str | None = None, timeout: float = 120
) -> subprocess.CompletedProcess[str]:
    """Run the command to its end."""
    if not arguments or arguments[0] in _WHOLE:
        return subprocess.run(
            [sys.executable, "-m", "cli", *arguments], cwd=ROOT, env=environment, capture_output=True, text=True,
            check=False, timeout=timeout, input=stdin,
        )  # fmt: skip
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        given.write((stdin or "").encode())
        given.seek(0)
        streams = tuple(_Handed(stream) for stream in (given, out, err))
        process = _CONTEXT.Process(target=_command, args=(arguments, dict(environment), streams))
        process.start()
        process.join(timeout)
        if process.is_alive():
            process.kill()
            process.join()
            raise subprocess.TimeoutExpired(arguments, timeout, _text(out), _text(err))
        return subprocess.CompletedProcess(arguments, process.exitcode or 0, _text(out), _text(err))


class _Handed:
    """A file that another process of the server takes over."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._descriptor = stream.fileno()

    def __reduce__(self) -> tuple[Any, ...]:
        from multiprocessing.reduction import DupFd  # noqa: PLC0415

        return _take, (DupFd(self._descriptor),)


def _take(handed: Any) -> int:
    descriptor: int = handed.detach()
    return descriptor


def _command(arguments: tuple[str, ...], environment: dict[str, str], streams: tuple[int, ...]) -> None:
    for number, descriptor in enumerate(streams):
        os.dup2(descriptor, number)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(ROOT)
    sys.argv = ["jarchi", *arguments]
    sys.stdin, sys.stdout = open(0, encoding="utf-8", closefd=False), open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    from cli.main import main  # noqa: PLC0415

    main()


def _text(stream: IO[bytes]) -> str:
    stream.seek(0)
    return stream.read().decode()
