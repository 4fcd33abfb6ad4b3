"""What a letter says of an article that a rule's search found."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from alerts.blocks import Block, Item, Line, Quote
from alerts.links import Links
from alerts.wording import Words, marked
from news.languages.profiles import profile
from news.languages.quoting import one_line
from news.values import UNDETERMINED
from storage.findings import FoundArticle


def headline(article: FoundArticle, spoken: Words) -> str:
    """One line: the title as its source wrote it."""
    title = one_line(article.title) or one_line(article.url)
    return spoken.say(marked("New article: {title}"), title=title)


def about(article: FoundArticle, spoken: Words, links: Links) -> Iterator[Block]:
    """The words around what was found, the day, and where the article lies."""
    language = "" if article.language == UNDETERMINED else article.language
    yield Quote(text=article.snippet, language=language)
    if article.published_at:
        day = spoken.day(_day(article.published_at, article.language))
        yield Line(text=spoken.say(marked("Published: {day}"), day=day))
    else:
        day = spoken.day(_day(article.first_seen_at, article.language))
        yield Line(text=spoken.say(marked("Undated; first seen: {day}"), day=day))
    kept = links.article(article.id)
    yield Item(
        text=one_line(article.source or article.url),
        address=article.url,
        copy=Line(text=spoken.say(marked("In the archive")), address=kept) if kept else None,
    )


def _day(moment: datetime, language: str) -> date:
    """The day that it was where the language is at home."""
    return moment.astimezone(profile(language).zone_info).date()
