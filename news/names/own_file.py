"""The file in which an archive keeps its own names: read, and added to."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

from news.errors import SettingsError
from news.names.catalogue import network, place
from news.names.keys import key as key_of
from news.names.own import OwnName
from news.values import TagKind

FILE_NAME = "names.toml"
_HEAD = "Names that this archive knows beside those that are shipped. After a change: jarchi reread"
_FINDERS: Mapping[TagKind, Callable[[str], object]] = {TagKind.NETWORK: network, TagKind.CITY: place}


def read_own_names(path: Path) -> tuple[OwnName, ...]:
    """The names in a file; none where there is no file. Raises SettingsError naming file and entry."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return ()
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{path}: {error}") from None
    entries = table.get("name", [])
    if set(table) - {"name"} or not isinstance(entries, list):
        raise SettingsError(f"{path}: only [[name]] entries are known")
    return tuple(_own_name(path, number, entry) for number, entry in enumerate(entries, 1))


def add_own_name(path: Path, added: OwnName) -> bool:
    """Write one name more into the file, all or nothing; False where it is there already."""
    if added in read_own_names(path):
        return False
    _check(f"{path}", added)
    try:
        document = tomlkit.parse(path.read_text(encoding="utf-8")) if path.exists() else _empty()
        entries = document.setdefault("name", tomlkit.aot())
        entry = tomlkit.table()
        entry.update({"name": added.name, added.kind.value: added.key})
        entries.append(entry)
        draft = path.with_name(f"{path.name}.new")
        draft.write_text(tomlkit.dumps(document), encoding="utf-8")
        draft.replace(path)
    except (OSError, TOMLKitError) as error:
        raise SettingsError(f"{path}: {error}") from None
    return True


def _empty() -> tomlkit.TOMLDocument:
    document = tomlkit.document()
    document.add(tomlkit.comment(_HEAD))
    return document


def _own_name(path: Path, number: int, entry: Any) -> OwnName:
    where = f"{path}: [[name]] {number}"
    if not isinstance(entry, dict) or not isinstance(entry.get("name"), str):
        raise SettingsError(f"{where}: name must be a text")
    kinds = [kind for kind in TagKind if kind.value in entry]
    if len(kinds) != 1 or set(entry) - {"name", kinds[0].value}:
        raise SettingsError(f"{where}: needs name and either network or city, nothing else")
    own = OwnName(kind=kinds[0], key=str(entry[kinds[0].value]), name=entry["name"])
    _check(where, own)
    return own


def _check(where: str, own: OwnName) -> None:
    if len(key_of(own.name)) < 2:
        raise SettingsError(f"{where}: too short to be a name: {own.name!r}")
    try:
        _FINDERS[own.kind](own.key)
    except KeyError:
        raise SettingsError(f"{where}: no {own.kind.value} has the key {own.key!r}") from None
