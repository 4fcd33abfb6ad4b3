"""Files of pages: one a day and process, within bounds, whole after a crash."""

import gzip
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from crawler.evidence import files as module
from crawler.evidence.files import NotWritten, repair
from crawler.evidence.members import Break
from crawler.evidence.opening import Passed, Recorded, recorded_at, records
from crawler.evidence.records import pack
from tests.crawler.evidence.conftest import NOW, exposure, packed

ROOT = Path(__file__).parents[3]


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def kinds(path):
    with path.open("rb") as file:
        return [record.rec_type for record in ArchiveIterator(file, check_digests="raise")]


def test_a_page_is_found_where_its_pointer_says(open_files, folder):
    files = open_files()
    pointers = [files.append([packed(number)])[0] for number in (1, 2, 3)]
    for number, pointer in enumerate(pointers, 1):
        found = recorded_at(folder, pointer)
        assert found.page.body == (b"%d " % number) * 100
        assert (found.page.fetched_at, found.digest) == (NOW, pointer.digest)


def test_a_closed_file_is_whole_and_says_how_it_was_made(open_files, folder):
    files = open_files()
    files.append([packed()])
    (name, mark) = names(folder)
    assert mark == name + ".open"
    files.close()
    assert names(folder) == [name]
    assert kinds(folder / name) == ["warcinfo", "response", "metadata"]
    with (folder / name).open("rb") as file:
        said = next(ArchiveIterator(file)).content_stream().read().decode()
    assert "software: Jarchi/test" in said
    assert "compression: gzip, level 1" in said


def test_records_are_packed_at_the_level_that_is_said():
    assert packed(size=9000).data[8] == 4  # XFL of RFC 1952: the fastest, which zlib writes for level 1 alone


def test_the_next_process_goes_on_with_the_days_file(open_files, folder):
    first = open_files()
    first.append([packed(1)])
    first.close()
    open_files().append([packed(2)])
    assert len([name for name in names(folder) if name.endswith(".gz")]) == 1


def test_two_at_once_have_a_file_each(open_files, folder):
    one, other = open_files(), open_files()
    assert one.append([packed(1)])[0].file != other.append([packed(2)])[0].file


def test_each_day_has_its_file(open_files, clock):
    files = open_files()
    today = files.append([packed(1)])[0].file
    clock.now = NOW + timedelta(days=1)
    tomorrow = files.append([packed(2)])[0].file
    assert (today[:15], tomorrow[:15]) == ("jarchi-20260304", "jarchi-20260305")


def test_a_file_stays_below_its_size(open_files, folder):
    files = open_files(file_size=5_000)
    for number in range(8):
        noise = exposure(f"https://yazd.example/{number}", os.urandom(1_500))
        files.append([pack(noise)])
    files.close()
    sizes = [path.stat().st_size for path in folder.iterdir()]
    assert len(sizes) == 4
    assert max(sizes) <= 5_000


def test_a_full_budget_stops_pages_and_leaves_what_there_is(open_files, folder, clock):
    files = open_files(budget=4_000)
    pages = [pack(exposure(f"https://yazd.example/{number}", os.urandom(1_000))) for number in range(9)]
    kept = [files.append([page])[0] for page in pages[:2]]
    with pytest.raises(NotWritten) as missed:
        files.append(pages[2:])
    assert missed.value.cause == "budget"
    for pointer in kept:
        assert recorded_at(folder, pointer).page.body
    files.close()
    for path in folder.iterdir():
        path.unlink()
    clock.now = NOW + timedelta(minutes=2)
    assert files.append(pages[:1])  # room was made


def test_a_full_disk_leaves_no_half_record(open_files, folder, monkeypatch):
    files = open_files()
    first = files.append([packed(1)])[0]
    write = os.write
    calls = []

    def full(descriptor, data):
        calls.append(len(data))
        if len(calls) > 1:
            raise OSError(28, "No space left on device")
        return write(descriptor, data[:40])

    monkeypatch.setattr(module.os, "write", full)
    with pytest.raises(NotWritten) as missed:
        files.append([packed(2)])
    assert missed.value.cause == "disk"
    monkeypatch.undo()
    third = files.append([packed(3)])[0]
    files.close()
    assert third.start == first.start + first.size
    assert kinds(folder / first.file) == ["warcinfo", "response", "metadata", "response", "metadata"]


_WRITER = """
import sys
from pathlib import Path
from tests.crawler.evidence.conftest import exposure, packed, Clock
from crawler.evidence.files import EvidenceFiles
from crawler.evidence.records import pack
import os
files = EvidenceFiles(Path(sys.argv[1]), budget=10**10, file_size=10**9, software="x", clock=Clock())
number = 0
while True:
    number += 1
    (pointer,) = files.append([pack(exposure(f"https://yazd.example/{number}", os.urandom(300_000)))])
    print(pointer.file, pointer.start, pointer.size, pointer.digest, flush=True)
"""


