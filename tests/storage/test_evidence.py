"""Pointers from articles to the pages they were read from."""

from datetime import UTC, datetime

from storage import articles, evidence
from storage.evidence import Pointer


def pointer(number=1, **changes):
    values = {
        "address": f"https://yazd.example/{number}", "file": "a.warc.gz", "start": 5 * 10**9 + number, "size": 100,
        "digest": "sha1:A", "captured_at": datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC), **changes,
    }  # fmt: skip
    return Pointer(**values)


def keep(make, store, article, *pages):
    with store.writing() as session:
        _, number = articles.save(session, article, make.arrival())
        evidence.attach(session, number, article, pages)
    return number


def test_a_pointer_comes_back_as_it_was(store, make):
    number = keep(make, store, make.article(), pointer(1), pointer(2))
    with store.reading() as session:
        (kept,) = evidence.of_article(session, number)
        assert evidence.of_present(session, number) == kept
    assert kept.pages == (pointer(1), pointer(2))
    assert kept.version == 1


def test_each_version_has_its_pages(store, make):
    number = keep(make, store, make.article(), pointer(1))
    with store.writing() as session:
        articles.save(session, make.article(text="Something else was said."), make.arrival())
    with store.reading() as session:
        assert evidence.of_present(session, number) is None
        assert [kept.version for kept in evidence.of_article(session, number)] == [1]
    keep(make, store, make.article(text="And a third thing."), pointer(3))
    with store.reading() as session:
        assert [kept.version for kept in evidence.of_article(session, number)] == [3, 1]
        assert evidence.of_present(session, number).pages == (pointer(3),)


def test_a_copy_has_its_own_page_and_is_not_the_articles(store, make):
    first = make.article(1)
    number = keep(make, store, first, pointer(1))
    copy = make.article(2, text=first.text)
    assert keep(make, store, copy, pointer(2)) == number
    with store.reading() as session:
        assert evidence.of_present(session, number).pages == (pointer(1),)
        assert [kept.pages[0].address for kept in evidence.of_article(session, number)] == [
            pointer(1).address, pointer(2).address
        ]  # fmt: skip


def test_a_page_is_lacking_until_one_says_what_is_kept(store, make):
    number = keep(make, store, make.article())
    with store.reading() as session:
        assert evidence.lacks(session, number, make.article())
        assert not evidence.lacks(session, number, make.article(text="Another text."))
    keep(make, store, make.article(), pointer())
    with store.reading() as session:
        assert not evidence.lacks(session, number, make.article())


def test_of_two_captures_the_later_one_is_shown(store, make):
    number = keep(make, store, make.article(), pointer(1), pointer(2))
    keep(make, store, make.article(), pointer(3))
    with store.reading() as session:
        assert evidence.of_present(session, number).pages == (pointer(3),)


def test_an_ingest_is_remembered(store, make):
    counts = {"pages": 3}
    with store.writing() as session:
        assert evidence.ingested(session, "f") is None
        evidence.note_ingest(session, "f", "a.warc.gz", make.now, offset=3 * 10**9, counts=counts)
        evidence.note_ingest(
            session, "f", "b.warc.gz", make.now, offset=4 * 10**9, counts=counts, finished=True
        )
    with store.reading() as session:
        found = evidence.ingested(session, "f")
    assert (found.offset, found.counts, found.finished_at) == (4 * 10**9, counts, make.now)


def test_a_new_reading_of_a_page_keeps_history_only_where_words_changed(store, make):
    number = keep(make, store, make.article(), pointer())
    with store.writing() as session:
        assert not articles.reread(session, number, make.article(), make.arrival())
        assert articles.reread(session, number, make.article(authors=("Ali",)), make.arrival())
    with store.reading() as session:
        assert session.get_one(articles.ArticleRow, number).versions == 1
    with store.writing() as session:
        changed = make.article(text="Read rightly now.", source="", fetched_at=make.now + make.day)
        assert articles.reread(session, number, changed, make.arrival())
    with store.reading() as session:
        kept = articles.load(session, number)
        assert session.get_one(articles.ArticleRow, number).versions == 2
    assert (kept.text, kept.source, kept.fetched_at) == ("Read rightly now.", "yazd", make.now)


def test_a_new_address_is_taken_unless_it_is_another_articles(store, make):
    number, other = keep(make, store, make.article(1)), make.article(2)
    keep(make, store, other)
    with store.writing() as session:
        articles.reread(session, number, make.article(1, url=other.url, title="A"), make.arrival())
        assert articles.load(session, number).url == make.article(1).url
        articles.reread(
            session, number, make.article(1, url="https://yazd.example/own", title="B"), make.arrival()
        )
    with store.reading() as session:
        assert articles.load(session, number).url == "https://yazd.example/own"
        assert set(articles.addresses(session, number)) == {"https://yazd.example/own", make.article(1).url}
