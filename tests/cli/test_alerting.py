"""`jarchi alerts`: rules, samples, replays, deliveries, against a real mail server."""

import json
import os
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from news.values import (
    Article,
    Claim,
    Dated,
    Language,
    Part,
    Precision,
    Provenance,
    Span,
    Status,
    Verb,
)
from storage import articles
from storage.articles import Arrival
from storage.schema import open_store
from tests.alerts.smtp import Postman, mail_server
from tests.cli import commands

ROOT = Path(__file__).parents[2]
SENTENCE = "شهرداری یزد به عضویت مجمع شهرداران آسیا (Asian Mayors Forum) درآمد."
DESK = "desk@example.org"


@pytest.fixture
def alerts(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run `jarchi alerts`."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("JARCHI_")}

    def run(*arguments: str, port: int = 0, **variables: str) -> subprocess.CompletedProcess[str]:
        settings = {"JARCHI_HOME": str(tmp_path / "home"), "COLUMNS": "200"}
        if port:
            settings |= {
                "JARCHI_SMTP_HOST": "127.0.0.1", "JARCHI_SMTP_PORT": str(port), "JARCHI_SMTP_TLS": "none",
                "JARCHI_SMTP_FROM": "Jarchi <jarchi@example.org>", "JARCHI_WEB_URL": "https://jarchi.example.org/",
            }
        return commands.run("alerts", *arguments, environment={**inherited, **settings, **variables})

    return run


@pytest.fixture
def announce(tmp_path: Path) -> Callable[..., None]:
    """Keep an article that announces that a city joined the Asian Mayors Forum, as a crawl would."""

    def keep(member: str, *, days_ago: float = 0, is_first_crawl: bool = False) -> None:
        now = datetime.now(UTC) - timedelta(days=days_ago)
        claim = Claim(
            member=member, network="amf", verb=Verb.JOINED, status=Status.ANNOUNCED, sentence=SENTENCE,
            span=Span(part=Part.TEXT, start=0, end=len(SENTENCE)), confidence=0.9, rule="test",
        )
        article = Article(
            url=f"https://news.example/{member}", source="yazd", title="خبر", text=f"{SENTENCE} {member}",
            language=Language(code="fa", confidence=0.99), fetched_at=now, claims=(claim,),
            dated=Dated(moment=now, precision=Precision.SECOND, provenance=Provenance.FEED),
        )
        store = open_store(f"sqlite:///{tmp_path}/home/jarchi.db")
        with store.writing() as session:
            last_good = None if is_first_crawl else now - timedelta(hours=1)
            articles.save(session, article, Arrival(now=now, last_good_at=last_good))
        store.close()

    return keep


def answer(done: subprocess.CompletedProcess[str]) -> Any:
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_rule_is_added_shown_paused_resumed_and_removed(alerts: Callable[..., Any]) -> None:
    added = answer(alerts(
        "add", "تازه‌ها", "--to", "mailto:Desk@Example.org", "--to", "console", "--network", "Asian Mayors Forum", "--city", "یزد",
        "--country", "ir", "--language", "fa", "--verb", "joined", "--verb", "left", "--status", "any", "--confidence", "0.8",
        "--letters", "fa", "--rhythm", "weekly", "--weekday", "sat", "--hour", "7", "--zone", "Asia/Tehran", "--quiet", "22-6",
        "--json",
    ))  # fmt: skip
    assert added == {
        "name": "تازه‌ها", "enabled": True, "recipients": ["Desk@example.org", "console"], "verbs": ["joined", "left"],
        "statuses": [], "networks": ["amf"], "cities": ["111822"], "countries": ["IR"], "languages": ["fa"], "confidence": 0.8, "search": None,
        "letters": "fa", "rhythm": "weekly", "hour": 7, "weekday": "saturday", "zone": "Asia/Tehran", "quiet": "22-6",
    }  # fmt: skip
    assert answer(alerts("rules", "--json")) == {"rules": [added]}
    again = alerts("add", "تازه‌ها", "--to", "console")
    assert again.returncode == 2
    assert "--replace" in again.stderr
    assert answer(alerts("pause", "تازه‌ها", "--json")) == {**added, "enabled": False}
    assert answer(alerts("resume", "تازه‌ها", "--json")) == added
    table = alerts("rules").stdout
    assert "weekly saturday at 7 Asia/Tehran quiet 22-6" in table
    assert answer(alerts("add", "تازه‌ها", "--to", "console", "--replace", "--json"))["networks"] == []
    assert answer(alerts("remove", "تازه‌ها", "--json")) == {"removed": "تازه‌ها", "given_up": 0}
    gone = alerts("pause", "تازه‌ها")
    assert gone.returncode == 1
    assert "no rule is called" in gone.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--to", "nobody"), "unknown recipient 'nobody'"),
        (("--to", "console", "--network", "nix"), "no network"),
        (("--to", "console", "--country", "Iran"), "--country"),
        (("--to", "console", "--country", "XX"), "--country"),
        (("--to", "console", "--verb", "sang"), "--verb: not one of joined"),
        (("--to", "console", "--status", "sung"), "--status: not one of"),
        (("--to", "console", "--letters", "de"), "--letters"),
        (("--to", "console", "--weekday", "t"), "--weekday"),
        (("--to", "console", "--zone", "Tehran"), "not a time zone"),
        (("--to", "console", "--quiet", "night"), "--quiet"),
        (("--to", "console", "--quiet", "7-7"), "never end"),
    ],
)
def test_a_wrong_rule_is_refused_with_its_option(alerts: Callable[..., Any], arguments: tuple[str, ...], said: str) -> None:
    done = alerts("add", "r", *arguments)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "name", ["../evil", "a/b", "-x", ".hidden", "a\tb", "a\x1b[31m", "a\u202eb", " ", "a" * 101, "a:b"]
)
def test_a_name_that_no_file_link_and_letter_could_hold_is_refused(alerts: Callable[..., Any], name: str) -> None:
    done = alerts("add", "--to", "console", "--", name)
    assert done.returncode == 2
    assert "rule's name is" in done.stderr


