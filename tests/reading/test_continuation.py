"""Posts of several pages."""

from collections.abc import Callable
from datetime import datetime

import pytest

from news.values import Article, Page
from reading import read_page
from reading.continuation import MAX_PAGES, continuation, join_pages
from reading.markup import parse

MakePage = Callable[..., Page]
TEXT = "The council of the harbour town met on Monday evening and approved part {} of the plan for the coming year."


def next_of(markup: str, address: str, first: str | None = None) -> str | None:
    tree = parse(f"<html><head></head><body>{markup}</body></html>")
    assert tree is not None
    return continuation(tree, address, first=first)


@pytest.mark.parametrize(
    ("markup", "address", "first", "expected"),
    [
        ('<div class="page-links"><a href="/plan/2/">2</a></div>', "/plan/", None, "/plan/2/"),
        ('<div class="page-links"><a href="/plan/2/">2</a><a href="/plan/3/">3</a></div>', "/plan/2/", "/plan/", "/plan/3/"),
        ('<a class="post-page-numbers" href="/plan/2">2</a>', "/plan", None, "/plan/2"),
        ('<a href="/news/12/2/">2</a>', "/news/12/", None, "/news/12/2/"),
        ('<link rel="next" href="/plan/page/2/"><p>Text</p>', "/plan/", None, "/plan/page/2/"),
        ('<a rel="next" href="?page=2">»</a>', "/plan", None, "/plan?page=2"),
        ('<a rel="next" href="?page=3">»</a>', "/plan?page=2", "/plan", "/plan?page=3"),
        ('<a rel="next" href="?id=7&amp;page=2">»</a>', "/plan?id=7", None, "/plan?id=7&page=2"),
        ('<a rel="next" href="?id=8&amp;page=2">»</a>', "/plan?id=7", None, None),
        ('<a rel="next" href="/plan-for-the-park/">Next article</a>', "/plan/", None, None),
        ('<a rel="next" href="/news/13">Next article</a>', "/news/12", None, None),
        ('<a rel="next" href="?p=13">Next article</a>', "/?p=12", None, None),
        ('<a href="/plan/1/">1</a>', "/plan/2/", "/plan/", None),
        ('<a href="https://elsewhere.example.net/plan/2/">2</a>', "/plan/", None, None),
        ('<a href="http://[broken/2/">2</a>', "/plan/", None, None),
        (f'<a href="/plan/{MAX_PAGES + 1}/">x</a>', f"/plan/{MAX_PAGES}/", "/plan/", None),
        ("<p>No link</p>", "/plan/", None, None),
    ],
)  # fmt: skip
def test_only_the_next_number_of_the_same_address_goes_on(
    markup: str, address: str, first: str | None, expected: str | None
) -> None:
    site = "https://town.example.org"
    found = next_of(markup, site + address, site + first if first else None)
    assert found == (site + expected if expected else None)


def test_the_pages_become_one_article(make_page: MakePage, now: datetime) -> None:
    pages = []
    for number in (1, 2, 3):
        body = f"<article><h1>The plan</h1><p>{TEXT.format(number)}</p><p>{TEXT.format(number + 10)}</p></article>"
        address = "https://town.example.org/plan/" + (f"{number}/" if number > 1 else "")
        found = read_page(make_page(f"<html><body>{body}</body></html>", address=address), now=now)
        assert isinstance(found, Article)
        pages.append(found)
    whole = join_pages(pages[0], pages[1:])
    assert whole.text.split("\n") == [TEXT.format(n) for n in (1, 11, 2, 12, 3, 13)]
    assert (whole.url, whole.title) == (pages[0].url, "The plan")


def test_what_a_later_page_repeats_comes_once(make_page: MakePage, now: datetime) -> None:
    first = read_page(make_page(f"<article><h1>Plan</h1><p>{TEXT.format(1)}</p></article>"), now=now)
    again = read_page(
        make_page(f"<article><h1>Plan</h1><p>{TEXT.format(1)}</p><p>{TEXT.format(2)}</p></article>"), now=now
    )
    assert isinstance(first, Article)
    assert isinstance(again, Article)
    assert join_pages(first, [again]).text.split("\n") == [TEXT.format(1), TEXT.format(2)]


def test_names_are_found_where_they_stand_in_the_whole(make_page: MakePage, now: datetime) -> None:
    first = read_page(make_page(f"<article><h1>Plan</h1><p>{TEXT.format(1)}</p></article>"), now=now)
    second = read_page(
        make_page(
            "<article><h1>Plan</h1><p>Eurocities held its meeting in the town hall of Lyon.</p></article>"
        ),
        now=now,
    )
    assert isinstance(first, Article)
    assert isinstance(second, Article)
    whole = join_pages(first, [second])
    assert second.tags
    for tag in whole.tags:
        held = whole.title if tag.span.part == "title" else whole.text
        assert held[tag.span.start : tag.span.end] == tag.alias
