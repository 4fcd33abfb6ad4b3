"""What the archive makes of an article's words is made by the readers: a crawl's one writer makes none of it."""

import asyncio
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from crawler.items import Read
from crawler.pipelines import KeepArticle
from crawler.readers import ReaderPool
from crawler.tally import Tally
from news.settings import load_settings
from news.values import Article, Language, Lead, Page, Road, Source
from storage import leads, prepared
from storage.keys import row_key
from storage.leads import Wanted
from storage.prepared import prepare

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
SOURCE = Source(key="town", name="Town News")
PLAN = "https://town.example.org/plan/"
LINE = (
    "{}: the council of the harbour town will meet on Monday, and it will decide on the money for the bridge."
)
NEXT = '<div class="page-links"><a href="/plan/2/" class="post-page-numbers">2</a></div>'


@contextmanager
def readers():
    pool = ReaderPool(1, timedelta(minutes=1))
    try:
        yield pool
    finally:
        pool.close()


def page(address=PLAN, first=0, foot=""):
    text = "".join(f"<p>{LINE.format(number)}</p>" for number in range(first, first + 5))
    body = f"<html><head><title>The plan</title></head><body><article><h1>The plan</h1>{text}{foot}</article></body></html>"
    kind = (("content-type", "text/html; charset=utf-8"),)
    return Page(
        address=address, final_address=address, status=200, headers=kind, body=body.encode(), fetched_at=NOW
    )


def lead(**fields):
    return Lead(address=PLAN, source="town", road=Road.FEED, title="The plan", **fields)


def found(address=PLAN):
    text = "\n".join(LINE.format(number) for number in range(5))
    language = Language(code="en", confidence=1.0)
    return Article(url=address, source="town", title="The plan", text=text, language=language, fetched_at=NOW)


def is_ready(reading):
    assert isinstance(reading.outcome, Article)
    return reading.prepared is not None and reading.prepared.fits(reading.outcome)


def test_readers_prepare_each_article_once_it_is_whole():
    async def run(pool):
        alone = await pool.read(page(), SOURCE, lead(), NOW)
        first = await pool.read(page(foot=NEXT), SOURCE, lead(), NOW)
        later = await pool.read(page(f"{PLAN}2/", 5), SOURCE, lead(), NOW, first=PLAN)
        joined = await pool.join(first.outcome, [later.outcome], SOURCE)
        body = "".join(f"<p>{LINE.format(number)}</p>" for number in range(8))
        listed = await pool.read_listed(lead(body=body), SOURCE, NOW)
        again = await pool.read_again(page(), SOURCE, lead(), "The plan", NOW, titled=True)
        nothing = await pool.read(replace(page(), body=b""), SOURCE, None, NOW)
        return alone, first, later, joined, listed, again, nothing

    with readers() as pool:
        alone, first, later, joined, listed, again, nothing = asyncio.run(run(pool))
    assert all(map(is_ready, (alone, joined, listed, again)))
    assert (first.prepared, later.prepared, nothing.prepared) == (None, None, None)
    assert first.following is not None


@pytest.fixture
def kept_by(store, tmp_path, monkeypatch):
    """Keeps what was read in a process where to prepare an article is an error."""
    monkeypatch.setenv("JARCHI_HOME", str(tmp_path))
    facilities = SimpleNamespace(clock=lambda: NOW, settings=load_settings())

    async def write(action, *, patient):
        with store.writing() as session:
            return action(session)

    house = SimpleNamespace(
        facilities=facilities, run=SimpleNamespace(last_good_at=None), tally=Tally(source="town"), write=write,
        became=lambda *_: None,
    )  # fmt: skip

    def never(article):
        raise AssertionError(f"prepared by the writer: {article.url}")

    async def keep(item):
        with store.writing() as session:
            noted = leads.record_list(session, "town", [item.wanted.lead], None, NOW)
        for wanted in noted.wanted:
            house.tally.ledger.take_up(wanted.key)
        monkeypatch.setattr(prepared, "prepare", never)
        return await KeepArticle(house).process_item(item)

    return house, keep


@pytest.mark.parametrize("address", [PLAN, "https://town.example.org/other/"])
def test_the_writer_takes_over_what_a_reader_prepared(kept_by, address):
    house, keep = kept_by
    article = found(address)
    wanted = Wanted(lead=lead(), key=row_key(PLAN), overlapped=False)
    asyncio.run(
        keep(Read(outcome=article, wanted=wanted, validators=None, fetched=PLAN, prepared=prepare(article)))
    )
    assert house.tally.new == 1


def test_without_it_the_writer_has_to_prepare(kept_by):
    _, keep = kept_by
    wanted = Wanted(lead=lead(), key=row_key(PLAN), overlapped=False)
    with pytest.raises(AssertionError, match="prepared by the writer"):
        asyncio.run(keep(Read(outcome=found(), wanted=wanted, validators=None, fetched=PLAN)))
