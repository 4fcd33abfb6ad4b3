"""The bytes of a page as text, whatever its headers claim."""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
#: What browsers take these names for.
_BROWSERS = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "euc_kr": "cp949",
}
#: Declared by servers that do not know; the bytes decide.
_DEFAULTS = ("utf-8", "cp1252")
_HEADER = re.compile(r"charset\s*=\s*[\"']?([\w:.-]+)", re.IGNORECASE)
_META = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w:.-]+)", re.IGNORECASE)
_LANG = re.compile(rb"<html[^>]{0,300}?\blang\s*=\s*[\"']?\s*([a-z]{2})", re.IGNORECASE)
_BY_LANGUAGE = {
    **dict.fromkeys((b"fa", b"ar", b"ur", b"ps"), "cp1256"),
    b"tr": "cp1254",
    b"he": "cp1255",
    b"el": "cp1253",
    **dict.fromkeys((b"ru", b"uk", b"bg"), "cp1251"),
}
#: Code pages whose high bytes are letters among Latin ones, and those whose high bytes are whole words.
_LATIN = frozenset(("cp1252", "cp1254", "cp1250", "iso8859-2", "iso8859-15"))
_WHOLE_WORDS = frozenset(("cp1256", "cp1251", "cp1255", "cp1253", "iso8859-6", "iso8859-8", "iso8859-5"))
#: Russian capitals of 1251 stand where 1256 has common letters: their least and their greatest share.
_CAPITALS = {"cp1256": (0.15, 1.0), "cp1251": (0.0, 0.4)}
_NO_CAPITALS = bytes((*range(0xC0), *range(0xE0, 0x100)))
_HIGH_RUN = re.compile(rb"[\x80-\xff]+")
#: alef, lam, yeh, waw, noon, meem of 1256; о, е, а, и, н, т of 1251; ı, ğ, ş, İ, Ş, Ğ of 1254
_ARABIC_BYTES = b"\xc7\xe1\xed\xe6\xe4\xe3"
_CYRILLIC_BYTES = b"\xee\xe5\xe0\xe8\xed\xf2"
_TURKISH_BYTES = b"\xfd\xf0\xfe\xdd\xde\xd0"
_HEAD = 4096
#: A page of UTF-8 may hold a few broken bytes: cut texts, pasted mail.
_BROKEN_SHARE = 0.02


def decode(body: bytes, content_type: str | None = None) -> str:
    """The text of a body: BOM, header and meta are believed as far as the bytes bear them out.

    Bytes that are valid UTF-8 beyond ASCII are UTF-8, whatever was declared.
    """
    for bom, name in _BOMS:
        if body.startswith(bom):
            return body[len(bom) :].decode(name, errors="replace")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        pass
    for name in _declared(body, content_type):
        if name not in _DEFAULTS and _bears_out(body, name):
            return body.decode(name, errors="replace")
    if _mostly_utf8(body):
        return body.decode("utf-8", errors="replace")
    return body.decode(_guess(body), errors="replace")


def _declared(body: bytes, content_type: str | None) -> list[str]:
    found = _HEADER.search(content_type or "")
    meta = _META.search(body[:_HEAD])
    names = ([found[1]] if found else []) + ([meta[1].decode("ascii", "replace")] if meta else [])
    return [known for name in names if (known := _known(name))]


def _bears_out(body: bytes, name: str) -> bool:
    """Whether high bytes lie as the declared code page has them: in whole words, or here and there."""
    if name not in _LATIN and name not in _WHOLE_WORDS:
        return True
    runs = _HIGH_RUN.findall(body)
    if (name in _WHOLE_WORDS) != _is_whole_words(runs):
        return False
    high = b"".join(runs)
    low, most = _CAPITALS.get(name, (0.0, 1.0))
    return low * len(high) <= len(high.translate(None, _NO_CAPITALS)) <= most * len(high)


def _letters(high: bytes) -> tuple[int, int]:
    """How many bytes are the commonest letters of Arabic in 1256, and of Russian in 1251."""
    return sum(map(high.count, _ARABIC_BYTES)), sum(map(high.count, _CYRILLIC_BYTES))


def _is_whole_words(runs: Sequence[bytes]) -> bool:
    return sum(map(len, runs)) > 2 * len(runs)


def _known(name: str) -> str | None:
    try:
        info = codecs.lookup(name)
    except LookupError:
        return None
    is_text = getattr(info, "_is_text_encoding", True)
    return _BROWSERS.get(info.name, info.name) if is_text else None


def _mostly_utf8(body: bytes) -> bool:
    high = sum(map(len, _HIGH_RUN.findall(body)))
    broken = body.decode("utf-8", errors="replace").count("\ufffd")
    return broken <= _BROKEN_SHARE * high


def _guess(body: bytes) -> str:
    """A single-byte code page: by the page's `lang`, else by how its high bytes lie."""
    lang = _LANG.search(body[:_HEAD])
    if lang and lang[1].lower() in _BY_LANGUAGE:
        return _BY_LANGUAGE[lang[1].lower()]
    runs = _HIGH_RUN.findall(body)
    high = b"".join(runs)
    if _is_whole_words(runs):
        arabic, cyrillic = _letters(high)
        return "cp1256" if arabic >= cyrillic else "cp1251"
    return "cp1254" if 3 * sum(map(high.count, _TURKISH_BYTES)) > len(high) else "cp1252"
