"""Zero-width joiners and direction marks are spelling: they come out of a page as they went in."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from news.values import Article, Page
from reading import read_page

NOW = datetime(2026, 11, 1, tzinfo=UTC)
ALPHABETS = {
    "fa": "ابپتثجچحخدذرزژسشصضطظعغفقکگلمنوهی",
    "ar": "ابتثجحخدذرزسشصضطظعغفقكلمنهوية",
    "ur": "ابپتٹثجچحخدڈذرڑزژسشصضطظعغفقکگلمنںوہھیے",
    "he": "אבגדהוזחטיכלמנסעפצקרשת",
}
MARKS = "\u200c\u200d\u200e\u200f\u061c\u202a\u202b\u202c\u2066\u2067\u2069"
LEAD = {
    "fa": "شهرداری این شهر امروز اعلام کرد که به شبکه جهانی شهرها پیوسته است.",
    "ar": "أعلنت بلدية المدينة اليوم أنها انضمت إلى الشبكة العالمية للمدن.",
    "ur": "شہر کی انتظامیہ نے آج اعلان کیا ہے کہ وہ عالمی نیٹ ورک میں شامل ہو گئی ہے۔",
    "he": "העירייה הודיעה היום כי העיר הצטרפה לרשת הערים העולמית.",
}


def marked_words(code: str) -> st.SearchStrategy[str]:
    letters = st.text(ALPHABETS[code], min_size=1, max_size=6)
    return st.builds(
        lambda before, mark, after: before + mark + after, letters, st.sampled_from(MARKS), letters
    )


def page_of(body: str) -> Page:
    return Page(
        address="https://example.org/a",
        final_address="https://example.org/a",
        status=200,
        headers=(("content-type", "text/html; charset=utf-8"),),
        body=f"<html><body><article><h1>1</h1>{body}</article></body></html>".encode(),
        fetched_at=NOW,
    )


@pytest.mark.parametrize("code", sorted(ALPHABETS))
@settings(max_examples=25, deadline=None)
@given(data=st.data(), times=st.sampled_from([1, 12]))
def test_every_mark_survives(code: str, data: st.DataObject, times: int) -> None:
    words = data.draw(st.lists(marked_words(code), min_size=3, max_size=8))
    paragraph = f"{LEAD[code]} {' '.join(words)} {LEAD[code]}"
    paragraphs = [f"{paragraph} {number}" for number in range(times)]
    article = read_page(
        page_of("".join(f"<p>{line}</p>" for line in paragraphs)), source=None, lead=None, now=NOW
    )
    assert isinstance(article, Article)
    assert article.text.split("\n") == paragraphs


def test_marks_written_as_references_count_too() -> None:
    body = f"<p>{LEAD['fa']} او می&zwnj;رود و نمی&#8204;آید و می&#x200C;پیوندد.</p>"
    article = read_page(page_of(body), source=None, lead=None, now=NOW)
    assert isinstance(article, Article)
    assert "می\u200cرود و نمی\u200cآید و می\u200cپیوندد" in article.text


def test_a_page_that_uses_the_stand_ins_itself_keeps_them() -> None:
    runes = "".join(map(chr, range(0x16A0, 0x16C0)))
    body = f"<p>{LEAD['fa']} {runes} می\u200cرود.</p>"
    article = read_page(page_of(body), source=None, lead=None, now=NOW)
    assert isinstance(article, Article)
    assert runes in article.text
    assert "می\u200cرود" in article.text


def test_titles_keep_them() -> None:
    title = "شهر به شبکه می\u200cپیوندد"
    page = page_of(f"<p>{LEAD['fa']}</p>")
    article = read_page(replace(page, body=page.body.replace(b">1<", f">{title}<".encode())), now=NOW)
    assert isinstance(article, Article)
    assert article.title == title


@pytest.mark.parametrize("code", sorted(ALPHABETS))
@pytest.mark.parametrize(
    "dressing",
    [
        '<h1>{title}<a class="headerlink" href="#x">¶</a></h1>',
        '<h1><a class="anchor" href="#x">#</a>{title}</h1>',
        "<h1><i class='material-icons'>arrow_back</i>{title}</h1>",
        "<h1>News</h1><h2>{title}</h2>",
    ],
)
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_every_mark_of_a_title_survives(code: str, dressing: str, data: st.DataObject) -> None:
    words = data.draw(st.lists(marked_words(code), min_size=2, max_size=6))
    title = " ".join(words)
    head = f"<head><title>{title} - Sample Town</title></head>"
    page = replace(
        page_of(""),
        body=f"<html>{head}<body>{dressing.format(title=title)}<p>{LEAD[code]}</p></body></html>".encode(),
    )
    article = read_page(page, now=NOW)
    assert isinstance(article, Article)
    assert article.title == title
    assert article.text == LEAD[code]
