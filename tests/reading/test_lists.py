"""Pages that list articles, and short notices with teasers around them."""

from collections.abc import Callable
from datetime import datetime

import pytest

from news.values import Article, NotArticle, Page, Refusal
from reading import read_page

MakePage = Callable[..., Page]
SENTENCES = (
    "The old bakery on the quay opens again with four ovens.",
    "Bus line nine goes to the hospital from the first of March.",
    "Children painted the fence of the fire station last week.",
    "The council gives two rooms of the mill to the choir.",
    "A bridge for cyclists is planned behind the railway yard.",
)
NOTICE = {
    "fa": ("بسته شدن پل قدیم", "پل قدیم امروز بسته است."),
    "ar": ("إغلاق الجسر القديم", "الجسر القديم مغلق اليوم."),
    "tr": ("Eski köprü kapalı", "Eski köprü bugün kapalıdır."),
    "en": ("Old bridge closed", "The bridge is shut today."),
    "fr": ("Le vieux pont est fermé", "Le pont est fermé ce jour."),
    "de": ("Alte Brücke gesperrt", "Die Brücke ist heute zu."),
    "ru": ("Старый мост закрыт", "Мост сегодня закрыт."),
    "es": ("Puente viejo cerrado", "El puente está cerrado hoy."),
}


def headline(number: int) -> str:
    return f"Other story number {number} of the harbour town"


def row(card: str, times: int = 10) -> str:
    return "".join(
        card.format(n=n, title=headline(n), text=SENTENCES[n % len(SENTENCES)]) for n in range(1, times + 1)
    )


LINKS = row("<p><a href='/{n}'>{title}</a></p>", 14)
TEASERS = row("<article><h3><a href='/{n}'>{title}</a></h3></article>", 6)
CARDS = row("<div class='card'><h5><a href='/{n}'>{title}</a></h5><p>{text}</p></div>", 3)
LISTS = [
    row("<div class='item'><h3><a href='/{n}'>{title}</a></h3><p>{text}</p><span>{n} May 2026</span></div>"),
    row("<a class='card' href='/{n}'><h3>{title}</h3><p>{text}</p></a>"),
    row("<div><a href='/{n}'><h3>{title}</h3></a><p>{text}</p></div>"),
    row("<div><h3>{title}</h3><p>{text}</p><a href='/{n}'>Read more</a></div>"),
    f"<ul>{row('<li><a href=/{n}>{title}</a> <span>{n}/5/2026</span></li>')}</ul>",
    f"<table>{row('<tr><td>{n}.5.2026</td><td><a href=/{n}>{title}</a></td></tr>')}</table>",
]


@pytest.fixture
def read(make_page: MakePage, now: datetime) -> Callable[..., Article | NotArticle]:
    def read_it(
        title: str, body: str, attributes: str = "", address: str = "https://www.example.org/news/1"
    ) -> Article | NotArticle:
        html = f"<html><head><title>{title}</title></head><body {attributes}>{body}</body></html>"
        return read_page(make_page(html, address=address), now=now)

    return read_it


Read = Callable[..., Article | NotArticle]


@pytest.mark.parametrize(
    "heading", ["News", "اخبار", "الأخبار", "Haberler", "Actualités", "Новости", "Noticias"]
)
@pytest.mark.parametrize("cards", LISTS)
def test_a_row_of_teasers_is_a_list_whatever_it_is_made_of(heading: str, cards: str, read: Read) -> None:
    found = read(f"{heading} - Town", f"<h1>{heading}</h1>{cards}<ul><li><a href='?page=2'>2</a></li></ul>")
    assert isinstance(found, NotArticle)
    assert found.refusal is Refusal.LIST_PAGE


@pytest.mark.parametrize(
    "heading", ["برچسب: پارک", "Tag: parks", "Etiket: park", "الوسم: حدائق", "Рубрика: парки"]
)
def test_three_teasers_are_enough_where_the_heading_says_what_is_listed(heading: str, read: Read) -> None:
    found = read(heading, f"<h1>{heading}</h1>{CARDS}")
    assert isinstance(found, NotArticle)
    assert found.refusal is Refusal.LIST_PAGE


def test_a_front_page_is_a_list(read: Read) -> None:
    body = f"{CARDS}<p>Welcome to the pages of our town, where everything is to be found.</p>"
    found = read("Harbour Town", body, address="https://www.example.org/")
    assert isinstance(found, NotArticle)
    assert found.refusal is Refusal.LIST_PAGE


@pytest.mark.parametrize("language", sorted(NOTICE))
@pytest.mark.parametrize("others", [LINKS, TEASERS, CARDS, *LISTS], ids=range(3 + len(LISTS)))
def test_a_short_notice_is_an_article_whatever_stands_below(language: str, others: str, read: Read) -> None:
    title, text = NOTICE[language]
    found = read(f"{title} - Town", f"<div><h1>{title}</h1><p>{text}</p></div><div>{others}</div>")
    assert isinstance(found, Article), found
    assert (found.title, found.text) == (title, text)


def test_the_names_of_the_body_do_not_make_a_single_post_a_list(read: Read) -> None:
    title, text = NOTICE["en"]
    found = read(title, f"<h1>{title}</h1><p>{text}</p>{LINKS}", "class='single tag'")
    assert isinstance(found, Article)


