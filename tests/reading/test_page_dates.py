"""Which of the dates on a page is the article's, and which belong to others."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from news.values import Article, Dated, Lead, Page, Precision, Provenance, Road, Source
from reading import read_page, read_text

MakePage = Callable[..., Page]
Read = Callable[..., Article]
PARAGRAPHS = [
    "The ferry company presented its winter timetable on Thursday, with two more boats on Sunday mornings.",
    "Passengers of the northern pier will be able to change to the tram without waiting in the cold, it says.",
    "The harbour board has still to agree; its members meet in the old customs house at the end of the month.",
]
BODY = "".join(f"<p>{line}</p>" for line in PARAGRAPHS)
HEADING = "<h1>More boats in winter</h1>"
#: A teaser of another article, as a card and as a line.
CARD = (
    '<article class="card"><a href="/news/7"><h3>Library opens on holidays too</h3></a>'
    '<time datetime="2026-09-02">2 September 2026</time></article>'
)
LINE = '<li><a href="/news/7">Library opens on holidays too</a> <time datetime="2026-09-02">2 Sep 2026</time></li>'
OTHER_LINE = (
    '<li><a href="/news/8">Bridge closed for a week</a> <time datetime="2026-08-30">30 Aug 2026</time></li>'
)


def document(body: str, head: str = "", lang: str = "en") -> str:
    return f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8">{head}</head><body>{body}</body></html>'


@pytest.fixture
def read(make_page: MakePage, now: datetime) -> Read:
    def article(
        body: str, head: str = "", *, lead: Lead | None = None, lang: str = "en", **fields: Any
    ) -> Article:
        found = read_page(make_page(document(body, head, lang), **fields), lead=lead, now=now)
        assert isinstance(found, Article), found
        return found

    return article


def day(article: Article) -> str | None:
    return None if article.dated is None else article.dated.moment.date().isoformat()


@pytest.mark.parametrize(
    "body",
    [
        f'<article>{HEADING}{BODY}<footer>Published <time datetime="2026-10-20">20 October 2026</time></footer></article>',
        f'<article>{HEADING}{BODY}<footer class="post-info"><abbr class="published" title="2026-10-20T10:15:00Z">'
        "on Tuesday</abbr></footer></article>",
        f'<div class="has-nav wide-menu"><main><div>{HEADING}<p>Published: 20 October 2026</p>{BODY}</div></main></div>',
        f'<div class="grid-for-nav"><div class="sidebar-layout widget"><section>{HEADING}<p>20 October 2026</p>{BODY}</section>'
        "</div></div>",
        f'<div class="page"><div class="content"><div class="sidebar sidebar--post"><ul class="entry-meta"><li>'
        f'<time datetime="2026-10-20">20 October</time></li></ul></div><article>{HEADING}{BODY}</article></div></div>',
        f'<div class="sidebar"><div class="item postcard"><h2>20 October 2026</h2><ul><li><a href="/by/desk">Press office</a></li>'
        f'</ul></div></div><div class="body">{HEADING}{BODY}</div>',
        f'<header>{HEADING}<time datetime="2026-10-20">20 October</time></header><article>{BODY}</article>',
        f'<article>{HEADING}<div class="calendar"><time datetime="2026-10-20">20</time></div>{BODY}</article>',
        f'<article>{HEADING}<a href="/news/1" rel="bookmark"><time datetime="2026-10-20">Tuesday in the morning, at six</time>'
        f"</a>{BODY}</article>",
        f'<article>{HEADING}{BODY}<footer><time datetime="2026-10-20">20 October</time><nav class="post-nav">'
        '<a href="/news/0" rel="prev">The old pier is repaired at last</a></nav></footer></article>',
    ],
)
def test_a_box_of_the_article_dates_it(body: str, read: Read) -> None:
    assert day(read(body)) == "2026-10-20"


@pytest.mark.parametrize(
    "others",
    [
        f"<aside>{CARD}</aside>",
        f'<div class="sidebar">{CARD}</div>',
        f'<div class="sidebar"><h3>Latest news</h3><ul>{LINE}{OTHER_LINE}</ul></div>',
        f'<div class="boxes"><h3>More of this</h3><ul>{LINE}{OTHER_LINE}</ul></div>',
        f'<div class="boxes"><ul>{LINE}</ul></div>',
        f"<section>{CARD}</section>",
        '<a class="tile" href="/news/7"><span>Library opens on holidays too</span><time datetime="2026-09-02">2 Sep</time></a>',
        '<div class="latest-news"><b>Library opens</b><time datetime="2026-09-02">2 Sep</time></div>',
        '<div class="related"><p>Library opens</p><span class="date">2 September 2026</span></div>',
        '<div class="commentlist"><p>Ann, <time datetime="2026-10-29">29 October 2026</time>: at last!</p></div>',
        '<div class="box"><span class="date">2 September 2026</span></div><div class="box"><span class="date">30 August 2026</span></div>',
        '<div class="sidebar"><h3>Next meeting</h3><time datetime="2026-10-31">31 October 2026</time></div>',
        '<div class="sidebar"><div class="post-info"><time datetime="2026-11-01">1 November 2026</time></div></div>',
        '<div class="related"><div itemprop="hasPart"><a href="/news/7">Library</a><meta itemprop="x">'
        '<span itemprop="datePublished" content="2026-09-02">2 September 2026</span></div></div>',
    ],
)
@pytest.mark.parametrize(
    "frame",
    [
        "<article>{own}</article>{others}",
        "{others}<article>{own}</article>",
        "<article>{own}{others}</article>",
        "<div><div>{own}</div>{others}</div>",
    ],
)
def test_the_dates_of_others_date_nothing(others: str, frame: str, read: Read) -> None:
    assert read(frame.format(own=HEADING + BODY, others=others)).dated is None


def test_a_footer_of_the_site_with_several_dates_dates_nothing(read: Read) -> None:
    foot = (
        '<footer><div class="post-info">Site built <time datetime="2026-05-01">1 May 2026</time></div>'
        '<div class="post-info"><time datetime="2026-06-01">1 June 2026</time></div></footer>'
    )
    assert read(f"<article>{HEADING}{BODY}</article>{foot}").dated is None


@pytest.mark.parametrize("others", [f"<aside>{CARD}</aside>", f"<ul>{LINE}{OTHER_LINE}</ul>", CARD])
def test_the_articles_own_date_is_taken_from_among_those_of_others(others: str, read: Read) -> None:
    body = f'{others}<article>{HEADING}{BODY}<footer><time datetime="2026-10-20">20 October</time></footer></article>{others}'
    assert day(read(body)) == "2026-10-20"


@pytest.mark.parametrize(
    "marked",
    [
        '<time class="updated" datetime="2026-10-25">25 October</time> <time class="entry-date published" datetime="2026-10-20">x</time>',
        '<time class="entry-date published updated" datetime="2026-10-20">20 October</time>',
        '<p>Updated <time datetime="2026-10-25">25 October</time></p><p>Published <time datetime="2026-10-20">x</time></p>',
        '<p><span>Last updated:</span> <time datetime="2026-10-25">25 October</time> <b>Published</b> <time datetime="2026-10-20">x</time></p>',
        '<time itemprop="dateModified" datetime="2026-10-25">x</time><time itemprop="datePublished" datetime="2026-10-20">x</time>',
        "<p>Updated: 25 October 2026 | Published: 20 October 2026</p>",
        "<p>Published: 20 October 2026 (updated 25 October 2026)</p>",
        "<p>Last updated: 25 October 2026</p><p>20 October 2026</p>",
    ],
)
def test_publication_beats_change(marked: str, read: Read) -> None:
    assert day(read(f"<article>{HEADING}{marked}{BODY}</article>")) == "2026-10-20"


@pytest.mark.parametrize(
    ("head", "marked"),
    [
        ('<meta property="og:updated_time" content="2026-10-25T10:00:00Z">', ""),
        ('<meta property="article:modified_time" content="2026-10-25T10:00:00Z">', ""),
        ("", '<time class="updated" datetime="2026-10-25">25 October 2026</time>'),
        ("", '<time itemprop="dateModified" datetime="2026-10-25">25 October 2026</time>'),
        ("", '<p>Updated on <time datetime="2026-10-25">25 October 2026</time></p>'),
        ("", "<p>Last updated: 25 October 2026</p>"),
        ("", '<p class="last-modified date">25 October 2026</p>'),
    ],
)
def test_a_page_that_tells_only_of_its_change_is_undated(head: str, marked: str, read: Read) -> None:
    found = read(f"<article>{HEADING}{BODY}{marked}</article>", head)
    assert (found.dated, found.refused_dates) == (None, ())


@pytest.mark.parametrize(
    ("marked", "moment", "precision"),
    [
        ("<time>20 October 2026, 10:15</time>", "2026-10-20T10:15:00", Precision.MINUTE),
        ('<time datetime="">20 October 2026</time>', "2026-10-20T00:00:00", Precision.DAY),
        ('<time datetime="0000-00-00 00:00:00">20 October 2026</time>', "2026-10-20T00:00:00", Precision.DAY),
        ('<time datetime="2026-10-20T10:15:00">yesterday</time>', "2026-10-20T10:15:00", Precision.SECOND),
        ('<time data-time="1792491300">some hours ago</time>', "2026-10-20T10:15:00", Precision.SECOND),
        (
            '<time data-timestamp="1792491300000">some hours ago</time>',
            "2026-10-20T10:15:00",
            Precision.SECOND,
        ),
        (
            '<time datetime="1405-07-28T10:15:00+00:00">28 Mehr</time>',
            "2026-10-20T10:15:00",
            Precision.SECOND,
        ),
        (
            '<abbr class="published" title="2026-10-20T10:15:00Z">Tuesday</abbr>',
            "2026-10-20T10:15:00",
            Precision.SECOND,
        ),
        (
            '<p><span class="dt-published date">20 October 2026</span></p>',
            "2026-10-20T00:00:00",
            Precision.DAY,
        ),
    ],
)
def test_the_many_ways_to_mark_a_date(marked: str, moment: str, precision: Precision, read: Read) -> None:
    found = read(f"<article>{HEADING}{marked}{BODY}</article>").dated
    assert found is not None
    assert (found.moment, found.precision) == (datetime.fromisoformat(moment).replace(tzinfo=UTC), precision)


@pytest.mark.parametrize(
    ("head", "marked", "refused"),
    [
        ('<meta property="article:published_time" content="2031-01-01">', "", "2031-01-01"),
        ('<meta name="date" content="0000-00-00">', "", "0000-00-00"),
        (
            '<script type="application/ld+json">{"@type": "NewsArticle", "datePublished": "1970-01-01T00:00:00Z"}</script>',
            "",
            "1970-01-01T00:00:00Z",
        ),
        ("", '<time datetime="2027-02-03">3 February</time>', "2027-02-03"),
        ("", "<p>Published: 31 June 2026</p>", "Published: 31 June 2026"),
        ("", '<p class="date">20 December 2026</p>', "20 December 2026"),
    ],
)
def test_a_date_that_nobody_can_believe_is_told_as_refused(
    head: str, marked: str, refused: str, read: Read
) -> None:
    found = read(f"<article>{HEADING}{marked}{BODY}</article>", head)
    assert (found.dated, found.refused_dates) == (None, (refused,))


def test_a_refused_date_does_not_hide_a_good_one(read: Read) -> None:
    head = '<meta property="article:published_time" content="0000-00-00T00:00:00+03:30">'
    found = read(f"<article>{HEADING}<p>20 October 2026</p>{BODY}</article>", head)
    assert (day(found), found.refused_dates) == ("2026-10-20", ("0000-00-00T00:00:00+03:30",))


def test_each_refused_text_is_told_once_and_cut(read: Read) -> None:
    written = "2031-01-01T00:00:00+00:00" + " " * 80
    head = (
        f'<meta property="article:published_time" content="{written}"><meta name="date" content="{written}">'
    )
    found = read(
        f"<article>{HEADING}<p>Published: 31 June 2026, by the desk of the harbour and the ferries and trams</p>{BODY}</article>",
        head,
    )
    assert found.refused_dates[0] == "2031-01-01T00:00:00+00:00"
    assert all(len(text) <= 60 for text in found.refused_dates)
    assert len(set(found.refused_dates)) == len(found.refused_dates) == 2


@pytest.mark.parametrize(
    "others",
    [
        LINE.replace("2026-09-02", "2031-09-02"),
        "<p>Updated: 31 June 2026</p>",
        "<p>Call 71-880-123 by 14:30.</p>",
    ],
)
def test_what_is_no_publication_date_is_not_told_as_refused(others: str, read: Read) -> None:
    assert read(f"<article>{HEADING}{BODY}{others}</article>").refused_dates == ()


def test_a_lists_date_in_the_future_is_refused_and_the_pages_taken(read: Read, now: datetime) -> None:
    dated = Dated(moment=now + timedelta(days=40), precision=Precision.SECOND, provenance=Provenance.FEED)
    lead = Lead(address="https://www.example.org/news/1", source="", road=Road.FEED, dated=dated)
    found = read(f"<article>{HEADING}<p>20 October 2026</p>{BODY}</article>", lead=lead)
    assert (day(found), found.refused_dates) == ("2026-10-20", (dated.moment.isoformat(),))


def test_a_plain_text_tells_what_it_refused(now: datetime) -> None:
    found = read_text("\n".join(["More boats in winter", "Published: 31 June 2026", *PARAGRAPHS]), now=now)
    assert isinstance(found, Article)
    assert (found.dated, found.refused_dates) == (None, ("Published: 31 June 2026",))


@pytest.mark.parametrize(
    "shown",
    [
        "<p>The new pier opened on 2 September 2026.</p>",
        '<p>The new pier opened on <time datetime="2026-09-02">2 September 2026</time> in the rain.</p>',
        "<p>Entries close: 28 October 2026</p>",
        '<p>Deadline: <span class="date">28 October 2026</span></p>',
        '<p class="event-date">28 October 2026</p>',
        '<div class="event"><time datetime="2026-10-28">28 October</time></div>',
        "<h3>Application deadline</h3><p>28 October 2026</p>",
        "<table><tr><th>Draw of lots</th><td>28 October 2026</td></tr></table>",
        "<p>Friday 30 October 2026, 20:00</p><p>Customs Hall</p>",
        "<p>Where: Customs Hall</p><p>Friday 30 October 2026, 20:00</p>",
        f"{BODY}<p>28 October 2026</p>",
    ],
)
def test_dates_in_the_text_and_of_events_date_nothing(shown: str, read: Read) -> None:
    found = read(f"<article>{HEADING}{shown}{BODY}</article>")
    assert (found.dated, found.refused_dates) == (None, ())


def test_a_teaser_in_the_next_cell_dates_nothing(read: Read) -> None:
    cell = 'Latest<br><a href="/news/7">Library opens on holidays too</a> 2 September 2026'
    assert read(f"<table><tr><td>{HEADING}{BODY}</td><td>{cell}</td></tr></table>").dated is None


@pytest.mark.parametrize(
    "shown",
    [
        "<p>28 October 2026</p><p>Published: 20 October 2026</p>",
        "<p>Deadline: 28 October 2026</p><p>20 October 2026</p>",
        "<dl><dt>Published</dt><dd>20 October 2026</dd><dt>Deadline</dt><dd>28 October 2026</dd></dl>",
        f"{BODY}<p>Northport, 20 October 2026</p>",
        '<p>Harbour | <a href="/2026/10">Tuesday, 20 October 2026</a></p>',
    ],
)
def test_the_date_of_publication_is_found_among_others(shown: str, read: Read) -> None:
    text = "" if BODY in shown else BODY
    assert day(read(f"<article>{HEADING}{shown}{text}</article>")) == "2026-10-20"


def test_a_date_and_time_to_come_is_an_announcement(read: Read) -> None:
    # fetched at 11:00 UTC, and a page that names no zone may be written half a day ahead of it
    assert day(read(f"<article>{HEADING}<p>1 November 2026, 19:00</p>{BODY}</article>")) == "2026-11-01"
    assert read(f"<article>{HEADING}<p>2 November 2026, 08:00</p>{BODY}</article>").dated is None


def test_a_title_in_a_table_that_a_form_wraps_is_found(read: Read) -> None:
    rows = f"<tr><td>More boats in winter</td></tr><tr><td>Published: 20 October 2026 Code: 44</td></tr><tr><td>{BODY}</td></tr>"
    body = f'<form id="page"><table><tr><td><a href="/map">Map</a></td><td><table>{rows}</table></td></tr></table></form>'
    assert day(read(body, "<title>More boats in winter</title>")) == "2026-10-20"


@pytest.mark.parametrize(
    ("shown", "told"),
    [
        ('<span class="date">3 hours ago</span>', "2026-11-01"),
        ("<p>Published 13 hours ago</p>", "2026-10-31"),
        ("<p>Ann Miller | 2 days ago</p>", "2026-10-30"),
        ("<p>Yesterday at 14:30</p>", "2026-10-31"),
        ("<p>A boat sank two days ago.</p>", None),
        ("<p>Updated 3 hours ago</p>", None),
    ],
)
def test_a_page_may_reckon_its_date_from_now(shown: str, told: str | None, read: Read) -> None:
    assert day(read(f"<article>{HEADING}{shown}{BODY}</article>")) == told


@pytest.mark.parametrize(("zone", "told"), [("Asia/Tehran", "2026-10-31"), ("Europe/Lisbon", "2026-10-30")])
def test_hours_ago_are_reckoned_in_the_zone_of_the_source(
    zone: str, told: str, make_page: MakePage, now: datetime
) -> None:
    # 22:30 UTC of the 30th is past midnight in Tehran and not in Lisbon
    fetched = datetime(2026, 10, 31, 1, 30, tzinfo=UTC)
    page = make_page(document(f"<article>{HEADING}<p>3 hours ago</p>{BODY}</article>"), fetched_at=fetched)
    found = read_page(page, source=Source(key="port", name="Port", timezone=zone), now=now)
    assert isinstance(found, Article)
    assert found.dated is not None
    assert found.dated.precision is Precision.DAY
    assert found.dated.moment.astimezone(ZoneInfo(zone)).date().isoformat() == told


@pytest.mark.parametrize(
    ("second", "told"), [("2026-10-20", "2026-10-20"), ("2026-10-22", None)], ids=["agree", "differ"]
)
def test_of_several_articles_in_json_ld_none_speaks_for_the_page_alone(
    second: str, told: str | None, read: Read
) -> None:
    nodes = ", ".join(
        f'{{"@type": "NewsArticle", "headline": "Another", "datePublished": "{written}"}}'
        for written in ("2026-10-20", second)
    )
    head = f'<script type="application/ld+json">[{nodes}]</script>'
    assert day(read(f"<article>{HEADING}{BODY}</article>", head)) == told


def test_the_date_of_an_event_stays_in_the_text(read: Read) -> None:
    found = read(f"<article>{HEADING}<p>Friday 30 October 2026, 20:00</p><p>Customs Hall</p>{BODY}</article>")
    assert "Friday 30 October 2026, 20:00" in found.text


@pytest.mark.parametrize(
    ("lang", "stamp"),
    [
        ("en", "Tuesday, 20 October 2026 at 10:15"),
        ("en", "Published: 20 October 2026 | Updated: 25 October 2026, 08:10"),
        ("en", "2 hours ago"),
        ("fa", "۲۸ مهر ۱۴۰۵ ساعت ۰۸:۴۲"),
        ("fa", "تاریخ انتشار: سه‌شنبه ۲۸ مهر ۱۴۰۵ - ۰۸:۴۲"),
        ("fa", "ساعت ۰۸:۴۲ - ۱۴۰۵/۰۷/۲۸"),
    ],
)
def test_a_stamp_at_the_head_is_no_text(lang: str, stamp: str, now: datetime) -> None:
    persian = [
        "شرکت کشتیرانی بندر برنامه زمستانی خود را با دو سفر بیشتر در صبح‌های جمعه اعلام کرد.",
        "مسافران اسکله شمالی می‌توانند بی آنکه در سرما بمانند به قطار شهری برسند، چنان که این شرکت می‌گوید.",
    ]
    title, lines = (
        ("برنامه زمستانی کشتی‌ها", persian) if lang == "fa" else ("More boats in winter", PARAGRAPHS)
    )
    found = read_text("\n".join([title, stamp, *lines]), now=now)
    assert isinstance(found, Article)
    assert found.text == "\n".join(lines)


def test_a_sentence_with_a_date_stays(now: datetime) -> None:
    line = "The harbour board met on 20 October 2026."
    found = read_text("\n".join(["More boats in winter", line, *PARAGRAPHS]), now=now)
    assert isinstance(found, Article)
    assert line in found.text
