"""News in PDF, read out of files that are written here, glyph by glyph, as printing software writes them."""

import re
from collections.abc import Callable
from datetime import datetime

import pytest

from news.values import Article, Dated, Lead, NotArticle, Page, Precision, Provenance, Refusal, Road
from reading import read_page
from reading.pdf import read_pdf

MakePage = Callable[..., Page]
ENGLISH = [
    "Budget approved",
    "The council of the harbour town met on Monday evening and",
    "approved the budget for the coming year.",
    "The mayor thanked the staff of the treasury.",
]
PERSIAN = [
    "شهرداری این شهر اعلام کرد که به شبکه شهرها پیوسته است",
    "و این عضویت از ۱۵ مهر ۱۴۰۲ با UCLG 2024 آغاز می شود.",
]
#: The same as glyphs: joined forms of the first line's first words.
SHAPED = {"به": "ﺑﻪ", "این": "ﺍﯾﻦ", "که": "ﮐﻪ", "از": "ﺍﺯ", "است": "ﺍﺳﺖ"}


#: Glyphs of two letters, which tables give in reading order.
LIGATURES = {"ﻻ": "لا", "ﻷ": "لأ"}


def pdf(lines: list[str], *, title: str = "", pages: int = 1) -> bytes:
    """A PDF with a line of text under another, in a font that tells the letter of each glyph."""
    show = "".join(f"<{line.encode('utf-16-be').hex()}> Tj 0 -20 Td " for line in lines)
    content = f"BT /F1 12 Tf 50 750 Td {show}ET"
    letters = sorted({char for line in lines for char in line})
    mapping = "".join(
        f"<{ord(char):04x}> <{LIGATURES.get(char, char).encode('utf-16-be').hex()}>\n" for char in letters
    )
    cmap = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /A def /CMapType 2 def\n"
        f"1 begincodespacerange <0000> <ffff> endcodespacerange\n{len(letters)} beginbfchar\n{mapping}endbfchar\n"
        "endcmap end end"
    )
    kids = " ".join(f"{number} 0 R" for number in range(10, 10 + pages))
    info = "<FEFF" + title.encode("utf-16-be").hex() + ">"
    bodies = {
        1: "<< /Type /Catalog /Pages 2 0 R >>",
        2: f"<< /Type /Pages /Kids [{kids}] /Count {pages} >>",
        3: "<< /Type /Font /Subtype /Type0 /BaseFont /A /Encoding /Identity-H /DescendantFonts [4 0 R] /ToUnicode 5 0 R >>",
        4: "<< /Type /Font /Subtype /CIDFontType2 /BaseFont /A /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity)"
        " /Supplement 0 >> /DW 500 /FontDescriptor 7 0 R >>",
        5: f"<< /Length {len(cmap)} >>\nstream\n{cmap}\nendstream",
        6: f"<< /Length {len(content)} >>\nstream\n{content}\nendstream",
        7: "<< /Type /FontDescriptor /FontName /A /Flags 4 /Ascent 800 /Descent -200 /CapHeight 700 /ItalicAngle 0"
        " /StemV 80 /FontBBox [0 0 1000 1000] >>",
        8: f"<< /Title {info} >>",
        **dict.fromkeys(
            range(10, 10 + pages),
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 6 0 R /Resources << /Font << /F1 3 0 R >> >> >>",
        ),
    }
    out = b"%PDF-1.4\n"
    places = {}
    for number, text in bodies.items():
        places[number] = len(out)
        out += f"{number} 0 obj\n{text}\nendobj\n".encode("latin-1")
    start = len(out)
    out += b"xref\n0 1\n0000000000 65535 f \n"
    for number, place in places.items():
        out += f"{number} 1\n{place:010d} 00000 n \n".encode()
    return (
        out
        + f"trailer << /Size {10 + pages} /Root 1 0 R /Info 8 0 R >>\nstartxref\n{start}\n%%EOF\n".encode()
    )


def shaped(line: str) -> str:
    return " ".join(SHAPED.get(word, word) for word in line.split())