@pytest.mark.parametrize(
    "points",
    [
        "<ul><li>Opening of the meeting</li><li>Budget of the port</li><li>Other business</li></ul>",
        "<ul><li>Read <a href='/a'>the whole plan</a> in the library on Monday.</li>"
        "<li>Ask <a href='/b'>the clerk</a> for a seat before Friday noon.</li>"
        "<li>Bring <a href='/c'>the form</a> that came with the letter.</li></ul>",
        "<table><tr><td>Monday</td><td>8 to 16</td></tr><tr><td>Friday</td><td>8 to 12</td></tr></table>",
    ],
)
def test_a_list_of_points_belongs_to_the_article(points: str, read: Read) -> None:
    found = read("Agenda of May", f"<h1>Agenda of May</h1><p>{SENTENCES[3]}</p>{points}")
    assert isinstance(found, Article), found
    assert "Budget of the port" in found.text or "before Friday" in found.text or "Friday" in found.text


def test_a_card_under_other_news_is_no_text_however_long_the_article(read: Read) -> None:
    text = "".join(f"<p>{' '.join(SENTENCES)} Part {n}.</p>" for n in range(8))
    card = "<div class='c'><a href='/2'>A story about the lighthouse keeper</a><p>The keeper leaves in June.</p></div>"
    found = read("A long story", f"<main><h1>A long story</h1>{text}<h3>Other news</h3>{card}</main>")
    assert isinstance(found, Article)
    assert "Part 7." in found.text
    assert "keeper" not in found.text


def test_cards_of_a_column_beside_are_no_text(read: Read) -> None:
    title, text = NOTICE["en"]
    found = read(title, f"<div><div><h1>{title}</h1><p>{text}</p></div><div>{CARDS}</div></div>")
    assert isinstance(found, Article)
    assert found.text == text


@pytest.mark.parametrize(
    ("label", "kept"),
    [
        ("همچنین بخوانید: <a href='/2'>داستان فانوس دریایی</a>", False),
        ("Read also: <a href='/2'>The story of the lighthouse</a>", False),
        ("İlgili haber: <a href='/2'>Deniz fenerinin öyküsü</a>", False),
        ("اقرأ أيضاً: <a href='/2'>قصة المنارة</a>", False),
        ("Lire aussi : <a href='/2'>Le phare</a>", False),
        ("Lesen Sie auch: <a href='/2'>Der Leuchtturm</a>", False),
        ("Читайте также: <a href='/2'>История маяка</a>", False),
        ("Lea también: <a href='/2'>El faro</a>", False),
        ("Share this: <a href='#'>Facebook</a> <a href='#'>Chat of the town</a>", False),
        ("Paylaş <a href='#'>Facebook</a><a href='#'>X</a>", False),
        ("The keeper tells it in <a href='/2'>a book about the lighthouse</a>.", True),
        ("See also the map, says the clerk, and <a href='/2'>ask him</a>.", True),
    ],
)
def test_a_line_of_a_label_and_links_alone_is_no_text(label: str, kept: bool, read: Read) -> None:
    body = f"<article><h1>Harbour walk</h1><p>{SENTENCES[0]}</p><p>{label}</p><p>{SENTENCES[1]}</p></article>"
    found = read("Harbour walk", body)
    assert isinstance(found, Article)
    assert len(found.text.splitlines()) == (3 if kept else 2)


@pytest.mark.parametrize(
    "bar",
    [
        "<header><div class='topbar'>امروز: یکشنبه ۱ آذر ۱۴۰۵</div></header>",
        "<header><div>Call centre 137, open every day from eight to eight.</div></header>",
        "<div class='topbar'>Weather in the town: rain until noon.</div>",
    ],
)
def test_the_bar_at_the_top_is_no_text_but_the_header_of_an_article_is(bar: str, read: Read) -> None:
    found = read("Harbour walk", f"{bar}<h1>Harbour walk</h1><p>{SENTENCES[0]}</p>")
    assert isinstance(found, Article)
    assert found.text == SENTENCES[0]
    body = f"<article><header><p>{SENTENCES[1]}</p></header><p>{SENTENCES[0]}</p></article>"
    own = read("Harbour walk", f"<h1>Harbour walk</h1>{body}")
    assert isinstance(own, Article)
    assert SENTENCES[1] in own.text


def test_a_table_that_lays_out_a_page_is_no_table_of_the_text(read: Read) -> None:
    body = (
        "<form id='page'><a href='/'>Home</a><table><tr><td><table><tr><td><a href='/m'>Map</a></td></tr>"
        "<tr><td><a href='/t'>Taxes</a></td></tr></table></td><td><table><tr><td>Harbour walk</td></tr>"
        f"<tr><td>{SENTENCES[0]}<br><br>{SENTENCES[1]}<br>{SENTENCES[2]}</td></tr></table></td></tr></table></form>"
    )
    found = read("Harbour walk", body)
    assert isinstance(found, Article)
    assert found.text.splitlines() == list(SENTENCES[:3])


def test_a_text_that_says_its_title_again_and_nothing_more_is_one(read: Read) -> None:
    title = "The library is closed on Friday."
    found = read(title, f"<h1>{title}</h1><p>{title}</p>")
    assert isinstance(found, Article)
    assert found.text == title
    assert isinstance(read(title, f"<h1>{title}</h1>"), NotArticle)
