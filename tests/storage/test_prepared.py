"""What a reader prepares of an article's words, and the writer takes over: the same rows as without."""

import pickle
from dataclasses import replace

import pytest
from sqlalchemy import text

from benchmarks.quality.newsrooms.making import stories as told
from news.values import Language
from storage import articles
from storage.articles import Saved
from storage.fulltext import entry
from storage.prepared import prepare

LANGUAGES = ("fa", "ar", "tr", "en")
#: With words parted by a zero-width non-joiner, joined to a clitic, of two scripts, and with ligatures.
ODD = "می‌پیوندد شهرداری‌ها را وبرنامه‌های UCLG ﷺ ⑴ İstanbul’da ıslak 北京市 و ﻻزم "
TABLES = ("article", "address", "signature", "band", "story_article", "tag")


def _arrivals(make):
    """Reports, copies of them elsewhere, an edit, the same text again, and texts too short to be compared."""
    number = 0
    for language in LANGUAGES:
        for story in told(language)[:3]:
            number += 1
            one = make.article(
                number, title=story.title, text=story.text, language=Language(code=language, confidence=1)
            )
            yield one
            paragraphs = story.text.split("\n")
            copy = "\n".join(paragraphs[1:] + paragraphs[:1])
            yield replace(one, url=f"https://copy.example/{number}", source="copy", text=copy)
    yield make.article(1, text=ODD * 20, fetched_at=make.now + make.day)
    yield make.article(900, text=ODD * 20)
    yield make.article(901, text="کوتاه")


def _tables(store):
    with store.reading() as session:
        found = {table: session.execute(text(f"SELECT * FROM {table}")).all() for table in TABLES}
        columns = (
            "rowid, title, body, forms" if store.is_sqlite else "article_id, CAST(document AS text), words"
        )
        found["article_search"] = session.execute(text(f"SELECT {columns} FROM article_search")).all()
    return {table: sorted(map(repr, rows)) for table, rows in found.items()}


def test_prepared_articles_are_kept_as_those_that_are_not(make_store, make):
    plain, ahead = make_store(), make_store()
    outcomes = []
    for article in _arrivals(make):
        prepared = pickle.loads(pickle.dumps(prepare(article)))
        with plain.writing() as session:
            outcomes.append(articles.save(session, article, make.arrival())[0])
        with ahead.writing() as session:
            articles.save(session, article, make.arrival(), prepared)
    assert _tables(plain) == _tables(ahead)
    assert {Saved.NEW, Saved.UPDATED, Saved.DUPLICATE} <= set(outcomes)
    assert _tables(plain)["story_article"]


@pytest.mark.parametrize(
    "changes",
    [{"title": "عنوان دیگر"}, {"text": "متن دیگر " * 30}, {"language": Language(code="ar", confidence=1)}],
)
def test_what_was_prepared_of_other_words_is_not_used(make_store, make, changes):
    plain, ahead = make_store(), make_store()
    article = make.article(text=ODD)
    with plain.writing() as session:
        articles.save(session, replace(article, **changes), make.arrival())
    with ahead.writing() as session:
        articles.save(session, replace(article, **changes), make.arrival(), prepare(article))
    assert _tables(plain) == _tables(ahead)


def test_an_edit_takes_over_what_was_prepared_of_it(make_store, make):
    plain, ahead = make_store(), make_store()
    edited = make.article(text=ODD * 20)
    for store, prepared in ((plain, None), (ahead, prepare(edited))):
        make.keep(store, make.article())
        with store.writing() as session:
            saved = articles.revise(session, 1, edited, make.arrival(), prepared)
        assert saved is not None
        assert saved[0] is Saved.UPDATED
    assert _tables(plain) == _tables(ahead)


def test_an_address_claimed_later_leaves_what_was_prepared_of_use(make):
    article = make.article()
    prepared = prepare(article)
    assert prepared.fits(replace(article, url="https://yazd.example/elsewhere", authors=("n.n.",)))
    assert not prepared.fits(replace(article, text=article.text + "."))


def test_what_travels_with_an_article_does_not_repeat_its_text(make):
    article = make.article(text=ODD * 200)
    alone = len(pickle.dumps(article))
    prepared = prepare(article)
    both = len(pickle.dumps((article, prepared)))
    own = sum(
        len(part.encode()) for part in (prepared.entry.title, prepared.entry.body, prepared.entry.forms)
    )
    assert both < alone + own + 20_000


def test_the_index_holds_the_beginning_of_a_text_that_is_too_long_for_it():
    long = entry("one two", " ".join(f"w{number}" for number in range(150_000)), "und")
    kept = long.body.split(" ")
    assert (long.title, long.forms) == ("one two", "")
    assert kept == [f"w{number}" for number in range(len(kept))]
    # 8 bytes for each word beside its own, and as much for each of the two breaks
    cost = sum(len(word) + 8 for word in ("one", "two", *kept)) + 9
    assert cost <= 1_000_000 < cost + len(f"w{len(kept)}") + 8