def as_seen(line: str) -> str:
    """The line from its left end to its right, as most software writes it: numbers are seen as they are said."""
    return re.sub(r"[۰-۹]+|[0-9]+ [A-Z]+", lambda found: found[0][::-1], line[::-1])


def read(body: bytes, make_page: MakePage, now: datetime, lead: Lead | None = None) -> Article:
    page = make_page(body, content_type="application/pdf", address="https://www.example.org/a.pdf")
    found = read_page(page, lead=lead, now=now)
    assert isinstance(found, Article), found
    return found


def test_a_pdf_is_read_with_its_lines_joined_to_paragraphs(make_page: MakePage, now: datetime) -> None:
    found = read(pdf(ENGLISH), make_page, now)
    assert found.title == "Budget approved"
    assert found.text.split("\n") == [f"{ENGLISH[1]} {ENGLISH[2]}", ENGLISH[3]]
    assert found.language.code == "en"


@pytest.mark.parametrize(
    ("own", "title"),
    [
        ("Budget of the town", "Budget of the town"),
        ("Microsoft Word - a.docx", "Budget approved"),
        ("a.pdf", "Budget approved"),
    ],
)
def test_its_own_title_counts_unless_it_is_a_files_name(
    own: str, title: str, make_page: MakePage, now: datetime
) -> None:
    assert read(pdf(ENGLISH, title=own), make_page, now).title == title


def test_the_lists_title_and_date_count_first(make_page: MakePage, now: datetime) -> None:
    dated = Dated(moment=now, precision=Precision.DAY, provenance=Provenance.LIST)
    lead = Lead(
        address="https://www.example.org/a.pdf",
        source="town",
        road=Road.LIST,
        title="From the list",
        dated=dated,
    )
    found = read(pdf(ENGLISH, title="Own"), make_page, now, lead)
    assert (found.title, found.dated) == ("From the list", dated)


@pytest.mark.parametrize("seen", [False, True], ids=["as spoken", "as seen"])
@pytest.mark.parametrize("glyphs", [False, True], ids=["letters", "presentation forms"])
def test_persian_comes_out_in_its_letters_and_order(
    seen: bool, glyphs: bool, make_page: MakePage, now: datetime
) -> None:
    lines = [shaped(line) if glyphs else line for line in PERSIAN]
    lines = [as_seen(line) if seen else line for line in lines]
    found = read(pdf(lines * 2, title="عضویت شهر"), make_page, now)
    assert found.language.code == "fa"
    assert "شهرداری این شهر اعلام کرد که به شبکه شهرها پیوسته است" in found.text
    assert "و این عضویت از ۱۵ مهر ۱۴۰۲ با UCLG 2024 آغاز می شود." in found.text


def test_a_book_is_read_as_far_as_the_cap() -> None:
    assert len(read_pdf(pdf(ENGLISH[3:], pages=60)).paragraphs) == 40


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        (b"%PDF-1.4 nothing of the kind", Refusal.BROKEN),
        (pdf(ENGLISH)[:400], Refusal.BROKEN),
        (pdf([]), Refusal.NO_TEXT),
        (b"%PDF-1.4\n" + b"<" * 200_000, Refusal.BROKEN),
    ],
    ids=["none", "cut", "empty", "noise"],
)
def test_a_pdf_that_cannot_be_read_is_refused(
    body: bytes, refusal: Refusal, make_page: MakePage, now: datetime
) -> None:
    found = read_page(make_page(body, content_type="application/pdf"), now=now)
    assert isinstance(found, NotArticle)
    assert found.refusal is refusal


def test_lam_and_alef_of_one_glyph_keep_their_order() -> None:
    seen = [
        as_seen("این شهر که ﻻیه روبی آن از مهر آغاز شد است"),
        as_seen("و این برای همه شهر بود که اﻷحياء دارد"),
    ]
    assert read_pdf(pdf(seen)).paragraphs == [
        "این شهر که لایه روبی آن از مهر آغاز شد است و این برای همه شهر بود که الأحياء دارد"
    ]
