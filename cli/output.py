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

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")]
out = Console()
err = Console(stderr=True)


#: Halves of surrogate pairs, which JSON may name but UTF-8 cannot hold.
_HALVES = re.compile("[\ud800-\udfff]")


def complain(message: object) -> None:
    """An error, for people, on one line however long it is."""
    err.print("[red]error:[/red]", end=" ")
    err.print(str(message), markup=False, highlight=False, soft_wrap=True)


def print_json(value: Mapping[str, Any] | Sequence[Any]) -> None:
    """One JSON value on one line, letters as they are; raises ValueError for NaN and Infinity, which JSON has not."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    sys.stdout.write(_HALVES.sub(lambda half: f"\\u{ord(half[0]):04x}", text) + "\n")


def print_line(text: str, style: str | None = None) -> None:
    """A line as it is: no markup read in it, never broken."""
    out.print(text, style=style, markup=False, highlight=False, soft_wrap=True)


def print_table(title: str, columns: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
    """A table; values are shown as they are, never read as markup."""
    table = Table(title=title, title_justify="left", header_style="bold", box=SIMPLE_HEAD, padding=(0, 1))
    for index, column in enumerate(columns):
        table.add_column(column, overflow="fold", no_wrap=index == 0)
    for row in rows:
        table.add_row(*(escape_cell(value) for value in row))
    out.print(table)


def escape_cell(value: object) -> str:
    """A cell's text: moments to the minute, lists with commas, nothing for None."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(map(escape_cell, value))
    text = value.strftime("%Y-%m-%d %H:%M") if isinstance(value, datetime) else str(value)
    return text.replace("[", "\\[")
