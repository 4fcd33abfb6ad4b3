"""Arrays and words about them in one file that processes map into memory: what nobody uses is never read.

A file is written under another name and takes its own when it is whole; who has mapped it before keeps what it mapped.
"""

from __future__ import annotations

import json
import mmap
import os
import struct
import tempfile
import time
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

_MAGIC = b"jarchi arrays 1\n"
#: The length of the head, and its sum.
_HEAD = struct.Struct("<QI")
#: Where arrays begin, in bytes.
_STEP = 64
_DRAFT = ".draft"
#: Drafts of processes that ended before they were whole are taken away after so many seconds.
_ABANDONED = 3_600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapped:
    """What a file holds."""

    #: words, as JSON knows them
    said: Mapping[str, Any]
    #: what a process changes in them stays with it
    arrays: Mapping[str, NDArray[Any]]


def draft(path: Path, held: Mapped) -> Path:
    """Write a file of this content beside `path`, for `publish`; raises OSError where there is no room or no right."""
    _clear(path)
    descriptor, name = tempfile.mkstemp(prefix=f"{path.name}.", suffix=_DRAFT, dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            places, end = _places(held.arrays)
            head = json.dumps({"said": held.said, "arrays": places, "end": end}, ensure_ascii=False).encode()
            file.write(_MAGIC + _HEAD.pack(len(head), zlib.crc32(head)) + head)
            start = _first(len(head))
            for (_, _, _, place), array in zip(places, held.arrays.values(), strict=True):
                file.seek(start + place)
                file.write(np.ascontiguousarray(array).data)
            file.truncate(start + end)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return Path(name)


def publish(made: Path, path: Path, mode: int) -> None:
    """Put a draft in the place of `path`, once the disk has it; `mode` is who may read it."""
    try:
        with made.open("rb") as file:
            os.fsync(file.fileno())
        made.chmod(mode)
        made.replace(path)
    except BaseException:
        made.unlink(missing_ok=True)
        raise


def read(path: Path) -> Mapped | None:
    """What a file holds; None where there is none, or none that is whole."""
    try:
        with path.open("rb") as file:
            memory = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
    except (OSError, ValueError):  # no file, or an empty one
        return None
    begin = len(_MAGIC) + _HEAD.size
    if len(memory) < begin or memory[: len(_MAGIC)] != _MAGIC:
        return None
    length, digest = _HEAD.unpack(memory[len(_MAGIC) : begin])
    written = memory[begin : begin + length]
    if zlib.crc32(written) != digest:
        return None
    head, start = json.loads(written), _first(length)
    if len(memory) != start + head["end"]:
        return None
    return Mapped(
        said=head["said"],
        arrays={
            name: np.frombuffer(memory, dtype, prod(shape), start + place).reshape(shape)
            for name, dtype, shape, place in head["arrays"]
        },
    )


def remove(path: Path) -> None:
    """Take a file and every draft of it away."""
    for one in (path, *_drafts(path)):
        one.unlink(missing_ok=True)


def _places(arrays: Mapping[str, NDArray[Any]]) -> tuple[list[tuple[str, str, tuple[int, ...], int]], int]:
    """Name, type, shape and place of each array, and where the last one ends."""
    places, end = [], 0
    for name, array in arrays.items():
        places.append((name, array.dtype.str, array.shape, end))
        end += -(-array.nbytes // _STEP) * _STEP
    return places, end


def _first(head: int) -> int:
    """Where the arrays behind a head begin."""
    return -(-(len(_MAGIC) + _HEAD.size + head) // _STEP) * _STEP


def _clear(path: Path) -> None:
    for one in _drafts(path):
        try:
            if time.time() - one.stat().st_mtime > _ABANDONED:
                one.unlink()
        except FileNotFoundError:
            continue  # another process was quicker


def _drafts(path: Path) -> list[Path]:
    found = path.parent.iterdir()
    return [one for one in found if one.name.startswith(f"{path.name}.") and one.name.endswith(_DRAFT)]
