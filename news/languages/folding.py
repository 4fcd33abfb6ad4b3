"""One fold for names, search and comparison, so that a word meets itself in every spelling.

Folded: compatibility and presentation forms, case (with Turkish İ I ı i as one letter), Latin and
Cyrillic diacritics, harakat, tatweel, Arabic and Persian yeh, kaf and heh, hamza seats, digits of
every script. The strict fold keeps hamza and the letters' marks, for names of up to four letters.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from functools import lru_cache

_MARK_RANGES = (
    (0x0300, 0x036F),  # Latin, Greek, Cyrillic
    (0x0591, 0x05C7),  # Hebrew points
    (0x0610, 0x061A),  # Arabic signs
    (0x064B, 0x065F),  # harakat
    (0x0670, 0x0670),  # superscript alef
    (0x06D6, 0x06ED),  # Koranic marks
)
_INVISIBLE = "\u00ad\u0640\u200b\u200c\u200d\u200e\u200f\u061c\u2060\ufeff" + "".join(
    chr(code) for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))
)
#: Same letter, other keyboard.
_LETTERS = {"ي": "ی", "ى": "ی", "ك": "ک", "ڪ": "ک", "ې": "ی", "ۍ": "ی", "ہ": "ه", "ھ": "ه", "ە": "ه", "ۀ": "ه"}
#: Same word, written with more or less care.
_LOOSE = {"ة": "ه", "ۃ": "ه", "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ؤ": "و", "ئ": "ی", "ء": "", "ъ": "", "ґ": "г"}
_LATIN = {"ı": "i", "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ł": "l", "ə": "e", "ð": "d", "þ": "th"}
_KEPT = {"й": "й", "ї": "ї"}  # letters of their own, though Unicode can take them apart

_STRICT_TABLE = str.maketrans({**dict.fromkeys(_INVISIBLE, ""), **_LETTERS})
_FOLDED = {**_LOOSE, **_LATIN}


def _is_mark(char: str) -> bool:
    code = ord(char)
    return any(low <= code <= high for low, high in _MARK_RANGES)


def _digit(char: str) -> str:
    return str(unicodedata.digit(char)) if char.isdigit() and not char.isascii() else char


class _Letters(dict[int, str]):
    """What each composed letter folds to, found out when it is first met."""

    def __missing__(self, code: int) -> str:
        loose = _FOLDED.get(chr(code), chr(code))
        folded = self[code] = "".join(map(_digit, "".join(map(_without_marks, loose))))
        return folded


_LETTERS_FOLDED = _Letters()


def _without_marks(char: str) -> str:
    if char in _KEPT:
        return char
    return "".join(c for c in unicodedata.normalize("NFD", char) if not _is_mark(c))


class _Folded(dict[str, str]):
    """What the words met lately fold to: words repeat."""

    def __missing__(self, word: str) -> str:
        if len(self) >= _MOST_WORDS:
            self.clear()
        found = self[word] = _folded(word)
        return found


_MOST_WORDS = 200_000
#: Folds one word, quicker than a call of `fold_word`.
FOLDED: Mapping[str, str] = _Folded()


def fold_word(word: str, *, strict: bool = False) -> str:
    """Fold one word; idempotent."""
    return _strictly(word) if strict else FOLDED[word]


def _folded(word: str) -> str:
    if word.isascii():
        return word.lower()
    return unicodedata.normalize("NFC", _plain(word)).translate(_LETTERS_FOLDED)


@lru_cache(maxsize=20_000)
def _strictly(word: str) -> str:
    if word.isascii():
        return word.lower()
    return "".join(map(_digit, unicodedata.normalize("NFC", _plain(word))))


def _plain(word: str) -> str:
    """A word in small letters of one keyboard, its marks kept."""
    folded = unicodedata.normalize("NFKC", word).translate(_STRICT_TABLE)
    return folded.replace("İ", "i").lower()
