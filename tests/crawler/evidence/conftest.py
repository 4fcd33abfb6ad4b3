"""Pages ready to be written, and a folder to write them to."""

from datetime import UTC, datetime

import pytest

from crawler.evidence.captures import Capture, Exposure
from crawler.evidence.files import EvidenceFiles
from crawler.evidence.records import pack
from news.values import Lead, Page, Road
from storage.leads import Wanted

NOW = datetime(2026, 3, 4, 5, 6, 7, 891, tzinfo=UTC)


def exposure(address="https://yazd.example/1", body=b"<p>Hello</p>", *, now=NOW, first=None, **changes):
    capture = Capture(
        **{
            "status": 200,
            "protocol": "HTTP/1.1",
            "headers": ((b"Content-Type", b"text/html"), (b"Content-Length", str(len(body)).encode())),
            "body": body,
            **changes,
        }
    )
    page = Page(address=address, final_address=address, status=200, headers=(), body=body, fetched_at=now)
    lead = Lead(address=address, source="yazd", road=Road.FEED)
    return Exposure(
        page=page, capture=capture, wanted=Wanted(lead=lead, key="k", overlapped=True), first=first
    )


def packed(number=1, size=100, now=NOW):
    body = (b"%d " % number) * size
    return pack(exposure(f"https://yazd.example/{number}", body, now=now))


class Clock:
    now = NOW

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "warc"


@pytest.fixture
def open_files(folder, clock):
    """Opens writers of one folder; those left open are closed."""
    opened = []

    def make(**changes):
        values = {"budget": 10**9, "file_size": 10**6, "software": "Jarchi/test", "clock": clock, **changes}
        opened.append(EvidenceFiles(folder, **values))
        return opened[-1]

    yield make
    for files in opened:
        files.close()
