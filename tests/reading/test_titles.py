"""The title of a page is the heading of its article, wherever the page says it."""

import tomllib
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from news.values import Article, Page
from reading import read_page

MakePage = Callable[..., Page]
CASES = tomllib.loads((Path(__file__).parent / "title_cases.toml").read_text(encoding="utf-8"))["case"]
TEXT = (
    "<p>The works took two winters and a spring, and neighbours brought tea to the people who did them.</p>"
)


def test_there_are_cases_enough() -> None:
    assert len(CASES) >= 25


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
@pytest.mark.parametrize("times", [1, 12])
def test_the_title_is_the_articles(
    case: dict[str, str], times: int, make_page: MakePage, now: datetime
) -> None:
    body = case["body"].replace("{text}", TEXT * times)
    page = make_page(f"<html><head>{case['head']}</head><body>{body}</body></html>")
    found = read_page(page, now=now)
    assert isinstance(found, Article), found
    assert found.title == case["title"]
    assert case["title"] not in found.text