def killed_writer(folder, lines):
    """A writer in a process of its own, killed after so many pages; what it said was written."""
    with subprocess.Popen(
        [sys.executable, "-c", _WRITER, str(folder)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        said = [process.stdout.readline().split() for _ in range(lines)]
        process.send_signal(signal.SIGKILL)
        said += [line.split() for line in process.stdout.read().splitlines()]
    return [line for line in said if len(line) == 4]


def torn(folder):
    """Take half of the last record away: where the kill fell is chance, a torn end is what is tested."""
    (path,) = folder.glob("*.warc.gz")
    os.truncate(path, path.stat().st_size - 1_000)
    return path


def test_kill_9_loses_no_page_that_was_announced(open_files, folder):
    said = killed_writer(folder, 20)
    assert len(said) >= 20
    assert [name for name in names(folder) if name.endswith(".open")]
    pointer = open_files(file_size=10**9).append([packed(0)])[0]  # opens, and repairs
    assert pointer.file == said[0][0]
    found = {each.start: each for each in records(folder / pointer.file) if isinstance(each, Recorded)}
    for file, start, size, digest in said:
        assert (found[int(start)].digest, found[int(start)].size, file) == (digest, int(size), pointer.file)
    assert found[pointer.start].page.body == b"0 " * 100


def test_a_torn_end_is_cut_off_when_the_file_is_next_opened(open_files, folder):
    said = killed_writer(folder, 5)
    path = torn(folder)
    last = max(int(start) for _, start, _, _ in said)
    files = open_files(file_size=10**9)
    pointer = files.append([packed(0)])[0]
    files.close()
    assert pointer.file == path.name
    found = list(records(path))
    assert all(not isinstance(each, Break) for each in found)
    assert recorded_at(folder, pointer).page.body == b"0 " * 100
    assert {each.start for each in found if isinstance(each, Recorded)} >= {
        int(start) for _, start, _, _ in said if int(start) < last
    }
    assert kinds(path)[0] == "warcinfo"


def test_yesterdays_torn_file_is_repaired_too(open_files, folder, clock):
    killed_writer(folder, 3)
    path = torn(folder)
    clock.now = NOW + timedelta(days=1)
    open_files().append([packed(0)])
    assert not path.with_name(path.name + ".open").exists()
    assert all(isinstance(each, Recorded | Passed) for each in records(path))


def test_a_file_that_another_process_writes_to_is_left_alone(open_files, folder):
    files = open_files()
    files.append([packed(1)])
    assert repair(folder, datetime.now(UTC)) == ()
    assert [name for name in names(folder) if name.endswith(".open")]
    files.append([packed(2)])


def test_a_file_that_was_taken_away_is_begun_anew(open_files, folder):
    files = open_files()
    gone = files.append([packed(1)])[0]
    (folder / gone.file).unlink()
    pointer = files.append([packed(2)])[0]
    assert recorded_at(folder, pointer).page.body == b"2 " * 100


def test_headers_that_the_body_outlived_are_marked(folder, open_files):
    page = exposure(
        body=b"whole",
        headers=((b"Transfer-Encoding", b"chunked"), (b"Content-Length", b"7"), (b"Set-Cookie", b"a=1"),
                 (b"Set-Cookie", b"b=2"), (b"X-Odd", "caf\xe9".encode("latin-1"))),
        ip_address="192.0.2.7",
    )  # fmt: skip
    pointer = open_files().append([pack(page)])[0]
    with (folder / pointer.file).open("rb") as file:
        file.seek(pointer.start)
        record = next(ArchiveIterator(file))
        headers = record.http_headers.headers
        assert record.content_stream().read() == b"whole"
    assert headers == [
        ("X-Crawl-Transfer-Encoding", "chunked"), ("X-Crawl-Content-Length", "7"), ("Set-Cookie", "a=1"),
        ("Set-Cookie", "b=2"), ("X-Odd", "caf\xe9"), ("Content-Length", "5"),
    ]  # fmt: skip
    assert record.rec_headers.get_header("WARC-IP-Address") == "192.0.2.7"
    assert record.rec_headers.get_header("WARC-Date") == "2026-03-04T05:06:07.000891Z"


_REPLAY = """
import sys
from pywb.indexer.cdxindexer import main
from pywb.warcserver.resource.blockrecordloader import BlockArcWarcRecordLoader
file, start, size = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
main(["-j", "-o", "-", file])
record = BlockArcWarcRecordLoader().load(file, start, size)
print("body", record.content_stream().read())
"""


def test_pywb_indexes_and_opens_the_files(open_files, folder):
    """pywb brings half a web framework along: PYWB_PYTHON may name a Python that has it."""
    python = os.environ.get("PYWB_PYTHON", sys.executable)
    if subprocess.run([python, "-c", "import pywb"], capture_output=True, check=False).returncode:
        pytest.skip("pywb is not installed: name a Python that has it in PYWB_PYTHON")
    page = exposure(
        body=gzip.compress(b"news of the town"), headers=((b"Content-Encoding", b"gzip"),), chunked=True
    )
    files = open_files()
    pointer = files.append([pack(page)])[0]
    files.close()
    asked = [python, "-c", _REPLAY, str(folder / pointer.file), str(pointer.start), str(pointer.size)]
    said = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
    assert f'"offset": "{pointer.start}"' in said
    assert "example,yazd)/1 20260304050607" in said
    assert "body b'news of the town'" in said
