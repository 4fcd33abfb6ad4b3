"""What the commands say to a wrong call, and how they show what they found."""

import json
import os
import socket
import subprocess
import sys
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.main import get_command

from alerts.delivering import Sent
from alerts.rules import ensure_default_rule
from cli import telling
from cli.completing import rule_names, source_keys
from cli.crawl import print_runs
from cli.main import app
from crawler.tally import Tally
from news.settings import fixed_settings
from news.values import Article, Language
from scheduler.protocol import Report
from storage import articles
from storage.articles import Arrival
from storage.schema import open_store

ROOT = Path(__file__).parents[2]
BROKEN = 'name = "x"\nfeeds = ["ftp://example.org"]\n'


def test_a_taken_port_is_one_line(jarchi):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = jarchi("run", JARCHI_WEB_PORT=str(taken.getsockname()[1]))
    assert done.returncode == 2
    assert "error: the web page cannot listen on 127.0.0.1" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_host_that_is_none_is_one_line(jarchi):
    done = jarchi("run", JARCHI_WEB_HOST="999.1.1.1")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "cannot listen on 999.1.1.1" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("show", "999"), 1, "no article has the id 999"),
        (("search", "--source", "yaz"), 2, "did you mean yazd"),
        (("export", "--source", "yaz"), 2, "did you mean yazd"),
        (("search", "--language", "farsi"), 2, "--language"),
        (("search", "--network", "nix"), 2, "no network"),
    ],
)
def test_what_is_not_known_is_said(jarchi, arguments, code, said):
    done = jarchi(*arguments)
    assert done.returncode == code
    assert said in done.stderr


def test_a_source_of_the_archive_may_be_searched_when_its_file_is_gone(jarchi, home):
    assert jarchi("crawl", "profile-fa", "--json").returncode == 0
    (home / "sources" / "profile-fa.toml").unlink()
    done = jarchi("search", "--source", "profile-fa", "--json")
    assert json.loads(done.stdout)["total"] > 0


def test_a_broken_source_hides_no_other(jarchi, home):
    (home / "sources" / "broken.toml").write_text(BROKEN, encoding="utf-8")
    done = jarchi("sources", "list", "--json")
    keys = {item["key"] for item in json.loads(done.stdout)["sources"]}
    assert {"profile-fa", "yazd"} <= keys
    assert "broken" not in keys
    assert "broken.toml: feeds.0: not an http(s) address" in done.stderr
    assert jarchi("sources", "show", "yazd").returncode == 0
    meant = jarchi("sources", "show", "broken")
    assert meant.returncode == 2
    assert "broken.toml: feeds.0" in meant.stderr
    crawled = jarchi("crawl", "--json")
    assert "broken.toml: feeds.0" in crawled.stderr
    assert "profile-fa" in {run["source"] for run in json.loads(crawled.stdout)["runs"]}


def test_a_source_is_shown_as_its_file_would_have_it(jarchi):
    shown = tomllib.loads(jarchi("sources", "show", "yazd").stdout)
    assert shown["lists"] == [{"url": "https://yazd.ir/fa/w/", "article": "/fa/w/[^?].*|/-/.+"}]
    assert shown["enabled"] is False
    enabled = json.loads(jarchi("sources", "enable", "yazd", "--json").stdout)
    assert (enabled["key"], enabled["enabled"]) == ("yazd", True)
    assert any("tested" in one for one in enabled["unknown"])
    assert tomllib.loads(jarchi("sources", "show", "yazd").stdout)["enabled"] is True
    assert json.loads(jarchi("sources", "disable", "yazd", "--json").stdout) == {"key": "yazd", "enabled": False}


def test_a_crawl_for_people_shows_bars_and_rows_and_no_log(jarchi, environment):
    del environment["JARCHI_LOG_LEVEL"]
    done = jarchi("crawl", "profile-fa", "network-ar")
    assert done.returncode == 0, done.stderr
    assert "INFO" not in done.stderr
    assert "network-ar" in done.stdout
    asked = jarchi("crawl", "network-en-tr", JARCHI_LOG_LEVEL="INFO")
    assert "INFO" in asked.stderr


def test_long_lines_are_not_broken_and_titles_stand_isolated(jarchi):
    jarchi("crawl", "network-ar", "--json")
    hit = json.loads(jarchi("search", "--json", "--limit", "1").stdout)["hits"][0]
    text = json.loads(jarchi("show", str(hit["id"]), "--json").stdout)["text"]
    shown = jarchi("show", str(hit["id"]), COLUMNS="40").stdout
    assert max(text.splitlines(), key=len) in shown
    assert f"\u2068{hit['title']}\u2069" in jarchi("search", "--limit", "1").stdout


def test_a_word_that_must_be_absent_is_no_option(jarchi):
    jarchi("crawl", "profile-fa", "--json")

    def total(*arguments):
        done = jarchi("search", "--json", *arguments)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)["total"]

    assert total("-مجمع") == total("NOT مجمع") == 8 - total("مجمع") > 0
    assert total("سازمان", "-مجمع", "--limit", "1") == total("سازمان NOT مجمع") > 0
    wrong = jarchi("search", "-شهر", "--exat")
    assert (wrong.returncode, wrong.stderr) == (2, "error: there is no option --exat; did you mean --exact?\n")
    assert jarchi("export", "-شهر", "--exat").returncode == 2


