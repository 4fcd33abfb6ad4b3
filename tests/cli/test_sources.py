"""Adding a site is one command; so are trying it, taking it back, and carrying a list of sources elsewhere."""

import json
import os
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests.cli import commands
from tests.crawler.conftest import Site
from tests.crawler.discovery.sites import challenge, numbered_list, portal_fa

ROOT = Path(__file__).parents[2]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def jarchi(home: Path):
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("JARCHI_")}

    def run(*arguments: str, given: str | None = None, **variables: str) -> subprocess.CompletedProcess[str]:
        environment = {
            **inherited, "JARCHI_HOME": str(home), "JARCHI_ALLOW_NETWORKS": "127.0.0.0/8", "JARCHI_HOST_DELAY": "0",
            "JARCHI_LOG_LEVEL": "ERROR", "COLUMNS": "200", **variables,
        }  # fmt: skip
        return commands.run("sources", *arguments, environment=environment, stdin=given)

    return run


@pytest.fixture
def site():
    made = Site()
    yield made
    made.close()


def files(home: Path) -> list[str]:
    return sorted(path.name for path in (home / "sources").glob("*")) if (home / "sources").is_dir() else []


def test_a_site_is_added_tried_broken_and_removed(jarchi, home, site):
    numbered_list(site)
    done = jarchi("add", site.address, "--key", "lake", "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert {"key", "name", "feeds", "sitemaps", "wordpress", "lists", "languages", "samples"} <= set(found)
    assert (found["key"], found["name"], found["feeds"], found["wordpress"], found["languages"]) == (
        "lake",
        "Lake City",
        [],
        None,
        ["en"],
    )
    assert found["lists"] == [{"url": f"{site.address}/all", "article": r"^/news/\d+$", "next": "a.older"}]
    assert len(found["samples"]) == 3
    assert {"url", "title", "text", "language", "published_at", "memberships"} <= set(found["samples"][0])
    written = tomllib.loads((home / "sources" / "lake.toml").read_text(encoding="utf-8"))
    assert written == found["source"]

    done = jarchi("test", "lake", "--json")
    (road,) = json.loads(done.stdout)["roads"]
    assert (done.returncode, road["state"], road["leads"]) == (0, "works", 6)
    assert road["newest"]
    assert road["article"]["title"]

    site.show("/all", "Gone", status=404)
    named = f"{site.address}/news-sitemap.xml"
    site.show("/robots.txt", f"Sitemap: {named}\nSitemap: https://elsewhere.example/s.xml\n", kind="text/plain")
    assert json.loads(jarchi("test", "lake", "--json").stdout)["unused_sitemaps"] == [named]
    done = jarchi("test", "lake")
    assert f"robots.txt names a sitemap that lake does not use: {named}" in " ".join(done.stdout.split())
    assert done.returncode == 1
    assert "failed" in done.stdout
    assert "http-404" in done.stdout

    done = jarchi("remove", "lake", "--json")
    assert (done.returncode, files(home)) == (2, ["lake.toml"])
    done = jarchi("remove", "lake", "--yes", "--json")
    assert (done.returncode, json.loads(done.stdout)["key"], files(home)) == (0, "lake", [])
    assert jarchi("remove", "lake", "--yes").returncode == 2


def test_people_see_what_was_found_and_a_dry_run_writes_nothing(jarchi, home, site):
    portal_fa(site)
    done = jarchi(
        "add", f"{site.address}/", "--dry-run", "--key", "yazd-portal", "--kind", "agency", "--name", "درگاه"
    )
    assert done.returncode == 0, done.stderr
    assert files(home) == []
    for said in (
        "# yazd-portal.toml",
        'name = "درگاه"',
        'calendar = "jalali"',
        r"""'^/fa/news/\d+/'""",
        "Sample articles",
        "nothing was written",
    ):
        assert said in done.stdout
    assert 'kind = "agency"' not in done.stdout, "the default is not written"


def test_a_second_look_needs_force_and_keeps_the_key(jarchi, home, site):
    numbered_list(site)
    assert jarchi("add", site.address, "--key", "lake", "--json").returncode == 0
    asked = len(site.asked)
    for address in (site.address, f"{site.address}/all"):
        done = jarchi("add", address)
        assert done.returncode == 2
        assert "watched already as lake" in done.stderr
    done = jarchi("add", "https://other.example", "--key", "lake")
    assert (done.returncode, "there is a source 'lake' already" in done.stderr) == (2, True)
    assert len(site.asked) == asked
    done = jarchi("add", site.address, "--force", "--name", "Lake", "--json")
    assert (done.returncode, json.loads(done.stdout)["key"], files(home)) == (0, "lake", ["lake.toml"])
    assert tomllib.loads((home / "sources" / "lake.toml").read_text(encoding="utf-8"))["name"] == "Lake"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nonsense",), "not an http(s) address"),
        (("ftp://example.org",), "not an http(s) address"),
        (("https://",), "not an http(s) address"),
        (("https://example.org", "--language", "xx"), "--language"),
        (("https://example.org", "--network", "nix"), "no network is called"),
        (("https://example.org", "--city", "Nowhere at all"), "no city is called"),
        (("https://example.org", "--key", "Not a key"), "--key"),
        (("https://example.org", "--key", "yazd"), "there is a source 'yazd' already"),
        (("https://www.strongcitiesnetwork.org",), "watched already as scn, and not enabled"),
    ],
)
def test_a_wrong_call_is_one_line(jarchi, home, arguments, said):
    done = jarchi("add", *arguments)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert files(home) == []


