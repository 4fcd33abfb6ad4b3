"""What every maker of sites takes and gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from benchmarks.quality.texts import Site, Text


class Shown(StrEnum):
    """How the pages of a layout tell their date."""

    #: the software prints the date that it was given
    SOFTWARE = "software"
    #: the software knows no dates, so an editor wrote one under the title, in the language's own calendar
    LINE = "line"
    #: nowhere; whatever the reader finds is invented
    NOWHERE = "nowhere"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One site in one theme and one language."""

    folder: Path
    theme: str
    site: Site
    texts: Sequence[Text]
    shown: Shown
    options: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Maker:
    """A piece of software that makes sites."""

    #: writes what the software reads, and says where the page of each text will stand, below `output`
    write: Callable[[Job], Sequence[str]]
    #: what follows `python -m`
    command: Callable[[Job], Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A theme of a piece of software."""

    name: str
    maker: Maker
    theme: str
    shown: Shown
    #: two each, so that every piece of software meets all four
    languages: tuple[str, ...]
    options: tuple[tuple[str, str], ...] = ()
