"""Search: one meaning on both engines, in every script."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from news.errors import QueryError
from news.languages.tokens import words
from news.values import Language, TagKind
from storage.engine import Store
from storage.query import LONGEST_QUERY, parse_query
from storage.search import Filters, Found, Sought, search, snippet_of

#: id → (title, text, language, source, networks, cities); ids count from 1 in this order.
ARCHIVE = (
    ("عضویت یزد در مجمع شهرداران آسیا", "شهرداری یزد به عضویت مجمع شهرداران آسیا درآمد و می‌پیوندد.", "fa", "yazd",
     ("amf",), ("111822",)),
    ("بلدية عمّان", "انضمّت بلديةُ عمّان إلى الشبكة الدولية للمدن القوية.", "ar", "petra", ("scn",), ("250441",)),
    ("İstanbul Büyükşehir Belediyesi", "IĞDIR ile İstanbul ağa katıldı; belediyenin kararı.", "tr", "ibb",
     ("uclg-mewa",), ("745044",)),
    ("Mashhad joins the forum", "The municipality of Mashhad joined the Asian Mayors Forum today.", "en", "isna",
     ("amf",), ("124665",)),
    ("Élections à Genève", "La ville de Genève rejoint le réseau des maires. Œuvre.", "fr", "geneve", (), ("2660646",)),
    ("Город Казань", "Казань вступила в сеть городов; ёлка.", "ru", "kazan", (), ()),
    ("上海加入城市网络", "上海市加入了亚洲市长论坛。", "zh", "shanghai", ("amf",), ()),
    ("مجمع", "گزارش دیگری دربارهٔ شهرهای آسیا و شهرداران؛ سال ۱۴۰۳.", "fa", "isna", (), ("111822", "112931")),
)  # fmt: skip


def _fill(store: Store, make: Any) -> Store:
    for number, (title, body, language, source, networks, cities) in enumerate(ARCHIVE):
        tags = (
            *(make.tag(TagKind.NETWORK, key) for key in networks),
            *(make.tag(TagKind.CITY, key) for key in cities),
        )
        article = make.article(
            number,
            title=title,
            text=body,
            source=source,
            tags=tags,
            language=Language(code=language, confidence=1.0),
            dated=make.dated(make.now - number * make.day),
        )
        make.keep(store, article)
    return store


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def archive(request: pytest.FixtureRequest, module_store: Callable[[str], Store], make: Any) -> Store:
    return _fill(module_store(request.param), make)


@pytest.fixture
def find(archive: Store) -> Callable[..., Found]:
    def find(query: str, filters: Filters | None = None, **options: Any) -> Found:
        with archive.reading() as session:
            return search(session, query, filters, **options)

    return find


def _ids(found: Found) -> list[int]:
    assert found.total == len(found.hits)
    return sorted(hit.id for hit in found.hits)


@pytest.mark.parametrize(("query", "ids"), [
    # Persian and Arabic, spelt as any keyboard does
    ("يزد", [1, 8]), ("شهرداري", [1]), ("می‌پیوندد", [1]), ("می پیوندد", [1]), ("اسيا", [1, 8]), ("1403", [8]),
    ("الشبكه", [2]), ("انضمت", [2]), ("عمان", [2]), ("بلدیة", [2]),
    # Turkish i, French accents, Russian yo, Chinese characters
    ("istanbul", [3]), ("ISTANBUL", [3]), ("ığdır", [3]), ("igdir", [3]), ("buyuksehir", [3]),
    ("geneve", [5]), ("oeuvre", [5]), ("елка", [6]), ("论坛", [7]), ("坛论", []),
    # phrases, beginnings, AND OR NOT
    ('"مجمع شهرداران"', [1]), ("«مجمع شهرداران»", [1]), ("“mayors forum”", [4]), ('"forum mayors"', []),
    ('"the forum the municipality"', []), ("شهردار*", [1, 8]), ("شهردار", [1, 8]), ("muni*", [4]), ("آس*", [1, 8]),
    ("mashhad joined", [4]), ("mashhad AND istanbul", []), ("mashhad OR istanbul", [3, 4]),
    ("آسیا NOT یزد", []), ("آسیا -درآمد", [8]), ("(mashhad OR istanbul) NOT ağa", [4]), ("NOT network:amf", [2, 3, 5, 6, 8]),
    # the quotation marks of any keyboard, and apostrophes that quote nothing
    ("‘mayors forum’", [4]), ("'forum mayors'", []), ("»mayors forum«", [4]), ("‹forum mayors›", []), ("＂mayors forum＂", [4]),
    ("「市长论坛」", [7]), ("『论坛市长』", []), ("'mashhad", [4]), ("l’asian mayors’", []),
    # signs that no operator is made of, and marks that nobody sees
    ("mashhad - istanbul", []), ("mashhad - joined", [4]), ("mashhad > joined", [4]), ("<mashhad>", [4]), ("mashhad\\ joined", [4]),
    ("\u200fcity:111822 \u202bآسیا\u202c", [1, 8]), ("mashhad \u200eOR\u200f istanbul", [3, 4]), ("شهردار\u200f*", [1, 8]),
    # a name is a name beside whatever else is asked
    ("asian mayors forum language:fa یزد", [1]), ("asian mayors forum NOT mashhad language:zh", [7]),
    # fields
    ("network:amf", [1, 4, 7]), ("city:۱۱۱۸۲۲", [1, 8]), ("city:١١١٨٢٢", [1, 8]), ("network:amf AND language:fa", [1]), ("city:111822", [1, 8]), ("source:isna", [4, 8]),
    ("network:uclg-mewa", [3]), ("network:amf OR belediyenin", [1, 3, 4, 7]), ("Language:tr", [3]), ('source:"isna" مجمع', [8]),
    # nothing to look for
    ("", [1, 2, 3, 4, 5, 6, 7, 8]), ("   ", [1, 2, 3, 4, 5, 6, 7, 8]), ("*", [1, 2, 3, 4, 5, 6, 7, 8]), ("nowhere", []),
])  # fmt: skip
def test_queries(find: Callable[..., Found], query: str, ids: list[int]) -> None:
    assert _ids(find(query)) == ids


@pytest.mark.parametrize(
    ("filters", "ids"),
    [
        ({"network": "amf"}, [1, 4, 7]),
        ({"city": "111822"}, [1, 8]),
        ({"language": "fa"}, [1, 8]),
        ({"sources": ("yazd", "isna")}, [1, 4, 8]),
        ({"sources": ("nobody",)}, []),
        ({"network": "amf", "language": "zh"}, [7]),
    ],
)
def test_filters(find: Callable[..., Found], filters: dict[str, Any], ids: list[int]) -> None:
    assert _ids(find("", Filters(**filters))) == ids


def test_filters_by_time(find: Callable[..., Found], make: Any) -> None:
    noon = make.now - make.hour
    assert _ids(find("", Filters(after=noon - make.day))) == [1, 2]
    assert _ids(find("", Filters(before=noon - 6 * make.day))) == [8]
    assert _ids(find("آسیا", Filters(before=noon))) == [8]


@pytest.mark.parametrize(("query", "place", "words", "ids"), [
    ("(mashhad", 0, "the bracket that opens here is not closed", [4]), ("mashhad)", 7, "closes nothing", [4]),
    ("mashhad AND", 11, "missing at its end", [4]), ('"mashhad', 0, "the quotation that begins here", [4]),
    ("mayor:mashhad", 0, "unknown field 'mayor'", [4]), ("یزد mayor:x", 4, "unknown field", []),
    ("mashhad~", 0, "no ~", [4]), ("mashhad^2", 0, "no ^", [4]), ("mashhad [a TO b]", 8, "no ranges", [4]),
    ("mashhad /mash/", 8, "no patterns", [4]), ("mash\0 mashhad", 4, "no query can hold", []),
    ("mashhad AND OR joined", 12, "'OR' cannot stand here", [4]), ("mashhad after:soon", 14, "'soon' is no day", [4]),
    ("mashhad after:2024-00", 14, "'2024-00' is no day", [4]), ("mashhad before:1403/02/00", 15, "is no day", [4]),
    ("\u200fmashhad \u200fafter:soon", 16, "'soon' is no day", [4]), ("!!! 🎉", 0, "no word to search for", [1, 2, 3, 4, 5, 6, 7, 8]),
    ("network:nobody", 8, "no network is called 'nobody'", []), ("city:Nirgendheim", 5, "no city is called", []),
    ("network:amff", 8, "is called 'amff' (did you mean 'amf'?)", []), ("country:uk", 8, "code 'UK' (did you mean 'GB'?)", []),
    ("mashhad OR language:persian", 20, "code 'persian' (did you mean 'fa'?)", [4]),
    ("kind:agncy", 5, "is called 'agncy' (did you mean 'agency'?)", []),
    ("a" * (LONGEST_QUERY + 1), 1000, "longer than 1000 characters", []),
    ("mashhad " + "(" * 40 + "a" + ")" * 40, 38, "nested too deeply", [4]),
])  # fmt: skip
def test_what_cannot_be_read_is_said_with_its_place_and_the_rest_is_searched(
    find: Callable[..., Found], query: str, place: int, words: str, ids: list[int]
) -> None:
    found = find(query)
    assert _ids(found) == ids
    (problem,) = found.problems
    assert words in problem.message
    assert problem.place == place
    with pytest.raises(QueryError, match=re.escape(words)):
        parse_query(query)


def test_a_source_is_unknown_that_is_neither_described_nor_archived(find: Callable[..., Found]) -> None:
    kinds = {"irna": "agency"}
    assert find("source:irna", kinds=kinds).problems == ()
    assert _ids(find("source:isna", kinds=kinds)) == [4, 8]
    (problem,) = find("source:irn", kinds=kinds).problems
    assert (problem.message, problem.place) == ("no source has the key 'irn' (did you mean 'irna'?): nothing has it", 7)


@pytest.mark.parametrize(
    ("filters", "said"),
    [
        ({"country": "UK"}, "country: no country has the code 'UK'"),
        ({"language": "xq"}, "language: no language"),
        ({"kind": "paper"}, "kind: no kind of source"),
        ({"sources": ("irn",)}, "source: no source has the key 'irn'"),
    ],
)
def test_a_filter_that_no_article_can_pass_is_refused(find: Callable[..., Found], filters: dict[str, Any], said: str) -> None:
    with pytest.raises(QueryError, match=re.escape(said)):
        find("", Filters(**filters), kinds={"irna": "agency"})


def test_a_query_kept_from_before_is_asked_without_a_value_that_is_known_no_longer() -> None:
    assert parse_query("mashhad OR network:nobody", is_kept=True) is not None
    with pytest.raises(QueryError, match="unknown field"):
        parse_query("mashhad OR mayor:nobody", is_kept=True)


def test_a_filter_that_is_no_key() -> None:
    with pytest.raises(QueryError, match="not a key"):
        Filters(network="a\0b")


@pytest.mark.parametrize(
    "query", [" ".join("bcdefghk" * 60), " OR ".join("bcdefghk" * 25), f"{'x' * 900}*", "ﷺ ⑴ ½"]
)
def test_odd_queries_are_answered(find: Callable[..., Found], query: str) -> None:
    assert find(query).total == 0


def test_hits(store: Store, make: Any) -> None:
    tags = (
        make.tag(TagKind.NETWORK, "amf"),
        make.tag(TagKind.CITY, "111822"),
        make.tag(TagKind.NETWORK, "amf"),
    )
    first = make.article(1, tags=tags)
    make.keep(store, first)
    make.keep(store, make.article(2, text=first.text))
    with store.reading() as session:
        (hit,) = search(session, "يزد").hits
    assert (hit.id, hit.url, hit.title, hit.source, hit.language) == (1, first.url, first.title, "yazd", "fa")
    assert (hit.networks, hit.cities, hit.copies) == (("amf",), ("111822",), 1)
    assert hit.published_at == make.now - make.hour
    assert {hit.snippet[start:end] for start, end in hit.marks} == {"یزد"}


@pytest.mark.parametrize(("query", "marked"), [
    ("شهردار*", ["شهرداری", "شهرداران"]), ("می‌پیو*", ["می‌پیوندد"]), ('"مجمع شهرداران"', ["مجمع", "شهرداران"]),
    ("یزد NOT مشهد", ["یزد"]), ("network:amf یزد", ["یزد"]),
])  # fmt: skip
def test_snippets_mark_what_was_sought(find: Callable[..., Found], query: str, marked: list[str]) -> None:
    hit = next(hit for hit in find(query).hits if hit.id == 1)
    assert [hit.snippet[start:end] for start, end in hit.marks] == marked


def test_a_long_text_is_cut_around_the_first_word_found() -> None:
    body = "آغاز " * 100 + "یزد\nشهر " + "پایان " * 100
    snippet, marks = snippet_of(body, Sought(frozenset({"یزد"})))
    assert snippet.startswith("… آغاز")
    assert "یزد شهر" in snippet
    assert snippet.endswith("پایان …")
    assert len(snippet) <= 244
    assert [snippet[start:end] for start, end in marks] == ["یزد"]
    assert snippet_of(body, Sought())[1] == ()


@pytest.mark.parametrize("before", ["", "第一段。\n", "会议讨论了交通问题。" * 60, "AMF\n" + "会议讨论了交通问题。" * 60])
def test_a_text_without_spaces_is_cut_around_what_was_found(before: str) -> None:
    snippet, marks = snippet_of(f"{before}上海市加入了{'亚洲市长论坛' * 60}", Sought(frozenset({"上", "海"})))
    assert [snippet[start:end] for start, end in marks] == ["上", "海"]
    assert len(snippet) <= 244
    assert snippet.endswith("…")


def test_no_character_is_cut_in_two() -> None:
    for size in range(220, 250):
        snippet, _ = snippet_of("a" * size + "👨\u200d👩\u200d👧" + "e\u0301" * 40, Sought())
        assert re.fullmatch("a+(👨\u200d👩\u200d👧(e\u0301)*)?", snippet.removesuffix(" …"))


def test_a_mark_covers_a_word_that_a_joiner_parts() -> None:
    body = "شهرِ یزد، «شهر‌ها» و شهر‌داران؛ نه شهروند"
    snippet, marks = snippet_of(body, Sought(frozenset({"شهر"})), "fa")
    assert [snippet[left:right] for left, right in marks] == ["شهرِ", "شهر‌ها", "شهر‌داران"]


def test_a_word_in_the_title_weighs_more_than_a_newer_date(store: Store, make: Any) -> None:
    texts = [("عضویت تازه", "شهر " * 40), ("خبر", "عضویت " + "شهر " * 40)]
    for number, (title, body) in enumerate(texts):
        dated = make.dated(make.now + number * make.day)
        make.keep(store, make.article(number, title=title, text=body, dated=dated))
    with store.reading() as session:
        hits = search(session, "عضویت").hits
    assert [hit.id for hit in hits] == [1, 2]
    assert hits[0].score > hits[1].score > 0


def test_what_a_field_alone_found_comes_last(find: Callable[..., Found]) -> None:
    hits = find("network:amf OR belediyenin").hits
    assert [hit.id for hit in hits] == [3, 1, 4, 7]
    assert [hit.score for hit in hits[1:]] == [0, 0, 0]


@pytest.mark.parametrize("query", ["", "network:amf", "شهرداران OR city:2660646 OR mashhad"])
def test_pages(find: Callable[..., Found], query: str) -> None:
    whole = find(query)
    pages = [find(query, limit=2, offset=offset) for offset in range(0, whole.total + 1, 2)]
    assert {page.total for page in pages} == {whole.total}
    assert [hit for page in pages for hit in page.hits] == list(whole.hits)


def test_newest_first_without_words(find: Callable[..., Found]) -> None:
    assert [hit.id for hit in find("").hits] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert [hit.score for hit in find("").hits] == [0.0] * 8


def test_facets(find: Callable[..., Found]) -> None:
    assert find("").facets == {}
    facets = find("", facets=True, limit=1).facets
    assert facets["network"] == (("amf", 3), ("scn", 1), ("uclg-mewa", 1))
    assert facets["city"][0] == ("111822", 2)
    assert facets["language"][0] == ("fa", 2)
    assert facets["source"][0] == ("isna", 2)
    assert find("mashhad", facets=True).facets == {
        "network": (("amf", 1),),
        "city": (("124665", 1),),
        "language": (("en", 1),),
        "source": (("isna", 1),),
        "country": (("IR", 1),),
        "kind": (),
        "month": (("2024-04", 1),),
    }
    kinds = {"isna": "agency", "yazd": "municipality"}
    assert find("", facets=True, kinds=kinds).facets["kind"] == (("agency", 2), ("municipality", 1))
    assert _ids(find("kind:agency", kinds=kinds)) == [4, 8]


def test_both_engines_answer_alike(both_stores: dict[str, Store], make: Any) -> None:
    """The same totals, ids, facets, snippets and, where nothing is ranked, order."""
    answers = []
    for store in both_stores.values():
        with _fill(store, make).reading() as session:
            unranked = [search(session, query, facets=True) for query in ("", "network:amf", "NOT یزد")]
            ranked = [
                search(session, query, facets=True)
                for query in ("شهردار* OR mashhad", "آسیا", "network:amf OR ağa")
            ]
        answers.append((unranked, [(found.total, found.facets, _unscored(found)) for found in ranked]))
    assert answers[0] == answers[1]


def _unscored(found: Found) -> list[Any]:
    return sorted((replace(hit, score=0.0) for hit in found.hits), key=lambda hit: hit.id)


_LETTERS = "ابتپچجحخدرزسشصطعغفقکگلمنوهیةيىكأإآؤئءَُِّ‌abcçdefgğhıiİIöşüßœéèабвгдеёйїсמשל上海市0۱٢ -"
_sentences = st.lists(st.text(_LETTERS, min_size=1, max_size=8), min_size=1, max_size=12).map(" ".join)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(body=_sentences, place=st.integers(0), length=st.integers(1, 3))
def test_every_word_and_phrase_of_a_text_finds_it(
    both_stores: dict[str, Store], make: Any, body: str, place: int, length: int
) -> None:
    found = words(body)
    start = place % max(1, len(found))
    sought = found[start : start + length]
    totals = set()
    for store in both_stores.values():
        _, article_id = make.keep(store, make.article(url="", title=body[::-1], text=body))
        with store.reading() as session:
            for query in (f'"{" ".join(sought)}"', f"{sought[-1]}*") if sought else ():
                totals.add((query, search(session, query, limit=1_000).total))
                assert article_id in {hit.id for hit in search(session, query, limit=1_000).hits}
    assert len(totals) == (2 if sought else 0)


@pytest.mark.parametrize(("words_of", "query"), [
    (["و"] * 400 + ["رئیس", "جمهور"], '"و رئیس جمهور"'),  # more of one word than PostgreSQL counts
    ([f"w{number}" for number in range(20_000)], '"w19998 w19999"'),  # further than it counts
])  # fmt: skip
def test_phrases_far_into_a_long_text(store: Store, make: Any, words_of: list[str], query: str) -> None:
    make.keep(store, make.article(text=" ".join(words_of)))
    with store.reading() as session:
        assert search(session, query).total == 1
        assert search(session, '"w19999 w19998"').total == 0


def test_the_longest_text_is_kept_and_found_by_its_beginning(store: Store, make: Any) -> None:
    make.keep(
        store, make.article(text=" ".join(f"کلمه{number}" for number in range(60_000)) + " " + "ب" * 5_000)
    )
    with store.reading() as session:
        assert [search(session, word).total for word in ("کلمه1", "کلمه59999", "ب" * 500)] == [1, 0, 0]
