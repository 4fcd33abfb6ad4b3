"""What sites call their news and where they keep it: data, in `data/places.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict

from news.languages.tokens import fold


def _folded(words: Iterable[str]) -> frozenset[str]:
    return frozenset(filter(None, map(fold, words)))


Words = Annotated[frozenset[str], BeforeValidator(_folded)]


class Places(BaseModel):
    """The file's tables; its head says what each holds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    feeds: tuple[str, ...]
    sitemaps: tuple[str, ...]
    feed_words: Words
    not_feeds: Words
    news_words: Words
    news_parts: tuple[str, ...]
    next_selectors: tuple[str, ...]
    next_words: tuple[str, ...]
    municipal: Words
    second_level: frozenset[str]
    open_domains: frozenset[str]


@cache
def places() -> Places:
    """The file, read once."""
    text = (files("crawler.discovery") / "data" / "places.toml").read_text(encoding="utf-8")
    return Places.model_validate(tomllib.loads(text))
