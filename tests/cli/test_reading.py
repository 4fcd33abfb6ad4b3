"""`jarchi read`: files, records, and what is none."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXT = "Yazd joins a network\nThe city of Yazd joined ICLEI today, its mayor said."


@pytest.fixture
def read(tmp_path):
    """Run `jarchi read` in a home that holds a broken source."""
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "broken.toml").write_text("name = ", encoding="utf-8")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("JARCHI_")}

    def run(*arguments, given=b""):
        return subprocess.run(
            [sys.executable, "-m", "cli", "read", *map(str, arguments)], cwd=ROOT, input=given, check=False,
            env={**inherited, "JARCHI_HOME": str(tmp_path)}, capture_output=True, timeout=60,
        )

    return run


def lines(done):
    return [json.loads(line, parse_constant=pytest.fail) for line in done.stdout.splitlines()]


def test_a_broken_source_is_nothing_to_who_reads_a_text(read):
    done = read(given=TEXT.encode())
    assert (done.returncode, done.stderr) == (0, b"")
    assert lines(done)[0]["networks"][0]["key"] == "iclei"


def test_records_are_read_from_files_too(read, tmp_path):
    path = tmp_path / "records.jsonl"
    path.write_text(json.dumps({"id": 1, "text": TEXT}) + "\n" + json.dumps({"id": 2}), encoding="utf-8")
    first, second = lines(read("--jsonl", path))
    assert (first["id"], first["cities"][0]["name"]) == (1, "Yazd")
    assert second == {"id": 2, "error": f"{path}, line 2: neither html nor text"}


def test_a_file_that_is_not_there_is_bad_usage(read, tmp_path):
    for arguments in ((tmp_path / "none",), ("--jsonl", tmp_path / "none")):
        done = read(*arguments)
        assert done.returncode == 2
        assert b"No such file" in done.stderr


def test_an_unknown_source_is_said(read):
    done = read("--source", "yaz", given=TEXT.encode())
    assert done.returncode == 2
    assert b"did you mean yazd" in done.stderr
    (record,) = lines(read("--jsonl", given=json.dumps({"id": "a", "text": TEXT, "source": "yaz"}).encode()))
    assert record["id"] == "a"
    assert "no source has the key 'yaz'" in record["error"]


def test_a_known_source_is_used_beside_a_broken_one_that_is_reported(read):
    done = read("--source", "yazd", given=TEXT.encode())
    assert done.returncode == 0
    assert b"broken.toml" in done.stderr
    assert lines(done)[0]["source"] == "yazd"


def test_bytes_that_are_no_text_are_refused(read):
    done = read(given=bytes(range(256)) * 8)
    assert done.returncode == 1
    assert b"not text" in done.stderr
    assert done.stdout == b""


@pytest.mark.parametrize("number", ["1e999", "-1e999", "NaN", "Infinity"])
def test_numbers_that_json_cannot_hold_are_refused(read, number):
    (record,) = lines(read("--jsonl", given=f'{{"id": {number}, "text": "x"}}'.encode()))
    assert record["id"] is None
    assert "not a finite number" in record["error"]


def test_half_a_character_in_an_id_comes_back_as_it_was(read):
    (record,) = lines(read("--jsonl", given=b'{"id": "\\ud800", "text": "Yazd joined ICLEI."}'))
    assert record["id"] == "\ud800"
