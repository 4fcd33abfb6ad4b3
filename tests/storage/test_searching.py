"""What a search keeps in mind: words as written, pages while articles arrive, what changed in the archive."""

from dataclasses import replace
from typing import Any

import pytest

from news.values import Language, TagKind
from storage import articles, columns, indexing
from storage.engine import Store
from storage.search import Filters, among, matching, search, search_ids


def _ids(store: Store, query: str, **options: Any) -> list[int]:
    with store.reading() as session:
        return [hit.id for hit in search(session, query, limit=100, newest=True, **options).hits]


def test_exact_holds_words_to_the_letters_typed(store: Store, make: Any) -> None:
    texts = [
        "شهر يزد زیباست",
        "شهر یزد زیباست",
        "Élan du maire",
        "elan vital elans",
        "the Elan of Iran",
        "Iranian elan",
    ]
    for number, body in enumerate(texts):
        make.keep(
            store,
            make.article(
                number, text=body, title=str(number), dated=make.dated(make.now - number * make.day)
            ),
        )
    assert _ids(store, "یزد") == [1, 2]
    assert _ids(store, "یزد", exact=True) == [2]
    assert _ids(store, "يزد", exact=True) == [1]
    assert _ids(store, "Élan", exact=True) == [3]
    assert _ids(store, '"شهر یزد"', exact=True) == [2]
    assert _ids(store, "elan", exact=True) == [4, 6]
    assert _ids(store, "Iran*", exact=True) == [5, 6]
    assert _ids(store, "Iran", exact=True) == [5]


@pytest.mark.parametrize(("query", "ids"), [
    ("elan OR Iran", [1, 2, 4]), ("(elan OR یزد) NOT vital", [4, 5]), ("elan OR network:amf", [1, 3, 4]),
    ("NOT elan", [2, 3, 5, 6]), ("NOT (elan OR network:amf)", [2, 5, 6]), ("NOT یزد", [1, 2, 3, 4, 6]), ("elan NOT Élan", [1, 4]),
    ("上海", [6]), ("海市", [6]), ("加入*", [6]), ("C40", [6]), ("", [1, 2, 3, 4, 5, 6]),
])  # fmt: skip
def test_exact_holds_each_word_of_a_query_by_itself(
    store: Store, make: Any, query: str, ids: list[int]
) -> None:
    texts = [
        "elan vital",
        "the Elan of Iran",
        "Élan du maire",
        "Iranian elan",
        "شهر یزد زیباست",
        "上海市加入C40网络 elans",
    ]
    for number, body in enumerate(texts):
        tags = (make.tag(TagKind.NETWORK, "amf"),) if number == 2 else ()
        make.keep(store, make.article(number, text=body, title=str(number), tags=tags))
    assert sorted(_ids(store, query, exact=True)) == ids


@pytest.mark.parametrize("query", ["", "شهرداری"])
def test_pages_neither_repeat_nor_miss_an_article_while_others_arrive(
    store: Store, make: Any, query: str
) -> None:
    for number in range(7):
        make.keep(
            store,
            make.article(
                number,
                text=f"شهرداری {number} " + "شهر " * number,
                dated=make.dated(make.now - number * make.day),
            ),
        )
    with store.reading() as session:
        first = search(session, query, limit=3)
    seen = [hit.id for hit in first.hits]
    while len(seen) < first.total:
        make.keep(
            store,
            make.article(100 + len(seen), text=f"شهرداری شهرداری {len(seen)}", dated=make.dated(make.now)),
        )
        with store.reading() as session:
            page = search(session, query, limit=3, offset=len(seen), pin=first.pin)
        assert page.total == first.total
        seen += [hit.id for hit in page.hits]
    assert sorted(seen) == [1, 2, 3, 4, 5, 6, 7]


def test_a_later_search_knows_what_came_changed_and_went(store: Store, make: Any) -> None:
    article = make.article(1, tags=(make.tag(TagKind.NETWORK, "amf"),))
    make.keep(store, article)
    assert _ids(store, "network:amf") == [1]
    make.keep(
        store, make.article(2, text="دیگر", language=Language(code="ar", confidence=1), tags=article.tags)
    )
    assert _ids(store, "network:amf") == [2, 1]
    changed = replace(article, text=article.text + " تازه", tags=(make.tag(TagKind.CITY, "111822"),))
    make.keep(store, changed)
    assert _ids(store, "network:amf") == [2]
    assert _ids(store, "country:IR language:fa") == [1]
    with store.writing() as session:
        indexing.remove(session, 2)
        session.delete(session.get_one(articles.ArticleRow, 2))
    assert _ids(store, "") == [1]
    with store.reading() as session:
        assert search(session, facets=True).facets["network"] == ()


def test_who_searches_meanwhile_goes_on_with_the_same_articles(store: Store, make: Any) -> None:
    kept = [make.article(number) for number in (1, 2)]
    for article in kept:
        make.keep(store, article)
    with store.reading() as session:
        before = columns.current(session, is_writing=False)
    make.keep(store, replace(kept[0], text=kept[0].text + " تازه"))
    with store.writing() as session:
        indexing.remove(session, 2)
        session.delete(session.get_one(articles.ArticleRow, 2))
    with store.reading() as session:
        after = columns.current(session, is_writing=False)
    assert list(before.alive.nonzero()[0]) == [1, 2]
    assert list(after.alive.nonzero()[0]) == [1]


def test_what_is_not_committed_is_seen_by_its_writer_alone(store: Store, make: Any) -> None:
    make.keep(store, make.article(1))
    assert _ids(store, "شهرداری") == [1]

    def look(session: Any) -> None:
        articles.save(session, make.article(2, text="شهرداری دیگر"), make.arrival())
        assert search(session, "شهرداری").total == 2
        assert matching(among(session, [1, 2]), "دیگر") == (2,)

    with pytest.raises(InterruptedError):
        make.interrupted(store, look)
    assert _ids(store, "شهرداری") == [1]
    make.keep(store, make.article(3, text="شهرداری سوم"))
    assert len(_ids(store, "شهرداری")) == 2


def test_every_article_found_newest_first(store: Store, make: Any) -> None:
    for number in range(3):
        make.keep(
            store, make.article(number, text=f"شهر {number}", dated=make.dated(make.now - number * make.day))
        )
    with store.reading() as session:
        assert search_ids(session, "شهر") == ((1, 2, 3), ())
        assert search_ids(session, "شهر", Filters(after=make.now - 2 * make.hour))[0] == (1,)
