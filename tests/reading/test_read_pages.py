import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from news.values import (
    Article,
    Calendar,
    Dated,
    Lead,
    NotArticle,
    Page,
    Precision,
    Provenance,
    Refusal,
    Road,
    Selectors,
    Source,
)
from reading import read_page, read_text

MakePage = Callable[..., Page]
PARAGRAPHS = [
    "The council of the harbour town met on Monday evening and approved the budget for the coming year.",
    "Members of all groups supported the plan, which sets money aside for schools, trams and the old market hall.",
    "The mayor thanked the staff of the treasury, who had prepared the figures since the spring of this year.",
]
BODY = "".join(f"<p>{line}</p>" for line in PARAGRAPHS)


def document(body: str, head: str = "", lang: str = "en") -> str:
    return f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8">{head}</head><body>{body}</body></html>'


def article_page(head: str = "", before: str = "", after: str = "", heading: str = "Budget approved") -> str:
    return document(f"<main><article><h1>{heading}</h1>{before}{BODY}{after}</article></main>", head)


def json_ld(**fields: Any) -> str:
    return f'<script type="application/ld+json">{json.dumps({"@type": "NewsArticle", **fields})}</script>'


def source(**fields: Any) -> Source:
    return Source(key="town", name="Town News", **fields)


@pytest.fixture
def read(make_page: MakePage, now: datetime) -> Callable[..., Article]:
    def article(body: str | bytes, **fields: Any) -> Article:
        known = {name: fields.pop(name, None) for name in ("source", "lead")}
        found = read_page(make_page(body, **fields), source=known["source"], lead=known["lead"], now=now)
        assert isinstance(found, Article), found
        return found

    return article


@pytest.fixture
def refuse(make_page: MakePage, now: datetime) -> Callable[..., NotArticle]:
    def refused(body: str | bytes, lead: Lead | None = None, **fields: Any) -> NotArticle:
        found = read_page(make_page(body, **fields), source=None, lead=lead, now=now)
        assert isinstance(found, NotArticle), found
        return found

    return refused


Read = Callable[..., Article]
Refuse = Callable[..., NotArticle]


# An ordinary article


def test_an_article_whole(read: Read, now: datetime) -> None:
    head = json_ld(
        headline="Budget approved", datePublished="2026-10-30T18:00:00+01:00", author={"name": "By A. Writer"}
    )
    found = read(article_page(head), source=source(languages=("en",)))
    assert found.title == "Budget approved"
    assert found.text == "\n".join(PARAGRAPHS)
    assert found.language.code == "en"
    assert found.authors == ("A. Writer",)
    assert found.source == "town"
    assert found.url == "https://www.example.org/news/1"
    assert found.fetched_at == now - timedelta(hours=1)
    assert found.dated == Dated(
        moment=datetime(2026, 10, 30, 17, tzinfo=UTC),
        precision=Precision.SECOND,
        provenance=Provenance.JSON_LD,
    )


@pytest.mark.parametrize(
    ("head", "heading", "title"),
    [
        (
            json_ld(headline="From &quot;JSON&quot;") + '<meta property="og:title" content="Open">',
            "H",
            'From "JSON"',
        ),
        ('<meta property="og:title" content="Open"><title>T</title>', "Heading", "Open"),
        ("<title>Budget approved | Town News</title>", "Budget approved", "Budget approved"),
        ('<meta property="og:site_name" content="Town"><title>All well - Town</title>', "Town", "All well"),
        (
            "<title>x<script>alert(1)</script></title>",
            "Budget <script>x()</script>approved",
            "Budget approved",
        ),
    ],
)
def test_the_title_comes_from_the_best_place(head: str, heading: str, title: str, read: Read) -> None:
    found = read(article_page(head, heading=heading))
    assert found.title == title
    assert not found.text.startswith(title)


def test_the_lists_title_and_date_beat_the_pages(read: Read) -> None:
    dated = Dated(
        moment=datetime(2026, 10, 29, tzinfo=UTC), precision=Precision.DAY, provenance=Provenance.FEED
    )
    lead = Lead(
        address="https://www.example.org/news/1",
        source="town",
        road=Road.FEED,
        title="Budget approv…",
        dated=dated,
    )
    found = read(article_page(json_ld(headline="Budget approved", datePublished="2026-10-30")), lead=lead)
    assert found.title == "Budget approv…"
    assert found.dated == dated


def test_comments_and_bars_are_no_text(read: Read) -> None:
    after = '<div id="comments"><h3>3 comments</h3><p>What a good idea, I think, said nobody ever before.</p></div>'
    found = read(article_page(before="<p>3 min read</p><p>Copy link</p>", after=after))
    assert found.text == "\n".join(PARAGRAPHS)