def test_a_site_behind_a_challenge_or_in_a_private_network_is_not_written(jarchi, home, site):
    challenge(site)
    done = jarchi("add", site.address, "--json")
    assert (done.returncode, list(json.loads(done.stdout)), files(home)) == (1, ["error"], [])
    assert "prove that they are human" in done.stderr
    done = jarchi("add", site.address, JARCHI_ALLOW_NETWORKS="")
    assert (done.returncode, files(home)) == (1, [])
    assert "JARCHI_ALLOW_NETWORKS" in done.stderr


def test_a_shipped_source_is_disabled_not_removed(jarchi):
    done = jarchi("remove", "yazd", "--yes")
    assert done.returncode == 2
    assert "jarchi sources disable yazd" in done.stderr


TWO = """[one]
name = "One"
feeds = ["https://one.example/feed"]

[two]
name = "Two"
feeds = ["{}"]
"""


@pytest.mark.parametrize("kind", ["toml", "opml"])
def test_a_list_of_sources_goes_out_and_comes_in_again(jarchi, home, tmp_path, kind):
    given = tmp_path / "two.toml"
    given.write_text(TWO.format("https://two.example/feed"), encoding="utf-8")
    done = jarchi("import", str(given), "--json")
    assert json.loads(done.stdout) == {"imported": ["one", "two"], "unchanged": [], "skipped": []}
    list_file = tmp_path / f"out.{kind}"
    assert jarchi("export", "one", "two", "--format", kind, "--output", str(list_file)).returncode == 0
    again = json.loads(jarchi("import", str(list_file), "--json").stdout)
    assert again == {"imported": [], "unchanged": ["one", "two"], "skipped": []}
    before = {path.name: path.read_text() for path in (home / "sources").iterdir()}
    other = {"JARCHI_HOME": str(tmp_path / "other")}
    assert jarchi("import", str(list_file), **other).returncode == 0
    assert {path.name: path.read_text() for path in (tmp_path / "other" / "sources").iterdir()} == before


def test_everything_exported_is_unchanged_when_it_comes_back(jarchi, tmp_path):
    (tmp_path / "all.toml").write_text(jarchi("export").stdout, encoding="utf-8")
    done = json.loads(jarchi("import", str(tmp_path / "all.toml"), "--json").stdout)
    assert {"yazd", "gpm", "scn-ar"} <= set(done["unchanged"])
    assert (done["imported"], done["skipped"]) == ([], [])


def test_of_a_list_with_one_fault_nothing_is_imported(jarchi, home, tmp_path):
    given = tmp_path / "two.toml"
    given.write_text(TWO.format("ftp://two.example"), encoding="utf-8")
    done = jarchi("import", str(given))
    assert done.returncode == 2
    assert f"{given}: two: feeds.0: not an http(s) address" in done.stderr
    assert files(home) == []


def test_a_list_never_overwrites_unasked_nor_watches_twice(jarchi, home, tmp_path):
    given, more = tmp_path / "two.toml", tmp_path / "more.toml"
    given.write_text(TWO.format("https://two.example/feed"), encoding="utf-8")
    jarchi("import", str(given))
    more.write_text('[copy]\nname = "Copy"\nfeeds = ["http://www.one.example/feed/"]\n', encoding="utf-8")
    assert json.loads(jarchi("import", str(more), "--json").stdout)["skipped"] == [
        {"key": "copy", "watched_as": "one"}
    ]
    more.write_text('[one]\nname = "Other"\nfeeds = ["https://elsewhere.example/feed"]\n', encoding="utf-8")
    done = jarchi("import", str(more))
    assert (done.returncode, "another source of this key" in done.stderr) == (2, True)
    assert jarchi("import", str(more), "--force").returncode == 0
    assert 'name = "Other"' in (home / "sources" / "one.toml").read_text(encoding="utf-8")


def test_the_catalogue_is_told_apart_by_language_country_network_and_what_is_known(jarchi):
    def keys(*arguments):
        done = jarchi("list", "--json", *arguments)
        assert done.returncode == 0, done.stderr
        return {item["key"]: item for item in json.loads(done.stdout)["sources"]}

    assert len(keys()) >= 125
    assert set(keys("--network", "Strong Cities Network")) == {"scn", "scn-ar", "scn-fr"}
    assert {"yazd", "shahrekhabar"} <= set(keys("--country", "ir", "--language", "fa"))
    tested = keys("--known", "tested", "--country", "TR")
    assert {item["known_at"] for item in tested.values()} == {"2026-09-14"}
    assert not {"yazd", "scn"} & set(tested)
    assert keys("--enabled") == {}
    jarchi("enable", "yazd")
    assert set(keys("--enabled")) == {"yazd"}
    assert "yazd" not in keys("--disabled")
    assert jarchi("list", "--network", "nix").returncode == 2
    assert "unverified" in jarchi("list", "--known", "unverified").stdout


def test_whoever_switches_a_source_on_is_told_what_is_unknown_and_how_to_find_out(jarchi, home):
    done = jarchi("enable", "ankara-bel")
    assert (done.returncode, "is enabled" in done.stdout) == (0, True)
    for said in ("its roads are guesses, 2026-09-14", "the home page is taken for the list", "jarchi sources test ankara-bel"):
        assert said in done.stderr
    done = json.loads(jarchi("enable", "bolu-bel", "--json").stdout)
    assert (done["key"], done["enabled"], len(done["unknown"])) == ("bolu-bel", True, 2)
    (home / "sources").mkdir(parents=True, exist_ok=True)
    (home / "sources" / "mine.toml").write_text('name = "Mine"\nfeeds = ["https://mine.example/f"]\n', encoding="utf-8")
    assert jarchi("enable", "mine").stderr == ""
    assert json.loads(jarchi("disable", "bolu-bel", "--json").stdout) == {"key": "bolu-bel", "enabled": False}
