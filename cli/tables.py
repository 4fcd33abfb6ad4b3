"""Tables that a terminal can hold: folded between words alone, and what has no room left out by rule or put beneath its row."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from rich.cells import cell_len

from news.languages.quoting import direction

#: Joins words that are never parted, such as a day and its hour; shown as a space.
JOINED = "\N{NO-BREAK SPACE}"
#: Between two columns, before the first, and before what stands beneath a row.
_GAP, _MARGIN, _BENEATH = 3, 2, 6
#: Text is folded into columns no narrower than this, and a word longer than the second would rather stand beneath.
_PROSE, _LONG_WORD = 18, 26

_ISOLATES, _END_ISOLATE = "\u2066\u2067\u2068", "\u2069"
_RIGHT_TO_LEFT, _LEFT_TO_RIGHT = "\u2067", "\u2066"

Cells = Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Where each column goes."""

    #: index and width of those side by side
    beside: tuple[tuple[int, int], ...]
    #: those whose values stand in lines of their own beneath the row
    beneath: tuple[int, ...] = ()
    left_out: tuple[int, ...] = ()


def layout(cells: Cells, width: int | None, spare: Collection[int] = ()) -> Layout:
    """Places for columns in lines of `width`, None for lines of any length; the first of `cells` are the headings.

    While the columns have no room, those of long words, such as addresses, go beneath; then `spare` ones are left
    out, in their order; then the last ones go beneath. The first column stays.
    """
    columns = range(len(cells[0]))
    natural = [max(cell_len(row[index]) for row in cells) for index in columns]
    least = [_least([row[index] for row in cells]) for index in columns]
    if width is None or _taken(natural) <= width:
        return Layout(beside=tuple(enumerate(natural)))
    shown = list(columns)
    beneath: list[int] = []
    left_out: list[int] = []
    for index in [*_addresses(least), *spare, *reversed(columns[1:])]:
        if _taken([least[each] for each in shown]) <= width or len(shown) == 1:
            break
        if index in shown:
            shown.remove(index)
            (left_out if index in spare else beneath).append(index)
    widths = _shared([least[index] for index in shown], [natural[index] for index in shown], width)
    return Layout(
        beside=tuple(zip(shown, widths, strict=True)), beneath=tuple(sorted(beneath)), left_out=tuple(sorted(left_out))
    )


def lines_of(row: Sequence[str], places: Layout) -> Iterator[str]:
    """The lines in which a row's cells stand side by side."""
    folded = [folded_lines(row[index], width) for index, width in places.beside]
    for number in range(max(map(len, folded))):
        parts = [lines[number] if number < len(lines) else "" for lines in folded]
        padded = (part + " " * (width - cell_len(part)) for part, (_, width) in zip(parts, places.beside, strict=True))
        yield (" " * _MARGIN + (" " * _GAP).join(padded)).rstrip()


def lines_beneath(headings: Sequence[str], row: Sequence[str], places: Layout, width: int) -> Iterator[str]:
    """Heading and value of what stands beneath the row, side by side as far as a line goes; words are never parted."""
    line = ""
    for said in [f"{headings[index]}: {row[index]}" for index in places.beneath if row[index]]:
        joined = f"{line} · {said}" if line else said
        if line and _BENEATH + cell_len(joined) > width:
            yield from _indented(line, width)
            joined = said
        line = joined
    if line:
        yield from _indented(line, width)


def _indented(text: str, width: int) -> Iterator[str]:
    return (" " * _BENEATH + line for line in folded_lines(text, width - _BENEATH))


def rule(places: Layout) -> str:
    """The line beneath the headings."""
    return " " + "─" * (_taken([width for _, width in places.beside]) - 1)


def folded_lines(text: str, width: int) -> list[str]:
    """A text in lines; a word that is longer than a line keeps one for itself. Each line of an isolated text is isolated."""
    lines: list[str] = []
    for word in text.split(" "):
        joined = f"{lines[-1]} {word}" if lines else word
        if lines and cell_len(joined) <= width:
            lines[-1] = joined
        else:
            lines.append(word)
    return [line.replace(JOINED, " ") for line in _isolated_each(lines)]


def _isolated_each(lines: list[str]) -> list[str]:
    """Every line in the direction of the whole, where that stands between isolates."""
    if len(lines) < 2 or lines[0][:1] not in _ISOLATES or not lines[-1].endswith(_END_ISOLATE):
        return lines
    lines = [lines[0][1:], *lines[1:-1], lines[-1][:-1]]
    begin = _RIGHT_TO_LEFT if direction(" ".join(lines)) == "rtl" else _LEFT_TO_RIGHT
    return [f"{begin}{line}{_END_ISOLATE}" for line in lines]


def _least(column: Sequence[str]) -> int:
    """The narrowest that a column may be: its longest word, and of text a few words."""
    longest = max(cell_len(word) for text in column for word in text.split(" "))
    return max(longest, min(max(map(cell_len, column[1:]), default=0), _PROSE))


def _addresses(least: Sequence[int]) -> list[int]:
    """Columns of words that are too long to stand side by side, the longest first."""
    found = [index for index in range(1, len(least)) if least[index] > _LONG_WORD]
    return sorted(found, key=lambda index: -least[index])


def _taken(widths: Sequence[int]) -> int:
    """The length of a line with columns of these widths."""
    return _MARGIN + sum(widths) + _GAP * (len(widths) - 1)


def _shared(least: Sequence[int], natural: Sequence[int], width: int) -> list[int]:
    """Widths between least and natural that fill a line, as even as can be."""
    for most in range(width, 0, -1):
        widths = [max(low, min(most, high)) for low, high in zip(least, natural, strict=True)]
        if _taken(widths) <= width:
            return widths
    return list(least)