def test_a_feed_that_cannot_be_written_fails_the_crawl(jarchi, home):
    (home / "feeds").write_text("in the way", encoding="utf-8")
    done = jarchi("crawl", "profile-fa", "--json")
    assert done.returncode == 1
    assert "feed of rule" in done.stderr


def test_alerts_that_were_not_accepted_are_reported(capsys):
    delivery = SimpleNamespace(reference="event=7", recipient="telegram:1")
    failure = SimpleNamespace(delivery=delivery, error="no such recipient")
    nothing = Sent(events=0, deliveries=(), failures=(), feeds=(), feed_failures=())
    assert not telling.complain_of_failures(nothing)
    assert telling.complain_of_failures(
        Sent(events=1, deliveries=(), failures=(failure,), feeds=(), feed_failures=(("all", "full"),))
    )
    said = " ".join(capsys.readouterr().err.split())
    assert "alert event=7 to telegram:1 was not accepted: no such recipient" in said
    assert "the feed of rule all could not be written: full" in said


def test_the_feeds_name_the_page_that_is_known(make_store, tmp_path):
    store = make_store()
    ensure_default_rule(store, datetime.now(UTC))
    sent = telling.tell(fixed_settings(home=tmp_path), store, sys.stderr, base_url="http://127.0.0.1:8321")
    (name,) = sent.feeds
    assert "http://127.0.0.1:8321" in next((tmp_path / "feeds").iterdir()).read_text(encoding="utf-8"), name


def test_only_the_command_itself_installs_completion():
    group = get_command(app)
    for name in group.list_commands(None):
        options = {option for parameter in group.get_command(None, name).params for option in parameter.opts}
        assert "--install-completion" not in options, name


def test_the_shell_completes_keys_of_sources(tmp_path, monkeypatch):
    monkeypatch.setenv("JARCHI_HOME", str(tmp_path))
    words = {"_JARCHI_COMPLETE": "complete_bash", "COMP_WORDS": "jarchi crawl scn-", "COMP_CWORD": "2"}
    program = "import sys; sys.argv[0] = 'jarchi'; from cli.main import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env={**os.environ, **words},
        capture_output=True, text=True, check=False, timeout=60,
    )
    assert done.stdout.split() == ["scn-ar", "scn-fr"]
    store = open_store(f"sqlite:///{tmp_path / 'jarchi.db'}")
    ensure_default_rule(store, datetime.now(UTC))
    store.close()
    assert rule_names("new") == ["new-memberships"]
    monkeypatch.setenv("JARCHI_HOME", str(tmp_path / "none"))
    assert rule_names("new") == []
    assert not (tmp_path / "none").exists()
    monkeypatch.setenv("JARCHI_TICK", "soon")
    assert (source_keys("scn-"), rule_names("new")) == ([], [])


def test_scrapy_says_what_is_wrong_with_a_setting_or_a_source(environment, home):
    def scrapy(**variables):
        return subprocess.run(
            [sys.executable, "-m", "scrapy", "list"], cwd=ROOT, env={**environment, **variables},
            capture_output=True, text=True, check=False, timeout=60,
        )

    wrong = scrapy(JARCHI_TICK="soon")
    assert wrong.returncode == 2
    assert "JARCHI_TICK: not a time span" in wrong.stderr
    (home / "sources" / "broken.toml").write_text(BROKEN, encoding="utf-8")
    broken = scrapy()
    assert broken.returncode == 2
    assert "broken.toml: feeds.0" in broken.stderr
    assert "Traceback" not in wrong.stderr + broken.stderr


def test_a_crawl_prints_what_a_list_gave_and_which_dates_were_refused(capsys):
    run = Tally("town", new=2, from_list=1, refused_dates=3).as_object()
    print_runs([Report(id=1, source="town", finished=True, run=run)])
    shown = capsys.readouterr().out
    assert "from list" in shown
    assert "dates refused" in shown
    print_runs([Report(id=1, source="town", finished=True, run=Tally("town").as_object())])
    assert "dates refused" not in capsys.readouterr().out


def test_an_article_is_shown_with_its_agency(jarchi, home):
    article = Article(
        url="https://a.example/1", source="a", title="Plan", text="The council met.", agency="ISNA",
        language=Language(code="en", confidence=1.0), fetched_at=datetime(2026, 11, 1, tzinfo=UTC),
    )  # fmt: skip
    store = open_store(f"sqlite:///{home / 'jarchi.db'}")
    with store.writing() as session:
        _, number = articles.save(session, article, Arrival(now=article.fetched_at))
    store.close()
    assert json.loads(jarchi("show", str(number), "--json").stdout)["agency"] == "ISNA"
    assert "agency \u2068ISNA\u2069" in jarchi("show", str(number)).stdout
    assert json.loads(jarchi("export").stdout)["agency"] == "ISNA"
