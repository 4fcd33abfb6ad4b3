"""Pages of awkward build: what is text comes out whole, and nothing else does."""

from collections.abc import Callable
from datetime import datetime

import pytest

from news.values import Article, NotArticle, Page
from reading import read_page

MakePage = Callable[..., Page]
Read = Callable[[str], Article | NotArticle]

TITLE = {
    "en": "Bus stop moves to the mill",
    "fa": "ایستگاه اتوبوس به آسیاب می\u200cرود",
    "ar": "نقل موقف الحافلات إلى الطاحونة",
    "tr": "Otobüs durağı değirmene taşınıyor",
}
NOTICE = {
    "en": "From Monday the buses of line 4 stop in front of the old mill instead of the market.",
    "fa": "از شنبه اتوبوس\u200cهای خط ۴ به\u200cجای بازار روبه\u200cروی آسیاب کهنه می\u200cایستند.",
    "ar": "ابتداءً من الأحد تتوقف حافلات الخط الرابع أمام الطاحونة القديمة بدلاً من السوق.",
    "tr": "Pazartesiden itibaren 4 numaralı hattın otobüsleri pazar yeri yerine eski değirmenin önünde duracak.",
}
SENTENCES = [
    "The council of the sample town met on Tuesday in the old mill, because the roof of the town hall is being mended this month.",
    "Members first heard the report of the gardener, who counted two hundred lime trees and found that eleven of them are ill.",
    "A long talk followed about the market, whose traders want to begin an hour earlier in summer and to keep their carts on the square.",
    "The treasurer explained that the new bridge has cost less than planned, since the stones of the old one could be used again.",
    "In the end all members but one agreed to open the river path by spring, and to name it after the ferryman who lived beside it.",
    "The next meeting is to take place in the school, where the children will show their map of the town's cats and hedgehogs.",
]
LINKS = "".join(f'<li><a href="/c/{number}">Section {number}</a></li>' for number in range(14))
TEASERS = "".join(
    f'<div class="card"><h3><a href="/n/{number}">Other news number {number} from the sample town</a></h3>'
    f"<p>Neighbours in street {number} have painted their gates in many colours and invite everyone to a walk on Sunday.</p></div>"
    for number in range(8)
)
LAYOUTS = {
    "semantic": '<header><nav><ul>{links}</ul></nav></header><main><article><h1>{title}</h1><p>{text}</p></article></main><footer><p>Sample town, Mill Lane 1</p></footer>',
    "wordpress": '<div id="page"><div class="main-navigation"><ul>{links}</ul></div><div id="primary"><div class="post hentry"><h1 class="entry-title">{title}</h1>'
    '<div class="entry-meta"><span class="posted-on">12 October 2026</span> <span class="byline">by admin</span></div><div class="entry-content"><p>{text}</p></div></div></div>'
    '<div id="secondary" class="widget-area"><h2>Recent posts</h2><ul>{links}</ul></div><div class="site-info">Proudly powered by WordPress</div></div>',
    "elementor": '<div class="elementor"><section class="elementor-section"><div class="elementor-container"><div class="elementor-column"><div class="elementor-widget-wrap">'
    '<div class="elementor-element elementor-widget elementor-widget-heading"><div class="elementor-widget-container"><h1 class="elementor-heading-title">{title}</h1></div></div>'
    '<div class="elementor-element elementor-widget elementor-widget-text-editor"><div class="elementor-widget-container"><p>{text}</p></div></div>'
    '</div></div></div></section><section class="elementor-section"><div class="elementor-widget-wrap"><div class="elementor-widget elementor-widget-nav-menu"><ul>{links}</ul></div></div></section></div>',
    "divi": '<div id="et-boc"><div class="et_pb_section"><div class="et_pb_row"><div class="et_pb_column et_pb_column_4_4"><div class="et_pb_module et_pb_post_title"><div class="et_pb_title_container">'
    '<h1 class="entry-title">{title}</h1></div></div><div class="et_pb_module et_pb_text"><div class="et_pb_text_inner"><p>{text}</p></div></div></div></div></div></div><div id="main-footer"><ul>{links}</ul></div>',
    "asp.net": '<form method="post" action="./news.aspx?id=4" id="form1"><div class="aspNetHidden"><input type="hidden" name="__VIEWSTATE" value="x"></div><table width="100%"><tr><td colspan="2"><ul>{links}</ul></td></tr>'
    '<tr><td width="200"><ul>{links}</ul></td><td><div id="ctl00_Body"><h1>{title}</h1><span id="ctl00_lblText">{text}</span></div></td></tr></table></form>',
    "liferay": '<div id="wrapper"><div class="portlet-boundary portlet-navigation"><ul>{links}</ul></div><div class="portlet-boundary portlet-journal-content"><div class="portlet-body"><div class="journal-content-article">'
    '<h2 class="header-title">{title}</h2><div class="text">{text}</div></div></div></div></div>',
    "table": '<table><tr><td><a href="/">Home</a> | <a href="/a">About</a></td></tr><tr><td><font size="4"><b>{title}</b></font><br><br>{text}<br><br></td></tr></table>',
    "divs": '<div><div><div>{links}</div></div><div><div><h1>{title}</h1></div><div><div>{text}</div></div></div></div>',
}  # fmt: skip