@pytest.mark.parametrize("name", ["خبر‌های شهر ۱", "Türkiye - IR_2.0", "भारत", "都市"])
def test_a_name_is_written_in_any_script(alerts: Callable[..., Any], name: str) -> None:
    assert answer(alerts("add", name, "--to", "console", "--json"))["name"] == name
    assert answer(alerts("pause", name, "--json"))["enabled"] is False


def test_a_sample_is_sent_and_marked(alerts: Callable[..., Any]) -> None:
    postman = Postman()
    with mail_server(postman) as port:
        alerts("add", "r", "--to", DESK, "--letters", "ar")
        sent = answer(alerts("test", "r", "--json", port=port))
        assert sent["samples"][0]["answer"] == "250 taken as 1"
        answer(alerts("test", "r", "--to", "other@example.org", "--json", port=port))
        postman.on_rcpt = lambda _: "550 no such user"
        refused = alerts("test", "r", port=port)
    assert refused.returncode == 1
    assert "550 no such user" in refused.stderr
    assert [rcpt for _, rcpt in postman.envelopes] == [[DESK], ["other@example.org"]]
    assert len(set(postman.identities)) == 2
    assert str(postman.mails[0]["subject"]).startswith("نموذج: ")
    assert "https://jarchi.example.org/unsubscribe/" in postman.mails[0]["list-unsubscribe"]
    assert answer(alerts("deliveries", "--json")) == {"deliveries": []}


def test_without_a_mail_server_a_sample_says_what_is_missing(alerts: Callable[..., Any]) -> None:
    alerts("add", "r", "--to", DESK)
    done = alerts("test", "r")
    assert done.returncode == 1
    assert "JARCHI_SMTP_HOST" in done.stderr


def test_a_replay_shows_what_a_rule_would_have_sent_and_sends_nothing(
    alerts: Callable[..., Any], announce: Callable[..., None]
) -> None:
    announce("111822", days_ago=10, is_first_crawl=True)
    announce("112931", days_ago=80)
    announce("113646", days_ago=100)
    alerts("add", "r", "--to", DESK, "--paused")
    found = answer(alerts("replay", "r", "--days", "90", "--json"))
    assert (found["rule"], found["days"], found["recipients"]) == ("r", 90, [DESK])
    assert [event["city"] for event in found["events"]] == ["Yazd", "Tehran"]
    assert found["events"][0]["freshness"] == "first-crawl"
    assert "would have told of 3 in 120 days" in alerts("replay", "r", "--days", "120").stdout
    alerts("add", "other", "--to", DESK, "--city", "111822", "--language", "tr")
    assert answer(alerts("replay", "other", "--json"))["events"] == []
    assert answer(alerts("deliveries", "--json")) == {"deliveries": []}


def test_the_dead_are_seen_and_tried_again(alerts: Callable[..., Any], announce: Callable[..., None]) -> None:
    alerts("add", "r", "--to", DESK, "--to", "gone@example.org")
    announce("111822")
    postman = Postman()
    postman.on_rcpt = lambda address: "550 no such user" if address == "gone@example.org" else None
    with mail_server(postman) as port:
        nothing_dead = alerts("retry", "--dead", port=port)
        assert nothing_dead.returncode == 1
        assert "550 no such user" in nothing_dead.stderr
        (dead,) = answer(alerts("deliveries", "--state", "dead", "--json"))["deliveries"]
        assert (dead["recipient"], dead["state"], dead["attempts"]) == ("gone@example.org", "dead", 1)
        assert dead["died_at"]
        (sent,) = answer(alerts("deliveries", "--state", "sent", "--json"))["deliveries"]
        assert sent["answer"] == "250 taken as 1"
        assert "550 no such user" in alerts("deliveries").stdout
        unknown = alerts("retry", "4711", str(dead["id"]))
        assert unknown.returncode == 1
        assert "4711" in unknown.stderr
        postman.on_rcpt = lambda _: None
        assert answer(alerts("retry", str(dead["id"]), "--json", port=port)) == {"revived": [dead["id"]], "sent": [dead["id"]]}
        assert answer(alerts("retry", "--dead", "--json", port=port)) == {"revived": [], "sent": []}
    assert alerts("retry").returncode == 2
    assert len(set(postman.identities)) == len(postman.mails) == 2


def test_what_a_removed_rule_had_not_sent_is_given_up(alerts: Callable[..., Any], announce: Callable[..., None]) -> None:
    alerts("add", "r", "--to", DESK)
    announce("111822")
    assert alerts("retry", "--dead").returncode == 1  # no mail server
    assert answer(alerts("remove", "r", "--json"))["given_up"] == 1
    (dead,) = answer(alerts("deliveries", "--state", "dead", "--json"))["deliveries"]
    assert dead["error"] == "the rule was removed"
