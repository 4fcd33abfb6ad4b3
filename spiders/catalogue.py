"""Where sources come from: the shipped catalogue, and the user's own files over it, field by field."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from news.errors import SourceError, UnknownSource
from news.values import Source


def load_sources(folder: Path | None = None) -> dict[str, Source]:
    """Every source by key; a file of `folder` overrides the shipped one of its name, field by field.

    The key is the file's name without `.toml`. Raises SourceError that names the file and the field.
    """
    shipped = dict(_tables(files("spiders") / "sources"))
    own = dict(_tables(folder)) if folder is not None and folder.is_dir() else {}
    merged = {key: (place, {**shipped.get(key, ("", {}))[1], **table}) for key, (place, table) in own.items()}
    return {key: _source(key, *merged[key]) if key in merged else _source(key, *shipped[key])
            for key in sorted({*shipped, *merged})}


def find_source(sources: Mapping[str, Source], key: str) -> Source:
    """One source; raises UnknownSource with the nearest keys."""
    if key not in sources:
        near = ", ".join(known for known in sources if key in known or known in key)
        raise UnknownSource(f"no source has the key {key!r}" + (f"; did you mean {near}?" if near else ""))
    return sources[key]


def _tables(folder: Traversable | Path) -> Iterator[tuple[str, tuple[str, dict[str, Any]]]]:
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".toml"):
            yield file.name.removesuffix(".toml"), (str(file), _table(file))


def _table(file: Traversable | Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SourceError(f"{file}: {error}") from None


def _source(key: str, place: str, table: dict[str, Any]) -> Source:
    try:
        return Source.model_validate({**table, "key": key})
    except ValidationError as error:
        said = "; ".join(f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors())
        raise SourceError(f"{place}: {said}") from None
