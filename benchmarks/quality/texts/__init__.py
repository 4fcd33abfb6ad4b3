"""News texts of our own, one file for each language, with the words of a site around them."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any

#: The languages that have a file.
LANGUAGES = ("fa", "ar", "tr", "en")


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """One piece of news."""

    slug: str
    title: str
    date: datetime
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What stands around the news."""

    language: str
    zone: str
    name: str
    news: str
    about: str
    about_text: str
    tag: str
    author: str
    #: what introduces a date
    published: str


def texts(language: str) -> tuple[Text, ...]:
    """The texts in a language."""
    return tuple(
        Text(**{**entry, "paragraphs": tuple(entry["paragraphs"])}) for entry in _file(language)["articles"]
    )


def site(language: str) -> Site:
    """The words of a site in a language."""
    return Site(language=language, **_file(language)["site"])


@cache
def _file(language: str) -> dict[str, Any]:
    return tomllib.loads((files(__name__) / f"{language}.toml").read_text(encoding="utf-8"))
