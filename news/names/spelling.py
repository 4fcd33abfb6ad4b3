"""Which spellings of a place are names worth keeping, and in which script they are."""

from __future__ import annotations

import re
import unicodedata

#: The script in which a language writes its names.
SCRIPTS = {
    "fa": "Arabic",
    "ar": "Arabic",
    "ru": "Cyrillic",
    **dict.fromkeys(("tr", "en", "fr", "es", "de", "it", "pt", "az", "ku", "id"), "Latin"),
    **dict.fromkeys(("zh", "ja"), "Han"),
}
_LATIN = re.compile(
    r"(?:[a-z]{1,3}[ '’-])?[A-Z\u00c0-\u00de\u0100-\u017f\u018f\u01cd-\u021b][A-Za-z\u00c0-\u024f\u0259 .'’()-]*$"
)
_ARABIC = re.compile("[\u0621-\u063a\u0641-\u0652\u067e\u0686\u0698\u06a9\u06af\u06cc\u200c -]+$")
_CYRILLIC = re.compile("[А-ЯЁ][А-Яа-яЁё -]*$")
#: Chinese characters and kana, as many as a name has.
_HAN = re.compile("[\u3041-\u30ff\u3400-\u9fff]{2,14}$")
_ADMINISTRATIVE = re.compile("^(?:استان|شهرستان|قضاء|محافظة|ولاية|منطقة|بخش|دهستان)\\s")
_INVISIBLE = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


def clean(name: str) -> str:
    """A name without marks of direction and doubled spaces."""
    return " ".join(_INVISIBLE.sub("", name).split())


def script_of(name: str) -> str | None:
    """The script of a name that is worth keeping; None for codes, junk and other scripts."""
    if _LATIN.match(name) and not (name.isupper() and len(name) <= 4):
        return "Latin"
    if _ARABIC.match(name) and not _ADMINISTRATIVE.match(name):
        return "Arabic"
    if _CYRILLIC.match(name):
        return "Cyrillic"
    return "Han" if _HAN.match(name) else None


def plain(name: str) -> str:
    """A name without diacritics."""
    return "".join(c for c in unicodedata.normalize("NFD", name) if not unicodedata.combining(c))
