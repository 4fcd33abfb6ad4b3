"""What a crawl says when something is wrong with a source or the way to it."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def crawl(environment, *keys):
    return subprocess.run(
        [sys.executable, "-m", "cli", "crawl", *keys, "--json"], cwd=ROOT, env=environment,
        capture_output=True, text=True, check=False, timeout=120,
    )


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
