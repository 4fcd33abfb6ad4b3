"""The document on reading names what is there."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "reading.md"


def test_every_file_that_it_names_exists() -> None:
    named = re.findall(r"`((?:reading|news|crawler|tests)/[\w./]+)`", PAGE.read_text(encoding="utf-8"))
    assert len(named) > 20
    for name in named:
        assert (ROOT / name).exists(), name


def test_every_data_file_and_module_is_named() -> None:
    text = PAGE.read_text(encoding="utf-8")
    modules = (path.name for path in (ROOT / "reading").glob("*.py") if not path.name.startswith("_"))
    helpers = {"calendars.py", "machine_dates.py", "written_dates.py"}
    for name in (*modules, *(path.name for path in (ROOT / "reading" / "data").glob("*.toml"))):
        assert name in helpers or name in text, name
