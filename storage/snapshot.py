"""The columns of a SQLite archive as a file beside it, so that a process need not read every article to search.

The file is believed only by a database that tells of the very change with which it ends: numbers of changes are drawn
(`storage.indexing`), so a backup that was put back, or a database that lost its last moments to a power cut, tells of
another one or of none. What came behind that change is read from the database as ever. Without a file, or where none can
be written, everything is: a search is slower then, never wrong.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, text
from sqlmodel import Session

from news.errors import StorageError
from news.names import catalogue
from storage import mapped
from storage.arrays import Codes, Columns, Ids
from storage.bitmaps import WORD, Bitmaps
from storage.mapped import Mapped

_log = logging.getLogger(__name__)
#: Behind the name of the database.
END = ".columns"
_OF_TAGS = ("tags", "owners")
_CODES = ("languages", "sources", "names")
#: Room for what comes: a part of what there is, so that it need not be copied for the next article.
_ROOM = 32


def _database(session: Session) -> Path | None:
    """The file of a session's database; None on PostgreSQL, and for one that is opened in a special manner (`file:`)."""
    url = session.connection().engine.url
    if url.get_backend_name() != "sqlite" or not url.database or url.database.startswith("file:"):
        return None
    return Path(url.database)


def beside(database: Path) -> Path:
    """Where the file of a database lies."""
    return database.with_name(database.name + END)


def load(session: Session) -> Columns | None:
    """The columns as the file has them, up to a change that the session sees; None where there is no file for its state."""
    database = _database(session)
    held = mapped.read(beside(database)) if database else None
    if held is None or held.said["made for"] != _made_for(session.connection()):
        return None
    seen, changed = held.said["seen"], held.said["changed"]
    found = session.connection().execute(_CHANGED, {"seen": seen}).scalar()
    return _columns_of(held) if found is not None and found == changed else None


@dataclass(frozen=True, slots=True)
class Draft:
    """A file that others do not use yet."""

    made: Path
    database: Path


def draft(columns: Columns, session: Session) -> Draft | None:
    """Write the file down under another name, for `publish`; None where it cannot lie beside the database."""
    path = _database(session)
    if path is None or not columns.changed:
        return None
    try:
        return Draft(mapped.draft(beside(path), _mapped_of(columns, _made_for(session.connection()))), path)
    except OSError as error:
        _log.debug("the columns are not kept: %s", error)
        return None


def publish(found: Draft) -> None:
    """Wait for the disk, and let all who may read the database use what was drafted."""
    try:
        mapped.publish(found.made, beside(found.database), found.database.stat().st_mode & 0o777)
    except OSError as error:
        _log.debug("the columns are not kept: %s", error)


def remove(database: Path) -> None:
    """Take the file of a database away; the next search makes it anew. Raises StorageError where that cannot be."""
    try:
        mapped.remove(beside(database))
    except OSError as error:
        raise StorageError(f"{beside(database)} cannot be taken away: {error.strerror}") from error


_CHANGED = text("SELECT article_id FROM search_change WHERE stamp = :seen")


def _made_for(connection: Connection) -> list[Any]:
    """What else decides what the columns hold: their kinds, the schema, and in which country a city lies."""
    revision = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return [[one.name for one in fields(Columns)], revision, catalogue.edition()]


def _mapped_of(columns: Columns, made_for: list[Any]) -> Mapped:
    rows, used = columns.last + 1, columns.used
    size = _roomy(rows)
    held = {one.name: getattr(columns, one.name) for one in fields(columns)}
    arrays = {name: array for name, array in held.items() if isinstance(array, np.ndarray)}
    arrays = {
        name: _filled(array[:used], _roomy(used)) if name in _OF_TAGS else _filled(array[:rows], size)
        for name, array in arrays.items()
    }
    arrays["highest"][rows:] = arrays["highest"][rows - 1]
    arrays["owners"][:used] = _living(columns)  # the number of one that is gone may be given once more
    often = columns.often
    bits = np.zeros((len(often.tags), size // WORD), np.uint64)
    width = min(bits.shape[1], often.bits.shape[1])
    bits[:, :width] = often.bits[:, :width]
    arrays |= {"often_tags": often.tags, "often_bits": bits}
    said = {name: getattr(columns, name).keys for name in _CODES}
    numbers = {"seen": columns.seen, "changed": columns.changed, "used": used}
    return Mapped(said={"made for": made_for, **numbers, **said}, arrays=arrays)


def _living(columns: Columns) -> Ids:
    """The article of each place in `tags`; nobody where it is gone."""
    owners = columns.owners[: columns.used]
    return np.where(columns.alive[owners], owners, 0)


def _roomy(used: int) -> int:
    return -(-(used + used // _ROOM + 1) // WORD) * WORD


def _filled(array: NDArray[Any], size: int) -> NDArray[Any]:
    return np.concatenate([array, np.zeros(size - len(array), array.dtype)])


def _columns_of(held: Mapped) -> Columns:
    kept: dict[str, Any] = {name: held.said[name] for name in ("seen", "changed", "used")}
    kept |= {name: Codes(held.said[name]) for name in _CODES}
    kept |= held.arrays
    kept["often"] = Bitmaps(kept.pop("often_tags"), kept.pop("often_bits"))
    return Columns(**kept)
