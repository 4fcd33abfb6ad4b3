"""Where the running text of a page stands."""

import pytest

from reading.densest import see
from reading.markup import parse

SENTENCE = (
    "The council of the harbour town met on Monday evening and approved part {} of the plan for the year."
)
BODY = "".join(f"<p>{SENTENCE.format(n)}</p>" for n in range(8))
TEXT = [SENTENCE.format(n) for n in range(8)]
LINKS = "".join(f'<li><a href="/n/{n}">Headline number {n} about the harbour town</a></li>' for n in range(9))
TEASERS = "".join(
    f'<div><h3><a href="/n/{n}">Headline number {n} of the town</a></h3><p>{SENTENCE.format(n + 50)}</p>'
    f'<a href="/n/{n}">Read more about it</a></div>'
    for n in range(6)
)


def lines(body: str) -> list[str]:
    tree = parse(f"<html><head></head><body>{body}</body></html>")
    assert tree is not None
    return see(tree).dense.lines


@pytest.mark.parametrize(
    "page",
    [
        f"<div>{BODY}</div>",
        f"<article><h1>Title</h1>{BODY}</article>",
        f"<header><ul>{LINKS}</ul></header><div><h1>Title</h1>{BODY}</div><div><ul>{LINKS}</ul></div>",
        f"<div><div class='main'>{BODY}</div><div class='more'>{TEASERS}</div></div>",
        f"<div>{BODY}<div class='more'>{TEASERS}</div></div>",
        f"<div>{BODY}<div class='author-box'><p>{SENTENCE.format(99)}</p></div></div>",
        f"<div>{BODY}<div class='articleByline'>Written by the press office of the town.</div></div>",
        f"<div>{BODY}<figure><figcaption>{SENTENCE.format(99)}</figcaption></figure></div>",
        f"<div>{BODY}<p style='display: none'>{SENTENCE.format(99)}</p></div>",
        f"<div>{BODY}<h2>See also</h2><ul>{LINKS}</ul></div>",
        f"<div>{BODY}<h2>A heading over nothing</h2></div>",
        f"<div>{BODY}</div><div><p>{SENTENCE.format(99)}</p><p>12 Main Street</p></div>",
        f"<div>{BODY}{BODY}</div>",
        f"<div class='has-author no-sidebar with-comments'>{BODY}</div>",
    ],
)
def test_the_text_alone_is_taken(page: str) -> None:
    assert lines(page) == TEXT


def test_headings_within_the_text_stay_and_the_lead_above_it_too() -> None:
    half = "".join(f"<p>{line}</p>" for line in TEXT[:4])
    rest = "".join(f"<p>{line}</p>" for line in TEXT[4:])
    page = f"<div><div><h1>Title</h1><p>{SENTENCE.format(77)}</p></div><div>{half}<h2>And then</h2>{rest}</div></div>"
    assert lines(page) == [SENTENCE.format(77), *TEXT[:4], "And then", *TEXT[4:]]


def test_the_line_beneath_that_names_the_source_stays() -> None:
    page = (
        f"<div><div>{BODY}</div><p>Source: Harbour Gazette</p></div><div><p>{SENTENCE.format(99)}</p></div>"
    )
    assert "Source: Harbour Gazette" in lines(page)
    assert SENTENCE.format(99) not in lines(page)


def test_lists_and_quotes_of_the_text_stay() -> None:
    page = f"<div>{BODY}<ul><li>A tram line</li><li>A school</li></ul><blockquote>Well done</blockquote>{BODY}</div>"
    assert {"A tram line", "A school", "Well done"} <= set(lines(page))


@pytest.mark.parametrize("page", ["", "<p>Hi</p>", f"<ul>{LINKS}</ul>", "<h1>Title</h1>"])
def test_a_page_without_running_text_has_no_densest_block(page: str) -> None:
    assert lines(page) == []