@pytest.mark.parametrize(
    ("canonical", "expected"),
    [
        ("/news/budget", "https://www.example.org/news/budget"),
        ("https://www.example.org/news/budget?utm_source=x", "https://www.example.org/news/budget"),
        ("https://elsewhere.example.net/news/1", "https://www.example.org/news/1"),
        ("https://www.example.org/", "https://www.example.org/news/1"),
        ("javascript:void(0)", "https://www.example.org/news/1"),
        ("http://[broken", "https://www.example.org/news/1"),
    ],
)
def test_a_canonical_address_is_believed_on_its_own_site(canonical: str, expected: str, read: Read) -> None:
    assert read(article_page(f'<link rel="canonical" href="{canonical}">')).url == expected


# Dates


@pytest.mark.parametrize(
    ("head", "before", "moment", "provenance"),
    [
        (
            '<meta property="article:published_time" content="2026-10-30T08:00:00Z">',
            "",
            "2026-10-30T08:00",
            Provenance.META,
        ),
        ("", '<time datetime="2026-10-30T08:00:00Z">yesterday</time>', "2026-10-30T08:00", Provenance.META),
        ("", '<time datetime="">30 October 2026</time>', "2026-10-30T00:00", Provenance.TEXT),
        ("", "<p>30 October 2026, 10:15</p>", "2026-10-30T10:15", Provenance.TEXT),
        (
            "",
            '<span class="post-date">Published: 30 October 2026</span>',
            "2026-10-30T00:00",
            Provenance.TEXT,
        ),
        (
            '<meta name="date" content="0000-00-00">',
            "<p>30 October 2026</p>",
            "2026-10-30T00:00",
            Provenance.TEXT,
        ),
        (
            json_ld(headline="x", dateModified="2026-10-31"),
            "<p>30 October 2026</p>",
            "2026-10-30T00:00",
            Provenance.TEXT,
        ),
    ],
)
def test_the_page_dates_itself(
    head: str, before: str, moment: str, provenance: Provenance, read: Read
) -> None:
    found = read(article_page(head, before)).dated
    assert found is not None
    assert found.moment == datetime.fromisoformat(moment).replace(tzinfo=UTC)
    assert found.provenance is provenance


@pytest.mark.parametrize(
    "before",
    [
        "",
        "<p>Updated: 30 October 2026</p>",
        "<p>Today: 1 November 2026</p>",
        "<p>The works that began on 3 March 2024 have at last been finished, and the road is open to all again.</p>",
        '<aside><time datetime="2026-10-01">1 October</time></aside>',
    ],
)
def test_what_is_no_publication_date_dates_nothing(before: str, read: Read) -> None:
    assert read(article_page(before=before)).dated is None


def test_the_address_dates_a_page_that_does_not(read: Read) -> None:
    found = read(article_page(), address="https://www.example.org/2026/10/30/budget").dated
    assert found is not None
    assert (found.moment.date().isoformat(), found.provenance) == ("2026-10-30", Provenance.URL)


def test_a_jalali_page_is_read_in_the_zone_of_its_source(read: Read) -> None:
    lines = "".join(
        f"<p>شهرداری اعلام کرد که برنامه شماره {number} این شهر از امروز آغاز شده است.</p>"
        for number in range(15)
    )
    body = f"<article><h1>برنامه تازه شهر</h1><div class='meta'>چهارشنبه ۱۵ مهر ۱۴۰۲ - ساعت ۱۴:۳۰</div>{lines}</article>"
    found = read(document(body, lang="fa"), source=source(timezone="Asia/Tehran", calendar=Calendar.JALALI))
    assert found.dated == Dated(
        moment=datetime(2023, 10, 7, 11, 0, tzinfo=UTC),
        precision=Precision.MINUTE,
        provenance=Provenance.TEXT,
        calendar=Calendar.JALALI,
    )


def test_jalali_inside_attributes_is_not_a_year_long_past(read: Read) -> None:
    head = '<meta property="article:published_time" content="1403-02-10T08:00+03:30">'
    found = read(article_page(head)).dated
    assert found is not None
    assert found.moment == datetime(2024, 4, 29, 4, 30, tzinfo=UTC)


def test_a_page_is_not_dated_after_it_was_fetched(read: Read, now: datetime) -> None:
    page = article_page(json_ld(headline="x", datePublished="2024-06-01"))
    assert read(page, fetched_at=datetime(2024, 5, 1, tzinfo=UTC)).dated is None
    assert read(page, fetched_at=datetime(2024, 6, 1, tzinfo=UTC)).dated is not None


