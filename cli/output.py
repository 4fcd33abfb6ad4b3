"""How commands print: tables for people on standard output, JSON for scripts, everything else on standard error."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")]
#: Neither reads markup or emoji codes in what it prints: most of it are other people's words.
out = Console(markup=False, emoji=False)
err = Console(stderr=True, markup=False, emoji=False)


#: Halves of surrogate pairs, which JSON may name but UTF-8 cannot hold.
_HALVES = re.compile("[\ud800-\udfff]")


def complain(message: object) -> None:
    """An error, for people, on one line however long it is."""
    err.print("error:", style="red", end=" ")
    err.print(str(message), highlight=False, soft_wrap=True)


def warn(message: object) -> None:
    """Something that stops nothing, for people, on one line."""
    err.print("warning:", style="yellow", end=" ")
    err.print(str(message), highlight=False, soft_wrap=True)


def print_json(value: Mapping[str, Any] | Sequence[Any]) -> None:
    """One JSON value on one line, letters as they are; raises ValueError for NaN and Infinity, which JSON has not."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    sys.stdout.write(_HALVES.sub(lambda half: f"\\u{ord(half[0]):04x}", text) + "\n")


def print_line(text: str, style: str | None = None) -> None:
    """A line as it is, never broken."""
    out.print(text, style=style, highlight=False, soft_wrap=True)


def print_table(title: str, columns: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
    """A table; title and values are shown as they are."""
    said = Text(title, style="table.title") if title else None
    table = Table(title=said, title_justify="left", header_style="bold", box=SIMPLE_HEAD, padding=(0, 1))
    for index, column in enumerate(columns):
        table.add_column(column, overflow="fold", no_wrap=index == 0)
    for row in rows:
        table.add_row(*(Text(_cell(value)) for value in row))
    out.print(table)


def _cell(value: object) -> str:
    """A cell's text: moments to the minute, lists with commas, nothing for None."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(map(_cell, value))
    return value.strftime("%Y-%m-%d %H:%M") if isinstance(value, datetime) else str(value)
