"""What commands say to wrong input: once, and with the name of what is wrong; scripts get it as JSON."""

import json

import pytest

from cli.demo import _home


@pytest.fixture
def home(tmp_path):
    """Without sites: nothing is crawled here."""
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("memberships", "load", "/nowhere.csv"), "error: /nowhere.csv: No such file or directory"),
        (("sources", "add", "notaurl"), "error: not an http(s) address: 'notaurl'"),
        (("sources", "list", "--country", "Iran"), "error: --country: no country has the code 'IRAN' (did you mean 'IR'?)"),
        (("alerts", "add", "x", "--to", "console", "--zone", "Mars"), "error: --zone: not a time zone like Asia/Tehran: 'Mars'"),
        (("alerts", "add", "x", "--to", "console", "--quiet", "25-3"), "error: --quiet: not an hour from 0 to 23: 25"),
    ],
)
def test_a_message_says_what_is_wrong_once(jarchi, arguments, said):
    done = jarchi(*arguments)
    assert (done.returncode, done.stderr) == (2, f"{said}\n")


def test_an_address_book_that_cannot_be_read_is_named_once(jarchi, home):
    (home / "channels.toml").write_bytes(b"\xff\xfe")
    done = jarchi("alerts", "channels")
    assert (done.returncode, done.stderr.count("channels.toml")) == (2, 1)


def test_a_demo_keeps_its_archive_in_a_new_folder_only(tmp_path, home, jarchi):
    (home / "mine").touch()
    done = jarchi("demo", "--exit", "--keep", str(home))
    assert (done.returncode, done.stderr) == (2, f"error: --keep: {home} is not empty; name a new folder\n")
    assert [path.name for path in home.iterdir()] == ["mine"]
    with _home(tmp_path / "kept") as kept:
        (kept / "jarchi.db").touch()
    assert (tmp_path / "kept" / "jarchi.db").exists()
    with _home(None) as passing:
        assert passing.is_dir()
    assert not passing.exists()


def test_an_error_is_json_too_where_json_was_asked_for(jarchi):
    done = jarchi("show", "999", "--json")
    assert json.loads(done.stdout) == {"error": "no article has the id 999"}
    assert (done.returncode, done.stderr) == (1, "error: no article has the id 999\n")
    assert jarchi("show", "999").stdout == ""
