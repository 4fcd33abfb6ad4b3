"""The JSON interface and the shapes that scripts rely on."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from news.values import Article
from storage.schema import open_store
from web.app import create_app
from web.objects import article_object


def test_the_server_says_that_it_lives(web: httpx.Client) -> None:
    assert web.get("/healthz").json() == {"status": "ok"}


def test_a_search_has_the_shape_of_the_command(web: httpx.Client) -> None:
    answer = web.get("/api/search", params={"q": "عضویت"}).json()
    assert answer.keys() == {"total", "took_ms", "hits", "problems", "pin"}
    assert answer["total"] == 1
    assert answer["took_ms"] >= 0
    (hit,) = answer["hits"]
    assert hit.pop("snippet").startswith("شهرداری یزد به عضویت")
    assert hit.pop("score") > 0
    assert hit == {
        "id": 1,
        "url": "https://yazd.example/news/1",
        "title": "یزد عضو مجمع شهرداران آسیا شد",
        "source": "yazd",
        "language": "fa",
        "published_at": "2024-04-28T20:30:00+00:00",
        "copies": 0,
        "networks": [{"key": "amf", "name": "Asian Mayors Forum"}],
        "cities": [{"key": "111822", "name": "Yazd"}, {"key": "112931", "name": "Tehran"}],
    }


def test_facets_on_request(web: httpx.Client) -> None:
    facets = web.get("/api/search?facets=1").json()["facets"]
    assert facets["network"] == [{"key": "amf", "name": "Asian Mayors Forum", "count": 1}]
    assert facets["language"][0] == {"key": "en", "name": "English", "count": 46}
    assert facets.keys() == {"network", "city", "country", "language", "source", "kind", "month"}
    nothing = web.get("/api/search?facets=1&q=nothing").json()["facets"]
    assert nothing == {name: [] for name in facets}


def test_limit_and_offset(web: httpx.Client) -> None:
    every = [hit["id"] for hit in web.get("/api/search?limit=100").json()["hits"]]
    assert len(every) == 47
    piece = web.get("/api/search?limit=5&offset=10").json()
    assert ([hit["id"] for hit in piece["hits"]], piece["total"]) == (every[10:15], 47)
    assert len(web.get("/api/search?limit=5000").json()["hits"]) == 47


@pytest.mark.parametrize("query", ["after=x", "limit=many", "offset=-1", "limit=" + "9" * 30])
def test_a_wrong_question_is_refused_with_its_reason(web: httpx.Client, query: str) -> None:
    answer = web.get(f"/api/search?{query}")
    assert answer.status_code == 400
    assert answer.json()["error"]


def test_the_register(web: httpx.Client) -> None:
    (membership,) = web.get("/api/memberships").json()["memberships"]
    (evidence,) = membership.pop("evidence")
    assert membership == {
        "city": "Yazd",
        "country": "IR",
        "network": "amf",
        "network_name": "Asian Mayors Forum",
        "verb": "joined",
        "status": "announced",
        "confidence": 0.93,
        "first_reported": "2024-04-28T20:30:00+00:00",
        "contradictions": [],
    }
    assert evidence.keys() == {"article", "url", "source", "sentence"}
    assert web.get("/api/memberships?city=112931").json() == {"memberships": []}
    assert web.get("/api/memberships?verb=sang").status_code == 400


def test_an_article_has_exactly_the_keys_of_the_design(yazd: Article) -> None:
    found: dict[str, Any] = dict(article_object("my-id", yazd))
    claims = found.pop("memberships")
    text = found.pop("text")
    assert text == yazd.text
    assert found == {
        "id": "my-id",
        "url": "https://yazd.example/news/1",
        "title": "یزد عضو مجمع شهرداران آسیا شد",
        "language": "fa",
        "language_confidence": 0.99,
        "published_at": "2024-04-28T20:30:00+00:00",
        "published_precision": "day",
        "published_from": "list",
        "authors": ["روابط عمومی"],
        "networks": [{"key": "amf", "name": "Asian Mayors Forum", "mentions": 2}],
        "cities": [
            {"key": "111822", "name": "Yazd", "country": "IR", "mentions": 1},
            {"key": "112931", "name": "Tehran", "country": "IR", "mentions": 1},
        ],
        "source": "yazd",
        "original_source": "ایرنا",
        "agency": "ایسنا",
    }
    assert claims[0] == {
        "city": "Yazd",
        "country": "IR",
        "network": "amf",
        "network_name": "Asian Mayors Forum",
        "verb": "joined",
        "status": "announced",
        "confidence": 0.93,
        "alert": True,
        "sentence": yazd.claims[0].sentence,
        "city_as_written": None,
        "network_as_written": None,
    }
    assert claims[1] == {
        "city": None,
        "country": None,
        "network": None,
        "network_name": None,
        "verb": "left",
        "status": "denied",
        "confidence": 0.2,
        "alert": False,
        "sentence": "x",
        "city_as_written": None,
        "network_as_written": None,
    }


def test_an_article_by_id(web: httpx.Client, yazd: Article) -> None:
    assert web.get("/api/articles/1").json() == article_object(1, yazd)
    assert web.get("/api/articles/999").status_code == 404
    assert web.get(f"/api/articles/{10**20}").status_code == 404


def test_an_archive_that_is_empty_says_so(served: Callable[[Any], Any], tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'empty.db'}")
    with served(create_app(store)) as address, httpx.Client(base_url=address, trust_env=False) as client:
        assert "The archive is empty" in client.get("/").text
        assert "No membership has been found yet" in client.get("/memberships").text
        assert client.get("/alerts/new-memberships.xml").status_code == 404
        assert client.get("/api/search").json()["total"] == 0
    store.close()


def test_a_database_that_went_away_is_no_traceback(
    served: Callable[[Any], Any], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "gone.db"
    store = open_store(f"sqlite:///{path}")
    store.close()
    for file in tmp_path.iterdir():
        file.unlink()
    path.mkdir()
    with served(create_app(store)) as address, httpx.Client(base_url=address, trust_env=False) as client:
        with caplog.at_level(logging.CRITICAL, logger="web.app"):
            answers = client.get("/"), client.get("/api/search")
        assert [answer.status_code for answer in answers] == [503, 503]
        assert str(path) not in answers[0].text + answers[1].text
        assert client.get("/healthz").status_code == 200
    store.close()