# Selectors


def test_the_sources_selectors_win(read: Read) -> None:
    selectors = Selectors(title=".t", text=".x", date=".d", remove=(".ad",))
    before = (
        '<b class="t">Chosen title</b><i class="d">12 October 2026</i>'
        '<div class="x"><p>Chosen text of the page.</p><p class="ad">Buy now.</p><p>Second line.</p></div>'
    )
    head = json_ld(headline="Other", datePublished="2026-01-01")
    found = read(article_page(head, before), source=source(selectors=selectors))
    assert (found.title, found.text) == ("Chosen title", "Chosen text of the page.\nSecond line.")
    assert found.dated is not None
    assert found.dated.moment.date().isoformat() == "2026-10-12"


def test_selectors_that_find_nothing_leave_the_page_to_the_reader(read: Read) -> None:
    selectors = Selectors(title=".none", text=".none", date=".none", remove=(".none",))
    found = read(article_page(), source=source(selectors=selectors))
    assert (found.title, found.text) == ("Budget approved", "\n".join(PARAGRAPHS))


# Origin


@pytest.mark.parametrize(
    ("foot", "origin"),
    [
        ("<p>Source: Harbour Gazette</p>", "Harbour Gazette"),
        ("<p>Source : https://www.gazette.example.com/a/b</p>", "gazette.example.com"),
        ("<p>Source:</p><p>Harbour Gazette</p>", "Harbour Gazette"),
        ("<p>The mayor named no source: it was late.</p>", None),
        ("", None),
    ],
)
def test_the_origin_of_a_copied_story(foot: str, origin: str | None, read: Read) -> None:
    found = read(article_page(after=foot))
    assert found.original_source == origin
    if origin:
        assert "Source" not in found.text


def test_the_origin_in_the_first_sentence(now: datetime) -> None:
    text = "برنامه تازه\nبه گزارش شهرخبر به نقل از روزنامه همشهری، شهرداری برنامه تازه‌ای برای محله‌ها آغاز کرده است."
    found = read_text(text, now=now)
    assert isinstance(found, Article)
    assert found.original_source == "روزنامه همشهری"


# Short notices


@pytest.mark.parametrize(
    "body",
    [
        "<h1>Road works</h1><p>Main Street is closed on Monday.</p>",
        "<article><h1>Road works</h1>Main Street is closed on Monday.</article>",
        '<div class="content"><h1>Road works</h1><div class="body">Main Street is closed on Monday.</div></div>',
        "<table><tr><td><h1>Road works</h1></td></tr><tr><td>Main Street is closed on Monday.</td></tr></table>",
        "<div><div><h1>Road works</h1></div><div>5 October 2026</div><div><span>Main Street is closed on Monday.</span></div></div>",
    ],
)
@pytest.mark.parametrize("links", [0, 30])
def test_a_short_notice_keeps_heading_and_body_apart(body: str, links: int, read: Read) -> None:
    menu = "".join(
        f'<li><a href="/s/{number}">A section of the town hall no. {number}</a></li>'
        for number in range(links)
    )
    page = document(f"<nav><ul>{menu}</ul></nav>{body}<div class='sidebar'><ul>{menu}</ul></div>")
    found = read(page)
    assert found.title == "Road works"
    assert found.text == "Main Street is closed on Monday."


# Pages that are no articles


@pytest.mark.parametrize("pointed_at", [False, True])
def test_a_list_page_is_refused(pointed_at: bool, refuse: Refuse) -> None:
    teasers = "".join(
        f'<article><h2><a href="/n/{n}">Headline number {n} about the harbour town</a></h2><p>First words of it.</p></article>'
        for n in range(10)
    )
    lead = (
        Lead(address="https://www.example.org/news/1", source="town", road=Road.LIST) if pointed_at else None
    )
    assert refuse(document(f"<h1>News</h1>{teasers}"), lead).refusal is Refusal.LIST_PAGE


def test_a_plain_list_of_links_is_refused(refuse: Refuse) -> None:
    links = "".join(
        f'<li><a href="/n/{n}">Headline number {n} about the harbour town</a></li>' for n in range(20)
    )
    assert refuse(document(f"<h1>News</h1><ul>{links}</ul>")).refusal is Refusal.LIST_PAGE


def test_a_collection_page_is_refused(refuse: Refuse) -> None:
    links = "".join(
        f'<p><a href="/n/{n}">Headline number {n} about the harbour town</a></p>' for n in range(6)
    )
    head = '<script type="application/ld+json">{"@graph": [{"@type": "CollectionPage"}]}</script>'
    assert refuse(document(f"<h1>News</h1>{links}<p>{PARAGRAPHS[0]}</p>", head)).refusal is Refusal.LIST_PAGE


