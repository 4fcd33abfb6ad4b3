"""`jarchi review`: what waits, a yes that makes an event, a no, undo; errors name the claim."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from news.values import Article, Claim, Dated, Language, Part, Precision, Provenance, Span, Status, Verb
from storage import articles
from storage.articles import Arrival
from storage.schema import open_store

SENTENCE = "شهرداری یزد عضو مجمع شهرداران آسیا شد."


@pytest.fixture
def archived(home: Path) -> Path:
    """An archive with one article of an hour ago, whose claim lacks its member."""
    now = datetime.now(UTC)
    claim = Claim(
        member=None, member_name="یزد", network="amf", verb=Verb.JOINED, status=Status.ANNOUNCED, confidence=0.9,
        sentence=SENTENCE, rule="joined", span=Span(part=Part.TEXT, start=0, end=len(SENTENCE)),
    )  # fmt: skip
    dated = Dated(moment=now - timedelta(hours=1), precision=Precision.MINUTE, provenance=Provenance.FEED)
    article = Article(
        url="https://yazd.example/news/1", source="yazd", title="یزد", text=SENTENCE, dated=dated,
        language=Language(code="fa", confidence=1.0), fetched_at=now, claims=(claim,),
    )  # fmt: skip
    store = open_store(f"sqlite:///{home / 'jarchi.db'}")
    with store.writing() as session:
        articles.save(session, article, Arrival(now=now, last_good_at=now - timedelta(hours=2), overlapped=True))
    store.close()
    return home


@pytest.fixture
def answer(jarchi: Any, archived: Path):
    """The JSON that a command prints."""

    def run(*arguments: str) -> Any:
        done = jarchi(*arguments, "--json", JARCHI_DATABASE_URL=f"sqlite:///{archived / 'jarchi.db'}")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run


def test_from_waiting_to_the_register_and_back(answer: Any) -> None:
    (waiting,) = answer("review")["claims"]
    assert (waiting["claim"], waiting["why"], waiting["city_as_written"]) == ("1.0", "member unknown", "یزد")
    assert answer("review", "yes", "1.0", "--city", "Yazd", "--by", "Mina")["city"] == "Yazd"
    assert answer("review")["claims"] == []
    (membership,) = answer("memberships")["memberships"]
    assert (membership["city"], membership["network"], membership["status"]) == ("Yazd", "amf", "announced")
    (decision,) = answer("review", "decided")["decisions"]
    assert (decision["claim"], decision["verdict"], decision["by"]) == ("1.0", "yes", "Mina")
    answer("review", "undo", "1.0")
    assert answer("memberships")["memberships"] == []
    assert len(answer("review")["claims"]) == 1


def test_a_correction_can_teach_a_name(jarchi: Any, answer: Any, archived: Path) -> None:
    answer("review", "yes", "1.0", "--city", "Yazd", "--city-alias", "شهر بادگیرها")
    done = jarchi("read", "-", stdin="شورای شهر بادگیرها تشکیل جلسه داد.\nدر این نشست بودجه بررسی شد.")
    assert [city["name"] for city in json.loads(done.stdout)["cities"]] == ["Yazd"]
    refused = jarchi("review", "yes", "1.0", "--network-alias", "باشگاه")
    assert (refused.returncode, "--network-alias needs --network" in refused.stderr) == (2, True)


def test_a_no_ends_the_waiting(answer: Any) -> None:
    answer("review", "no", "1.0", "--note", "a rumour")
    assert answer("review")["claims"] == []
    assert answer("review", "decided")["decisions"][0]["note"] == "a rumour"


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("yes", "1.0"), 2, "claim 1.0 names no known city and network: give --city and --network"),
        (("yes", "1.0", "--city", "Nowhereville"), 2, "no city is called 'Nowhereville'"),
        (("yes", "first"), 2, "not a claim like 12.0: 'first'"),
        (("no", "9.9"), 1, "no claim 9.9"),
        (("undo", "1.0"), 1, "nobody has decided about claim 1.0"),
        (("no", "99999999999999999999.0"), 2, "not a claim like 12.0"),
    ],
)
def test_errors_name_the_claim(
    jarchi: Any, archived: Path, arguments: tuple[str, ...], code: int, said: str
) -> None:
    done = jarchi("review", *arguments, JARCHI_DATABASE_URL=f"sqlite:///{archived / 'jarchi.db'}")
    assert (done.returncode, said in done.stderr) == (code, True), done.stderr


def test_people_see_names_that_are_not_known(jarchi: Any, archived: Path) -> None:
    done = jarchi("review", JARCHI_DATABASE_URL=f"sqlite:///{archived / 'jarchi.db'}")
    assert "1.0" in done.stdout
    assert "یزد" in done.stdout
    assert "jarchi review yes CLAIM" in done.stdout
