"""One contract for every source, shipped or of a sample site: its file fits a stored page of each shape it names."""

import tomllib
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from scrapy.http import HtmlResponse

import reading
from crawler.roads.feeds import feed_leads
from crawler.roads.lists import list_leads, next_page
from crawler.roads.sitemaps import sitemap_entries
from crawler.roads.wordpress import post_leads
from news.addresses import same_site
from news.values import Article, Calendar, Lead, Page, Road, Source
from samples import sources as sample_sources
from samples.sites import SITE_TYPES
from spiders.catalogue import load_sources
from spiders.checks import faults_of
from spiders.loader import spider_class
from tests.crawler.discovery.sites import TEXTS, TITLES

PAGES = Path(__file__).parent / "pages"
ADDRESSES = tomllib.loads((PAGES / "addresses.toml").read_text(encoding="utf-8"))
NOW = datetime(2026, 11, 20, tzinfo=UTC)
#: The seventeenth of November 2026 as a page of each calendar writes it.
DATES = {Calendar.GREGORIAN: "2026-11-17", Calendar.JALALI: "۱۴۰۵/۰۸/۲۶"}


def every_source():
    samples = sample_sources(dict.fromkeys(SITE_TYPES, "https://sample.example/"))
    for key, text in samples.items():
        yield Source.model_validate({**tomllib.loads(text), "key": key})
    yield from load_sources().values()


SOURCES = list(every_source())


def patterns_of(source: Source) -> list[str]:
    return [pattern for pattern in (source.article, *(road.article for road in source.lists)) if pattern]


def addresses_of(source: Source) -> dict[str, str]:
    """An article's address and one that is none, as the source's own, or its pattern's, are."""
    keys = (source.key, *patterns_of(source))
    return next((ADDRESSES[key] for key in keys if key in ADDRESSES), {"article": "/news/17", "other": "/about"})


class Shape:
    """The stored pages as a source's site would show them."""

    def __init__(self, source: Source) -> None:
        own = addresses_of(source)
        language = source.languages[0]
        self.source, self.title = source, TITLES[language][0]
        base = source.lists[0].url if source.lists else source.home
        self.address, self.other = urljoin(base, own["article"]), urljoin(base, own["other"])
        self._parts = {
            "title": self.title, "home": source.home, "address": self.address, "other": self.other, "language": language,
            "date": DATES[source.calendar], "comment": TITLES[language][5],
            "paragraphs": "".join(f"<p>{line}</p>" for line in TEXTS[language]),
        }  # fmt: skip

    def page(self, name: str) -> bytes:
        text = (PAGES / name).read_text(encoding="utf-8")
        for part, value in self._parts.items():
            text = text.replace("{" + part + "}", value)
        return text.encode()

    def response(self, name: str, address: str) -> HtmlResponse:
        return HtmlResponse(address, body=self.page(name), encoding="utf-8")


@pytest.fixture(params=SOURCES, ids=lambda source: source.key)
def shape(request):
    return Shape(request.param)


def leads_of(shape: Shape) -> list[Lead]:
    """What each road of the source reads in its stored page."""
    source, found = shape.source, []
    for address in source.feeds:
        found += feed_leads(shape.page("feed.xml"), address, source)
    for address in source.sitemaps:
        found += sitemap_entries(shape.page("sitemap.xml"), address, source)[1]
    if source.wordpress:
        found += post_leads(shape.page("posts.json"), source.wordpress, source)
    for road in source.lists:
        found += list_leads(shape.response("list.html", road.url), road, source)
    return found


def test_its_file_is_whole(shape):
    source = shape.source
    assert list(faults_of(source)) == []
    assert source.languages
    assert source.home
    assert {source.key, *patterns_of(source)} & set(ADDRESSES) or not patterns_of(source), (
        f"say in {PAGES / 'addresses.toml'} what {source.key}'s articles look like"
    )
    assert spider_class(source).source == source


def test_each_of_its_roads_finds_the_article_and_nothing_else(shape):
    source = shape.source
    leads = leads_of(shape)
    roads = len(source.feeds) + len(source.sitemaps) + bool(source.wordpress) + len(source.lists)
    assert [lead.address for lead in leads] == [shape.address] * roads
    assert {lead.source for lead in leads} == {source.key}
    assert {lead.title for lead in leads if lead.road is not Road.SITEMAP} <= {shape.title}


def test_its_dates_are_read_in_its_calendar_and_zone(shape):
    for lead in leads_of(shape):
        moment = lead.modified_at if lead.road is Road.SITEMAP else lead.dated.moment
        assert moment.astimezone(shape.source.zone).date().isoformat() == "2026-11-17"


def test_its_next_pages_stay_on_the_site(shape):
    for road in shape.source.lists:
        older = next_page(shape.response("list.html", road.url), road)
        # a page's own rel=next is followed where a source names no selector
        assert older is not None or road.next is None
        assert older is None or same_site(older, road.url)


def test_its_article_is_read_in_its_language_without_what_it_removes(shape):
    source = shape.source
    page = Page(
        address=shape.address, final_address=shape.address, status=200, headers=(("content-type", "text/html"),),
        body=shape.page("article.html"), fetched_at=NOW,
    )  # fmt: skip
    article = reading.read_page(page, source=source, lead=None, now=NOW)
    assert isinstance(article, Article), article
    assert (article.title, article.source, article.language.code) == (
        shape.title,
        source.key,
        source.languages[0],
    )
    assert article.dated.moment.astimezone(source.zone).date().isoformat() == "2026-11-17"
    assert TEXTS[source.languages[0]][1] in article.text
    assert TITLES[source.languages[0]][5] not in article.text
    assert urlsplit(article.url).path == urlsplit(shape.address).path
