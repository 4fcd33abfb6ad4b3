"""`jarchi memberships load`: lists of members in files as networks give them; errors name file and line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def write(tmp_path: Path):
    def file(text: str, encoding: str = "utf-8") -> str:
        path = tmp_path / "members.csv"
        path.write_bytes(text.encode(encoding))
        return str(path)

    return file


def _known(jarchi: Any, *arguments: str) -> list[tuple[str, str]]:
    done = jarchi("memberships", "known", "--json", *arguments)
    assert done.returncode == 0, done.stderr
    return [(member["network"], member["id"]) for member in json.loads(done.stdout)["members"]]


@pytest.mark.parametrize(
    "text",
    [
        "network,city,country\namf,Yazd,IR\namf,Tripoli,LB\n",
        "\ufeffMember;Country;Network\r\nیزد;IR;AMF\r\n\r\nطرابلس;LB;Asian Mayors Forum\r\n",
        "network\tgeonameid\namf\t111822\namf\t266826\n",
    ],
)
def test_lists_are_loaded_as_they_come(jarchi: Any, write: Any, text: str) -> None:
    done = jarchi("memberships", "load", write(text), "--json")
    assert json.loads(done.stdout) == {"loaded": 2, "new": 2, "forgotten": 0, "unknown": 0}, done.stderr
    assert _known(jarchi, "amf") == [("amf", "111822"), ("amf", "266826")]


def test_a_later_list_replaces_the_former_and_can_be_taken_back(jarchi: Any, write: Any) -> None:
    jarchi("memberships", "load", write("city\nYazd\nMashhad\n"), "--network", "amf")
    done = jarchi("memberships", "load", write("city\nYazd\nTehran\n"), "--network", "amf", "--replace", "--json")
    assert json.loads(done.stdout) == {"loaded": 2, "new": 2, "forgotten": 2, "unknown": 0}
    assert json.loads(jarchi("memberships", "unload", "amf", "--json").stdout)["forgotten"] == 2
    assert _known(jarchi) == []


def test_unknown_cities_are_named_with_their_lines(jarchi: Any, write: Any) -> None:
    path = write("city,country\nYazd,IR\nAtlantis,GR\nValencia,\n")
    done = jarchi("memberships", "load", path, "--network", "amf")
    assert done.returncode == 2
    assert f"{path}:3: no city is called 'Atlantis, GR'" in done.stderr
    assert f"{path}:4: 'Valencia' may be Valencia in" in done.stderr
    assert "nothing was loaded" in done.stderr
    assert _known(jarchi) == []
    assert jarchi("memberships", "load", path, "--network", "amf", "--skip-unknown").returncode == 0
    assert _known(jarchi) == [("amf", "111822")]


@pytest.mark.parametrize(
    ("text", "encoding", "said"),
    [
        ("town,net\nYazd,amf\n", "utf-8", ":1: no column is called city"),
        ("city\nYazd\n", "utf-8", ":1: no column is called network: give --network"),
        ("city,network\nYazd,\n", "utf-8", ":2: no network"),
        ("city,network\nYazd,nobody\n", "utf-8", ":2: no network is called 'nobody'"),
        ("geonameid,network\n999999999,amf\n", "utf-8", ":2: no place has the GeoNames id 999999999"),
        ("city,network\nیزد,amf\n", "windows-1256", "can't decode"),
        ('city,network\n"Yazd,amf\n', "utf-8", "unexpected end of data"),
    ],
)
def test_a_broken_list_is_refused_whole(jarchi: Any, write: Any, text: str, encoding: str, said: str) -> None:
    done = jarchi("memberships", "load", write(text.replace("ی", "ي"), encoding))
    assert done.returncode == 2
    assert said in done.stderr


def test_a_missing_file_is_named(jarchi: Any) -> None:
    done = jarchi("memberships", "load", "nowhere.csv", "--network", "amf")
    assert done.returncode == 2
    assert "nowhere.csv" in done.stderr
