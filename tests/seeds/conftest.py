"""Where the seed texts lie, and the helper that makes their twins."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
SEEDS = ROOT.parent / "shared" / "seeds"


def load_beside(name: str) -> ModuleType:
    """A module of this folder, whatever import mode pytest runs in."""
    spec = importlib.util.spec_from_file_location(
        f"jarchi_tests_{name}", Path(__file__).with_name(f"{name}.py")
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[module.__name__] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def seed_texts() -> ModuleType:
    return load_beside("seed_texts")


@pytest.fixture(scope="session")
def seeds() -> dict[str, str]:
    """The five texts by their number. CI must have them; elsewhere the tests step aside."""
    found = {path.name[:3]: path.read_text(encoding="utf-8") for path in sorted(SEEDS.glob("[0-9]*.txt"))}
    if len(found) == 5:
        return found
    reason = f"the five seed texts are not in ../shared/seeds beside the checkout ({len(found)} found)"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)