def test_an_article_among_many_links_is_kept(read: Read) -> None:
    links = "".join(
        f'<li><a href="/n/{n}">Headline number {n} about the harbour town</a></li>' for n in range(40)
    )
    found = read(document(f"<div><h1>Road works</h1><p>{PARAGRAPHS[0]}</p></div><div><ul>{links}</ul></div>"))
    assert found.text.startswith(PARAGRAPHS[0])


@pytest.mark.parametrize(
    ("body", "fields", "refusal"),
    [
        (b"", {}, Refusal.EMPTY),
        (b" \n ", {}, Refusal.EMPTY),
        (b"<p>Not here</p>", {"status": 404}, Refusal.EMPTY),
        (b"%PDF-1.7 ...", {}, Refusal.BROKEN),
        (b"\x89PNG....", {"content_type": None}, Refusal.NOT_HTML),
        (b'{"a": 1}', {"content_type": "application/json"}, Refusal.NOT_HTML),
        (b"<?xml version='1.0'?><rss></rss>", {"content_type": "application/rss+xml"}, Refusal.NOT_HTML),
        (b"<html><head></head><body></body></html>", {}, Refusal.NO_TEXT),
        (b"<html><body><nav><a href='/'>Home</a></nav></body></html>", {}, Refusal.NO_TEXT),
        (b"<!-- nothing -->", {}, Refusal.NO_TEXT),
        (b"<p>" + b"x" * 20_000_001, {}, Refusal.TOO_LARGE),
    ],
    ids=str,
)
def test_pages_without_an_article(
    body: bytes, fields: dict[str, Any], refusal: Refusal, refuse: Refuse
) -> None:
    assert refuse(body, **fields).refusal is refusal


def test_markup_without_a_content_type_is_read(read: Read) -> None:
    assert read(article_page(), content_type=None).title == "Budget approved"


def test_a_plain_text_page_is_read_as_text(read: Read) -> None:
    found = read("\n\n".join(["Budget approved", *PARAGRAPHS]), content_type="text/plain; charset=utf-8")
    assert (found.title, found.text) == ("Budget approved", "\n".join(PARAGRAPHS))


def test_a_page_wrapped_in_a_form_is_read(read: Read) -> None:
    found = read(
        document(
            f'<form id="aspnetForm"><div><h1>Budget approved</h1><p>30 October 2026</p>{BODY}</div></form>'
        )
    )
    assert found.text == "\n".join(PARAGRAPHS)
    assert found.dated is not None


# Bad input


@pytest.mark.parametrize(
    "dirt", ["&#xD800;", "&#0;", "&#xDFFF;", "\x00", "\x0b", "&#x110000;", "&#99999999999;", "\ufffe"]
)
def test_forbidden_characters_do_no_harm(dirt: str, read: Read) -> None:
    clean = article_page()
    found = read(clean.replace("council", f"coun{dirt}cil").replace("<h1>Budget", f"<h1>Bud{dirt}get"))
    assert found.title == "Budget approved"
    assert "The council of the harbour town" in found.text
    assert found.text.encode()


def test_half_a_surrogate_in_json_does_no_harm(read: Read) -> None:
    head = '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "Budget \\ud800approved"}</script>'
    assert read(article_page(head)).title == "Budget approved"


@pytest.mark.parametrize(
    "script",
    [
        "{",
        "[]",
        '"text"',
        "null",
        '{"@type": 5}',
        '{"@type": "NewsArticle", "author": 7, "headline": [1]}',
        "[" * 100_000,
    ],
)
def test_broken_json_is_passed_over(script: str, read: Read) -> None:
    assert (
        read(article_page(f'<script type="application/ld+json">{script}</script>')).title == "Budget approved"
    )


def tags(count: int) -> str:
    return document("<div>" * count + BODY)


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        (tags(100_000), Refusal.TOO_LARGE),
        (tags(5_000), Refusal.BROKEN),
        (document("<p>One of many.</p>" * 300_000), Refusal.TOO_LARGE),
        (document("<p>" + "word " * 3_000_000), Refusal.BROKEN),
        (document("<p " + " ".join(f"a{number}" for number in range(300_000)) + ">" + BODY), Refusal.BROKEN),
        (b"<p>" + b"x" * 50_000_000, Refusal.TOO_LARGE),
        (b"\x00" * 5_000, Refusal.NO_TEXT),
        (bytes(range(128, 256)) * 40, None),
    ],
    ids=["nested", "deep", "paragraphs", "one line", "attributes", "50 MB", "NULs", "noise"],
)
def test_monsters_get_a_typed_outcome(
    body: str | bytes, refusal: Refusal | None, make_page: MakePage, now: datetime
) -> None:
    found = read_page(make_page(body), now=now)
    if refusal:
        assert isinstance(found, NotArticle)
        assert found.refusal is refusal


