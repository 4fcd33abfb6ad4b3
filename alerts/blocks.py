"""The parts of a letter, and how they look in plain text and in HTML; everything foreign is made harmless here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape
from itertools import groupby
from urllib.parse import unquote, urlsplit

from news.addresses import is_web_address
from news.languages.quoting import Direction, direction, isolated, one_line

_STYLE = (
    "font-family:Tahoma,Arial,sans-serif;font-size:16px;line-height:1.6;max-width:40em;margin:auto;padding:1em;"
    "overflow-wrap:anywhere"
)
#: Whoever reads in the dark gets light letters and links that can be told from the ground.
_SCHEME = ":root{color-scheme:light dark;supported-color-schemes:light dark}"
#: So much is shown of an address.
_SHOWN = 60
_QUOTE_STYLE = "margin:1em 0;padding:0 1em;border-inline-start:4px solid #888"


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """The beginning of another matter."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """A stranger's sentence."""

    text: str
    #: ISO 639; empty where it is not known
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Words of ours, and where they lead."""

    text: str
    address: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One of several things, where it lies, and where a copy of it lies."""

    text: str
    address: str | None = None
    copy: Line | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """A question, and the answers that a reader may choose among."""

    text: str
    choices: tuple[Line, ...]


Block = Heading | Quote | Line | Item | Choices


def as_text(blocks: Iterable[Block]) -> str:
    """Plain text, a heading and a quotation apart from what follows."""
    return "\n".join(line for block in blocks for line in _text(block))


def as_html(blocks: Iterable[Block]) -> str:
    """A piece of HTML; only addresses of the web become links."""
    parts = []
    for is_list, run in groupby(blocks, key=lambda block: isinstance(block, Item)):
        inside = "".join(map(_html, run))
        parts.append(f"<ul>{inside}</ul>" if is_list else inside)
    return "".join(parts)


def document(title: str, body: str, language: str, way: Direction) -> str:
    """A whole page of HTML around a body."""
    return (
        f'<!doctype html>\n<html lang="{language}" dir="{way}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">'
        f'<meta name="supported-color-schemes" content="light dark"><style>{_SCHEME}</style>'
        f"<title>{escape(title)}</title></head>\n"
        f'<body dir="{way}" style="{_STYLE}">{body}</body></html>\n'
    )


def _text(block: Block) -> Iterator[str]:
    match block:
        case Heading():
            yield from ("", block.text, "")
        case Quote():
            yield from (f"  “{isolated(block.text)}”", "")
        case Line():
            yield f"{block.text}: {block.address}" if block.address else block.text
        case Item():
            yield f"- {_source(block)}"
            if block.copy:
                yield f"  {block.copy.text}: {block.copy.address}"
        case Choices():
            yield block.text
            yield from (f"- {choice.text}: {choice.address}" for choice in block.choices)


def _source(item: Item) -> str:
    """The address first, that no bracket gets stuck to it."""
    address = one_line(item.address or "")
    return f"{address} ({item.text})" if is_web_address(address) and item.text != address else item.text


def _html(block: Block) -> str:
    match block:
        case Heading():
            return f'<h2 style="font-size:1.2em">{escape(block.text)}</h2>'
        case Quote():
            line = one_line(block.text)
            spoken = f' lang="{escape(block.language)}"' if block.language else ""
            return f'<blockquote dir="{direction(line)}"{spoken} style="{_QUOTE_STYLE}">{escape(line)}</blockquote>'
        case Line():
            return f"<p>{_anchor(block.text, block.address)}</p>"
        case Item():
            copy = f" · {_anchor(block.copy.text, block.copy.address)}" if block.copy else ""
            return f"<li>{_anchor(block.text, block.address)}{copy}</li>"
        case Choices():
            choices = " · ".join(_anchor(choice.text, choice.address) for choice in block.choices)
            return f"<p>{escape(block.text)} {choices}</p>"


def _anchor(text: str, address: str | None) -> str:
    if address is None or not is_web_address(address):
        return escape(text)
    shown = f'<bdi dir="ltr">{escape(_short(text))}</bdi>' if is_web_address(text) else escape(text)
    return f'<a href="{escape(one_line(address))}" rel="noopener noreferrer">{shown}</a>'


def _short(address: str) -> str:
    """Host and path as people read them: a hundred percent signs tell nobody where a link leads."""
    parts = urlsplit(address)
    whole = one_line(unquote(f"{(parts.hostname or '').removeprefix('www.')}{parts.path.rstrip('/')}"))
    return whole if len(whole) <= _SHOWN else f"{whole[: _SHOWN - 1]}…"
