"""How commands print: tables for people on standard output, JSON for scripts, everything else on standard error."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

import typer
from rich.console import Console

from cli import tables

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")]
#: Neither reads markup or emoji codes in what it prints: most of it are other people's words.
out = Console(markup=False, emoji=False)
err = Console(stderr=True, markup=False, emoji=False)


#: Halves of surrogate pairs, which JSON may name but UTF-8 cannot hold.
_HALVES = re.compile("[\ud800-\udfff]")
#: Embeddings and overrides, and control characters but for tab and line ends: other people's words may hold them.
_TURNING = re.compile("[\u202a-\u202e]")
_OBEYED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


def complain(message: object) -> None:
    """An error, for people, on one line however long it is."""
    err.print("error:", style="red", end=" ")
    err.print(_harmless(str(message)), highlight=False, soft_wrap=True)


def warn(message: object) -> None:
    """Something that stops nothing, for people, on one line."""
    err.print("warning:", style="yellow", end=" ")
    err.print(_harmless(str(message)), highlight=False, soft_wrap=True)


def print_json(value: Mapping[str, Any] | Sequence[Any]) -> None:
    """One JSON value on one line, letters as they are; raises ValueError for NaN and Infinity, which JSON has not."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    sys.stdout.write(_HALVES.sub(lambda half: f"\\u{ord(half[0]):04x}", text) + "\n")


def print_line(text: str, style: str | None = None) -> None:
    """A line as it is, never broken."""
    out.print(_harmless(text), style=style, highlight=False, soft_wrap=True)


def print_table(
    title: str, columns: Iterable[str], rows: Iterable[Iterable[object]], *, spare: Sequence[str] = ()
) -> None:
    """A table; title and values are shown as they are, one row a line unless a terminal is too narrow.

    `spare` names the columns that are left out there, the least needed first; --wide brings them back.
    """
    headings = tuple(columns)
    cells = [tuple(map(_cell, row)) for row in rows]
    width = out.width if out.is_terminal and not out.soft_wrap else None
    places = tables.layout([headings, *cells], width, [headings.index(name) for name in spare if name in headings])
    if title:
        print_line(title, "table.title")
    if not cells:
        print_line("  none", "dim")
        return
    print_line("")
    for line in tables.lines_of(headings, places):
        print_line(line, "bold")
    print_line(tables.rule(places))
    for row in cells:
        for line in tables.lines_of(row, places):
            print_line(line)
        for line in tables.lines_beneath(headings, row, places, out.width):
            print_line(line, "dim")
    print_line("")
    if places.left_out:
        print_line(f"left out: {', '.join(headings[index] for index in places.left_out)} (--wide shows all)", "dim")


def print_wide() -> None:
    """Tables are as wide as their values from now on, whatever the terminal holds."""
    out.soft_wrap = True


def _cell(value: object) -> str:
    """A cell's text on one line: moments to the minute, lists with commas, nothing for None."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(map(_cell, value))
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d}{tables.JOINED}{value:%H:%M}"
    return " ".join(_harmless(str(value)).splitlines())


def _harmless(text: str) -> str:
    """The text without what a terminal would obey, and without what turns the words around it for good."""
    return _TURNING.sub("", _OBEYED.sub("\N{REPLACEMENT CHARACTER}", text))
