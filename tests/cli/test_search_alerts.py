"""`jarchi alerts` for searches, and what readers answered, on the command line."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from news.values import Article, Claim, Dated, Language, Part, Precision, Provenance, Span, Status, Verb
from storage import answers, articles, outbox
from storage.answers import Said
from storage.articles import Arrival
from storage.engine import Store
from storage.schema import open_store
from tests.alerts.smtp import Postman, mail_server

SENTENCE = "شهرداری یزد به عضویت مجمع شهرداران آسیا (Asian Mayors Forum) درآمد."


@pytest.fixture
def store(home: Path) -> Iterator[Store]:
    """An archive with one article of an hour ago, which was no news."""
    opened = open_store(f"sqlite:///{home / 'jarchi.db'}")
    now = datetime.now(UTC)
    claim = Claim(
        member="111822", network="amf", verb=Verb.JOINED, status=Status.ANNOUNCED, confidence=0.9, sentence=SENTENCE,
        rule="joined", span=Span(part=Part.TEXT, start=0, end=len(SENTENCE)),
    )  # fmt: skip
    dated = Dated(moment=now - timedelta(hours=1), precision=Precision.MINUTE, provenance=Provenance.FEED)
    article = Article(
        url="https://yazd.example/news/1", source="yazd", title="یزد", text=SENTENCE, dated=dated,
        language=Language(code="fa", confidence=1.0), fetched_at=now, claims=(claim,),
    )  # fmt: skip
    with opened.writing() as session:
        articles.save(session, article, Arrival(now=now))
    yield opened
    opened.close()


def shown(jarchi: Any, *arguments: str, **variables: str) -> Any:
    done = jarchi(*arguments, "--json", **variables)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_from_a_saved_search_to_a_rule_its_replay_and_its_sample(jarchi: Any, store: Store) -> None:
    shown(jarchi, "search", "یزد", "--language", "fa", "--save", "yazd")
    (search,) = shown(jarchi, "alerts", "searches")["searches"]
    assert (search["name"], search["query"]) == ("yazd", '(یزد) AND language:"fa"')
    rule = shown(jarchi, "alerts", "add", "news", "--to", "desk@example.org", "--saved", "yazd", "--letters", "fa")
    assert rule["search"] == '(یزد) AND language:"fa"'
    (found,) = shown(jarchi, "alerts", "replay", "news")["articles"]
    assert (found["url"], found["source"]) == ("https://yazd.example/news/1", "yazd")
    assert shown(jarchi, "alerts", "deliveries")["deliveries"] == []
    postman = Postman()
    with mail_server(postman) as port:
        mail = {
            "JARCHI_SMTP_HOST": "127.0.0.1", "JARCHI_SMTP_PORT": str(port), "JARCHI_SMTP_TLS": "none",
            "JARCHI_SMTP_FROM": "jarchi@example.org",
        }  # fmt: skip
        (sample,) = shown(jarchi, "alerts", "test", "news", **mail)["samples"]
    assert sample["error"] is None
    assert sample["subject"] == "نمونه: مطلب تازه: یزد"
    assert shown(jarchi, "alerts", "searches", "--remove", "yazd")["searches"] == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--search", " "), "names nothing"),
        (("--search", "NOT water"), "must not hold"),
        (("--search", "colour:red"), "colour"),
        (("--search", "water OR country:UK"), "no country has the code 'UK' (did you mean 'GB'?)"),
        (("--search", "source:nobody"), "no source has the key 'nobody'"),
        (("--search", "water", "--network", "amf"), "leave the conditions out"),
        (("--search", "water", "--saved", "x"), "exclude each other"),
        (("--saved", "x"), "no search is called 'x'"),
    ],
)
def test_a_search_that_cannot_be_watched_is_refused(
    jarchi: Any, store: Store, arguments: tuple[str, ...], said: str
) -> None:
    done = jarchi("alerts", "add", "r", "--to", "console", *arguments)
    assert done.returncode != 0
    assert said in " ".join(done.stderr.split())


def test_a_rule_of_a_search_is_shown_by_its_query(jarchi: Any, store: Store) -> None:
    shown(jarchi, "alerts", "add", "آب", "--to", "console", "--search", "آب source:municipality-fa")
    said = jarchi("alerts", "rules").stdout
    assert "آب source:municipality-fa" in said
    assert "joined" not in said
    assert "announced" not in said


def test_a_search_is_not_kept_under_no_name_nor_with_a_value_that_nothing_has(jarchi: Any, store: Store) -> None:
    unnamed = jarchi("search", "یزد", "--save", "")
    assert (unnamed.returncode, unnamed.stderr) == (2, "error: the search's name is empty\n")
    wrong = jarchi("search", "kind:agncy", "--save", "agencies")
    assert wrong.returncode == 2
    assert "--save: no kind of source is called 'agncy'" in wrong.stderr
    assert shown(jarchi, "alerts", "searches")["searches"] == []


def test_what_a_search_is_told_that_nothing_has_is_said(jarchi: Any, store: Store) -> None:
    found = jarchi("search", "source:municipality-f OR یزد")
    assert "1 found" in found.stdout
    assert "no source has the key 'municipality-f' (did you mean 'municipality-fa'?)" in found.stderr
    refused = jarchi("search", "--country", "uk")
    assert (refused.returncode, "--country: no country has the code 'UK'" in refused.stderr) == (2, True)


def test_readers_answers_are_listed_settled_and_counted(jarchi: Any, store: Store) -> None:
    now = datetime.now(UTC)
    with store.writing() as session:
        outbox.match(session, lambda _: [("asia", "a@example.org"), ("asia", "b@example.org")], now)
    with store.reading() as session:
        first, second = outbox.deliveries(session)
    with store.writing() as session:
        answers.judge(session, first, Said.RIGHT, "Yazd joined", None, now)
        answers.judge(session, second, Said.WRONG, "Yazd joined", "نه", now)
    (answer,) = shown(jarchi, "review")["answers"]
    assert (answer["says"], answer["note"], answer["rule"]) == ("wrong", "نه", "asia")
    people = jarchi("review", COLUMNS="200").stdout
    assert "What readers say" in people
    done = shown(jarchi, "review", "agree", str(answer["answer"]), "--by", "Mina")
    assert (done["agreed"], done["of"]) == (True, "Yazd joined")
    assert shown(jarchi, "review")["answers"] == []
    total, *others = shown(jarchi, "alerts", "precision")["precision"]
    assert (total["of"], total["right"], total["wrong"], total["answers"], total["precision"]) == ("all", 1, 1, 2, 0.5)
    assert {item["of"] for item in others} == {"rule", "language", "network"}
    (membership,) = shown(jarchi, "memberships")["memberships"]
    assert membership["status"] == "denied"
    assert jarchi("review", "dismiss", str(answer["answer"])).returncode != 0
