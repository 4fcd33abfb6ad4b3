"""Articles of several pages, crawled over HTTP: fetched in order, read as one, never mixed up with lists."""

from datetime import UTC, datetime

import pytest

from crawler import following
from crawler.following import repeats
from news.values import Article, Language, Page
from tests.crawler.conftest import item

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
LANGUAGE = Language(code="en", confidence=1.0)
PART = "Part {} of the plan: {} the council of the harbour town will meet once more, and it will decide on the money."
PERSIAN = (
    "بخش {} طرح: {} شورای شهر بار دیگر در ساختمان شهرداری گرد هم می‌آید و درباره بودجه سال آینده تصمیم می‌گیرد."
)


def parts(key, number, sentence=PART, count=4):
    """The paragraphs of one page, like no other page's."""
    return [sentence.format(f"{number}.{index}", f"{key}-{number}-{index}") for index in range(count)]


def links(*numbers, base="/plan"):
    """WordPress's links to the pages of a post."""
    made = (f'<a href="{base}/{number}/" class="post-page-numbers">{number}</a>' for number in numbers)
    return f'<div class="page-links">{" ".join(made)}</div>'


def publish(site, pages, base="/plan", sentence=PART):
    for number in range(1, pages + 1):
        path = f"{base}/" if number == 1 else f"{base}/{number}/"
        others = [n for n in range(1, pages + 1) if n != number]
        site.post(path, *parts(site.key, number, sentence), foot=links(*others, base=base))
    site.feed(item(f"{site.address}{base}/", f"The plan of {site.key}"))


def text_of(site, *numbers, sentence=PART):
    return "\n".join(line for number in numbers for line in parts(site.key, number, sentence))


def test_the_pages_of_a_post_become_one_article(desk, site):
    publish(site, 3)
    run = desk.crawl(site.key).run
    (article,) = desk.articles(site.key)
    assert article.text == text_of(site, 1, 2, 3)
    assert article.url == f"{site.address}/plan/"
    assert site.asked == ["/robots.txt", "/feed", "/plan/", "/plan/2/", "/plan/3/"]
    assert (run["new"], run["fetched"], run["requests"], run["failed"]) == (1, 1, 5, {})


def test_a_persian_post_goes_on_whatever_spelling_its_links_have(desk, site):
    written = "/طرح-شهر"
    lower = "/%d8%b7%d8%b1%d8%ad-%d8%b4%d9%87%d8%b1"
    for number, base in ((1, written), (2, lower), (3, written)):
        path = lower.upper() + ("/" if number == 1 else f"/{number}/")
        site.post(
            path,
            *parts(site.key, number, PERSIAN),
            title="طرح شهر",
            foot=links(number + 1, base=base) if number < 3 else "",
        )
    site.feed(item(f"{site.address}{lower}/", "طرح شهر"))
    assert desk.crawl(site.key).run["failed"] == {}
    (article,) = desk.articles(site.key)
    assert article.language.code == "fa"
    assert article.text == text_of(site, 1, 2, 3, sentence=PERSIAN)


def test_a_page_named_by_a_parameter_or_by_rel_next_goes_on(desk, site):
    site.post("/plan?id=7", *parts(site.key, 1), foot='<a rel="next" href="?id=7&amp;page=2">next</a>')
    site.post("/plan?id=7&page=2", *parts(site.key, 2))
    site.feed(item(f"{site.address}/plan?id=7", "The plan"))
    desk.crawl(site.key)
    (article,) = desk.articles(site.key)
    assert article.text == text_of(site, 1, 2)


def test_the_next_article_is_no_next_page(desk, site):
    nav = '<a rel="next" href="/plan-for-the-park/">Next article</a><a rel="next" href="/news/13">Next</a>'
    site.post("/news/12", *parts(site.key, 1), foot=nav, head='<link rel="next" href="/news/13">')
    site.post("/news/13", *parts(site.key, 2))
    site.feed(item(f"{site.address}/news/12", "The plan"))
    desk.crawl(site.key)
    assert [article.text for article in desk.articles(site.key)] == [text_of(site, 1)]
    assert site.asked == ["/robots.txt", "/feed", "/news/12"]


def test_a_lists_paging_is_not_followed(desk, site):
    teasers = "".join(
        f'<article><h2><a href="/news/{n}">What the council of the town said on day {n}</a></h2></article>'
        for n in range(20)
    )
    site.show(
        "/news", f'<html><body class="archive">{teasers}<a rel="next" href="/news?page=2">2</a></body></html>'
    )
    site.feed(item(f"{site.address}/news", "News"))
    run = desk.crawl(site.key).run
    assert run["not_article_causes"] == {"list-page": 1}
    assert site.count("/news?page=2") == 0


def test_an_article_that_a_list_names_itself_is_no_page_of_another(desk, site):
    site.post("/plans", *parts(site.key, 1), title="The plans", foot=links(2, base="/plans"))
    site.post("/plans/2/", *parts(site.key, 2), title="Another plan")
    site.feed(item(f"{site.address}/plans", "The plans"), item(f"{site.address}/plans/2/", "Another plan"))
    run = desk.crawl(site.key).run
    assert (run["failed"], run["new"]) == ({}, 2)
    assert sorted(article.text for article in desk.articles(site.key)) == [text_of(site, 1), text_of(site, 2)]


