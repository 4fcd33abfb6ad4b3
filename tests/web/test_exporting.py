"""A search as a file or feed."""

import csv
import io
import json
import zipfile
from datetime import UTC, datetime

import feedparser
import httpx
import pytest

from web.exporting import COLUMNS, cell, csv_text, feed, workbook


def test_csv(web: httpx.Client) -> None:
    answer = web.get("/search.csv?q=council")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert 'filename="jarchi.csv"' in answer.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert tuple(rows[0]) == COLUMNS
    assert len(rows) == 45
    assert rows[0]["cities"] == "Tehran"


def test_json_lines(web: httpx.Client) -> None:
    lines = web.get("/search.jsonl", params={"q": "عضويت"}).text.splitlines()
    assert [json.loads(line)["source"] for line in lines] == ["yazd"]


def test_a_sheet_runs_from_the_right_for_a_language_that_does(web: httpx.Client) -> None:
    content = web.get("/search.xlsx", params={"q": "عضویت", "language": "fa"}).content
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        sheet, strings = (
            book.read("xl/worksheets/sheet1.xml").decode(),
            book.read("xl/sharedStrings.xml").decode(),
        )
    assert 'rightToLeft="1"' in sheet
    assert "<f>" not in sheet
    assert "یزد عضو مجمع شهرداران آسیا شد" in strings


@pytest.mark.parametrize("kind", ["rss", "atom"])
def test_feeds(web: httpx.Client, kind: str) -> None:
    answer = web.get(f"/search.{kind}?q=council&page=3")
    assert answer.headers["content-type"].startswith(f"application/{kind}+xml")
    found = feedparser.parse(answer.content)
    assert not found.bozo
    assert [entry.title for entry in found.entries[:2]] == ["Council meeting 0", "Council meeting 1"]
    assert found.entries[0].link == "https://news.example/0"


def test_no_control_character_comes_into_a_file_of_rows() -> None:
    assert cell("a\x1b[31mb\x00c\n") == "a [31mb c\n"


@pytest.mark.parametrize("kind", ["rss", "atom"])
def test_a_feed_leads_to_its_search_and_without_a_page_to_its_first_article(web: httpx.Client, kind: str) -> None:
    served = feedparser.parse(web.get(f"/search.{kind}?q=council").content).feed
    assert served.link == str(web.base_url.join("/?q=council"))
    hits = [{"id": 1, "url": url, "title": "a", "snippet": "b", "published_at": None} for url in ("javascript:x", "https://a.example/1")]
    now = datetime(2026, 11, 22, tzinfo=UTC)
    alone = feedparser.parse(feed(hits, title="a", address="urn:jarchi:search:a", now=now, kind=kind)).feed
    assert alone.link == "https://a.example/1"
    assert "self" not in {link.rel for link in alone.links}
    assert b"urn:jarchi" in feed([], title="a", address="urn:jarchi:search:a", now=now, kind=kind)


def test_other_files_are_not_to_be_had(web: httpx.Client) -> None:
    assert web.get("/search.doc").status_code == 404
    assert web.get("/search.csv?after=x").status_code == 400


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", "＠SUM(A1)"])
def test_no_text_is_a_formula(text: str) -> None:
    assert cell(text) == f"'{text}"
    with zipfile.ZipFile(io.BytesIO(workbook(["a"], [[text]], name="x"))) as book:
        assert "<f>" not in book.read("xl/worksheets/sheet1.xml").decode()


def test_what_xml_cannot_hold_is_left_out_of_a_sheet() -> None:
    with zipfile.ZipFile(io.BytesIO(workbook(["a"], [["a\x0b\ud800b", None, 5]], name="x"))) as book:
        assert "a  b" in book.read("xl/sharedStrings.xml").decode()


def test_csv_keeps_numbers_and_quotes() -> None:
    assert csv_text(["a", "b"], [[-5, 'say "x"'], [None, "-5"]]) == 'a,b\r\n-5,"say ""x"""\r\n,\'-5\r\n'
