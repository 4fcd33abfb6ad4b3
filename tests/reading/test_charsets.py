import codecs

import pytest

from reading.charsets import decode

PERSIAN = "<p>شهرداري تهران به شبكه شهرهاي جهان پيوست و اين خبر تازه است</p>"
TURKISH = "<p>Büyükşehir Belediyesi dünya ağına katıldı, şehir için önemli bir gün</p>"
RUSSIAN = "<p>Город вступил в международную сеть городов</p>"
FRENCH = "<p>La ville a été élue à Orléans, où siège le réseau</p>"


@pytest.mark.parametrize(
    ("text", "encoding", "declared"),
    [
        (PERSIAN, "utf-8", None),
        (PERSIAN, "utf-8", "text/html; charset=utf-8"),
        (PERSIAN, "utf-8", "text/html; charset=windows-1256"),
        (PERSIAN, "cp1256", "text/html; charset=windows-1256"),
        (PERSIAN, "cp1256", "text/html; charset=utf-8"),
        (PERSIAN, "cp1256", "text/html; charset=iso-8859-1"),
        (PERSIAN, "cp1256", None),
        (TURKISH, "cp1254", None),
        (TURKISH, "cp1254", "text/html; charset=iso-8859-9"),
        (RUSSIAN, "cp1251", None),
        (RUSSIAN, "koi8-r", "text/html; charset=koi8-r"),
        (FRENCH, "cp1252", None),
        (FRENCH, "cp1252", "text/html; charset=nonsense"),
        (PERSIAN, "utf-16", None),
    ],
)
def test_the_bytes_win_over_what_is_declared(text: str, encoding: str, declared: str | None) -> None:
    assert decode(text.encode(encoding), declared) == text


ARABIC = "<p>أعلنت بلدية المدينة اليوم أنها انضمت إلى الشبكة العالمية للمدن</p>"
CODE_PAGES = {
    "fa": (PERSIAN, "cp1256"),
    "ar": (ARABIC, "cp1256"),
    "tr": (TURKISH, "cp1254"),
    "ru": (RUSSIAN, "cp1251"),
}
DECLARATIONS = (
    None,
    "text/html",
    "text/html; charset=utf-8",
    "text/html; charset=iso-8859-1",
    "text/html; charset=windows-1252",
    "text/html; charset=windows-1256",
    "text/html; charset=windows-1254",
    "text/html; charset=windows-1251",
    "text/html; charset=iso-8859-9",
    "text/html; charset=nonsense",
)


@pytest.mark.parametrize("declared", DECLARATIONS)
@pytest.mark.parametrize("code", sorted(CODE_PAGES))
def test_utf_8_is_utf_8_whatever_it_is_called(code: str, declared: str | None) -> None:
    text = CODE_PAGES[code][0]
    assert decode(text.encode(), declared) == text


@pytest.mark.parametrize("declared", DECLARATIONS)
@pytest.mark.parametrize("code", sorted(CODE_PAGES))
def test_a_code_page_is_known_under_a_wrong_name(code: str, declared: str | None) -> None:
    text, encoding = CODE_PAGES[code]
    assert decode(text.encode(encoding), declared) == text


@pytest.mark.parametrize("code", sorted(CODE_PAGES))
def test_the_meta_tag_may_be_wrong_as_well(code: str) -> None:
    text, encoding = CODE_PAGES[code]
    page = f'<html><head><meta charset="utf-8"></head><body>{text}</body></html>'
    assert decode(page.encode(encoding), "text/html; charset=iso-8859-1") == page


@pytest.mark.parametrize("code", ["fa", "ar", "tr", "ru"])
def test_no_text_is_decoded_twice(code: str) -> None:
    text = CODE_PAGES[code][0]
    mixed = text.encode() * 40 + text.encode()[:-3] + b"\xff</p>"
    assert decode(mixed, "text/html; charset=windows-1252").startswith(text)


def test_a_byte_order_mark_is_no_text() -> None:
    assert decode(codecs.BOM_UTF8 + PERSIAN.encode()) == PERSIAN


def test_the_meta_tag_is_read_where_the_header_is_silent() -> None:
    page = '<meta http-equiv="Content-Type" content="text/html; charset=windows-1256">' + PERSIAN
    assert decode(page.encode("cp1256"), "text/html") == page


def test_the_pages_language_helps_to_guess() -> None:
    page = '<html lang="tr">Şişli'
    assert decode(page.encode("cp1254")) == page


def test_a_few_broken_bytes_do_not_make_a_page_foreign() -> None:
    body = (PERSIAN * 20).encode() + b"\xd8"
    assert decode(body).startswith(PERSIAN)


def test_a_codec_that_is_no_charset_is_ignored() -> None:
    assert decode(b"caf\xe9", "text/html; charset=hex") == "caf\xe9"
