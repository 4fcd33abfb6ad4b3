"""A kept article under today's rules."""

from __future__ import annotations

from dataclasses import replace

from news.names import find_names
from news.values import Article, Source
from reading.claims import read_claims


def read_again(article: Article, source: Source | None = None) -> Article:
    """The article with the names and claims that today's reader finds; title, text, language and date stay."""
    title, text, code = article.title, article.text, article.language.code
    tags = find_names(title=title, text=text, language=code, source=source)
    now = article.dated.moment if article.dated else article.fetched_at
    claims = read_claims(title=title, text=text, tags=tags, language=code, source=source, now=now)
    return replace(article, tags=tags, claims=claims)
