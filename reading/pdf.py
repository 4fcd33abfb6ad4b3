"""The text of a PDF as lines that a reader would recognise as its paragraphs."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

from news.languages.profiles import profile
from news.languages.tokens import words
from reading.markup import one_line, printable

if TYPE_CHECKING:
    from pypdf import PageObject, PdfReader

#: What is news is short; what is longer is a report, and its beginning tells what it is about.
MAX_PAGES, MAX_CHARS = 40, 400_000
#: What a broken file makes the parser raise.
FAILURES = (
    ArithmeticError,
    AttributeError,
    LookupError,
    OSError,
    RecursionError,
    TypeError,
    ValueError,
)
_RTL = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
#: Lam with an alef is one glyph, which a font's table gives as two letters in reading order.
_LAM_ALEF = re.compile(rb"<0644(0622|0623|0625|0627)>", re.IGNORECASE)
#: The one filter with which a stream can be written again.
_PACKED = "/FlateDecode"
_LIGATURES = {b"0622": b"<FEF5>", b"0623": b"<FEF7>", b"0625": b"<FEF9>", b"0627": b"<FEFB>"}
#: Languages whose frequent words tell which way a line was written.
_READ_BACKWARDS = ("fa", "ar", "ur", "ckb", "ps")
_SIGN = "[0-9A-Za-z۰-۹٠-٩]"
_FORWARD = re.compile(f"{_SIGN}(?:[ .,:/@&'_-]?{_SIGN})*")
_LATIN = re.compile("[A-Za-z]")
_END = (".", "!", "؟", "?", ":", "؛", "»", "。", "۔", "…")
#: A line so much shorter than the longest is the last of its paragraph.
_FULL = 0.75
#: Names that software gives to a file, which are no titles.
_FILE_NAME = re.compile(
    r"^(?:microsoft |untitled|document\d*$|slide )|\.(?:docx?|pdf|pptx?|odt|indd|rtf|xlsx?)$", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Document:
    """The title that a PDF gives itself, empty without one, and its paragraphs."""

    title: str
    paragraphs: list[str]


def read_pdf(body: bytes) -> Document:
    """Title and paragraphs of a PDF; raises one of `FAILURES` where it cannot be read.

    Presentation forms become letters, and lines that were stored as they are seen are turned round.
    """
    from pypdf import PdfReader  # noqa: PLC0415 - a tenth of a second that few readers ever need
    from pypdf.errors import PyPdfError  # noqa: PLC0415

    try:
        return _document(PdfReader(BytesIO(body)))
    except PyPdfError as error:
        raise ValueError(str(error)) from error


def _document(reader: PdfReader) -> Document:
    lines = [line for text in _texts(reader) for line in _lines(text)]
    lines = [one_line(_normal(line)) for line in (_turned(lines) if _is_backwards(lines) else lines)]
    title = one_line(printable(_normal((reader.metadata and reader.metadata.title) or "")))
    return Document("" if _FILE_NAME.search(title) else title, list(_paragraphs(lines)))


def _texts(reader: PdfReader) -> Iterator[str]:
    length = 0
    for page in reader.pages[:MAX_PAGES]:
        _keep_ligatures(page)
        text = page.extract_text(extraction_mode="layout", layout_mode_space_vertically=False)
        yield text
        length += len(text)
        if length > MAX_CHARS:
            return


def _keep_ligatures(page: PageObject) -> None:
    """Let the glyph of lam and alef be read as one sign, so that turning a line does not turn its letters round."""
    fonts = page.get("/Resources", {}).get("/Font", {})
    for font in fonts.get_object().values() if fonts else ():
        table = font.get_object().get("/ToUnicode")
        if table is not None and table.get_object().get("/Filter", _PACKED) == _PACKED:
            stream = table.get_object()
            stream.set_data(_LAM_ALEF.sub(lambda found: _LIGATURES[found[1]], stream.get_data()))


def _lines(text: str) -> list[str]:
    return [line for raw in printable(text).splitlines() if (line := one_line(raw))]


def _normal(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def _is_backwards(lines: Sequence[str]) -> bool:
    """Whether the frequent words of the languages written from the right appear only when read from behind."""
    text = "\n".join(line for line in lines if _RTL.search(line))
    common = {word for code in _READ_BACKWARDS for word in profile(code).common if len(word) > 1}
    ahead = sum(word in common for word in words(_normal(text)))
    behind = sum(word in common for word in words(_normal(text[::-1])))
    return behind > 2 * ahead


def _turned(lines: Sequence[str]) -> list[str]:
    return [_turn(line) if _RTL.search(line) else line for line in lines]


def _turn(line: str) -> str:
    """A line read from behind, its numbers and foreign words as they were."""
    return _FORWARD.sub(_forward, line[::-1])


def _forward(match: re.Match[str]) -> str:
    """Foreign words are seen in their own order; numbers, one by one, in that of the line."""
    run = match[0]
    return run[::-1] if _LATIN.search(run) else " ".join(number[::-1] for number in run.split(" "))


def _paragraphs(lines: Sequence[str]) -> Iterator[str]:
    """Lines joined where one runs full into the next."""
    longest = max(map(len, lines), default=0)
    held: list[str] = []
    for line in lines:
        held.append(line)
        if line.endswith(_END) or len(line) < _FULL * longest:
            yield " ".join(held)
            held.clear()
    if held:
        yield " ".join(held)
