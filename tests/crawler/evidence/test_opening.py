"""Pages out of WARC files that others wrote, whole or broken."""

import gzip
import io
from datetime import UTC, datetime

import brotli
import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from crawler.evidence import opening
from crawler.evidence.members import Break
from crawler.evidence.opening import Passed, Recorded, fingerprint, recorded_at, records
from news.errors import NotFound

BODY = "<html><body><p>بلدية طرابلس</p></body></html>".encode("cp1256")


def written(*pages, packed=True, kind="response"):
    """A file as warcio writes it: pages are (headers, body) or (headers, body, status)."""
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=packed)
    writer.write_record(writer.create_warcinfo_record("x.warc.gz", {"software": "other"}))
    for number, (headers, body, *status) in enumerate(pages, 1):
        http = StatusAndHeaders(status[0] if status else "200 OK", list(headers.items()), protocol="HTTP/1.1")
        writer.write_record(
            writer.create_warc_record(
                f"https://a.example/{number}", kind, payload=io.BytesIO(body), length=len(body), http_headers=http,
                warc_headers_dict={"WARC-Date": "2019-05-06T07:08:09Z"},
            )
        )  # fmt: skip
    return out.getvalue()


def found(path):
    return [item for item in records(path) if not isinstance(item, Passed) or item.why != "warcinfo"]


@pytest.fixture
def keep(tmp_path):
    def write(data, name="x.warc.gz"):
        path = tmp_path / name
        path.write_bytes(data)
        return path

    return write


HTML = {"Content-Type": "text/html; charset=windows-1256"}


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        (HTML, BODY),
        ({**HTML, "Content-Encoding": "gzip"}, gzip.compress(BODY, mtime=0)),
        ({**HTML, "Content-Encoding": "br"}, brotli.compress(BODY)),
        # as Common Crawl has it: unpacked, the headers of the transfer renamed, or in old files left as they were
        ({**HTML, "X-Crawl-Content-Encoding": "gzip", "Content-Length": str(len(BODY))}, BODY),
        ({**HTML, "Content-Encoding": "gzip"}, BODY),
        # as wget and browsertrix have it: still in chunks
        ({**HTML, "Transfer-Encoding": "chunked"}, b"%x\r\n%s\r\n0\r\n\r\n" % (len(BODY), BODY)),
        ({**HTML, "Transfer-Encoding": "chunked"}, BODY),
    ],
)
@pytest.mark.parametrize("packed", [True, False])
def test_a_page_is_the_same_however_it_was_kept(keep, headers, body, packed):
    path = keep(written((headers, body), packed=packed), "x.warc.gz" if packed else "x.warc")
    (item,) = found(path)
    assert item.page.body == BODY
    assert item.page.header("content-type") == "text/html; charset=windows-1256"
    assert item.page.fetched_at == datetime(2019, 5, 6, 7, 8, 9, tzinfo=UTC)
    assert item.page.address == item.page.final_address == "https://a.example/1"
    assert item.lead is None
    assert recorded_at(path.parent, item.pointer(path.name)).page == item.page
    assert recorded_at(path.parent / "elsewhere", item.pointer(str(path))).page == item.page


def test_what_is_no_page_is_passed_under_its_name(keep):
    pages = [
        (HTML, b"gone", "404 Not Found"), ({"Content-Type": "image/png"}, b"\x89PNG"), (HTML, BODY),
    ]  # fmt: skip
    items = found(keep(written(*pages)))
    assert [item.why if isinstance(item, Passed) else "page" for item in items] == [
        "http-404",
        "wrong-type",
        "page",
    ]
    assert [item.why for item in found(keep(written((HTML, BODY), kind="resource")))] == ["resource"]


def test_a_file_that_ends_early_gives_what_it_has(keep):
    data = written((HTML, BODY), (HTML, BODY + b"x" * 500))
    items = found(keep(data[:-50]))
    assert [type(item) for item in items] == [Recorded, Break]
    assert "ends within a record" in items[1].reason


def test_behind_a_broken_place_the_next_record_is_read(keep):
    data = bytearray(written((HTML, BODY), (HTML, BODY), (HTML, BODY)))
    first = found(keep(bytes(data)))[1]
    data[first.start + 30] ^= 0xFF
    items = found(keep(bytes(data)))
    assert [type(item) for item in items] == [Recorded, Break, Recorded]
    assert items[1].start == first.start


def test_an_unpacked_file_that_ends_early_is_broken(keep):
    data = written((HTML, BODY), (HTML, BODY * 3), packed=False)
    items = found(keep(data[:-60], "x.warc"))
    assert [type(item) for item in items] == [Recorded, Break]


@pytest.mark.parametrize("data", [b"", b"<html>no archive</html>", gzip.compress(b"no archive at all", mtime=0)])
def test_a_file_of_another_kind_is_broken_or_empty(keep, data):
    assert all(isinstance(item, Break) for item in found(keep(data)))


def test_a_file_packed_as_a_whole_is_read_though_nothing_in_it_has_a_place(keep, monkeypatch):
    monkeypatch.setattr(opening, "_LONGEST", 300_000)
    whole = gzip.compress(written(*[(HTML, BODY * 500)] * 30, packed=False))
    items = found(keep(whole))
    assert len(items) == 30
    assert {item.size for item in items} == {0}


def test_several_records_in_one_member_are_all_read(keep):
    items = found(keep(gzip.compress(written((HTML, BODY), (HTML, BODY), packed=False))))
    assert [item.page.final_address for item in items] == ["https://a.example/1", "https://a.example/2"]


def test_a_bomb_is_too_large_and_the_next_page_is_read(keep, monkeypatch):
    monkeypatch.setattr("crawler.evidence.unpacking.MAX_SIZE", 100_000)
    bomb = gzip.compress(b"0" * 10**7)
    items = found(keep(written(({**HTML, "Content-Encoding": "gzip"}, bomb), (HTML, BODY))))
    assert [getattr(item, "why", "page") for item in items] == ["too-large", "page"]


def test_a_record_larger_than_a_page_is_not_unpacked_into_memory(keep, monkeypatch):
    monkeypatch.setattr(opening, "_LONGEST", 50_000)
    items = found(keep(written((HTML, b"a" * 60_000), (HTML, BODY))))
    assert [getattr(item, "why", "page") for item in items] == ["too-large", "page"]


def test_a_changed_file_is_not_taken_for_the_evidence(keep):
    path = keep(written((HTML, BODY)))
    (item,) = found(path)
    pointer = item.pointer(path.name)
    path.write_bytes(written((HTML, BODY + b"!")))
    with pytest.raises(NotFound, match="was changed"):
        recorded_at(path.parent, pointer)
    path.unlink()
    with pytest.raises(NotFound, match="No such file"):
        recorded_at(path.parent, pointer)


def test_a_file_is_known_under_any_name(keep):
    one, other = keep(written((HTML, BODY))), keep(written((HTML, BODY * 2)), "other.warc.gz")
    copy = keep(one.read_bytes(), "copy.warc.gz")
    assert fingerprint(one) == fingerprint(copy) != fingerprint(other)
