"""Writes docs/settings.md from the settings themselves: `python docs/settings_page.py`."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from news.settings import FILE_NAME, Settings

PAGE = Path(__file__).with_name("settings.md")
_HEAD = f"""# Settings

Each can be set as a variable, or as a key of `{FILE_NAME}` in `JARCHI_HOME` (there without the prefix, in lower
case); variables win. A time span is a number of seconds, a number with a unit (`10s`, `5m`, `2h`, `1d`) or ISO 8601
(`PT10S`), a size a number of bytes or one with a unit (`500 MB`, `50 GB`). A secret may also lie in a file: `JARCHI_SMTP_PASSWORD_FILE` names it, or systemd lays it down
(`LoadCredential=smtp_password:/etc/jarchi/smtp_password`); secrets are masked wherever settings are shown. This page is written from `news/settings.py` by `python docs/settings_page.py`.

| variable | default | what it sets |
|---|---|---|
"""


def page() -> str:
    """The whole page."""
    rows = [
        f"| `JARCHI_{name.upper()}` | {_default(name, field.default)} | {field.description} |"
        for name, field in Settings.model_fields.items()
    ]
    return _HEAD + "\n".join(rows) + "\n"


def _default(name: str, value: Any) -> str:
    if name == "home":
        return "`./jarchi-data`"
    if isinstance(value, timedelta):
        return _span(value)
    if isinstance(value, tuple) and value:
        return ", ".join(map(_span, value))
    if isinstance(value, int) and value >= 10**6:
        return _size(value)
    return "" if value in (None, ()) else f"`{value}`"


def _size(value: int) -> str:
    unit, length = next((unit, length) for unit, length in (("GB", 10**9), ("MB", 10**6)) if value >= length)
    return f"{value / length:g} {unit}"


def _span(value: timedelta) -> str:
    for unit, length in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
        if value.total_seconds() % length == 0:
            return f"{value.total_seconds() / length:g} {unit}"
    return f"{value.total_seconds():g} seconds"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
