"""What an executor and a crawl worker say to each other: one JSON object a line."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, fields
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Crawl a source; `deadline` in seconds."""

    id: int
    source: str
    deadline: float
    #: back to which its roads are walked, ISO 8601; without it no further than every crawl goes
    since: str | None = None
    #: the one page to fetch, in place of the source's roads
    address: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """How a job stands: its run object so far, and whether it has ended."""

    id: int
    source: str
    finished: bool
    run: dict[str, Any] = field(default_factory=dict)
    #: why the crawl was not good
    error: str | None = None

    @property
    def is_put_off(self) -> bool:
        """Whether the source's hosts could not be asked now, and its next crawl waits for them."""
        return "put_off_until" in self.run


def encode(message: Job | Report) -> bytes:
    """One line."""
    values = {one.name: getattr(message, one.name) for one in fields(message)}  # asdict copies a run object whole
    return json.dumps(values, ensure_ascii=False).encode() + b"\n"


def decode_job(line: bytes) -> Job:
    """The job of a line; raises ValueError or TypeError for anything else."""
    return Job(**json.loads(line))


def decode_report(line: bytes) -> Report:
    """The report of a line; raises ValueError or TypeError for anything else."""
    return Report(**json.loads(line))
