"""The body gate's texts in a real WordPress: each of Debian's themes, with neighbours, comments and their form."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator
from zoneinfo import ZoneInfo

import pytest

from benchmarks.quality import body
from benchmarks.quality.specimens import Specimen
from benchmarks.quality.texts import Text, texts
from tests.system.wordpress_site import TEHRAN, Post, WordPress

pytestmark = pytest.mark.system

THEMES = ("twentytwentyone", "twentytwentytwo", "twentytwentythree")
LANGUAGES = ("fa", "ar", "tr", "en")
COMMENT = "I pass there every morning and have seen nobody at work so far, so let us wait and see."


@pytest.fixture(scope="module")
def published(wordpress_server: WordPress) -> list[tuple[str, Text, Post]]:
    """Every text of the gate as a post of its own day, each with a comment."""
    wordpress_server.clear()
    posts = [
        (language, text, wordpress_server.insert(text.title, text.paragraphs, _aware(text)))
        for language in LANGUAGES
        for text in texts(language)
    ]
    for _, _, post in posts:
        wordpress_server.comment(post, COMMENT)
    return posts


@pytest.fixture(params=THEMES)
def specimens(
    request: pytest.FixtureRequest, wordpress_server: WordPress, published: list[tuple[str, Text, Post]]
) -> Iterator[list[Specimen]]:
    """The pages of all posts in a theme."""
    wordpress_server.dress(request.param)
    yield [_specimen(request.param, language, text, post) for language, text, post in published]
    wordpress_server.dress(THEMES[-1])


def _aware(text: Text):
    return text.date if text.date.tzinfo else text.date.replace(tzinfo=TEHRAN)


def _specimen(theme: str, language: str, text: Text, post: Post) -> Specimen:
    with urllib.request.urlopen(post.link) as answer:
        html = answer.read()
    return Specimen(
        group=f"wordpress-{theme}",
        name=f"wordpress-{theme}/{language}/{text.slug}",
        language=language,
        address=post.link,
        html=html,
        title=text.title,
        body="\n".join(text.paragraphs),
        day=_aware(text).astimezone(ZoneInfo("Asia/Tehran")).date(),
        zone="Asia/Tehran",
    )


def test_every_post_is_read_whole_with_title_date_and_nothing_of_its_neighbours(specimens: list[Specimen]) -> None:
    outcome = body.measure(specimens)
    assert outcome.items == len(specimens) > 20
    assert outcome.shares["body.f1"] >= 0.99, outcome.faults
    assert outcome.shares["body.zwnj"] == 1.0, outcome.faults
    assert outcome.shares["body.titles"] == 1.0, outcome.faults
    assert outcome.shares["body.dates"] == 1.0, outcome.faults
    assert outcome.shares["body.languages"] == 1.0, outcome.faults
