"""What a family of processes costs: time, processor time, and memory shared fairly (Linux)."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import psutil

#: Seconds between two looks; what a process spends after the last look at it is not seen.
_EVERY = 0.15
#: Looks until memory is looked at too: that goes through all pages of all processes, which slows down the larger family.
_LOOKS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Seconds by the clock and of the processors, and the highest sum of proportional memory, in MB."""

    seconds: float
    processor: float
    memory: float
    output: str = ""


class Meter:
    """Watches a process and all that descend from it while the block runs."""

    def __init__(self, pid: int) -> None:
        self._root = psutil.Process(pid)
        self._spent: dict[tuple[int, float], float] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._began = self._before = 0.0
        self.memory = 0.0
        self.seconds = 0.0

    def __enter__(self) -> Self:
        self._look()
        self._before = sum(self._spent.values())
        self._began = time.perf_counter()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.seconds = time.perf_counter() - self._began
        self._stop.set()
        self._thread.join()
        self._look()

    @property
    def processor(self) -> float:
        """Seconds that the processors spent on the family since the beginning."""
        return sum(self._spent.values()) - self._before

    def _watch(self) -> None:
        looks = 0
        while not self._stop.wait(_EVERY):
            looks += 1
            self._look(with_memory=looks % _LOOKS == 0)

    def _look(self, *, with_memory: bool = True) -> None:
        memory = 0.0
        with suppress(psutil.NoSuchProcess):
            for process in (self._root, *self._root.children(recursive=True)):
                with suppress(psutil.Error, OSError):
                    times = process.cpu_times()
                    self._spent[process.pid, process.create_time()] = times.user + times.system
                    memory += proportional(process.pid) if with_memory else 0
        self.memory = max(self.memory, memory)


def proportional(pid: int) -> float:
    """A process's memory in MB, with what it shares divided among those who share it (PSS)."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1000
    return 0.0


def run(command: Sequence[str], variables: Mapping[str, str] | None = None, *, log: Path) -> Cost:
    """Run a command to its end; raises CalledProcessError with what it wrote where it fails."""
    with log.open("w+", encoding="utf-8") as said:
        process = subprocess.Popen(  # noqa: S603
            command, env=variables, stdout=subprocess.PIPE, stderr=said, stdin=subprocess.DEVNULL, text=True
        )
        with process, Meter(process.pid) as meter:
            output, _ = process.communicate()
        if process.returncode:
            said.seek(0)
            raise subprocess.CalledProcessError(process.returncode, command, output, said.read())
    return Cost(seconds=meter.seconds, processor=meter.processor, memory=meter.memory, output=output)
