"""Where sources come from: the shipped catalogue, and the user's own files over it, field by field."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from news.errors import SourceError, UnknownSource
from news.values import Source
from spiders.checks import faults_of


def load_sources(
    folder: Path | None = None, on_error: Callable[[SourceError], None] | None = None
) -> dict[str, Source]:
    """Every source by key; a file of `folder` overrides the shipped one of its name, field by field.

    The key is the file's name without `.toml`. Raises SourceError that names the file and the field; with
    `on_error` it is told of each broken file instead, and the other sources are loaded.
    """
    shipped, own = _files(files("spiders") / "sources"), _files(folder)
    sources = {}
    for key in sorted({*shipped, *own}):
        try:
            sources[key] = _source(key, [place[key] for place in (shipped, own) if key in place])
        except SourceError as error:
            if on_error is None:
                raise
            on_error(error)
    return sources


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


def _source(key: str, layers: Sequence[Traversable]) -> Source:
    """The source of these files, later ones over earlier ones."""
    table: dict[str, Any] = {}
    for file in layers:
        table.update(_table(file))
    try:
        source = Source.model_validate({**table, "key": key})
    except ValidationError as error:
        faults = [f"{'.'.join(map(str, item['loc']))}: {_message(item['msg'])}" for item in error.errors()]
    else:
        faults = list(faults_of(source))
    if faults:
        raise SourceError(f"{layers[-1]}: {'; '.join(faults)}")
    return source


def _table(file: Traversable) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SourceError(f"{file}: {error}") from None


def _message(text: str) -> str:
    """Pydantic's words without its own names in them."""
    return text.removeprefix("Value error, ")
