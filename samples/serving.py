"""The sample sites as a child process, for callers who must crawl them over real HTTP."""

import json
import subprocess
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from samples.journal import LoggedRequest

__all__ = ["LoggedRequest", "SampleSites", "SampleSitesError"]

#: The folder that holds the package, so that the child runs the same files as its parent.
_HOME = Path(__file__).parents[1]
_PATIENCE = 10.0


class SampleSitesError(RuntimeError):
    """The sample sites did not start, or ended before they were told to."""


class SampleSites:
    """The running sites; they end with `close`, and with this process however it ends."""

    def __init__(self, process: subprocess.Popen[str], origins: Mapping[str, str]) -> None:
        self._process = process
        #: Address of each site's root by the site's key, with a slash at the end.
        self.origins = origins

    @classmethod
    def start(cls, *, published: bool = False, now: datetime | None = None) -> Self:
        """Start the child and wait until it listens; `now` is the clock that the articles' dates hang on."""
        process = subprocess.Popen(
            _command(now, published=published),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=_HOME,
        )
        try:
            return cls(process, _line(process)["sites"])
        except SampleSitesError:
            with process:  # closes its pipes
                process.kill()
            raise

    def publish(self) -> int:
        """Let the second wave appear, and say how many articles it has: none the second time."""
        return int(self._ask("publish")["published"])

    def requests(self) -> tuple[LoggedRequest, ...]:
        """Everything asked of any site since the start, in order of arrival."""
        return tuple(LoggedRequest.from_json(entry) for entry in self._ask("log")["log"])

    def close(self) -> None:
        """End the child by closing its standard input, and wait for it."""
        with self._process as process:
            _input(process).close()
            try:
                process.wait(_PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()

    def _ask(self, command: str) -> dict[str, Any]:
        stdin = _input(self._process)
        stdin.write(f"{command}\n")
        stdin.flush()
        return _line(self._process)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _command(now: datetime | None, *, published: bool) -> list[str]:
    clock = ["--now", now.isoformat()] if now else []
    return [sys.executable, "-m", "samples", *clock, *(["--published"] if published else [])]


def _line(process: subprocess.Popen[str]) -> dict[str, Any]:
    """One answer of the child."""
    line = process.stdout.readline() if process.stdout else ""
    if not line:
        raise SampleSitesError(f"the sample sites ended with exit code {process.wait(_PATIENCE)}")
    answer: dict[str, Any] = json.loads(line)
    return answer


def _input(process: subprocess.Popen[str]) -> IO[str]:
    if process.stdin is None:
        raise SampleSitesError("the sample sites were started without a pipe for commands")
    return process.stdin
