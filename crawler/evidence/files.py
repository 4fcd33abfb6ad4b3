"""The WARC files that pages are written to: one a day and process, closed cleanly, repaired after a crash."""

from __future__ import annotations

import fcntl
import itertools
import logging
import os
import re
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from crawler.evidence import budget, members
from crawler.evidence.records import Packed, opening
from storage.evidence import Pointer

log = logging.getLogger(__name__)

#: Beside a file that is written to; one left over tells of a crash.
_MARK = ".open"
#: The folder is measured again after so many bytes or so long: others write to it, users clear it.
_MEASURE_AFTER, _MEASURE_EVERY = 16 * 10**6, timedelta(minutes=1)
#: A file of another machine is left alone for so long: locks need not reach there.
_FOREIGN = timedelta(days=1)


class NotWritten(Exception):
    """A page could not be kept; `cause` is what that is counted under: `budget` or `disk`."""

    def __init__(self, cause: str, detail: str) -> None:
        super().__init__(detail)
        self.cause = cause


@dataclass(slots=True)
class _File:
    path: Path
    descriptor: int
    day: date
    size: int


class EvidenceFiles:
    """Appends pages to the file of the day; safe for several threads, and beside other processes.

    A file belongs to the process that holds its lock. A process that begins goes on with one of today's that
    nobody holds, so that short crawls do not leave a file each.
    """

    def __init__(
        self, folder: Path, *, budget: int, file_size: int, software: str, clock: Callable[[], datetime]
    ) -> None:
        self._folder, self._budget, self._file_size = folder, budget, file_size
        self._software, self._clock = software, clock
        self._lock = threading.Lock()
        self._file: _File | None = None
        self._left = 0
        self._unmeasured = 0
        self._measured_at: datetime | None = None
        self._complained = False

    def append(self, pages: Sequence[Packed]) -> tuple[Pointer, ...]:
        """Write the pages of an article side by side; raises NotWritten, with nothing of them kept."""
        with self._lock:
            try:
                return self._append(pages)
            except OSError as error:
                self._complain(f"pages cannot be written to {self._folder}: {error}")
                raise NotWritten("disk", str(error)) from error

    def close(self) -> None:
        """Close the file cleanly."""
        with self._lock:
            self._close()

    def _append(self, pages: Sequence[Packed]) -> tuple[Pointer, ...]:
        data = b"".join(page.data for page in pages)
        now = self._clock()
        self._check_room(len(data), now)
        file = self._fitting(len(data), now)
        start = file.size
        _write(file, data)
        self._left -= len(data)
        self._unmeasured += len(data)
        ends = itertools.accumulate((len(page.data) for page in pages), initial=start)
        return tuple(
            Pointer(
                address=page.address,
                file=file.path.name,
                start=begin,
                size=len(page.data),
                digest=page.digest,
                captured_at=page.captured_at,
            )
            for page, begin in zip(pages, ends, strict=False)
        )

    def _check_room(self, length: int, now: datetime) -> None:
        if self._measured_at is None or self._is_stale(now):
            room = budget.measure(self._folder, self._budget, now)
            self._left, self._unmeasured, self._measured_at = room.left, 0, now
            if not room.is_full and (warning := room.warning()):
                log.info("evidence folder=%s: %s", self._folder, warning)
        if length > self._left:
            self._complain(
                "no room is left for pages: articles are kept without them; see JARCHI_WARC_BUDGET"
            )
            raise NotWritten("budget", "no room is left for pages")

    def _is_stale(self, now: datetime) -> bool:
        assert self._measured_at is not None
        return self._unmeasured >= _MEASURE_AFTER or abs(now - self._measured_at) >= _MEASURE_EVERY

    def _fitting(self, length: int, now: datetime) -> _File:
        """The open file, or the next where the day is another or the size is reached."""
        day = now.astimezone(UTC).date()
        if self._file is not None and (
            self._file.day != day
            or self._file.size + length > self._file_size
            or not self._file.path.exists()
        ):
            self._close()
        if self._file is None:
            self._folder.mkdir(parents=True, exist_ok=True)
            repair(self._folder, now)
            self._file = self._open(day, length, now)
        return self._file

    def _open(self, day: date, length: int, now: datetime) -> _File:
        for number in itertools.count(1):
            path = self._folder / f"jarchi-{day:%Y%m%d}-{_host()}-{number:03d}.warc.gz"
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o640)
            size = os.fstat(descriptor).st_size
            if not _is_ours(descriptor) or (size and size + length > self._file_size):
                os.close(descriptor)
                continue
            file = _File(path, descriptor, day, size)
            _mark(path).touch()
            if not size:
                _write(file, opening(path.name, self._software, now))
            return file
        raise AssertionError("unreachable")

    def _close(self) -> None:
        if self._file is None:
            return
        file, self._file = self._file, None
        try:
            os.fdatasync(file.descriptor)
            _mark(file.path).unlink(missing_ok=True)
        finally:
            os.close(file.descriptor)  # which gives the lock back

    def _complain(self, message: str) -> None:
        """Once a process: every page of a long crawl would say the same."""
        if not self._complained:
            log.warning("evidence folder=%s: %s", self._folder, message)
        self._complained = True


def repair(folder: Path, now: datetime) -> tuple[Path, ...]:
    """Cut what crashes tore off the ends of files back to the last whole record; the files that were shortened."""
    shortened = []
    for mark in sorted(folder.glob(f"jarchi-*.warc.gz{_MARK}")):
        path = mark.with_name(mark.name.removesuffix(_MARK))
        try:
            with _held(path, now) as descriptor:
                if descriptor is not None:
                    if _cut(path, descriptor):
                        shortened.append(path)
                    mark.unlink(missing_ok=True)
        except FileNotFoundError:
            mark.unlink(missing_ok=True)  # its file was taken away
    return tuple(shortened)


def _cut(path: Path, descriptor: int) -> bool:
    with path.open("rb") as file:
        end = members.whole_until(file)
    torn = os.fstat(descriptor).st_size - end
    if torn:
        log.warning("repaired file=%s: %d bytes of a record that was not finished are cut off", path, torn)
        os.ftruncate(descriptor, end)
        os.fdatasync(descriptor)
    return bool(torn)


@contextmanager
def _held(path: Path, now: datetime) -> Iterator[int | None]:
    """The file, locked; None where another process writes to it."""
    descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    try:
        written = datetime.fromtimestamp(os.fstat(descriptor).st_mtime, UTC)
        may = f"-{_host()}-" in path.name or now - written > _FOREIGN
        yield descriptor if may and _is_ours(descriptor) else None
    finally:
        os.close(descriptor)


def _is_ours(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _write(file: _File, data: bytes) -> None:
    """All of it, or nothing."""
    view = memoryview(data)
    try:
        while view:
            view = view[os.write(file.descriptor, view) :]
    except OSError:
        with suppress(OSError):
            os.ftruncate(file.descriptor, file.size)
        raise
    file.size += len(data)


def _mark(path: Path) -> Path:
    return path.with_name(path.name + _MARK)


def _host() -> str:
    return re.sub(r"[^A-Za-z0-9.]+", "-", socket.gethostname())