def test_a_page_cut_by_the_parser_is_no_half_article(refuse: Refuse) -> None:
    assert refuse(document(BODY + "<i>" * 5_000 + BODY)).refusal is Refusal.BROKEN


def test_a_page_in_no_language_is_an_article_of_an_undetermined_one(read: Read) -> None:
    body = "".join(f"<p>{'zxq vbnk wrtp qqzx '[n:] * 6}.</p>" for n in range(8))
    assert read(document(f"<h1>Qxz</h1>{body}", lang="")).language.code == "und"


def test_a_list_may_bring_the_whole_text(read: Read) -> None:
    lead = Lead(
        address="https://www.example.org/news/1",
        source="town",
        road=Road.REST,
        title="Budget approved",
        body=f"{BODY}<p>Share this</p>",
    )
    shell = document("<div id='app'></div><nav><a href='/'>Home</a></nav>")
    assert read(shell, lead=lead).text == "\n".join(PARAGRAPHS)
    assert read(document(f"<article><p>{PARAGRAPHS[0]}</p></article>"), lead=lead).text == PARAGRAPHS[0]


def test_json_ld_stands_in_for_a_text_that_is_not_there(read: Read) -> None:
    head = json_ld(headline="Budget approved", articleBody="\n".join(PARAGRAPHS))
    assert read(document("<div id='app'></div>", head)).text == "\n".join(PARAGRAPHS)
    assert read(article_page(json_ld(headline="Budget approved", articleBody="Cut short"))).text == "\n".join(
        PARAGRAPHS
    )


def test_deep_nesting_does_no_harm(make_page: MakePage, now: datetime) -> None:
    page = make_page(document("<div>" * 5000 + BODY))
    assert read_page(page, source=None, lead=None, now=now)


@settings(max_examples=30, deadline=None)
@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader(body: bytes) -> None:
    now = datetime(2026, 11, 1, tzinfo=UTC)
    page = Page(
        address="https://example.org/",
        final_address="https://example.org/",
        status=200,
        headers=(("content-type", "text/html"),),
        body=b"<p>" + body,
        fetched_at=now,
    )
    assert isinstance(read_page(page, source=None, lead=None, now=now), Article | NotArticle)


@settings(max_examples=30, deadline=None)
@given(st.text(max_size=300))
def test_no_text_breaks_the_reader(text: str) -> None:
    found = read_text(text, now=datetime(2026, 11, 1, tzinfo=UTC))
    assert isinstance(found, Article | NotArticle)
    if isinstance(found, Article):
        assert found.text.encode()


# Plain texts


def test_a_given_title_is_taken_and_not_repeated(now: datetime) -> None:
    found = read_text("Budget approved\n" + "\n".join(PARAGRAPHS), title="Budget approved", now=now)
    assert isinstance(found, Article)
    assert (found.title, found.text) == ("Budget approved", "\n".join(PARAGRAPHS))


def test_a_kicker_is_not_the_title(now: datetime) -> None:
    found = read_text("The mayor announces:\nBudget approved\n" + "\n".join(PARAGRAPHS), now=now)
    assert isinstance(found, Article)
    assert found.title == "Budget approved"
    assert found.text.startswith("The mayor announces:")


def test_a_single_paragraph_is_text_without_a_title(now: datetime) -> None:
    found = read_text(PARAGRAPHS[0], now=now)
    assert isinstance(found, Article)
    assert (found.title, found.text) == ("", PARAGRAPHS[0])


def test_a_text_is_dated_by_a_line_of_its_own(now: datetime) -> None:
    found = read_text("Budget approved\n30 October 2026\n" + "\n".join(PARAGRAPHS), now=now)
    assert isinstance(found, Article)
    assert found.dated is not None
    assert found.dated.moment == datetime(2026, 10, 30, tzinfo=UTC)
    assert found.text == "\n".join(PARAGRAPHS)


@pytest.mark.parametrize(
    ("text", "refusal"), [("", Refusal.EMPTY), (" \n ", Refusal.EMPTY), ("Copy link\n•", Refusal.NO_TEXT)]
)
def test_texts_without_an_article(text: str, refusal: Refusal, now: datetime) -> None:
    found = read_text(text, url="https://example.org/a", now=now)
    assert isinstance(found, NotArticle)
    assert (found.refusal, found.address) == (refusal, "https://example.org/a")
