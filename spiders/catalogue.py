"""Where sources come from: the shipped catalogue, and the user's own files over it, field by field."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from time import monotonic
from typing import Any

from pydantic import ValidationError

from news.errors import SourceError, UnknownSource
from news.values import Source
from spiders.checks import faults_of

#: What a key and a user's file gave, with the file's state then: a worker reads the catalogue for every crawl.
_read: dict[tuple[str, str], tuple[tuple[int, ...] | None, Source]] = {}


def load_sources(
    folder: Path | None = None, on_error: Callable[[SourceError], None] | None = None
) -> dict[str, Source]:
    """Every source by key; a file of `folder` overrides the shipped source of its name, field by field.

    The key of a user's file is its name without `.toml`. Raises SourceError that names the file and the field; with
    `on_error` it is told of each broken file instead, and the other sources are loaded.
    """
    shipped, own = _shipped(), _files(folder)
    sources = {}
    for key in sorted({*shipped, *own}):
        try:
            sources[key] = _source(key, shipped.get(key), own.get(key))
        except SourceError as error:
            if on_error is None:
                raise
            on_error(error)
    return sources


class Catalogue:
    """The sources for a process that asks for them at every turn.

    A source that is asked for is read anew as soon as its file has changed, and all are when the folder has, or
    after `every` seconds by `clock`: of the others' files no more than what they say of hosts is in use.
    """

    def __init__(
        self,
        folder: Path,
        on_error: Callable[[SourceError], None],
        *,
        every: float = 5.0,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._folder, self._on_error, self._every, self._clock = folder, on_error, every, clock
        self._sources: Mapping[str, Source] = {}
        #: of each file, and of the folder, before they were read
        self._states: dict[Path, tuple[int, ...] | None] = {}
        self._looked_at: float | None = None

    def sources(self, key: str) -> Mapping[str, Source]:
        """Every source by key, `key` as its file is now; the same object as before where nothing was read."""
        now, asked = self._clock(), (self._folder, self._folder / f"{key}.toml")
        is_old = self._looked_at is None or now - self._looked_at >= self._every
        if is_old or any(_state(path) != self._states.get(path) for path in asked):
            self._look(now)
        return self._sources

    def _look(self, now: float) -> None:
        own = (path for path in _files(self._folder).values() if isinstance(path, Path))
        states = {path: _state(path) for path in (self._folder, *own)}
        if self._looked_at is None or states != self._states:
            self._sources = load_sources(self._folder, self._on_error)
        self._states, self._looked_at = states, now


def find_source(sources: Mapping[str, Source], key: str) -> Source:
    """One source; raises UnknownSource with the nearest keys."""
    if key not in sources:
        near = ", ".join(known for known in sources if key in known or known in key)
        raise UnknownSource(f"no source has the key {key!r}" + (f"; did you mean {near}?" if near else ""))
    return sources[key]


def _files(folder: Traversable | None) -> dict[str, Traversable]:
    """The files of a folder by key; none where there is no such folder."""
    if folder is None or not folder.is_dir():
        return {}
    return {file.name.removesuffix(".toml"): file for file in folder.iterdir() if file.name.endswith(".toml")}


@dataclass(frozen=True, slots=True)
class _Layer:
    """What one file says of a source; `place` names it in errors."""

    place: str
    table: Mapping[str, Any]


@cache
def _shipped() -> Mapping[str, _Layer]:
    """What the shipped files say, by key: a table for each source of a group, over what its `common` says of all."""
    found: dict[str, _Layer] = {}
    for file in _files(files("spiders") / "sources").values():
        table = _table(file)
        common = table.pop("common", {})
        for key, values in table.items():
            if key in found:
                raise SourceError(f"{file}: {key}: {found[key].place} has this key too")
            found[key] = _Layer(f"{file}: {key}", {**common, **values})
    return found


def _source(key: str, shipped: _Layer | None, own: Traversable | None) -> Source:
    """The source of a shipped layer and the user's file over it; what has not changed is not read again."""
    place, state = str(own or ""), _state(own)
    known = _read.get((key, place))
    if known is not None and state is not None and known[0] == state:
        return known[1]
    layers = [shipped] if shipped else []
    if own is not None:
        layers.append(_Layer(place, _table(own)))
    source = _made(key, layers)
    _read[key, place] = (state, source)
    return source


def _state(file: Traversable | None) -> tuple[int, ...] | None:
    """What changes with a file; nothing for what is shipped, None for what lies in an archive."""
    if file is None:
        return ()
    try:
        state = file.stat() if isinstance(file, Path) else None
    except OSError:
        return None
    return (state.st_ino, state.st_mtime_ns, state.st_size) if state else None


def _made(key: str, layers: Sequence[_Layer]) -> Source:
    table: dict[str, Any] = {}
    for layer in layers:
        table.update(layer.table)
    try:
        source = Source.model_validate({**table, "key": key})
    except ValidationError as error:
        faults = [f"{'.'.join(map(str, item['loc']))}: {_message(item['msg'])}" for item in error.errors()]
    else:
        faults = list(faults_of(source))
    if faults:
        raise SourceError(f"{layers[-1].place}: {'; '.join(faults)}")
    return source


def _table(file: Traversable) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SourceError(f"{file}: {error}") from None


def _message(text: str) -> str:
    """Pydantic's words without its own names in them."""
    return text.removeprefix("Value error, ")
