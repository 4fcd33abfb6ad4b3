"""Sending a scout: a child process that looks at sites and tries sources' roads, as crawls do."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from threading import Timer

from pydantic import TypeAdapter, ValidationError

from crawler.discovery.found import Finding, MembersFinding, RoadsReport, Wishes
from news.errors import JarchiError
from news.settings import Settings
from news.values import Source
from scheduler.executor import GRACE, child_environment

Progress = Callable[[str], None]


class ScoutDied(JarchiError):
    """The look at a site broke off before it was done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """What a scout is sent for: a look at an address, or a test of a source; `deadline` in seconds."""

    deadline: float
    address: str | None = None
    wishes: Wishes | None = None
    source: Source | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A line of a scout: an address that it asks for now, or how an errand ended."""

    #: which of the errands
    errand: int = 0
    asking: str | None = None
    finding: Finding | None = None
    members: MembersFinding | None = None
    report: RoadsReport | None = None
    error: str | None = None

    @property
    def is_last(self) -> bool:
        """Whether the errand is done."""
        return self.asking is None


_ERRANDS = TypeAdapter(tuple[Errand, ...])
_WORDS = TypeAdapter(Word)


def encode_word(word: Word) -> bytes:
    """One line."""
    return _WORDS.dump_json(word) + b"\n"


def read_errands(line: bytes) -> tuple[Errand, ...]:
    """The errands of a line; raises ValueError for anything else."""
    return _ERRANDS.validate_json(line)


def look_at(settings: Settings, address: str, wishes: Wishes, progress: Progress) -> Finding:
    """What a site has; raises JarchiError with the cause for which nothing can be said of it."""
    errand = Errand(deadline=settings.crawl_deadline.total_seconds(), address=address, wishes=wishes)
    finding = _only(send_scout(settings, (errand,), progress)).finding
    if finding is None:
        raise ScoutDied("the scout said something else than what it was asked")
    return finding


def look_at_members(settings: Settings, address: str, wishes: Wishes, progress: Progress) -> MembersFinding:
    """How a network's list of members reads; `wishes` names the kind and the network."""
    errand = Errand(deadline=settings.crawl_deadline.total_seconds(), address=address, wishes=wishes)
    finding = _only(send_scout(settings, (errand,), progress)).members
    if finding is None:
        raise ScoutDied("the scout said something else than what it was asked")
    return finding


def try_roads(settings: Settings, source: Source, progress: Progress) -> RoadsReport:
    """How each road of a source fares."""
    errand = Errand(deadline=settings.crawl_deadline.total_seconds(), source=source)
    report = _only(send_scout(settings, (errand,), progress)).report
    if report is None:
        raise ScoutDied("the scout said something else than what it was asked")
    return report


def send_scout(settings: Settings, errands: Sequence[Errand], progress: Progress) -> tuple[Word, ...]:
    """The last word on each errand, in their order; the errands are done side by side in one process."""
    last: dict[int, Word] = {}
    with _scout(settings, errands) as process:
        assert process.stdout is not None
        for line in process.stdout:
            word = _word(line)
            if word.is_last:
                last[word.errand] = word
            else:
                progress(word.asking or "")
    broken = "the look at the site was blocked, or broke off"
    return tuple(last.get(number, Word(errand=number, error=broken)) for number in range(len(errands)))


def _only(words: Sequence[Word]) -> Word:
    """The one word; raises JarchiError where it is an error."""
    if words[0].error is not None:
        raise JarchiError(words[0].error)
    return words[0]


@contextmanager
def _scout(settings: Settings, errands: Sequence[Errand]) -> Iterator[subprocess.Popen[bytes]]:
    """A running scout; it is killed, readers and all, when it takes too long or its caller ends."""
    process = subprocess.Popen(
        [sys.executable, "-c", "from scheduler.scout import main; main()"],  # as a module its readers would load it, too
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=child_environment(settings),
        start_new_session=True,
    )
    seconds = max(errand.deadline for errand in errands) + GRACE.total_seconds()
    late = Timer(seconds, _kill, (process,))
    late.daemon = True
    late.start()
    try:
        assert process.stdin is not None
        with suppress(BrokenPipeError):  # how it ended is told by what it did not say
            process.stdin.write(_ERRANDS.dump_json(tuple(errands)) + b"\n")
            process.stdin.flush()
        yield process
    finally:
        late.cancel()
        _kill(process)
        with process:
            pass


def _word(line: bytes) -> Word:
    try:
        return _WORDS.validate_json(line)
    except ValidationError as error:
        raise ScoutDied(f"the scout said something else: {line[:200]!r}") from error


def _kill(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
