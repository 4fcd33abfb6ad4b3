"""A disk that is full in the middle of a crawl: a mounted file system of a few hundred kilobytes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from samples import manifest, sources
from samples.serving import SampleSites

pytestmark = pytest.mark.system

ROOT = Path(__file__).parents[2]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=700k", "tmpfs", folder], check=True)
    yield folder
    subprocess.run(["umount", folder], check=True)


def _crawl(home: Path) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ, "JARCHI_HOME": str(home), "JARCHI_ALLOW_NETWORKS": "127.0.0.0/8", "JARCHI_HOST_DELAY": "0",
    }
    return subprocess.run(
        [sys.executable, "-m", "cli", "crawl", "municipality-fa", "--json"], cwd=ROOT, env=environment,
        capture_output=True, text=True, check=False, timeout=120,
    )


def test_it_is_a_failed_crawl_that_says_so_and_the_next_one_makes_it_good(small_disk: Path) -> None:
    with SampleSites.start() as sites:
        (small_disk / "sources").mkdir()
        text = sources(sites.origins)["municipality-fa"]
        (small_disk / "sources" / "municipality-fa.toml").write_text(text, encoding="utf-8")
        full = _crawl(small_disk)
        assert full.returncode == 1
        (run,) = json.loads(full.stdout)["runs"]
        assert run["failed"]["storage"] > 0
        assert "No room is left" in full.stderr
        assert "Traceback" not in full.stderr
        subprocess.run(["mount", "-o", "remount,size=20m", small_disk], check=True)
        again = _crawl(small_disk)
    assert again.returncode == 0, again.stderr
    (second,) = json.loads(again.stdout)["runs"]
    assert run["new"] + second["new"] == manifest().first_wave["municipality-fa"]
    assert not second["failed"]