@pytest.fixture
def read(make_page: MakePage, now: datetime) -> Read:
    def reading(body: str, head: str = "") -> Article | NotArticle:
        return read_page(make_page(f"<html><head>{head}</head><body>{body}</body></html>"), now=now)

    return reading


@pytest.mark.parametrize("code", sorted(NOTICE))
@pytest.mark.parametrize("layout", sorted(LAYOUTS))
def test_a_notice_of_one_sentence(layout: str, code: str, make_page: MakePage, now: datetime) -> None:
    body = LAYOUTS[layout].format(title=TITLE[code], text=NOTICE[code], links=LINKS)
    page = make_page(
        f'<html lang="{code}"><head><title>{TITLE[code]} | Sample</title></head><body>{body}</body></html>'
    )
    found = read_page(page, now=now)
    assert isinstance(found, Article), found
    assert (found.title, found.text) == (TITLE[code], NOTICE[code])


@pytest.mark.parametrize("layout", sorted(LAYOUTS))
def test_an_article_of_six_paragraphs(layout: str, read: Read) -> None:
    joined = (
        "<br><br>".join(SENTENCES)
        if layout in ("asp.net", "table", "divs", "liferay")
        else "</p><p>".join(SENTENCES)
    )
    found = read(
        LAYOUTS[layout].format(title="The council met", text=joined, links=LINKS),
        "<title>The council met</title>",
    )
    assert isinstance(found, Article), found
    assert (found.title, found.text.split("\n")) == ("The council met", SENTENCES)


def article(paragraphs: list[str], *, title: str = "The council met") -> str:
    return f"<article><h1>{title}</h1>{''.join(f'<p>{line}</p>' for line in paragraphs)}</article>"


def test_an_agenda_of_list_items(read: Read) -> None:
    items = [
        "Opening and roll call",
        "Minutes of the meeting of 3 March",
        "Lime trees along the river: report of the gardener",
        "Market hours in summer",
        "Any other business",
    ]
    body = f"<main><h1>Agenda of the council</h1><p>{NOTICE['en']}</p><ol>{''.join(f'<li>{item}</li>' for item in items)}</ol></main>"
    found = read(f"<nav><ul>{LINKS}</ul></nav>{body}")
    assert isinstance(found, Article), found
    text = found.text.replace("- ", "")
    assert all(item in text for item in items)
    assert "Section" not in text


