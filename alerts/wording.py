"""The languages of the letters: gettext catalogues, dates in two calendars, names, the direction of writing.

English stands in the code; the others are `locale/<language>.po`. They are read as they are, at the first
letter: what is not compiled cannot be stale, and a few hundred lines are read in milliseconds.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from functools import cache
from gettext import GNUTranslations, NullTranslations
from importlib.resources import files
from io import BytesIO

import jdatetime
from babel import Locale
from babel.dates import format_date
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from news.languages.quoting import Direction, direction, isolated, one_line
from news.names import naming

#: The languages that letters are written in, the one of the code first.
LANGUAGES = ("en", "fa", "ar", "tr")
CATALOGUES = files("alerts") / "locale"
_RIGHT_TO_LEFT_MARK = "\u200f"
_ISOLATED = re.compile("\u2068[^\u2068\u2069]*\u2069")
_DIGITS = {"fa": "۰۱۲۳۴۵۶۷۸۹", "ar": "٠١٢٣٤٥٦٧٨٩"}


def marked(message: str) -> str:
    """The message itself, marked for the catalogues where it stands; it is translated where it is said."""
    return message


_MONTHS = (
    marked("Farvardin"), marked("Ordibehesht"), marked("Khordad"), marked("Tir"), marked("Mordad"),
    marked("Shahrivar"), marked("Mehr"), marked("Aban"), marked("Azar"), marked("Dey"), marked("Bahman"),
    marked("Esfand"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Words:
    """One language of letters.

    Messages hold `{placeholders}`; what is put there stands between bidi isolates where it is written the other way.
    Lines are plain text: HTML must escape them.
    """

    language: str
    _translations: NullTranslations

    @property
    def direction(self) -> Direction:
        """In which the language is written."""
        return "rtl" if Locale(self.language).character_order == "right-to-left" else "ltr"

    def say(self, message: str, **values: str) -> str:
        """A message as a line of plain text."""
        return self._line(self._translations.gettext(message), values)

    def count(self, one: str, many: str, number: int, **values: str) -> str:
        """A message about `{number}` things as a line of plain text."""
        found = self._translations.ngettext(one, many, number)
        return self._line(found, {**values, "number": self.digits(str(number))})

    def day(self, day: date) -> str:
        """A day in both calendars, the language's own first."""
        gregorian = format_date(day, "d MMMM y", locale=self.language)
        try:
            jalali = jdatetime.date.fromgregorian(date=day)
        except ValueError:  # before the first year
            return self.digits(gregorian)
        month = self._translations.gettext(_MONTHS[jalali.month - 1])
        other = f"{jalali.day} {month} {jalali.year}"
        first, second = (other, gregorian) if self.language == "fa" else (gregorian, other)
        return self.digits(f"{first} ({second})")

    def digits(self, text: str) -> str:
        """The text with its digits as the language writes them."""
        own = _DIGITS.get(self.language)
        return text.translate(str.maketrans("0123456789", own)) if own else text

    def member(self, key: str) -> str:
        """City with its country."""
        if naming.place(key) is None:
            return self.say(marked("place {key}"), key=key)
        return naming.full_place_name(key, self.language)

    def network(self, key: str) -> str:
        """Name of a network."""
        return naming.network_name(key, self.language) or self.say(marked("network {key}"), key=key)

    def _line(self, template: str, values: dict[str, str]) -> str:
        line = template.format(**{name: self._apart(value) for name, value in values.items()})
        return f"{_RIGHT_TO_LEFT_MARK}{line}" if self._begins_wrong(line) else line

    def _apart(self, value: str) -> str:
        line = one_line(value)
        return line if direction(line) in (self.direction, "auto") else isolated(line)

    def _begins_wrong(self, line: str) -> bool:
        """Whether a reader's program would take the line for left-to-right: it goes by the first letter outside isolates."""
        if self.direction == "ltr":
            return False
        kinds = (unicodedata.bidirectional(char) for char in _ISOLATED.sub("", line))
        return next((kind for kind in kinds if kind in ("L", "R", "AL")), "L") == "L"


@cache
def words(language: str) -> Words:
    """The words of a language; English where there are none."""
    if language not in LANGUAGES or language == LANGUAGES[0]:
        return Words(LANGUAGES[0], NullTranslations())
    with (CATALOGUES / f"{language}.po").open("rb") as file:
        catalogue = read_po(file, locale=language, abort_invalid=True)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Words(language, GNUTranslations(compiled))
