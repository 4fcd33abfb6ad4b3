"""The pages, as a browser gets them from the running server."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from lxml import html

from news.values import Article
from storage import articles
from storage.articles import Arrival
from storage.engine import Store
from storage.query import FIELDS
from web.app import create_app


def page(web: httpx.Client, address: str, status: int = 200) -> Any:
    answer = web.get(address)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith("text/html")
    return html.fromstring(answer.text)


def titles(found: Any) -> list[str]:
    return [title.text_content() for title in found.cssselect(".hit h2")]


def words(element: Any) -> str:
    return " ".join(element.text_content().split())


def test_the_first_page_shows_the_newest_and_how_many_there_are(web: httpx.Client) -> None:
    found = page(web, "/")
    assert words(found.cssselect(".total [role=status]")[0]) == "47 articles, newest first"
    assert len(titles(found)) == 20
    assert titles(found)[:3] == [
        "Barcelona <script>alert('x')</script>\"'>",
        "یزد عضو مجمع شهرداران آسیا شد",
        "Council meeting 0",
    ]


def test_words_sought_are_marked_whatever_keyboard_wrote_them(web: httpx.Client) -> None:
    found = page(web, "/?q=می گويد")  # an Arabic yeh, and no joiner
    assert [mark.text for mark in found.cssselect(".hit mark")] == ["می‌گوید"]
    assert found.cssselect("input[name=q]")[0].get("value") == "می گويد"
    assert "best first" in words(found.cssselect(".total")[0])


def test_each_item_has_the_direction_of_its_language(web: httpx.Client) -> None:
    found = page(web, "/")
    english, persian = found.cssselect(".hit")[:2]
    for selector in ("h2", ".snippet"):
        assert dict(persian.cssselect(selector)[0].attrib).items() >= {"dir": "rtl", "lang": "fa"}.items()
        assert dict(english.cssselect(selector)[0].attrib).items() >= {"dir": "ltr", "lang": "en"}.items()
    assert persian.get("dir") == "rtl"
    assert found.cssselect("input[name=q]")[0].get("dir") == "auto"


def test_a_persian_item_has_both_dates_of_the_day_it_was_in_tehran(web: httpx.Client) -> None:
    meta = page(web, "/?q=عضویت").cssselect(".hit .meta")[0]
    assert meta.cssselect("time")[0].get("datetime") == "2024-04-29"
    assert meta.cssselect("time")[0].text == "29 April 2024"
    assert meta.cssselect(".jalali")[0].text == "۱۰ اردیبهشت ۱۴۰۳"
    assert "شهرداری یزد" in words(meta)


@pytest.mark.parametrize(
    ("query", "total"),
    [
        ("network=amf", 1),
        ("city=112931", 46),
        ("language=fa", 1),
        ("source=news", 45),
        ("language=en&source=news&q=parks", 45),
        ("network=amf&q=nothing", 0),
        ("source=yazd&after=2024-04-29", 1),
        ("source=yazd&before=2024-04-29", 0),
        ("source=yazd&after=2024-04-29&before=2024-04-30", 1),
        ("q=city:112931", 46),
        ("network=%00", 47),
    ],
)
def test_filters(web: httpx.Client, query: str, total: int) -> None:
    assert words(page(web, f"/?{query}").cssselect(".total [role=status]")[0]).startswith(f"{total} article")


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("source=nwes", "did you mean 'news'?"),
        ("country=UK", "did you mean 'GB'?"),
        ("kind=paper", "no kind"),
        ("language=xq", "xq"),
    ],
)
def test_a_filter_that_no_article_can_pass_is_said(web: httpx.Client, query: str, said: str) -> None:
    answer = web.get(f"/?{query}")
    assert answer.status_code == 400
    assert said in words(html.document_fromstring(answer.text).cssselect("#problem")[0])
    assert said in web.get(f"/api/search?{query}").json()["error"]


def test_facets_count_and_narrow(web: httpx.Client) -> None:
    found = page(web, "/?q=council")
    rows = {words(link): link.get("href") for link in found.cssselect(".facets a")}
    assert rows["Tehran 45"] == "/?q=council&city=112931"
    assert rows["English 45"] == "/?q=council&language=en"
    chosen = page(web, "/?q=council&city=112931")
    (current,) = chosen.cssselect(".facets a[aria-current]")
    assert current.get("href") == "/?q=council"
    assert chosen.cssselect("select[name=city] option[selected]")[0].get("value") == "112931"
    assert [chip.get("href") for chip in chosen.cssselect(".chip.chosen")] == ["/?q=council"]
    assert chosen.cssselect("details.filters[open]")


def test_a_filter_that_finds_nothing_can_be_given_up(web: httpx.Client) -> None:
    found = page(web, "/?network=no-such-network")
    assert [link.get("href") for link in found.cssselect(".facets a[aria-current]")] == ["/"]
    assert "Nothing was found" in words(found.cssselect(".empty")[0])


def test_chips_of_an_item_narrow_the_search(web: httpx.Client) -> None:
    chips = page(web, "/?q=عضویت").cssselect(".hit .chip")
    assert [words(chip) for chip in chips] == ["Asian Mayors Forum", "Yazd", "Tehran"]
    narrowed = page(web, chips[0].get("href"))
    assert narrowed.cssselect("select[name=network] option[selected]")[0].get("value") == "amf"
    assert len(titles(narrowed)) == 1


def test_paging_reaches_every_article_once(web: httpx.Client) -> None:
    seen: list[str] = []
    address: str | None = "/?source=news"
    while address:
        found = page(web, address)
        seen += titles(found)
        following = found.cssselect(".pager a[rel=next]")
        address = following[0].get("href") if following else None
    assert seen == [f"Council meeting {number}" for number in range(45)]
    assert words(found.cssselect(".pager")[0]) == "Previous Page 3 of 3 Next"


@pytest.mark.parametrize("number", ["4", "99", "999999999999999999999999"])
def test_a_page_beyond_the_last_leads_back(web: httpx.Client, number: str) -> None:
    found = page(web, f"/?page={number}")
    assert [link.get("href") for link in found.cssselect(".pager a[rel=prev]")] == ["/?page=3&pin=47"]


@pytest.mark.parametrize("number", ["0", "-1", "x", "", "٢"])
def test_a_page_that_is_none_is_the_first_or_counts_anyhow(web: httpx.Client, number: str) -> None:
    page(web, f"/?page={number}")


@pytest.mark.parametrize(
    ("query", "said", "place"),
    [
        ("(council AND", "(at character 1)", "(council AND"),
        ("council colour:red", "unknown field", "colour:red"),
    ],
)
def test_what_of_a_query_is_wrong_is_shown_beside_what_the_rest_finds(
    web: httpx.Client, query: str, said: str, place: str
) -> None:
    found = page(web, f"/?q={quote(query)}")
    alert = found.cssselect("[role=alert]")[0]
    assert said in words(alert)
    assert words(alert.cssselect("mark")[0]) == place
    assert found.cssselect("input[name=q]")[0].get("value") == query


def test_the_fields_of_a_query_are_explained(web: httpx.Client) -> None:
    listed = words(page(web, "/").cssselect(".help dl")[0])
    assert all(f"{name}:" in listed for name in FIELDS)


def test_months_narrow_the_search_to_themselves(web: httpx.Client) -> None:
    found = page(web, "/?q=council")
    month = next(link for link in found.cssselect(".facets a") if "2024-03" in words(link))
    count = int(words(month.cssselect(".count")[0]))
    assert words(page(web, month.get("href")).cssselect(".total strong")[0]) == str(count)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("q=" + "a" * 501, "longer than"),
        ("after=1403-99-99", "after: not a date"),
        ("before=x", "before: not a date"),
    ],
)
def test_a_wrong_question_is_explained_and_kept(web: httpx.Client, query: str, said: str) -> None:
    name, _, value = query.partition("=")
    found = page(web, f"/?{query}&network=amf", 400)
    assert said in words(found.cssselect("[role=alert]")[0])
    assert found.cssselect(f"input[name={name}]")[0].get("value") == value
    assert found.cssselect("select[name=network] option[selected]")[0].get("value") == "amf"


def test_an_article_is_shown_with_everything_known_of_it(web: httpx.Client) -> None:
    (link,) = page(web, "/?q=عضویت").cssselect(".hit h2 a")
    found = page(web, link.get("href"))
    text = found.cssselect(".text")[0]
    assert (text.get("dir"), text.get("lang"), len(text.cssselect("p"))) == ("rtl", "fa", 2)
    assert "می\u200cگوید" in text.text_content()
    assert [words(chip) for chip in found.cssselect(".chip")] == [
        "Asian Mayors Forum",
        "Yazd (Iran)",
        "Tehran (Iran)",
    ]
    claims = [words(claim) for claim in found.cssselect(".claim .meta")]
    assert claims[0] == "Yazd (Iran) joined Asian Mayors Forum announced confidence 93%"
    assert claims[1] == "Unknown member left unknown network denied confidence 20%"
    assert found.cssselect(".claim blockquote")[0].get("dir") == "rtl"
    (original,) = found.cssselect(".origin a")
    assert (original.get("href"), original.get("rel")) == (
        "https://yazd.example/news/1",
        "noopener noreferrer",
    )
    assert "originally from ایرنا" in words(found.cssselect("article .meta")[0])
    assert "agency ایسنا" in words(found.cssselect("article .meta")[0])


def test_an_article_leads_to_the_others_of_its_story(store: Store, yazd: Article, served: Callable[[Any], Any]) -> None:
    title = "<script>x</script>"
    copy = replace(yazd, url="https://isna.example/1", source="isna", title=title, text=f"{yazd.text} {'یزد شهر است. ' * 20}")
    with store.writing() as session:
        for one in (replace(copy, url=yazd.url, source="yazd"), replace(copy, fetched_at=yazd.fetched_at + timedelta(days=1))):
            articles.save(session, one, Arrival(now=one.fetched_at))
    with served(create_app(store)) as address, httpx.Client(base_url=address, trust_env=False) as web:
        (other,) = page(web, "/articles/2").cssselect(".origin li:has(a[href^='/'])")
        assert words(other) == f"{title} yazd leads"
        assert other.cssselect("a")[0].get("href") == "/articles/1"
        assert "leads" not in words(page(web, "/articles/1").cssselect(".origin li")[0])


def test_hostile_articles_stay_inert(web: httpx.Client) -> None:
    listing = page(web, "/?q=barcelona")
    (link,) = listing.cssselect(".hit h2 a")
    for found in (listing, page(web, "/?q=barcelona&language=en"), page(web, link.get("href"))):
        assert not found.cssselect("script, img, iframe, [onerror], [style]")
        assert not [
            link for link in found.iter("a") if not link.get("href").startswith(("/", "#", "https://"))
        ]
    assert "javascript:alert(1)" in words(found.cssselect(".origin")[0])
    assert "{{ 7*7 }}" in words(found.cssselect(".text")[0])


@pytest.mark.parametrize("name", ["q", "network", "city", "language", "source", "after", "before", "page"])
def test_hostile_parameters_stay_inert(web: httpx.Client, name: str) -> None:
    value = "\"><script>alert(1)</script><a href='javascript:x'>"
    answer = web.get("/", params={name: value})
    assert answer.status_code in (200, 400)
    assert not html.fromstring(answer.text).cssselect("script, a[href^=javascript]")


def test_the_register_lists_events_with_evidence(web: httpx.Client) -> None:
    found = page(web, "/memberships")
    (row,) = found.cssselect("tbody tr")
    cells = [words(cell) for cell in row.cssselect("td")]
    assert cells[:4] == [
        "Yazd (Iran)",
        "Asian Mayors Forum",
        "joined announced",
        "29 April 2024 ۱۰ اردیبهشت ۱۴۰۳",
    ]
    assert row.cssselect("blockquote")[0].get("dir") == "rtl"
    assert row.cssselect("a[rel]")[0].get("href") == "https://yazd.example/news/1"
    assert not page(web, "/memberships?network=uclg").cssselect("tbody tr")
    assert "none of" in words(page(web, "/memberships?status=maybe", 400))


def test_feeds_come_from_their_folder_and_from_nowhere_else(web: httpx.Client) -> None:
    feed = web.get("/alerts/new-memberships.xml")
    assert (feed.text, feed.headers["content-type"]) == ("<feed/>", "application/atom+xml")
    for rule in ("missing", "..%2fsecret", "../secret", "%2e%2e/secret", "a%00b"):
        assert web.get(f"/alerts/{rule}.xml").status_code == 404


def test_a_feed_comes_in_the_language_that_is_asked_for(web: httpx.Client) -> None:
    assert web.get("/alerts/new-memberships.xml?lang=fa").text == "<feed>fa</feed>"
    for language in ("tr", "xx", "../fa", "%00"):
        assert web.get(f"/alerts/new-memberships.xml?lang={language}").status_code == 404


@pytest.mark.parametrize(
    "address", ["/articles/999", "/articles/x", "/articles/99999999999999999999", "/nothing"]
)
def test_what_is_not_there_is_said_so(web: httpx.Client, address: str) -> None:
    assert page(web, address, 404).cssselect("h1")


@pytest.mark.parametrize(
    "address", ["/", "/api/search", "/static/style.css", "/nothing", "/healthz", "/?q=(", "/api/x"]
)
def test_every_answer_is_guarded(web: httpx.Client, address: str) -> None:
    headers = web.get(address).headers
    assert headers["content-security-policy"].startswith("default-src 'self';")
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"


def test_nothing_comes_from_other_hosts_and_nothing_changes_by_get(web: httpx.Client) -> None:
    for address in ("/", "/memberships", "/articles/1"):
        found = page(web, address)
        for element in found.cssselect("link, script, img, form"):
            target = element.get("href") or element.get("src") or element.get("action")
            assert re.match(r"/(?!/)", target)
        assert {form.get("method") for form in found.cssselect("form")} <= {"get"}
        assert web.post(address).status_code == 405


def test_the_address_that_people_guess_leads_to_the_search(web: httpx.Client) -> None:
    answer = web.get("/search?q=%DB%8C%D8%B2%D8%AF&language=fa")
    assert (answer.status_code, answer.headers["location"]) == (308, "/?q=%DB%8C%D8%B2%D8%AF&language=fa")
    assert web.get("/search").headers["location"] == "/"


def test_one_of_each_story_is_a_tick_that_pages_and_files_keep(web: httpx.Client) -> None:
    found = page(web, "/?once=1")
    assert found.cssselect("input[name=once][checked]")
    assert all("once=1" in link.get("href") for link in found.cssselect(".pager a, .files a"))


FILTERS = [
    ("city=%DB%8C%D8%B2%D8%AF", 1), ("city=Yazd", 1), ("city=111822", 1), ("city=Tehran", 0), ("country=ir", 1), ("country=Iran", 1),
    ("country=TR", 0), ("verb=joined", 1), ("verb=left", 0), ("status=announced", 1), ("status=planned", 0), ("network=AMF", 1),
    ("network=Asian+Mayors+Forum", 1), ("since=1403", 1), ("since=2025", 0), ("city=Yazd&country=IR&verb=joined&since=2024-04", 1),
]  # fmt: skip


@pytest.mark.parametrize(("query", "total"), FILTERS)
def test_the_register_is_narrowed_by_what_the_command_takes(web: httpx.Client, query: str, total: int) -> None:
    assert len(page(web, f"/memberships?{query}").cssselect("tbody tr")) == total
    rows = web.get(f"/memberships.csv?{query}").text.splitlines()[1:]
    assert len(rows) == total


def test_the_filters_of_the_register_stay_in_its_form_and_can_be_given_up(web: httpx.Client) -> None:
    found = page(web, "/memberships?city=111822&verb=joined&since=1403&network=amf")
    form = found.cssselect("form")[0]
    assert form.cssselect("input[name=city]")[0].get("value") == "Yazd, IR"
    assert form.cssselect("input[name=since]")[0].get("value") == "1403"
    assert [option.text for option in form.cssselect("option[selected]")] == ["Asian Mayors Forum", "joined"]
    chips = {words(chip): chip.get("href") for chip in found.cssselect("a.chip")}
    assert chips["City Yazd (Iran) ×"] == "/memberships?network=amf&since=1403&verb=joined"
    timeline, file = (found.cssselect(".files a")[number].get("href") for number in (0, 1))
    assert page(web, timeline).cssselect("ol.timeline li")
    assert page(web, timeline).cssselect("input[name=view][value=timeline]")
    assert file == "/memberships.csv?network=amf&city=111822&since=1403&verb=joined"
    assert "reported" in web.get(timeline.replace("/memberships?", "/memberships.csv?")).text


@pytest.mark.parametrize("query", ["city=nowhere+at+all", "country=Utopia", "network=no+such+network", "since=soon", "verb=sang"])
def test_a_wrong_filter_is_named_beside_the_form_that_holds_it(web: httpx.Client, query: str) -> None:
    found = page(web, f"/memberships?{query}", 400)
    name, value = query.split("=")
    assert words(found.cssselect("[role=alert]")[0]).startswith(f"{name}:")
    assert found.cssselect("form input[name=city]")
    if field := found.cssselect(f"input[name={name}]"):
        assert field[0].get("value") == value.replace("+", " ")


def test_what_turns_the_words_around_it_is_left_out_of_pages(web: httpx.Client) -> None:
    answer = web.get("/", params={"q": "a\u202eb\u2066c\u200cd\x1b[31m"})
    assert not set("\u202e\u2066\x1b") & set(answer.text)
    assert "abc\u200cd" in answer.text
