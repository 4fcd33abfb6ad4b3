"""The heavy servers, started once, and a home for the command."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.system.servers import Jarchi
from tests.system.wordpress_site import WordPress, wordpress


@pytest.fixture(scope="session")
def short_folder() -> Iterator[Path]:
    """A folder for servers: the address of a Unix socket has room for a hundred characters."""
    folder = Path(tempfile.mkdtemp(prefix="jarchi-system-"))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def wordpress_server(short_folder: Path) -> Iterator[WordPress]:
    with wordpress(short_folder / "wordpress") as running:
        yield running


@pytest.fixture
def site(wordpress_server: WordPress) -> WordPress:
    """WordPress without a post."""
    wordpress_server.clear()
    return wordpress_server


@pytest.fixture
def jarchi(tmp_path: Path) -> Jarchi:
    """The command, which may fetch from 127.0.0.1 and no other private address."""
    return Jarchi(tmp_path / "home")
