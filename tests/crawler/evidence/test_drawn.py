"""What the records of a drawn page say of it, without a browser."""

import gzip
from dataclasses import replace

from crawler.evidence.records import pack
from tests.crawler.evidence.conftest import exposure

DRAWN = "Chromium 156.0"


def test_the_metadata_of_a_drawn_page_name_what_drew_it():
    shown = exposure()
    drawn = replace(shown, page=replace(shown.page, headers=(("x-crawl-drawn", DRAWN),)))
    assert f"\r\ndrawn-by: {DRAWN}: ".encode() in gzip.decompress(pack(drawn).data)


def test_those_of_another_page_say_nothing_of_drawing():
    assert b"drawn" not in gzip.decompress(pack(exposure()).data)
