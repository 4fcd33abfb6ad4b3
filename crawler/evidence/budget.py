"""How much room the evidence takes, and when that room will be full."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

#: What the files written here are called; any other WARC file of the folder counts for room alone.
OWN = re.compile(r"jarchi-(\d{8})-[\w.-]+\.warc\.gz")
#: The days that a forecast looks back over, today's included.
_WINDOW = timedelta(days=14)
#: From here on users are warned.
_NEARLY = 0.9
_SOON = timedelta(days=14)


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """What the evidence takes of the room that it may take, in bytes."""

    used: int
    budget: int
    #: free on the disk
    free: int
    #: written a day, over the last two weeks or since the first file
    a_day: float

    @property
    def left(self) -> int:
        """What may still be written."""
        return max(0, min(self.budget - self.used, self.free))

    @property
    def days_left(self) -> float | None:
        """Days until nothing is left at this rate; None where nothing is written."""
        return self.left / self.a_day if self.a_day else None

    @property
    def is_full(self) -> bool:
        """Whether pages are no longer kept."""
        return self.budget > 0 and not self.left

    def warning(self) -> str | None:
        """What a user must know, in one sentence; None where there is room enough."""
        if not self.budget:
            return None
        days, of = (
            self.days_left,
            f"{size(self.used)} of {size(self.budget)} used, {size(self.free)} free on the disk",
        )
        if self.is_full:
            return (
                f"the room for pages is full ({of}): articles are kept without them; see JARCHI_WARC_BUDGET"
            )
        if days is not None and days < _SOON.days:
            return f"the room for pages will be full in {_days(days)} at {size(self.a_day)} a day ({of})"
        if self.used >= _NEARLY * self.budget:
            return f"the room for pages is nearly full ({of})"
        return None

    def summary(self) -> str:
        """Use and forecast in a line."""
        days = self.days_left
        rate = f", {size(self.a_day)} a day, full in {_days(days)}" if days is not None and self.left else ""
        return f"{size(self.used)} of {size(self.budget)}{rate}"

    def as_object(self) -> dict[str, Any]:
        """For scripts."""
        days = self.days_left
        return {
            "used": self.used,
            "budget": self.budget,
            "free": self.free,
            "bytes_a_day": round(self.a_day),
            "days_left": None if days is None else round(days, 1),
            "full": self.is_full,
            "warning": self.warning(),
        }


def measure(folder: Path, budget: int, now: datetime) -> Room:
    """Look at the files of a folder, which need not exist yet."""
    files = dict(_files(folder))
    today = now.astimezone(UTC).date()
    recent = [
        (day, length) for name, length in files.items() if (day := _day(name)) and day > today - _WINDOW
    ]
    days = (today - min(day for day, _ in recent)).days + 1 if recent else 1
    return Room(
        used=sum(files.values()),
        budget=budget,
        free=shutil.disk_usage(_standing(folder)).free,
        a_day=sum(length for _, length in recent) / max(days, 1),
    )


def size(count: float) -> str:
    """Bytes for people: 1.5 GB."""
    for unit, length in (("TB", 10**12), ("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if count >= length:
            return f"{count / length:.3g} {unit}"
    return f"{count:.0f} bytes"


def _days(days: float) -> str:
    if days < 1:
        return "less than a day"
    return "1 day" if int(days) == 1 else f"{int(days)} days"


def _files(folder: Path) -> Iterator[tuple[str, int]]:
    if folder.is_dir():
        for path in folder.iterdir():
            if path.name.endswith((".warc.gz", ".warc")):
                try:
                    yield path.name, path.stat().st_size
                except FileNotFoundError:
                    continue  # taken away meanwhile


def _day(name: str) -> date | None:
    found = OWN.fullmatch(name)
    try:
        return datetime.strptime(found[1], "%Y%m%d").replace(tzinfo=UTC).date() if found else None
    except ValueError:
        return None


def _standing(folder: Path) -> Path:
    """The nearest folder above that exists."""
    return next((path for path in (folder, *folder.parents) if path.exists()), Path("/"))
