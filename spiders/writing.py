"""A source as the TOML that describes it: only what differs from the defaults, two to ten lines."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.items import InlineTable, Item, String, Table

from news.errors import SourceError
from news.values import Source
from spiders.catalogue import load_sources

#: Characters of a line that an array may fill.
_WIDTH = 110


def table_of(source: Source) -> dict[str, Any]:
    """The fields that a source's file must say, as plain values."""
    return source.model_dump(mode="json", exclude_defaults=True, exclude={"key"})


def to_toml(source: Source) -> str:
    """The text of a source's file."""
    return tomlkit.dumps(_document(table_of(source)))


def bundle_toml(sources: Sequence[Source]) -> str:
    """The text of one file with a table for each source, under its key."""
    document = tomlkit.document()
    for source in sources:
        document.append(source.key, _filled(tomlkit.table(), table_of(source)))
    return tomlkit.dumps(document)


def own_file(folder: Path, key: str) -> Path:
    """Where the user's own file of a source lies."""
    return folder / f"{key}.toml"


def write_sources(folder: Path, sources: Sequence[Source], *, overwrite: bool = False) -> tuple[Path, ...]:
    """Write the files of some sources, all or none, and read them back as every command does.

    Raises SourceError for a file that is there already, unless it may be overwritten, and where what is read
    back is not what was written: a shipped source of that key shows through.
    """
    before = {own_file(folder, source.key): _bytes_of(own_file(folder, source.key)) for source in sources}
    for path, content in before.items():
        if content is not None and not overwrite:
            raise SourceError(f"{path}: there is such a source already")
    try:
        for source in sources:
            _replace(own_file(folder, source.key), to_toml(source).encode())
        _check(folder, sources)
    except OSError as error:
        _restore(before)
        raise SourceError(f"{folder}: {error.strerror}") from None
    except BaseException:
        _restore(before)
        raise
    return tuple(before)


def remove_source(folder: Path, key: str) -> Path:
    """Take away the user's own file of a source; raises SourceError where there is none."""
    path = own_file(folder, key)
    try:
        path.unlink()
    except FileNotFoundError:
        raise SourceError(f"{path}: there is no such file of your own") from None
    except OSError as error:
        raise SourceError(f"{path}: {error.strerror}") from None
    return path


def _check(folder: Path, sources: Sequence[Source]) -> None:
    errors: list[SourceError] = []
    loaded = load_sources(folder, errors.append)
    for source in sources:
        path = own_file(folder, source.key)
        if source.key not in loaded:
            raise next(
                (error for error in errors if str(error).startswith(f"{path}:")),
                SourceError(f"{path}: not read"),
            )
        if loaded[source.key] != source:
            raise SourceError(
                f"{path}: a shipped source is called {source.key!r} and shows through: take another key"
            )


def _bytes_of(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise SourceError(f"{path}: {error.strerror}") from None


def _replace(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        new.write_bytes(content)
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)


def _restore(before: Mapping[Path, bytes | None]) -> None:
    for path, content in before.items():
        with suppress(OSError):
            if content is None:
                path.unlink(missing_ok=True)
            else:
                _replace(path, content)


def _document(table: Mapping[str, Any]) -> tomlkit.TOMLDocument:
    document = tomlkit.document()
    for name, value in _tables_last(table):
        document.append(name, _item(value))
    return document


def _filled(table: Table, values: Mapping[str, Any]) -> Table:
    for name, value in _tables_last(values):
        table.append(name, _item(value))
    return table


def _tables_last(table: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """TOML counts a plain key after a table to that table."""
    return sorted(table.items(), key=lambda pair: isinstance(pair[1], dict))


def _item(value: Any) -> Item:
    if isinstance(value, dict):
        return _filled(tomlkit.table(), value)
    if isinstance(value, list):
        array = tomlkit.array()
        array.extend(_row(row) if isinstance(row, dict) else _text(row) for row in value)
        return array.multiline(multiline=len(value) > 1 and len(array.as_string()) > _WIDTH)
    return _text(value) if isinstance(value, str) else tomlkit.item(value)


def _row(values: Mapping[str, Any]) -> InlineTable:
    """A list page fits on a line."""
    table = tomlkit.inline_table()
    for name, value in values.items():
        table.append(name, _item(value))
    return table


def _text(value: str) -> String:
    """A regular expression is written as it is read."""
    literal = "\\" in value and "'" not in value and value.isprintable()
    return tomlkit.string(value, literal=literal)
