"""What a search found, as files for other programs: CSV, JSON lines, XLSX, RSS and Atom."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import xlsxwriter
from babel import Locale, UnknownLocaleError
from feedgen.feed import FeedGenerator

from news.addresses import is_web_address
from web.objects import HitObject, MembershipObject, StepObject

COLUMNS = ("id", "published_at", "language", "source", "title", "url", "networks", "cities", "snippet")
#: What the register says of a membership in a file.
_REGISTER = ("city", "country", "network", "network_name", "verb", "status", "confidence", "first_reported")
#: How many characters wide each is on a sheet.
_WIDTHS = (8, 22, 9, 18, 60, 50, 30, 30, 80)
#: What a spreadsheet takes for the beginning of a formula.
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")
#: An XLSX cell holds no more characters.
_LONGEST_CELL = 32_767
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "jsonl": "application/x-ndjson",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "atom": "application/atom+xml",
    "rss": "application/rss+xml",
}


def cell(value: object) -> str:
    """A value as a cell of CSV, without control characters; what a spreadsheet would take for a formula is put behind an apostrophe."""
    text = "" if value is None else printable(str(value))
    return f"'{text}" if text.startswith(_FORMULA) else text


def row_of(hit: HitObject) -> list[object]:
    """The cells of an article."""
    names = {"networks": _names(hit["networks"]), "cities": _names(hit["cities"])}
    return [names.get(name, hit.get(name)) for name in COLUMNS]


def _names(found: Iterable[Any]) -> str:
    return "; ".join(item["name"] for item in found)


def register_csv(found: Iterable[MembershipObject]) -> str:
    """The register, one line a membership."""
    rows = ([*(item[name] for name in _REGISTER), len(item["contradictions"])] for item in found)  # type: ignore[literal-required]
    return csv_text((*_REGISTER, "contradictions"), rows)


def timeline_csv(found: Iterable[StepObject]) -> str:
    """The register step by step, one line a step."""
    return csv_text(tuple(StepObject.__annotations__), (step.values() for step in found))


def csv_text(columns: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """A table with its heading."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows(
        [value if isinstance(value, int | float) else cell(value) for value in row] for row in rows
    )
    return out.getvalue()


def json_lines(values: Iterable[Any]) -> Iterator[str]:
    """One object a line."""
    for value in values:
        yield json.dumps(value, ensure_ascii=False) + "\n"


def workbook(
    columns: Iterable[str],
    rows: Iterable[Iterable[object]],
    *,
    name: str,
    language: str = "",
    widths: Iterable[int] = (),
) -> bytes:
    """An XLSX file of one sheet, which runs from the right for a language that does; text is never a formula or a link."""
    out = io.BytesIO()
    options = {
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "in_memory": True,
    }
    with xlsxwriter.Workbook(out, options) as book:
        sheet = book.add_worksheet(name)
        if _is_rtl(language):
            sheet.right_to_left()
        for number, width in enumerate(widths):
            sheet.set_column(number, number, width)
        bold = book.add_format({"bold": True})
        for number, title in enumerate(columns):
            sheet.write_string(0, number, title, bold)
        for line, row in enumerate(rows, 1):
            _write_row(sheet, line, row)
        sheet.freeze_panes(1, 0)
    return out.getvalue()


def _write_row(sheet: Any, line: int, row: Iterable[object]) -> None:
    for number, value in enumerate(row):
        if isinstance(value, int | float):
            sheet.write_number(line, number, value)
        elif value is not None:
            sheet.write_string(line, number, printable(str(value))[:_LONGEST_CELL])


def printable(text: str) -> str:
    """Without the control characters that XML cannot hold."""
    return _UNPRINTABLE.sub(" ", text)


def _is_rtl(language: str) -> bool:
    try:
        return bool(language) and Locale.parse(language).text_direction == "rtl"
    except (UnknownLocaleError, ValueError):
        return False


def hits_workbook(hits: Iterable[HitObject], language: str = "") -> bytes:
    """The articles as a sheet."""
    return workbook(COLUMNS, map(row_of, hits), name="Articles", language=language, widths=_WIDTHS)


def feed(hits: Iterable[HitObject], *, title: str, address: str, now: datetime, kind: str) -> bytes:
    """An RSS or Atom feed of articles, in the order given; `address` is its own, or a name where it has none.

    Readers open the search page from a feed that lies there, and the first article from one that lies nowhere.
    """
    hits = list(hits)
    found = FeedGenerator()
    found.id(address)
    found.title(printable(title))
    if is_web_address(address):
        found.link(href=address, rel="self")
        found.link(href=_page_of(address, kind), rel="alternate")  # RSS takes the last one
    else:
        found.link(href=next((hit["url"] for hit in hits if is_web_address(hit["url"])), address), rel="alternate")
    found.description(printable(title))
    found.generator("Jarchi")
    found.updated(now)
    for hit in hits:
        entry = found.add_entry(order="append")
        entry.id(hit["url"] or f"{address}#{hit['id']}")
        entry.guid(hit["url"] or f"{address}#{hit['id']}", permalink=False)
        entry.title(printable(hit["title"]) or "–")
        if is_web_address(hit["url"]):
            entry.link(href=hit["url"])
            entry.summary(printable(hit["snippet"]))
        else:  # Atom holds no entry without a link or a content
            entry.content(printable(hit["snippet"]) or "–")
        moment = datetime.fromisoformat(hit["published_at"]) if hit["published_at"] else now
        entry.published(moment)
        entry.updated(moment)
    return bytes(found.rss_str(pretty=True) if kind == "rss" else found.atom_str(pretty=True))


def _page_of(address: str, kind: str) -> str:
    """The search page of a feed's address."""
    return address.replace(f"/search.{kind}", "/", 1)


def feed_title(query: str, narrowed: dict[str, str]) -> str:
    """What a feed is called in a reader."""
    return f"Jarchi: {query or urlencode(narrowed) or 'the newest'}"
