"""What a crawl says when something is wrong with the disk, the site or the way to it."""

import json
import resource
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def crawl(environment, *keys, limit=None):
    def limited():
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    return subprocess.run(
        [sys.executable, "-m", "cli", "crawl", *keys, "--json"], cwd=ROOT, env=environment,
        capture_output=True, text=True, check=False, timeout=120, preexec_fn=limited if limit else None,
    )


def test_a_full_disk_is_a_failed_crawl_that_says_so_and_the_next_one_makes_it_good(environment, sites):
    full = crawl(environment, "municipality-fa", limit=400_000)
    assert full.returncode == 1
    (run,) = json.loads(full.stdout)["runs"]
    assert run["failed"]["storage"] > 0
    assert "No room is left" in full.stderr
    assert "Traceback" not in full.stderr
    again = crawl(environment, "municipality-fa")
    assert again.returncode == 0, again.stderr
    (run,) = json.loads(again.stdout)["runs"]
    assert not run["failed"]
    found = subprocess.run(
        [sys.executable, "-m", "cli", "search", "--json", "--limit", "1"], cwd=ROOT, env=environment,
        capture_output=True, text=True, check=True,
    )
    assert json.loads(found.stdout)["total"] == 14


def test_a_proxy_of_the_environment_is_not_used(environment, sites):
    done = crawl({**environment, "http_proxy": "http://127.0.0.1:9", "HTTP_PROXY": "http://127.0.0.1:9"}, "profile-fa")
    assert done.returncode == 0, done.stderr


def test_a_selector_that_breaks_the_crawl_makes_it_no_good_one(environment, home, sites):
    path = home / "sources" / "profile-fa.toml"
    path.write_text(path.read_text(encoding="utf-8") + '\n[selectors]\ntext = "a["\n', encoding="utf-8")
    done = crawl(environment, "profile-fa")
    assert done.returncode in {1, 2}
    assert "profile-fa" in done.stderr
    assert "Traceback" not in done.stderr