def test_a_page_that_shows_the_same_again_adds_nothing(desk, site):
    for path in ("/plan", "/plan?page=2"):  # comments are paged, not the text
        site.post(path, *parts(site.key, 1), foot='<a href="/plan?page=2">2</a><a href="/plan?page=3">3</a>')
    site.feed(item(f"{site.address}/plan", f"The plan of {site.key}"))
    assert desk.crawl(site.key).run["failed"] == {}
    assert [article.text for article in desk.articles(site.key)] == [text_of(site, 1)]
    assert site.count("/plan?page=3") == 0


def test_pages_end_at_a_bound(desk, site):
    publish(site, 25)
    desk.crawl(site.key)
    (article,) = desk.articles(site.key)
    assert article.text == text_of(site, *range(1, 21))
    assert site.count("/plan/21/") == 0


@pytest.mark.parametrize(
    ("answer", "cause"),
    [({"status": 404}, "http-404"), ({"status": 503}, "http-503"), ({"status": None}, "connection-lost"),
     ({"status": 302, "headers": {"Location": "/plan/"}}, "elsewhere"), ({"body": ""}, "empty")],
)  # fmt: skip
def test_what_there_is_is_kept_though_a_later_page_fails(desk, site, answer, cause):
    publish(site, 3)
    site.show("/plan/3/", **answer)
    report = desk.crawl(site.key)
    (article,) = desk.articles(site.key)
    assert article.text == text_of(site, 1, 2)
    assert report.run["failed"] == {f"continuation-{cause}": 1}
    assert (report.run["new"], report.error) == (1, None)


def test_a_later_page_that_failed_is_asked_for_again_and_makes_a_new_version(desk, site):
    publish(site, 2)
    page = site.answers.pop("/plan/2/")
    site.show("/plan/2/", status=503)
    desk.crawl(site.key)
    site.answers["/plan/2/"] = page
    assert desk.crawl(site.key).run["updated"] == 1
    assert [article.text for article in desk.articles(site.key)] == [text_of(site, 1, 2)]


def test_robots_txt_holds_for_later_pages_too(desk, site):
    publish(site, 2)
    site.show("/robots.txt", "User-agent: *\nDisallow: /plan/2/\n", kind="text/plain")
    assert desk.crawl(site.key).run["failed"] == {"continuation-robots": 1}
    assert site.count("/plan/2/") == 0
    assert [article.text for article in desk.articles(site.key)] == [text_of(site, 1)]


def test_another_visit_never_loses_the_joined_text(desk, make_site):
    site = make_site(sitemaps=["/map.xml"])
    publish(site, 2)

    def listed(day):
        url = f"<url><loc>{site.address}/plan/</loc><lastmod>2026-11-{day:02}T10:00:00Z</lastmod></url>"
        site.show("/map.xml", f"<urlset>{url}</urlset>", kind="application/xml")

    listed(1)
    desk.crawl(site.key)
    listed(2)
    page = site.answers.pop("/plan/2/")
    assert desk.crawl(site.key).run["failed"] == {"continuation-http-404": 1}
    assert [article.text for article in desk.articles(site.key)] == [text_of(site, 1, 2)]
    site.answers["/plan/2/"] = page
    listed(3)
    run = desk.crawl(site.key).run
    assert (run["fetched"], run["updated"], run["failed"]) == (1, 0, {})
    assert desk.versions(site.key) == [1]


def test_half_a_page_shown_again_is_the_page_again():
    def article(*lines):
        return Article(url="", source="", title="", text="\n".join(lines), language=LANGUAGE, fetched_at=NOW)

    assert repeats(article("one", "two", "new"), article("one", "two"))
    assert not repeats(article("one", "new"), article("one", "two", "three"))


@pytest.mark.parametrize(
    ("link", "second"),
    [
        ("/plan/2/", "/plan/2/"),
        ("https://town.example/plan/page/2", "/plan/page/2"),
        ("?page=2", "/plan/?page=2"),
        ("/plan/?lang=en&amp;page=2", None),
        ("/plan/?page=2&amp;utm_source=x", "/plan/?page=2"),
        ("./2/", "/plan/2/"),
        ("/%70lan/2", "/plan/2"),
        ("/sport/2/", None),
        ("/2/plan/", None),
        ("/plan/12/", None),
    ],
)
def test_only_an_own_second_page_follows_a_first(link, second):
    body = f"<html><body><h1>The plan</h1><p>Text</p><a href='/news/2/'>2</a><a href='{link}'>2</a></body></html>"
    page = Page(
        address="https://town.example/plan/", final_address="https://town.example/plan/", status=200,
        headers=(("content-type", "text/html; charset=utf-8"),), body=body.encode(), fetched_at=NOW,
    )  # fmt: skip
    article = Article(
        url="https://town.example/plan/", source="town", title="The plan", text="Text", language=LANGUAGE,
        fetched_at=NOW,
    )  # fmt: skip
    found = following.of(page, article, None)
    assert (found and found.address) == (second and f"https://town.example{second}")


@pytest.mark.parametrize(
    "tag",
    [
        "<a href='/plan/2/'>2</a>",
        '<A HREF = "/plan/2/">2</A>',
        "<a href=/plan/2/ >2</a>",
        "<b data-next='https://town.example/sport/2?href=/plan/2/'>2</b>",
        "<b onclick=\"location.href='/plan/2/'\">2</b>",
    ],
)
def test_a_second_page_is_found_however_its_link_is_written(tag):
    assert list(following._second_pages(f"<p title=/x/2>{tag}".encode())) == [b"/plan/2/"]


def test_an_address_that_no_link_holds_is_no_second_page():
    assert not list(following._second_pages(b"<form action='/plan/2/'><img src=/plan/2/ data-x='href /plan/2/'>"))
