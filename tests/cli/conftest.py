"""The sample sites, and a home that watches them."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from samples import sources
from samples.serving import SampleSites
from tests.cli import commands


@pytest.fixture
def sites() -> Iterator[SampleSites]:
    with SampleSites.start() as running:
        yield running


@pytest.fixture
def home(tmp_path: Path, sites: SampleSites) -> Path:
    folder = tmp_path / "home"
    (folder / "sources").mkdir(parents=True)
    for key, text in sources(sites.origins).items():
        (folder / "sources" / f"{key}.toml").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def environment(home: Path) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("JARCHI_")}
    return {
        **inherited, "JARCHI_HOME": str(home), "JARCHI_ALLOW_NETWORKS": "127.0.0.0/8", "JARCHI_HOST_DELAY": "0",
        "JARCHI_LOG_LEVEL": "WARNING", "COLUMNS": "200",
    }


@pytest.fixture
def jarchi(environment: dict[str, str]):
    """Run the command; the completed process."""

    def run(*arguments: str, stdin: str | None = None, **variables: str) -> subprocess.CompletedProcess[str]:
        return commands.run(*arguments, environment={**environment, **variables}, stdin=stdin)

    return run