def test_an_interview_in_a_definition_list(read: Read) -> None:
    pairs = "".join(
        f"<dt>What comes next, part {number}?</dt><dd>{line}</dd>" for number, line in enumerate(SENTENCES)
    )
    found = read(
        f"<nav><ul>{LINKS}</ul></nav><main><h1>Five questions to the mayor</h1><dl>{pairs}</dl></main>"
    )
    assert isinstance(found, Article), found
    assert all(line in found.text for line in SENTENCES)
    assert "What comes next, part 3?" in found.text


def test_comments_longer_than_the_article(read: Read) -> None:
    remarks = "".join(
        f'<li class="comment"><p>I was there in year {number}, and the tea was cold, the bread was old and nobody said hello.</p></li>'
        for number in range(30)
    )
    for name in ("comments", "disqus_thread", "comments-area"):
        found = read(
            f'{article(SENTENCES[:3])}<div id="{name}"><h2>30 comments</h2><ol class="comment-list">{remarks}</ol></div>'
        )
        assert isinstance(found, Article), found
        assert found.text.split("\n") == SENTENCES[:3], name


def test_a_wall_of_cookies_longer_than_the_article(read: Read) -> None:
    wall = "".join(
        f"<p>Partner {number} stores and reads information on your device for measuring reach, and asks for your consent to it here.</p>"
        for number in range(25)
    )
    for attributes in (
        'class="cookie-consent"',
        'id="CybotCookiebotDialog" role="dialog" aria-modal="true"',
        'id="onetrust-consent-sdk"',
        'class="gdpr-wall"',
    ):
        found = read(f"<div {attributes}><h2>Your privacy</h2>{wall}</div>{article(SENTENCES[:3])}")
        assert isinstance(found, Article), found
        assert (found.title, found.text.split("\n")) == ("The council met", SENTENCES[:3]), attributes


def test_related_news_longer_than_the_article(read: Read) -> None:
    for name in ("related-news", "more-stories", "recommended"):
        found = read(
            f'<main>{article(SENTENCES[:2])}<section class="{name}"><h2>Related news</h2>{TEASERS}</section></main>'
        )
        assert isinstance(found, Article), (name, found)
        assert found.text.split("\n") == SENTENCES[:2], name


def test_a_live_blog_keeps_its_entries(read: Read) -> None:
    entries = "".join(
        f'<div class="live-entry"><h3>1{number}:00</h3><p>{line}</p></div>'
        for number, line in enumerate(SENTENCES)
    )
    found = read(f'<main><h1>Election night live</h1><div class="liveblog">{entries}</div></main>')
    assert isinstance(found, Article), found
    assert all(line in found.text for line in SENTENCES)


def test_a_gallery_keeps_its_text(read: Read) -> None:
    pictures = "".join(
        f'<figure><img src="{number}.jpg"><figcaption>Picture {number} of the party</figcaption></figure>'
        for number in range(9)
    )
    found = read(
        f"<main><h1>Pictures of the party</h1><p>{NOTICE['en']}</p><div class='gallery'>{pictures}</div></main>"
    )
    assert isinstance(found, Article), found
    assert NOTICE["en"] in found.text


def test_an_amp_page(read: Read) -> None:
    paragraphs = "".join(f"<p>{line}</p>" for line in SENTENCES)
    found = read(
        f"<amp-sidebar id='s' layout='nodisplay'><ul>{LINKS}</ul></amp-sidebar><main><article><header><h1>The council met</h1></header>"
        f"<amp-img src='a.jpg'></amp-img>{paragraphs}<amp-ad></amp-ad></article></main>"
    )
    assert isinstance(found, Article), found
    assert found.text.split("\n") == SENTENCES


def test_an_article_in_noscript(read: Read) -> None:
    found = read(f"<div id='app'></div><noscript>{article(SENTENCES)}</noscript>")
    assert isinstance(found, Article), found
    assert (found.title, found.text.split("\n")) == ("The council met", SENTENCES)


