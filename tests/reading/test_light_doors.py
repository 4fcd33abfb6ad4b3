"""Parts of the reader that a crawl's own process uses come without its models."""

import subprocess
import sys

import reading


def test_the_markup_of_a_list_brings_no_reader():
    code = (
        "import sys, reading.markup, reading.dates, crawler.following;"
        "print([name for name in ('trafilatura', 'langdetect', 'reading.pages', 'reading.claims') if name in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


def test_what_the_room_offers_is_there():
    assert all(callable(getattr(reading, name)) for name in reading.__all__)
    assert not hasattr(reading, "nothing_of_the_kind")