def test_an_article_that_only_json_ld_has(read: Read) -> None:
    text = "\\n".join(SENTENCES)
    script = f'<script type="application/ld+json">{{"@type": "NewsArticle", "headline": "The council met", "articleBody": "{text}"}}</script>'
    for shell in (
        "<div id='root'></div>",
        "<div id='root'>Loading…</div>",
        "<p>You need to enable JavaScript to run this app.</p>",
        f"<nav><ul>{LINKS}</ul></nav><div id='root'></div>",
    ):
        found = read(shell, script)
        assert isinstance(found, Article), (shell, found)
        assert (found.title, found.text.split("\n")) == ("The council met", SENTENCES), shell


def test_names_in_another_script_stay_in_their_place(read: Read) -> None:
    lines = [
        "شهرداری نمونه به شبکهٔ ICLEI پیوست و با Eurocities نیز گفت\u200cوگو می\u200cکند؛ نشانی تازهٔ آن info@example.org است.",
        "برچسب #smart_city و برنامهٔ «Green City Accord» در نشست پیش رو بررسی می\u200cشود و UCLG-MEWA هم میهمان است.",
    ]
    body = "".join(f"<p>{line}</p>" for line in lines)
    found = read(f'<div class="news-body" dir="rtl"><h1>پیوستن به ICLEI</h1>{body}</div>')
    assert isinstance(found, Article), found
    assert (found.title, found.text.split("\n")) == ("پیوستن به ICLEI", lines)


NOISE = {
    "comments": "".join(f"<p>I was there in year {number}, and nobody said hello to me.</p>" for number in range(9)),
    "share": "<ul><li><a href='https://t.me/share'>Telegram</a></li><li><a href='https://x.com/intent'>X</a></li></ul><p>Short link: https://e.org/s/4</p>",
    "related": TEASERS,
    "cookie-notice": "<p>We use cookies and similar means to make this site better. Read more in our policy.</p><button>Accept</button>",
    "newsletter": "<h3>Newsletter</h3><p>Get our news by mail every Friday and never miss a market day again.</p><form><input type=email></form>",
    "author-box": "<h4>About the press office</h4><p>The press office writes about the town and answers your letters within a week.</p>",
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(NOISE))
@pytest.mark.parametrize("within", [True, False])
def test_a_notice_of_one_sentence_beside_a_box(name: str, within: bool, read: Read) -> None:
    box = f'<div class="{name}">{NOISE[name]}</div>'
    text = f'<h1>{TITLE["en"]}</h1><div class="body-text"><p>{NOTICE["en"]}</p></div>'
    found = read(f"<div class='wrap'>{text}{box}</div>" if within else f"<div class='wrap'>{text}</div>{box}")
    assert isinstance(found, Article), found
    assert (found.title, found.text) == (TITLE["en"], NOTICE["en"])


@pytest.mark.parametrize("sign", ["¶", "#", "\uf0c1", "🔗"])
@pytest.mark.parametrize("count", [1, 6])
def test_no_sign_of_a_link_to_a_heading_is_left(sign: str, count: int, read: Read) -> None:
    link = f'<a class="headerlink" href="#x" title="Permalink">{sign}</a>'
    body = "".join(
        f"<h2>Part {number}{link}</h2><p>{line}</p>" for number, line in enumerate(SENTENCES[:count])
    )
    found = read(f"<div role='main'><h1>{TITLE['fa']}{link}</h1>{body}</div>")
    assert isinstance(found, Article), found
    assert found.title == TITLE["fa"]
    assert sign not in found.text
    assert "Part 0" in found.text


def test_a_footnote_and_a_dialog_that_is_the_page_stay(read: Read) -> None:
    body = article([f'{SENTENCES[0]} <a href="#n1">1</a>', f'See <a href="#top">#4</a>. {SENTENCES[1]}'])
    found = read(f'<div role="dialog" aria-modal="true">{body}</div>')
    assert isinstance(found, Article), found
    assert found.text.split("\n") == [f"{SENTENCES[0]} 1", f"See #4. {SENTENCES[1]}"]
